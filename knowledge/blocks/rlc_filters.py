"""Filters of inductors and capacitors: ladders for low- and high-pass, resonant circuits for a band."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

from voltsmith.knowledge.blocks import _filter_demand as demand
from voltsmith.knowledge.blocks import _filter_passive as passive
from voltsmith.knowledge.blocks._filter_ladder import (
    MAX_LADDER,
    Choice,
    Element,
    Ends,
    Goal,
    doubly_terminated,
    elements,
    preferred,
    refined,
    rescaled,
    response_db,
    singly_terminated,
)
from voltsmith.knowledge.blocks._filter_offers import Filtered
from voltsmith.knowledge.blocks._filter_prototypes import (
    Section,
    half_power_of,
    half_power_ratio,
    low_pass_loss,
    low_pass_sections,
)
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.blocks.offers import Path
from voltsmith.knowledge.preferred import nearest, values
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.errors import Infeasible

TAU = 2 * math.pi
ZVEREV = "A. I. Zverev, Handbook of Filter Synthesis, Wiley 1967"
TOPOLOGIES = ("rlc", "lc", "passive")
GOOD = 0.15
"""Deviation (the sum of squares in dB of a ladder's cost) that is not worth another part."""
RADIO = 1e6
"""Above this frequency (Hz) coils are small and good, and op-amps are neither."""
GRID = tuple(0.05 * 1.075**step for step in range(60))
"""Where a response is compared with the ideal one, as multiples of the edge."""


class _Prototype(NamedTuple):
    """Sections relative to the -3 dB edge, and what they are called by."""

    sections: tuple[Section, ...]
    response: str
    order: int
    ripple: float


def _prototype(p: Values) -> _Prototype:
    response, order = demand.response_of(p), round(p["order"])
    ripple = demand.asked_ripple(p) or demand.DEFAULT_RIPPLE
    if "q_factor" in p:
        if order != 2:
            raise Infeasible("a quality factor describes a filter of second order; leave out one of the two")
        q = p["q_factor"]
        return _Prototype((Section(1 / half_power_of(1.0, q), q),), "", 2, ripple)
    return _Prototype(low_pass_sections(response, order, ripple), response, order, ripple)


def _padded(exact: tuple[Element, ...], goal: Goal, plain: Choice) -> tuple[Choice, float]:
    """A ladder with a resistor (ohm) added to its only end, where the coils that are made miss the edge.

    In series with a source, or beside a load, it costs no gain: the other end is a bare source or open.
    Returns ``plain`` and 0 where that is good enough.
    """
    if plain.cost <= GOOD:
        return plain, 0.0
    source, load = goal.ends.source, goal.ends.load
    best, found = plain, 0.0
    for step in values("E24", source * 0.02, source) if source else values("E24", load * 2, load * 30):
        ends = Ends(source + step, load) if source else Ends(0.0, passive.parallel(load, step))
        scaled = rescaled(exact, ends.level / goal.ends.level)
        choice = preferred(scaled, replace(goal, ends=ends), {})
        if choice.cost < best.cost and not _electrolytic(choice):
            best, found = choice, step
    return (best, found) if best.cost < 0.5 * plain.cost else (plain, 0.0)


def _electrolytic(choice: Choice) -> bool:
    return any(not part.coil and part.value > passive.UNPOLARISED for part in choice.ladder)


class _Ladder(Block):
    high_pass = False
    parameters = (
        Parameter(
            name="cutoff_frequency",
            unit="Hz",
            description="-3 dB frequency",
            default=1e6,
            low=200.0,
            high=2e8,
        ),
        Parameter(name="order", unit="1", description="filter order", default=2, low=2, high=MAX_LADDER),
    )
    measures = ("cutoff_frequency", "gain", "attenuation", "rolloff", "passband_ripple", "q_factor", "phase")
    topologies = TOPOLOGIES
    sources = (ZVEREV,)

    def fit(self, asked: Asked) -> float:
        """For high frequencies and systems of a given impedance, and where coils are asked for."""
        demand.refuse_topology(asked, self.topologies, f"an {self.title}")
        passive.refuse_gain(asked)
        passive.refuse_named_amplifier(asked)
        derived = self.derive(asked)
        order = derived.get("order", asked.get("order", 2))
        if order > MAX_LADDER:
            raise Infeasible(f"ladders of up to order {MAX_LADDER} are built, and order {order:g} is needed")
        cutoff = derived.get("cutoff_frequency", asked.get("cutoff_frequency", 0.0))
        if asked.choice("topology") in ("rlc", "lc") or "inductance" in asked:
            return 3.0
        if order == 1:
            raise Infeasible(f"an {self.title} is of second order at least")
        matched = "load_resistance" in asked and "source_resistance" in asked
        steep = "order" in derived or "order" in asked or asked.choice("response") != ""
        if (cutoff >= RADIO and steep) or (matched and cutoff >= 20e3):
            return 2.2
        return 1.2 if asked.choice("topology") == "passive" else 0.4

    def derive(self, asked: Asked) -> dict[str, float]:
        """Cut-off and order from what names them."""
        found = demand.high_pass_cutoff(asked) if self.high_pass else demand.low_pass_cutoff(asked)
        if "cutoff_frequency" not in asked and "inductance" in asked and "capacitance" in asked:
            found["cutoff_frequency"] = 1 / (TAU * math.sqrt(asked["inductance"] * asked["capacitance"]))
        cutoff = found.get("cutoff_frequency", asked.get("cutoff_frequency", 0.0)) or None
        order = demand.asked_order(asked, cutoff, self.high_pass)
        if order is not None and "order" not in asked:
            found["order"] = float(max(order, 2))
        matched = "load_resistance" in asked and "source_resistance" in asked
        if matched and demand.response_of(asked) == "chebyshev" and "order" not in asked:
            # Between equal resistances only odd orders exist.
            found["order"] = 2 * math.floor(found.get("order", 3) / 2) + 1.0
        return found

    def build(self, b: Builder, p: Values) -> None:
        """Exact values, corrected for windings, then put on preferred values as a set."""
        cutoff, prototype = p["cutoff_frequency"], _prototype(p)
        front, load = passive.source_of(b, p), p.get("load_resistance", math.inf)
        damped = front == 0 and math.isinf(load)
        ends = Ends(self._own_resistor(p, prototype) if damped else front, load)
        loss = tuple((ratio, low_pass_loss(prototype.sections, ratio)) for ratio in GRID)
        goal = Goal(ends, cutoff, self.high_pass, loss, prototype.response == "chebyshev")
        fixed = {coil: p[name] for coil, name in ((True, "inductance"), (False, "capacitance")) if name in p}
        exact = refined(elements(self._values(prototype, ends), ends, cutoff, self.high_pass), goal)
        choice = preferred(exact, goal, fixed)
        if damped and "resistance" not in p and len(exact) <= 3:
            # Its own resistor is one more value to choose.
            for resistor in values("E24", ends.source / 1.5, ends.source * 1.5):
                other = replace(goal, ends=Ends(resistor, load))
                found = preferred(rescaled(exact, resistor / ends.source), other, fixed)
                choice = min(choice, found, key=lambda entry: entry.cost)
        ladder, padding = choice.ladder, 0.0
        if not damped and not ends.both and not fixed and len(exact) <= 3:
            choice, padding = _padded(exact, goal, choice)
        ladder, ends = choice.ladder, Ends(choice.source, choice.load)
        source, sink = b.input(), b.output()
        start = source
        if padding and front:
            start = b.net("padded")
            b.resistor(padding, source, start)
        elif padding:
            b.resistor(padding, sink, b.ground())
        self._place(b, ladder, start, sink, cutoff, ends.source if damped else 0.0)
        self._offer(b, p, prototype, ladder, ends, (source, sink), 0.0 if damped else front)

    def _own_resistor(self, p: Values, prototype: _Prototype) -> float:
        """The resistor (ohm) at the input of a filter that is given neither source nor load."""
        cutoff = p["cutoff_frequency"]
        w0 = TAU * cutoff
        g = singly_terminated(prototype.sections)
        if "inductance" in p or "capacitance" in p:
            # One of the values fixes the impedance of the whole.
            unit = elements(g, Ends(1.0, math.inf), cutoff, self.high_pass)
            first = next(part for part in unit if part.coil == ("inductance" in p))
            level = p["inductance"] / first.value if first.coil else first.value / p["capacitance"]
        else:
            level = min(1e3 if cutoff < RADIO else 200.0, w0 * 22e-3)
        return nearest(p.get("resistance", level), "E96" if "resistance" not in p else "E24")

    @staticmethod
    def _values(prototype: _Prototype, ends: Ends) -> tuple[float, ...]:
        mismatch = ends.load / ends.source if ends.both else 1.0
        if ends.both and 1 / 20 < mismatch < 20 and prototype.response:
            return doubly_terminated(prototype.response, prototype.order, prototype.ripple)
        return singly_terminated(prototype.sections)

    def _place(
        self,
        b: Builder,
        ladder: tuple[Element, ...],
        source: str,
        sink: str,
        cutoff: float,
        damping: float,
    ) -> None:
        series = [index for index, part in enumerate(ladder) if part.series]
        net = source
        if damping:
            net = b.net("in") if series else sink
            b.resistor(damping, source, net)
        for index, part in enumerate(ladder):
            here = net
            if part.series:
                net = sink if index == series[-1] else b.net("node")
            other = net if part.series else b.ground()
            if part.coil:
                resistance = passive.winding(part.value, cutoff)
                b.inductor(part.value, here, other, series_resistance=resistance)
                passive.assume_winding(b, part.value, resistance)
            else:
                passive.capacitor(b, part.value, here, other)

    def _offer(
        self,
        b: Builder,
        p: Values,
        prototype: _Prototype,
        ladder: tuple[Element, ...],
        ends: Ends,
        nets: tuple[str, str],
        front: float,
    ) -> None:
        import numpy as np

        cutoff, order = p["cutoff_frequency"], prototype.order
        reference = cutoff * 100 if self.high_pass else cutoff / 100
        level = 10 ** (float(response_db(ladder, ends, np.array([reference]), cutoff)[0]) / 20)
        b.transfer(level, 0.0 if self.high_pass else None)
        path = Path(
            *nets,
            reference=reference,
            start=cutoff / 200,
            stop=cutoff * 200,
            amplitude=p.get("input_amplitude", 1.0),
            time=(1 + order) / (5 * cutoff),
        )
        peaked = prototype.response == "chebyshev"
        low, high = (cutoff / 30, reference) if self.high_pass else (reference, cutoff * 30)
        f = Filtered(b, path, cutoff, None if peaked else reference, low, high, front)
        f.offer_common()
        if self.high_pass:
            f.edges("cutoff_frequency", "lower_cutoff_frequency", kind="lower_cutoff")
        else:
            f.edges("cutoff_frequency", "upper_cutoff_frequency", "bandwidth", kind="upper_cutoff")
        f.offer_slope(order, lambda ratio: low_pass_loss(prototype.sections, ratio), rising=self.high_pass)
        inner = half_power_ratio(order, prototype.ripple) * 1.02 if peaked else 3.0
        if self.high_pass:
            f.offer_ripple(cutoff * inner, reference)
        else:
            f.offer_ripple(reference, cutoff / inner)
        if order == 2:
            ratio = prototype.sections[0].frequency
            f.offer(
                "q_factor", "gain", at=cutoff / ratio if self.high_pass else cutoff * ratio, scale=1 / level
            )


class RlcLowPass(_Ladder):
    """Coils in series, capacitors to ground."""

    id = "rlc_low_pass"
    function = "low_pass"
    title = "LC low-pass"
    summary = (
        "Passive low-pass ladder of order 2 to 7: coils in series, capacitors to ground, between a source "
        "and a load resistance or with a resistor of its own at one end."
    )
    equations = (
        "order 2 with a series resistor: f_0 = 1 / (2 pi sqrt(L C)), Q = sqrt(L / C) / R",
        "L_k = g_k R / (2 pi f_c), C_k = g_k / (2 pi f_c R)",
        "Butterworth between equal resistances: g_k = 2 sin((2 k - 1) pi / (2 n))",
        "the -3 dB frequency counts from the largest gain of the pass band",
    )
    phrases = (
        "RLC low-pass filter",
        "LC low-pass filter",
        "50 ohm low-pass filter",
        "LC ladder filter",
        "radio-frequency low-pass",
        "harmonic filter behind a transmitter",
        "second-order passive low-pass",
    )


class RlcHighPass(_Ladder):
    """Capacitors in series, coils to ground."""

    id = "rlc_high_pass"
    function = "high_pass"
    title = "LC high-pass"
    summary = (
        "Passive high-pass ladder of order 2 to 7: capacitors in series, coils to ground, between a source "
        "and a load resistance or with a resistor of its own at one end."
    )
    equations = (
        "order 2 with a series resistor: f_0 = 1 / (2 pi sqrt(L C)), Q = sqrt(L / C) / R",
        "C_k = 1 / (2 pi f_c R g_k), L_k = R / (2 pi f_c g_k)",
        "Butterworth between equal resistances: g_k = 2 sin((2 k - 1) pi / (2 n))",
        "the -3 dB frequency counts from the largest gain of the pass band",
    )
    phrases = (
        "RLC high-pass filter",
        "LC high-pass filter",
        "50 ohm high-pass filter",
        "radio-frequency high-pass",
        "second-order passive high-pass",
    )
    high_pass = True


BLOCKS: tuple[Block, ...] = (RlcLowPass(), RlcHighPass())
