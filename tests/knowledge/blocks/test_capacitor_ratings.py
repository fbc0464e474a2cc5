"""Rated voltages of capacitors, printed in the parts list."""

from __future__ import annotations

import pytest
from support import design_block, requirement

from voltsmith.knowledge.preferred import CAPACITOR_VOLTAGES, capacitor_voltage
from voltsmith.schemas.circuits import Circuit
from voltsmith.schemas.plans import Supply


def ratings(circuit: Circuit) -> dict[str, float]:
    """Rated voltage (V) of each capacitor."""
    return {
        part.ref: part.parameters["voltage_rating"]
        for part in circuit.parts
        if part.component.startswith("capacitor")
    }


@pytest.mark.parametrize(
    ("volts", "rated"), [(3.3, 6.3), (5.0, 10.0), (-5.0, 10.0), (12.0, 25.0), (24.0, 50.0), (60.0, 100.0)]
)
def test_half_as_much_again_and_the_next_common_one(volts: float, rated: float) -> None:
    assert capacitor_voltage(volts) == rated


@pytest.mark.parametrize(
    ("name", "supply", "least"),
    [
        ("astable_555", Supply(vcc=12.0), 18.0),
        ("inverting_amplifier", Supply(vcc=5.0), 7.5),
        ("sallen_key_low_pass", Supply(vcc=12.0, vee=-12.0), 18.0),
    ],
)
def test_every_capacitor_on_a_supply_is_rated(name: str, supply: Supply, least: float) -> None:
    found = ratings(design_block(name, {}, supply=supply)[0].circuit)
    assert found
    assert set(found.values()) <= set(CAPACITOR_VOLTAGES)
    assert min(found.values()) >= least
    # What stands between a rail and ground needs no more than that rail.
    assert min(found.values()) == capacitor_voltage(supply.vcc)


def test_a_regulator_is_rated_for_the_top_of_its_input_range() -> None:
    feed = requirement(2, "input_voltage", 16.0, relation="range", low=12.0, high=20.0)
    circuit = design_block("fixed_regulator", {"output_voltage": 5.0}, extra=(feed,))[0].circuit
    by_net = {
        part.pins["1"]: part.parameters["voltage_rating"] for part in circuit.parts if part.ref[0] == "C"
    }
    assert by_net == {"in": 35.0, "out": 10.0}


def test_a_reservoir_is_rated_for_the_peak() -> None:
    circuit = design_block("rectifier_supply", {"input_voltage": 12.0})[0].circuit
    assert ratings(circuit) == {"C1": 35.0}


def test_without_a_supply_nothing_is_known() -> None:
    circuit = design_block("rc_low_pass", {"cutoff_frequency": 1e3})[0].circuit
    assert all("voltage_rating" not in part.parameters for part in circuit.parts)
