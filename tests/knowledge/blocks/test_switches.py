"""Low-side switches with bipolar transistors and MOSFETs."""

from __future__ import annotations

import contextlib

import pytest
from support import altered, check_block, design_block, remeasured, requirement

from voltsmith.knowledge.blocks import Asked, block
from voltsmith.knowledge.devices import component
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply


@pytest.mark.parametrize(
    ("name", "amperes", "control", "vcc"),
    [
        ("bjt_switch", 0.05, 5.0, 12.0),
        ("bjt_switch", 0.3, 3.3, 24.0),
        ("bjt_switch", 5e-3, 12.0, 5.0),
        ("mosfet_switch", 2.0, 3.3, 12.0),
        ("mosfet_switch", 5.0, 5.0, 12.0),
        ("mosfet_switch", 0.1, 12.0, 48.0),
        ("mosfet_switch", 0.5, 5.0, 36.0),
    ],
)
def test_load_current_and_saturation(name: str, amperes: float, control: float, vcc: float) -> None:
    checked = check_block(
        name,
        {"output_current": amperes, "control_voltage": control, "power_dissipation": 0.02 * amperes * vcc},
        supply=Supply(vcc=vcc),
        extra=(requirement(9, "saturation_voltage", 0.4, relation="max"),),
    )
    assert checked.value("output_current") == pytest.approx(amperes, rel=0.05)
    assert 0.0 < checked.value("saturation_voltage") < 0.4
    assert checked.measured["saturation_voltage"].passed
    assert checked.value("power_dissipation") == pytest.approx(
        amperes * checked.value("saturation_voltage"), rel=0.1
    )


def test_base_current_of_a_saturated_transistor() -> None:
    checked = check_block("bjt_switch", {"load_current": 0.1, "base_current": 10e-3})
    assert checked.passed
    assert checked.value("base_current") == pytest.approx(10e-3, rel=0.15)


@pytest.mark.parametrize("name", ["bjt_switch", "mosfet_switch"])
def test_flyback_diode_catches_the_coil(name: str) -> None:
    checked = check_block(
        name,
        {"load_resistance": 400.0, "load_inductance": 0.3, "flyback_voltage": 12.8, "delay": 1e-7},
        supply=Supply(vcc=12.0),
    )
    assert checked.measured["flyback_voltage"].passed
    assert checked.value("flyback_voltage") == pytest.approx(12.7, abs=0.4)
    assert checked.value("delay") < 1e-5
    circuit = checked.synthesis.circuit
    diode = next(part for part in circuit.parts if part.ref == "D1")
    turned = altered(circuit, "D1", pins={"A": diode.pins["K"], "K": diode.pins["A"]})
    assert not remeasured(checked, turned)["flyback_voltage"].passed
    missing = altered(circuit, "D1", pins={"A": diode.pins["A"]})
    assert not remeasured(checked, missing)["flyback_voltage"].passed


def test_a_relay_has_a_coil_even_when_none_is_described() -> None:
    synthesis, _ = design_block("bjt_switch", {"load_current": 0.03}, choices={"load": "relay"})
    assert any(part.component.startswith("1N4") for part in synthesis.circuit.parts)
    synthesis, _ = design_block("bjt_switch", {"load_current": 0.03})
    assert not any(part.ref.startswith("D") for part in synthesis.circuit.parts)


def test_edges() -> None:
    checked = check_block(
        "mosfet_switch", {"load_current": 1.0, "rise_time": 1e-6, "delay": 1e-6, "supply_current": 1.0}
    )
    assert 1e-9 < checked.value("rise_time") < 5e-6
    assert 1e-9 < checked.value("delay") < 5e-6
    assert checked.value("supply_current") == pytest.approx(1.0, rel=0.05)


def test_circuits_that_must_fail() -> None:
    bipolar = check_block(
        "bjt_switch",
        {"output_current": 0.2},
        extra=(requirement(2, "saturation_voltage", 0.4, relation="max"),),
    )
    assert bipolar.passed
    starved = remeasured(bipolar, altered(bipolar.synthesis.circuit, "R1", value="47k"))
    assert not starved["output_current"].passed
    assert not starved["saturation_voltage"].passed
    logic = check_block(
        "mosfet_switch",
        {"output_current": 2.0, "control_voltage": 3.3},
        extra=(requirement(3, "saturation_voltage", 0.3, relation="max"),),
    )
    assert logic.passed
    # A MOSFET that is made for 10 V at its gate hardly opens at 3.3 V.
    closed = remeasured(logic, altered(logic.synthesis.circuit, "Q1", component="IRF540N"))
    assert not closed["output_current"].passed


def test_spread_of_production() -> None:
    checked = check_block("bjt_switch", {"output_current": 0.3}, runs=30)
    spread = checked.measured["output_current"].monte_carlo
    assert spread is not None
    assert spread.yield_fraction == 1.0


@pytest.mark.parametrize(
    ("name", "numbers", "vcc", "reason"),
    [
        ("bjt_switch", {"load_current": 1.0, "control_voltage": 3.0}, 12.0, "MOSFET does it"),
        ("bjt_switch", {"load_current": 10.0}, 12.0, "no NPN transistor"),
        ("mosfet_switch", {"load_current": 5.0, "control_voltage": 3.3}, 48.0, "no MOSFET"),
        ("mosfet_switch", {"load_current": 0.5, "control_voltage": 1.8}, 12.0, "begin to conduct"),
        ("mosfet_switch", {"load_current": 0.5}, 100.0, "1.5 V to 60 V"),
    ],
)
def test_limits_are_explained(name: str, numbers: dict[str, float], vcc: float, reason: str) -> None:
    with pytest.raises(Infeasible, match=reason):
        design_block(name, numbers, supply=Supply(vcc=vcc))


@pytest.mark.parametrize(
    ("numbers", "choices", "best"),
    [
        ({"load_current": 0.05}, {}, "bjt_switch"),
        ({"load_current": 1.0}, {}, "mosfet_switch"),
        ({"load_power": 24.0}, {}, "mosfet_switch"),
        ({"load_resistance": 400.0}, {}, "bjt_switch"),
        ({"load_current": 0.05}, {"topology": "mosfet"}, "mosfet_switch"),
    ],
)
def test_which_switch_suits(numbers: dict[str, float], choices: dict[str, str], best: str) -> None:
    asked = Asked(numbers, choices=choices, supply=Supply(vcc=12.0))
    fits = {}
    for name in ("bjt_switch", "mosfet_switch"):
        with contextlib.suppress(Infeasible):
            fits[name] = block(name).fit(asked)
    assert max(fits, key=lambda name: fits[name]) == best


@pytest.mark.parametrize(("amperes", "most"), [(0.02, 2e-3), (0.05, 3e-3), (0.1, 5.2e-3)])
def test_the_base_takes_no_more_than_it_may(amperes: float, most: float) -> None:
    bound = requirement(5, "base_current", most, relation="max")
    checked = check_block(
        "bjt_switch",
        {"load_current": amperes, "control_voltage": 3.3},
        supply=Supply(vcc=5.0),
        extra=(bound,),
    )
    assert checked.passed
    assert 0.7 * amperes / 20 < checked.value("base_current") <= most


def test_too_little_base_current_is_refused() -> None:
    bound = requirement(5, "base_current", 1e-3, relation="max")
    with pytest.raises(Infeasible, match=r"there may be 0\.97 mA; a MOSFET does it"):
        design_block("bjt_switch", {"load_current": 0.1}, supply=Supply(vcc=5.0), extra=(bound,))


@pytest.mark.parametrize(
    ("supply", "current", "load"),
    [(24.0, 2.0, "solenoid"), (12.0, 2.5, "motor"), (36.0, 1.0, "motor"), (24.0, 5.0, "motor")],
)
def test_ratings_of_mosfet_and_flyback_diode(supply: float, current: float, load: str) -> None:
    checked = check_block(
        "mosfet_switch",
        {"load_current": current, "control_voltage": 5.0},
        choices={"load": load},
        supply=Supply(vcc=supply),
    )
    assert checked.passed
    used = [component(part.component) for part in checked.synthesis.circuit.parts]
    (switch,) = [entry for entry in used if entry.kind == "nmos"]
    assert switch.limits["drain_source_max"] >= 1.5 * supply
    diodes = [entry for entry in used if entry.kind == "diode"]
    assert sum(entry.limits["forward_current_max"] for entry in diodes) >= current


@pytest.mark.parametrize("name", ["bjt_switch", "mosfet_switch"])
def test_the_supply_port_is_on_a_pin(name: str) -> None:
    circuit = design_block(name, {})[0].circuit
    assert {port.net for port in circuit.ports} <= {net.name for net in circuit.nets}
