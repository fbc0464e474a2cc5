"""Regulators and references: output, dropout, limits, and what happens without the minimum load."""

from __future__ import annotations

import numpy as np
import pytest

from voltsmith.knowledge.devices import component, components

REGULATORS = [entry.id for entry in components().values() if entry.kind.endswith("_regulator")]
REFERENCES = [entry.id for entry in components().values() if entry.kind == "voltage_reference"]


def output_voltage(name):
    return component(name).model["reference"] if component(name).kind == "linear_regulator" else 5.0


def stage(deck, ref, name, source, out):
    """The regulator with, if adjustable, a divider for 5 V: 1.25 (1 + R2/240) + 50 uA R2."""
    entry = component(name)
    pins = {entry.units[0].pins["in"]: source, entry.units[0].pins["out"]: out}
    if "adj" not in entry.units[0].pins:
        return deck.place(ref, name, {**pins, entry.units[0].pins["gnd"]: "0"})
    lower = 3.75 / (1.25 / 240 + entry.model["adjust_current"])
    node = f"{out}_adj"
    return [
        *deck.place(ref, name, {**pins, entry.units[0].pins["adj"]: node}),
        f"ra_{out} {out} {node} 240",
        f"rb_{out} {node} 0 {lower}",
    ]


@pytest.mark.parametrize("name", REGULATORS)
def test_output_dropout_and_limit(bench, deck, name):
    entry, nominal = component(name), output_voltage(name)
    full = entry.limits["output_current"]
    ample = min(nominal + 4, entry.limits.get("input_max", 35.0))
    starved = nominal + 0.5 * entry.limits["dropout"]
    starved = min(
        starved, nominal + entry.model["dropout_base"] + 0.5 * entry.model["dropout_resistance"] * full
    )
    step = 0.3 * (ample - nominal)
    bench.load(
        [
            *deck.cards(name),
            f"vi1 i1 0 {ample}",
            *stage(deck, "U1", name, "i1", "half"),
            f"il1 half 0 {full / 2}",
            f"vi2 i2 0 {starved}",
            *stage(deck, "U2", name, "i2", "starved"),
            f"il2 starved 0 {full}",
            f"vi3 i3 0 {ample}",
            *stage(deck, "U3", name, "i3", "shorted"),
            "rl3 shorted 0 10m",
            f"vi4 i4 0 {ample}",
            *stage(deck, "U4", name, "i4", "idle"),
            "il4 idle 0 10u",
            f"vi5 i5 0 {ample - step}",
            *stage(deck, "U5", name, "i5", "lower"),
            f"il5 lower 0 {full / 2}",
        ]
    )
    result = bench.analyse("op")
    assert result["half"][0] == pytest.approx(nominal, rel=0.01)
    dropout = starved - result["starved"][0]
    assert 0.4 * entry.limits["dropout"] < dropout < 1.15 * entry.limits["dropout"]
    assert result["starved"][0] < nominal - 0.02
    assert -result["vi3#branch"][0] == pytest.approx(entry.model["output_current"], rel=0.1)
    assert result["idle"][0] == pytest.approx(nominal, rel=0.015)
    if entry.kind == "linear_regulator":
        assert -result["vi4#branch"][0] == pytest.approx(entry.model["ground_current"] + 10e-6, rel=0.05)
    # Of the reference; a divider multiplies it like the output.
    line = (result["half"][0] - result["lower"][0]) / step * entry.model["reference"] / nominal
    assert line == pytest.approx(entry.model["line_regulation"], rel=0.5, abs=1e-3)


@pytest.mark.parametrize("name", REGULATORS)
def test_starts_and_takes_load_steps(bench, deck, name):
    entry, nominal = component(name), output_voltage(name)
    full = entry.limits["output_current"]
    bench.load(
        [
            *deck.cards(name),
            f"vi i 0 pwl(0 0 1m {min(nominal + 3, entry.limits.get('input_max', 35.0))})",
            *stage(deck, "U1", name, "i", "out"),
            "co out x 10u",
            "resr x 0 0.1",
            "rl out 0 50",
            f"il out 0 pulse(0 {full / 2} 3m 1u 1u 1m 10m)",
        ]
    )
    result = bench.analyse("tran 5u 6m 0 10u")
    late = result["out"][result["time"] > 2.5e-3]
    assert np.all(np.abs(late - nominal) < 0.05 * nominal + 0.06 * full)
    assert result["out"][-1] == pytest.approx(nominal, rel=0.02)


def test_lm317_needs_its_minimum_load(bench, deck):
    """A divider of 24 kohm takes 52 uA of the 3.5 mA that leave the output: it rises to the input."""
    text = [
        *deck.cards("LM317"),
        "vi i 0 12",
        *deck.place("U1", "LM317", {"IN": "i", "OUT": "o", "ADJ": "j"}),
    ]
    bench.load([*text, "r1 o j 24k", "r2 j 0 62k"])
    assert bench.analyse("op")["o"][0] > 11


def test_a_regulator_does_not_sink(bench, deck):
    """6 V forced onto a 5 V output: less than 2 mA flow back."""
    text = [*deck.cards("LM7805"), "vi i 0 10", "vo o 0 6"]
    bench.load([*text, *deck.place("U1", "LM7805", {"IN": "i", "OUT": "o", "GND": "0"})])
    assert abs(bench.analyse("op")["vo#branch"][0]) < 2e-3


def test_ripple_rejection(bench, deck):
    """uA7805: 78 dB at 120 Hz (TI SLVS056), within 6 dB."""
    text = [*deck.cards("LM7805"), "vi i 0 dc 10 ac 1", "rl o 0 10"]
    bench.load([*text, *deck.place("U1", "LM7805", {"IN": "i", "OUT": "o", "GND": "0"})])
    assert -20 * np.log10(abs(bench.analyse("ac lin 1 120 120")["o"][0])) == pytest.approx(76, abs=6)


@pytest.mark.parametrize("name", REFERENCES)
def test_references(bench, deck, name):
    """Right at 1 mA, starved below the minimum current."""
    voltage = component(name).model["reference"]
    text = [*deck.cards(name), "vi i 0 12"]
    for ref, net, current in (("U1", "fed", 1e-3), ("U2", "starved", 2e-5)):
        text += [f"r{net} i {net} {(12 - voltage) / current}", *deck.place(ref, name, {"K": net, "A": "0"})]
    bench.load(text)
    result = bench.analyse("op")
    assert result["fed"][0] == pytest.approx(voltage, rel=0.002)
    assert result["starved"][0] < 0.9 * voltage
