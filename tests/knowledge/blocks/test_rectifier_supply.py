"""Bridge rectifiers with a reservoir capacitor."""

from __future__ import annotations

import math

import pytest
from support import altered, check_block, design_block, remeasured, requirement

from voltsmith.knowledge.blocks.rectifier_supply import point
from voltsmith.knowledge.devices import component
from voltsmith.schemas.errors import Infeasible


@pytest.mark.parametrize(
    ("rms", "load", "ripple", "mains"),
    [(12.0, 0.5, 1.0, 50.0), (24.0, 1.5, 2.0, 60.0), (6.0, 0.05, 0.5, 50.0), (9.0, 0.02, 0.3, 60.0)],
)
def test_ripple(rms: float, load: float, ripple: float, mains: float) -> None:
    checked = check_block(
        "rectifier_supply",
        {"input_voltage": rms, "load_current": load, "ripple_voltage": ripple, "mains_frequency": mains},
        extra=(requirement(8, "output_high", rms * math.sqrt(2) - 1.8, tolerance=0.1),),
    )
    assert checked.passed
    assert checked.value("ripple_voltage") == pytest.approx(ripple, rel=0.2)


def test_largest_ripple_holds_with_the_smallest_capacitor() -> None:
    limit = requirement(3, "ripple_voltage", 1.0, relation="max")
    checked = check_block(
        "rectifier_supply", {"input_voltage": 12.0, "load_current": 0.5}, extra=(limit,), runs=15
    )
    assert checked.passed
    spread = checked.measured["ripple_voltage"].monte_carlo
    assert spread is not None
    assert spread.yield_fraction == 1.0


@pytest.mark.parametrize("numbers", [{}, {"input_voltage": 24.0, "load_current": 1.0}])
def test_conditions_alone_are_simulated_too(numbers: dict[str, float]) -> None:
    checked = check_block("rectifier_supply", numbers, runs=6)
    assert checked.passed
    assert set(checked.measured) == {"ripple_voltage", "output_voltage"}
    smaller = altered(checked.synthesis.circuit, "C1", value="220u")
    assert not remeasured(checked, smaller)["ripple_voltage"].passed


@pytest.mark.parametrize(
    "numbers",
    [
        {"input_voltage": 24.0, "load_current": 1.0, "ripple_percent": 2.0},
        {"output_voltage": 9.0, "load_current": 0.5, "ripple_percent": 5.0},
    ],
)
def test_ripple_in_percent_of_the_output(numbers: dict[str, float]) -> None:
    checked = check_block("rectifier_supply", numbers)
    assert checked.passed
    assert checked.value("ripple_percent") == pytest.approx(numbers["ripple_percent"], rel=0.2)


def test_output_voltage_chooses_the_transformer() -> None:
    checked = check_block("rectifier_supply", {"output_voltage": 15.0, "output_current": 0.1})
    assert checked.passed
    assert any("transformer" in text for text in checked.synthesis.assumptions)
    assert checked.value("output_current") == pytest.approx(0.1, rel=0.05)


def test_output_voltage_from_a_given_input() -> None:
    checked = check_block(
        "rectifier_supply",
        {"input_amplitude": 17.0, "output_voltage": 15.0, "load_resistance": 100.0, "output_low": 14.5},
    )
    assert checked.passed
    assert checked.value("output_voltage") == pytest.approx(15.0, rel=0.05)


def test_circuits_that_must_fail() -> None:
    checked = check_block(
        "rectifier_supply", {"input_voltage": 12.0, "load_current": 0.5, "ripple_voltage": 1.0}
    )
    circuit = checked.synthesis.circuit
    assert not remeasured(checked, altered(circuit, "C1", value="470u"))["ripple_voltage"].passed
    # One diode missing: half-wave, with twice the ripple.
    half = altered(circuit, "D2", pins={"A": "in_n"})
    assert not remeasured(checked, half)["ripple_voltage"].passed


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        ({"input_voltage": 230.0}, "mains"),
        ({"input_amplitude": 325.0}, "mains"),
        ({"input_voltage": 12.0, "output_voltage": 24.0}, "at most after the diodes"),
        ({"input_voltage": 12.0, "load_current": 2.0, "ripple_voltage": 0.01}, "reservoir|ripple"),
        ({"input_voltage": 12.0, "load_current": 5.0}, "outside"),
        ({"input_voltage": 42.0}, "50 V"),
    ],
)
def test_limits_are_explained(numbers: dict[str, float], reason: str) -> None:
    with pytest.raises(Infeasible, match=reason):
        design_block("rectifier_supply", numbers)


def test_ripple_stays_below_the_simple_formula() -> None:
    diode = component("1N4001")
    found = point(17.0, 0.5, 4.7e-3, 50.0, diode)
    assert 0.7 * 0.5 / (2 * 50 * 4.7e-3) < found.ripple < 0.5 / (2 * 50 * 4.7e-3)
    assert found.lowest < found.average < 17.0 - 1.4
