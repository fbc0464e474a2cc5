"""Diodes, LEDs, zeners and transistors against the datasheet points they were made from."""

from __future__ import annotations

import pytest

from voltsmith.knowledge.devices import component, components


def of_kind(*kinds):
    return [entry for entry in components().values() if entry.kind in kinds]


def test_forward_voltages(bench, deck):
    """Two points of every diode and LED, all in one deck."""
    entries = of_kind("diode", "led")
    text = deck.cards(*(entry.id for entry in entries))
    for n, entry in enumerate(entries):
        for end, current in (("h", "forward_current"), ("l", "low_current")):
            text += [f"i{end}{n} 0 {end}{n} {entry.model[current]}"]
            text += deck.place(f"D{2 * n + (end == 'h')}", entry.id, {"A": f"{end}{n}", "K": "0"})
    bench.load(text)
    result = bench.analyse("op")
    for n, entry in enumerate(entries):
        assert result[f"h{n}"][0] == pytest.approx(entry.model["forward_voltage"], rel=0.01), entry.id
        assert result[f"l{n}"][0] == pytest.approx(entry.model["low_voltage"], rel=0.02), entry.id


def test_leds_by_colour_draw_what_a_resistor_leaves_them(bench, deck):
    """5 V through 150 ohm: (5 - Vf) / 150 within 10 %, for every colour."""
    entries = of_kind("led")
    text = ["v1 p 0 5", *deck.cards(*(entry.id for entry in entries))]
    for n, entry in enumerate(entries):
        text += [f"r{n} p a{n} 150", *deck.place(f"D{n}", entry.id, {"A": f"a{n}", "K": "0"})]
    bench.load(text)
    result = bench.analyse("op")
    for n, entry in enumerate(entries):
        current = (5 - result[f"a{n}"][0]) / 150
        assert current == pytest.approx((5 - entry.model["forward_voltage"]) / 150, rel=0.1), entry.id


def test_zener_voltages(bench, deck):
    """Voltage at the test current, slope there, forward drop, and little current at half the voltage."""
    entries = of_kind("zener")
    text = deck.cards(*(entry.id for entry in entries))
    for n, entry in enumerate(entries):
        current, voltage = entry.model["zener_current"], entry.model["zener_voltage"]
        text += [f"i1_{n} 0 z{n} {current}", *deck.place(f"D{4 * n}", entry.id, {"A": "0", "K": f"z{n}"})]
        text += [f"i2_{n} 0 s{n} {1.01 * current}"]
        text += deck.place(f"D{4 * n + 1}", entry.id, {"A": "0", "K": f"s{n}"})
        text += [f"i3_{n} 0 f{n} 10m", *deck.place(f"D{4 * n + 2}", entry.id, {"A": f"f{n}", "K": "0"})]
        text += [
            f"v{n} h{n} 0 {voltage / 2}",
            *deck.place(f"D{4 * n + 3}", entry.id, {"A": "0", "K": f"h{n}"}),
        ]
    bench.load(text)
    result = bench.analyse("op")
    for n, entry in enumerate(entries):
        model = entry.model
        assert result[f"z{n}"][0] == pytest.approx(model["zener_voltage"], rel=0.005), entry.id
        slope = (result[f"s{n}"][0] - result[f"z{n}"][0]) / (0.01 * model["zener_current"])
        assert slope == pytest.approx(model["zener_resistance"], rel=0.3), entry.id
        assert 0.6 < result[f"f{n}"][0] < 1.0, entry.id
        assert -result[f"v{n}#branch"][0] < 0.05 * model["zener_current"], entry.id


def test_bipolar_gain_and_saturation(bench, deck):
    """Gain in the datasheet's range at its current, and a saturation voltage below 1 V."""
    entries = of_kind("npn", "pnp")
    text = deck.cards(*(entry.id for entry in entries))
    for n, entry in enumerate(entries):
        sign = 1 if entry.kind == "npn" else -1
        current = entry.limits["current_gain_current"]
        base = current / entry.model["current_gain"] / (50 if entry.model.get("darlington") else 1)
        text += [f"v{n} c{n} 0 {5 * sign}", f"ib{n} 0 b{n} {sign * base}"]
        text += deck.place(f"Q{2 * n}", entry.id, {"C": f"c{n}", "B": f"b{n}", "E": "0"})
        drive = 250 if entry.model.get("darlington") else 10
        text += [f"ic{n} 0 s{n} {sign * current}", f"id{n} 0 d{n} {sign * current / drive}"]
        text += deck.place(f"Q{2 * n + 1}", entry.id, {"C": f"s{n}", "B": f"d{n}", "E": "0"})
    bench.load(text)
    result = bench.analyse("op")
    for n, entry in enumerate(entries):
        current = entry.limits["current_gain_current"]
        base = current / entry.model["current_gain"] / (50 if entry.model.get("darlington") else 1)
        gain = abs(result[f"v{n}#branch"][0]) / base
        assert entry.limits["current_gain_min"] < gain < entry.limits["current_gain_max"], entry.id
        assert 0.01 < abs(result[f"s{n}"][0]) < 1.2, entry.id


def test_mosfet_resistance_threshold_and_body_diode(bench, deck):
    """Rds(on) within 30 % at the datasheet's gate voltage; off far below the threshold; diode in reverse."""
    entries = of_kind("nmos", "pmos")
    text = deck.cards(*(entry.id for entry in entries))
    for n, entry in enumerate(entries):
        sign = 1 if entry.kind == "nmos" else -1
        limits = entry.limits
        text += [
            f"vg{n} g{n} 0 {sign * limits['on_gate_voltage']}",
            f"id{n} 0 d{n} {sign * limits['on_current']}",
        ]
        text += deck.place(f"Q{4 * n}", entry.id, {"D": f"d{n}", "G": f"g{n}", "S": "0"})
        text += [f"vo{n} o{n} 0 {sign * 5}", f"vh{n} h{n} 0 {sign * 0.4 * limits['threshold_min']}"]
        text += deck.place(f"Q{4 * n + 1}", entry.id, {"D": f"o{n}", "G": f"h{n}", "S": "0"})
        text += [f"ir{n} r{n} 0 {sign * entry.model['body_diode_current']}"]
        text += deck.place(f"Q{4 * n + 2}", entry.id, {"D": f"r{n}", "G": "0", "S": "0"})
        text += [f"it{n} 0 t{n} {sign * 2.5e-4}"]
        text += deck.place(f"Q{4 * n + 3}", entry.id, {"D": f"t{n}", "G": f"t{n}", "S": "0"})
    bench.load(text)
    result = bench.analyse("op")
    for n, entry in enumerate(entries):
        limits = entry.limits
        resistance = abs(result[f"d{n}"][0]) / limits["on_current"]
        assert resistance == pytest.approx(limits["on_resistance"], rel=0.3), entry.id
        assert abs(result[f"vo{n}#branch"][0]) < 1e-4, entry.id
        diode = abs(result[f"r{n}"][0])
        assert diode == pytest.approx(entry.model["body_diode_voltage"], rel=0.15), entry.id
        assert limits["threshold_min"] * 0.8 < abs(result[f"t{n}"][0]) < limits["threshold_max"], entry.id


def test_transition_frequency(bench, deck):
    """2N3904 at 10 mA: a current gain of 1 near 300 MHz (onsemi 2N3903/D: 300 MHz min)."""
    text = [*deck.cards("2N3904"), "vc c 0 10", "ib 0 b dc 50u ac 1"]
    bench.load([*text, *deck.place("Q1", "2N3904", {"C": "c", "B": "b", "E": "0"})])
    assert abs(bench.analyse("ac lin 1 50meg 50meg")["vc#branch"][0]) * 50e6 == pytest.approx(3.4e8, rel=0.2)


def test_rectifier_blocks_and_recovers(bench, deck):
    """A half-wave rectifier: the output never follows the negative half."""
    text = [*deck.cards("1N4007", "1N5819"), "v1 in 0 sin(0 10 50)", "r1 a 0 1k", "r2 b 0 1k"]
    text += deck.place("D1", "1N4007", {"A": "in", "K": "a"}) + deck.place(
        "D2", "1N5819", {"A": "in", "K": "b"}
    )
    bench.load(text)
    result = bench.analyse("tran 50u 40m")
    assert result["a"].max() == pytest.approx(10 - 0.65, abs=0.1)
    assert result["b"].max() == pytest.approx(10 - 0.2, abs=0.1)
    assert result["a"].min() > -0.05
    assert component("1N4007").limits["reverse_voltage_max"] == 1000
