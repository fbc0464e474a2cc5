"""Wien-bridge oscillators from 1 Hz to 1 MHz."""

from __future__ import annotations

import pytest
from support import altered, check_block, design_block, remeasured, requirement

from voltsmith.knowledge.blocks.wien import Limiter, limited_amplitude
from voltsmith.knowledge.devices import component
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply

SPLIT = Supply(vcc=12.0, vee=-12.0)


@pytest.mark.parametrize(
    ("frequency", "amplitude", "supply"),
    [
        (1e3, 1.0, SPLIT),
        (1.0, 1.0, Supply(vcc=5.0)),
        (50.0, 0.6, Supply(vcc=5.0)),
        (10e3, 8.0, Supply(vcc=15.0, vee=-15.0)),
        (100e3, 1.5, Supply(vcc=5.0)),
        (1e6, 1.0, Supply(vcc=5.0, vee=-5.0)),
    ],
)
def test_frequency_and_amplitude(frequency: float, amplitude: float, supply: Supply) -> None:
    checked = check_block(
        "wien_bridge", {"frequency": frequency, "output_amplitude": amplitude}, supply=supply
    )
    assert checked.passed
    assert checked.value("frequency") == pytest.approx(frequency, rel=0.03)
    assert checked.value("output_amplitude") == pytest.approx(amplitude, rel=0.09)


def test_distortion_swing_and_load() -> None:
    checked = check_block(
        "wien_bridge",
        {
            "period": 1e-3,
            "output_peak_to_peak": 4.0,
            "thd": 3.0,
            "load_resistance": 2e3,
            "supply_current": 2e-3,
        },
        supply=SPLIT,
    )
    assert checked.value("output_peak_to_peak") == pytest.approx(4.0, rel=0.08)
    assert checked.value("period") == pytest.approx(1e-3, rel=0.02)
    assert 0.2 < checked.value("thd") < 5.0
    assert 1e-4 < checked.value("supply_current") < 1e-2


def test_spread_of_production() -> None:
    checked = check_block("wien_bridge", {"frequency": 1e3}, runs=4)
    spread = checked.measured["frequency"].monte_carlo
    assert spread is not None
    assert spread.yield_fraction >= 0.75


def test_bridges_that_must_fail() -> None:
    checked = check_block("wien_bridge", {"frequency": 100e3, "output_amplitude": 2.0}, supply=SPLIT)
    circuit = checked.synthesis.circuit
    # Twice the resistor to ground: the gain falls below three, and nothing keeps swinging.
    ground = next(part for part in circuit.parts if part.ref == "R3")
    dead = remeasured(checked, altered(circuit, "R3", value="100k"))
    assert ground.value != "100k"
    assert not dead["frequency"].passed
    amplifier = next(part for part in circuit.parts if part.ref == "U1")
    slow = remeasured(
        checked, altered(circuit, amplifier.ref, component="LM741", pins=_as_741(amplifier.pins))
    )
    assert not slow["frequency"].passed or not slow["output_amplitude"].passed
    one = remeasured(checked, altered(circuit, "C1", value="1n"))
    assert not one["frequency"].passed


def _as_741(pins: dict[str, str]) -> dict[str, str]:
    """The first unit of a dual, or a single, on the pins of a 741."""
    names = {"IN1+": "IN+", "IN1-": "IN-", "OUT1": "OUT"}
    wanted = {"IN+", "IN-", "OUT", "V+", "V-"}
    return {names.get(pin, pin): net for pin, net in pins.items() if names.get(pin, pin) in wanted}


def test_limits_are_explained() -> None:
    with pytest.raises(Infeasible, match="no op-amp"):
        design_block("wien_bridge", {"frequency": 1e3, "output_amplitude": 4.0}, supply=Supply(vcc=5.0))
    with pytest.raises(Infeasible, match="outside"):
        design_block("wien_bridge", {"frequency": 5e6})


def test_describing_function_grows_with_the_series_resistor() -> None:
    diode = component("1N4148")
    small = limited_amplitude(Limiter(10e3, 5e3, 16.5e3, 1), diode, 3.0)
    large = limited_amplitude(Limiter(10e3, 15e3, 6.5e3, 1), diode, 3.0)
    assert 0.5 < small < 2.0 < large
    # A gain that never falls to three has no amplitude of its own.
    assert limited_amplitude(Limiter(10e3, 21e3, 1e3, 1), diode, 3.0) == float("inf")


@pytest.mark.parametrize(("amplitude", "most"), [(0.6, 1.0), (1.0, 2.0), (1.0, 1.0), (3.0, 1.0)])
def test_less_distortion_starts_more_gently(amplitude: float, most: float) -> None:
    checked = check_block(
        "wien_bridge",
        {"frequency": 1e3, "output_amplitude": amplitude},
        extra=(requirement(5, "thd", most, relation="max"),),
    )
    assert checked.passed
    assert checked.value("thd") < most
    assert checked.value("output_amplitude") == pytest.approx(amplitude, rel=0.05)
    assert any("0.1 % resistors" in text for text in checked.synthesis.assumptions)


def test_distortion_beyond_diodes_is_refused() -> None:
    with pytest.raises(Infeasible, match="less than diodes allow, which reach about 0"):
        design_block("wien_bridge", {}, extra=(requirement(5, "thd", 0.1, relation="max"),))
