"""From bound numbers to requirements: units, tolerances, ranges, and the values that make no sense."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from voltsmith.agents.reading.quantities import QuantityToken
from voltsmith.schemas.quantities import QUANTITIES
from voltsmith.schemas.requirements import Relation, Requirement

GAIN_DECIBELS = 0.5
"""Tolerance (dB) of a gain given in decibels without one."""

ATTENUATION_DECIBELS = 1.0
"""Slack (dB) of an attenuation that was not said to be the least."""

THRESHOLD_VOLTS = 0.02
"""Tolerance (V) that a threshold has at least, where none is given."""

_SPLIT: Mapping[tuple[str, str], tuple[tuple[str, Relation], tuple[str, Relation]]] = {
    ("band_pass", "frequency"): (("lower_cutoff_frequency", "eq"), ("upper_cutoff_frequency", "eq")),
    ("notch", "frequency"): (("lower_cutoff_frequency", "eq"), ("upper_cutoff_frequency", "eq")),
    ("amplifier", "frequency"): (("lower_cutoff_frequency", "max"), ("upper_cutoff_frequency", "min")),
    ("buffer", "frequency"): (("lower_cutoff_frequency", "max"), ("upper_cutoff_frequency", "min")),
    ("summing_amplifier", "frequency"): (
        ("lower_cutoff_frequency", "max"),
        ("upper_cutoff_frequency", "min"),
    ),
    ("window_comparator", "voltage"): (("lower_threshold", "eq"), ("upper_threshold", "eq")),
    ("schmitt_trigger", "voltage"): (("lower_threshold", "eq"), ("upper_threshold", "eq")),
}
"""Ranges that are two numbers: the edges of a band, the thresholds of a window."""
_THRESHOLDS = frozenset({"threshold_voltage", "upper_threshold", "lower_threshold"})
_CORNERS = frozenset({"cutoff_frequency", "center_frequency"})
_DIRECTION = re.compile(r"\s*(?:above|below|over|under|beyond|past|higher than|lower than)\b", re.IGNORECASE)
_PEAK = frozenset({"input_amplitude", "output_amplitude"})
_ONE_SIDED: Mapping[str, Relation] = {
    "slew_rate": "min",
    "common_mode_rejection": "min",
    "thd": "max",
    "overshoot": "max",
    "line_regulation": "max",
    "load_regulation": "max",
    "output_noise": "max",
    "noise_density": "max",
    "settling_time": "max",
    "delay": "max",
}
"""Quantities of which more, or less, is never wrong: a plain figure is a bound."""
_FULL_SCALE = _PEAK | {"control_voltage", "input_current", "output_current", "load_current", "led_current"}
"""Where a range from zero gives the full scale."""
_PLAUSIBLE: Mapping[str, tuple[float, float]] = {
    "frequency": (1e-6, 1e11),
    "resistance": (1e-4, 1e12),
    "capacitance": (1e-15, 1e3),
    "inductance": (1e-12, 1e4),
    "time": (1e-12, 1e7),
    "power": (1e-12, 1e6),
}
_SIGNED = frozenset({"voltage", "current", "angle", "ratio", "rolloff", "temperature"})


@dataclass
class Drafts:
    """Requirements in the making, with what is wrong about the numbers."""

    requirements: list[Requirement] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(
        self,
        token: QuantityToken,
        quantity: str,
        function: str,
        stage: str | None,
        condition: QuantityToken | None = None,
        *,
        named_gain: bool = False,
    ) -> None:
        """Turn one number into a requirement, or a range into two."""
        if token.dimension == "absurd" or not math.isfinite(token.value):
            self.problems.append(f"{token.text.strip()!r} is not a value anything can have")
            return
        split = _SPLIT.get((function, token.dimension)) if token.relation == "range" else None
        ends = quantity.endswith("_frequency") or quantity in _THRESHOLDS or quantity == "bandwidth"
        if split is not None and ends and token.low is not None and token.high is not None:
            for (name, relation), value in zip(split, (token.low, token.high), strict=True):
                self._append(token, name, value, relation, stage, None, function)
            return
        if token.plus_minus and quantity in _THRESHOLDS:
            # "±2 V thresholds" are two.
            self._append(token, "lower_threshold", -token.value, "eq", stage, None, function)
            self._append(token, "upper_threshold", token.value, "eq", stage, None, function)
            return
        relation = _relation(token, quantity)
        self._append(token, quantity, token.value, relation, stage, condition, function, named_gain)

    def _append(
        self,
        token: QuantityToken,
        quantity: str,
        value: float,
        relation: Relation,
        stage: str | None,
        condition: QuantityToken | None,
        function: str,
        named_gain: bool = False,
    ) -> None:
        if quantity in _FULL_SCALE and relation == "range" and token.low == 0 and token.high is not None:
            # A signal from 0 to 100 mV has a size, not a choice of sizes; a follower passes it around its middle.
            value, relation = (token.high / 2 if function == "buffer" else token.high), "eq"
        known = QUANTITIES[quantity]
        unit, target = known.unit, value
        # "At least" and "at most" mean what they say.
        absolute = known.absolute if relation in ("eq", "range") else None
        tolerance = known.tolerance
        low, high = (token.low, token.high) if relation == "range" else (None, None)
        if quantity == "gain" and token.dimension == "decibel":
            unit, absolute = "dB", GAIN_DECIBELS if relation in ("eq", "range") else None
        elif quantity == "gain" and token.dimension == "percent":
            target = value / 100
        elif quantity == "output_amplitude" and token.qualifier == "pp":
            quantity = "output_peak_to_peak"
            known = QUANTITIES[quantity]
        elif quantity in _PEAK and token.qualifier in ("pp", "rms"):
            factor = 0.5 if token.qualifier == "pp" else math.sqrt(2)
            target = value * factor
            low, high = (None if end is None else end * factor for end in (low, high))
        elif quantity in _ONE_SIDED and relation == "eq" and token.tolerance is None:
            relation, absolute = _ONE_SIDED[quantity], None
        elif quantity == "gain" and function == "voltage_divider" and abs(value) > 1 and not named_gain:
            target = 1 / abs(value)  # "10:1", "divide by 10"
        elif quantity == "gain":
            target = abs(value)  # a minus sign chooses the topology; the reader has seen it
        elif quantity in _THRESHOLDS and relation == "eq":
            # Near zero a percentage would be less than any comparator's offset.
            absolute = max(abs(value) * tolerance, THRESHOLD_VOLTS)
        elif quantity in ("attenuation", "notch_depth"):
            target = abs(value)
            if relation == "eq" and token.tolerance is None and token.absolute_tolerance is None:
                relation, absolute = "min", ATTENUATION_DECIBELS
        if token.tolerance is not None and token.dimension != "percent":
            tolerance, absolute = token.tolerance, None
        elif token.absolute_tolerance is not None:
            absolute = token.absolute_tolerance
        if problem := _problem(quantity, target, token.text.strip()):
            self.problems.append(problem)
            return
        spans = () if condition is None else (condition.span,)
        self.requirements.append(
            Requirement(
                id=f"R{len(self.requirements) + 1}",
                quantity=quantity,
                target=target,
                unit=unit,
                tolerance=tolerance,
                absolute_tolerance=absolute,
                relation=relation,
                low=low,
                high=high,
                condition=None if condition is None else condition.value,
                role=known.role,
                stage=stage,
                text_span=token.span,
                text=token.text[:400],
                also_from=spans,
            )
        )


def _relation(token: QuantityToken, quantity: str) -> Relation:
    if quantity in _THRESHOLDS or QUANTITIES[quantity].role == "choice":
        return "eq"  # "above 3 V" names a threshold, it does not bound one
    if quantity == "output_voltage" and token.text.lower().startswith("down to"):
        return "eq"
    if quantity in _CORNERS and _DIRECTION.match(token.text):
        return "eq"  # "remove everything above 200 Hz" says which side goes, not that more will do
    if token.relation == "range" and (token.low is None or token.high is None):
        return "eq"
    relation: Relation = token.relation  # type: ignore[assignment]
    return relation


def _problem(quantity: str, value: float, text: str) -> str:
    """Why no circuit can have this value, or an empty string."""
    known = QUANTITIES[quantity]
    title = known.title
    if known.dimension in _PLAUSIBLE:
        low, high = _PLAUSIBLE[known.dimension]
        if value <= 0:
            return f"a {title} of {text} is impossible: it has to be above zero"
        if not low <= value <= high:
            return f"a {title} of {text} is beyond anything that can be built"
    elif value < 0 and known.dimension not in _SIGNED:
        return f"a {title} of {text} is impossible: it cannot be negative"
    if quantity == "duty_cycle" and not 0 < value < 100:
        return f"a duty cycle of {text} is impossible: it lies between 0 and 100 %"
    if quantity in ("order", "inputs", "led_count") and value < 1:
        return f"{title}: {text} is impossible: at least 1 is needed"
    if quantity == "gain" and value == 0 and "db" not in text.lower():
        return "a gain of zero leaves no signal"
    if quantity == "q_factor" and value <= 0:
        return "a quality factor has to be above zero"
    if known.dimension in ("voltage", "current") and abs(value) > 1e5:
        return f"a {title} of {text} is beyond anything that can be built"
    return ""


def whole_prompt_tolerance(token: QuantityToken) -> bool:
    """Whether a percentage stands alone as a tolerance of everything asked ("5% tolerance")."""
    return token.dimension == "percent" and token.tolerance is not None


def with_tolerance(requirements: list[Requirement], token: QuantityToken) -> Iterator[Requirement]:
    """``requirements`` with the tolerance of ``token`` on every measured equality."""
    for requirement in requirements:
        if requirement.role == "performance" and requirement.relation == "eq" and token.tolerance is not None:
            yield requirement.model_copy(
                update={
                    "tolerance": token.tolerance,
                    "absolute_tolerance": None,
                    "also_from": (*requirement.also_from, token.span),
                }
            )
        else:
            yield requirement
