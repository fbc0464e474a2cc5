"""The Sallen-Key band-pass against its centre, Q and gain, in SPICE."""

from __future__ import annotations

import pytest
from support import altered, check_block, design_block, remeasured, requirement

from voltsmith.agents.reasoning import choose
from voltsmith.knowledge.blocks import Asked
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply
from voltsmith.schemas.readings import StageRequest

NAME = "sallen_key_band_pass"
SPLIT = Supply(vcc=12.0, vee=-12.0)
CHOICE = {"topology": "sallen_key"}


@pytest.mark.parametrize(
    ("numbers", "supply"),
    [
        ({"center_frequency": 2500, "q_factor": 3}, SPLIT),
        ({"center_frequency": 1000, "q_factor": 5, "gain": 14}, Supply(vcc=12.0)),
        ({"center_frequency": 100, "q_factor": 0.7}, Supply(vcc=5.0)),
        ({"center_frequency": 20e3, "q_factor": 10, "gain": 5}, Supply(vcc=15.0, vee=-15.0)),
        ({"center_frequency": 100e3, "q_factor": 2, "load_resistance": 2e3, "source_resistance": 1e3}, SPLIT),
        ({"center_frequency": 1, "q_factor": 4}, Supply(vcc=9.0)),
        ({"center_frequency": 5e3, "bandwidth": 1e3, "capacitance": 10e-9}, SPLIT),
        ({"center_frequency": 1e3, "q_factor": 3, "order": 4}, SPLIT),
    ],
)
def test_center_q_and_gain(numbers: dict[str, float], supply: Supply) -> None:
    checked = check_block(NAME, numbers, choices=CHOICE, supply=supply)
    assert checked.passed
    assert checked.value("center_frequency") == pytest.approx(numbers["center_frequency"], rel=0.02)
    assert checked.value("gain") == pytest.approx(numbers.get("gain", 1.0), rel=0.05)
    if "q_factor" in numbers:
        assert checked.value("q_factor") == pytest.approx(numbers["q_factor"], rel=0.05)
    else:
        assert checked.value("bandwidth") == pytest.approx(numbers["bandwidth"], rel=0.05)


def test_the_gain_that_the_section_has_needs_no_divider() -> None:
    checked = check_block(NAME, {"center_frequency": 1e3, "q_factor": 4, "gain": 11}, choices=CHOICE)
    resistors = [part for part in checked.synthesis.circuit.parts if part.component == "resistor"]
    assert len(resistors) == 5
    assert checked.passed


def test_bounds_and_edges() -> None:
    checked = check_block(
        NAME,
        {"lower_cutoff_frequency": 900, "upper_cutoff_frequency": 1100},
        choices=CHOICE,
        extra=(requirement(8, "attenuation", 20, relation="min", condition=300.0),),
    )
    assert checked.passed
    assert checked.value("lower_cutoff_frequency") == pytest.approx(900, rel=0.02)
    assert checked.value("attenuation") >= 20


@pytest.mark.parametrize(
    ("ref", "fields", "quantity"),
    [
        ("C1", {"value": "10n"}, "center_frequency"),
        ("R5", {"value": "20k"}, "q_factor"),
        ("R1", {"value": "47k"}, "gain"),
        ("U1", {"component": "LM741"}, "center_frequency"),
    ],
)
def test_circuits_that_must_fail(ref: str, fields: dict[str, str], quantity: str) -> None:
    center = 60e3 if ref == "U1" else 2500
    checked = check_block(NAME, {"center_frequency": center, "q_factor": 3}, choices=CHOICE, supply=SPLIT)
    assert checked.passed
    assert not remeasured(checked, altered(checked.synthesis.circuit, ref, **fields))[quantity].passed


def test_swapped_inputs_fail() -> None:
    checked = check_block(NAME, {"center_frequency": 2500, "q_factor": 3}, choices=CHOICE, supply=SPLIT)
    amplifier = next(part for part in checked.synthesis.circuit.parts if part.ref == "U1")
    swapped = dict(amplifier.pins) | {"IN+": amplifier.pins["IN-"], "IN-": amplifier.pins["IN+"]}
    result = remeasured(checked, altered(checked.synthesis.circuit, "U1", pins=swapped))
    assert not all(item.passed for item in result.values())


@pytest.mark.parametrize(
    ("numbers", "choices", "reason"),
    [
        ({"q_factor": 20}, CHOICE, "Q of 0.6 to 10"),
        ({"q_factor": 2, "gain": 20}, CHOICE, "gain of 5 at most"),
        ({"gain": -2}, CHOICE, "does not invert"),
        ({"order": 8}, CHOICE, "up to order 6"),
        ({}, {"topology": "multiple_feedback"}, "not the multiple feedback circuit"),
    ],
)
def test_refusals(numbers: dict[str, float], choices: dict[str, str], reason: str) -> None:
    with pytest.raises(Infeasible, match=reason):
        design_block(NAME, numbers, choices=choices, supply=SPLIT)


@pytest.mark.parametrize(
    ("choices", "q", "expected"),
    [
        ({}, 3.0, "multiple_feedback_band_pass"),
        ({"topology": "active"}, 3.0, "multiple_feedback_band_pass"),
        (CHOICE, 3.0, NAME),
        (CHOICE, 0.3, "active_band_pass"),
    ],
)
def test_multiple_feedback_comes_first(choices: dict[str, str], q: float, expected: str) -> None:
    stage = StageRequest(id="s1", function="band_pass")
    asked = Asked({"center_frequency": 1e3, "q_factor": q}, choices=choices, supply=SPLIT)
    assert choose(stage, asked).id == expected


def test_parts_at_their_tolerances() -> None:
    checked = check_block(
        NAME, {"center_frequency": 1000, "q_factor": 2}, choices=CHOICE, supply=SPLIT, runs=20
    )
    spread = checked.measured["center_frequency"].monte_carlo
    assert spread is not None
    assert 900 < (spread.lowest or 0.0) < (spread.highest or 0.0) < 1100


def test_unity_gain_needs_no_resistors_that_make_it() -> None:
    checked = check_block(
        "active_band_pass",
        {"lower_cutoff_frequency": 300.0, "upper_cutoff_frequency": 3400.0, "gain": 1.0, "order": 4.0},
    )
    assert checked.passed
    assert checked.value("gain") == pytest.approx(1.0, rel=0.015)
    assert sum(part.component == "resistor" for part in checked.synthesis.circuit.parts) == 4
