"""Every alter path exists in ngspice, and altering it changes the circuit."""

from __future__ import annotations

import numpy as np
import pytest

from voltsmith.knowledge.devices import component, variations
from voltsmith.schemas.circuits import Part

LM358 = {"IN1+": "a", "IN1-": "o", "OUT1": "o", "V+": "vp", "V-": "0"}
LM393 = {"IN1+": "a", "IN1-": "m", "OUT1": "o", "V+": "vp", "V-": "0"}

CASES = [
    ("resistor", "R1", {"1": "a", "2": "0"}, "10k", ["i1 0 a 1m"], "a", "op"),
    ("inductor", "L1", {"1": "a", "2": "0"}, "10m", ["v1 b 0 ac 1", "r1 b a 1k"], "a", "ac lin 1 10k 10k"),
    ("capacitor", "C1", {"1": "a", "2": "0"}, "10n", ["v1 b 0 ac 1", "r1 b a 1k"], "a", "ac lin 1 10k 10k"),
    (
        "capacitor_polarized",
        "C1",
        {"+": "a", "-": "0"},
        "10u",
        ["v1 b 0 ac 1", "r1 b a 1k"],
        "a",
        "ac lin 1 100 100",
    ),
    ("relay_coil", "K1", {"A1": "a", "A2": "0"}, None, ["i1 0 a 1m"], "a", "op"),
    ("BZX79-C5V1", "D1", {"A": "0", "K": "a"}, None, ["i1 0 a 5m"], "a", "op"),
    ("1N4733A", "D1", {"A": "0", "K": "a"}, None, ["i1 0 a 5m"], "a", "op"),
    ("1N4148", "D1", {"A": "a", "K": "0"}, None, ["i1 0 a 5m"], "a", "op"),
    ("led_red", "D1", {"A": "a", "K": "0"}, None, ["i1 0 a 5m"], "a", "op"),
    ("2N3904", "Q1", {"B": "b", "C": "c", "E": "0"}, None, ["i1 0 b 10u", "v1 c 0 5"], "v1#branch", "op"),
    ("TIP120", "Q1", {"B": "b", "C": "c", "E": "0"}, None, ["i1 0 b 1m", "v1 c 0 5"], "v1#branch", "op"),
    ("2N7000", "Q1", {"G": "g", "D": "d", "S": "0"}, None, ["v2 g 0 3", "v1 d 0 5"], "v1#branch", "op"),
    ("AO3401A", "Q1", {"G": "g", "D": "d", "S": "0"}, None, ["v2 g 0 -1.5", "v1 d 0 -5"], "v1#branch", "op"),
    ("LM358", "U1", LM358, None, ["v2 vp 0 10", "v1 a 0 dc 2 ac 1"], "o", "ac lin 1 1meg 1meg"),
    ("LM393", "U1", LM393, None, ["v2 vp 0 10", "v1 a 0 2", "v3 m 0 2.004", "rp vp o 10k"], "o", "op"),
    ("LM7805", "U1", {"IN": "a", "OUT": "o", "GND": "0"}, None, ["v2 a 0 10", "rl o 0 100"], "o", "op"),
    (
        "LM317",
        "U1",
        {"IN": "a", "OUT": "o", "ADJ": "j"},
        None,
        ["v2 a 0 10", "r1 o j 240", "r2 j 0 720"],
        "o",
        "op",
    ),
    ("LM4040-2.5", "U1", {"K": "k", "A": "0"}, None, ["v2 a 0 10", "r1 a k 1k"], "k", "op"),
]


@pytest.mark.parametrize(("name", "ref", "pins", "value", "around", "probe", "analysis"), CASES)
def test_altering_changes_the_result(bench, deck, name, ref, pins, value, around, probe, analysis):
    nets = " ".join(sorted({net for net in pins.values() if net != "0"}))
    text = [
        *deck.cards(name),
        f".subckt dut {nets}",
        *deck.place(ref, name, pins, value),
        ".ends dut",
        f"xdut {nets} dut",
        *around,
    ]
    part = Part(ref=ref, component=name, value=value, pins=pins)
    found = variations(part, component(name), "xdut")
    assert found
    for variation in found:
        assert 0 < variation.sigma <= variation.limit
        bench.load(text)
        before = np.abs(bench.analyse(analysis)[probe][0])
        if name == "LM358" and variation.element.endswith("vos"):
            analysis, before = "op", bench.analyse("op")[probe][0]
        bench.command(variation.command(variation.nominal + variation.limit))
        after = np.abs(bench.analyse(analysis)[probe][0])
        assert after != pytest.approx(before, rel=1e-4), variation
        analysis = "ac lin 1 1meg 1meg" if name == "LM358" else analysis


def test_two_parts_of_a_resistor_vary_apart(bench, deck):
    parts = [Part(ref=f"R{n}", component="resistor", value="1k", pins={"1": "a", "2": "0"}) for n in (1, 2)]
    first, second = (variations(part, component("resistor"), "xdut")[0] for part in parts)
    assert first.element == "r.xdut.r1"
    assert second.element == "r.xdut.r2"
    assert first.command(1010) == "alter r.xdut.r1 = 1010"


def test_top_level_names_and_tolerances():
    part = Part(
        ref="R1", component="resistor", value="1k", parameters={"tolerance": 0.05}, pins={"1": "a", "2": "0"}
    )
    (found,) = variations(part, component("resistor"), "")
    assert found.element == "r1"
    assert found.limit == pytest.approx(50)
    assert found.sigma == pytest.approx(50 / 3)
    exact = part.model_copy(update={"parameters": {"tolerance": 0.0}})
    assert variations(exact, component("resistor"), "") == []


def test_every_used_unit_varies():
    pins = {**LM358, "IN2+": "a", "IN2-": "q", "OUT2": "q"}
    part = Part(ref="U1", component="LM358", pins=pins)
    elements = [variation.element for variation in variations(part, component("LM358"), "xdut")]
    assert elements == ["v.xdut.xu1a.vos", "c.xdut.xu1a.cc", "v.xdut.xu1b.vos", "c.xdut.xu1b.cc"]
