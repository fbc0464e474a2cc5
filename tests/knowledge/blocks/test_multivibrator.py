"""Two-transistor multivibrators."""

from __future__ import annotations

import pytest
from support import altered, check_block, design_block, remeasured

from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply


@pytest.mark.parametrize(
    ("frequency", "duty", "vcc"),
    [
        (1e3, 50.0, 5.0),
        (2.0, 50.0, 9.0),
        (0.1, 50.0, 5.0),
        (1e5, 50.0, 5.0),
        (1e3, 20.0, 12.0),
        (1e3, 80.0, 3.3),
        (440.0, 35.0, 24.0),
    ],
)
def test_frequency_and_duty_cycle(frequency: float, duty: float, vcc: float) -> None:
    checked = check_block(
        "transistor_multivibrator", {"frequency": frequency, "duty_cycle": duty}, supply=Supply(vcc=vcc)
    )
    assert checked.passed
    assert checked.value("frequency") == pytest.approx(frequency, rel=0.04)
    assert checked.value("duty_cycle") == pytest.approx(duty, abs=2.0)
    used = [part.component for part in checked.synthesis.circuit.parts]
    # Above 6 V the bases would break down without diodes.
    assert ("1N4148" in used) == (vcc > 6)


def test_levels_with_an_led_and_a_load() -> None:
    checked = check_block(
        "transistor_multivibrator",
        {"frequency": 3.0, "led_current": 5e-3, "output_high": 9.0, "output_low": 0.1},
        supply=Supply(vcc=9.0),
    )
    assert checked.passed
    assert checked.value("led_current") == pytest.approx(5e-3, rel=0.1)
    loaded = check_block(
        "transistor_multivibrator", {"frequency": 1e3, "load_resistance": 10e3}, supply=Supply(vcc=9.0)
    )
    assert loaded.passed


def test_spread_of_production() -> None:
    checked = check_block("transistor_multivibrator", {"frequency": 1e3}, runs=10)
    spread = checked.measured["frequency"].monte_carlo
    assert spread is not None
    assert spread.yield_fraction >= 0.7


def test_circuits_that_must_fail() -> None:
    checked = check_block("transistor_multivibrator", {"frequency": 1e3})
    circuit = checked.synthesis.circuit
    assert not remeasured(checked, altered(circuit, "C1", value="22n"))["frequency"].passed
    transistor = next(part for part in circuit.parts if part.ref == "Q1")
    pins = transistor.pins | {"C": transistor.pins["E"], "E": transistor.pins["C"]}
    assert not remeasured(checked, altered(circuit, "Q1", pins=pins))["frequency"].passed
    # A megohm does not saturate anything.
    weak = remeasured(checked, altered(circuit, "R2", value="1M"))
    assert not weak["frequency"].passed


@pytest.mark.parametrize(
    ("numbers", "supply", "reason"),
    [
        ({"frequency": 1e3, "duty_cycle": 5.0}, Supply(vcc=5.0), "15 % and 85 %"),
        ({"frequency": 1e3}, Supply(vcc=1.5), "3 V to 24 V"),
        ({"frequency": 1e3, "load_current": 0.1}, Supply(vcc=5.0), "no load current"),
        ({"frequency": 1e3, "load_resistance": 100.0}, Supply(vcc=5.0), "too much for a collector"),
        ({"frequency": 1e3, "capacitance": 1e-6}, Supply(vcc=5.0), "base resistors outside"),
    ],
)
def test_limits_are_explained(numbers: dict[str, float], supply: Supply, reason: str) -> None:
    with pytest.raises(Infeasible, match=reason):
        design_block("transistor_multivibrator", numbers, supply=supply)
