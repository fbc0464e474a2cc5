"""The verdict: how each requirement was covered, what a failure becomes, and circuits that must not pass."""

from __future__ import annotations

from functools import cache

import pytest
from netlists import netlist
from support import altered, requirement

from voltsmith.agents.runs import design
from voltsmith.agents.state import Settings
from voltsmith.knowledge.devices import component
from voltsmith.schemas.circuits import Circuit
from voltsmith.schemas.designs import Design
from voltsmith.schemas.errors import VoltsmithError
from voltsmith.schemas.reports import Report
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import Ac, AcSweep, Bench, Check, Measure, Signal, Stimulus, Testbench
from voltsmith.verification.judge import judge
from voltsmith.verification.spice.pool import shared_pool

RC = netlist("R1 resistor 10k 1=in 2=out\nC1 capacitor 10n 1=out 2=0", "i:in o:out g:gnd")
CORNER = requirement(1, "cutoff_frequency", 1591.5)
BENCH = Bench(
    name="ac",
    stimuli=(Stimulus(name="in", net="in", waveform=Ac()),),
    analysis=AcSweep(start=10, stop=1e6),
)
MEASURE = Measure(kind="upper_cutoff", signal=Signal(net="out"), reference=Signal(net="in"))
TESTBENCH = Testbench(benches=(BENCH,), checks=(Check(requirement="R1", bench="ac", measure=MEASURE),))


def verdict(
    *requirements: Requirement, circuit: Circuit = RC, testbench: Testbench = TESTBENCH, runs: int = 0
) -> Report:
    return judge(circuit, testbench, requirements, shared_pool(), runs=runs)


def codes(report: Report) -> list[str]:
    return [finding.code for finding in report.findings if finding.severity != "info"]


def how(report: Report) -> dict[str, str]:
    return {item.requirement: item.how for item in report.coverage}


def test_a_good_circuit_passes():
    report = verdict(CORNER)
    assert report.passed
    assert codes(report) == []
    assert how(report) == {"R1": "simulated"}
    assert report.coverage[0].why == "ac analysis"
    assert (report.scores.structural, report.scores.electrical) == (10.0, 10.0)


def test_a_failed_measurement_is_a_finding_with_numbers():
    report = verdict(requirement(1, "cutoff_frequency", 3000.0))
    assert not report.passed
    (finding,) = report.findings
    assert (finding.code, finding.severity) == ("MEASUREMENT_FAILED", "major")
    assert "R1" in finding.message
    assert "1592 Hz" in finding.message
    assert "2850 to 3150 Hz" in finding.message
    assert report.scores.electrical < 10.0


@pytest.mark.parametrize(
    ("relation", "target", "passed", "words"),
    [
        ("min", 1000.0, True, ""),
        ("min", 2000.0, False, "2000 to anything"),
        ("max", 2000.0, True, ""),
        ("max", 1000.0, False, "anything to 1000"),
    ],
)
def test_bounds(relation: str, target: float, passed: bool, words: str):
    report = verdict(requirement(1, "cutoff_frequency", target, relation=relation))
    assert report.passed is passed
    assert words in " ".join(finding.message for finding in report.findings)


def test_what_cannot_be_measured_does_not_pass():
    check = Check(requirement="R1", bench="ac", measure=MEASURE.model_copy(update={"kind": "lower_cutoff"}))
    report = verdict(CORNER, testbench=Testbench(benches=(BENCH,), checks=(check,)))
    assert not report.passed
    assert codes(report) == ["NOT_MEASURABLE"]


def test_a_fatal_fault_is_not_simulated():
    broken = netlist("R1 resistor 10k 1=in 2=out\nU1 LM99999 OUT=out", "i:in o:out g:gnd")
    report = verdict(CORNER, circuit=broken)
    assert not report.passed
    assert "COMPONENT_UNKNOWN" in codes(report)
    assert report.measurements == ()
    assert how(report) == {"R1": "not_checked"}
    assert "fatal" in report.coverage[0].why
    assert "REQUIREMENT_NOT_CHECKED" in codes(report)


@pytest.mark.parametrize(
    ("asked", "covered", "why"),
    [
        (requirement(2, "supply_voltage", 5.0), "simulated", "condition"),
        (requirement(2, "load_resistance", 1e4), "simulated", "condition"),
        (requirement(2, "order", 1.0), "rule", "built with this number"),
        (requirement(2, "resistance", 10e3), "rule", "R1 has this value"),
        (requirement(2, "capacitance", 10e-9), "rule", "C1 has this value"),
        (requirement(2, "resistance", 4.7e3), "not_checked", "no resistor of this value"),
        (requirement(2, "inductance", 1e-3), "not_checked", "no inductor of this value"),
        (requirement(2, "thd", 1.0), "not_checked", "no testbench"),
    ],
)
def test_coverage_by_role(asked: Requirement, covered: str, why: str):
    report = verdict(CORNER, asked)
    assert how(report)["R2"] == covered
    assert why in report.coverage[1].why


def test_each_requirement_is_covered_once_and_in_order():
    asked = (CORNER, requirement(2, "supply_voltage", 5.0), requirement(3, "order", 1.0))
    assert [item.requirement for item in verdict(*asked).coverage] == ["R1", "R2", "R3"]


def test_a_number_that_nothing_checked_is_said():
    report = verdict(CORNER, requirement(2, "thd", 1.0))
    assert codes(report) == ["REQUIREMENT_NOT_CHECKED"]
    assert report.passed, "it is a warning"
    assert report.scores.electrical < 10.0


def test_a_part_value_that_was_asked_for_and_is_missing_is_said():
    report = verdict(CORNER, requirement(2, "capacitance", 47e-9))
    assert codes(report) == ["REQUIREMENT_NOT_CHECKED"]


def test_a_condition_without_any_measurement_is_not_checked():
    report = verdict(requirement(2, "supply_voltage", 5.0), testbench=Testbench())
    assert how(report) == {"R2": "not_checked"}
    assert codes(report) == ["NOTHING_MEASURED", "REQUIREMENT_NOT_CHECKED"]
    assert not report.passed


def test_a_choice_of_zero_does_not_divide():
    assert how(verdict(CORNER, requirement(2, "resistance", 0.0)))["R2"] == "not_checked"


def test_low_yield_is_a_warning():
    loose = netlist(
        "R1 resistor 10k 1=in 2=out .tolerance=0.2\nC1 capacitor 10n 1=out 2=0 .tolerance=0.2",
        "i:in o:out g:gnd",
    )
    report = verdict(CORNER, circuit=loose, runs=60)
    assert codes(report) == ["YIELD_LOW"]
    assert report.passed
    assert "% of units" in report.findings[-1].message


def test_overload_is_found_whichever_bench_shows_it():
    hot = netlist("R1 resistor 10 1=vcc 2=out\nR2 resistor 10 1=out 2=0", "o:out p:vcc=12 g:gnd")
    bench = Bench(name="op", analysis=AcSweep(start=1, stop=10))
    report = verdict(
        circuit=hot, testbench=Testbench(benches=(bench, bench.model_copy(update={"name": "b2"})))
    )
    assert codes(report).count("RESISTOR_POWER") == 2, "one for each resistor, not for each bench"


@pytest.mark.parametrize(
    "testbench",
    [
        Testbench(checks=TESTBENCH.checks),
        Testbench(benches=(BENCH,), checks=(TESTBENCH.checks[0].model_copy(update={"second": "gone"}),)),
    ],
)
def test_a_check_without_its_bench_is_bad_input(testbench: Testbench):
    with pytest.raises(VoltsmithError):
        verdict(CORNER, testbench=testbench)


def test_an_unknown_quantity_is_bad_input():
    with pytest.raises(VoltsmithError):
        verdict(CORNER.model_copy(update={"quantity": "loudness", "target": 1.0}))


def test_two_nets_are_never_simulated_as_one():
    """``in`` and ``in_inner`` are different nets, whatever the deck calls them."""
    text = "R1 resistor 10k 1=a 2=in\nR2 resistor 10k 1=in 2=in_inner\nR3 resistor 20k 1=in_inner 2=0"
    circuit = netlist(text, "i:in@a g:gnd")
    at_rest = Bench(
        name="dc", stimuli=(Stimulus(name="x", net="a", waveform=Ac(offset=4.0)),), analysis=BENCH.analysis
    )
    gain = Measure(kind="gain", signal=Signal(net="in_inner"), reference=Signal(net="a"), at=100.0)
    testbench = Testbench(benches=(at_rest,), checks=(Check(requirement="R1", bench="dc", measure=gain),))
    report = verdict(requirement(1, "gain", 0.5), circuit=circuit, testbench=testbench)
    (found,) = report.measurements
    assert found.value == pytest.approx(0.5, rel=1e-3)


# --- whole designs, spoiled ------------------------------------------------------------------------

PROMPTS = {
    "non-inverting": "non-inverting amplifier with a gain of 10 from ±12 V",
    "inverting": "inverting amplifier with a gain of 10 from ±12 V",
    "filter": "second-order Sallen-Key low-pass at 1 kHz from ±12 V",
    "comparator": "comparator whose output goes high above 2.5 V, from 5 V",
    "transimpedance": "transimpedance amplifier for a photodiode, 100 kohm, from 5 V",
    "difference": "difference amplifier with a gain of 5 from ±12 V",
}


@cache
def made(name: str) -> Design:
    result = design(PROMPTS[name], Settings(monte_carlo=0))
    assert result.status == "verified", result
    assert result.circuit is not None
    return result


def judged(name: str, circuit: Circuit) -> Report:
    return judge(circuit, made(name).testbench, made(name).requirements, shared_pool(), runs=0)


def parts(name: str, *kinds: str) -> list[str]:
    circuit = made(name).circuit
    assert circuit is not None
    return [part.ref for part in circuit.parts if component(part.component).kind in kinds]


@pytest.mark.parametrize("name", PROMPTS)
def test_swapped_inputs_do_not_pass(name: str):
    circuit = made(name).circuit
    assert circuit is not None
    (first, *_) = parts(name, "opamp", "comparator")
    part = next(part for part in circuit.parts if part.ref == first)
    roles = component(part.component).units[0].pins
    swapped = part.pins | {roles["in_p"]: part.pins[roles["in_n"]], roles["in_n"]: part.pins[roles["in_p"]]}
    assert not judged(name, altered(circuit, first, pins=swapped)).passed


@pytest.mark.parametrize("name", ["non-inverting", "inverting", "filter", "difference", "transimpedance"])
def test_a_feedback_resistor_ten_times_too_large_does_not_pass(name: str):
    circuit = made(name).circuit
    assert circuit is not None
    spoiled = []
    for ref in parts(name, "resistor"):
        value = next(part.value for part in circuit.parts if part.ref == ref)
        assert value is not None
        digits = value.rstrip("kMm")
        larger = f"{float(digits) * 10:g}{value[len(digits) :]}"
        spoiled.append(judged(name, altered(circuit, ref, value=larger)).passed)
    assert not all(spoiled), "no resistor of this circuit matters to what was asked"
    assert spoiled.count(True) <= len(spoiled) // 2


@pytest.mark.parametrize("name", ["non-inverting", "filter", "comparator"])
def test_an_open_supply_does_not_pass(name: str):
    circuit = made(name).circuit
    assert circuit is not None
    (first, *_) = parts(name, "opamp", "comparator")
    part = next(part for part in circuit.parts if part.ref == first)
    pins = {pin: net for pin, net in part.pins.items() if pin != "V+"}
    assert not judged(name, altered(circuit, first, pins=pins)).passed
