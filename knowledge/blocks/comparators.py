"""Comparator with one threshold, window comparator with two."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

from voltsmith.knowledge.blocks._deciding import (
    OVERDRIVE,
    choose_decider,
    deliver,
    inside_supply,
    offer_delay,
    offer_levels,
    place,
    reference_divider,
    test_of,
    triangle_bench,
)
from voltsmith.knowledge.blocks._hysteresis import build_trigger
from voltsmith.knowledge.blocks.assembly import Probe, voltage
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.preferred import at_most, nearest, values
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply
from voltsmith.schemas.testbenches import Measure

DIODE = "BAT54"
"""Lets a push-pull output pull a shared net down and no more, at 0.25 V."""
PULL_UP = 10e3
"""Ohm, where the comparators need none for themselves."""
_NEAR = (0.98, 1.0, 1.02)


class Comparator(Block):
    """A comparator against a divider from the supply."""

    id = "comparator"
    function = "comparator"
    title = "Comparator"
    summary = (
        "Tells whether a voltage is above or below a threshold, which a divider takes from the supply. The "
        "output is high above it, or below it where an inverting one is asked for; with "
        "hysteresis on request."
    )
    equations = (
        "V_T = V_CC R_2 / (R_1 + R_2)",
        "output high through the pull-up resistor: V_CC R_L / (R_L + R_PU)",
    )
    sources = (
        "Texas Instruments SLCS005, LM393 data sheet, application section",
        "P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., section 4.3.2",
    )
    phrases = (
        "comparator",
        "compare a voltage with a threshold",
        "threshold detector",
        "level detector",
        "low battery detector",
        "over-voltage detector",
        "zero crossing detector",
        "switch at 2.5 V",
    )
    parameters = (
        Parameter(
            name="threshold_voltage",
            unit="V",
            description="switching threshold",
            default=2.5,
            low=-18.0,
            high=36.0,
        ),
    )
    measures = (
        "threshold_voltage",
        "upper_threshold",
        "lower_threshold",
        "hysteresis",
        "output_high",
        "output_low",
        "delay",
        "rise_time",
    )
    topologies = ("inverting", "non_inverting", "opamp")
    default_supply = Supply(vcc=5.0)

    def fit(self, asked: Asked) -> float:
        """One threshold; two are a Schmitt trigger or a window."""
        return 1.0

    def derive(self, asked: Asked) -> dict[str, float]:
        """The threshold between two switching points."""
        if "threshold_voltage" in asked or not {"upper_threshold", "lower_threshold"} <= set(asked):
            return {}
        return {"threshold_voltage": (asked["upper_threshold"] + asked["lower_threshold"]) / 2}

    def build(self, b: Builder, p: Values) -> None:
        """The divider at one input, the signal at the other."""
        threshold = p["threshold_voltage"]
        inverting = p.choice("topology") == "inverting"
        gap = p.get("hysteresis", 0.0)
        if {"upper_threshold", "lower_threshold"} <= set(p.numbers):
            gap = p["upper_threshold"] - p["lower_threshold"]
        if gap > 0:
            build_trigger(b, p, threshold + gap / 2, threshold - gap / 2, inverting=inverting)
            return
        decider = choose_decider(b, p, threshold, threshold)
        source, sink = b.input(), b.output()
        if threshold == 0:
            reference = b.ground()
        else:
            reference = b.net("ref")
            reference_divider(b, threshold, reference)
        ends = (reference, source) if inverting else (source, reference)
        place(b, decider, *ends, sink)
        gain = 0.0 if b.is_last else (decider.high - decider.low) * (-1 if inverting else 1)
        test = test_of(b, decider, source, sink)
        bench = triangle_bench(b, test)
        b.offer(
            "threshold_voltage",
            lambda _: Probe(
                bench,
                Measure(
                    kind="upper_threshold",
                    signal=voltage(sink),
                    reference=voltage(source),
                    level=decider.middle,
                ),
            ),
        )
        above, below = threshold + OVERDRIVE, threshold - OVERDRIVE
        high_at, low_at = (below, above) if inverting else (above, below)
        offer_levels(b, test, decider, high_at, low_at)
        offer_delay(b, test, decider, below, above)
        b.transfer(gain, decider.middle)
        deliver(b, decider)


class WindowComparator(Block):
    """Two comparators that pull one output down outside a window."""

    id = "window_comparator"
    function = "window_comparator"
    title = "Window comparator"
    summary = (
        "Tells whether a voltage lies between two thresholds: the output is high inside the window and low "
        "outside. Two comparators share a pull-up resistor; three resistors set both thresholds."
    )
    equations = (
        "V_U = V_CC (R_2 + R_3) / (R_1 + R_2 + R_3)",
        "V_L = V_CC R_3 / (R_1 + R_2 + R_3)",
    )
    sources = (
        "Texas Instruments SLCS006, LM339 data sheet, application section",
        "P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., section 12.3",
    )
    phrases = (
        "window comparator",
        "window detector",
        "voltage within limits",
        "output high between 2 V and 3 V",
        "over- and under-voltage detector",
        "in-range detector",
    )
    parameters = (
        Parameter(
            name="upper_threshold", unit="V", description="upper end of the window", default=3.0, high=36.0
        ),
        Parameter(
            name="lower_threshold", unit="V", description="lower end of the window", default=2.0, low=-18.0
        ),
    )
    measures = ("upper_threshold", "lower_threshold", "output_high", "output_low", "delay")
    default_supply = Supply(vcc=5.0)

    def derive(self, asked: Asked) -> dict[str, float]:
        """Both ends from a centre and a width."""
        if "threshold_voltage" in asked and "hysteresis" in asked:
            center, half = asked["threshold_voltage"], asked["hysteresis"] / 2
            return {"upper_threshold": center + half, "lower_threshold": center - half}
        return {}

    def build(self, b: Builder, p: Values) -> None:
        """Three resistors between the rails, two comparators wired together."""
        upper, lower = p["upper_threshold"], p["lower_threshold"]
        if upper <= lower:
            raise Infeasible(f"a window from {lower:g} V up to {upper:g} V is empty")
        inside_supply(b, upper, lower)
        decider = choose_decider(b, p, lower, upper)
        source, sink = b.input(), b.output()
        vcc, supply = b.rails()[0], b.supply
        top, foot = b.net("upper"), b.net("lower")
        if supply.vee == 0:
            first, second, third = _three(supply.vcc, upper, lower)
            b.resistor(first, vcc, top)
            b.resistor(second, top, foot)
            b.resistor(third, foot, b.ground())
        else:
            # One chain between split rails would make a small level out of the difference of large ones.
            top, foot = (_reference(b, level, net) for level, net in ((upper, top), (lower, foot)))
        if decider.pull_up is not None:
            place(b, decider, top, source, sink)
            place(b, decider, source, foot, sink, pull_up=False)
        else:
            # Outputs that drive both ways must not be tied together: diodes let them pull down only.
            load = p.get("load_resistance", math.inf)
            pull_up = min(PULL_UP, at_most(load / 20)) if load < math.inf else PULL_UP
            decider = replace(decider, high=supply.vcc / (1 + pull_up / load))
            b.resistor(pull_up, vcc, sink)
            for in_p, in_n in ((top, source), (source, foot)):
                driver = b.net("drive")
                place(b, decider, in_p, in_n, driver)
                b.part(DIODE, {"A": sink, "K": driver})
        b.transfer(0.0, decider.middle)
        deliver(b, decider)
        test = test_of(b, decider, source, sink)
        bench, center = triangle_bench(b, test), (upper + lower) / 2
        middle, end = test.at(center), test.cycle / 2
        for quantity, window in (("lower_threshold", (0.0, middle)), ("upper_threshold", (middle, end))):
            # One rise of the triangle, cut in the middle of the window: one threshold to each part.
            measure = Measure(
                kind="upper_threshold",
                signal=voltage(sink),
                reference=voltage(source),
                level=decider.middle,
                low=window[0],
                high=window[1],
            )
            b.offer(quantity, lambda _, measure=measure: Probe(bench, measure))  # type: ignore[misc]
        offer_levels(b, test, decider, center, (upper + test.high) / 2)
        offer_delay(b, test, decider, (lower + test.low) / 2, center)


def _reference(b: Builder, level: float, net: str) -> str:
    """The net that holds ``level`` (V): ``net`` with its divider, or ground for zero."""
    if level == 0:
        return b.ground()
    reference_divider(b, level, net)
    return net


def _three(top: float, upper: float, lower: float) -> tuple[float, float, float]:
    """Three resistors in a chain from ``top`` to ground for two levels (V), of about 100 kohm together."""
    shares = (top - upper, upper - lower, lower)
    best: tuple[float, tuple[float, float, float]] | None = None
    for rank, series in enumerate(("E24", "E96")):
        low = 20e3 * shares[2] / top + 30
        for third, near, far in itertools.product(values(series, low, 10 * low), _NEAR, _NEAR):
            second = nearest(third * shares[1] / shares[2] * near, series)
            first = nearest(third * shares[0] / shares[2] * far, series)
            whole = first + second + third
            errors = (abs(top * (second + third) / whole / upper - 1), abs(top * third / whole / lower - 1))
            cost = max(errors) + 0.002 * rank
            if best is None or cost < best[0]:
                best = (cost, (first, second, third))
        if best is not None and best[0] < 0.005:
            break
    if best is None:
        raise Infeasible("the thresholds are too close to a rail for a divider")
    return best[1]


BLOCKS: tuple[Block, ...] = (Comparator(), WindowComparator())
