"""Each op-amp's model does what its data says, and fails where the part would."""

from __future__ import annotations

import math

import numpy as np
import pytest

from voltsmith.knowledge.devices import component, components

OPAMPS = [entry.id for entry in components().values() if entry.kind == "opamp"]


def half_supply(name: str) -> float:
    """Half of a split supply that suits the part: 15 V, or 95 % of what it bears."""
    return min(15.0, 0.475 * component(name).limits["supply_max"])


def amplifier(deck, ref, name, in_p, in_n, out, vcc="vcc", vee="vee"):
    """The first amplifier of a package; the others are unconnected and not simulated."""
    entry = component(name)
    unit, supply = entry.units[0].pins, entry.supply_pins
    pins = {unit["in_p"]: in_p, unit["in_n"]: in_n, unit["out"]: out}
    return deck.place(ref, name, {**pins, supply["vcc"]: vcc, supply["vee"]: vee})


def rails(name: str) -> list[str]:
    half = half_supply(name)
    return [f"vcc vcc 0 {half}", f"vee vee 0 {-half}"]


@pytest.mark.parametrize("name", OPAMPS)
def test_figures_at_dc(bench, deck, name):
    """Swing, short-circuit current, quiescent current and offset."""
    limits, model = component(name).limits, component(name).model
    half = half_supply(name)
    bench.load(
        [
            *deck.cards(name),
            *rails(name),
            "vhi hi 0 1",
            "vlo lo 0 -1",
            *amplifier(deck, "U1", name, "hi", "lo", "top"),
            *amplifier(deck, "U2", name, "lo", "hi", "bottom"),
            *amplifier(deck, "U3", name, "hi", "lo", "shorted"),
            "vs shorted 0 0",
            f"vcc4 vcc4 0 {half}",
            *amplifier(deck, "U4", name, "0", "follow", "follow", vcc="vcc4"),
        ]
    )
    result = bench.analyse("op")
    assert result["top"][0] == pytest.approx(half - limits["output_high_headroom"], abs=0.02)
    assert result["bottom"][0] == pytest.approx(-half + limits["output_low_headroom"], abs=0.02)
    assert result["vs#branch"][0] == pytest.approx(limits["output_current"], rel=0.25)
    assert -result["vcc4#branch"][0] == pytest.approx(model["supply_current"], rel=0.1)
    # A finite gain and the clamps add to the offset, a little.
    assert result["follow"][0] == pytest.approx(model["offset"], rel=0.1, abs=3e-5)


@pytest.mark.parametrize("name", OPAMPS)
def test_gain_bandwidth_and_phase_margin(bench, deck, name):
    """Open loop, closed at DC by a huge inductor: the product a decade below, and the unity crossing."""
    limits = component(name).limits
    gbw, gain_min = limits["gbw"], limits["min_stable_gain"]
    bench.load(
        [
            *deck.cards(name),
            *rails(name),
            "vin in 0 dc 0 ac 1",
            *amplifier(deck, "U1", name, "in", "minus", "out"),
            "lfb out minus 1e9",
            "cfb minus 0 1e9",
        ]
    )
    result = bench.analyse(f"ac dec 100 {gbw / gain_min / 100} {gbw * 3}")
    frequency, gain = result["frequency"].real, np.abs(result["out"])
    product = gain * frequency
    assert np.interp(gbw / gain_min / 10, frequency, product) == pytest.approx(gbw, rel=0.1)
    # The second pole costs some of the crossover frequency.
    crossover = np.interp(-math.log(gain_min), -np.log(gain), frequency)
    assert 0.6 * gbw / gain_min < crossover < 1.05 * gbw / gain_min
    phase = np.interp(crossover, frequency, np.unwrap(np.angle(result["out"])))
    assert 44 < 180 + math.degrees(phase) < 95


@pytest.mark.parametrize("name", OPAMPS)
def test_slew_rate(bench, deck, name):
    """Driven hard from rail to rail without feedback, the output moves at the slew rate."""
    entry, half = component(name), half_supply(name)
    slew = entry.limits["slew_rate"]
    drive = 1.5 * slew / (2 * math.pi * entry.limits["gbw"])
    travel = 2 * half / slew
    bench.load(
        [
            *deck.cards(name),
            *rails(name),
            f"vp p 0 pulse({-drive} {drive} {travel} {travel / 1e3} {travel / 1e3} {2 * travel} 1)",
            "en n 0 p 0 -1",
            *amplifier(deck, "U1", name, "p", "n", "out"),
        ]
    )
    result = bench.analyse(f"tran {travel / 200} {6 * travel} 0 {travel / 100}")
    time, out = result["time"], result["out"]
    middle = np.abs(out) < 0.4 * half
    rising = middle & (time < 3 * travel)
    falling = middle & (time > 3 * travel)
    assert np.polyfit(time[rising], out[rising], 1)[0] == pytest.approx(slew, rel=0.15)
    assert np.polyfit(time[falling], out[falling], 1)[0] == pytest.approx(-slew, rel=0.15)


@pytest.mark.parametrize("name", ["LM358", "TL072", "NE5532", "MCP6002"])
def test_noise(bench, deck, name):
    """The output noise density of a follower at 1 kHz is the voltage noise."""
    bench.load(
        [
            *deck.cards(name),
            *rails(name),
            "vin in 0 dc 0 ac 1",
            *amplifier(deck, "U1", name, "in", "out", "out"),
        ]
    )
    density = bench.analyse("noise v(out) vin dec 1 1k 10k", plot=1)["onoise_spectrum"][0]
    assert density == pytest.approx(component(name).model["noise_voltage"], rel=0.05)


def test_too_slow_for_the_gain(bench, deck):
    """LM358 at a gain of 100 and 100 kHz: 0.7 MHz / 100 kHz = 7 are left of the 100."""
    bench.load(
        [
            *deck.cards("LM358"),
            *rails("LM358"),
            "vin in 0 dc 0 ac 1",
            *amplifier(deck, "U1", "LM358", "in", "minus", "out"),
            "r1 minus 0 1k",
            "r2 out minus 99k",
        ]
    )
    assert abs(bench.analyse("ac lin 1 100k 100k")["out"][0]) == pytest.approx(7, rel=0.05)


def test_too_slow_for_the_amplitude(bench, deck):
    """10 V at 20 kHz needs 1.26 V/us; an LM358 makes a triangle of SR/(4 f) = 3.75 V of it."""
    bench.load(
        [
            *deck.cards("LM358"),
            *rails("LM358"),
            "vin in 0 sin(0 10 20k)",
            *amplifier(deck, "U1", "LM358", "in", "out", "out"),
        ]
    )
    result = bench.analyse("tran 0.2u 400u 200u 0.2u")
    out = result["out"]
    assert (out.max() - out.min()) / 2 == pytest.approx(3.75, rel=0.1)
    # A triangle of amplitude A has an RMS value of A / sqrt(3), a sine of A / sqrt(2).
    assert np.std(out) / ((out.max() - out.min()) / 2) == pytest.approx(1 / math.sqrt(3), rel=0.05)


@pytest.mark.parametrize(("name", "works"), [("LM358", True), ("MCP6002", True), ("TL072", False)])
def test_input_at_ground_on_a_single_supply(bench, deck, name, works):
    """0.1 V times 11 on 5 V: the JFET inputs of a TL072 do not reach the negative rail."""
    bench.load(
        [
            *deck.cards(name),
            "vcc vcc 0 5",
            "vin in 0 0.1",
            *amplifier(deck, "U1", name, "in", "minus", "out", vee="0"),
            "r1 minus 0 1k",
            "r2 out minus 10k",
        ]
    )
    out = float(bench.analyse("op")["out"][0])
    assert (abs(out - 1.1) < 0.05) is works


def test_load_current_comes_from_the_rails(bench, deck):
    """1 kohm at 5 V: 5 mA more from vcc, none from vee."""
    bench.load(
        [
            *deck.cards("TL072"),
            *rails("TL072"),
            "vin in 0 5",
            *amplifier(deck, "U1", "TL072", "in", "out", "out"),
            "rl out 0 1k",
        ]
    )
    result = bench.analyse("op")
    quiescent = component("TL072").model["supply_current"]
    assert -result["vcc#branch"][0] == pytest.approx(5e-3 + quiescent, rel=0.05)
    assert result["vee#branch"][0] == pytest.approx(quiescent, rel=0.2)


@pytest.mark.parametrize("name", OPAMPS)
def test_converges_in_usual_circuits(bench, deck, name):
    """Operating point, sweep, AC and transient of six circuits; recovery from clipping is prompt."""
    gain = max(10, int(3 * component(name).limits["min_stable_gain"]))
    half = half_supply(name)
    amp = lambda p, n, o="out", **k: amplifier(deck, "U1", name, p, n, o, **k)  # noqa: E731
    source = "vin in 0 dc 0.01 ac 1 sin(0 {} 10k)"
    circuits = {
        "follower": [source.format(0.3 * half), *amp("in", "out"), "rl out 0 10k"],
        "inverting": [source.format(0.3), "r1 in m 1k", f"r2 m out {gain}k", *amp("0", "m")],
        "clipping": [source.format(half), "r1 in m 1k", f"r2 m out {gain}k", *amp("0", "m")],
        "integrator": [source.format(0.1), "r1 in m 10k", "c2 m out 1n", "r2 m out 1e6", *amp("0", "m")],
        "comparator": [source.format(1), "vr r 0 0.2", *amp("in", "r")],
        "schmitt": [source.format(half), "r1 in p 1k", "r2 p out 10k", *amp("p", "0")],
        "oscillator": [
            source.format(1),
            "r1 out p 10k",
            "r2 p 0 10k",
            "r3 out m 10k",
            "c1 m 0 1n",
            *amp("p", "m"),
        ],
    }
    for label, lines in circuits.items():
        bench.load([*deck.cards(name), *rails(name), *lines])
        bench.analyse("op")
        bench.analyse("dc vin -1 1 0.05")
        bench.analyse("ac dec 10 1 1e9")
        out = bench.analyse("tran 1u 300u")["out"]
        assert np.all(np.abs(out) < half + 0.3), label
        if label in ("clipping", "schmitt"):
            assert out.max() - out.min() > 0.5 * min(half, component(name).limits["slew_rate"] * 4e-5), label


@pytest.mark.parametrize("name", ["LM358", "OPA2277", "MCP6041", "LM6171", "OPA847"])
def test_ends_at_rest_with_tight_tolerances(bench, deck, name):
    """Every tolerance is tight: rounding errors must not be taken for signals once the start is over."""
    bench.load(
        [
            *deck.cards(name),
            *rails(name),
            *amplifier(deck, "U1", name, "p", "m", "out"),
            "r1 m 0 1k",
            "r2 m out 15k",
            "r3 p 0 10k",
            "c3 p 0 1n",
            ".options reltol=1e-4 abstol=1e-13 vntol=1e-8 itl4=100",
        ]
    )
    result = bench.analyse("tran 20u 4m")
    assert len(result["time"]) < 1000
    assert np.ptp(result["out"][result["time"] > 2e-3]) < 1e-5
    # What stirs amplifiers at the start is worth no more than a good one's offset.
    assert np.ptp(result["out"]) < 1e-3


@pytest.mark.parametrize("name", OPAMPS)
def test_starts_with_its_supply(bench, deck, name):
    """Supply from 0: no output above the rail on the way, and the right one at the end."""
    entry = component(name)
    total = min(2 * half_supply(name), 12.0)
    gain = max(2.0, 2 * entry.limits["min_stable_gain"])
    bench.load(
        [
            *deck.cards(name),
            f"vcc vcc 0 pwl(0 0 100u 0 110u {total})",
            "rm1 vcc mid 50",
            "rm2 mid 0 50",
            *amplifier(deck, "U1", name, "mid", "minus", "out", vee="0"),
            "r1 minus mid 100",
            f"r2 out minus {100 * (gain - 1)}",
        ]
    )
    result = bench.analyse("tran 2u 5m")
    assert np.all(result["out"] < result["vcc"] + 0.3)
    assert np.all(result["out"] > -0.3)
    assert result["out"][-1] == pytest.approx(total / 2, abs=0.05 + 2 * gain * abs(entry.model["offset"]))
