"""First-order resistor-capacitor filters."""

from __future__ import annotations

import math

from voltsmith.knowledge.blocks.assembly import Builder, Probe
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.offers import Path, ac_bench, ac_measure, offer_linear
from voltsmith.knowledge.preferred import Pair, product_pair
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.errors import Infeasible

CUTOFF = Parameter(
    name="cutoff_frequency", unit="Hz", description="-3 dB frequency", default=1e3, low=1e-3, high=1e8
)


def rc_values(b: Builder, p: Values, product: float) -> Pair:
    """R (ohm) and C (F) for a time constant (s), keeping what the user fixed and staying well below the load."""
    load = p.get("load_resistance", math.inf)
    if "capacitance" in p:
        return Pair(product / p["capacitance"], p["capacitance"], 0.0)
    if "resistance" in p:
        return Pair(p["resistance"], product / p["resistance"], 0.0)
    target = min(15e3, load / 100)
    try:
        return product_pair(product, (max(target / 30, 10.0), max(target * 30, 1e3)), target_resistor=target)
    except ValueError:
        raise Infeasible(
            f"a time constant of {product:.3g} s needs resistors or capacitors that are not made; "
            "ask for a corner frequency between about 0.01 Hz and 50 MHz"
        ) from None


class RcLowPass(Block):
    """A resistor, then a capacitor to ground."""

    id = "rc_low_pass"
    function = "low_pass"
    title = "RC low-pass"
    summary = "First-order passive low-pass filter: a series resistor and a capacitor to ground."
    equations = ("f_c = 1 / (2 pi R C)", "|H| = 1 / sqrt(1 + (f / f_c)^2)")
    sources = ("P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., section 1.7.8",)
    phrases = ("RC low-pass filter", "smooth a signal", "remove high frequencies", "anti-aliasing filter")
    parameters = (CUTOFF,)
    measures = ("cutoff_frequency", "attenuation", "phase", "gain")
    topologies = ("rc", "passive")

    def fit(self, asked: Asked) -> float:
        """Suits a first-order request without gain."""
        if asked.get("order", 1) > 1:
            raise Infeasible("an RC low-pass is of first order")
        if asked.get("gain", 1.0) > 1.0001:
            raise Infeasible("a passive filter has no gain; ask for an active one")
        return 2.0 if asked.supply is None else 0.8

    def build(self, b: Builder, p: Values) -> None:
        """R in series, C to ground."""
        source, sink, cutoff = b.input(), b.output(), p["cutoff_frequency"]
        resistor, capacitor, _ = rc_values(b, p, 1 / (2 * math.pi * cutoff))
        b.resistor(resistor, source, sink)
        b.capacitor(capacitor, sink, b.ground())
        b.transfer(1.0)
        path = Path(
            source, sink, reference=cutoff / 100, start=cutoff / 1e3, stop=cutoff * 1e3, time=1 / cutoff
        )
        offer_linear(b, path)
        b.offer(
            "cutoff_frequency",
            lambda _: Probe(ac_bench(b, path), ac_measure(path, "upper_cutoff", at=path.reference)),
        )


BLOCKS: tuple[Block, ...] = (RcLowPass(),)
