from __future__ import annotations

import pytest
from opamp_support import measured_after, with_slower_opamp, with_value
from support import altered, check_block, remeasured, requirement

from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply

NAME = "transimpedance_amplifier"
FIVE, LOW, SPLIT = Supply(vcc=5.0), Supply(vcc=3.3), Supply(vcc=5.0, vee=-5.0)


@pytest.mark.parametrize(
    ("numbers", "supply"),
    [
        ({}, None),
        ({"transresistance": 1e5, "bandwidth": 100e3, "source_capacitance": 50e-12}, FIVE),
        ({"transresistance": 1e6, "bandwidth": 10e3, "source_capacitance": 100e-12}, LOW),
        ({"transresistance": 1e4, "bandwidth": 5e6, "source_capacitance": 10e-12}, SPLIT),
        ({"transresistance": 1e7, "source_capacitance": 100e-12}, LOW),
        ({"transresistance": 1e3, "operating_frequency": 1e3, "load_resistance": 2e3}, FIVE),
    ],
)
def test_meets_what_is_asked_and_does_not_ring(numbers: dict[str, float], supply: Supply | None) -> None:
    limit = requirement(9, "overshoot", 15.0, relation="max")
    checked = check_block(NAME, numbers, supply=supply, extra=(limit,))
    assert checked.passed, checked.measured
    assert checked.value("transresistance") == pytest.approx(numbers.get("transresistance", 1e5), rel=0.03)
    assert checked.value("overshoot") < 12


def test_light_raises_the_output() -> None:
    checked = check_block(NAME, {"input_current": 10e-6, "output_voltage": 2.0}, supply=LOW)
    assert checked.passed, checked.measured
    assert checked.value("output_voltage") == pytest.approx(2.0, rel=0.03)


def test_a_least_bandwidth_is_exceeded() -> None:
    least = requirement(2, "bandwidth", 200e3, relation="min")
    checked = check_block(NAME, {"transresistance": 47e3}, extra=(least,), runs=20)
    assert checked.passed
    spread = checked.measured["bandwidth"].monte_carlo
    assert spread is not None
    assert spread.yield_fraction == 1.0


def test_without_its_capacitor_it_rings() -> None:
    limit = requirement(3, "overshoot", 15.0, relation="max")
    numbers = {"transresistance": 1e6, "source_capacitance": 200e-12}
    found = measured_after(NAME, numbers, lambda c: with_value(c, "C1", "10f"), extra=(limit,))
    assert not found["overshoot"].passed


def test_wrong_parts_show() -> None:
    numbers = {"transresistance": 1e5, "bandwidth": 500e3, "source_capacitance": 20e-12}
    wrong = measured_after(NAME, numbers, lambda c: with_value(c, "R1", "47k"))
    assert not wrong["transresistance"].passed
    slow = measured_after(NAME, numbers, with_slower_opamp)
    assert not slow["bandwidth"].passed


def test_noise_is_at_least_that_of_the_resistor() -> None:
    limit = requirement(2, "output_noise", 2e-3, relation="max")
    checked = check_block(NAME, {"transresistance": 1e6}, extra=(limit,))
    assert checked.passed
    assert checked.value("output_noise") > 1e-5


def test_refusals() -> None:
    with pytest.raises(Infeasible, match="make 10 V, which does not fit"):
        check_block(NAME, {"input_current": 10e-6, "transresistance": 1e6}, supply=FIVE)
    with pytest.raises(Infeasible, match="no op-amp in the library"):
        check_block(NAME, {"bandwidth": 10e6, "source_capacitance": 100e-12}, supply=FIVE)


@pytest.mark.parametrize("supply", [FIVE, SPLIT])
@pytest.mark.parametrize("quantity", ["output_amplitude", "output_peak_to_peak"])
def test_the_asked_current_gives_the_asked_swing(quantity: str, supply: Supply) -> None:
    checked = check_block(NAME, {"input_current": 1e-6, quantity: 3.0}, supply=supply)
    assert checked.passed
    assert checked.value(quantity) == pytest.approx(3.0, rel=0.02)


def test_a_swing_with_a_wrong_resistor_fails() -> None:
    checked = check_block(NAME, {"input_current": 1e-6, "output_amplitude": 3.0}, supply=SPLIT)
    circuit = checked.synthesis.circuit
    assert not remeasured(checked, altered(circuit, "R1", value="2M"))["output_amplitude"].passed
