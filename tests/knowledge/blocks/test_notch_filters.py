from __future__ import annotations

import pytest
from support import altered, check_block, design_block, remeasured, requirement

from voltsmith.knowledge.blocks import Asked, block
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply

PASSIVE, ACTIVE = "twin_t_notch", "active_notch"
DEEP = (requirement(9, "notch_depth", 40.0, relation="min"),)


@pytest.mark.parametrize("center", [1.0, 50.0, 60.0, 1e3, 500e3])
def test_passive_twin_t(center) -> None:
    checked = check_block(PASSIVE, {"center_frequency": center, "q_factor": 0.25}, extra=DEEP)
    assert checked.passed
    assert checked.value("center_frequency") == pytest.approx(center, rel=0.005)
    assert checked.value("q_factor") == pytest.approx(0.25, rel=0.02)
    assert checked.value("notch_depth") > 50


def test_passive_twin_t_with_a_load() -> None:
    checked = check_block(
        PASSIVE, {"center_frequency": 50.0, "load_resistance": 1e6, "gain": 1.0}, extra=DEEP
    )
    assert checked.passed


@pytest.mark.parametrize("q", [0.25, 1.0, 5.0, 20.0])
@pytest.mark.parametrize("center", [50.0, 5e3])
def test_active_notch(center, q) -> None:
    checked = check_block(ACTIVE, {"center_frequency": center, "q_factor": q, "gain": 1.0}, extra=DEEP)
    assert checked.passed
    assert checked.value("center_frequency") == pytest.approx(center, rel=0.005)
    assert checked.value("q_factor") == pytest.approx(q, rel=0.05)


@pytest.mark.parametrize("supply", [Supply(vcc=5.0), Supply(vcc=9.0), Supply(vcc=5.0, vee=-5.0)])
def test_active_notch_on_other_supplies(supply) -> None:
    numbers = {"center_frequency": 60.0, "bandwidth": 6.0, "gain": 1.0, "load_resistance": 2e3}
    checked = check_block(ACTIVE, numbers, supply=supply, extra=DEEP)
    assert checked.passed
    assert checked.value("bandwidth") == pytest.approx(6.0, rel=0.03)


def test_attenuation_at_the_notch_is_its_depth() -> None:
    extra = (requirement(9, "attenuation", 40.0, relation="min", condition=50.0),)
    checked = check_block(ACTIVE, {"center_frequency": 50.0}, extra=extra)
    assert checked.value("attenuation") > 50
    extra = (requirement(9, "attenuation", 1.0, relation="max", condition=200.0),)
    assert check_block(ACTIVE, {"center_frequency": 50.0}, extra=extra).passed


@pytest.mark.parametrize(
    ("name", "numbers", "reason"),
    [
        (PASSIVE, {"center_frequency": 50.0, "q_factor": 5.0}, "Q of 1/4"),
        (PASSIVE, {"center_frequency": 50.0, "load_resistance": 1e3}, "spoil"),
        (PASSIVE, {"center_frequency": 50.0, "gain": 2.0}, "no gain"),
        (ACTIVE, {"center_frequency": 50.0, "gain": 2.0}, "gain of 1"),
        (ACTIVE, {"center_frequency": 50.0, "q_factor": 100.0}, "outside"),
        (ACTIVE, {"center_frequency": 1e6, "q_factor": 20.0}, "no op-amp"),
    ],
)
def test_refusals(name, numbers, reason) -> None:
    with pytest.raises(Infeasible, match=reason):
        design_block(name, numbers)


def test_preference() -> None:
    hum = Asked(numbers={"center_frequency": 50.0})
    sharp = Asked(numbers={"center_frequency": 50.0, "q_factor": 10.0})
    radio = Asked(numbers={"center_frequency": 10e6, "q_factor": 10.0})
    assert block(PASSIVE).fit(hum) > block(ACTIVE).fit(hum)
    assert block(ACTIVE).fit(sharp) > 1
    assert block("rlc_notch").fit(radio) > block(ACTIVE).fit(radio)


@pytest.mark.parametrize("name", [PASSIVE, ACTIVE])
def test_damage_is_noticed(name) -> None:
    checked = check_block(name, {"center_frequency": 50.0}, extra=DEEP)
    circuit = checked.synthesis.circuit
    inner = [part for part in circuit.parts if part.parameters.get("tolerance") in (0.01, 0.001)]
    capacitor = next(part for part in inner if part.component == "capacitor")
    wrong = remeasured(checked, altered(circuit, capacitor.ref, value="1n"))
    assert not wrong["notch_depth"].passed
    one = next(
        part for part in inner if part.component == "resistor" and part.parameters["tolerance"] == 0.001
    )
    assert not remeasured(checked, altered(circuit, one.ref, value="1M"))["notch_depth"].passed


def test_depth_in_production() -> None:
    checked = check_block(PASSIVE, {"center_frequency": 50.0}, extra=DEEP, runs=60)
    spread = checked.measured["notch_depth"].monte_carlo
    assert spread is not None
    assert 30 < spread.lowest < checked.value("notch_depth")
    assert spread.yield_fraction > 0.5
