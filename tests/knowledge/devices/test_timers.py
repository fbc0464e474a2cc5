"""555 timers: frequency, duty cycle, thresholds, RESET, output levels."""

from __future__ import annotations

import numpy as np
import pytest

from voltsmith.knowledge.devices import components

TIMERS = [entry.id for entry in components().values() if entry.kind == "timer"]


def astable(deck, name, reset="vcc", first="10k", second="68k"):
    pins = {"GND": "0", "VCC": "vcc", "TRIG": "c", "THRES": "c", "OUT": "out", "DISCH": "d"}
    pins |= {"RESET": reset} if reset else {}
    return [
        *deck.cards(name),
        *deck.place("U1", name, pins),
        f"r1 vcc d {first}",
        f"r2 d c {second}",
        "ct c 0 1n",
        "rl out 0 10k",
    ]


@pytest.mark.parametrize("name", TIMERS)
@pytest.mark.parametrize("reset", ["vcc", None])
def test_astable_frequency_and_duty(bench, deck, name, reset):
    """f = 1.44 / ((RA + 2 RB) C), duty = (RA + RB) / (RA + 2 RB) (TI SLFS022, section 9.2.2)."""
    bench.load(["vcc vcc 0 pwl(0 0 10u 5)", *astable(deck, name, reset)])
    result = bench.analyse("tran 0.5u 800u 0 1u")
    time, high = result["time"], result["out"] > 2
    rises = time[1:][~high[:-1] & high[1:]][1:]
    falls = time[1:][high[:-1] & ~high[1:]]
    assert 1 / np.mean(np.diff(rises)) == pytest.approx(1 / (np.log(2) * 146e3 * 1e-9), rel=0.03)
    width = np.mean([falls[falls > rise][0] - rise for rise in rises[:-1]])
    assert width / np.mean(np.diff(rises)) == pytest.approx(78 / 146, rel=0.03)
    settled = time > 200e-6
    capacitor = result["c"][settled]
    assert capacitor.min() == pytest.approx(5 / 3, abs=0.06)
    assert capacitor.max() == pytest.approx(10 / 3, abs=0.06)


@pytest.mark.parametrize("name", TIMERS)
def test_reset_holds_the_output_low(bench, deck, name):
    bench.load(["vcc vcc 0 5", *astable(deck, name, "rst"), "vr rst 0 0"])
    result = bench.analyse("tran 1u 300u")
    assert result["out"].max() < 0.3


@pytest.mark.parametrize("name", TIMERS)
def test_monostable_pulse(bench, deck, name):
    """t = 1.1 R C (TI SLFS022, section 9.2.1): 110 us for 10 kohm and 10 nF."""
    pins = {"GND": "0", "VCC": "vcc", "TRIG": "t", "THRES": "c", "OUT": "out", "DISCH": "c", "RESET": "vcc"}
    bench.load(
        [
            *deck.cards(name),
            "vcc vcc 0 5",
            "vt t 0 pulse(5 0 50u 0.1u 0.1u 5u 1)",
            *deck.place("U1", name, pins),
            "r1 vcc c 10k",
            "ct c 0 10n",
        ]
    )
    result = bench.analyse("tran 0.5u 300u 0 0.5u")
    high = result["time"][result["out"] > 2]
    assert high[0] == pytest.approx(50e-6, abs=2e-6)
    assert high[-1] - high[0] == pytest.approx(110e-6, rel=0.03)


@pytest.mark.parametrize(
    ("name", "low", "high"), [("NE555", 0.0, 3.7), ("TLC555", 0.0, 4.9), ("LMC555", 0.0, 4.9)]
)
def test_output_levels(bench, deck, name, low, high):
    """The bipolar timer loses 1.3 V at the top, the CMOS ones reach the rail."""
    bench.load(["vcc vcc 0 pwl(0 0 10u 5)", *astable(deck, name)])
    result = bench.analyse("tran 0.5u 300u 0 1u")
    settled = result["out"][result["time"] > 100e-6]
    assert settled.max() == pytest.approx(high, abs=0.1)
    assert settled.min() == pytest.approx(low, abs=0.1)


def test_supply_current(bench, deck):
    """NE555 at 5 V: 3 mA; LMC555: 0.1 mA."""
    for name, current in (("NE555", 3e-3), ("TLC555", 170e-6), ("LMC555", 100e-6)):
        pins = {"GND": "0", "VCC": "vcc", "TRIG": "vcc", "THRES": "0", "RESET": "vcc"}
        bench.load([*deck.cards(name), "vcc vcc 0 5", *deck.place("U1", name, pins)])
        assert -bench.analyse("op")["vcc#branch"][0] == pytest.approx(current, rel=0.1)
