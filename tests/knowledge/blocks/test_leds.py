"""LEDs with their resistors."""

from __future__ import annotations

import pytest
from support import altered, check_block, design_block, remeasured, requirement

from voltsmith.knowledge.blocks.leds import strings_of
from voltsmith.knowledge.devices import component
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply


@pytest.mark.parametrize(
    ("color", "amperes", "vcc", "count"),
    [
        ("red", 10e-3, 5.0, 1),
        ("blue", 20e-3, 5.0, 1),
        ("green", 2e-3, 3.3, 1),
        ("white", 20e-3, 12.0, 3),
        ("yellow", 15e-3, 24.0, 8),
        ("infrared", 0.05, 5.0, 2),
        ("white", 10e-3, 12.0, 8),
    ],
)
def test_current_of_every_led(color: str, amperes: float, vcc: float, count: int) -> None:
    checked = check_block(
        "led_indicator",
        {"led_current": amperes, "led_count": count},
        choices={"color": color},
        supply=Supply(vcc=vcc),
    )
    assert checked.passed
    assert checked.value("led_current") == pytest.approx(amperes, rel=0.06)
    lamps = [part for part in checked.synthesis.circuit.parts if part.component.startswith("led_")]
    assert len(lamps) == count


def test_from_a_pin_at_its_level() -> None:
    checked = check_block(
        "led_indicator",
        {"led_current": 5e-3, "control_voltage": 3.3},
        choices={"drive": "gpio", "color": "red"},
        supply=Supply(vcc=5.0),
    )
    assert checked.passed
    assert {port.name for port in checked.synthesis.circuit.ports} == {"in", "gnd"}


def test_heat_and_forward_voltage() -> None:
    checked = check_block(
        "led_indicator",
        {"led_current": 20e-3, "forward_voltage": 2.1, "power_dissipation": 0.48},
        supply=Supply(vcc=24.0),
        extra=(
            requirement(4, "output_voltage", 2.1, tolerance=0.05),
            requirement(5, "supply_current", 20e-3),
        ),
    )
    assert checked.passed
    assert checked.value("output_voltage") == pytest.approx(2.1, abs=0.1)
    resistor = next(part for part in checked.synthesis.circuit.parts if part.ref == "R1")
    assert resistor.parameters["power_rating"] >= 0.8


def test_less_current_where_the_supply_is_low() -> None:
    synthesis, _ = design_block("led_indicator", {}, choices={"color": "blue"}, supply=Supply(vcc=3.3))
    assert any("leaves no room for more" in text for text in synthesis.assumptions)


def test_circuits_that_must_fail() -> None:
    checked = check_block("led_indicator", {"led_current": 10e-3})
    circuit = checked.synthesis.circuit
    assert not remeasured(checked, altered(circuit, "R1", value="1k"))["led_current"].passed
    lamp = next(part for part in circuit.parts if part.ref == "D1")
    turned = altered(circuit, "D1", pins={"A": lamp.pins["K"], "K": lamp.pins["A"]})
    assert not remeasured(checked, turned)["led_current"].passed
    assert not remeasured(checked, altered(circuit, "D1", component="led_blue"))["led_current"].passed


def test_spread_of_production() -> None:
    checked = check_block("led_indicator", {"led_current": 10e-3}, supply=Supply(vcc=12.0), runs=50)
    spread = checked.measured["led_current"].monte_carlo
    assert spread is not None
    assert spread.yield_fraction == 1.0


@pytest.mark.parametrize(
    ("numbers", "choices", "vcc", "reason"),
    [
        ({}, {"color": "blue"}, 1.8, "leaves too little"),
        ({"led_current": 0.08}, {"color": "red"}, 5.0, "30 mA at most"),
        ({"led_current": 25e-3}, {"drive": "gpio"}, 5.0, "transistor"),
        ({}, {"color": "violet"}, 5.0, "no violet LED"),
    ],
)
def test_limits_are_explained(
    numbers: dict[str, float], choices: dict[str, str], vcc: float, reason: str
) -> None:
    with pytest.raises(Infeasible, match=reason):
        design_block("led_indicator", numbers, choices=choices, supply=Supply(vcc=vcc))


def test_strings_are_as_even_as_can_be() -> None:
    entry = component("led_white")
    assert strings_of(12.0, 3.2, 8, entry) == [3, 3, 2]
    assert strings_of(5.0, 3.2, 3, entry) == [1, 1, 1]
    assert strings_of(24.0, 2.0, 10, entry) == [10]


def test_a_string_that_has_to_be_in_series() -> None:
    numbers, supply = {"led_count": 6}, Supply(vcc=5.0)
    with pytest.raises(Infeasible, match="in series drop"):
        design_block("led_indicator", numbers, choices={"arrangement": "series"}, supply=supply)
    synthesis, _ = design_block("led_indicator", numbers, supply=supply)
    assert sum(part.component.startswith("led_") for part in synthesis.circuit.parts) == 6
    longer = {"arrangement": "series", "color": "red"}
    checked = check_block("led_indicator", numbers, choices=longer, supply=Supply(vcc=24.0))
    assert checked.value("led_current") == pytest.approx(10e-3, rel=0.1)
