"""Low-pass and high-pass of any order from sections of one topology: what both topologies share."""

from __future__ import annotations

import math

from voltsmith.knowledge.blocks import _filter_demand as demand
from voltsmith.knowledge.blocks._filter_cascade import Built, Cascade, Stage, share_gain
from voltsmith.knowledge.blocks._filter_offers import Filtered, offer_band_pass
from voltsmith.knowledge.blocks._filter_prototypes import (
    MAX_ORDER,
    Section,
    band_pass_sections,
    half_power_of,
    half_power_ratio,
    high_pass_sections,
    low_pass_loss,
    low_pass_sections,
)
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.blocks.offers import Path
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply

CENTER = Parameter(
    name="center_frequency", unit="Hz", description="centre frequency", default=1e3, low=0.5, high=2e6
)
CUTOFF = Parameter(
    name="cutoff_frequency", unit="Hz", description="-3 dB frequency", default=1e3, low=0.05, high=5e6
)
ORDER = Parameter(name="order", unit="1", description="filter order", default=2, low=1, high=MAX_ORDER)
GAIN = Parameter(name="gain", unit="V/V", description="pass-band gain", default=1.0, low=0.01, high=1000.0)
SPLIT = Supply(vcc=12.0, vee=-12.0)


class ActivePass(Block):
    """A low-pass or high-pass from op-amp sections."""

    topology: str
    high_pass = False
    parameters = (CUTOFF, ORDER, GAIN)
    default_supply = SPLIT

    def derive(self, asked: Asked) -> dict[str, float]:
        """Cut-off and order from what names them."""
        found = demand.high_pass_cutoff(asked) if self.high_pass else demand.low_pass_cutoff(asked)
        cutoff = found.get("cutoff_frequency", asked.get("cutoff_frequency", 0.0)) or None
        order = demand.asked_order(asked, cutoff, self.high_pass)
        if order is not None and "order" not in asked:
            found["order"] = float(order)
        if "q_factor" in asked and found.get("order", asked.get("order", 2)) != 2:
            raise Infeasible("a quality factor describes a filter of second order; leave out one of the two")
        return found

    def build(self, b: Builder, p: Values) -> None:
        """A cascade of sections, in the order of rising Q."""
        cutoff, response, order = p["cutoff_frequency"], demand.response_of(p), round(p["order"])
        ripple = demand.asked_ripple(p) or demand.DEFAULT_RIPPLE
        peaked = response == "chebyshev"
        relative = self._relative(p, response, order, ripple)
        sections = [Section(part.frequency * cutoff, part.q) for part in relative]
        gain = abs(p["gain"])
        shape = "high_pass" if self.high_pass else "low_pass"
        stages = [
            Stage(self.topology, shape, section, share)
            for section, share in zip(sections, share_gain(sections, gain), strict=True)
        ]
        source, sink = b.input(), b.output()
        fastest = max(p.get("operating_frequency", 0.0), cutoff)
        built = Cascade(b, p, stages, fastest, gain).build(source, sink)
        if built.gain > 0 and p["gain"] < 0:
            raise Infeasible(f"a filter of order {order} from inverting sections does not invert as a whole")
        if built.gain < 0 and p["gain"] > 0:
            b.assume("the filter inverts: its output is turned by 180 degrees in the pass band")
        filtered = self._filtered(b, p, cutoff, order, built, peaked, source, sink)
        filtered.offer_common(sign=math.copysign(1.0, p["gain"]))
        self._offer(filtered, p, sections, built, response, order, ripple)

    def _relative(self, p: Values, response: str, order: int, ripple: float) -> tuple[Section, ...]:
        if "q_factor" in p and order == 2:
            # The edge stays at -3 dB against the flat part of the pass band, whatever the peak.
            ratio = half_power_of(1.0, p["q_factor"])
            return (Section(ratio if self.high_pass else 1 / ratio, p["q_factor"]),)
        make = high_pass_sections if self.high_pass else low_pass_sections
        return make(response, order, ripple)

    def _filtered(
        self,
        b: Builder,
        p: Values,
        cutoff: float,
        order: int,
        built: Built,
        peaked: bool,
        source: str,
        sink: str,
    ) -> Filtered:
        scale = (1 + order) / (5 * cutoff)
        if self.high_pass:
            # Far enough from the edge for a first-order slope, and for the ripple of a Chebyshev filter.
            reference = cutoff * (30 if order == 1 else max(10, 5 * order) if peaked else 10)
            start, stop = cutoff / 100, reference * 10
            low, high = cutoff / 30, reference
        else:
            reference = math.sqrt(built.corner * cutoff) if built.corner else cutoff / 100
            start, stop = reference / 3, cutoff * 100
            low, high = reference, cutoff * 30
        path = Path(
            source,
            sink,
            reference=reference,
            start=start,
            stop=stop,
            amplitude=built.amplitude,
            bias=built.bias,
            time=scale,
        )
        at = None if peaked else reference
        resistance = p.get("source_resistance", 0.0) if b.chain.first else 0.0
        return Filtered(b, path, cutoff, at, low, high, resistance)

    def _offer(
        self,
        f: Filtered,
        p: Values,
        sections: list[Section],
        built: Built,
        response: str,
        order: int,
        ripple: float,
    ) -> None:
        cutoff = p["cutoff_frequency"]
        prototype = [
            Section(cutoff / part.frequency if self.high_pass else part.frequency / cutoff, part.q)
            for part in sections
        ]
        if self.high_pass:
            f.edges("cutoff_frequency", "lower_cutoff_frequency", kind="lower_cutoff")
        else:
            f.edges("cutoff_frequency", "upper_cutoff_frequency", "bandwidth", kind="upper_cutoff")
        f.offer_slope(order, lambda ratio: low_pass_loss(prototype, ratio), rising=self.high_pass)
        # A little inside the ripple band, whose edge is steep.
        inner = half_power_ratio(order, ripple) * 1.02 if response == "chebyshev" else 3.0
        if self.high_pass:
            f.offer_ripple(cutoff * inner, f.path.reference)
        else:
            f.offer_ripple(f.path.reference, cutoff / inner)
        if order == 1:
            f.offer_time_constant(falling=self.high_pass)
        if order == 2:
            # |H| at the natural frequency is Q times that of the pass band.
            f.offer("q_factor", "gain", at=sections[0].frequency, scale=1 / abs(built.gain))


def build_band_pass(b: Builder, p: Values, topology: str) -> None:
    """A band-pass of staggered sections, each with the same share of the gain at the centre."""
    center, q, order = p["center_frequency"], p["q_factor"], round(p["order"])
    ripple = demand.asked_ripple(p) or demand.DEFAULT_RIPPLE
    relative = band_pass_sections(demand.response_of(p), order, q, ripple)
    away = math.prod(_at_center(part) for part in relative)
    gain = abs(p["gain"])
    share = (gain / away) ** (1 / len(relative))
    stages = [
        Stage(topology, "band_pass", Section(part.frequency * center, part.q), share) for part in relative
    ]
    source, sink = b.input(), b.output()
    built = Cascade(b, p, stages, center, gain).build(source, sink)
    if built.gain > 0 and p["gain"] < 0:
        raise Infeasible(f"a band-pass of order {order} from these sections does not invert as a whole")
    if built.gain < 0 and p["gain"] > 0:
        b.assume("the filter inverts: its output is turned by 180 degrees in the pass band")
    one, nets = order == 2, (source, sink)
    edges = demand.edges_of(center, q)
    offer_band_pass(b, p, edges, built.amplitude, built.bias, nets, flat=not one, top=one)


def _at_center(part: Section) -> float:
    """Gain of a section at the centre, 1 in relative frequency, against that at its own peak."""
    return 1 / math.hypot(1, (part.q or 0.0) * (part.frequency - 1 / part.frequency))
