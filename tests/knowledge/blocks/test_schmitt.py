from __future__ import annotations

import pytest
from opamp_support import measured_after, refs, with_value
from support import check_block

from voltsmith.schemas.circuits import Circuit
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply

NAME = "schmitt_trigger"
FIVE, LOW, TWELVE = Supply(vcc=5.0), Supply(vcc=3.3), Supply(vcc=12.0)
SPLIT = Supply(vcc=12.0, vee=-12.0)


@pytest.mark.parametrize("topology", ["non_inverting", "inverting"])
@pytest.mark.parametrize(
    ("numbers", "supply"),
    [
        ({}, None),
        ({"upper_threshold": 2.2, "lower_threshold": 1.1}, LOW),
        ({"upper_threshold": 8, "lower_threshold": 4, "load_resistance": 10e3, "output_high": 12}, TWELVE),
        ({"threshold_voltage": 2.5, "hysteresis": 0.1}, FIVE),
        ({"upper_threshold": 2, "lower_threshold": -2}, SPLIT),
    ],
)
def test_switches_at_both_thresholds(numbers: dict[str, float], supply: Supply | None, topology: str) -> None:
    checked = check_block(NAME, numbers, supply=supply, choices={"topology": topology})
    assert checked.passed, checked.measured
    for quantity in set(checked.measured) & set(numbers):
        slack = 0.04 if quantity != "output_high" else 0.1
        assert checked.value(quantity) == pytest.approx(numbers[quantity], rel=slack)


@pytest.mark.parametrize(
    ("choices", "components"),
    [({"topology": "opamp"}, ()), ({}, ("TL072",)), ({"topology": "inverting"}, ("TL072",))],
)
def test_with_an_op_amp(choices: dict[str, str], components: tuple[str, ...]) -> None:
    numbers = {"upper_threshold": 2.0, "lower_threshold": -2.0}
    checked = check_block(NAME, numbers, supply=SPLIT, choices=choices, components=components)
    assert checked.passed, checked.measured
    assert not refs(checked, "LM393")


def test_polarity_shows_in_the_levels() -> None:
    numbers = {"hysteresis": 1.0, "output_high": 5.0, "output_low": 0.0}
    checked = check_block(NAME, numbers, choices={"topology": "inverting"})
    assert checked.passed, checked.measured
    plain = check_block(NAME, numbers)
    assert plain.value("output_high") == pytest.approx(checked.value("output_high"), abs=0.1)


def test_exchanged_output_and_input_resistors_show() -> None:
    numbers = {"upper_threshold": 3.0, "lower_threshold": 2.0}

    def exchanged(circuit: Circuit) -> Circuit:
        first, second = (next(p.value for p in circuit.parts if p.ref == ref) for ref in ("R3", "R4"))
        assert first is not None
        assert second is not None
        return with_value(with_value(circuit, "R3", second), "R4", first)

    found = measured_after(NAME, numbers, exchanged)
    assert not found["upper_threshold"].passed
    assert not found["lower_threshold"].passed


@pytest.mark.parametrize(("ref", "quantity"), [("R4", "hysteresis"), ("R1", "threshold_voltage")])
def test_wrong_resistors_show(ref: str, quantity: str) -> None:
    numbers = {"threshold_voltage": 2.5, "hysteresis": 0.5}
    found = measured_after(NAME, numbers, lambda c: with_value(c, ref, "47k"))
    assert not found[quantity].passed


@pytest.mark.parametrize(
    ("numbers", "supply", "reason"),
    [
        ({"upper_threshold": 8, "lower_threshold": 4}, FIVE, "8 V is outside a single supply of 5 V"),
        ({"upper_threshold": 2, "lower_threshold": -2}, FIVE, "need a split supply"),
        ({"upper_threshold": 2, "lower_threshold": 3}, FIVE, "has to lie above"),
        ({"hysteresis": -1.0}, FIVE, "leaves no Schmitt trigger"),
    ],
)
def test_refusals(numbers: dict[str, float], supply: Supply, reason: str) -> None:
    with pytest.raises(Infeasible, match=reason):
        check_block(NAME, numbers, supply=supply)


def test_monte_carlo_stays_within_tolerance() -> None:
    checked = check_block(NAME, {"upper_threshold": 3.0, "lower_threshold": 2.0}, runs=10)
    spread = checked.measured["upper_threshold"].monte_carlo
    assert spread is not None
    assert spread.yield_fraction == 1.0
