"""Sallen-Key filters: second-order sections around a non-inverting amplifier."""

from __future__ import annotations

from voltsmith.knowledge.blocks import _filter_demand as demand
from voltsmith.knowledge.blocks._filter_active import ActivePass
from voltsmith.knowledge.blocks._filter_amplified import SALLEN_KEY
from voltsmith.knowledge.blocks.base import Asked, Block
from voltsmith.schemas.errors import Infeasible

SOURCES = (
    "Texas Instruments SLOD006, Op Amps for Everyone, chapter 16: Active Filter Design Techniques",
    "Texas Instruments SLOA024, Analysis of the Sallen-Key Architecture",
    "Texas Instruments SLOA049, Active Low-Pass Filter Design",
)
TOPOLOGIES = ("sallen_key", "active")


class _SallenKey(ActivePass):
    topology = SALLEN_KEY
    sources = SOURCES
    topologies = TOPOLOGIES

    def fit(self, asked: Asked) -> float:
        """The ordinary active filter: from the second order on, or where there is gain or a supply."""
        demand.refuse_topology(asked, self.topologies, f"a {self.title}")
        gain = asked.get("gain", 1.0)
        if gain < 0:
            raise Infeasible("a Sallen-Key filter does not invert; ask for a multiple-feedback one")
        if gain < 0.999:
            raise Infeasible("a Sallen-Key filter does not attenuate; ask for a multiple-feedback one")
        derived = self.derive(asked)
        order = derived.get("order", asked.get("order", 0))
        if asked.get("q_factor", 0.7) > 3 or asked.get("q_factor", 0.7) * gain > 10:
            return 1.0
        if order == 1 and gain <= 1.0001 and asked.choice("topology") not in TOPOLOGIES:
            return 0.7
        return 1.5


class SallenKeyLowPass(_SallenKey):
    """Low-pass of order 1 to 10."""

    id = "sallen_key_low_pass"
    function = "low_pass"
    title = "Sallen-Key low-pass"
    summary = (
        "Active low-pass filter of order 1 to 10: second-order sections around followers or non-inverting "
        "amplifiers, with Butterworth, Chebyshev or Bessel response."
    )
    equations = (
        "f_0 = 1 / (2 pi sqrt(R1 R2 C1 C2))",
        "Q = sqrt(R1 R2 C1 C2) / (R1 C2 + R2 C2 + R1 C1 (1 - K))",
        "K = 1 + R_f / R_g",
        "the -3 dB frequency counts from the largest gain of the pass band",
    )
    phrases = (
        "Sallen-Key low-pass filter",
        "second-order active low-pass",
        "Butterworth low-pass filter",
        "anti-aliasing filter with gain",
        "Chebyshev low-pass filter",
        "Bessel low-pass filter",
        "fourth-order active low-pass filter",
    )
    measures = ("cutoff_frequency", "gain", "attenuation", "rolloff", "passband_ripple", "q_factor", "phase")


class SallenKeyHighPass(_SallenKey):
    """High-pass of order 1 to 10."""

    id = "sallen_key_high_pass"
    function = "high_pass"
    title = "Sallen-Key high-pass"
    summary = (
        "Active high-pass filter of order 1 to 10: second-order sections around followers or non-inverting "
        "amplifiers; it passes up to the bandwidth of its op-amps."
    )
    equations = (
        "f_0 = 1 / (2 pi sqrt(R1 R2 C1 C2))",
        "w_0 / Q = (1/C1 + 1/C2) / R2 + (1 - K) / (R1 C1)",
        "K = 1 + R_f / R_g",
        "the -3 dB frequency counts from the largest gain of the pass band",
    )
    phrases = (
        "Sallen-Key high-pass filter",
        "second-order active high-pass",
        "Butterworth high-pass filter",
        "rumble filter",
        "remove low frequencies with an op-amp",
    )
    measures = ("cutoff_frequency", "gain", "attenuation", "rolloff", "passband_ripple", "q_factor", "phase")
    high_pass = True


BLOCKS: tuple[Block, ...] = (SallenKeyLowPass(), SallenKeyHighPass())
