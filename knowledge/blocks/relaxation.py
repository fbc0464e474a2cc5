"""Relaxation oscillator: a Schmitt trigger that charges and discharges a capacitor through a resistor."""

from __future__ import annotations

import dataclasses
import math
from typing import NamedTuple

from voltsmith.knowledge.blocks._square import (
    MEASURES,
    Run,
    aimed_frequency,
    derive_rhythm,
    frequency_parameter,
    offer_square,
)
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.blocks.selection import OpampNeeds, shortfall
from voltsmith.knowledge.devices import component, components
from voltsmith.knowledge.preferred import nearest, values
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply
from voltsmith.schemas.testbenches import Load

FEEDBACK = ((5e3, 100e3), (2e5, 10e3), (math.inf, 2.2e3))
"""Equal resistors (ohm) that set the thresholds, up to a frequency (Hz): input capacitance wants low ones."""
FAST = 20e3
"""Hz from which a comparator is the better switch."""
SLEW_SHARE = 0.05
"""Most of a half period that the output may take from rail to rail."""
SLOW = 10.0
"""Hz below which the timing resistor is so large that only FET inputs leave it alone."""
PULL_UP = 2.2e3
"""Ohm from an open collector to the supply."""


class Switch(NamedTuple):
    """What switches: a part, its output levels (V) and the time (s) it takes."""

    entry: Component
    low: float
    high: float
    delay: float


def half_periods(supply: Supply, switch: Switch, tau: float) -> tuple[float, float]:
    """Time high and time low (s) for a time constant ``tau`` (s), output levels and delay counted.

    Three equal resistors put the threshold at the mean of both rails and the output.
    """
    upper = (supply.vcc + supply.vee + switch.high) / 3
    lower = (supply.vcc + supply.vee + switch.low) / 3
    up = tau * math.log((switch.high - lower) / (switch.high - upper))
    down = tau * math.log((upper - switch.low) / (lower - switch.low))
    # Each delay lets the capacitor run past the threshold, and that way has to be made good.
    return up + 1.5 * switch.delay, down + 1.5 * switch.delay


class RelaxationOscillator(Block):
    """An op-amp or comparator with hysteresis, and an RC from its output to its inverting input."""

    id = "relaxation_oscillator"
    function = "square_oscillator"
    title = "Op-amp relaxation oscillator"
    summary = (
        "Square-wave oscillator of 50 % duty cycle with one rail-to-rail op-amp or comparator: three equal "
        "resistors make thresholds at a third and two thirds of the swing, between which the capacitor moves."
    )
    equations = (
        "T = 2 R C ln 2, with thresholds at 1/3 and 2/3 of the swing",
        "t_high = R C ln((V_oh - V_low) / (V_oh - V_high)), V_high and V_low the thresholds",
    )
    sources = ("P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., section 7.1.2",)
    phrases = (
        "relaxation oscillator",
        "op-amp square wave oscillator",
        "Schmitt trigger oscillator",
        "comparator oscillator",
        "square wave with 50 % duty cycle from an op-amp",
        "hysteresis oscillator",
    )
    parameters = (frequency_parameter(1e3, 0.05, 1e6),)
    measures = MEASURES
    topologies = ("relaxation", "opamp", "comparator", "schmitt")
    default_supply = Supply(vcc=5.0)

    def fit(self, asked: Asked) -> float:
        """When asked for by name; a 555 is the ordinary oscillator."""
        if abs(asked.get("duty_cycle", 50.0) - 50.0) > 2.0:
            raise Infeasible("this relaxation oscillator has a duty cycle of 50 %; a 555 makes others")
        named = any(component(name).kind in ("opamp", "comparator") for name in asked.components)
        return 3.0 if named or asked.choice("topology") in self.topologies else 0.8

    def derive(self, asked: Asked) -> dict[str, float]:
        """Frequency from the period, or from the times high and low."""
        return derive_rhythm(asked)

    def build(self, b: Builder, p: Values) -> None:
        """Three threshold resistors, R and C."""
        if abs(p.get("duty_cycle", 50.0) - 50.0) > 2.0:
            raise Infeasible("this relaxation oscillator has a duty cycle of 50 %; a 555 makes others")
        frequency = aimed_frequency(p)
        supply = b.supply
        load = max(p.get("load_current", 0.0), supply.span / 2 / p.get("load_resistance", math.inf))
        switch = choose_switch(b, frequency, load)
        unit = sum(half_periods(supply, switch, 1 / frequency)) * frequency
        extra = 3 * switch.delay * frequency
        product = (1 - extra) / (unit - extra) / frequency
        stray = 2 * switch.entry.model["input_capacitance"]
        resistor, capacitor = _timing(product, stray, p)
        vcc, vee = b.rails()
        out, timing, threshold, ground = b.output(), b.net("timing"), b.net("threshold"), b.ground()
        feedback = next(ohms for limit, ohms in FEEDBACK if frequency <= limit)
        b.deliver(switch.high, current=0.5 * switch.entry.limits["output_current"])
        for end in (vcc, vee, out):
            b.resistor(feedback, end, threshold)
        b.resistor(resistor, out, timing)
        b.capacitor(capacitor, timing, ground)
        if switch.entry.kind == "opamp":
            b.opamp(threshold, timing, out, of=switch.entry)
        else:
            b.comparator(threshold, timing, out, of=switch.entry)
            if "open_collector" in switch.entry.features:
                b.resistor(PULL_UP, vcc, out)
        loads: tuple[Load, ...] = ()
        if (amperes := p.get("load_current", 0.0)) > 0:
            loads = (Load(kind="resistor", value=switch.high / amperes, net=out),)
        high, low = half_periods(supply, switch, resistor * (capacitor + stray))
        offer_square(b, out, Run(1 / (high + low), high, settle=2.5, loads=loads), edge=False)


def choose_switch(b: Builder, frequency: float, load: float) -> Switch:
    """The cheapest rail-to-rail op-amp that is fast enough, else a comparator, else any op-amp.

    Raises:
        Infeasible: none is.
    """
    supply = b.supply
    slew = supply.span / (SLEW_SHARE / 2 / frequency)
    # Its inputs sit at the thresholds and its output at the rails; speed in the linear range hardly matters.
    needs = OpampNeeds(
        slew_rate=slew,
        gain_bandwidth=20 * frequency,
        output_current=load + 2 * supply.span / 10e3,
        output_low=supply.vee + 0.1,
        output_high=supply.vcc - 0.1,
        input_low=supply.vee + 0.3 * supply.span,
        input_high=supply.vcc - 0.3 * supply.span,
        low_bias=frequency < SLOW,
    )
    ordinary = dataclasses.replace(needs, output_low=None, output_high=None)
    found = _candidates(b, needs, frequency, load) or _candidates(b, ordinary, frequency, load)
    if not found:
        raise Infeasible(
            f"no op-amp or push-pull comparator in the library switches {supply.span:g} V at "
            f"{frequency:.4g} Hz"
        )
    preferred = "comparator" if frequency > FAST else "opamp"
    return min(found, key=lambda item: (item.entry.kind != preferred, item.entry.cost, item.entry.id))


def _candidates(b: Builder, needs: OpampNeeds, frequency: float, load: float) -> list[Switch]:
    supply = b.supply
    named = b.named_component("opamp", "comparator")
    found: list[Switch] = []
    for entry in (named,) if named else components().values():
        limits = entry.limits
        if entry.kind == "opamp" and (named or not shortfall(entry, needs, supply)):
            low = supply.vee + limits["output_low_headroom"]
            high = supply.vcc - limits["output_high_headroom"]
            # Half of the slewing is a delay of the output's middle, the other half moves the threshold.
            found.append(Switch(entry, low, high, supply.span / limits["slew_rate"] / 2))
        elif entry.kind == "comparator" and limits["supply_min"] <= supply.span <= limits["supply_max"]:
            push_pull = "push_pull" in entry.features
            if not named and (not push_pull or limits["propagation_delay"] > SLEW_SHARE / 2 / frequency):
                continue
            if not named and load > limits["output_current"]:
                continue
            found.append(Switch(entry, supply.vee, supply.vcc, limits["propagation_delay"]))
    return found


def _timing(product: float, stray: float, p: Values) -> tuple[float, float]:
    """R (ohm) and C (F) for a time constant (s), with ``stray`` (F) beside the capacitor.

    Raises:
        Infeasible: there are none.
    """
    best: tuple[float, float, float] | None = None
    for c in (p["capacitance"],) if "capacitance" in p else values("E12", 220e-12, 1e-6):
        ideal = p.get("resistance", 0.0) or product / (c + stray)
        if not 1e3 <= ideal <= 10e6:
            continue
        for rank, series in enumerate(("E24", "E96")):
            r = p.get("resistance", 0.0) or nearest(ideal, series)
            cost = 100 * max(abs(r * (c + stray) / product - 1) - 0.004, 0.0) + 0.25 * rank
            cost += 0.15 * abs(math.log(r / 68e3)) + (0.0 if nearest(c, "E6") == c else 0.3)
            if best is None or cost < best[0]:
                best = (cost, r, c)
    if best is None:
        raise Infeasible(f"a time constant of {product:.3g} s needs values that are not made")
    return best[1], best[2]


BLOCKS: tuple[Block, ...] = (RelaxationOscillator(),)
