"""Sallen-Key band-pass: one op-amp, whose gain sets the quality factor, for a moderately narrow band."""

from __future__ import annotations

from voltsmith.knowledge.blocks import _filter_demand as demand
from voltsmith.knowledge.blocks._filter_active import CENTER, SPLIT, build_band_pass
from voltsmith.knowledge.blocks._filter_amplified import SALLEN_KEY
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.errors import Infeasible

RANGE = (0.6, 10.0)
"""Q: below, a high-pass and a low-pass in a row do better; above, the gain cannot be held well enough."""
MAX_ORDER = 6
"""Staggered sections of higher order would need more Q than one section has."""
TYPICAL_Q = 5.0


class SallenKeyBandPass(Block):
    """Band-pass of order 2, 4 or 6 around a centre frequency."""

    id = "sallen_key_band_pass"
    function = "band_pass"
    title = "Sallen-Key band-pass"
    summary = (
        "Active band-pass filter with a non-inverting amplifier for each pair of poles: the gain of the "
        "amplifier sets Q without touching the centre frequency. A divider at the input makes less gain."
    )
    equations = (
        "f_0 = 1 / (2 pi R C)",
        "inner gain K = 1 + R_f / R_g, Q = 1 / (3 - K)",
        "gain at the centre = K / (3 - K) = 3 Q - 1, times that of the input divider",
    )
    sources = (
        "Texas Instruments SLOD006, Op Amps for Everyone, chapter 16: Active Filter Design Techniques, "
        "section 16.5.1.1",
    )
    phrases = (
        "Sallen-Key band-pass filter",
        "Sallen and Key bandpass",
        "VCVS band-pass filter",
        "non-inverting narrow band-pass",
        "band-pass whose Q is set by the gain",
    )
    parameters = (
        CENTER,
        Parameter(
            name="q_factor",
            unit="1",
            description="quality factor",
            default=TYPICAL_Q,
            low=RANGE[0],
            high=RANGE[1],
        ),
        Parameter(
            name="gain", unit="V/V", description="gain at the centre", default=1.0, low=0.05, high=500.0
        ),
        Parameter(name="order", unit="1", description="filter order", default=2, low=2, high=MAX_ORDER),
    )
    measures = (
        "center_frequency",
        "q_factor",
        "bandwidth",
        "gain",
        "lower_cutoff_frequency",
        "upper_cutoff_frequency",
        "attenuation",
    )
    topologies = ("active", "sallen_key")
    default_supply = SPLIT

    def fit(self, asked: Asked) -> float:
        """Where it is named; multiple feedback depends less on its values."""
        demand.refuse_topology(asked, self.topologies, f"a {self.title}")
        found = {**demand.band_of(asked), **demand.band_order(asked, TYPICAL_Q), **asked.numbers}
        q, gain = found.get("q_factor", TYPICAL_Q), found.get("gain", 1.0)
        if not RANGE[0] <= q <= RANGE[1]:
            raise Infeasible(
                f"a Sallen-Key band-pass has a Q of {RANGE[0]:g} to {RANGE[1]:g}, and {q:.3g} was asked for"
                + ("; ask for multiple feedback" if q > RANGE[1] else "")
            )
        if gain < 0:
            raise Infeasible("a Sallen-Key filter does not invert; ask for a multiple-feedback one")
        if found.get("order", 2) == 2 and gain > (3 * q - 1) * 1.001:
            raise Infeasible(
                f"a Sallen-Key band-pass with a Q of {q:.3g} has a gain of {3 * q - 1:.3g} at most, and "
                f"{gain:.3g} was asked for; ask for multiple feedback, or put an amplifier behind it"
            )
        if found.get("order", 2) > MAX_ORDER:
            raise Infeasible(
                f"a Sallen-Key band-pass is built up to order {MAX_ORDER}, and {found['order']:g} is needed"
            )
        return 3.0 if asked.choice("topology") == SALLEN_KEY else 0.7

    def derive(self, asked: Asked) -> dict[str, float]:
        """Centre and Q from edges or a bandwidth, the order from what is asked of the stop band."""
        return {**demand.band_of(asked), **demand.band_order(asked, TYPICAL_Q)}

    def build(self, b: Builder, p: Values) -> None:
        """One section for each pair of poles."""
        build_band_pass(b, p, SALLEN_KEY)


BLOCKS: tuple[Block, ...] = (SallenKeyBandPass(),)
