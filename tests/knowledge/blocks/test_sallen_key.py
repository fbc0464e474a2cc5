from __future__ import annotations

import math

import pytest
from support import altered, check_block, design_block, remeasured, requirement

from voltsmith.knowledge.blocks import Asked, block
from voltsmith.knowledge.blocks._filter_prototypes import low_pass_loss, low_pass_sections, needed_order
from voltsmith.knowledge.blocks._filter_sections import (
    Target,
    sallen_key_high_pass,
    sallen_key_low_pass,
)
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply

LOW, HIGH = "sallen_key_low_pass", "sallen_key_high_pass"
BOTH = [LOW, HIGH]
FIVE = Supply(vcc=5.0, given=True)


@pytest.mark.parametrize("response", ["butterworth", "chebyshev", "bessel"])
@pytest.mark.parametrize("order", range(1, 11))
def test_prototypes_have_their_edge_at_minus_3_db(response, order) -> None:
    sections = low_pass_sections(response, order, 1.0)
    assert sum(part.order for part in sections) == order
    # An even Chebyshev filter has its DC gain at the bottom of the ripple.
    top = 1.0 if response == "chebyshev" and order % 2 == 0 else 0.0
    assert low_pass_loss(sections, 1.0) == pytest.approx(10 * math.log10(2) - top, abs=1e-6)


def test_needed_order_is_that_of_the_textbook() -> None:
    # Butterworth: 10 log(1 + 10^(2 n)) at ten times the edge.
    assert needed_order("butterworth", 59.9, 10.0) == 3
    assert needed_order("butterworth", 60.1, 10.0) == 4
    assert needed_order("chebyshev", 40.0, 4.0) < needed_order("bessel", 40.0, 4.0)


@pytest.mark.parametrize("find", [sallen_key_low_pass, sallen_key_high_pass])
@pytest.mark.parametrize("frequency", [0.5, 1e3, 300e3])
@pytest.mark.parametrize("q", [0.52, 0.707, 3.0])
@pytest.mark.parametrize("gain", [1.0, 2.0])
def test_values_are_chosen_as_a_set(find, frequency, q, gain) -> None:
    parts = find(Target(frequency, q, gain))
    assert parts.frequency == pytest.approx(frequency, rel=0.01)
    assert parts.q == pytest.approx(q, rel=0.02)


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("cutoff", [10.0, 1e3, 50e3, 500e3])
def test_cutoff_over_the_range(name, cutoff) -> None:
    checked = check_block(name, {"cutoff_frequency": cutoff})
    assert checked.passed
    assert checked.value("cutoff_frequency") == pytest.approx(cutoff, rel=0.02 if cutoff < 1e5 else 0.04)
    assert checked.value("gain") == pytest.approx(1.0, rel=0.03)


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("response", ["butterworth", "chebyshev", "bessel"])
@pytest.mark.parametrize("order", [1, 3, 4, 7, 10])
def test_orders_and_responses(name, response, order) -> None:
    numbers = {"cutoff_frequency": 3e3, "order": order, "rolloff": 20.0 * order}
    checked = check_block(name, numbers, choices={"response": response})
    assert checked.passed
    assert checked.value("cutoff_frequency") == pytest.approx(3e3, rel=0.025)
    assert checked.value("rolloff") == pytest.approx(20 * order, abs=1.5)


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize(("supply", "cutoff"), [(FIVE, 1e3), (Supply(vcc=3.3), 20.0), (Supply(vcc=12), 30e3)])
def test_single_supply(name, supply, cutoff) -> None:
    checked = check_block(name, {"cutoff_frequency": cutoff, "order": 3, "gain": 2.0}, supply=supply)
    assert checked.passed
    assert checked.value("cutoff_frequency") == pytest.approx(cutoff, rel=0.02)
    assert checked.value("gain") == pytest.approx(2.0, rel=0.035)


def test_direct_coupling_on_a_single_supply() -> None:
    checked = check_block(
        LOW, {"cutoff_frequency": 1e3, "gain": 1.0}, supply=FIVE, choices={"coupling": "dc"}
    )
    assert checked.passed
    kinds = [part.component for part in checked.synthesis.circuit.parts]
    coupled = design_block(LOW, {"cutoff_frequency": 1e3}, supply=FIVE)[0]
    assert len(coupled.circuit.parts) == len(kinds) + 2
    assert any("rides on 2.5 V" in text for text in checked.synthesis.assumptions)


@pytest.mark.parametrize("name", BOTH)
def test_ripple_of_a_chebyshev_filter_with_gain(name) -> None:
    numbers = {"cutoff_frequency": 3e3, "order": 5, "passband_ripple": 1.0, "gain": 2.0}
    checked = check_block(name, numbers)
    assert checked.passed
    assert checked.value("passband_ripple") == pytest.approx(1.0, abs=0.2)
    assert checked.value("gain") == pytest.approx(2.0, rel=0.05)


@pytest.mark.parametrize(("name", "frequency"), [(LOW, 4e3), (HIGH, 250.0)])
def test_order_from_an_attenuation(name, frequency) -> None:
    extra = (requirement(9, "attenuation", 60.0, relation="min", condition=frequency),)
    checked = check_block(name, {"cutoff_frequency": 1e3}, extra=extra)
    assert checked.passed
    assert checked.value("attenuation") > 60
    assert "order: 2" not in " ".join(checked.synthesis.assumptions)


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("q", [0.577, 2.5])
def test_quality_factor(name, q) -> None:
    checked = check_block(name, {"cutoff_frequency": 2e3, "q_factor": q})
    assert checked.value("q_factor") == pytest.approx(q, rel=0.05)
    assert checked.value("cutoff_frequency") == pytest.approx(2e3, rel=0.02)


@pytest.mark.parametrize(
    "around",
    [
        {"source_resistance": 10e3},
        {"load_resistance": 600.0},
        {"capacitance": 10e-9},
        {"input_amplitude": 5.0, "load_resistance": 1e3},
    ],
)
def test_surroundings(around) -> None:
    checked = check_block(LOW, {"cutoff_frequency": 5e3, "gain": 1.5, **around})
    assert checked.passed
    assert checked.value("cutoff_frequency") == pytest.approx(5e3, rel=0.03)


def test_step_and_large_signal() -> None:
    numbers = {
        "cutoff_frequency": 1e3,
        "overshoot": 4.3,
        "rise_time": 0.342e-3,
        "output_amplitude": 2.0,
        "input_amplitude": 2.0,
        "phase": -90.0,
    }
    checked = check_block(LOW, numbers, conditions={"phase": 1e3})
    assert checked.passed
    assert checked.value("overshoot") == pytest.approx(4.3, abs=0.5)
    extra = (requirement(9, "thd", 0.1, relation="max"), requirement(8, "output_noise", 1e-4, relation="max"))
    assert check_block(LOW, {"cutoff_frequency": 1e3}, supply=FIVE, extra=extra).passed


@pytest.mark.parametrize(
    ("name", "numbers", "choices", "supply", "reason"),
    [
        (LOW, {"cutoff_frequency": 1e3, "gain": -2.0}, {}, None, "does not invert"),
        (LOW, {"cutoff_frequency": 1e3, "gain": 0.5}, {}, None, "does not attenuate"),
        (LOW, {"cutoff_frequency": 1e3, "order": 12}, {}, None, "order of 12 is outside"),
        (LOW, {"cutoff_frequency": 1e3}, {"topology": "rc"}, None, "rc circuit"),
        (LOW, {"cutoff_frequency": 1e3, "passband_ripple": 4.0}, {}, None, "between 0 and 3 dB"),
        (LOW, {"cutoff_frequency": 1e3, "order": 4, "q_factor": 2.0}, {}, None, "leave out one"),
        (HIGH, {"cutoff_frequency": 1e6, "gain": 10.0}, {}, Supply(vcc=3.3), "gain-bandwidth|no op-amp"),
        (LOW, {"cutoff_frequency": 1e3, "input_amplitude": 6.0}, {}, FIVE, "no op-amp"),
    ],
)
def test_refusals(name, numbers, choices, supply, reason) -> None:
    with pytest.raises(Infeasible, match=reason):
        design_block(name, numbers, choices=choices, supply=supply)


def test_too_steep_a_filter_is_refused() -> None:
    extra = (requirement(9, "attenuation", 80.0, relation="min", condition=1.2e3),)
    with pytest.raises(Infeasible, match="wider transition"):
        design_block(LOW, {"cutoff_frequency": 1e3}, extra=extra)


def test_preference() -> None:
    plain = Asked(numbers={"cutoff_frequency": 1e3})
    second = Asked(numbers={"cutoff_frequency": 1e3, "order": 2})
    supplied = Asked(numbers={"cutoff_frequency": 1e3}, supply=FIVE)
    assert block("rc_low_pass").fit(plain) > block(LOW).fit(plain)
    assert block(LOW).fit(second) > block("multiple_feedback_low_pass").fit(second)
    assert block(LOW).fit(supplied) > block("rc_low_pass").fit(supplied)
    sharp = Asked(numbers={"cutoff_frequency": 1e3, "order": 2, "q_factor": 5.0})
    assert block(LOW).fit(sharp) < block("multiple_feedback_low_pass").fit(sharp)


def test_a_slow_amplifier_is_noticed() -> None:
    checked = check_block(LOW, {"cutoff_frequency": 1e6}, components=("LM6171",))
    assert checked.passed
    circuit = checked.synthesis.circuit
    amplifier = next(part for part in circuit.parts if part.component == "LM6171")
    slow = altered(circuit, amplifier.ref, component="LM741")
    assert not remeasured(checked, slow)["cutoff_frequency"].passed


@pytest.mark.parametrize("name", BOTH)
def test_damage_is_noticed(name) -> None:
    checked = check_block(name, {"cutoff_frequency": 1e3, "gain": 2.0})
    circuit = checked.synthesis.circuit
    around = [
        part for part in circuit.parts if part.component == "capacitor" and "vcc" not in part.pins.values()
    ]
    wrong = altered(circuit, around[0].ref, value="1n")
    assert not remeasured(checked, wrong)["cutoff_frequency"].passed
    amplifier = next(part for part in circuit.parts if part.component.startswith(("LM", "TL", "MCP", "NE")))
    plus, minus = (next(pin for pin in amplifier.pins if pin.startswith(stem)) for stem in ("IN1+", "IN1-"))
    pins = {**amplifier.pins, plus: amplifier.pins[minus], minus: amplifier.pins[plus]}
    found = remeasured(checked, altered(circuit, amplifier.ref, pins=pins))
    assert not all(item.passed for item in found.values())


def test_production_spread() -> None:
    checked = check_block(LOW, {"cutoff_frequency": 1e3}, runs=60)
    spread = checked.measured["cutoff_frequency"].monte_carlo
    assert spread is not None
    assert spread.yield_fraction > 0.95
    assert 3 < spread.deviation < 30
