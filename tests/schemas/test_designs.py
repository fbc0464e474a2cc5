"""A design is whole, and survives being written and read."""

from __future__ import annotations

import pytest
from netlists import netlist
from pydantic import ValidationError

from voltsmith.schemas.designs import Design, Provenance
from voltsmith.schemas.plans import BlockInstance, Plan, Supply
from voltsmith.schemas.reports import Coverage, Finding, Measurement, MonteCarlo, Report, Scores
from voltsmith.schemas.requirements import NotUnderstood, Requirement
from voltsmith.schemas.testbenches import (
    Ac,
    AcSweep,
    Bench,
    Check,
    Dc,
    DcSweep,
    Load,
    Measure,
    Noise,
    Op,
    Piecewise,
    Pulse,
    Signal,
    Sine,
    Stimulus,
    Testbench,
    Transient,
)

CIRCUIT = netlist("R1 resistor 10k 1=in 2=out\nC1 capacitor 10n 1=out 2=0", "i:in o:out g:gnd")
R1 = Requirement(
    id="R1", quantity="cutoff_frequency", target=1592.0, unit="Hz", text_span=(0, 4), text="1.6k"
)
OUT = Signal(net="out")
WAVES = (
    Dc(value=1.0),
    Ac(offset=0.5),
    Sine(amplitude=1.0, frequency=1e3),
    Pulse(low=0, high=1, rise=1e-9, fall=1e-9, width=1e-3, period=1.0),
    Piecewise(points=((0.0, 0.0), (1.0, 2.0))),
)
ANALYSES = (
    Op(),
    DcSweep(source="in", start=0, stop=1),
    AcSweep(start=1, stop=1e6),
    Transient(stop=1e-3, step=1e-6, from_zero=True),
    Noise(net="out", source="in", start=1, stop=1e4),
)
BENCHES = tuple(
    Bench(
        name=f"b{index}",
        stimuli=(Stimulus(name="in", net="in", waveform=wave, series_resistance=50.0),),
        loads=(Load(kind="capacitor", value=1e-9, net="out"),),
        analysis=analysis,
    )
    for index, (wave, analysis) in enumerate(zip(WAVES, ANALYSES, strict=True))
)
CHECK = Check(requirement="R1", bench="b2", measure=Measure(kind="upper_cutoff", signal=OUT))
REPORT = Report(
    passed=True,
    measurements=(
        Measurement(
            requirement="R1",
            analysis="ac_sweep",
            value=1591.5,
            unit="Hz",
            passed=True,
            monte_carlo=MonteCarlo(runs=20, yield_fraction=0.5, lowest=1.0, highest=2.0),
        ),
    ),
    findings=(Finding(code="YIELD_LOW", severity="minor", message="m", where=("R1.1", "net:out")),),
    coverage=(Coverage(requirement="R1", how="simulated"),),
    scores=Scores(structural=10.0, electrical=9.5),
)
WHOLE: dict[str, object] = {
    "prompt": "1.6k low-pass Ω \n",
    "status": "verified",
    "requirements": (R1,),
    "not_understood": (NotUnderstood(text_span=(5, 6), text="7"),),
    "assumptions": ("a",),
    "plan": Plan(
        name="p",
        chains=((BlockInstance(id="s1", block="rc_low_pass", parameters={"x": 1.0}),),),
        supply=Supply(vcc=5.0),
    ),
    "circuit": CIRCUIT,
    "testbench": Testbench(benches=BENCHES, checks=(CHECK,)),
    "report": REPORT,
    "provenance": Provenance(version="1", timings_s={"total": 1.0}),
}


def test_round_trip():
    made = Design.model_validate(WHOLE)
    assert Design.model_validate_json(made.model_dump_json()) == made
    assert Design.model_validate(made.model_dump(mode="json")) == made


def test_a_question_needs_no_circuit():
    made = Design(
        prompt="?", status="needs_clarification", questions=("what?",), provenance=Provenance(version="1")
    )
    assert Design.model_validate_json(made.model_dump_json()) == made


@pytest.mark.parametrize("status", ["verified", "failed"])
@pytest.mark.parametrize("missing", ["circuit", "report"])
def test_a_verdict_needs_what_it_is_about(status: str, missing: str):
    with pytest.raises(ValidationError, match=f"a design that is {status} has a circuit and a report"):
        Design.model_validate(WHOLE | {"status": status, missing: None})


@pytest.mark.parametrize(
    "change",
    [
        {"testbench": Testbench(benches=BENCHES, checks=(CHECK.model_copy(update={"requirement": "R7"}),))},
        {"report": Report(passed=True, coverage=(Coverage(requirement="R7", how="rule"),))},
        {
            "report": Report(
                passed=True,
                measurements=(
                    Measurement(requirement="R7", analysis="op", value=1.0, unit="V", passed=True),
                ),
            )
        },
    ],
)
def test_requirements_that_are_cited_exist(change: dict[str, object]):
    with pytest.raises(ValidationError, match="do not exist are cited: R7"):
        Design.model_validate(WHOLE | change)


@pytest.mark.parametrize(
    "change",
    [
        {"requirements": (R1, R1)},
        {"schema_version": "2"},
        {"status": "perfect"},
        {"shell": "rm"},
        {"provenance": {}},
    ],
)
def test_refused(change: dict[str, object]):
    with pytest.raises(ValidationError):
        Design.model_validate(WHOLE | change)


@pytest.mark.parametrize(
    "check", [CHECK.model_copy(update={"bench": "b9"}), CHECK.model_copy(update={"second": "b9"})]
)
def test_a_check_names_benches_that_exist(check: Check):
    with pytest.raises(ValidationError, match="b9"):
        Design.model_validate(WHOLE | {"testbench": {"benches": BENCHES, "checks": (check,)}})


def test_bench_names_do_not_repeat():
    with pytest.raises(ValidationError, match="b0"):
        Testbench(benches=(BENCHES[0], BENCHES[0]))


def test_a_requirement_is_about_a_known_quantity():
    wrong = R1.model_dump() | {"quantity": "loudness"}
    with pytest.raises(ValidationError, match="loudness"):
        Design.model_validate(WHOLE | {"requirements": (wrong,)})


@pytest.mark.parametrize(
    "analysis",
    [
        {"kind": "ac_sweep", "start": 0, "stop": 1},
        {"kind": "dc_sweep", "source": "in", "start": 0, "stop": 1, "points": 1},
        {"kind": "dc_sweep", "source": "in", "start": 1, "stop": 1},  # ngspice never comes back from it
        {"kind": "transient", "stop": 1, "step": 0},
        {"kind": "noise", "net": "out", "source": "in", "start": 1, "stop": 0},
        {"kind": "shell"},
    ],
)
def test_analyses_that_cannot_be_run(analysis: dict[str, object]):
    with pytest.raises(ValidationError):
        Bench.model_validate({"name": "b", "analysis": analysis})
