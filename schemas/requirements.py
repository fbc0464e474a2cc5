"""What is asked: each requirement with its number, its unit and the words it came from."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from voltsmith.schemas.base import Schema, Slug

Relation = Literal["eq", "min", "max", "range"]
Source = Literal["prompt", "assumed"]
Role = Literal["performance", "condition", "choice"]
Span = tuple[int, int]


class Requirement(Schema):
    """One number the circuit is held to.

    ``target`` is in ``unit`` (SI, or dB, or a ratio). ``relation`` tells how it binds: ``eq`` within
    the relative ``tolerance``, ``min`` at least, ``max`` at most, ``range`` between ``low`` and
    ``high``. ``absolute_tolerance`` (in ``unit``) is used instead of ``tolerance`` where given, which
    is what suits dB, degrees and quantities near zero; where given, it also slackens ``min`` and ``max``
    ("40 dB at 10 kHz" is met by 39.5 dB, "at least 40 dB" is not). ``condition`` is the value of another quantity
    at which this one holds, e.g. the frequency (Hz) of an attenuation. ``role`` separates what is
    measured from the conditions it is measured under (supply, load, source) and from choices that
    are only looked up in the circuit (filter order, a part value the user fixed).
    """

    id: str = Field(pattern=r"^R[0-9]{1,3}$")
    quantity: Slug
    target: float
    unit: str = Field(max_length=12)
    tolerance: float = Field(default=0.05, ge=0)
    absolute_tolerance: float | None = Field(default=None, ge=0)
    relation: Relation = "eq"
    low: float | None = None
    high: float | None = None
    condition: float | None = None
    role: Role = "performance"
    stage: Slug | None = None
    source: Source = "prompt"
    text_span: Span | None = None
    text: str = Field(default="", max_length=400)
    also_from: tuple[Span, ...] = Field(
        default=(), description="further numbers of the prompt that went into this requirement"
    )

    @model_validator(mode="after")
    def _range_has_ends(self) -> Requirement:
        if self.relation == "range" and (self.low is None or self.high is None or self.low > self.high):
            raise ValueError(f"{self.id}: a range needs low <= high")
        return self

    def limits(self) -> tuple[float | None, float | None]:
        """Smallest and largest acceptable value in ``unit``; None where that side is open."""
        if self.relation == "range":
            return self.low, self.high
        slack = (
            self.absolute_tolerance
            if self.absolute_tolerance is not None
            else abs(self.target) * self.tolerance
        )
        if self.relation == "min":
            return self.target - (self.absolute_tolerance or 0.0), None
        if self.relation == "max":
            return None, self.target + (self.absolute_tolerance or 0.0)
        return self.target - slack, self.target + slack


class NotUnderstood(Schema):
    """Words, usually holding a number, that no requirement was made from."""

    text_span: Span
    text: str
