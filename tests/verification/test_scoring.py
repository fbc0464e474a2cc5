from __future__ import annotations

import pytest

from voltsmith.schemas.reports import Coverage, Finding, Measurement
from voltsmith.verification.scoring import passed, score


def finding(code: str, severity: str) -> Finding:
    return Finding.model_validate({"code": code, "severity": severity, "message": "m"})


def measured(requirement: str, ok: bool) -> Measurement:
    return Measurement(requirement=requirement, analysis="ac", value=1.0, unit="V", passed=ok)


def covered(requirement: str, how: str = "simulated") -> Coverage:
    return Coverage.model_validate({"requirement": requirement, "how": how})


PERFECT = ([], [measured("R1", True)], [covered("R1")])
STRUCTURE, ELECTRICAL = "NET_SINGLE_PIN", "SUPPLY_OVER"


@pytest.mark.parametrize(
    ("findings", "measurements", "coverage", "structural", "electrical"),
    [
        (*PERFECT, 10.0, 10.0),
        ([], [], [], 10.0, 10.0),
        ([finding(STRUCTURE, "major")], [], [], 7.0, 10.0),
        ([finding(STRUCTURE, "fatal")], [], [], 0.0, 10.0),
        ([finding(ELECTRICAL, "major"), finding(ELECTRICAL, "minor")], [], [], 10.0, 6.5),
        ([finding(ELECTRICAL, "info")], [], [], 10.0, 10.0),
        ([finding(ELECTRICAL, "fatal")] * 3, [measured("R1", False)], [covered("R1")], 10.0, 0.0),
        ([], [measured("R1", True), measured("R2", False)], [covered("R1"), covered("R2")], 10.0, 5.0),
        ([], [measured("R1", True), measured("R1", False)], [covered("R1")], 10.0, 0.0),
        ([], [measured("R1", True)], [covered("R1"), covered("R2", "not_checked")], 10.0, 7.5),
        ([], [], [covered("R1", "computed"), covered("R2", "rule")], 10.0, 10.0),
        ([finding("MEASUREMENT_FAILED", "major")], [measured("R1", False)], [], 10.0, 0.0),
        ([finding("YIELD_LOW", "minor")], [measured("R1", True)], [], 10.0, 9.5),
    ],
)
def test_score(findings, measurements, coverage, structural, electrical):
    scores = score(findings, measurements, coverage)
    assert (scores.structural, scores.electrical) == (structural, electrical)


@pytest.mark.parametrize(
    ("findings", "measurements", "verdict"),
    [
        ([], [], True),
        ([], [measured("R1", True)], True),
        ([], [measured("R1", True), measured("R2", False)], False),
        ([finding(STRUCTURE, "minor"), finding(ELECTRICAL, "info")], [], True),
        ([finding(STRUCTURE, "major")], [], False),
        ([finding(ELECTRICAL, "fatal")], [], False),
    ],
)
def test_passed(findings, measurements, verdict):
    assert passed(findings, measurements) is verdict
