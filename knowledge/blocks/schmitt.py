"""Schmitt trigger: a comparator with positive feedback."""

from __future__ import annotations

from voltsmith.knowledge.blocks._hysteresis import build_trigger
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply

_HALF = 0.5
"""V: half of the hysteresis assumed around a threshold that comes alone."""


class SchmittTrigger(Block):
    """A comparator, or an op-amp used as one, whose output shifts its own threshold."""

    id = "schmitt_trigger"
    function = "schmitt_trigger"
    title = "Schmitt trigger"
    summary = (
        "Comparator with two thresholds: it switches up at the upper one and down at the lower one, so noise "
        "smaller than the hysteresis between them is ignored. Non-inverting, or inverting on request; with a "
        "comparator, or with an op-amp on request."
    )
    equations = (
        "non-inverting: V_U = V_ref (1 + R_1 / R_2) - V_OL R_1 / R_2",
        "non-inverting: V_L = V_ref (1 + R_1 / R_2) - V_OH R_1 / R_2",
        "hysteresis = (V_OH - V_OL) R_1 / R_2",
        "inverting: V_U, V_L = (V_CC / R_a + V_O / R_f) / (1 / R_a + 1 / R_b + 1 / R_f), V_O = V_OH, V_OL",
    )
    sources = (
        "Texas Instruments SNOS018G, LMV331-N data sheet, comparator with hysteresis",
        "Texas Instruments SBOS561C, TLV3201 data sheet, comparator with hysteresis",
        "P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., section 4.3.2",
    )
    phrases = (
        "Schmitt trigger",
        "comparator with hysteresis",
        "clean up a noisy signal",
        "debounce a slow edge",
        "square up a sine wave",
        "switch on at 3 V and off at 2 V",
        "inverting Schmitt trigger",
        "bistable threshold detector",
    )
    parameters = (
        Parameter(
            name="upper_threshold",
            unit="V",
            description="upper threshold",
            default=3.0,
            low=-18.0,
            high=36.0,
        ),
        Parameter(
            name="lower_threshold",
            unit="V",
            description="lower threshold",
            default=2.0,
            low=-18.0,
            high=36.0,
        ),
    )
    measures = (
        "upper_threshold",
        "lower_threshold",
        "hysteresis",
        "threshold_voltage",
        "output_high",
        "output_low",
        "delay",
    )
    topologies = ("inverting", "non_inverting", "opamp")
    default_supply = Supply(vcc=5.0)

    def fit(self, asked: Asked) -> float:
        """Two thresholds in the right order."""
        if asked.get("hysteresis", 1.0) <= 0:
            raise Infeasible(f"a hysteresis of {asked['hysteresis']:g} V leaves no Schmitt trigger")
        return 1.0

    def derive(self, asked: Asked) -> dict[str, float]:
        """Both thresholds from whichever two numbers are given, or from one and a hysteresis of 1 V."""
        upper, lower = asked.numbers.get("upper_threshold"), asked.numbers.get("lower_threshold")
        center, gap = asked.numbers.get("threshold_voltage"), asked.numbers.get("hysteresis")
        if upper is not None and lower is not None:
            return {}
        if upper is not None:
            below = 2 * center - upper if center is not None else upper - (gap or 2 * _HALF)
            return {"lower_threshold": below}
        if lower is not None:
            above = 2 * center - lower if center is not None else lower + (gap or 2 * _HALF)
            return {"upper_threshold": above}
        if center is None and gap is None:
            return {}
        if center is None:
            supply = asked.supply or self.default_supply
            center = (supply.vcc + supply.vee) / 2
        half = _HALF if gap is None else gap / 2
        return {"upper_threshold": center + half, "lower_threshold": center - half}

    def build(self, b: Builder, p: Values) -> None:
        """The resistors that make both thresholds, by the network of the polarity asked for."""
        inverting = p.choice("topology") == "inverting" or p.choice("polarity") == "inverting"
        build_trigger(b, p, p["upper_threshold"], p["lower_threshold"], inverting=inverting)


BLOCKS: tuple[Block, ...] = (SchmittTrigger(),)
