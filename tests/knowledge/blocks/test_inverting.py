from __future__ import annotations

import pytest
from opamp_support import measured_after, values_of, with_component, with_value
from support import check_block, requirement

from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply

FIVE, TWELVE = Supply(vcc=5.0), Supply(vcc=12.0)
SPLIT, BIG_SPLIT = Supply(vcc=5.0, vee=-5.0), Supply(vcc=15.0, vee=-15.0)


@pytest.mark.parametrize(
    ("numbers", "supply"),
    [
        ({}, None),
        ({"gain": 0.1}, SPLIT),
        ({"gain": 10, "bandwidth": 100e3, "input_impedance": 10e3}, None),
        ({"gain": 100, "bandwidth": 1e6}, BIG_SPLIT),
        ({"gain": 10000}, BIG_SPLIT),
        ({"gain": 1000, "operating_frequency": 20e3}, None),
        ({"gain": 20, "load_resistance": 600, "output_amplitude": 1.0}, TWELVE),
        ({"gain": 50, "lower_cutoff_frequency": 20, "upper_cutoff_frequency": 20e3}, FIVE),
        ({"gain": 10, "lower_cutoff_frequency": 50, "output_voltage": 1.65}, Supply(vcc=3.3)),
    ],
)
def test_meets_what_is_asked(numbers: dict[str, float], supply: Supply | None) -> None:
    checked = check_block("inverting_amplifier", numbers, supply=supply)
    assert checked.passed, checked.measured
    gain = numbers.get("gain", 10.0)
    assert checked.value("gain") == pytest.approx(gain, rel=0.05)


def test_inverts_on_a_split_supply_at_the_operating_point() -> None:
    checked = check_block(
        "inverting_amplifier", {"gain": 4.7, "phase": 180, "output_voltage": 0.0}, supply=SPLIT
    )
    assert checked.value("phase") == pytest.approx(180, abs=2)
    assert abs(checked.value("output_voltage")) < 0.05
    assert values_of(checked, "capacitor") == ["100n", "100n"]


def test_a_least_bandwidth_is_exceeded() -> None:
    least = requirement(2, "bandwidth", 100e3, relation="min")
    checked = check_block("inverting_amplifier", {"gain": 20}, extra=(least,), supply=BIG_SPLIT)
    assert checked.passed
    assert checked.value("bandwidth") > 130e3


def test_low_distortion_and_full_swing_need_a_fast_part() -> None:
    numbers = {"gain": 10, "output_amplitude": 8.0, "operating_frequency": 20e3}
    limit = requirement(4, "thd", 0.2, relation="max")
    options = {"extra": (limit,), "conditions": {"output_amplitude": 20e3, "gain": 20e3}}
    checked = check_block("inverting_amplifier", numbers, **options)
    assert checked.passed, checked.measured
    part = next(p.component for p in checked.synthesis.circuit.parts if p.ref.startswith("U"))
    assert part != "LM358"
    slow = measured_after(
        "inverting_amplifier",
        numbers,
        lambda circuit: with_component(circuit, "LM358", instead_of=part),
        **options,
    )
    assert not slow["output_amplitude"].passed


@pytest.mark.parametrize(("ref", "value"), [("R1", "3.3k"), ("R2", "5.6k")])
def test_wrong_resistor_shows(ref: str, value: str) -> None:
    found = measured_after("inverting_amplifier", {"gain": 10}, lambda c: with_value(c, ref, value))
    assert not found["gain"].passed


def test_output_beyond_the_rails_is_refused() -> None:
    with pytest.raises(Infeasible, match=r"20 V peak does not fit .* 5 V, which leaves 2.5 V"):
        check_block("inverting_amplifier", {"gain": 10, "input_amplitude": 2.0}, supply=FIVE)


def test_input_impedance_bounds() -> None:
    least = requirement(2, "input_impedance", 50e3, relation="min")
    checked = check_block("inverting_amplifier", {"gain": 5}, extra=(least,))
    assert checked.passed
    assert 50e3 < checked.value("input_impedance") < 160e3


def test_monte_carlo_stays_within_tolerance() -> None:
    checked = check_block("inverting_amplifier", {"gain": 10}, runs=30)
    spread = checked.measured["gain"].monte_carlo
    assert spread is not None
    assert spread.yield_fraction > 0.95
    assert 0.01 < (spread.deviation or 0.0) < 0.1
