from __future__ import annotations

import pytest
from opamp_support import measured_after, swapped, with_component, with_value
from support import altered, check_block, remeasured, requirement

from voltsmith.knowledge.devices import component
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply

FIVE, TWELVE = Supply(vcc=5.0), Supply(vcc=12.0)
SPLIT, BIG_SPLIT = Supply(vcc=5.0, vee=-5.0), Supply(vcc=15.0, vee=-15.0)
AMPLIFIER, FOLLOWER = "non_inverting_amplifier", "voltage_follower"


@pytest.mark.parametrize(
    ("numbers", "supply"),
    [
        ({}, None),
        ({"gain": 1.0, "operating_frequency": 10e3}, SPLIT),
        ({"gain": 2, "bandwidth": 10e6}, None),
        ({"gain": 10, "bandwidth": 100e3}, BIG_SPLIT),
        ({"gain": 10000}, BIG_SPLIT),
        ({"gain": 1000, "operating_frequency": 20e3}, None),
        ({"gain": 20, "load_resistance": 600, "output_amplitude": 1.0}, TWELVE),
        ({"gain": 100, "lower_cutoff_frequency": 80, "upper_cutoff_frequency": 15e3}, Supply(vcc=9.0)),
        ({"gain": 50, "lower_cutoff_frequency": 20, "upper_cutoff_frequency": 20e3}, FIVE),
        ({"gain": 10, "lower_cutoff_frequency": 50, "output_voltage": 1.65}, Supply(vcc=3.3)),
    ],
)
def test_meets_what_is_asked(numbers: dict[str, float], supply: Supply | None) -> None:
    checked = check_block(AMPLIFIER, numbers, supply=supply)
    assert checked.passed, checked.measured
    assert checked.value("gain") == pytest.approx(numbers.get("gain", 10.0), rel=0.05)


def test_gain_times_bandwidth_beyond_one_op_amp_is_shared() -> None:
    checked = check_block(AMPLIFIER, {"gain": 100, "bandwidth": 1e6})
    assert checked.passed, checked.measured
    assert checked.value("bandwidth") == pytest.approx(1e6, rel=0.1)
    parts = [part.component for part in checked.synthesis.circuit.parts if part.ref.startswith("U")]
    assert "LM358" not in parts

    def slow(circuit):  # type: ignore[no-untyped-def]
        return with_component(circuit, "OP07", instead_of=parts[0])

    found = measured_after(AMPLIFIER, {"gain": 100, "bandwidth": 1e6}, slow)
    assert not found["bandwidth"].passed


def test_a_least_bandwidth_is_exceeded_with_its_spread() -> None:
    least = requirement(2, "bandwidth", 100e3, relation="min")
    checked = check_block(AMPLIFIER, {"gain": 10}, extra=(least,), runs=30)
    assert checked.passed
    spread = checked.measured["bandwidth"].monte_carlo
    assert spread is not None
    assert spread.yield_fraction == 1.0


def test_microphone_preamp_with_input_impedance_and_noise() -> None:
    limit = requirement(4, "noise_density", 15e-9, relation="max")
    numbers = {"gain": 100, "lower_cutoff_frequency": 20, "input_impedance": 47e3}
    checked = check_block(AMPLIFIER, numbers, supply=BIG_SPLIT, extra=(limit,))
    assert checked.passed, checked.measured
    assert checked.value("input_impedance") == pytest.approx(47e3, rel=0.1)
    assert checked.value("noise_density") < 15e-9


def test_dc_from_ground_up_on_a_single_supply() -> None:
    numbers = {"gain": 10, "input_voltage": 0.3, "output_voltage": 3.0}
    checked = check_block(AMPLIFIER, numbers, supply=FIVE)
    assert checked.passed, checked.measured
    assert checked.value("output_voltage") == pytest.approx(3.0, abs=0.1)
    assert "vmid" not in {net.name for net in checked.synthesis.circuit.nets}


def test_gain_follows_from_levels() -> None:
    checked = check_block(AMPLIFIER, {"input_amplitude": 0.05, "output_amplitude": 2.0})
    assert checked.passed
    assert checked.value("output_amplitude") == pytest.approx(2.0, rel=0.05)


def test_swapped_inputs_latch() -> None:
    found = measured_after(
        AMPLIFIER,
        {"gain": 10, "output_amplitude": 1.0},
        lambda circuit: swapped(circuit, "U1", "IN1+", "IN1-"),
    )
    assert not found["output_amplitude"].passed


def test_wrong_coupling_capacitor_shows() -> None:
    numbers = {"gain": 10, "lower_cutoff_frequency": 50}
    found = measured_after(AMPLIFIER, numbers, lambda c: with_value(c, "C2", "1n"), supply=TWELVE)
    assert not found["lower_cutoff_frequency"].passed


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        ({"gain": 0.5}, "at least 1"),
        ({"gain": 10, "output_amplitude": 3.0}, "3 V peak does not fit"),
        ({"gain": 1000, "bandwidth": 500e6}, "no op-amp in the library"),
        ({"gain": 10, "lower_cutoff_frequency": 100, "upper_cutoff_frequency": 300}, "too close"),
    ],
)
def test_refusals(numbers: dict[str, float], reason: str) -> None:
    with pytest.raises(Infeasible, match=reason):
        check_block(AMPLIFIER, numbers, supply=FIVE)


@pytest.mark.parametrize(
    ("numbers", "choices", "supply"),
    [
        ({}, {}, None),
        ({"load_resistance": 1e3, "output_amplitude": 1.0}, {}, FIVE),
        ({"load_resistance": 1e3, "output_amplitude": 5.0, "bandwidth": 1e6}, {}, None),
        ({"input_impedance": 1e6}, {}, Supply(vcc=3.3)),
        ({"load_current": 0.01, "input_voltage": 2.5, "output_voltage": 2.5}, {}, FIVE),
        ({"lower_cutoff_frequency": 10}, {"coupling": "ac"}, TWELVE),
    ],
)
def test_follower(numbers: dict[str, float], choices: dict[str, str], supply: Supply | None) -> None:
    checked = check_block(FOLLOWER, numbers, choices=choices, supply=supply)
    assert checked.passed, checked.measured
    assert checked.value("gain") == pytest.approx(1.0, abs=0.01)


def test_follower_has_a_high_input_impedance() -> None:
    least = requirement(1, "input_impedance", 1e6, relation="min")
    checked = check_block(FOLLOWER, {}, extra=(least,))
    assert checked.passed
    assert checked.value("input_impedance") > 1e6


def test_follower_has_no_gain() -> None:
    with pytest.raises(Infeasible, match="gain of 1"):
        check_block(FOLLOWER, {"gain": 3})


@pytest.mark.parametrize(
    ("supply", "numbers"),
    [(3.3, {}), (5.0, {}), (12.0, {}), (5.0, {"load_resistance": 10e3}), (3.3, {"operating_frequency": 1e5})],
)
def test_a_follower_on_a_single_supply_goes_near_both_rails(supply: float, numbers: dict[str, float]) -> None:
    checked = check_block("voltage_follower", numbers, supply=Supply(vcc=supply))
    assert checked.passed
    assert checked.value("output_high") == pytest.approx(0.95 * supply, abs=0.01 * supply)
    assert checked.value("output_low") == pytest.approx(0.05 * supply, abs=0.01 * supply)


def test_a_follower_that_does_not_reach_the_rails_is_found_out() -> None:
    checked = check_block("voltage_follower", {}, supply=Supply(vcc=5.0))
    (package,) = [part for part in checked.synthesis.circuit.parts if part.ref.startswith("U")]
    other = component("LMV321")
    assert package.component != other.id
    roles = {**other.supply_pins, **other.units[0].pins}
    nets = {"vcc": "vcc", "vee": "0", "in_p": "in", "in_n": "out", "out": "out"}
    pins = {pin: nets[role] for role, pin in roles.items()}
    lesser = altered(checked.synthesis.circuit, package.ref, component=other.id, pins=pins)
    assert not remeasured(checked, lesser)["output_high"].passed


def test_a_follower_says_where_it_stays_away_from_the_rails() -> None:
    checked = check_block("voltage_follower", {}, supply=Supply(vcc=24.0))
    assert checked.passed
    assert any("away from the rails" in text for text in checked.synthesis.assumptions)
