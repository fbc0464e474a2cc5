"""The SPICE files under the program people run, ngspice itself."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from netlists import netlist
from support import design_block, requirement

from voltsmith.agents.synthesis import Synthesis
from voltsmith.exports.spice import circuit_file, testbench_file
from voltsmith.knowledge.blocks import blocks
from voltsmith.schemas.designs import Design, Provenance
from voltsmith.schemas.errors import BadInput, NeedsAnswer
from voltsmith.schemas.reports import Measurement, Report
from voltsmith.schemas.requirements import Requirement
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
    Signal,
    Stimulus,
    Testbench,
)
from voltsmith.verification.spice.pool import shared_pool
from voltsmith.verification.spice.runner import simulate

needs_ngspice = pytest.mark.skipif(
    shutil.which("ngspice") is None, reason="needs ngspice: apt-get install ngspice"
)
OUT, IN = Signal(net="out"), Signal(net="in")


def design_of(synthesis: Synthesis, requirements: tuple[Requirement, ...], prompt: str = "do it") -> Design:
    return Design(
        prompt=prompt,
        status="failed",
        requirements=requirements,
        circuit=synthesis.circuit,
        testbench=synthesis.testbench,
        report=Report(passed=False),
        provenance=Provenance(version="0"),
    )


def run(design: Design, folder: Path) -> tuple[dict[str, str], str]:
    """What each measurement line says after the equals sign, and everything ngspice printed."""
    assert design.circuit is not None
    (folder / "circuit.cir").write_text(circuit_file(design.circuit), encoding="ascii")
    (folder / "testbench.cir").write_text(testbench_file(design), encoding="ascii")
    # From another folder: what is included lies beside the testbench, wherever that is run from.
    done = subprocess.run(
        ["ngspice", "-b", str(folder / "testbench.cir")],
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout + done.stderr
    return dict(re.findall(r"^(R\d+) \w+ = (.*)$", done.stdout, re.MULTILINE)), said


def measured(design: Design) -> dict[str, Measurement]:
    assert design.circuit is not None
    result = simulate(design.circuit, design.testbench, design.requirements, shared_pool(), runs=0)
    assert result.findings == []
    return {item.requirement: item for item in result.measurements}


def assert_agree(design: Design, folder: Path) -> str:
    printed, said = run(design, folder)
    ours = measured(design)
    assert set(printed) == set(ours)
    for identifier, item in ours.items():
        assert item.value is not None, item.reason
        value, unit = printed[identifier].split()[:2]
        # What is left of a distortion or an attenuation of nothing is rounding.
        noise = 1e-3 if item.unit in ("%", "dB") else 0.0
        assert float(value) == pytest.approx(item.value, rel=0.01, abs=noise)
        if item.unit not in ("1", "V/V"):
            assert unit == item.unit
    assert not re.findall(r"(?im)^.*\b(?:error|singular|failed|ignored)\b.*$", said)
    return said


@needs_ngspice
@pytest.mark.parametrize("name", sorted(blocks()))
def test_ngspice_prints_what_the_report_says(name: str, tmp_path: Path):
    try:
        synthesis, requirements = design_block(name, {})
    except (NeedsAnswer, KeyError):
        pytest.skip("needs a number to be designed from")
    assert_agree(design_of(synthesis, requirements), tmp_path)


REGULATOR = netlist(
    """
    R1 resistor 220 1=vin 2=out
    D1 BZX79-C5V1 K=out A=0
    C1 capacitor 100n 1=out 2=0
    """,
    "p:vin=12 o:out g:gnd",
)


def many_benches() -> Design:
    """Every analysis, a difference, a load, a series resistance and a current source, around one circuit."""
    source = Stimulus(name="vin", net="vin", waveform=Dc(value=12.0))
    high = Stimulus(name="vin", net="vin", waveform=Dc(value=15.0))
    small = Stimulus(name="vin", net="vin", waveform=Ac(offset=12.0), series_resistance=50.0)
    pull = Stimulus(name="pull", type="current", net="out", waveform=Dc(value=0.0))
    load = Load(kind="resistor", value=1e3, net="out")
    testbench = Testbench(
        benches=(
            Bench(name="unused", analysis=Op()),
            Bench(name="op", analysis=Op()),
            Bench(name="high", stimuli=(high,), loads=(load,), analysis=Op()),
            Bench(name="low", stimuli=(source,), loads=(load,), analysis=Op()),
            Bench(name="ac", stimuli=(small,), analysis=AcSweep(start=10.0, stop=1e6)),
            Bench(name="sweep", stimuli=(high,), analysis=DcSweep(source="vin", start=0.0, stop=12.0)),
            Bench(
                name="noise", stimuli=(small,), analysis=Noise(net="out", source="vin", start=10.0, stop=1e5)
            ),
            Bench(name="loaded", stimuli=(source, pull), analysis=Op()),
        ),
        checks=(
            Check(requirement="R1", bench="op", measure=Measure(kind="value", signal=OUT)),
            Check(
                requirement="R2",
                bench="high",
                second="low",
                measure=Measure(kind="value", signal=OUT, scale=1e3),
            ),
            Check(requirement="R3", bench="ac", measure=Measure(kind="gain_db", signal=OUT, at=100.0)),
            Check(requirement="R4", bench="sweep", measure=Measure(kind="crossing", signal=OUT, level=4.0)),
            Check(requirement="R5", bench="noise", measure=Measure(kind="noise_total", signal=OUT)),
            Check(
                requirement="R6",
                bench="low",
                measure=Measure(kind="value", signal=Signal(source="vin"), scale=1e3),
            ),
            Check(
                requirement="R7",
                bench="high",
                measure=Measure(kind="value", signal=Signal(net="vin", reference="out")),
            ),
            Check(requirement="R8", bench="loaded", measure=Measure(kind="value", signal=OUT)),
        ),
    )
    requirements = tuple(
        requirement(index, "output_voltage", 5.0, relation=relation)
        for index, relation in enumerate(("eq", "max", "min", "eq", "max", "eq", "eq", "eq"), 1)
    )
    return design_of(Synthesis(REGULATOR, testbench, ()), requirements)


@needs_ngspice
def test_benches_do_not_disturb_each_other(tmp_path: Path):
    printed, _ = run(many_benches(), tmp_path)
    ours = measured(many_benches())
    for identifier, item in ours.items():
        assert float(printed[identifier].split()[0]) == pytest.approx(item.value, rel=0.01), identifier
    assert ours["R2"].value is not None
    assert ours["R2"].value > 1
    assert re.fullmatch(r"[\d.]+ V \(4.75 .. 5.25\)", printed["R1"])
    assert printed["R2"].endswith("V (at most 5)")
    assert printed["R3"].endswith("V (at least 5)")


def test_the_testbench_runs_only_what_is_measured():
    text = testbench_file(many_benches())
    assert "unused" not in text
    assert text.count("\nreset\n") == 6
    assert text.count(".include circuit.cir") == 1


@needs_ngspice
@pytest.mark.parametrize("net", ["in", "out"])
def test_the_circuit_can_be_included_by_anyone(net: str, tmp_path: Path):
    synthesis, _ = design_block("voltage_follower", {})
    text = circuit_file(synthesis.circuit)
    assert text.splitlines()[0].startswith("* voltage_follower")
    assert not re.search(r"(?im)^\s*\.(?:control|op|ac|tran|dc|end|include|options)\b", text)
    (tmp_path / "circuit.cir").write_text(text, encoding="ascii")
    # The header says how: its lines are taken by their word.
    usage = [line.removeprefix("*   ") for line in text.splitlines() if re.match(r"\*   [.xv]\S* [^ ]", line)]
    usage = [line for line in usage if line[:2] in (".i", "x1", "v_")]
    assert [line.split()[0] for line in usage] == [".include", "x1", "v_vcc", "v_vee"]
    deck = [
        "* somebody's deck",
        *usage,
        "v_in in 0 dc 0.5",
        ".control",
        "op",
        f"print v({net})",
        "quit",
        ".endc",
        ".end",
    ]
    (tmp_path / "deck.cir").write_text("\n".join(deck) + "\n", encoding="ascii")
    done = subprocess.run(
        ["ngspice", "-b", "deck.cir"], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False
    )
    (value,) = re.findall(rf"^v\({net}\) = (\S+)$", done.stdout, re.MULTILINE)
    assert float(value) == pytest.approx(0.5, abs=0.01)


HOSTILE = [
    "a filter\n.control\nshell touch {mark}\n.endc",
    "#shell touch {mark}",
    "`touch {mark}`",
    "a\r*#shell touch {mark}\x0b\x0c\u2028.include /etc/passwd",
    "$(touch {mark}) ${{x}} ; shell touch {mark}",
    "word " * 60 + "\n+ .control",
    "5 kΩ \U0001f600 \x00\x1b[31m",
    "",
]


@needs_ngspice
@pytest.mark.parametrize("prompt", HOSTILE, ids=range(len(HOSTILE)))
def test_a_prompt_stays_a_comment(prompt: str, tmp_path: Path):
    synthesis, requirements = design_block("rc_low_pass", {"cutoff_frequency": 1e3})
    mark = tmp_path / "mark"
    design = design_of(synthesis, requirements, prompt.format(mark=mark))
    plain = testbench_file(design_of(synthesis, requirements, ""))
    lines = testbench_file(design).split("\n")
    added = [line for line in lines if line not in plain.split("\n")]
    assert all(re.fullmatch(r"\* [ -_a-~]{1,100}", line) for line in added)
    assert_agree(design, tmp_path)
    assert not mark.exists()


@pytest.mark.parametrize("unit", ["`ls`", "$HOME", 'V" x', "V\nshell ls", "a;b", "V > f"])
def test_a_unit_that_could_be_a_command_is_left_out(unit: str):
    synthesis, requirements = design_block("rc_low_pass", {"cutoff_frequency": 1e3})
    odd = requirements[0].model_copy(update={"unit": unit})
    text = testbench_file(design_of(synthesis, (odd, *requirements[1:])))
    assert unit not in text
    assert "cutoff_frequency = $&vs_r1_v (950 .. 1050)" in text


def test_a_design_without_a_circuit_has_no_testbench():
    design = Design(prompt="?", status="needs_clarification", provenance=Provenance(version="0"))
    with pytest.raises(BadInput, match="needs_clarification"):
        testbench_file(design)


@needs_ngspice
def test_a_design_without_measurements_still_runs(tmp_path: Path):
    printed, said = run(design_of(Synthesis(REGULATOR, Testbench(), ()), ()), tmp_path)
    assert printed == {}
    assert "nothing is measured" in said


SHARP = [
    (
        "rlc_band_pass",
        {"center_frequency": 455e3, "q_factor": 20.0},
        {},
        ("bandwidth", 455e3 / 20),
    ),
    (
        "sallen_key_high_pass",
        {"cutoff_frequency": 1e3, "order": 6.0, "passband_ripple": 1.0},
        {"response": "chebyshev"},
        ("cutoff_frequency", 1e3),
    ),
]


@needs_ngspice
@pytest.mark.parametrize(("name", "numbers", "choices", "further"), SHARP)
def test_peaks_between_samples_are_seen(
    name: str,
    numbers: dict[str, float],
    choices: dict[str, str],
    further: tuple[str, float],
    tmp_path: Path,
):
    extra = () if further[0] in numbers else (requirement(9, *further),)
    synthesis, requirements = design_block(name, numbers, choices=choices, extra=extra)
    assert_agree(design_of(synthesis, requirements), tmp_path)


@needs_ngspice
def test_a_notch_is_as_deep_as_on_the_samples_of_the_bench(tmp_path: Path):
    synthesis, _ = design_block("rlc_notch", {"center_frequency": 1e3, "q_factor": 2.0})
    source = Stimulus(name="in", net="in", waveform=Ac())
    bench = Bench(name="coarse", stimuli=(source,), analysis=AcSweep(start=10.0, stop=1e5))
    testbench = Testbench(
        benches=(bench,),
        checks=(
            Check(requirement="R1", bench="coarse", measure=Measure(kind="notch_depth_db", signal=OUT)),
            Check(requirement="R2", bench="coarse", measure=Measure(kind="q_factor", signal=OUT)),
        ),
    )
    requirements = (requirement(1, "notch_depth", 30.0), requirement(2, "q_factor", 2.0))
    design = design_of(Synthesis(synthesis.circuit, testbench, ()), requirements)
    assert "ac dec 1980 " in testbench_file(design)
    assert_agree(design, tmp_path)
