from __future__ import annotations

import pytest
from opamp_support import measured_after, refs, swapped, with_value
from support import check_block, requirement

from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply

FIVE, LOW, TWELVE = Supply(vcc=5.0), Supply(vcc=3.3), Supply(vcc=12.0)
SPLIT = Supply(vcc=12.0, vee=-12.0)
INVERTING = {"topology": "inverting"}


@pytest.mark.parametrize(
    ("numbers", "choices", "supply"),
    [
        ({}, {}, None),
        ({"threshold_voltage": 1.0, "output_high": 3.3, "output_low": 0.0}, {}, LOW),
        ({"threshold_voltage": 4.0, "output_high": 5.0, "load_resistance": 10e3}, {}, FIVE),
        ({"threshold_voltage": -3.0, "output_high": 12.0, "output_low": -12.0}, INVERTING, SPLIT),
        ({"threshold_voltage": 6.0, "hysteresis": 0.2}, {}, TWELVE),
        ({"threshold_voltage": 6.0, "hysteresis": 0.5}, INVERTING, TWELVE),
        ({"threshold_voltage": 11.5}, {}, TWELVE),
    ],
)
def test_switches_at_the_threshold(
    numbers: dict[str, float], choices: dict[str, str], supply: Supply | None
) -> None:
    checked = check_block("comparator", numbers, choices=choices, supply=supply)
    assert checked.passed, checked.measured
    assert checked.value("threshold_voltage") == pytest.approx(
        numbers.get("threshold_voltage", 2.5), rel=0.02
    )


def test_zero_crossing_on_a_split_supply() -> None:
    near = requirement(1, "threshold_voltage", 0.0, absolute_tolerance=0.01)
    checked = check_block("comparator", {}, extra=(near,), supply=SPLIT)
    assert checked.passed, checked.measured


def test_a_short_delay_takes_a_faster_part() -> None:
    limit = requirement(2, "delay", 500e-9, relation="max")
    checked = check_block("comparator", {"threshold_voltage": 2.5}, extra=(limit,))
    assert checked.passed
    assert not refs(checked, "LM393")
    assert 1e-9 < checked.value("delay") < 500e-9


def test_wrong_divider_and_swapped_inputs_show() -> None:
    numbers = {"threshold_voltage": 1.0, "output_high": 5.0}
    wrong = measured_after("comparator", numbers, lambda c: with_value(c, "R1", "10k"))
    assert not wrong["threshold_voltage"].passed
    turned = measured_after("comparator", numbers, lambda c: swapped(c, "U1", "IN1+", "IN1-"))
    assert not turned["output_high"].passed


def test_monte_carlo_sees_offset_and_resistors() -> None:
    checked = check_block("comparator", {"threshold_voltage": 2.5}, runs=10)
    spread = checked.measured["threshold_voltage"].monte_carlo
    assert spread is not None
    assert spread.yield_fraction == 1.0
    assert 0.001 < (spread.deviation or 0.0) < 0.03


@pytest.mark.parametrize(
    ("threshold", "supply", "reason"),
    [
        (7.0, FIVE, "outside a single supply of 5 V"),
        (-1.0, FIVE, "need a split supply"),
        (29.0, Supply(vcc=30.0), "inputs that work"),
    ],
)
def test_refusals(threshold: float, supply: Supply, reason: str) -> None:
    with pytest.raises(Infeasible, match=reason):
        check_block("comparator", {"threshold_voltage": threshold}, supply=supply)


@pytest.mark.parametrize(
    ("numbers", "supply"),
    [
        ({}, None),
        ({"lower_threshold": 4, "upper_threshold": 8, "output_high": 12, "output_low": 0.2}, TWELVE),
        ({"lower_threshold": -1, "upper_threshold": 1, "output_high": 12, "output_low": -12}, SPLIT),
        ({"lower_threshold": 1, "upper_threshold": 1.5}, LOW),
        ({"lower_threshold": 3, "upper_threshold": 4.8, "output_high": 5, "output_low": 0}, FIVE),
    ],
)
def test_window(numbers: dict[str, float], supply: Supply | None) -> None:
    checked = check_block("window_comparator", numbers, supply=supply)
    assert checked.passed, checked.measured
    assert checked.value("lower_threshold") == pytest.approx(numbers.get("lower_threshold", 2.0), rel=0.03)
    assert checked.value("upper_threshold") == pytest.approx(numbers.get("upper_threshold", 3.0), rel=0.03)


def test_a_broken_window_shows() -> None:
    numbers = {"lower_threshold": 2.0, "upper_threshold": 3.0, "output_high": 5.0}
    wrong = measured_after("window_comparator", numbers, lambda c: with_value(c, "R2", "47k"))
    assert not wrong["upper_threshold"].passed
    turned = measured_after("window_comparator", numbers, lambda c: swapped(c, "U1", "IN1+", "IN1-"))
    assert not turned["output_high"].passed


def test_an_empty_window_is_refused() -> None:
    with pytest.raises(Infeasible, match="is empty"):
        check_block("window_comparator", {"lower_threshold": 3.0, "upper_threshold": 2.0})


@pytest.mark.parametrize("threshold", [0.012, 0.02, 0.05])
def test_thresholds_near_the_ground_of_a_single_supply(threshold: float) -> None:
    wanted = requirement(1, "threshold_voltage", threshold, absolute_tolerance=0.02)
    checked = check_block(
        "comparator",
        {},
        supply=Supply(vcc=5.0),
        extra=(wanted, requirement(2, "delay", 10e-6, relation="max")),
    )
    assert checked.passed
    # The offset of the part is what is left.
    assert checked.value("threshold_voltage") == pytest.approx(threshold, abs=0.008)
