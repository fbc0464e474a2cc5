"""Zener regulators."""

from __future__ import annotations

import pytest
from support import altered, check_block, design_block, remeasured, requirement

from voltsmith.knowledge.blocks import Asked, block
from voltsmith.knowledge.blocks.zener_regulator import zener_voltage
from voltsmith.knowledge.devices import component
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply


@pytest.mark.parametrize(
    ("output", "source", "load"),
    [(5.1, 12.0, 10e-3), (3.3, 5.0, 5e-3), (12.0, 24.0, 20e-3), (2.4, 9.0, 1e-3), (33.0, 45.0, 2e-3)],
)
def test_output_under_load(output: float, source: float, load: float) -> None:
    checked = check_block(
        "zener_regulator", {"output_voltage": output, "input_voltage": source, "load_current": load}
    )
    assert checked.passed
    assert checked.value("output_voltage") == pytest.approx(output, rel=0.05)


def test_regulation_ripple_heat_and_delivery() -> None:
    checked = check_block(
        "zener_regulator",
        {"input_voltage": 12.0, "output_current": 5e-3},
        extra=(
            requirement(3, "output_voltage", 10.0),
            requirement(4, "line_regulation", 5.0, relation="max"),
            requirement(5, "load_regulation", 5.0, relation="max"),
            requirement(6, "ripple_voltage", 0.2, relation="max"),
            requirement(7, "supply_current", 10e-3),
            requirement(8, "power_dissipation", 0.07, relation="max"),
        ),
    )
    assert checked.passed
    assert 0.0 < checked.value("line_regulation") < 5.0
    assert 0.0 < checked.value("load_regulation") < 5.0
    assert checked.value("output_current") == pytest.approx(5e-3, rel=0.05)
    # The resistor alone: 2 V at about 8 mA.
    assert 0.01 < checked.value("power_dissipation") < 0.07


def test_worst_case_of_an_input_range() -> None:
    feed = requirement(2, "input_voltage", 12.0, relation="range", low=9.0, high=15.0)
    checked = check_block("zener_regulator", {"output_voltage": 5.1}, extra=(feed,))
    assert checked.passed
    resistor = next(part for part in checked.synthesis.circuit.parts if part.ref == "R1")
    # (9 V - 5.1 V) / (5 mA + 1 mA) is the most that feeds both at the lowest input.
    assert resistor.value is not None
    assert float(resistor.value.removesuffix("k")) <= (650.0 if "k" not in resistor.value else 0.65)


@pytest.mark.parametrize(("output", "source", "load"), [(3.3, 12.0, 5e-3), (5.1, 12.0, 10e-3)])
def test_the_output_stays_put_when_the_load_goes(output: float, source: float, load: float) -> None:
    checked = check_block(
        "zener_regulator", {"output_voltage": output, "input_voltage": source, "load_current": load}
    )
    assert 0.0 < checked.value("load_regulation") < 10.0


def test_a_soft_zener_is_said_to_rise_without_load() -> None:
    checked = check_block(
        "zener_regulator", {"output_voltage": 2.7, "input_voltage": 12.0, "load_current": 10e-3}
    )
    assert checked.passed
    assert "load_regulation" not in checked.measured
    assert "without load the output rises to 3.4 V" in checked.synthesis.assumptions


def test_both_ends_of_an_input_range_are_simulated() -> None:
    feed = requirement(2, "input_voltage", 12.0, relation="range", low=9.0, high=15.0)
    checked = check_block("zener_regulator", {"output_voltage": 5.1}, extra=(feed,))
    assert checked.value("line_regulation") > 5.0
    assert any("from 9 V to 15 V" in text for text in checked.synthesis.assumptions)


def test_a_resistor_or_zener_of_another_value_fails() -> None:
    checked = check_block(
        "zener_regulator", {"output_voltage": 5.1, "input_voltage": 12.0, "load_current": 10e-3}
    )
    circuit = checked.synthesis.circuit
    assert not remeasured(checked, altered(circuit, "R1", value="2.2k"))["output_voltage"].passed
    assert not remeasured(checked, altered(circuit, "D1", component="BZX79-C6V2"))["output_voltage"].passed
    turned = altered(circuit, "D1", pins={"A": "out", "K": "0"})
    assert not remeasured(checked, turned)["output_voltage"].passed


def test_spread_of_production() -> None:
    checked = check_block("zener_regulator", {"output_voltage": 5.1, "input_voltage": 12.0}, runs=30)
    spread = checked.measured["output_voltage"].monte_carlo
    assert spread is not None
    assert spread.yield_fraction > 0.9
    assert spread.deviation is not None
    assert spread.deviation > 0.01


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        ({"output_voltage": 12.0, "input_voltage": 5.0}, "boost"),
        ({"output_voltage": 5.1, "input_voltage": 12.0, "load_current": 0.4}, "heat"),
        ({"output_voltage": 5.1, "input_voltage": 5.5}, "between input and output"),
    ],
)
def test_limits_are_explained(numbers: dict[str, float], reason: str) -> None:
    with pytest.raises(Infeasible, match=reason):
        design_block("zener_regulator", numbers)


def test_fit_prefers_it_for_small_loads_only() -> None:
    fit = block("zener_regulator").fit
    small = Asked({"output_voltage": 5.1, "load_current": 5e-3}, supply=Supply(vcc=12.0))
    large = Asked({"output_voltage": 5.1, "load_current": 40e-3}, supply=Supply(vcc=12.0))
    named = Asked({"output_voltage": 5.1}, choices={"topology": "zener"}, supply=Supply(vcc=12.0))
    assert fit(large) < fit(small) < fit(named)


def test_zener_curve_goes_through_its_test_point() -> None:
    entry = component("BZX79-C5V1")
    assert zener_voltage(entry, 5e-3) == pytest.approx(5.1)
    assert zener_voltage(entry, 1e-3) < 5.1 < zener_voltage(entry, 20e-3)
