from __future__ import annotations

import math

import pytest
from support import altered, check_block, design_block, remeasured, requirement

from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply

FIRST_ORDER = ["rc_low_pass", "rc_high_pass"]


@pytest.mark.parametrize("name", FIRST_ORDER)
@pytest.mark.parametrize("cutoff", [0.01, 1e3, 455e3, 5e7])
def test_corner_over_the_range(name, cutoff) -> None:
    checked = check_block(name, {"cutoff_frequency": cutoff})
    assert checked.passed
    assert checked.value("cutoff_frequency") == pytest.approx(cutoff, rel=0.01)


@pytest.mark.parametrize("name", FIRST_ORDER)
@pytest.mark.parametrize(
    "around",
    [
        {"load_resistance": 10e3},
        {"load_resistance": 200.0},
        {"source_resistance": 600.0},
        {"source_resistance": 50.0, "load_resistance": 5e3},
        {"capacitance": 10e-9},
        {"capacitance": 10e-9, "load_resistance": 100e3},
        {"resistance": 4.7e3},
    ],
)
def test_source_load_and_given_parts_count(name, around) -> None:
    checked = check_block(name, {"cutoff_frequency": 1e3, **around})
    assert checked.value("cutoff_frequency") == pytest.approx(1e3, rel=0.035)
    values = {part.value for part in checked.synthesis.circuit.parts}
    assert "10n" in values or "capacitance" not in around
    assert "4.7k" in values or "resistance" not in around


def test_capacitive_load_is_part_of_a_low_pass() -> None:
    checked = check_block("rc_low_pass", {"cutoff_frequency": 100e3, "load_capacitance": 100e-12})
    assert checked.value("cutoff_frequency") == pytest.approx(100e3, rel=0.01)


def test_low_pass_response() -> None:
    numbers = {"cutoff_frequency": 1e3, "rolloff": -20.0, "phase": -45.0, "attenuation": 20.0}
    checked = check_block("rc_low_pass", numbers, conditions={"phase": 1e3, "attenuation": 1e4})
    assert checked.passed
    assert checked.value("rolloff") == pytest.approx(-20, abs=0.2)
    assert checked.value("phase") == pytest.approx(-45, abs=0.5)
    assert checked.value("attenuation") == pytest.approx(20.04, abs=0.2)


def test_high_pass_response() -> None:
    numbers = {"cutoff_frequency": 1e3, "rolloff": 20.0, "phase": 45.0, "gain": 1.0}
    checked = check_block("rc_high_pass", numbers, conditions={"phase": 1e3})
    assert checked.passed
    assert checked.value("phase") == pytest.approx(45, abs=0.5)


@pytest.mark.parametrize("name", FIRST_ORDER)
def test_time_constant(name) -> None:
    checked = check_block(name, {"time_constant": 10e-3})
    assert checked.value("time_constant") == pytest.approx(10e-3, rel=0.01)


def test_rise_time_sets_the_corner() -> None:
    checked = check_block("rc_low_pass", {"rise_time": 3.5e-6})
    assert checked.value("rise_time") == pytest.approx(3.5e-6, rel=0.02)


@pytest.mark.parametrize(("name", "frequency"), [("rc_low_pass", 1e4), ("rc_high_pass", 100.0)])
def test_corner_from_an_attenuation(name, frequency) -> None:
    extra = (requirement(1, "attenuation", 20.0, relation="min", condition=frequency),)
    checked = check_block(name, {}, extra=extra)
    assert 20.0 <= checked.value("attenuation") < 22.0


def test_impedances() -> None:
    extra = (requirement(9, "input_impedance", 100e3, relation="min"),)
    assert check_block("rc_high_pass", {"cutoff_frequency": 100.0}, extra=extra).passed
    assert check_block("rc_low_pass", {"cutoff_frequency": 100.0}, extra=extra).passed
    extra = (requirement(9, "output_impedance", 1e3, relation="max"),)
    assert check_block("rc_low_pass", {"cutoff_frequency": 10e3}, extra=extra).passed


@pytest.mark.parametrize(
    ("low", "high", "around"),
    [
        (300.0, 3400.0, {}),
        (20.0, 20e3, {}),
        (100.0, 10e3, {"load_resistance": 10e3}),
        (1e3, 50e3, {"load_resistance": 1e6, "source_resistance": 100.0}),
        (1e5, 5e6, {}),
    ],
)
def test_band(low, high, around) -> None:
    numbers = {"lower_cutoff_frequency": low, "upper_cutoff_frequency": high, **around}
    checked = check_block("rc_band_pass", numbers)
    assert checked.value("lower_cutoff_frequency") == pytest.approx(low, rel=0.03)
    assert checked.value("upper_cutoff_frequency") == pytest.approx(high, rel=0.03)


def test_band_from_centre_and_width() -> None:
    checked = check_block("rc_band_pass", {"center_frequency": 1e3, "bandwidth": 4e3})
    assert checked.value("center_frequency") == pytest.approx(1e3, rel=0.01)
    assert checked.value("bandwidth") == pytest.approx(4e3, rel=0.02)


@pytest.mark.parametrize(
    ("name", "numbers", "choices", "reason"),
    [
        ("rc_low_pass", {"cutoff_frequency": 1e3, "gain": 2.0}, {}, "no gain"),
        ("rc_low_pass", {"cutoff_frequency": 1e3, "order": 2}, {}, "first order"),
        ("rc_low_pass", {"cutoff_frequency": 1e3, "rolloff": 40.0}, {}, "order 2 is needed"),
        ("rc_high_pass", {"cutoff_frequency": 1e3}, {"response": "chebyshev"}, "more than the one pole"),
        ("rc_high_pass", {"cutoff_frequency": 1e3}, {"topology": "sallen_key"}, "sallen key"),
        ("rc_low_pass", {"cutoff_frequency": 1e3, "resistance": 1e3, "capacitance": 1e-6}, {}, "159"),
        ("rc_band_pass", {"center_frequency": 1e3, "q_factor": 5.0}, {}, "narrow"),
        ("rc_low_pass", {"cutoff_frequency": 1e10}, {}, "outside"),
    ],
)
def test_refusals(name, numbers, choices, reason) -> None:
    with pytest.raises(Infeasible, match=reason):
        design_block(name, numbers, choices=choices)


def test_refuses_an_opamp_it_has_no_place_for() -> None:
    with pytest.raises(Infeasible, match="LM358"):
        design_block("rc_low_pass", {"cutoff_frequency": 1e3}, components=("LM358",))


@pytest.mark.parametrize("name", FIRST_ORDER)
def test_damage_is_noticed(name) -> None:
    checked = check_block(name, {"cutoff_frequency": 1e3, "gain": 1.0})
    circuit = checked.synthesis.circuit
    resistor = next(part for part in circuit.parts if part.component == "resistor")
    capacitor = next(part for part in circuit.parts if part.component == "capacitor")
    assert not remeasured(checked, altered(circuit, capacitor.ref, value="100p"))["cutoff_frequency"].passed
    exchanged = altered(circuit, resistor.ref, pins=capacitor.pins)
    exchanged = altered(exchanged, capacitor.ref, pins=resistor.pins)
    found = remeasured(checked, exchanged)
    assert not found["gain"].passed
    assert not found["cutoff_frequency"].passed


def test_a_passive_filter_declares_no_supply() -> None:
    synthesis, _ = design_block("rc_low_pass", {"cutoff_frequency": 1e3}, supply=Supply(vcc=5.0))
    assert synthesis.circuit.port("vcc") is None


def test_production_spread() -> None:
    checked = check_block("rc_low_pass", {"cutoff_frequency": 1e3}, runs=100)
    spread = checked.measured["cutoff_frequency"].monte_carlo
    assert spread is not None
    # 1 % and 5 % as three sigma: 1.7 % of the corner.
    assert spread.deviation == pytest.approx(17, rel=0.3)
    assert spread.mean == pytest.approx(1e3, rel=0.01)
    assert math.isfinite(spread.lowest)
