"""Preferred values: choosing the *set* of values that meets a target, not rounding each by itself.

Series are those of IEC 60063, from the ``eseries`` package.
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import eseries

SERIES = {"E6": eseries.E6, "E12": eseries.E12, "E24": eseries.E24, "E48": eseries.E48, "E96": eseries.E96}
R_RANGE = (10.0, 10e6)
"""Resistors (ohm) that are common."""
C_RANGE = (10e-12, 1000e-6)
"""Capacitors (F) that are common."""

CAPACITOR_VOLTAGES = (6.3, 10.0, 16.0, 25.0, 35.0, 50.0, 63.0, 100.0, 160.0, 250.0, 400.0)
"""Rated voltages (V) of capacitors that are common."""
VOLTAGE_RESERVE = 1.5
"""Rated over working voltage of a capacitor."""


class Pair(NamedTuple):
    """Two preferred values and the relative error of what they make."""

    first: float
    second: float
    error: float


@cache
def values(series: str, low: float, high: float) -> tuple[float, ...]:
    """All values of ``series`` from ``low`` to ``high``, rising."""
    if not 0 < low <= high:
        return ()
    # eseries works on open decades in floats; rounding keeps 4.7e-09 from becoming 4.700000000000001e-09.
    found = eseries.erange(SERIES[series], low * (1 - 1e-9), high * (1 + 1e-9))
    return tuple(float(f"{value:.6g}") for value in found)


def nearest(target: float, series: str = "E24") -> float:
    """The value of ``series`` nearest to ``target`` on a logarithmic scale."""
    near = values(series, target / 2.5, target * 2.5)
    return min(near, key=lambda value: abs(math.log(value / target)))


def at_most(target: float, series: str = "E24") -> float:
    """The largest value of ``series`` that does not exceed ``target``."""
    return values(series, target / 2.5, target)[-1]


def at_least(target: float, series: str = "E24") -> float:
    """The smallest value of ``series`` that is not below ``target``."""
    return values(series, target, target * 2.5)[0]


def capacitor_voltage(volts: float) -> float:
    """The rated voltage (V) of a capacitor that ``volts`` stand across."""
    needed = VOLTAGE_RESERVE * abs(volts) * (1 - 1e-9)
    return next((rated for rated in CAPACITOR_VOLTAGES if rated >= needed), CAPACITOR_VOLTAGES[-1])


def ratio_pair(ratio: float, second: tuple[float, float], *, budget: float = 0.002) -> Pair:
    """Two resistors with first/second = ``ratio`` and the second one within a range (ohm).

    The coarsest series that stays within the relative error ``budget`` wins (E12, E24, E96); within a
    series the pair with the least error does, and of equal ones the nearest to the middle of the range.
    """
    best: Pair | None = None
    middle = math.sqrt(second[0] * second[1])
    for series in ("E12", "E24", "E96"):
        candidates = []
        for value in values(series, *second):
            first = nearest(ratio * value, series)
            candidates.append(Pair(first, value, abs(first / value / ratio - 1)))
        if not candidates:
            continue
        found = min(candidates, key=lambda pair: (round(pair.error, 5), abs(math.log(pair.second / middle))))
        if best is None or found.error < best.error:
            best = found
        if best.error <= budget:
            break
    if best is None:
        raise ValueError(f"no preferred value between {second[0]:g} and {second[1]:g}")
    return best


def product_pair(
    product: float,
    resistors: tuple[float, float] = (1e3, 1e6),
    capacitors: tuple[float, float] = (100e-12, 10e-6),
    *,
    target_resistor: float = 15e3,
    budget: float = 0.002,
) -> Pair:
    """A resistor (ohm) and a capacitor (F), or any pair of values, with first * second = ``product``.

    Capacitors come from E12 with E6 preferred; the resistor from the coarsest series within ``budget``.

    Raises:
        ValueError: no capacitor in the range gives a resistor in its range.
    """
    best: tuple[float, Pair] | None = None
    for rank, series in enumerate(("E12", "E24", "E96")):
        for value in values("E12", *capacitors):
            wanted = product / value
            if not resistors[0] * 0.99 <= wanted <= resistors[1] * 1.01:
                continue
            resistor = nearest(wanted, series)
            error = abs(resistor * value / product - 1)
            common = value in values("E6", *capacitors)
            # Error decides, but below the budget a convenient impedance and a common capacitor matter more.
            distance = abs(math.log(resistor / target_resistor)) + (0.0 if common else 0.7) + 0.2 * rank
            cost = max(error - budget, 0) * 1e4 + distance
            if best is None or cost < best[0]:
                best = (cost, Pair(resistor, value, error))
    if best is None:
        raise ValueError(f"no preferred pair has the product {product:g}")
    return best[1]
