"""LC ladders: element values from a response, put on preferred values as a set.

A ladder with a resistance at both ends takes its values from the closed forms for Butterworth and Chebyshev
filters; one with a resistance at one end from dividing out the even and odd parts of the response's
denominator (Cauer's continued fraction). Both are found in A. I. Zverev, Handbook of Filter Synthesis.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from voltsmith.knowledge.blocks._filter_passive import winding
from voltsmith.knowledge.blocks._filter_prototypes import HALF_POWER_DB, Section, half_power_ratio
from voltsmith.knowledge.preferred import values
from voltsmith.schemas.errors import Infeasible

MAX_LADDER = 7
TAU = 2 * math.pi


class Element(NamedTuple):
    """A branch of the ladder: in series with the signal or from it to ground; ``value`` in H or F."""

    series: bool
    coil: bool
    value: float


@dataclass(frozen=True)
class Ends:
    """Resistance (ohm) at both ends: 0 for a bare source, infinite for an open output."""

    source: float
    load: float

    @property
    def both(self) -> bool:
        """Whether there is a resistance at both ends."""
        return self.source > 0 and not math.isinf(self.load)

    @property
    def level(self) -> float:
        """The impedance (ohm) that values are scaled to."""
        return self.load if self.source == 0 else self.source


def doubly_terminated(response: str, order: int, ripple: float) -> tuple[float, ...]:
    """Element values for 1 ohm at both ends and the -3 dB edge at 1 rad/s.

    Raises:
        Infeasible: equal resistances cannot give this response.
    """
    if response == "butterworth":
        return tuple(2 * math.sin((2 * k - 1) * math.pi / (2 * order)) for k in range(1, order + 1))
    if response != "chebyshev":
        raise Infeasible("ladders between two resistances are built with Butterworth or Chebyshev response")
    if order % 2 == 0:
        raise Infeasible(
            f"a Chebyshev ladder between equal resistances has an odd order, and {order} was asked for"
        )
    beta = math.log(1 / math.tanh(ripple * math.log(10) / 40))
    gamma = math.sinh(beta / (2 * order))
    a = [math.sin((2 * k - 1) * math.pi / (2 * order)) for k in range(1, order + 1)]
    b = [gamma**2 + math.sin(k * math.pi / order) ** 2 for k in range(1, order + 1)]
    g = [2 * a[0] / gamma]
    for k in range(1, order):
        g.append(4 * a[k - 1] * a[k] / (b[k - 1] * g[k - 1]))
    return tuple(value * half_power_ratio(order, ripple) for value in g)


def singly_terminated(sections: Sequence[Section]) -> tuple[float, ...]:
    """Element values from the 1 ohm end for a denominator made of these sections."""
    polynomial = np.array([1.0])
    for part in sections:
        w = part.frequency
        factor = [1 / w, 1.0] if part.q is None else [1 / w**2, 1 / (part.q * w), 1.0]
        polynomial = np.polymul(polynomial, np.array(factor))
    order = len(polynomial) - 1
    powers = np.arange(order, -1, -1)
    above = np.where(powers % 2 == order % 2, polynomial, 0.0)
    below = np.trim_zeros(np.where(powers % 2 != order % 2, polynomial, 0.0), "f")
    found = []
    for _ in range(order):
        # Each division takes one element, s times its value, out of the immittance.
        value = above[0] / below[0]
        found.append(float(value))
        rest: NDArray[np.float64] = np.polysub(above, np.polymul([value, 0.0], below))
        above, below = below, np.trim_zeros(np.where(np.abs(rest) < 1e-12, 0.0, rest), "f")
        if below.size == 0:
            break
    return tuple(found)


def elements(g: Sequence[float], ends: Ends, cutoff: float, high_pass: bool) -> tuple[Element, ...]:
    """The ladder from source to load for element values ``g`` that start at the resistance.

    A low-pass begins with a coil at a bare source, and ends with a capacitor at an open output.
    """
    order, w0, level = len(g), TAU * cutoff, ends.level
    if ends.both:
        # Begin with a shunt element in odd orders, which has one coil less.
        series_first, ordered = order % 2 == 0, list(g)
    elif ends.source == 0:
        series_first, ordered = True, list(reversed(g))
    else:
        series_first, ordered = order % 2 == 0, list(g)
    made = []
    for index, value in enumerate(ordered):
        series = (index % 2 == 0) == series_first
        if high_pass:
            coil, size = not series, (1 / (value * w0 * level) if series else level / (value * w0))
        else:
            coil, size = series, (value * level / w0 if series else value / (w0 * level))
        made.append(Element(series, coil, size))
    return tuple(made)


def response_db(
    ladder: Sequence[Element], ends: Ends, frequencies: NDArray[np.float64], at: float
) -> NDArray[np.float64]:
    """Gain in dB from the source's open-circuit voltage; coils have the winding they have at ``at`` Hz."""
    s = 1j * TAU * frequencies
    a = np.ones_like(s)
    b = np.zeros_like(s)
    c = np.zeros_like(s)
    d = np.ones_like(s)
    for part in ladder:
        impedance = s * part.value + winding(part.value, at) if part.coil else 1 / (s * part.value)
        if part.series:
            b, d = a * impedance + b, c * impedance + d
        else:
            a, c = a + b / impedance, c + d / impedance
    # The chain matrix, with the source's resistance in front and the load behind.
    into = 1 / ends.load
    total = a + b * into + ends.source * (c + d * into)
    return np.asarray(-20 * np.log10(np.abs(total)))


@cache
def _offsets(order: int) -> tuple[tuple[int, ...], ...]:
    choices = 4 if order <= 3 else 3 if order <= 5 else 2
    return tuple(itertools.product(range(choices), repeat=order))


@dataclass(frozen=True)
class Goal:
    """The response a ladder shall have.

    ``loss`` holds (multiple of the edge, attenuation in dB against DC) of the low-pass prototype. The edge
    counts most, but where there is ``ripple``, which the windings' losses would be traded for.
    """

    ends: Ends
    cutoff: float
    high_pass: bool
    loss: tuple[tuple[float, float], ...]
    ripple: bool = False

    def deviation(self, ladder: Sequence[Element]) -> NDArray[np.float64]:
        """Difference from the response in dB, the stop band counting less."""
        ratios = np.array([ratio for ratio, _ in self.loss])
        wanted = -np.array([decibels for _, decibels in self.loss])
        flat = self.cutoff * (1e3 if self.high_pass else 1e-3)
        grid = np.append(self.cutoff / ratios if self.high_pass else self.cutoff * ratios, flat)
        made = response_db(ladder, self.ends, grid, self.cutoff)
        weight = np.where(wanted > -2 * HALF_POWER_DB, 1.0, 0.15)
        weight = np.where(np.abs(np.log(ratios)) < 0.08, 0.3 if self.ripple else 4.0, weight)
        return np.asarray((made[:-1] - made[-1] - wanted) * weight)


def refined(ladder: Sequence[Element], goal: Goal) -> tuple[Element, ...]:
    """Values that make up for the windings and for unequal ends, which the formulas leave out."""
    from scipy.optimize import least_squares

    def scaled(logs: NDArray[np.float64]) -> tuple[Element, ...]:
        return tuple(
            part._replace(value=part.value * math.exp(log)) for part, log in zip(ladder, logs, strict=True)
        )

    found = least_squares(
        lambda logs: goal.deviation(scaled(logs)), np.zeros(len(ladder)), bounds=(-2.5, 2.5)
    )
    return scaled(found.x)


class Choice(NamedTuple):
    """A ladder on preferred values, the resistances (ohm) at its ends, and how far off its response is."""

    ladder: tuple[Element, ...]
    source: float
    load: float
    cost: float


def preferred(ideal: Sequence[Element], goal: Goal, fixed: Mapping[bool, float]) -> Choice:
    """The ladder on preferred values whose response is nearest.

    ``fixed`` are values the user gave, by whether they are coils.
    """
    pools = [_pool(part, fixed) for part in ideal]
    best: Choice | None = None
    for ranks in _offsets(len(ideal)):
        if any(rank >= len(pool) for rank, pool in zip(ranks, pools, strict=True)):
            continue
        chosen = tuple(
            part._replace(value=pool[rank]) for part, pool, rank in zip(ideal, pools, ranks, strict=True)
        )
        off = goal.deviation(chosen)
        cost = float(np.sum(off * off))
        if best is None or cost < best.cost:
            best = Choice(chosen, goal.ends.source, goal.ends.load, cost)
    assert best is not None
    return best


def rescaled(ladder: Sequence[Element], factor: float) -> tuple[Element, ...]:
    """The same response at an impedance that is ``factor`` times as high."""
    return tuple(
        part._replace(value=part.value * factor if part.coil else part.value / factor) for part in ladder
    )


def _pool(part: Element, fixed: Mapping[bool, float]) -> tuple[float, ...]:
    """Candidates, nearest first."""
    if part.coil in fixed:
        return (fixed[part.coil],)
    # Coils for radio frequencies come in finer steps than chokes.
    series = "E12" if part.coil and part.value > 100e-6 else "E24"
    near = values(series, part.value / 2, part.value * 2)
    return tuple(sorted(near, key=lambda value: abs(math.log(value / part.value))))
