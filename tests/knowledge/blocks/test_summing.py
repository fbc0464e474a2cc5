from __future__ import annotations

import pytest
from opamp_support import measured_after, with_value
from support import check_block

from voltsmith.schemas.circuits import Circuit
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply

FIVE, SPLIT = Supply(vcc=5.0), Supply(vcc=12.0, vee=-12.0)


@pytest.mark.parametrize(
    ("numbers", "supply"),
    [
        ({"inputs": 2}, None),
        ({"inputs": 3, "gain": 2, "input_impedance": 10e3}, None),
        ({"inputs": 8, "gain": 1, "bandwidth": 50e3}, Supply(vcc=15.0, vee=-15.0)),
        ({"inputs": 4, "lower_cutoff_frequency": 20, "bandwidth": 20e3, "input_amplitude": 0.3}, FIVE),
        ({"inputs": 5, "gain": 0.2, "load_resistance": 2e3, "output_amplitude": 1.0}, Supply(vcc=9.0)),
    ],
)
def test_meets_what_is_asked(numbers: dict[str, float], supply: Supply | None) -> None:
    checked = check_block("summing_amplifier", numbers, supply=supply)
    assert checked.passed, checked.measured
    assert checked.value("gain") == pytest.approx(numbers.get("gain", 1.0), rel=0.05)
    ports = {port.name for port in checked.synthesis.circuit.ports}
    assert {f"in{n}" for n in range(1, int(numbers["inputs"]) + 1)} <= ports


def test_levels_add_up() -> None:
    numbers = {"inputs": 3, "output_voltage": -3.0, "input_voltage": 1.0}
    checked = check_block("summing_amplifier", numbers, supply=SPLIT)
    assert checked.value("output_voltage") == pytest.approx(-3.0, abs=0.05)


@pytest.mark.parametrize("ref", ["R1", "R2", "R3"])
def test_one_wrong_input_shows(ref: str) -> None:
    found = measured_after("summing_amplifier", {"inputs": 3}, lambda c: with_value(c, ref, "47k"))
    assert not found["gain"].passed


def test_a_missing_input_shows() -> None:
    def cut(circuit: Circuit) -> Circuit:
        return with_value(circuit, "R2", "10M")

    assert not measured_after("summing_amplifier", {"inputs": 2}, cut)["gain"].passed


def test_refusals() -> None:
    with pytest.raises(Infeasible, match="number of inputs of 12"):
        check_block("summing_amplifier", {"inputs": 12})
    with pytest.raises(Infeasible, match="6 V peak does not fit"):
        check_block("summing_amplifier", {"inputs": 2, "input_amplitude": 3.0}, supply=FIVE)
