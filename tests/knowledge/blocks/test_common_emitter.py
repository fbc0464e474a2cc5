from __future__ import annotations

import pytest
from opamp_support import measured_after, refs, swapped, with_value
from support import check_block, requirement

from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply

NAME = "common_emitter_amplifier"
FIVE, TWELVE = Supply(vcc=5.0), Supply(vcc=12.0)


@pytest.mark.parametrize(
    ("numbers", "supply"),
    [
        ({}, None),
        ({"gain": 2, "lower_cutoff_frequency": 50, "output_amplitude": 1.0}, FIVE),
        ({"gain": 50, "lower_cutoff_frequency": 20, "input_impedance": 5e3}, TWELVE),
        ({"gain": 5, "load_resistance": 1e3, "output_amplitude": 1.0}, TWELVE),
        ({"gain": 150, "collector_current": 2e-3}, Supply(vcc=15.0)),
        ({"gain": 10, "collector_current": 5e-3, "lower_cutoff_frequency": 20}, Supply(vcc=12.0, vee=-12.0)),
        ({"gain": 10, "collector_current": 1e-3, "output_voltage": 6.0}, TWELVE),
    ],
)
def test_meets_what_is_asked(numbers: dict[str, float], supply: Supply | None) -> None:
    checked = check_block(NAME, numbers, supply=supply)
    assert checked.passed, checked.measured
    assert checked.value("gain") == pytest.approx(numbers.get("gain", 10.0), rel=0.05)


def test_distortion_is_low_with_degeneration() -> None:
    limit = requirement(3, "thd", 1.0, relation="max")
    checked = check_block(NAME, {"gain": 5, "output_amplitude": 1.0}, supply=TWELVE, extra=(limit,))
    assert checked.passed, checked.measured


def test_uses_the_transistor_that_is_named() -> None:
    checked = check_block(NAME, {"gain": 20, "collector_current": 1e-3}, components=("2N3904",))
    assert checked.passed, checked.measured
    assert refs(checked, "2N3904")


@pytest.mark.parametrize(
    ("ref", "value", "quantity"),
    [("R3", "1k", "gain"), ("R2", "10k", "collector_current"), ("C1", "1n", "lower_cutoff_frequency")],
)
def test_wrong_values_show(ref: str, value: str, quantity: str) -> None:
    numbers = {"gain": 10, "collector_current": 1e-3, "lower_cutoff_frequency": 50}
    found = measured_after(NAME, numbers, lambda c: with_value(c, ref, value))
    assert not found[quantity].passed


def test_swapped_collector_and_emitter_show() -> None:
    found = measured_after(NAME, {"gain": 50}, lambda c: swapped(c, "Q1", "C", "E"))
    assert not found["gain"].passed


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        ({"gain": 300}, "more than one transistor on 5 V gives"),
        ({"gain": 10, "output_amplitude": 5.0}, "5 V peak is more than"),
        ({"gain": 20, "input_impedance": 1e6}, "out of reach"),
    ],
)
def test_refusals(numbers: dict[str, float], reason: str) -> None:
    with pytest.raises(Infeasible, match=reason):
        check_block(NAME, numbers, supply=FIVE)


def test_monte_carlo_shows_the_spread_of_the_transistor() -> None:
    checked = check_block(NAME, {"gain": 10, "collector_current": 1e-3}, runs=40)
    spread = checked.measured["collector_current"].monte_carlo
    assert spread is not None
    assert spread.yield_fraction > 0.95
