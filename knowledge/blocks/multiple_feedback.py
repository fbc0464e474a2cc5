"""Multiple-feedback filters: second-order sections around an inverting amplifier."""

from __future__ import annotations

from voltsmith.knowledge.blocks import _filter_demand as demand
from voltsmith.knowledge.blocks._filter_active import (
    CENTER,
    CUTOFF,
    GAIN,
    ORDER,
    SPLIT,
    ActivePass,
    build_band_pass,
)
from voltsmith.knowledge.blocks._filter_amplified import MULTIPLE_FEEDBACK
from voltsmith.knowledge.blocks._filter_prototypes import MAX_ORDER
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.errors import Infeasible

SOURCES = (
    "Texas Instruments SLOD006, Op Amps for Everyone, chapter 16: Active Filter Design Techniques",
    "Texas Instruments SLOA049, Active Low-Pass Filter Design",
)
TOPOLOGIES = ("multiple_feedback", "active")
MINIMUM_Q = 0.6
"""Below, a band-pass section would attenuate, and a high-pass and a low-pass in a row do better."""


class _MultipleFeedback(ActivePass):
    topology = MULTIPLE_FEEDBACK
    topologies = TOPOLOGIES
    parameters = (CUTOFF, ORDER, GAIN.model_copy(update={"low": -1000.0}))

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


class MultipleFeedbackBandPass(Block):
    """Band-pass of order 2, 4 to 10 around a centre frequency."""

    id = "multiple_feedback_band_pass"
    function = "band_pass"
    title = "multiple-feedback band-pass"
    summary = (
        "Active band-pass filter for a narrow band: one inverting op-amp section for each pair of poles, "
        "staggered where there is more than one."
    )
    equations = (
        "f_0 = sqrt(1/R1 + 1/R3) / (2 pi C sqrt(R2))",
        "Q = f_0 / bandwidth = pi f_0 R2 C",
        "gain = -R2 / (2 R1), less than 2 Q^2",
    )
    sources = SOURCES[:1]
    phrases = (
        "band-pass filter",
        "narrow band-pass with high Q",
        "multiple-feedback band-pass filter",
        "pick out one frequency",
        "tone detector filter",
        "MFB band-pass",
    )
    parameters = (
        CENTER,
        Parameter(
            name="q_factor", unit="1", description="quality factor", default=5.0, low=MINIMUM_Q, high=60.0
        ),
        Parameter(
            name="gain",
            unit="V/V",
            description="gain at the centre",
            default=1.0,
            low=-1000.0,
            high=1000.0,
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
    topologies = TOPOLOGIES
    default_supply = SPLIT

    def fit(self, asked: Asked) -> float:
        """The filter for a narrow band; a wide one is a high-pass and a low-pass in a row."""
        demand.refuse_topology(asked, self.topologies, f"a {self.title}")
        q = asked.get("q_factor", demand.band_of(asked).get("q_factor", 5.0))
        if q < MINIMUM_Q:
            raise Infeasible(
                f"a multiple-feedback band-pass is for narrow bands, and a Q of {q:.2g} is a wide one"
            )
        return 3.0 if asked.choice("topology") == MULTIPLE_FEEDBACK else 1.5

    def derive(self, asked: Asked) -> dict[str, float]:
        """Centre and Q from edges or a bandwidth, the order from what is asked of the stop band."""
        return {**demand.band_of(asked), **demand.band_order(asked, 5.0)}

    def build(self, b: Builder, p: Values) -> None:
        """Staggered sections, each with the same share of the gain at the centre."""
        build_band_pass(b, p, MULTIPLE_FEEDBACK)


BLOCKS: tuple[Block, ...] = (
    MultipleFeedbackLowPass(),
    MultipleFeedbackHighPass(),
    MultipleFeedbackBandPass(),
)
