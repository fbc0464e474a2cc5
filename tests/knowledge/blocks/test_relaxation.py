"""Relaxation oscillators with op-amps and comparators."""

from __future__ import annotations

import pytest
from support import altered, check_block, design_block, remeasured

from voltsmith.knowledge.blocks import Asked, block
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply


@pytest.mark.parametrize(
    ("frequency", "supply"),
    [
        (1e3, Supply(vcc=5.0)),
        (0.5, Supply(vcc=3.3)),
        (1e3, Supply(vcc=12.0, vee=-12.0)),
        (20e3, Supply(vcc=5.0)),
        (2e3, Supply(vcc=5.0, vee=-5.0)),
        (1e6, Supply(vcc=5.0)),
    ],
)
def test_frequency_and_duty_cycle(frequency: float, supply: Supply) -> None:
    checked = check_block(
        "relaxation_oscillator", {"frequency": frequency, "duty_cycle": 50.0}, supply=supply
    )
    assert checked.passed
    assert checked.value("frequency") == pytest.approx(frequency, rel=0.03)
    assert checked.value("duty_cycle") == pytest.approx(50.0, abs=1.5)


def test_open_collector_comparator_gets_its_pull_up() -> None:
    checked = check_block(
        "relaxation_oscillator", {"frequency": 5e3}, supply=Supply(vcc=12.0), components=("LM393",)
    )
    assert checked.passed
    assert "2.2k" in [part.value for part in checked.synthesis.circuit.parts]


def test_levels_with_a_load_and_spread() -> None:
    checked = check_block(
        "relaxation_oscillator",
        {"frequency": 1e3, "output_high": 4.9, "output_low": 0.1, "load_resistance": 10e3},
        runs=4,
    )
    assert checked.passed
    spread = checked.measured["frequency"].monte_carlo
    assert spread is not None
    assert spread.yield_fraction >= 0.5


def test_circuits_that_must_fail() -> None:
    checked = check_block("relaxation_oscillator", {"frequency": 1e3}, supply=Supply(vcc=5.0))
    circuit = checked.synthesis.circuit
    assert not remeasured(checked, altered(circuit, "R4", value="47k"))["frequency"].passed
    amplifier = next(part for part in circuit.parts if part.ref == "U1")
    plus, minus = "IN+", "IN-"
    if plus not in amplifier.pins:
        plus, minus = "IN1+", "IN1-"
    swapped = dict(amplifier.pins) | {plus: amplifier.pins[minus], minus: amplifier.pins[plus]}
    assert not remeasured(checked, altered(circuit, "U1", pins=swapped))["frequency"].passed


def test_other_duty_cycles_are_refused() -> None:
    with pytest.raises(Infeasible, match="50 %"):
        block("relaxation_oscillator").fit(Asked({"duty_cycle": 20.0}))
    with pytest.raises(Infeasible, match="no op-amp or push-pull comparator"):
        design_block("relaxation_oscillator", {"frequency": 1e6}, supply=Supply(vcc=1.5))
