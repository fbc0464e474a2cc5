from __future__ import annotations

import pytest
from opamp_support import measured_after, swapped, with_value
from support import check_block, requirement

from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply

NAME = "current_sink"
FIVE, LOW, TWELVE = Supply(vcc=5.0), Supply(vcc=3.3), Supply(vcc=12.0)
STIFF = requirement(9, "load_regulation", 1.0, relation="max")
CALM = requirement(8, "overshoot", 15.0, relation="max")


@pytest.mark.parametrize(
    ("numbers", "supply"),
    [
        ({}, None),
        ({"output_current": 1e-3, "load_resistance": 1e3}, LOW),
        ({"output_current": 0.02, "load_resistance": 100}, FIVE),
        ({"output_current": 0.1, "control_voltage": 5.0, "transconductance": 0.02}, TWELVE),
        ({"output_current": 0.35, "control_voltage": 3.3, "load_resistance": 8}, FIVE),
        ({"output_current": 1.0, "control_voltage": 2.5}, TWELVE),
        ({"output_current": 3.0, "load_resistance": 1}, TWELVE),
    ],
)
def test_sinks_the_current_and_is_stable(numbers: dict[str, float], supply: Supply | None) -> None:
    checked = check_block(NAME, numbers, supply=supply, extra=(STIFF, CALM))
    assert checked.passed, checked.measured
    assert checked.value("output_current") == pytest.approx(numbers.get("output_current", 0.01), rel=0.04)
    assert abs(checked.value("load_regulation")) < 0.1


def test_sense_resistor_is_rated_for_its_heat() -> None:
    checked = check_block(NAME, {"output_current": 2.0, "load_resistance": 4.0}, supply=TWELVE)
    rated = [p for p in checked.synthesis.circuit.parts if "power_rating" in p.parameters]
    assert rated[0].parameters["power_rating"] >= 1.0
    assert any("heat" in sentence for sentence in checked.synthesis.assumptions)


def test_dissipation_of_the_mosfet() -> None:
    numbers = {"output_current": 0.02, "load_resistance": 100, "power_dissipation": 0.05}
    checked = check_block(NAME, numbers, supply=FIVE)
    assert checked.value("power_dissipation") == pytest.approx(0.02 * (5 - 2 - 0.54), rel=0.05)


def test_dropout_is_that_of_the_sense_resistor() -> None:
    limit = requirement(3, "dropout_voltage", 0.7, relation="max")
    checked = check_block(NAME, {"output_current": 0.1}, supply=TWELVE, extra=(limit,))
    assert checked.passed
    assert 0.2 < checked.value("dropout_voltage") < 0.7


def test_wrong_sense_resistor_and_swapped_inputs_show() -> None:
    numbers = {"output_current": 0.02, "load_resistance": 100}
    wrong = measured_after(NAME, numbers, lambda c: with_value(c, "R4", "33"), supply=FIVE)
    assert not wrong["output_current"].passed
    turned = measured_after(NAME, numbers, lambda c: swapped(c, "U1", "IN+", "IN-"), supply=FIVE)
    assert not turned["output_current"].passed


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        ({"output_current": 0.1, "load_resistance": 100}, "leave -5 V of 5 V"),
        ({"output_current": 0.5, "control_voltage": 0.05}, "less than"),
        ({"output_current": 50.0}, "outside what"),
    ],
)
def test_refusals(numbers: dict[str, float], reason: str) -> None:
    with pytest.raises(Infeasible, match=reason):
        check_block(NAME, numbers, supply=FIVE)


def test_monte_carlo_stays_within_tolerance() -> None:
    checked = check_block(NAME, {"output_current": 0.02, "load_resistance": 100}, runs=40)
    spread = checked.measured["output_current"].monte_carlo
    assert spread is not None
    assert spread.yield_fraction > 0.9
