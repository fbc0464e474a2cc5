from __future__ import annotations

import re
from pathlib import Path

import pytest

import voltsmith.verification
from voltsmith.schemas.errors import UnknownName
from voltsmith.verification.codes import area_of, explain, explanations
from voltsmith.verification.erc import RULES, STRESS_RULES
from voltsmith.verification.spice.messages import finding_from

ROOT = Path(voltsmith.verification.__file__).parents[1]
ROOMS = ("agents", "console", "exports", "knowledge", "schemas", "verification")


def test_every_code_in_the_source_is_explained():
    pattern = re.compile(r"\bcode\s*=\s*\"([A-Z][A-Z0-9_]+)\"")
    used = {
        code
        for room in ROOMS
        for file in (ROOT / room).rglob("*.py")
        for code in pattern.findall(file.read_text(encoding="utf-8"))
    }
    assert "SPICE_SINGULAR" in used
    assert used <= set(explanations())
    assert set(RULES) | set(STRESS_RULES) <= set(explanations())


def test_explanations_are_complete():
    for code, entry in explanations().items():
        assert entry.code == code
        for text in (entry.title, entry.why, entry.fix, entry.example):
            assert len(text) > 10, code


@pytest.mark.parametrize(
    "message", ["singular matrix: check node xdut.a", "unknown device x", "timestep too small"]
)
def test_severity_agrees_with_the_findings_of_the_simulator(message: str):
    finding = finding_from(message, "s1_ac")
    assert explain(finding.code).severity == finding.severity


@pytest.mark.parametrize("written", ["NO_DC_PATH", "no_dc_path", " no-dc-path\n", "No DC path"])
def test_spelling_does_not_matter(written: str):
    assert explain(written).code == "NO_DC_PATH"


def test_unknown_code_names_the_nearest():
    with pytest.raises(UnknownName, match="NO_DC_PATH"):
        explain("NO_DC_PATHS")
    with pytest.raises(UnknownName):
        explain("")


def test_areas():
    assert area_of("PIN_UNKNOWN") == "structural"
    assert area_of("SUPPLY_OVER") == area_of("RESISTOR_POWER") == area_of("NOBODY_KNOWS") == "electrical"
