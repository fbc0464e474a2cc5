"""Each rule on a circuit that breaks it and on one that does not."""

from __future__ import annotations

from typing import NamedTuple, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from netlists import netlist
from support import design_block

from voltsmith.knowledge.blocks import blocks
from voltsmith.knowledge.devices import components
from voltsmith.schemas.circuits import Circuit, Part, Port, PortRole
from voltsmith.schemas.errors import NeedsAnswer
from voltsmith.verification.erc import RULES, check, stress, unjudged

AMPLIFIER = """
R1 resistor 10k 1=in 2=sum
R2 resistor 100k 1=sum 2=out
U1 LM358 IN1+=0 IN1-=sum OUT1=out IN2+=0 IN2-=idle OUT2=idle V+=vcc V-=vee
C1 capacitor 100n 1=vcc 2=0
C2 capacitor 100n 1=vee 2=0
"""
SPLIT = "i:in o:out p:vcc=12 p:vee=-12 g:gnd"
SINGLE = "i:in o:out p:vcc=12 g:gnd"
SWITCH = """
R1 resistor 4k7 1=in 2=base
Q1 2N3904 B=base C=coil E=0
K1 relay_coil A1=vcc A2=coil
"""
COMPARATOR = """
R1 resistor 10k 1=vcc 2=ref
R2 resistor 10k 1=ref 2=0
U1 LM393 IN1+=in IN1-=ref OUT1=out IN2+=0 IN2-=vcc V+=vcc V-=0
C1 capacitor 100n 1=vcc 2=0
"""


class Case(NamedTuple):
    code: str
    bad: str
    good: str
    ports: str = "i:in o:out g:gnd"
    good_ports: str | None = None
    where: str | None = None


DIVIDER = "R1 resistor 10k 1=in 2=out\nR2 resistor 10k 1=out 2=0"
CASES = [
    Case("COMPONENT_UNKNOWN", DIVIDER + "\nU1 LM3580 1=out", DIVIDER, where="U1"),
    Case("PIN_UNKNOWN", DIVIDER + "\nC1 capacitor 1n 1=out 2=0 3=in", DIVIDER, where="C1.3"),
    Case("PART_PIN_OPEN", DIVIDER + "\nC1 capacitor 1n 1=out", DIVIDER, where="C1.2"),
    Case(
        "PART_PIN_OPEN",
        AMPLIFIER.replace("IN2+=0 IN2-=idle OUT2=idle", ""),
        AMPLIFIER,
        SPLIT,
        where="U1.IN2+",
    ),
    Case("PART_PIN_OPEN", AMPLIFIER.replace("V-=vee", ""), AMPLIFIER, SPLIT, where="U1.V-"),
    Case("PART_ISOLATED", DIVIDER + "\nC1 capacitor 1n", DIVIDER, where="C1"),
    Case("PART_ISOLATED", DIVIDER + "\nC1 capacitor 1n 1=a 2=b\nR3 resistor 1k 1=a 2=b", DIVIDER, where="R3"),
    Case("NET_SINGLE_PIN", DIVIDER + "\nC1 capacitor 1n 1=out 2=lost", DIVIDER, where="net:lost"),
    Case("PORT_OPEN", DIVIDER, DIVIDER, "i:in o:out o:monitor g:gnd", "i:in o:out g:gnd", "net:monitor"),
    Case("NAME_CLASH", DIVIDER, DIVIDER, "i:in o:out o:tap@out g:gnd", "i:in o:out g:gnd", "net:out"),
    Case(
        "NAME_CLASH",
        DIVIDER + "\nQ1 2N7000 D=out G=in S=0\nMQ1 2N7000 D=out G=in S=0",
        DIVIDER + "\nQ1 2N7000 D=out G=in S=0\nQ2 2N7000 D=out G=in S=0",
        where="MQ1",
    ),
    Case("SHORTED_PART", DIVIDER + "\nR3 resistor 1k 1=out 2=out", DIVIDER, where="R3"),
    Case("NO_GROUND", "R1 resistor 1k 1=in 2=out", DIVIDER, "i:in o:out"),
    Case(
        "NO_DC_PATH",
        "C1 capacitor 1n 1=in 2=mid\nC2 capacitor 1n 1=mid 2=0\nR1 resistor 1k 1=in 2=out",
        "C1 capacitor 1n 1=in 2=mid\nR1 resistor 1k 1=in 2=out\nR2 resistor 1M 1=mid 2=0",
        where="net:mid",
    ),
    Case(
        "NO_DC_PATH",
        AMPLIFIER.replace("IN1+=0", "IN1+=bias") + "C3 capacitor 1u 1=in 2=bias",
        AMPLIFIER.replace("IN1+=0", "IN1+=bias") + "C3 capacitor 1u 1=in 2=bias\nR3 resistor 1M 1=bias 2=0",
        SPLIT,
        where="net:bias",
    ),
    Case("VALUE_MISSING", DIVIDER + "\nR3 resistor 1=out 2=0", DIVIDER, where="R3"),
    Case("VALUE_MISSING", DIVIDER + "\nR3 resistor 10q 1=out 2=0", DIVIDER, where="R3"),
    Case("VALUE_MISSING", DIVIDER + "\nR3 resistor 0 1=out 2=0", DIVIDER, where="R3"),
    Case("VALUE_ABSURD", DIVIDER + "\nC1 capacitor 100 1=out 2=0", DIVIDER + "\nC1 capacitor 1n 1=out 2=0"),
    Case("VALUE_ABSURD", DIVIDER + "\nR3 resistor 10G 1=out 2=0", DIVIDER + "\nR3 resistor 1G 1=out 2=0"),
    Case("VALUE_ABSURD", DIVIDER + "\nL1 inductor 1p 1=out 2=0", DIVIDER + "\nL1 inductor 1u 1=out 2=0"),
    Case("SUPPLY_MISSING", AMPLIFIER.replace("V+=vcc", "V+=vdd"), AMPLIFIER, SPLIT, where="U1.V+"),
    Case(
        "SUPPLY_MISSING",
        AMPLIFIER.replace("V+=vcc", "V+=vdd") + "R9 resistor 1k 1=vdd 2=0",
        AMPLIFIER.replace("V+=vcc", "V+=vdd") + "R9 resistor 10 1=vdd 2=vcc",
        SPLIT,
    ),
    Case("SUPPLY_OVER", AMPLIFIER.replace("LM358", "MCP6002"), AMPLIFIER, SPLIT, where="U1.V+"),
    Case(
        "SUPPLY_OVER",
        "U1 AMS1117-3.3 IN=vcc GND=0 OUT=out",
        "U1 LM7805 IN=vcc GND=0 OUT=out",
        "p:vcc=24 o:out g:gnd",
    ),
    Case(
        "SUPPLY_UNDER",
        AMPLIFIER,
        AMPLIFIER,
        "i:in o:out p:vcc=1 p:vee=-1 g:gnd",
        "i:in o:out p:vcc=5 p:vee=-5 g:gnd",
    ),
    Case(
        "SUPPLY_UNDER",
        "U1 LM7805 IN=vcc GND=0 OUT=out",
        "U1 AMS1117-3.3 IN=vcc GND=0 OUT=out",
        "p:vcc=6 o:out g:gnd",
    ),
    Case("SUPPLY_REVERSED", AMPLIFIER.replace("V+=vcc V-=vee", "V+=vee V-=vcc"), AMPLIFIER, SPLIT),
    Case("RAILS_SHORTED", DIVIDER, DIVIDER, "i:in o:out p:vcc@0=5 g:gnd", "i:in o:out g:gnd"),
    Case(
        "RAILS_SHORTED",
        DIVIDER + "\nL1 inductor 1m 1=vcc 2=0",
        DIVIDER + "\nR3 resistor 1k 1=vcc 2=0",
        SINGLE,
    ),
    Case("DECOUPLING_MISSING", AMPLIFIER.replace("1=vcc", "1=in"), AMPLIFIER, SPLIT, where="U1.V+"),
    Case(
        "POLARITY",
        DIVIDER + "\nC1 capacitor_polarized 100u +=0 -=vcc",
        DIVIDER + "\nC1 capacitor_polarized 100u +=vcc -=0",
        SINGLE,
        where="C1",
    ),
    Case(
        "POLARITY",
        DIVIDER + "\nU1 LM7805 IN=vcc GND=0 OUT=v5\nC1 capacitor_polarized 10u +=v5 -=vcc",
        DIVIDER + "\nU1 LM7805 IN=vcc GND=0 OUT=v5\nC1 capacitor_polarized 10u +=vcc -=v5",
        SINGLE,
        where="C1",
    ),
    Case(
        "LED_NO_RESISTOR",
        "D1 led_red A=vcc K=drain\nQ1 2N7000 D=drain G=in S=0",
        "R1 resistor 470 1=vcc 2=a\nD1 led_red A=a K=drain\nQ1 2N7000 D=drain G=in S=0",
        "i:in p:vcc=5 g:gnd",
        where="D1",
    ),
    Case(
        "LED_NO_RESISTOR",
        "D1 led_red A=in K=0",
        "D1 led_red A=vcc K=c\nQ1 2N3904 B=base C=c E=s\nR1 resistor 100 1=s 2=0\nR2 resistor 1k 1=in 2=base",
        "i:in p:vcc=5 g:gnd",
    ),
    Case(  # the output of a current mirror is a current source
        "LED_NO_RESISTOR",
        "D1 led_red A=vcc K=c\nR1 resistor 1k 1=vcc 2=b\nQ2 2N3904 B=b C=c E=0",
        "D1 led_red A=vcc K=c\nR1 resistor 1k 1=vcc 2=b\nQ1 2N3904 B=b C=b E=0\nQ2 2N3904 B=b C=c E=0",
        "p:vcc=5 g:gnd",
    ),
    Case(
        "DIODE_ACROSS_SUPPLY",
        SWITCH + "D1 1N4148 A=vcc K=coil",
        SWITCH + "D1 1N4148 A=coil K=vcc",
        "i:in p:vcc=12 g:gnd",
        where="D1",
    ),
    Case(
        "DIODE_ACROSS_SUPPLY",
        "D1 BZX79-C5V1 K=vcc A=0",
        "R1 resistor 470 1=vcc 2=z\nD1 BZX79-C5V1 K=z A=0",
        "p:vcc=12 g:gnd",
    ),
    Case("BASE_NO_RESISTOR", SWITCH.replace("B=base", "B=in"), SWITCH, "i:in p:vcc=12 g:gnd", where="Q1.B"),
    Case(  # an emitter follower needs none
        "BASE_NO_RESISTOR",
        "Q1 2N3906 B=in E=vcc C=out\nR1 resistor 1k 1=out 2=0",
        "Q1 2N3904 B=in C=vcc E=out\nR1 resistor 1k 1=out 2=0",
        SINGLE,
    ),
    Case("FLYBACK_MISSING", SWITCH, SWITCH + "D1 1N4148 A=coil K=vcc", "i:in p:vcc=12 g:gnd", where="K1"),
    Case(
        "FLYBACK_MISSING",
        SWITCH + "D1 1N4148 K=coil A=0",  # conducts below ground, where a low-side switch never goes
        SWITCH.replace("2N3904 B=base C=coil E=0", "2N3906 B=base C=coil E=vcc").replace("A1=vcc", "A1=0")
        + "D1 1N4148 K=coil A=0",
        "i:in p:vcc=12 g:gnd",
    ),
    Case(
        "OPAMP_NO_FEEDBACK",
        AMPLIFIER.replace("1=sum 2=out", "1=sum 2=0"),
        AMPLIFIER,
        SPLIT,
        where="U1.OUT1",
    ),
    Case(
        "OPAMP_NO_FEEDBACK",
        AMPLIFIER.replace("1=sum 2=out", "1=sum 2=0"),
        AMPLIFIER.replace("IN1+=0 IN1-=sum", "IN1+=sum IN1-=0"),  # a Schmitt trigger
        SPLIT,
    ),
    Case("OUTPUT_CONTENTION", AMPLIFIER.replace("idle", "out"), AMPLIFIER, SPLIT, where="net:out"),
    Case("OUTPUT_CONTENTION", AMPLIFIER.replace("idle", "vcc"), AMPLIFIER, SPLIT, where="net:vcc"),
    Case(
        "OUTPUT_CONTENTION",
        "U1 LM7805 IN=vcc GND=0 OUT=v5\nU2 LM7805 IN=vcc GND=0 OUT=v5",
        "U1 LM7805 IN=vcc GND=0 OUT=v5",
        "p:vcc=12 p:v5=5 g:gnd",
    ),
    Case(
        "OPEN_COLLECTOR_NO_PULLUP",
        COMPARATOR,
        COMPARATOR + "R3 resistor 4k7 1=vcc 2=out",
        "i:in o:out p:vcc=5 g:gnd",
        where="U1.OUT1",
    ),
]


def codes(text: str, ports: str) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for finding in check(netlist(text, ports)):
        found.setdefault(finding.code, []).append(finding.where)
    return found


@pytest.mark.parametrize("case", CASES, ids=[f"{i}-{case.code}" for i, case in enumerate(CASES)])
def test_rule(case: Case):
    bad = codes(case.bad, case.ports)
    assert case.code in bad
    if case.where is not None:
        assert any(case.where in where for where in bad[case.code])
    good = codes(case.good, case.ports if case.good_ports is None else case.good_ports)
    assert case.code not in good


def test_every_rule_has_a_case():
    assert set(RULES) - {case.code for case in CASES} == {"MODEL_MISSING"}


def test_model_missing(monkeypatch: pytest.MonkeyPatch):
    from voltsmith.knowledge.devices import component
    from voltsmith.verification.erc import _context

    def without_model(name: str):
        entry = component(name)
        return entry.model_copy(update={"model": {}}) if name == "LM358" else entry

    assert "MODEL_MISSING" not in codes(AMPLIFIER, SPLIT)
    monkeypatch.setattr(_context, "component", without_model)
    assert codes(AMPLIFIER, SPLIT)["MODEL_MISSING"] == [("U1",)]


def test_findings_carry_their_explanation():
    (finding,) = check(netlist(DIVIDER + "\nR3 resistor 1k 1=out 2=out", "i:in o:out g:gnd"))
    assert (finding.code, finding.severity, finding.where) == ("SHORTED_PART", "major", ("R3", "net:out"))
    assert "R3" in finding.message
    assert finding.why
    assert finding.fix


def test_a_clean_amplifier_has_no_findings():
    assert check(netlist(AMPLIFIER, SPLIT)) == []


@pytest.mark.parametrize(
    ("text", "ports", "rule"),
    [
        (AMPLIFIER, "i:in o:out p:vcc p:vee g:gnd", "SUPPLY_OVER"),
        (AMPLIFIER, "i:in o:out p:vcc p:vee g:gnd", "SUPPLY_UNDER"),
        (DIVIDER + "\nC1 capacitor_polarized 10u +=in -=out", "i:in o:out g:gnd", "POLARITY"),
        (DIVIDER, "i:in o:out p:va@x p:vb@x g:gnd", "RAILS_SHORTED"),
    ],
)
def test_unjudged_rules_say_so(text: str, ports: str, rule: str):
    circuit = netlist(text, ports)
    found = unjudged(circuit)
    assert any(rule in finding.message for finding in found)
    assert {(finding.code, finding.severity) for finding in found} == {("RULE_NOT_JUDGED", "info")}
    assert rule not in {finding.code for finding in check(circuit)}


def test_an_empty_circuit_is_judged():
    assert check(netlist("", "")) == []


@pytest.mark.parametrize("name", sorted(blocks()))
def test_blocks_break_no_rule(name: str):
    try:
        synthesis, _ = design_block(name, {})
    except (NeedsAnswer, KeyError):
        pytest.skip("needs a number to be designed from")
    assert [finding for finding in check(synthesis.circuit) if finding.severity in ("fatal", "major")] == []


NETS = ("0", "in", "out", "vcc", "vee", "a", "b", "c")
REFS = [f"X{index}" for index in range(1, 7)]


@st.composite
def circuits(draw: st.DrawFn) -> Circuit:
    """Any parts with any pins on any nets, most of them nonsense."""
    parts = []
    for ref in REFS[: draw(st.integers(0, len(REFS)))]:
        entry = components()[draw(st.sampled_from(sorted(components())))]
        pins = {name: draw(st.sampled_from(NETS)) for name in entry.pin_names() if draw(st.integers(0, 4))}
        value = draw(st.sampled_from((None, "10k", "0", "1n", "1e12", "x")))
        parts.append(Part(ref=ref, component=entry.id, value=value, pins=pins))
    ports = [
        Port(name=net, net=net, role=draw(st.sampled_from(get_args(PortRole))), voltage=draw(VOLTAGES))
        for net in NETS[1 : draw(st.integers(1, len(NETS)))]
    ]
    return Circuit(name="any", ports=tuple(ports), parts=tuple(parts))


VOLTAGES = st.sampled_from((None, -12.0, 0.0, 5.0, 48.0))


@settings(max_examples=150, deadline=None)
@given(circuits(), st.dictionaries(st.sampled_from(NETS), st.floats(-100, 100)))
def test_nonsense_is_judged_and_not_choked_on(circuit: Circuit, values: dict[str, float]):
    places = {part.ref for part in circuit.parts} | {f"net:{net}" for net in NETS}
    findings = [*check(circuit), *unjudged(circuit), *stress(circuit, values)]
    assert findings == [*check(circuit), *unjudged(circuit), *stress(circuit, values)]
    for finding in findings:
        assert {where.split(".")[0] for where in finding.where} <= places
