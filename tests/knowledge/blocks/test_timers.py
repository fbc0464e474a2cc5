"""555 circuits across their range, and circuits that their benches must refuse."""

from __future__ import annotations

import pytest
from support import altered, check_block, design_block, remeasured, requirement

from voltsmith.knowledge.blocks import Asked, block
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply


@pytest.mark.parametrize(
    ("frequency", "duty", "vcc", "timer"),
    [
        (1e3, 66.0, 5.0, "NE555"),
        (1e3, 25.0, 12.0, "NE555"),
        (440.0, 50.0, 9.0, "NE555"),
        (2.0, 60.0, 5.0, "TLC555"),
        (0.01, 55.0, 5.0, "TLC555"),
        (38e3, 33.0, 3.3, "TLC555"),
        (5e5, 60.0, 5.0, "TLC555"),
        (5e4, 10.0, 15.0, "NE555"),
        (100.0, 90.0, 5.0, "NE555"),
    ],
)
def test_astable_hits_frequency_and_duty_cycle(frequency: float, duty: float, vcc: float, timer: str) -> None:
    checked = check_block("astable_555", {"frequency": frequency, "duty_cycle": duty}, supply=Supply(vcc=vcc))
    assert checked.passed
    assert checked.value("frequency") == pytest.approx(frequency, rel=0.02)
    assert checked.value("duty_cycle") == pytest.approx(duty, abs=1.5)
    used = [part.component for part in checked.synthesis.circuit.parts]
    assert timer in used
    assert ("1N4148" in used) == (duty <= 50)


def test_astable_from_times_high_and_low() -> None:
    checked = check_block("astable_555", {"high_time": 3e-3, "low_time": 1e-3})
    assert checked.passed
    assert checked.value("high_time") == pytest.approx(3e-3, rel=0.03)
    assert checked.value("low_time") == pytest.approx(1e-3, rel=0.03)


def test_astable_levels_edges_and_supply_current() -> None:
    checked = check_block(
        "astable_555",
        {
            "frequency": 1e3,
            "output_high": 3.7,
            "output_peak_to_peak": 3.7,
            "output_low": 0.1,
            "rise_time": 1e-7,
            "supply_current": 3.3e-3,
        },
        extra=(requirement(9, "period", 1e-3),),
    )
    assert checked.value("output_high") == pytest.approx(3.7, abs=0.1)
    assert checked.value("output_low") < 0.2
    assert 1e-9 < checked.value("rise_time") < 1e-6
    assert checked.value("supply_current") == pytest.approx(3.3e-3, rel=0.2)
    assert checked.value("period") == pytest.approx(1e-3, rel=0.02)


def test_astable_minimum_frequency_is_exceeded_and_maximum_not() -> None:
    low = check_block("astable_555", {}, extra=(requirement(1, "frequency", 1e3, relation="min"),))
    high = check_block("astable_555", {}, extra=(requirement(1, "frequency", 1e3, relation="max"),))
    assert low.passed
    assert high.passed
    assert high.value("frequency") < 1e3 < low.value("frequency")


def test_astable_drives_an_led() -> None:
    checked = check_block(
        "astable_555",
        {"frequency": 2.0, "led_current": 10e-3},
        choices={"color": "green"},
        supply=Supply(vcc=9),
    )
    assert checked.passed
    assert checked.value("led_current") == pytest.approx(10e-3, rel=0.1)


def test_astable_keeps_the_capacitor_of_the_user() -> None:
    checked = check_block("astable_555", {"frequency": 1e3, "duty_cycle": 60.0, "capacitance": 47e-9})
    assert checked.passed
    assert "47n" in [part.value for part in checked.synthesis.circuit.parts]


def test_astable_holds_within_production_spread() -> None:
    checked = check_block("astable_555", {"frequency": 1e3, "duty_cycle": 66.0}, runs=6)
    spread = checked.measured["frequency"].monte_carlo
    assert spread is not None
    assert spread.yield_fraction >= 0.8
    assert spread.deviation is not None
    assert 0.5 < spread.deviation < 40.0


def test_astable_with_wrong_capacitor_or_swapped_pins_fails() -> None:
    checked = check_block("astable_555", {"frequency": 1e3, "duty_cycle": 66.0})
    circuit = checked.synthesis.circuit
    timing = next(part for part in circuit.parts if part.ref == "C1")
    wrong = remeasured(checked, altered(circuit, "C1", value="33n"))
    assert not wrong["frequency"].passed
    timer = next(part for part in circuit.parts if part.component == "NE555")
    pins = dict(timer.pins)
    pins["DISCH"], pins["OUT"] = pins["OUT"], pins["DISCH"]
    swapped = remeasured(checked, altered(circuit, timer.ref, pins=pins))
    assert not swapped["duty_cycle"].passed
    assert timing.value == "22n"


@pytest.mark.parametrize(
    ("numbers", "supply", "reason"),
    [
        ({"frequency": 1e3}, Supply(vcc=24.0), "not on 24 V"),
        ({"frequency": 1e3}, Supply(vcc=1.2), "not on 1.2 V"),
        ({"frequency": 3e5, "load_current": 50e-3}, Supply(vcc=5.0), "too slow"),
        ({"frequency": 1e3, "load_current": 0.5}, Supply(vcc=12.0), "delivers"),
        ({"frequency": 1e7}, Supply(vcc=5.0), "500 kHz"),
        ({"high_time": 2e-3, "period": 1e-3}, Supply(vcc=5.0), "cannot be high"),
    ],
)
def test_astable_says_what_it_cannot_do(numbers: dict[str, float], supply: Supply, reason: str) -> None:
    with pytest.raises(Infeasible, match=reason):
        design_block("astable_555", numbers, supply=supply)


def test_rhythm_is_derived_from_what_is_there() -> None:
    derive = block("astable_555").derive
    assert derive(Asked({"period": 0.5})) == {"frequency": 2.0}
    assert derive(Asked({"high_time": 1e-3, "duty_cycle": 25.0})) == {"frequency": pytest.approx(250.0)}
    assert derive(Asked({"low_time": 1e-3, "frequency": 250.0})) == {"duty_cycle": pytest.approx(75.0)}


@pytest.mark.parametrize(
    ("width", "vcc"), [(1e-6, 5.0), (20e-6, 12.0), (10e-3, 5.0), (1.0, 3.3), (60.0, 9.0), (1000.0, 5.0)]
)
def test_monostable_hits_its_width(width: float, vcc: float) -> None:
    checked = check_block("monostable_555", {"pulse_width": width}, supply=Supply(vcc=vcc))
    assert checked.passed
    assert checked.value("pulse_width") == pytest.approx(width, rel=0.03)


def test_monostable_level_delay_and_idle_current() -> None:
    checked = check_block(
        "monostable_555",
        {
            "pulse_width": 1e-3,
            "output_high": 10.7,
            "delay": 2.5e-7,
            "rise_time": 1e-7,
            "supply_current": 8e-3,
            "load_current": 10e-3,
        },
        supply=Supply(vcc=12.0),
    )
    assert checked.value("output_high") == pytest.approx(10.7, abs=0.2)
    assert 1e-8 < checked.value("delay") < 1e-6
    assert checked.value("rise_time") < 1e-6
    assert checked.value("supply_current") == pytest.approx(7.2e-3, rel=0.3)


def test_monostable_with_swapped_capacitor_fails() -> None:
    checked = check_block("monostable_555", {"pulse_width": 10e-3, "capacitance": 100e-9})
    assert checked.passed
    wrong = remeasured(checked, altered(checked.synthesis.circuit, "C1", value="47n"))
    assert not wrong["pulse_width"].passed


def test_monostable_says_what_it_cannot_do() -> None:
    with pytest.raises(Infeasible, match="out of reach"):
        design_block("monostable_555", {"pulse_width": 1.0, "capacitance": 1e-9})
    with pytest.raises(Infeasible, match="outside"):
        design_block("monostable_555", {"pulse_width": 1e-8})
