"""The curated prompts' loader, and checks that do fail where an expectation is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from voltsmith.agents.regression import FOLDER, Case, load, run, run_case
from voltsmith.knowledge.blocks import blocks
from voltsmith.knowledge.devices import components
from voltsmith.schemas.errors import BadDocument, UnknownName
from voltsmith.schemas.quantities import QUANTITIES

GOOD = {
    "id": "t-1",
    "prompt": "inverting amplifier with a gain of 10 from ±12 V using a TL072",
    "exit": 0,
    "functions": ["amplifier"],
    "topology": ["inverting"],
    "requirements": [
        {"quantity": "gain", "target": 10.0, "unit": "V/V"},
        {"quantity": "supply_voltage", "target": 12.0, "unit": "V"},
    ],
    "supply": [12.0, -12.0],
    "parts": ["TL072"],
    "ports": ["in", "out", "vcc", "vee", "gnd"],
    "spice": [
        {"analysis": "ac", "at": 100.0, "gain_db": [19.5, 20.5]},
        {"analysis": "op", "input": 0.1, "output": [-1.1, -0.9]},
    ],
}


def outcome(**changes: object) -> tuple[bool, str]:
    result = run_case(Case.model_validate(GOOD | changes))
    return result.passed, "; ".join(result.problems)


def test_a_case_whose_expectations_hold_passes():
    assert outcome() == (True, "")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"exit": 4}, "exit 0, not 4"),
        ({"exit": [2, 4]}, "exit 0, not 2 or 4"),
        ({"functions": ["buffer"]}, "read as amplifier, not buffer"),
        ({"functions": ["amplifier", "low_pass"]}, "not amplifier -> low_pass"),
        ({"topology": ["non_inverting"]}, "no block answers to non_inverting"),
        ({"requirements": [{"quantity": "gain", "target": 11.0, "unit": "V/V"}]}, "not read: gain"),
        ({"requirements": [{"quantity": "gain", "target": 10.0, "unit": "dB"}]}, "not read: gain"),
        (
            {"requirements": [{"quantity": "gain", "target": 10.0, "unit": "V/V", "relation": "min"}]},
            "not read: gain min",
        ),
        ({"requirements": [{"quantity": "gain", "target": 10.0, "unit": "V/V"}] * 2}, "not read: gain"),
        (
            {"requirements": [{"quantity": "gain", "target": 10.0, "unit": "V/V", "tolerance": 0.5}]},
            "not read: gain",
        ),
        (
            {"requirements": [{"quantity": "gain", "target": 10.0, "unit": "V/V", "condition": 1e3}]},
            "not read: gain",
        ),
        ({"supply": [12.0, 0.0]}, "supply (12.0, -12.0), not (12.0, 0.0)"),
        ({"parts": ["LM358"]}, "LM358 is not used"),
        ({"ports": ["in_p"]}, "there is no port in_p"),
        ({"spice": [{"analysis": "ac", "at": 100.0, "gain_db": [25.0, 30.0]}]}, "ac at 100 Hz"),
        ({"spice": [{"analysis": "op", "input": 0.1, "output": [0.9, 1.1]}]}, "op at 0.1 V in"),
        ({"ignored": ["10"]}, "10"),
    ],
)
def test_a_wrong_expectation_fails(changes: dict[str, object], words: str):
    passed, problems = outcome(**changes)
    assert not passed
    assert words in problems


def test_a_refusal_has_to_say_the_right_thing():
    refused = {"id": "t-2", "prompt": "a buck converter from 12 V to 5 V", "exit": 4}
    assert run_case(Case.model_validate(refused | {"says": ["switching converter"]})).passed
    result = run_case(Case.model_validate(refused | {"says": ["radio"]}))
    assert not result.passed
    assert "says none of radio" in result.problems[0]


def test_a_fault_is_a_result(monkeypatch: pytest.MonkeyPatch):
    from voltsmith.agents import runs

    def fail(*_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(runs, "design", fail)
    result = run_case(Case.model_validate(GOOD))
    assert (result.passed, result.exit) == (False, 1)
    assert "ZeroDivisionError: oops" in result.problems[0]


def test_results_come_in_order():
    cases = [Case.model_validate({"id": f"t-{i}", "prompt": "hello", "exit": 4}) for i in range(3)]
    assert [result.id for result in run(cases, 1)] == ["t-0", "t-1", "t-2"]


# --- loading ---------------------------------------------------------------------------------------


def write(folder: Path, text: str | bytes) -> str:
    path = folder / "mine.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def test_all_suites_load():
    suites = load()
    assert set(suites) == {path.stem for path in FOLDER.glob("*.toml")}
    ids = [case.id for cases in suites.values() for case in cases]
    assert len(set(ids)) == len(ids) >= 150
    prompts = [case.prompt for cases in suites.values() for case in cases]
    assert len(set(prompts)) == len(prompts)


def test_expectations_name_what_exists():
    functions = {block.function for block in blocks().values()}
    topologies = {word for block in blocks().values() for word in block.topologies}
    for cases in load().values():
        for case in cases:
            assert set(case.functions or ()) <= functions, case.id
            assert set(case.topology) <= topologies, case.id
            assert set(case.parts) <= set(components()), case.id
            for expected in case.requirements:
                assert expected.quantity in QUANTITIES, case.id
            for number in case.ignored:
                assert number in case.prompt, case.id


def test_a_suite_of_ones_own(tmp_path: Path):
    path = write(tmp_path, '[[case]]\nid = "x"\nprompt = "hello"\nexit = [2, 4]\n')
    assert load([path])["mine"] == (Case(id="x", prompt="hello", exit=(2, 4)),)


def test_an_unknown_suite_names_what_there_is():
    with pytest.raises(UnknownName, match=r"unknown suite 'filtres'.*filters"):
        load(["filtres"])
    with pytest.raises(UnknownName):
        load(["/nowhere/suite.toml"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[case]]\nid = ", "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
        ('[[case]]\nid = "x"\nprompt = "p"\n', "exit"),
        ('[[case]]\nid = "x"\nprompt = "p"\nexit = 0\nexpcet = 1\n', "expcet"),
        ('[[case]]\nid = "x"\nprompt = "p"\nexit = "zero"\n', "exit"),
        ('[[case]]\nid = "x"\nprompt = "p"\nexit = 0\nports = ["a b"]\n', "ports"),
        ('case = "x"\n', "case"),
        ("case = 3\n", "case"),
    ],
)
def test_a_damaged_suite(tmp_path: Path, text: str | bytes, words: str):
    path = write(tmp_path, text)
    with pytest.raises(BadDocument) as caught:
        load([path])
    assert path in str(caught.value)
    assert words in str(caught.value)


def test_a_suite_that_is_a_folder(tmp_path: Path):
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises((BadDocument, UnknownName)):
        load([str(tmp_path / "folder.toml")])
