"""Element lines of parts."""

from __future__ import annotations

import pytest

from voltsmith.knowledge.devices import component, components, instance_lines
from voltsmith.schemas.circuits import Part
from voltsmith.schemas.errors import BadInput


def lines(ref, name, pins, value=None, **parameters):
    part = Part(ref=ref, component=name, value=value, parameters=parameters, pins=pins)
    return instance_lines(part, component(name), lambda net: net.upper())


def test_passives_write_plain_numbers():
    two = {"1": "a", "2": "0"}
    assert lines("R1", "resistor", two, "1M") == ["R1 A 0 1000000"]
    assert lines("C1", "capacitor", two, "15n", initial_voltage=2.5) == ["C1 A 0 1.5e-08 ic=2.5"]
    assert lines("L1", "inductor", two, "10m", series_resistance=3) == [
        "L1 A _l1_esr 0.01",
        "R_L1 _l1_esr 0 3",
    ]
    # 0.12 / (2 pi 120 Hz 100 uF) = 1.59 ohm.
    electrolytic = lines("C2", "capacitor_polarized", {"+": "a", "-": "0"}, "100u")
    assert electrolytic == ["C2 A _c2_esr 0.0001", "R_C2 _c2_esr 0 1.59154943"]


@pytest.mark.parametrize("value", [None, "0"])
def test_a_passive_needs_a_positive_value(value):
    with pytest.raises(BadInput, match="R1"):
        lines("R1", "resistor", {"1": "a", "2": "b"}, value)


def test_letters():
    assert lines("D1", "1N4148", {"A": "a", "K": "b"}) == ["D1 A B m_1n4148"]
    assert lines("D1", "BZX79-C5V1", {"A": "a", "K": "b"}) == ["XD1 A B m_bzx79_c5v1"]
    assert lines("Q1", "2N3904", {"B": "b", "C": "c", "E": "e"}) == ["Q1 C B E m_2n3904"]
    assert lines("Q1", "TIP120", {"B": "b", "C": "c", "E": "e"}) == ["XQ1 C B E m_tip120"]
    assert lines("Q2", "2N7000", {"G": "g", "D": "d", "S": "s"}) == ["MQ2 D G S m_2n7000"]
    assert lines("U1", "LM7805", {"IN": "i", "OUT": "o", "GND": "0"}) == ["XU1 I 0 O m_lm7805"]
    assert lines("U1", "LM317", {"IN": "i", "OUT": "o", "ADJ": "j"}) == ["XU1 I J O m_lm317"]
    assert lines("K1", "relay_coil", {"A1": "a", "A2": "b"})[0] == "L_K1 A _k1_coil 0.3"


def test_units_share_supplies_and_unconnected_ones_are_left_out():
    supplies = {"V+": "p", "V-": "n"}
    first = {"IN1+": "a", "IN1-": "b", "OUT1": "c"}
    second = {"IN2+": "d", "IN2-": "e", "OUT2": "f"}
    assert lines("U1", "LM358", first | supplies) == ["XU1A A B P N C m_lm358"]
    both = lines("U1", "LM358", first | second | supplies)
    assert both == ["XU1A A B P N C m_lm358", "XU1B D E P N F m_lm358"]


def test_unconnected_pins_get_a_private_node():
    found = lines("U1", "LM358", {"IN1+": "a", "OUT1": "c", "V+": "p", "V-": "n"})
    assert found == ["XU1A A _u1_in1_ P N C m_lm358", "R__u1_in1_ _u1_in1_ 0 1e9"]
    both = lines("U1", "LM358", {"OUT1": "c", "V+": "p", "V-": "n"})
    assert len({line.split()[1] for line in both[1:]}) == 2


def test_a_part_on_no_net_is_not_simulated():
    assert lines("R1", "resistor", {}, "1k") == []
    assert lines("U1", "LM358", {"V+": "p", "V-": "n"}) == []


def test_every_component_loads_in_ngspice(bench, deck):
    """All cards in one deck with an instance each: no unknown parameter, no name used twice."""
    text = deck.cards(*components())
    for number, entry in enumerate(components().values(), 1):
        names = {pin: f"n{number}_{index}" for index, pin in enumerate(entry.pin_names())}
        value = {"resistor": "1k", "capacitor": "1u", "inductor": "1m"}.get(entry.kind)
        text += deck.place(f"{entry.prefix}{number}", entry.id, names, value)
        text += [f"r{net} {net} 0 1e6" for net in names.values()]
    bench.load(text)
    bench.analyse("op")
