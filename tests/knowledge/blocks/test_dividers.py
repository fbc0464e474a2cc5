from __future__ import annotations

import pytest
from support import altered, check_block, design_block, remeasured, requirement

from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply

DIVIDER = "voltage_divider"


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ({"input_voltage": 5.0, "output_voltage": 3.3}, 3.3),
        ({"input_voltage": 12.0, "output_voltage": 3.3, "load_resistance": 10e3}, 3.3),
        ({"input_voltage": 12.0, "output_voltage": 5.0, "load_current": 1e-3}, 5.0),
        ({"input_voltage": 230.0, "output_voltage": 3.0}, 3.0),
        ({"input_voltage": -10.0, "output_voltage": -2.0}, -2.0),
        ({"input_voltage": 3.3, "output_voltage": 0.01}, 0.01),
        ({"input_voltage": 10.0, "output_voltage": 2.0, "resistance": 10e3}, 2.0),
    ],
)
def test_output_under_load(numbers, expected) -> None:
    checked = check_block(DIVIDER, numbers)
    assert checked.passed
    assert checked.value("output_voltage") == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize(("numbers", "gain"), [({"gain": 0.1}, 0.1), ({"gain": 0.75}, 0.75)])
def test_ratio(numbers, gain) -> None:
    assert check_block(DIVIDER, numbers).value("gain") == pytest.approx(gain, rel=0.005)


@pytest.mark.parametrize("decibels", [6.0, 20.0, 60.0])
def test_attenuation_in_decibels(decibels) -> None:
    checked = check_block(DIVIDER, {"attenuation": decibels})
    assert checked.value("attenuation") == pytest.approx(decibels, abs=0.1)


def test_supply_counts_as_input() -> None:
    checked = check_block(DIVIDER, {"output_voltage": 2.5}, supply=Supply(vcc=5.0, given=True))
    assert checked.value("output_voltage") == pytest.approx(2.5, rel=0.005)
    assert [port.name for port in checked.synthesis.circuit.ports] == ["in", "out", "gnd"]


@pytest.mark.parametrize(
    ("quantity", "target", "relation"),
    [
        ("supply_current", 100e-6, "max"),
        ("supply_current", 2e-3, "min"),
        ("power_dissipation", 1e-3, "max"),
        ("input_impedance", 1e6, "min"),
        ("output_impedance", 500.0, "max"),
    ],
)
def test_limits_are_kept(quantity, target, relation) -> None:
    extra = (requirement(9, quantity, target, relation=relation),)
    checked = check_block(DIVIDER, {"input_voltage": 10.0, "output_voltage": 2.0}, extra=extra)
    assert checked.passed
    value = checked.value(quantity)
    assert value <= target if relation == "max" else value >= target
    assert checked.value("output_voltage") == pytest.approx(2.0, rel=0.01)


@pytest.mark.parametrize(("relation", "low", "high"), [("min", 2.0, 2.1), ("max", 1.9, 2.0)])
def test_one_sided_output(relation, low, high) -> None:
    extra = (requirement(9, "output_voltage", 2.0, relation=relation),)
    checked = check_block(DIVIDER, {"input_voltage": 10.0}, extra=extra)
    assert low <= checked.value("output_voltage") <= high


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        ({"input_voltage": 5.0, "output_voltage": 6.0}, "only makes less"),
        ({"input_voltage": 5.0, "output_voltage": 5.0}, "only makes less"),
        ({"input_voltage": 5.0, "output_voltage": -1.0}, "only makes less"),
        ({"gain": 2.0}, "use an amplifier"),
        ({"gain": -0.5}, "cannot invert"),
        ({"input_voltage": 12.0, "output_voltage": 5.0, "load_current": 0.1}, "regulator"),
    ],
)
def test_what_a_divider_cannot_do(numbers, reason) -> None:
    with pytest.raises(Infeasible, match=reason):
        design_block(DIVIDER, numbers)


def test_a_forgotten_load_and_a_wrong_resistor_are_noticed() -> None:
    numbers = {"input_voltage": 12.0, "output_voltage": 5.0, "load_resistance": 4.7e3}
    checked = check_block(DIVIDER, numbers)
    assert checked.passed
    unloaded = check_block(DIVIDER, {"input_voltage": 12.0, "output_voltage": 5.0})
    assert not remeasured(checked, unloaded.synthesis.circuit)["output_voltage"].passed
    lower = next(part for part in checked.synthesis.circuit.parts if "0" in part.pins.values())
    wrong = altered(checked.synthesis.circuit, lower.ref, value="1k")
    assert not remeasured(checked, wrong)["output_voltage"].passed


def test_production_spread() -> None:
    checked = check_block(DIVIDER, {"input_voltage": 5.0, "output_voltage": 3.3}, runs=60)
    spread = checked.measured["output_voltage"].monte_carlo
    assert spread is not None
    assert spread.yield_fraction == 1.0
    assert 0 < spread.deviation < 0.02
