"""What comparators and Schmitt triggers have in common: part, output levels, tests."""

from __future__ import annotations

import math
from dataclasses import dataclass

from voltsmith.knowledge.blocks._amplifying import rails
from voltsmith.knowledge.blocks.assembly import Probe, voltage
from voltsmith.knowledge.blocks.base import Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.blocks.offers import offer_supply_current
from voltsmith.knowledge.blocks.selection import OpampNeeds
from voltsmith.knowledge.devices import components
from voltsmith.knowledge.preferred import at_least, at_most, ratio_pair
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import Bench, Dc, Measure, Op, Piecewise, Pulse, Transient, Waveform

OVERDRIVE = 0.1
"""V beyond the threshold that delays are measured at, as in data sheets."""


SINKING = 0.6
"""Part of an open collector's typical current that it is used for."""
LOWEST = 10e-3
"""V above the ground of a single supply: below, a comparator's own offset decides."""


@dataclass(frozen=True)
class Decider:
    """A comparator, or an op-amp used as one, and its output.

    ``pull_up`` (ohm) to the positive supply, None for an output that drives both ways; ``high`` and ``low``
    (V) are the levels with the load connected, ``resistance`` (ohm) what the high level is delivered
    through; ``delay`` s.
    """

    part: Component
    pull_up: float | None
    high: float
    low: float
    resistance: float
    delay: float

    @property
    def middle(self) -> float:
        """Half way between the output levels, V."""
        return (self.high + self.low) / 2


def choose_decider(b: Builder, p: Values, lowest: float, highest: float) -> Decider:
    """The cheapest part whose inputs work from ``lowest`` to ``highest`` (V) and that is fast enough.

    Raises:
        Infeasible: none does; or the levels are outside the supply.
    """
    supply = b.supply
    inside_supply(b, lowest, highest)
    if b.named_component("opamp") is not None or p.choice("topology") == "opamp":
        return _opamp(b, p, highest)
    load = p.get("load_resistance", math.inf)
    slowest = 0.7 * p["delay"] if "delay" in p else math.inf
    if "operating_frequency" in p:
        slowest = min(slowest, 0.05 / p["operating_frequency"])

    def suits(entry: Component) -> bool:
        limit = entry.limits
        return (
            limit["supply_min"] <= supply.span <= limit["supply_max"]
            and lowest >= supply.vee + limit["input_low_headroom"]
            and highest <= supply.vcc - limit["input_high_headroom"]
            and limit["propagation_delay"] <= slowest
            and ("push_pull" in entry.features or 13 * _least_pull_up(b, entry) <= load)
        )

    named = b.named_component("comparator")
    if named is not None:
        if not suits(named):
            b.assume(f"{named.id} was asked for and used, although it is outside its range or too slow")
        return _comparator(b, p, named)
    used = b.assembly.used("comparator")
    every = [entry for entry in components().values() if entry.kind == "comparator" and suits(entry)]
    if not every:
        try:
            return _opamp(b, p, highest)
        except Infeasible:
            raise Infeasible(
                f"no comparator in the library has inputs that work from {lowest:.3g} V to {highest:.3g} V"
                + (f" and switches within {slowest:.3g} s" if slowest < math.inf else "")
                + f" on {rails(b)}"
            ) from None
    return _comparator(b, p, min(every, key=lambda entry: (entry not in used, entry.cost, entry.id)))


def inside_supply(b: Builder, *levels: float) -> None:
    """Check that thresholds lie within the supply.

    Raises:
        Infeasible: one does not.
    """
    supply = b.supply
    for level in levels:
        least = supply.vee if supply.vee < 0 else LOWEST
        if not least <= level < supply.vcc:
            words = ""
            if supply.vee == 0 and level < least:
                words = f"; levels below {LOWEST * 1e3:g} mV need a split supply"
            raise Infeasible(f"a threshold of {level:.3g} V is outside {rails(b)}{words}")


def _comparator(b: Builder, p: Values, part: Component) -> Decider:
    supply, load = b.supply, p.get("load_resistance", math.inf)
    delay = part.limits["propagation_delay"]
    saturation = part.model.get("output_resistance", 50.0)
    if "push_pull" in part.features:
        share = load / (load + saturation) if load < math.inf else 1.0
        high, low = supply.vcc * share, supply.vee * share
        return Decider(part, None, high, low, 0.0, delay)
    # 2 mA or less through the output transistor, and the load takes at most 5 % of the high level.
    pull_up = 10e3 if supply.span <= 20 else 22e3
    least = at_least(_least_pull_up(b, part))
    if load < math.inf:
        pull_up = max(min(pull_up, at_most(load / 20)), least)
    if "load_capacitance" in p or "delay" in p or "rise_time" in p:
        target = min(p.get("delay", math.inf) * 0.2, p.get("rise_time", math.inf) / 4)
        capacitance = p.get("load_capacitance", 0.0) + 10e-12
        pull_up = min(pull_up, at_most(max(target / capacitance, 100.0))) if target < math.inf else pull_up
    if pull_up < least:
        raise Infeasible(
            f"{part.id} sinks {part.limits['output_current'] * 1e3:g} mA: a pull-up of {pull_up:.3g} ohm "
            f"on {rails(b)} is more than that"
        )
    share = load / (load + pull_up) if load < math.inf else 1.0
    resistance = pull_up * share
    low = supply.vee + supply.span * saturation / (saturation + pull_up)
    return Decider(part, pull_up, supply.vcc * share, low, resistance, delay)


def _least_pull_up(b: Builder, part: Component) -> float:
    """Smallest pull-up (ohm) that the output can hold down with a good low level."""
    return b.supply.span / (SINKING * part.limits["output_current"])


def _opamp(b: Builder, p: Values, highest: float) -> Decider:
    """An op-amp without negative feedback: slower, but it drives both ways."""
    supply = b.supply
    slew = supply.span / p["delay"] if "delay" in p else 0.0
    if "operating_frequency" in p:
        slew = max(slew, 20 * supply.span * p["operating_frequency"])
    current = supply.span / 2 / p.get("load_resistance", math.inf)
    part = b.select_opamp(
        # The signal may go down to the rail, where some inputs turn the output round.
        OpampNeeds(input_low=supply.vee, input_high=highest, slew_rate=slew, output_current=1.5 * current)
    )
    limit = part.limits
    high, low = supply.vcc - limit["output_high_headroom"], supply.vee + limit["output_low_headroom"]
    b.assume(f"{part.id} works as a comparator, whose output slews at {limit['slew_rate'] / 1e6:g} V/us")
    delay = 0.5 * (high - low) / limit["slew_rate"] + 1 / limit["gbw"]
    return Decider(part, None, high, low, 0.0, delay)


def place(b: Builder, decider: Decider, in_p: str, in_n: str, out: str, *, pull_up: bool = True) -> None:
    """The part and its pull-up resistor."""
    if decider.part.kind == "opamp":
        b.opamp(in_p, in_n, out, of=decider.part)
    else:
        b.comparator(in_p, in_n, out, of=decider.part)
    if pull_up and decider.pull_up is not None:
        b.resistor(decider.pull_up, b.rails()[0], out)


@dataclass(frozen=True)
class Test:
    """How thresholds are looked for: from net ``source`` to ``sink``, between ``low`` and ``high`` (V).

    ``cycle`` (s) of the triangle is long against the delay.
    """

    __test__ = False

    source: str
    sink: str
    low: float
    high: float
    cycle: float

    def at(self, level: float) -> float:
        """Time (s) at which the first rise of the triangle passes ``level``."""
        return self.cycle / 2 * (level - self.low) / (self.high - self.low)


def test_of(b: Builder, decider: Decider, source: str, sink: str) -> Test:
    """A triangle from rail to rail, so that switching anywhere else shows as well."""
    supply = b.supply
    # A few thousandths of the range are passed within the delay.
    return Test(source, sink, supply.vee, supply.vcc, max(40e-3, 2e3 * decider.delay))


def triangle_bench(b: Builder, test: Test, cycles: int = 1) -> Bench:
    """A slow triangle at the input; one cycle shows both thresholds, a duty cycle takes three."""
    half = test.cycle / 2
    ends = (b.at_input(test.low), b.at_input(test.high))
    points = tuple((index * half, ends[index % 2]) for index in range(2 * cycles + 2))
    stop = cycles * test.cycle + (half if cycles > 1 else 0.0)
    analysis = Transient(stop=stop, step=test.cycle / 1500)
    return b.bench("triangle", analysis, [b.drive(Piecewise(points=points))])


def deliver(b: Builder, decider: Decider) -> None:
    """State what the next stage gets: a pull-up resistor's current, or that of an output that drives both ways."""
    limits = decider.part.limits
    if decider.pull_up is None:
        b.deliver(decider.high, current=0.5 * limits["output_current"])
    else:
        b.deliver(decider.high, decider.resistance, sink=SINKING * limits["output_current"])


def offer_levels(b: Builder, test: Test, decider: Decider, high_at: float, low_at: float) -> None:
    """Output levels at inputs (V) that make it high and low, and the supply current.

    The circuit is held to being high and low where it should: a threshold alone does not tell which way
    round the inputs are.
    """

    def held(level: float) -> Probe:
        bench = b.bench("level", Op(), [b.drive(Dc(value=b.at_input(level)))])
        return Probe(bench, Measure(kind="value", signal=voltage(test.sink)))

    b.offer("output_high", lambda _: held(high_at))
    b.offer("output_low", lambda _: held(low_at))
    b.offer("output_voltage", lambda _: held(high_at))
    # What comes next may load the high level, as a transistor's base does.
    clear = (0.25 if b.is_last else 0.02) * (decider.high - decider.low)
    b.require("output_high", decider.middle + clear, "min")
    b.require("output_low", decider.middle - 0.25 * (decider.high - decider.low), "max")
    offer_supply_current(b)


def offer_delay(b: Builder, test: Test, decider: Decider, low: float, high: float) -> None:
    """Delay and rise time for a step from ``low`` to ``high`` (V) at the input."""
    start = 20 * decider.delay
    time = max(start, 1e-9)

    def make(requirement: Requirement) -> Probe:
        wave: Waveform = Pulse(
            low=b.at_input(low),
            high=b.at_input(high),
            delay=time,
            rise=decider.delay / 100,
            fall=decider.delay / 100,
            width=40 * time,
            period=100 * time,
        )
        bench = b.bench("step", Transient(stop=11 * time, step=time / 200), [b.drive(wave)])
        if requirement.quantity == "rise_time":
            return Probe(bench, Measure(kind="rise_time", signal=voltage(test.sink), at=0.9 * time))
        measure = Measure(
            kind="delay", signal=voltage(test.sink), reference=voltage(test.source), level=decider.middle
        )
        return Probe(bench, measure)

    b.offer("delay", make)
    b.offer("rise_time", make)


def reference_divider(b: Builder, level: float, net: str, *, bypass: bool = True) -> None:
    """A divider from the supply for ``level`` (V) on ``net``: from the rail on the same side to ground."""
    supply = b.supply
    vcc, vee = b.rails()
    rail, total = (vcc, supply.vcc) if level > 0 else (vee, supply.vee)
    share = level / total
    upper = (1 - share) / share
    middle = math.sqrt(upper)
    low = min(max(30e3 / max(middle, 0.03), 1e3), 300e3)
    pair = ratio_pair(upper, (low / 2, low * 2), budget=0.001)
    b.resistor(pair.first, rail, net)
    b.resistor(pair.second, net, b.ground())
    if bypass:
        b.capacitor(100e-9, net, b.ground())
