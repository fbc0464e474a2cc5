"""Active band-pass for a wide band: a high-pass and a low-pass in a row."""

from __future__ import annotations

import math

from voltsmith.knowledge.blocks import _filter_demand as demand
from voltsmith.knowledge.blocks._filter_active import SPLIT
from voltsmith.knowledge.blocks._filter_amplified import SALLEN_KEY
from voltsmith.knowledge.blocks._filter_cascade import Cascade, Stage, share_gain
from voltsmith.knowledge.blocks._filter_offers import offer_band_pass
from voltsmith.knowledge.blocks._filter_prototypes import (
    HALF_POWER_DB,
    MAX_ORDER,
    Section,
    high_pass_sections,
    low_pass_loss,
    low_pass_sections,
)
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.errors import Infeasible

WIDEST_Q = 0.8


class ActiveBandPass(Block):
    """Sallen-Key high-pass sections for the lower edge, low-pass sections for the upper one."""

    id = "active_band_pass"
    function = "band_pass"
    title = "wide active band-pass"
    summary = (
        "Active band-pass filter for a wide band: Sallen-Key high-pass sections followed by low-pass "
        "sections, half of the order each."
    )
    equations = (
        "order / 2 poles at the lower edge and as many at the upper one",
        "the edges lie 3 dB below the largest gain of the band",
    )
    sources = (
        "Texas Instruments SLOD006, Op Amps for Everyone, chapter 16: Active Filter Design Techniques",
    )
    phrases = (
        "wide band-pass filter",
        "voice band filter from 300 Hz to 3.4 kHz",
        "audio band filter",
        "pass frequencies between two limits",
        "high-pass followed by a low-pass",
    )
    parameters = (
        Parameter(
            name="lower_cutoff_frequency",
            unit="Hz",
            description="lower -3 dB frequency",
            default=300.0,
            low=0.1,
            high=1e6,
        ),
        Parameter(
            name="upper_cutoff_frequency",
            unit="Hz",
            description="upper -3 dB frequency",
            default=3400.0,
            low=1.0,
            high=3e6,
        ),
        Parameter(name="order", unit="1", description="filter order", default=4, low=2, high=2 * MAX_ORDER),
        Parameter(
            name="gain", unit="V/V", description="gain in the band", default=1.0, low=0.01, high=1000.0
        ),
    )
    measures = (
        "lower_cutoff_frequency",
        "upper_cutoff_frequency",
        "bandwidth",
        "gain",
        "center_frequency",
        "q_factor",
        "attenuation",
    )
    topologies = ("active", "sallen_key")
    default_supply = SPLIT

    def fit(self, asked: Asked) -> float:
        """Where the edges are far enough apart not to disturb each other."""
        demand.refuse_topology(asked, self.topologies, f"a {self.title}")
        band = {**demand.band_of(asked), **asked.numbers}
        if asked.get("gain", 1.0) < 0.999:
            raise Infeasible("Sallen-Key sections neither attenuate nor invert; ask for multiple feedback")
        q = band.get("q_factor")
        if q is None and "center_frequency" in asked:
            q = 5.0
        if q is not None and q > WIDEST_Q:
            raise Infeasible(
                f"a band-pass with Q {q:.3g} is too narrow for a high-pass and a low-pass in a row"
            )
        return 1.5 if q is None or q < 0.6 else 0.8

    def derive(self, asked: Asked) -> dict[str, float]:
        """Both edges from a centre, a bandwidth or a Q."""
        band = {**demand.band_of(asked), **asked.numbers}
        found = demand.band_order(asked, 0.3)
        if "center_frequency" not in band or "q_factor" not in band:
            return found
        low, high = demand.edges_of(band["center_frequency"], band["q_factor"])
        return {**found, "lower_cutoff_frequency": low, "upper_cutoff_frequency": high}

    def build(self, b: Builder, p: Values) -> None:
        """High-pass sections first: they also keep DC out."""
        low, high = p["lower_cutoff_frequency"], p["upper_cutoff_frequency"]
        order, gain = round(p["order"]), p["gain"]
        if order % 2:
            raise Infeasible(f"a band-pass has an even order, and {order} was asked for")
        if low >= high:
            raise Infeasible(f"the band from {low:g} Hz to {high:g} Hz is empty")
        ripple = demand.asked_ripple(p) or demand.DEFAULT_RIPPLE
        response = demand.response_of(p)
        prototype = low_pass_sections(response, order // 2, ripple)
        lower, upper, top = _spread(prototype, low, high)
        parts = [
            *(("high_pass", part, lower) for part in high_pass_sections(response, order // 2, ripple)),
            *(("low_pass", part, upper) for part in prototype),
        ]
        sections = [Section(part.frequency * scale, part.q) for _, part, scale in parts]
        shares = share_gain(sections, max(gain * 10 ** (top / 20), 1.0))
        stages = [
            Stage(SALLEN_KEY, shape, section, share)
            for (shape, _, _), section, share in zip(parts, sections, shares, strict=True)
        ]
        source, sink = b.input(), b.output()
        built = Cascade(b, p, stages, high, gain).build(source, sink)
        # An even Chebyshev filter has its gain at the bottom of the ripple, in the middle of the band.
        bottom = response == "chebyshev" and order % 4 == 0
        nets = (source, sink)
        offer_band_pass(b, p, (low, high), built.amplitude, built.bias, nets, flat=True, top=not bottom)


def _spread(prototype: tuple[Section, ...], low: float, high: float) -> tuple[float, float, float]:
    """Edges (Hz) of the high-pass and the low-pass that put those of the whole at ``low`` and ``high``.

    Where the two overlap, the top of the band is lower than that of either; this loss in dB comes third.
    """
    center, lower, upper, top = math.sqrt(low * high), low, high, 0.0

    def loss(frequency: float) -> float:
        return low_pass_loss(prototype, frequency / upper) + low_pass_loss(prototype, lower / frequency)

    for _ in range(40):
        top = min(loss(low * (high / low) ** (step / 40)) for step in range(41))
        # By symmetry both edges move by the same factor.
        inside, outside = center, center * (high / center) * 30
        for _ in range(50):
            middle = math.sqrt(inside * outside)
            inside, outside = (middle, outside) if loss(middle) < top + HALF_POWER_DB else (inside, middle)
        factor = (high / inside) ** 0.7
        lower, upper = lower / factor, upper * factor
        if abs(factor - 1) < 1e-5:
            break
    return lower, upper, top


BLOCKS: tuple[Block, ...] = (ActiveBandPass(),)
