"""Inverting op-amp amplifier."""

from __future__ import annotations

from voltsmith.knowledge.blocks.assembly import Builder
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.offers import Path, offer_linear
from voltsmith.knowledge.blocks.selection import OpampNeeds
from voltsmith.knowledge.preferred import ratio_pair
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.plans import Supply


class InvertingAmplifier(Block):
    """Feedback from output to the inverting input, signal through a resistor to the same node."""

    id = "inverting_amplifier"
    function = "amplifier"
    title = "Inverting amplifier"
    summary = "Op-amp amplifier that turns the signal upside down; input impedance is its input resistor."
    equations = ("gain = -R_f / R_in", "closed-loop bandwidth = GBW / (1 + R_f / R_in)")
    sources = ("Texas Instruments SLOD006B, Op Amps for Everyone, section 3.3",)
    phrases = ("inverting amplifier", "invert and amplify a signal")
    parameters = (
        Parameter(
            name="gain", unit="V/V", description="magnitude of the gain", default=10.0, low=0.01, high=1e4
        ),
    )
    measures = ("gain", "bandwidth", "input_impedance", "thd")
    topologies = ("inverting",)
    default_supply = Supply(vcc=12.0, vee=-12.0)

    def fit(self, asked: Asked) -> float:
        """Needs to be asked for by name; the non-inverting one is the ordinary amplifier."""
        return 2.0 if asked.choice("topology") == "inverting" else 0.5

    def build(self, b: Builder, p: Values) -> None:
        """Two resistors that set the gain; a capacitor keeps DC out on a single supply."""
        gain = p["gain"]
        frequency = p.get("operating_frequency", p.get("upper_cutoff_frequency", p.get("bandwidth", 1e3)))
        source, sink = b.input(), b.output()
        low = p.get("input_impedance", 10e3)
        pair = ratio_pair(gain, (low, low * 10))
        reference, summing = b.signal_ground(), b.net("sum")
        part = b.select_opamp(OpampNeeds(gain_bandwidth=20 * (1 + gain) * frequency, noise_gain=1 + gain))
        left = source
        if b.supply.vee == 0 and b.chain.first:
            left = b.net("ac")
            b.capacitor(1e-6, source, left)
        b.resistor(pair.second, left, summing)
        b.resistor(pair.first, summing, sink)
        b.opamp(reference, summing, sink, of=part)
        b.transfer(-gain)
        offer_linear(
            b, Path(source, sink, reference=1e3, start=1.0, stop=1e8, amplitude=0.1 / gain, time=1e-5)
        )


BLOCKS: tuple[Block, ...] = (InvertingAmplifier(),)
