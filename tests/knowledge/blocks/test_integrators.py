from __future__ import annotations

import pytest
from opamp_support import measured_after, values_of, with_component, with_value
from support import check_block

from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply

FIVE, LOW, SPLIT = Supply(vcc=5.0), Supply(vcc=3.3), Supply(vcc=5.0, vee=-5.0)


@pytest.mark.parametrize(
    ("name", "numbers", "supply"),
    [
        ("integrator", {"time_constant": 1e-3}, None),
        ("integrator", {"frequency": 10e3}, FIVE),
        ("integrator", {"gain": 10, "operating_frequency": 1e3}, None),
        ("integrator", {"cutoff_frequency": 0.7e6}, Supply(vcc=15.0, vee=-15.0)),
        ("integrator", {"time_constant": 1.0}, None),
        ("differentiator", {"time_constant": 1e-3}, None),
        ("differentiator", {"frequency": 10e3}, FIVE),
        ("differentiator", {"gain": 10, "operating_frequency": 1e3}, None),
        ("differentiator", {"gain": 0.1, "operating_frequency": 10}, SPLIT),
        ("differentiator", {"cutoff_frequency": 100e3}, None),
    ],
)
def test_scale_and_phase(name: str, numbers: dict[str, float], supply: Supply | None) -> None:
    turn = 90 if name == "integrator" else -90
    checked = check_block(name, {**numbers, "phase": turn}, supply=supply)
    assert checked.passed, checked.measured
    assert checked.value("phase") == pytest.approx(turn, abs=5)
    for quantity, target in numbers.items():
        if quantity != "operating_frequency":
            assert checked.value(quantity) == pytest.approx(target, rel=0.05)


@pytest.mark.parametrize("name", ["integrator", "differentiator"])
def test_amplitude_of_a_sine(name: str) -> None:
    numbers = {"frequency": 1e3, "input_amplitude": 1.0, "output_amplitude": 1.0}
    checked = check_block(name, numbers, supply=FIVE)
    assert checked.value("output_amplitude") == pytest.approx(1.0, rel=0.04)


def test_keeps_a_capacitor_that_is_given() -> None:
    checked = check_block("integrator", {"time_constant": 1e-3, "capacitance": 100e-9}, supply=LOW)
    assert checked.passed
    assert "100n" in values_of(checked, "capacitor")
    assert "10k" in values_of(checked)


@pytest.mark.parametrize(("name", "ref"), [("integrator", "R1"), ("differentiator", "C1")])
def test_wrong_value_shows(name: str, ref: str) -> None:
    value = "47k" if ref == "R1" else "47n"
    found = measured_after(name, {"time_constant": 1e-3}, lambda c: with_value(c, ref, value))
    assert not found["time_constant"].passed


def test_too_slow_an_op_amp_shows() -> None:
    numbers = {"cutoff_frequency": 100e3, "phase": -90}
    checked = check_block("differentiator", numbers)
    part = next(p.component for p in checked.synthesis.circuit.parts if p.ref.startswith("U"))
    found = measured_after("differentiator", numbers, lambda c: with_component(c, "LM741", instead_of=part))
    assert not found["phase"].passed


def test_refusals() -> None:
    with pytest.raises(Infeasible, match="time constant R C of 100 s"):
        check_block("integrator", {"time_constant": 100.0})
    with pytest.raises(Infeasible, match="does not fit"):
        check_block("integrator", {"frequency": 1e3, "output_amplitude": 4.0}, supply=FIVE)
    with pytest.raises(Infeasible, match="no op-amp"):
        check_block("differentiator", {"cutoff_frequency": 10e6})
