"""What verification says: findings, measurements, coverage, scores."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from voltsmith.schemas.base import FindingCode, Schema

Severity = Literal["fatal", "major", "minor", "info"]
How = Literal["simulated", "rule", "computed", "not_checked"]


class Finding(Schema):
    """One thing found wrong or worth knowing; ``where`` holds ``REF.PIN``, ``REF`` or ``net:NAME``."""

    code: FindingCode
    severity: Severity
    message: str
    where: tuple[str, ...] = ()
    why: str = ""
    fix: str = ""


class MonteCarlo(Schema):
    """Spread of one measurement over component tolerance.

    ``runs`` that could be measured, how many of all met the requirement (``yield_fraction``), and the
    extremes seen.
    """

    runs: int = Field(ge=0)
    yield_fraction: float = Field(ge=0, le=1)
    lowest: float | None = None
    highest: float | None = None
    mean: float | None = None
    deviation: float | None = None


class Measurement(Schema):
    """A requirement beside what was simulated. ``value`` is None where it could not be measured."""

    requirement: str
    analysis: str
    value: float | None
    unit: str
    min: float | None = None
    max: float | None = None
    passed: bool
    reason: str = ""
    monte_carlo: MonteCarlo | None = None


class Coverage(Schema):
    """How a requirement was checked, and why not where it was not."""

    requirement: str
    how: How
    why: str = ""


class Scores(Schema):
    """0 to 10 each; ``docs/architecture.md`` gives the formula."""

    structural: float = Field(ge=0, le=10)
    electrical: float = Field(ge=0, le=10)


class Report(Schema):
    """The verdict. ``passed`` is: no fatal or major finding and no failed measurement."""

    passed: bool
    measurements: tuple[Measurement, ...] = ()
    findings: tuple[Finding, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    scores: Scores = Scores(structural=0.0, electrical=0.0)
