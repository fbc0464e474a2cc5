"""Fixed and adjustable linear regulators."""

from __future__ import annotations

import pytest
from support import altered, check_block, design_block, remeasured, requirement

from voltsmith.knowledge.blocks import Asked, block
from voltsmith.knowledge.blocks.linear_regulators import set_resistors
from voltsmith.knowledge.devices import component
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply


@pytest.mark.parametrize(
    ("output", "source", "load", "part"),
    [
        (3.3, 5.0, 0.5, "AMS1117-3.3"),
        (3.3, 3.7, 0.05, None),
        (5.0, 12.0, 1.0, "LM7805"),
        (5.0, 5.8, 0.08, None),
        (12.0, 15.0, 0.5, "LM7812"),
        (1.8, 3.3, 0.1, "MCP1700-1802"),
    ],
)
def test_fixed_output_at_the_load(output: float, source: float, load: float, part: str | None) -> None:
    checked = check_block(
        "fixed_regulator", {"output_voltage": output, "input_voltage": source, "load_current": load}
    )
    assert checked.passed
    assert checked.value("output_voltage") == pytest.approx(output, rel=0.02)
    if part is not None:
        used = [entry.component for entry in checked.synthesis.circuit.parts]
        assert part in used


@pytest.mark.parametrize(
    ("output", "source", "load", "part"),
    [
        (9.0, 15.0, 0.3, "LM317"),
        (1.25, 5.0, 0.1, "LM317"),
        (37.0, 45.0, 0.02, "LM317"),
        (7.2, 12.0, 1.0, "LM317"),
        (2.5, 4.0, 0.1, "AMS1117-ADJ"),
    ],
)
def test_adjustable_output_at_the_load(output: float, source: float, load: float, part: str) -> None:
    checked = check_block(
        "adjustable_regulator", {"output_voltage": output, "input_voltage": source, "load_current": load}
    )
    assert checked.passed
    assert checked.value("output_voltage") == pytest.approx(output, rel=0.01)
    assert part in [entry.component for entry in checked.synthesis.circuit.parts]


@pytest.mark.parametrize("name", ["fixed_regulator", "adjustable_regulator"])
def test_regulation_dropout_ripple_and_heat(name: str) -> None:
    checked = check_block(
        name,
        {"output_voltage": 5.0, "input_voltage": 12.0, "output_current": 0.2},
        extra=(
            requirement(4, "line_regulation", 0.5, relation="max"),
            requirement(5, "load_regulation", 0.5, relation="max"),
            requirement(6, "dropout_voltage", 2.5, relation="max"),
            requirement(7, "ripple_voltage", 5e-3, relation="max"),
            requirement(8, "supply_current", 0.205, tolerance=0.05),
            requirement(9, "power_dissipation", 1.4, tolerance=0.1),
        ),
    )
    assert checked.passed
    assert 0.9 < checked.value("dropout_voltage") < 2.0
    assert checked.value("output_current") == pytest.approx(0.2, rel=0.02)
    assert 1e-5 < checked.value("ripple_voltage") < 5e-3
    assert checked.value("power_dissipation") == pytest.approx(1.44, rel=0.08)


def test_circuits_that_must_fail() -> None:
    adjustable = check_block("adjustable_regulator", {"output_voltage": 9.0, "input_voltage": 15.0})
    circuit = adjustable.synthesis.circuit
    assert not remeasured(adjustable, altered(circuit, "R2", value="680"))["output_voltage"].passed
    swapped = altered(circuit, "U1", pins={"IN": "out", "OUT": "in", "ADJ": circuit.parts[0].pins["ADJ"]})
    assert not remeasured(adjustable, swapped)["output_voltage"].passed
    fixed = check_block(
        "fixed_regulator", {"output_voltage": 3.3, "input_voltage": 5.0, "output_current": 0.5}
    )
    # A micropower part runs into its current limit.
    weak = altered(fixed.synthesis.circuit, "U1", component="HT7333")
    assert not remeasured(fixed, weak)["output_current"].passed


def test_spread_of_production() -> None:
    checked = check_block("adjustable_regulator", {"output_voltage": 12.0, "input_voltage": 18.0}, runs=30)
    spread = checked.measured["output_voltage"].monte_carlo
    assert spread is not None
    assert spread.yield_fraction == 1.0
    assert spread.deviation is not None
    assert spread.deviation > 0.01


@pytest.mark.parametrize(
    ("name", "numbers", "reason"),
    [
        ("fixed_regulator", {"output_voltage": 12.0, "input_voltage": 5.0}, "boost"),
        ("fixed_regulator", {"output_voltage": 7.0, "input_voltage": 12.0}, "no fixed regulator makes 7 V"),
        (
            "fixed_regulator",
            {"output_voltage": 5.0, "input_voltage": 5.2, "load_current": 0.5},
            "at its input",
        ),
        ("fixed_regulator", {"output_voltage": 5.0, "input_voltage": 34.0, "load_current": 1.0}, "heat"),
        ("adjustable_regulator", {"output_voltage": 10.0, "input_voltage": 11.0}, "at its input"),
        ("adjustable_regulator", {"output_voltage": 5.0, "input_voltage": 55.0}, "between input and output"),
        ("adjustable_regulator", {"output_voltage": 1.2, "input_voltage": 5.0}, "reference of 1.25 V"),
    ],
)
def test_limits_are_explained(name: str, numbers: dict[str, float], reason: str) -> None:
    with pytest.raises(Infeasible, match=reason):
        design_block(name, numbers)


def _preferred(asked: Asked) -> str:
    found = {}
    for name in ("fixed_regulator", "adjustable_regulator", "zener_regulator"):
        try:
            found[name] = block(name).fit(asked)
        except Infeasible:
            continue
    return max(found, key=lambda name: found[name])


@pytest.mark.parametrize(
    ("numbers", "choices", "components", "best"),
    [
        ({"output_voltage": 5.0}, {}, (), "fixed_regulator"),
        ({"output_voltage": 7.5, "load_current": 0.2}, {}, (), "adjustable_regulator"),
        ({"output_voltage": 5.0}, {"topology": "lm317"}, (), "adjustable_regulator"),
        ({"output_voltage": 5.0}, {}, ("LM317",), "adjustable_regulator"),
        ({"output_voltage": 6.2, "load_current": 5e-3}, {}, (), "zener_regulator"),
        ({"output_voltage": 5.1}, {"topology": "zener"}, (), "zener_regulator"),
    ],
)
def test_which_regulator_suits(
    numbers: dict[str, float], choices: dict[str, str], components: tuple[str, ...], best: str
) -> None:
    asked = Asked(numbers, choices=choices, components=components, supply=Supply(vcc=12.0))
    assert _preferred(asked) == best


def test_named_part_and_78xx_are_kept() -> None:
    checked = check_block("fixed_regulator", {"input_voltage": 12.0}, components=("LM7809",))
    assert checked.value("output_voltage") == pytest.approx(9.0, rel=0.01) if checked.measured else True
    assert "LM7809" in [part.component for part in checked.synthesis.circuit.parts]
    classic = check_block(
        "fixed_regulator", {"output_voltage": 5.0, "input_voltage": 12.0}, choices={"topology": "78xx"}
    )
    assert "LM7805" in [part.component for part in classic.synthesis.circuit.parts]


def test_set_resistors_count_the_adjust_current() -> None:
    upper, lower = set_resistors(component("LM317"), 24.0)
    assert 120 <= upper <= 240
    assert 1.25 * (1 + lower / upper) + 50e-6 * lower == pytest.approx(24.0, rel=0.006)


@pytest.mark.parametrize(("name", "output"), [("fixed_regulator", 5.0), ("adjustable_regulator", 9.0)])
def test_both_ends_of_an_input_range_are_simulated(name: str, output: float) -> None:
    feed = requirement(3, "input_voltage", 16.0, relation="range", low=12.0, high=20.0)
    heat = requirement(4, "power_dissipation", 1.6, relation="max")
    checked = check_block(name, {"output_voltage": output, "load_current": 0.1}, extra=(feed, heat))
    assert checked.passed
    assert abs(checked.value("line_regulation")) < 1.0
    # At the highest input: what is left of 20 V, at 100 mA.
    assert checked.value("power_dissipation") == pytest.approx(0.1 * (20.0 - output), rel=0.12)
