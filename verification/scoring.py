"""Two scores and one verdict out of what verification found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from voltsmith.schemas.reports import Coverage, Finding, Measurement, Scores, Severity
from voltsmith.verification.codes import area_of
from voltsmith.verification.erc._registry import Area

WEIGHTS: dict[Severity, float] = {"fatal": 10.0, "major": 3.0, "minor": 0.5, "info": 0.0}
"""Points that a finding costs."""

_COUNTED_AS_REQUIREMENTS = frozenset({"MEASUREMENT_FAILED", "NOT_MEASURABLE", "REQUIREMENT_NOT_CHECKED"})
_UNCHECKED = 0.5


def score(
    findings: Sequence[Finding], measurements: Sequence[Measurement], coverage: Sequence[Coverage]
) -> Scores:
    """Scores of a design, 0 to 10 each, to a hundredth.

    A finding costs 10 points if fatal, 3 if major, 0.5 if minor and none if info::

        structural = max(0, 10 - cost of structural findings)
        electrical = max(0, 10 * fulfilled - cost of electrical findings)

    ``fulfilled`` is the mean over all requirements of: 1 for a requirement that passed (or was checked by
    a rule or a computation, whose failure is a finding), 0 for one that failed or could not be measured,
    0.5 for one that was not checked; 1 where there are no requirements. Findings that repeat the fate of a
    requirement (``MEASUREMENT_FAILED``, ``NOT_MEASURABLE``, ``REQUIREMENT_NOT_CHECKED``) cost nothing more.
    :mod:`voltsmith.verification.codes` tells structural from electrical findings: the former say that
    this is not a sound netlist, the latter that it does not work as electronics.
    """
    fulfilled = _fulfilled(measurements, coverage)
    return Scores(
        structural=_bounded(10.0 - _cost(findings, "structural")),
        electrical=_bounded(10.0 * fulfilled - _cost(findings, "electrical")),
    )


def passed(findings: Iterable[Finding], measurements: Iterable[Measurement]) -> bool:
    """Whether nothing fatal or major was found and every measurement lies within its limits."""
    grave = any(finding.severity in ("fatal", "major") for finding in findings)
    return not grave and all(measurement.passed for measurement in measurements)


def _bounded(points: float) -> float:
    return round(min(10.0, max(0.0, points)), 2)


def _cost(findings: Iterable[Finding], area: Area) -> float:
    return sum(
        WEIGHTS[finding.severity]
        for finding in findings
        if finding.code not in _COUNTED_AS_REQUIREMENTS and area_of(finding.code) == area
    )


def _fulfilled(measurements: Sequence[Measurement], coverage: Sequence[Coverage]) -> float:
    credits: dict[str, float] = {
        item.requirement: _UNCHECKED if item.how == "not_checked" else 1.0 for item in coverage
    }
    # A requirement measured more than once is as good as its worst measurement.
    for measurement in measurements:
        before = credits.get(measurement.requirement, 1.0)
        credits[measurement.requirement] = before if measurement.passed else 0.0
    return sum(credits.values()) / len(credits) if credits else 1.0
