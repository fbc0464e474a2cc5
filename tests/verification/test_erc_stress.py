"""Overloads at an operating point: each rule on values above and below its limit."""

from __future__ import annotations

import pytest
from netlists import netlist

from voltsmith.verification.erc import STRESS_RULES, stress

LED = "R1 resistor 220 1=vcc 2=a\nD1 led_red A=a K=0"
STRING = "R1 resistor 220 1=vcc 2=a\nD1 led_red A=a K=b\nD2 led_red A=b K=c\nD3 led_red A=c K=0"
BIPOLAR = "R1 resistor {r} 1=vcc 2=c .power_rating=9\nQ1 2N3904 C=c B=base E=0\nR2 resistor 1k 1=in 2=base"
PORTS = "i:in p:vcc=12 g:gnd"

CASES = [
    ("RESISTOR_POWER", "R1 resistor 100 1=vcc 2=0", {"vcc": 12.0}, {"vcc": 4.9}),
    ("RESISTOR_POWER", "R1 resistor 100 1=vcc 2=0 .power_rating=1", {"vcc": 12.0}, {"vcc": 9.9}),
    ("CAPACITOR_VOLTAGE", "C1 capacitor 1u 1=vcc 2=0", {"vcc": 60.0}, {"vcc": 48.0}),
    ("CAPACITOR_VOLTAGE", "C1 capacitor 1u 1=vcc 2=0 .voltage_rating=16", {"vcc": -24.0}, {"vcc": 12.0}),
    ("CAPACITOR_REVERSED", "C1 capacitor_polarized 10u +=vcc -=a", {"vcc": 1, "a": 2}, {"vcc": 2, "a": 1}),
    ("DIODE_CURRENT", LED, {"vcc": 12.0, "a": 2.0}, {"vcc": 5.0, "a": 2.0}),
    ("DIODE_CURRENT", STRING, {"vcc": 15.0, "a": 6, "b": 4, "c": 2}, {"vcc": 9.0, "a": 6, "b": 4, "c": 2}),
    (
        "DIODE_CURRENT",
        "R1 resistor 22 1=vcc 2=z\nD1 BZX79-C5V1 K=z A=0",
        {"vcc": 12.0, "z": 5.1},
        {"vcc": 6.0, "z": 5.1},
    ),
    (
        "DIODE_CURRENT",
        "R1 resistor 100 1=vcc 2=z\nD1 LM4040-2.5 K=z A=0",
        {"vcc": 12.0, "z": 2.5},
        {"vcc": 3.0, "z": 2.5},
    ),
    ("DIODE_REVERSE_VOLTAGE", LED, {"vcc": -12.0, "a": -12.0}, {"vcc": -3.0, "a": -3.0}),
    ("TRANSISTOR_VOLTAGE", BIPOLAR.format(r="1k"), {"vcc": 48.0, "c": 48.0}, {"vcc": 12.0, "c": 12.0}),
    ("TRANSISTOR_VOLTAGE", "Q1 2N7000 D=vcc G=in S=0", {"in": 24.0}, {"in": 10.0}),
    ("TRANSISTOR_CURRENT", BIPOLAR.format(r="33"), {"vcc": 12.0, "c": 0.2}, {"vcc": 5.0, "c": 0.2}),
    ("TRANSISTOR_POWER", BIPOLAR.format(r="56"), {"vcc": 15.0, "c": 8.0}, {"vcc": 5.0, "c": 0.1}),
]


@pytest.mark.parametrize(
    ("code", "text", "over", "under"), CASES, ids=[f"{i}-{case[0]}" for i, case in enumerate(CASES)]
)
def test_overload(code: str, text: str, over: dict[str, float], under: dict[str, float]):
    circuit = netlist(text, PORTS)
    assert code in {finding.code for finding in stress(circuit, over)}
    assert code not in {finding.code for finding in stress(circuit, under)}


def test_every_rule_has_a_case():
    assert set(STRESS_RULES) == {case[0] for case in CASES}


def test_each_led_of_a_string_is_named():
    found = stress(netlist(STRING, PORTS), {"vcc": 15.0, "a": 6, "b": 4, "c": 2})
    assert {finding.where for finding in found if finding.code == "DIODE_CURRENT"} == {
        ("D1",),
        ("D2",),
        ("D3",),
    }


def test_a_current_that_does_not_follow_is_not_guessed():
    parallel = LED + "\nD2 led_red A=a K=0"
    assert "DIODE_CURRENT" not in {f.code for f in stress(netlist(parallel, PORTS), {"vcc": 24.0, "a": 2.0})}


@pytest.mark.parametrize("name", ["a", "xdut.a", "v(xdut.a)", "V(XDUT.A)"])
def test_nodes_are_found_under_their_names(name: str):
    found = stress(netlist(LED, PORTS), {"vcc": 12.0, name: 2.0})
    assert "DIODE_CURRENT" in {finding.code for finding in found}


def test_without_voltages_nothing_is_said():
    assert stress(netlist(BIPOLAR.format(r="1"), PORTS), {}) == []
