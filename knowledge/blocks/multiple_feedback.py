"""Multiple-feedback filters: second-order sections around an inverting amplifier."""

from __future__ import annotations

from voltsmith.knowledge.blocks import _filter_demand as demand
from voltsmith.knowledge.blocks._filter_active import ActivePass
from voltsmith.knowledge.blocks._filter_cascade import MULTIPLE_FEEDBACK
from voltsmith.knowledge.blocks.base import Asked, Block

SOURCES = (
    "Texas Instruments SLOD006, Op Amps for Everyone, chapter 16: Active Filter Design Techniques",
    "Texas Instruments SLOA049, Active Low-Pass Filter Design",
)
TOPOLOGIES = ("multiple_feedback", "active")


class _MultipleFeedback(ActivePass):
    topology = MULTIPLE_FEEDBACK
    topologies = TOPOLOGIES

    def fit(self, asked: Asked) -> float:
        """Where it is named, where the signal shall be inverted or attenuated, and for high Q."""
        demand.refuse_topology(asked, self.topologies, f"a {self.title}")
        gain, q = asked.get("gain", 1.0), asked.get("q_factor", 0.7)
        self.derive(asked)
        if asked.choice("topology") == MULTIPLE_FEEDBACK:
            return 3.0
        if gain < 0.999 or q > 3 or abs(gain) * q > 10:
            return 1.4
        return 0.9


class MultipleFeedbackLowPass(_MultipleFeedback):
    """Low-pass of order 1 to 10."""

    id = "multiple_feedback_low_pass"
    function = "low_pass"
    title = "multiple-feedback low-pass"
    summary = (
        "Active low-pass filter of order 1 to 10 from inverting sections; less sensitive at high Q and gain "
        "than Sallen-Key sections, and better at rejecting what lies far above the edge."
    )
    equations = (
        "gain = -R2 / R1",
        "f_0 = 1 / (2 pi sqrt(R2 R3 C1 C2))",
        "w_0 / Q = (1/R1 + 1/R2 + 1/R3) / C1",
        "the -3 dB frequency counts from the largest gain of the pass band",
    )
    sources = SOURCES
    phrases = (
        "multiple-feedback low-pass filter",
        "MFB low-pass",
        "inverting active low-pass filter",
        "active low-pass with high Q",
    )
    measures = ("cutoff_frequency", "gain", "attenuation", "rolloff", "passband_ripple", "q_factor", "phase")


class MultipleFeedbackHighPass(_MultipleFeedback):
    """High-pass of order 1 to 10."""

    id = "multiple_feedback_high_pass"
    function = "high_pass"
    title = "multiple-feedback high-pass"
    summary = "Active high-pass filter of order 1 to 10 from inverting sections."
    equations = (
        "gain = -C1 / C2",
        "f_0 = 1 / (2 pi sqrt(R1 R2 C2 C3))",
        "w_0 / Q = (C1 + C2 + C3) / (R2 C2 C3)",
        "the -3 dB frequency counts from the largest gain of the pass band",
    )
    sources = SOURCES[:1]
    phrases = ("multiple-feedback high-pass filter", "MFB high-pass", "inverting active high-pass filter")
    measures = ("cutoff_frequency", "gain", "attenuation", "rolloff", "passband_ripple", "q_factor", "phase")
    high_pass = True


BLOCKS: tuple[Block, ...] = (MultipleFeedbackLowPass(), MultipleFeedbackHighPass())
