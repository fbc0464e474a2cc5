"""Comparators: threshold, offset, delay, output levels, hysteresis, oscillation with feedback."""

from __future__ import annotations

import numpy as np
import pytest

from voltsmith.knowledge.devices import component, components

COMPARATORS = [entry.id for entry in components().values() if entry.kind == "comparator"]


def place(deck, name, in_p, in_n, out="out"):
    entry = component(name)
    unit, supply = dict(entry.units[0].pins), entry.supply_pins
    pins = {
        unit["in_p"]: in_p,
        unit["in_n"]: in_n,
        unit["out"]: out,
        supply["vcc"]: "vcc",
        supply["vee"]: "0",
    }
    if "emitter" in unit:
        pins[unit["emitter"]] = "0"
    return [*deck.cards(name), *deck.place("U1", name, pins), f"rp vcc {out} 10k"]


@pytest.mark.parametrize("name", COMPARATORS)
def test_threshold_levels_and_delay(bench, deck, name):
    entry = component(name)
    delay = entry.limits["propagation_delay"]
    hysteresis = entry.model.get("hysteresis", 0.0)
    bench.load(["vcc vcc 0 5", "vr ref 0 1.5", "vin in 0 1", *place(deck, name, "in", "ref")])
    result = bench.analyse("dc vin 1.48 1.52 0.0002")
    threshold = result["v-sweep"][np.argmax(result["out"] > 2.5)]
    assert threshold == pytest.approx(1.5 - entry.model["offset"] + hysteresis / 2, abs=1e-3)
    assert result["out"][0] < 0.1
    assert result["out"][-1] > 4.9
    edge = 10 * delay
    bench.load(
        [
            "vcc vcc 0 5",
            "vr ref 0 1.5",
            f"vin in 0 pulse(1.6 1.4 {edge} {delay / 100} {delay / 100} 1 2)",
            *place(deck, name, "in", "ref"),
        ]
    )
    result = bench.analyse(f"tran {delay / 20} {2 * edge} 0 {delay / 10}")
    fall = result["time"][np.argmax(result["out"] < 2.5)] - edge
    assert fall == pytest.approx(delay, rel=0.7)


def test_hysteresis_of_a_push_pull_comparator(bench, deck):
    for name in ("MCP6541", "TLV3501"):
        bench.load(["vcc vcc 0 5", "vr ref 0 1.5", "vin in 0 1", *place(deck, name, "in", "ref")])
        up = bench.analyse("dc vin 1.48 1.52 0.0002")
        down = bench.analyse("dc vin 1.52 1.48 -0.0002")
        rise = up["v-sweep"][np.argmax(up["out"] > 2.5)]
        fall = down["v-sweep"][np.argmax(down["out"] < 2.5)]
        assert rise - fall == pytest.approx(component(name).model["hysteresis"], abs=8e-4)


def test_an_open_collector_needs_a_pull_up(bench, deck):
    entry = component("LM393")
    pins = {"IN1+": "vcc", "IN1-": "0", "OUT1": "out", "V+": "vcc", "V-": "0"}
    bench.load([*deck.cards("LM393"), "vcc vcc 0 5", *deck.place("U1", entry.id, pins), "rl out 0 1e6"])
    assert bench.analyse("op")["out"][0] < 0.1


def test_saturation_voltage_and_sink_limit(bench, deck):
    """LM393: 150 mV at 4 mA, and no more than 16 mA."""
    pins = {"IN1+": "0", "IN1-": "r", "OUT1": "out", "V+": "vcc", "V-": "0"}
    text = [*deck.cards("LM393"), "vcc vcc 0 5", "vr r 0 1", *deck.place("U1", "LM393", pins)]
    bench.load([*text, "il 0 out 4m"])
    assert bench.analyse("op")["out"][0] == pytest.approx(0.15, rel=0.1)
    bench.load([*text, "vo out 0 5"])
    assert -bench.analyse("op")["vo#branch"][0] == pytest.approx(16e-3, rel=0.1)


@pytest.mark.parametrize("name", COMPARATORS)
def test_relaxation_oscillator(bench, deck, name):
    """Thirds of 5 V as thresholds: f = 1 / (2 ln 2 R C) = 7.2 kHz for 10 kohm and 10 nF."""
    bench.load(
        [
            "vcc vcc 0 pwl(0 0 1u 5)",
            *place(deck, name, "p", "m"),
            "rp2 vcc out 1k",
            "r1 vcc p 100k",
            "r2 p 0 100k",
            "r3 p out 100k",
            "r4 out m 10k",
            "c4 m 0 10n",
        ]
    )
    result = bench.analyse("tran 1u 1m 0 2u")
    high = result["out"] > 2.5
    rises = result["time"][1:][~high[:-1] & high[1:]]
    assert 1 / np.mean(np.diff(rises[1:])) == pytest.approx(7.2e3, rel=0.1)
