"""Preferred values against brute force over all of them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voltsmith.knowledge.preferred import (
    C_RANGE,
    R_RANGE,
    SERIES,
    Pair,
    at_least,
    at_most,
    nearest,
    product_pair,
    ratio_pair,
    values,
)

E12 = (1.0, 1.2, 1.5, 1.8, 2.2, 2.7, 3.3, 3.9, 4.7, 5.6, 6.8, 8.2)
E24 = (1.0, 1.1, 1.2, 1.3, 1.5, 1.6, 1.8, 2.0, 2.2, 2.4, 2.7, 3.0, 3.3, 3.6, 3.9, 4.3, 4.7, 5.1, 5.6, 6.2, 6.8, 7.5, 8.2, 9.1)  # fmt: skip
SOME = settings(max_examples=60, deadline=None, derandomize=True)
targets = st.floats(1.0, 7.0).map(lambda exponent: 10**exponent)


@pytest.mark.parametrize(("series", "decade"), [("E12", E12), ("E24", E24)])
def test_a_decade_is_that_of_the_standard(series: str, decade: tuple[float, ...]):
    assert values(series, 1.0, 9.99) == decade
    assert values(series, 1e3, 9.99e3) == pytest.approx([1e3 * value for value in decade])
    assert values(series, 1e-9, 9.99e-9) == pytest.approx([1e-9 * value for value in decade])


@pytest.mark.parametrize("series", SERIES)
def test_values_rise_and_stay_inside(series: str):
    found = values(series, *R_RANGE)
    assert list(found) == sorted(set(found))
    assert (found[0], found[-1]) == R_RANGE
    assert len(values(series, 1.0, 9.9999)) == int(series[1:])


def test_values_carry_no_dust():
    assert 4.7e-9 in values("E6", *C_RANGE)
    assert all(
        len(f"{value:.17g}") <= 25 and float(f"{value:.3g}") == value for value in values("E96", 1.0, 9.99)
    )


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-1.0, 1.0), (2.0, 1.0), (1.01, 1.09)])
def test_an_empty_range(low: float, high: float):
    assert values("E12", low, high) == ()


@SOME
@given(targets, st.sampled_from(sorted(SERIES)))
def test_nearest_and_its_neighbours(target: float, series: str):
    every = values(series, target / 100, target * 100)
    distance = {value: abs(math.log(value / target)) for value in every}
    assert distance[nearest(target, series)] == min(distance.values())
    assert at_most(target, series) == max(value for value in every if value <= target * (1 + 1e-9))
    assert at_least(target, series) == min(value for value in every if value >= target * (1 - 1e-9))


@pytest.mark.parametrize("value", [10.0, 47.0, 4.7e3, 1e6, 3.3e-9, 1e-6])
def test_a_value_of_the_series_is_its_own_neighbour(value: float):
    assert nearest(value, "E12") == at_most(value, "E12") == at_least(value, "E12") == value


def least_error(ratio: float, second: tuple[float, float], series: str) -> float:
    firsts = values(series, second[0] * ratio / 3, second[1] * ratio * 3)
    return min(abs(a / b / ratio - 1) for b in values(series, *second) for a in firsts)


@SOME
@given(st.floats(-2.0, 2.0).map(lambda e: 10**e), st.sampled_from([(1e3, 1e4), (4.7e3, 4.7e4), (1e4, 2e4)]))
def test_ratio_pair_is_the_best_of_the_coarsest_series_that_will_do(
    ratio: float, second: tuple[float, float]
):
    found = ratio_pair(ratio, second, budget=0.002)
    assert second[0] <= found.second <= second[1] * (1 + 1e-9)
    assert found.error == pytest.approx(abs(found.first / found.second / ratio - 1), abs=1e-12)
    errors = {series: least_error(ratio, second, series) for series in ("E12", "E24", "E96")}
    enough = next((series for series, error in errors.items() if error <= 0.002), None)
    expected = errors[enough] if enough else min(errors.values())
    assert found.error <= expected + 1.1e-5, (found, errors)
    if enough:
        decade = values(enough, found.first / 3, found.first * 3)
        assert found.first in decade
        assert found.second in values(enough, *second)


def test_ratio_pair_prefers_the_middle_of_the_range():
    assert ratio_pair(1.0, (1e3, 1e5)) == Pair(1e4, 1e4, 0.0)
    assert ratio_pair(9.0, (1e3, 1e5)).error < 0.002


def test_a_range_without_a_preferred_value():
    with pytest.raises(ValueError, match="no preferred value between 1010 and 1015"):
        ratio_pair(1.0, (1010.0, 1015.0))


@SOME
@given(st.floats(-7.0, 0.0).map(lambda e: 10**e))
def test_product_pair_meets_its_budget_where_that_can_be(product: float):
    found = product_pair(product, budget=0.002)
    assert 1e3 * 0.98 <= found.first <= 1e6 * 1.02
    assert found.second in values("E12", 100e-12, 10e-6)
    assert found.error == pytest.approx(abs(found.first * found.second / product - 1), abs=1e-12)
    best = min(
        abs(nearest(product / c, "E96") * c / product - 1)
        for c in values("E12", 100e-12, 10e-6)
        if 1e3 <= product / c <= 1e6
    )
    assert found.error <= max(0.002, best) + 1e-9


def test_product_pair_stays_near_the_impedance_asked_for():
    corner = 1 / (2 * math.pi * 1e3)
    for resistance in (3e3, 15e3, 150e3):
        found = product_pair(corner, target_resistor=resistance)
        assert resistance / 3 < found.first < resistance * 3


def test_a_product_out_of_reach():
    with pytest.raises(ValueError, match="no preferred pair has the product 1e-15"):
        product_pair(1e-15)
