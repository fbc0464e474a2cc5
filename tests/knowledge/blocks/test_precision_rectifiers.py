from __future__ import annotations

import math

import pytest
from opamp_support import measured_after, swapped, with_component, with_value
from support import check_block

from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply

NAME = "precision_rectifier"
FIVE, SPLIT, BIG = Supply(vcc=5.0), Supply(vcc=5.0, vee=-5.0), Supply(vcc=15.0, vee=-15.0)


@pytest.mark.parametrize("wave", ["half", "full"])
@pytest.mark.parametrize(
    ("numbers", "supply"),
    [
        ({}, None),
        ({"input_amplitude": 0.1, "gain": 10}, None),
        ({"input_amplitude": 1.0, "operating_frequency": 10e3}, BIG),
        ({"input_amplitude": 1.0, "operating_frequency": 50e3, "load_resistance": 2e3}, SPLIT),
        ({"input_amplitude": 0.5, "operating_frequency": 50.0}, FIVE),
        ({"input_amplitude": 5.0, "gain": 0.5}, None),
    ],
)
def test_rectifies(numbers: dict[str, float], supply: Supply | None, wave: str) -> None:
    peak = numbers.get("input_amplitude", 1.0) * numbers.get("gain", 1.0)
    average = peak / math.pi * (2 if wave == "full" else 1)
    asked = {"gain": 1.0, **numbers, "output_low": 0.0, "output_amplitude": peak, "output_voltage": average}
    checked = check_block(NAME, asked, supply=supply, choices={"wave": wave})
    assert checked.passed, checked.measured
    assert checked.value("output_voltage") == pytest.approx(average, rel=0.05)
    assert checked.value("output_amplitude") == pytest.approx(peak, rel=0.08)
    assert abs(checked.value("output_low")) < 0.1 * max(peak, 1.0)


def test_reversed_diode_shows() -> None:
    numbers = {"gain": 1.0, "output_amplitude": 1.0}
    found = measured_after(NAME, numbers, lambda c: swapped(c, "D1", "A", "K"))
    assert not found["gain"].passed


def test_wrong_resistor_shows() -> None:
    found = measured_after(NAME, {"gain": 1.0}, lambda c: with_value(c, "R3", "10k"))
    assert not found["gain"].passed


def test_too_slow_an_op_amp_shows() -> None:
    numbers = {"gain": 1.0, "operating_frequency": 50e3}
    checked = check_block(NAME, numbers)
    assert checked.passed, checked.measured
    part = next(p.component for p in checked.synthesis.circuit.parts if p.ref.startswith("U"))
    found = measured_after(NAME, numbers, lambda c: with_component(c, "OP07", instead_of=part))
    assert not found["gain"].passed


def test_refusals() -> None:
    with pytest.raises(Infeasible, match="20 V peak does not fit"):
        check_block(NAME, {"input_amplitude": 10.0, "gain": 2.0})
    with pytest.raises(Infeasible, match="not power"):
        check_block(NAME, {"load_current": 1.0})


def test_monte_carlo_stays_within_tolerance() -> None:
    checked = check_block(NAME, {"gain": 1.0}, runs=4)
    spread = checked.measured["gain"].monte_carlo
    assert spread is not None
    assert spread.yield_fraction == 1.0
