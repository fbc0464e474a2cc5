"""Positive feedback around a comparator: resistors for two thresholds, inverting and non-inverting.

Both networks are solved with the output's real levels and the pull-up resistor, for the high level
arrives through it.
"""

from __future__ import annotations

from typing import NamedTuple

from voltsmith.knowledge.blocks._deciding import (
    Decider,
    choose_decider,
    deliver,
    inside_supply,
    offer_delay,
    offer_levels,
    place,
    test_of,
    triangle_bench,
)
from voltsmith.knowledge.blocks.assembly import Probe, voltage
from voltsmith.knowledge.blocks.base import Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.preferred import nearest, values
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.testbenches import Measure, MeasureKind

_BUDGET = 0.01
"""Error of a threshold, relative to the hysteresis, at which coarser values are good enough."""


class Thresholds(NamedTuple):
    """Upper and lower threshold, V."""

    upper: float
    lower: float


class Straight(NamedTuple):
    """Non-inverting: R_1 from the input, R_2 from the output, and R_a, R_b of the reference (ohm)."""

    input: float
    feedback: float
    top: float
    bottom: float


class Inverted(NamedTuple):
    """Inverting: R_a to the positive rail, R_b to the negative one or ground, R_f from the output (ohm)."""

    top: float
    bottom: float
    feedback: float


class Levels(NamedTuple):
    """Rails of the reference divider and output levels (V), and the resistance (ohm) of the high one."""

    top: float
    bottom: float
    high: float
    low: float
    resistance: float

    def straight(self, found: Straight) -> Thresholds:
        """Thresholds of the non-inverting network: V+ = V_ref when the input is at them."""
        reference = self.bottom + (self.top - self.bottom) * found.bottom / (found.top + found.bottom)
        low, high = found.input / found.feedback, found.input / (found.feedback + self.resistance)
        return Thresholds(reference * (1 + low) - self.low * low, reference * (1 + high) - self.high * high)

    def inverted(self, found: Inverted) -> Thresholds:
        """Thresholds of the inverting network: the level of V+ for each state of the output."""
        above, below = 1 / found.top, 1 / found.bottom
        back, through = 1 / found.feedback, 1 / (found.feedback + self.resistance)
        fixed = self.top * above + self.bottom * below
        return Thresholds(
            (fixed + self.high * through) / (above + below + through),
            (fixed + self.low * back) / (above + below + back),
        )


def solve_straight(levels: Levels, wish: Thresholds) -> tuple[Straight, float]:
    """Preferred values for a non-inverting trigger, and the reference voltage they make.

    Raises:
        Infeasible: no resistors give these thresholds.
    """
    span, best = levels.top - levels.bottom, None
    gap = wish.upper - wish.lower
    for rank, series in enumerate(("E24", "E96")):
        for feedback in values("E24", 100e3, 1e6):
            exact = _input_resistor(levels, wish, feedback)
            if exact is None or exact < 1e3:
                continue
            resistor = nearest(exact, series)
            ratio = resistor / feedback
            reference = (wish.upper + levels.low * ratio) / (1 + ratio)
            share = (reference - levels.bottom) / span
            if not 0.003 < share < 0.997:
                continue
            for bottom in values("E24", 10e3, 91e3):
                top = nearest(bottom * (1 - share) / share, series)
                found = Straight(resistor, feedback, top, bottom)
                got = levels.straight(found)
                error = max(abs(got.upper - wish.upper), abs(got.lower - wish.lower)) / gap
                if best is None or error + 0.003 * rank < best[0]:
                    best = (error + 0.003 * rank, found)
        if best is not None and best[0] <= _BUDGET:
            break
    if best is None:
        raise Infeasible(_out_of_reach(wish, levels))
    found = best[1]
    return found, levels.bottom + span * found.bottom / (found.top + found.bottom)


def _input_resistor(levels: Levels, wish: Thresholds, feedback: float) -> float | None:
    """R_1 (ohm) for the hysteresis, by bisection; the lower threshold falls as it rises."""

    def lower(resistor: float) -> float:
        low, high = resistor / feedback, resistor / (feedback + levels.resistance)
        reference = (wish.upper + levels.low * low) / (1 + low)
        return reference * (1 + high) - levels.high * high

    small, large = 0.0, feedback
    if lower(large) > wish.lower:
        return None
    for _ in range(60):
        middle = (small + large) / 2
        small, large = (middle, large) if lower(middle) > wish.lower else (small, middle)
    return large


def solve_inverted(levels: Levels, wish: Thresholds) -> Inverted:
    """Preferred values for an inverting trigger.

    Raises:
        Infeasible: no resistors give these thresholds.
    """
    best: tuple[float, Inverted] | None = None
    gap = wish.upper - wish.lower
    for rank, series in enumerate(("E24", "E96")):
        for feedback in values("E24", 100e3, 1e6):
            back, through = 1 / feedback, 1 / (feedback + levels.resistance)
            # Currents into V+ balance at both thresholds: two linear equations for two conductances.
            a, c = wish.upper - levels.top, wish.upper - levels.bottom
            d, e = wish.lower - levels.top, wish.lower - levels.bottom
            right, other = (levels.high - wish.upper) * through, (levels.low - wish.lower) * back
            determinant = a * e - c * d
            above = (right * e - c * other) / determinant
            below = (a * other - d * right) / determinant
            if above <= 1e-8 or below <= 1e-8 or above + below > 2e-3:
                continue
            found = Inverted(nearest(1 / above, series), nearest(1 / below, series), feedback)
            got = levels.inverted(found)
            error = max(abs(got.upper - wish.upper), abs(got.lower - wish.lower)) / gap
            if best is None or error + 0.003 * rank < best[0]:
                best = (error + 0.003 * rank, found)
        if best is not None and best[0] <= _BUDGET:
            break
    if best is None:
        raise Infeasible(_out_of_reach(wish, levels))
    return best[1]


def _out_of_reach(wish: Thresholds, levels: Levels) -> str:
    return (
        f"thresholds of {wish.upper:.3g} V and {wish.lower:.3g} V cannot be made by feedback from an output "
        f"that goes from {levels.low:.3g} V to {levels.high:.3g} V"
    )


def build_trigger(b: Builder, p: Values, upper: float, lower: float, *, inverting: bool) -> None:
    """A comparator with hysteresis, its measurements included.

    Raises:
        Infeasible: thresholds in the wrong order, outside the supply, or out of the part's reach.
    """
    if upper <= lower:
        raise Infeasible(f"the upper threshold, {upper:g} V, has to lie above the lower one, {lower:g} V")
    inside_supply(b, upper, lower)
    wish = Thresholds(upper, lower)
    if inverting:
        decider = choose_decider(b, p, lower, upper)
        levels = _levels(b, decider)
        parts = solve_inverted(levels, wish)
    else:
        # Both inputs are at the reference when it switches, which lies between the thresholds or near.
        decider, levels, straight = _straight(b, p, wish)
    source, sink = b.input(), b.output()
    vcc, bottom = b.rails()
    plus = b.net("plus")
    if inverting:
        b.resistor(parts.top, vcc, plus)
        b.resistor(parts.bottom, plus, bottom)
        b.resistor(parts.feedback, sink, plus)
        place(b, decider, plus, source, sink)
    else:
        reference = b.net("ref")
        b.resistor(straight.top, vcc, reference)
        b.resistor(straight.bottom, reference, bottom)
        b.capacitor(100e-9, reference, b.ground())
        b.resistor(straight.input, source, plus)
        b.resistor(straight.feedback, sink, plus)
        place(b, decider, plus, reference, sink)
    b.transfer(0.0, decider.middle)
    deliver(b, decider)
    _offer(b, decider, source, sink, inverting)


def _levels(b: Builder, decider: Decider) -> Levels:
    supply = b.supply
    return Levels(supply.vcc, supply.vee, decider.high, decider.low, decider.resistance)


def _straight(b: Builder, p: Values, wish: Thresholds) -> tuple[Decider, Levels, Straight]:
    supply = b.supply
    # First with ideal levels, to know the reference that the part has to take at its inputs.
    ideal = Levels(supply.vcc, supply.vee, supply.vcc, supply.vee, 0.0)
    _, reference = solve_straight(ideal, wish)
    decider = choose_decider(b, p, reference - 0.02 * supply.span, reference + 0.02 * supply.span)
    levels = _levels(b, decider)
    found, _ = solve_straight(levels, wish)
    return decider, levels, found


def _offer(b: Builder, decider: Decider, source: str, sink: str, inverting: bool) -> None:
    test = test_of(b, decider, source, sink)
    bench = triangle_bench(b, test)

    def threshold(kind: MeasureKind) -> None:
        measure = Measure(kind=kind, signal=voltage(sink), reference=voltage(source), level=decider.middle)
        b.offer(kind, lambda _: Probe(bench, measure))

    threshold("upper_threshold")
    threshold("lower_threshold")
    threshold("hysteresis")
    # A triangle from low to high spends (high - centre) / (high - low) of its time above the thresholds'
    # centre: the duty cycle is the centre in disguise.
    span = test.high - test.low
    center = Measure(
        kind="duty_cycle",
        signal=voltage(sink),
        level=decider.middle,
        scale=(span if inverting else -span) / 100,
        offset=test.low if inverting else test.high,
    )
    b.offer("threshold_voltage", lambda _: Probe(triangle_bench(b, test, 3), center))
    ends = (test.low, test.high) if inverting else (test.high, test.low)
    offer_levels(b, test, decider, *ends)
    offer_delay(b, test, decider, test.low, test.high)
