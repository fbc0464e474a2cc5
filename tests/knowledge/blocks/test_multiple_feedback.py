from __future__ import annotations

import pytest
from support import altered, check_block, design_block, remeasured, requirement

from voltsmith.knowledge.blocks import Asked, block
from voltsmith.knowledge.blocks._filter_prototypes import band_pass_sections
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply

LOW, HIGH, BAND = (f"multiple_feedback_{shape}_pass" for shape in ("low", "high", "band"))
WIDE = "active_band_pass"
BOTH = [LOW, HIGH]
FIVE = Supply(vcc=5.0, given=True)


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("cutoff", [10.0, 1e3, 30e3, 200e3])
def test_cutoff_over_the_range(name, cutoff) -> None:
    checked = check_block(name, {"cutoff_frequency": cutoff})
    assert checked.passed
    assert checked.value("cutoff_frequency") == pytest.approx(cutoff, rel=0.025)


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize(
    ("order", "response"), [(1, "butterworth"), (3, "bessel"), (5, "chebyshev"), (10, "butterworth")]
)
def test_orders_and_responses(name, order, response) -> None:
    numbers = {"cutoff_frequency": 3e3, "order": order, "rolloff": -20.0 * order}
    checked = check_block(name, numbers, choices={"response": response})
    assert checked.passed
    assert checked.value("cutoff_frequency") == pytest.approx(3e3, rel=0.03)


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("gain", [0.1, 5.0, -5.0])
def test_gain(name, gain) -> None:
    checked = check_block(name, {"cutoff_frequency": 1e3, "gain": gain})
    assert checked.passed
    assert checked.value("gain") == pytest.approx(gain, rel=0.04)


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("supply", [FIVE, Supply(vcc=3.3), Supply(vcc=24.0), Supply(vcc=5.0, vee=-5.0)])
def test_supplies(name, supply) -> None:
    checked = check_block(name, {"cutoff_frequency": 2e3, "gain": 2.0, "order": 4}, supply=supply)
    assert checked.passed
    assert checked.value("gain") == pytest.approx(2.0, rel=0.045)


@pytest.mark.parametrize("name", BOTH)
def test_high_q(name) -> None:
    checked = check_block(name, {"cutoff_frequency": 2e3, "q_factor": 6.0})
    assert checked.value("q_factor") == pytest.approx(6.0, rel=0.05)


def test_source_and_load() -> None:
    numbers = {"cutoff_frequency": 1e3, "gain": 1.0, "source_resistance": 1e3, "load_resistance": 1e3}
    checked = check_block(LOW, numbers)
    assert checked.passed
    extra = (requirement(9, "input_impedance", 47e3, relation="min"),)
    assert check_block(LOW, {"cutoff_frequency": 1e3, "gain": 3.0}, extra=extra).passed


def test_step_of_an_inverting_filter() -> None:
    checked = check_block(LOW, {"cutoff_frequency": 1e3, "rise_time": 0.342e-3})
    assert checked.value("rise_time") == pytest.approx(0.342e-3, rel=0.04)


@pytest.mark.parametrize("order", [2, 4, 6])
def test_band_pass_sections_are_symmetrical(order) -> None:
    product = 1.0
    for part in band_pass_sections("butterworth", order, 5.0):
        product *= part.frequency
    assert product == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("center", "q", "gain"),
    [(5.0, 1.0, 1.0), (1e3, 5.0, 10.0), (1e3, 20.0, 1.0), (20e3, 10.0, 2.0), (3e5, 3.0, 1.0)],
)
def test_narrow_band(center, q, gain) -> None:
    checked = check_block(BAND, {"center_frequency": center, "bandwidth": center / q, "gain": gain})
    assert checked.passed
    assert checked.value("center_frequency") == pytest.approx(center, rel=0.015)
    assert checked.value("bandwidth") == pytest.approx(center / q, rel=0.04)
    assert checked.value("gain") == pytest.approx(gain, rel=0.03)


@pytest.mark.parametrize(("order", "response"), [(4, "butterworth"), (6, "chebyshev"), (8, "bessel")])
def test_staggered_band_pass(order, response) -> None:
    numbers = {"lower_cutoff_frequency": 900.0, "upper_cutoff_frequency": 1100.0, "order": order, "gain": 2.0}
    checked = check_block(BAND, numbers, choices={"response": response})
    assert checked.passed
    assert checked.value("lower_cutoff_frequency") == pytest.approx(900, rel=0.01)
    assert checked.value("upper_cutoff_frequency") == pytest.approx(1100, rel=0.01)


def test_order_of_a_band_pass_from_an_attenuation() -> None:
    extra = (requirement(9, "attenuation", 40.0, relation="min", condition=2e3),)
    checked = check_block(BAND, {"center_frequency": 1e3, "q_factor": 5.0}, extra=extra)
    assert checked.passed
    assert checked.value("attenuation") > 40


@pytest.mark.parametrize("supply", [None, FIVE])
@pytest.mark.parametrize(
    ("low", "high", "order"), [(300.0, 3400.0, 4), (20.0, 20e3, 2), (500.0, 1700.0, 4), (1e3, 10e3, 8)]
)
def test_wide_band(low, high, order, supply) -> None:
    numbers = {"lower_cutoff_frequency": low, "upper_cutoff_frequency": high, "order": order, "gain": 3.0}
    checked = check_block(WIDE, numbers, supply=supply)
    assert checked.passed
    assert checked.value("lower_cutoff_frequency") == pytest.approx(low, rel=0.03)
    assert checked.value("upper_cutoff_frequency") == pytest.approx(high, rel=0.03)
    assert checked.value("gain") == pytest.approx(3.0, rel=0.03)


def test_which_band_pass() -> None:
    narrow = Asked(numbers={"center_frequency": 1e3, "q_factor": 10.0})
    wide = Asked(numbers={"lower_cutoff_frequency": 100.0, "upper_cutoff_frequency": 10e3}, supply=FIVE)
    with pytest.raises(Infeasible, match="too narrow"):
        block(WIDE).fit(narrow)
    with pytest.raises(Infeasible, match="wide one"):
        block(BAND).fit(wide)
    assert block(WIDE).fit(wide) > block("rc_band_pass").fit(wide)


@pytest.mark.parametrize(
    ("name", "numbers", "reason"),
    [
        (LOW, {"cutoff_frequency": 1e3, "gain": -2.0, "order": 4}, "does not invert as a whole"),
        (BAND, {"center_frequency": 1e3, "order": 3}, "even order"),
        (BAND, {"center_frequency": 2e6, "q_factor": 40.0}, "no op-amp"),
        (BAND, {"lower_cutoff_frequency": 900.0, "upper_cutoff_frequency": 800.0}, "is empty"),
        (WIDE, {"lower_cutoff_frequency": 100.0, "upper_cutoff_frequency": 1e4, "order": 3}, "even order"),
        (WIDE, {"lower_cutoff_frequency": 100.0, "upper_cutoff_frequency": 1e4, "gain": -1.0}, "invert"),
    ],
)
def test_refusals(name, numbers, reason) -> None:
    with pytest.raises(Infeasible, match=reason):
        design_block(name, numbers)


def test_damage_is_noticed() -> None:
    checked = check_block(
        BAND, {"center_frequency": 20e3, "q_factor": 10.0, "gain": 2.0}, components=("LM6171",)
    )
    assert checked.passed
    circuit = checked.synthesis.circuit
    amplifier = next(part for part in circuit.parts if part.component == "LM6171")
    slow = remeasured(checked, altered(circuit, amplifier.ref, component="LM741"))
    assert not slow["center_frequency"].passed
    ground = next(
        part for part in circuit.parts if part.component == "resistor" and "0" in part.pins.values()
    )
    wrong = remeasured(checked, altered(circuit, ground.ref, value="10k"))
    assert not wrong["center_frequency"].passed
    assert not wrong["q_factor"].passed


@pytest.mark.parametrize("name", BOTH)
def test_swapped_parts_are_noticed(name) -> None:
    checked = check_block(name, {"cutoff_frequency": 1e3, "gain": 2.0})
    circuit = checked.synthesis.circuit
    inner = [
        part for part in circuit.parts if part.component == "capacitor" and "vcc" not in part.pins.values()
    ]
    inner = [part for part in inner if "vee" not in part.pins.values()]
    for part in inner:
        wrong = remeasured(checked, altered(circuit, part.ref, value="4.7p"))
        assert not all(item.passed for item in wrong.values())


def test_production_spread() -> None:
    checked = check_block(BAND, {"center_frequency": 1e3, "q_factor": 5.0}, runs=60)
    spread = checked.measured["center_frequency"].monte_carlo
    assert spread is not None
    assert 5 < spread.deviation < 30
    assert spread.mean == pytest.approx(1e3, rel=0.02)
