"""Deck text out of typed data: names, signs, waveforms, commands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netlists import netlist

from voltsmith.knowledge import decks
from voltsmith.knowledge.decks import (
    Nodes,
    command,
    deck,
    number,
    subcircuit,
    surroundings,
    vectors,
    waveform,
)
from voltsmith.schemas.errors import UnknownName
from voltsmith.schemas.testbenches import (
    Ac,
    AcSweep,
    Analysis,
    Bench,
    Dc,
    DcSweep,
    Load,
    Noise,
    Op,
    Piecewise,
    Pulse,
    Signal,
    Sine,
    Stimulus,
    Transient,
    Waveform,
)

RC = netlist(
    "R1 resistor 10k 1=in 2=mid\nR2 resistor 5k 1=mid 2=out\nC1 capacitor 10n 1=out 2=0", "i:in o:out g:gnd"
)
POWERED = netlist("R1 resistor 1k 1=vcc 2=out\nR2 resistor 1k 1=out 2=vee", "o:out p:vcc=5 p:vee=-5 g:gnd")
DRIVE = Stimulus(name="in", net="in", waveform=Dc(value=1.0))


def bench(analysis: Analysis | None = None, *stimuli: Stimulus, loads: tuple[Load, ...] = ()) -> Bench:
    return Bench(name="b", stimuli=stimuli or (DRIVE,), loads=loads, analysis=analysis or Op())


def test_a_subcircuit_has_its_ports_in_order_and_a_ground_of_its_own():
    lines = subcircuit(RC)
    assert lines[0] == ".subckt test in out gnd"
    assert lines[-1] == ".ends test"
    body = [line.split() for line in lines[1:-1]]
    assert ["R1", "in", "mid"] in [line[:3] for line in body]
    grounds = [line for line in body if line[0].upper().startswith("C1") or "C1" in line[0]]
    assert grounds
    assert not any("0" in line[1:3] for line in body), "ground has to come in through its port"
    assert any("gnd" in line[1:3] for line in body)


def test_ground_without_a_port_is_node_0():
    lines = subcircuit(netlist("R1 resistor 1k 1=in 2=0", "i:in"))
    assert [line.split()[1:3] for line in lines[1:-1]] == [["in", "0"]]


def test_the_instance_ties_ground_ports_to_0():
    assert decks.instance(RC) == "xdut in out 0 test"
    assert decks.instance(POWERED) == "xdut out vcc vee 0 test"


def test_models_come_first_and_once():
    circuit = netlist("D1 1N4148 A=in K=out\nD2 1N4148 A=out K=0", "i:in o:out g:gnd")
    lines = subcircuit(circuit)
    start = next(i for i, line in enumerate(lines) if line.startswith(".subckt test"))
    models = [line for line in lines if line.lower().startswith(".model")]
    assert len(models) == 1
    assert lines.index(models[0]) < start


def test_a_component_that_does_not_exist():
    with pytest.raises(UnknownName, match="LM35x9"):
        subcircuit(netlist("U1 LM35x9 OUT1=a", ""))


def test_inner_nets_are_reached_through_the_instance():
    nodes = Nodes(RC)
    assert [nodes.outside(net) for net in ("in", "out", "mid", "0", "elsewhere")] == [
        "in", "out", "xdut.mid", "0", "elsewhere",
    ]  # fmt: skip


def test_an_inner_net_called_like_a_port_gets_another_name():
    circuit = netlist("R1 resistor 1k 1=a 2=in\nR2 resistor 1k 1=in 2=0", "i:in@a g:gnd")
    nodes = Nodes(circuit)
    assert (nodes.inside("a"), nodes.inside("in")) == ("in", "in_inner")
    assert (nodes.outside("a"), nodes.outside("in")) == ("in", "xdut.in_inner")
    assert [line.split()[1:3] for line in subcircuit(circuit)[1:-1]] == [
        ["in", "in_inner"],
        ["in_inner", "gnd"],
    ]


def test_two_nets_never_share_a_node():
    text = "R1 resistor 1k 1=a 2=in\nR2 resistor 1k 1=in 2=in_inner\nR3 resistor 1k 1=in_inner 2=0"
    circuit = netlist(text, "i:in@a g:gnd")
    names = [Nodes(circuit).inside(net.name) for net in circuit.nets]
    assert len(set(names)) == len(names)


def test_power_ports_are_driven_unless_a_stimulus_does():
    assert surroundings(POWERED, Bench(name="b", analysis=Op())) == ["v_vcc vcc 0 dc 5", "v_vee vee 0 dc -5"]
    sweep = Stimulus(name="supply", net="vcc", waveform=Dc(value=3.0))
    lines = surroundings(POWERED, bench(None, sweep))
    assert sorted(lines) == ["v_supply vcc 0 dc 3", "v_vee vee 0 dc -5"]


def test_a_power_port_without_a_voltage_is_left_open():
    assert surroundings(netlist("R1 resistor 1k 1=vcc 2=0", "p:vcc"), Bench(name="b", analysis=Op())) == []


def test_a_current_stimulus_pushes_into_its_net():
    push = Stimulus(name="push", type="current", net="out", waveform=Dc(value=1e-3))
    assert surroundings(RC, bench(None, push)) == ["i_push 0 out dc 0.001"]
    between = push.model_copy(update={"reference": "in"})
    assert surroundings(RC, bench(None, between)) == ["i_push in out dc 0.001"]


def test_a_voltage_source_with_resistance():
    source = DRIVE.model_copy(update={"series_resistance": 600.0})
    assert surroundings(RC, bench(None, source)) == ["v_in _src_in 0 dc 1", "rs_in _src_in in 600"]


def test_the_inside_of_a_source_is_no_net_of_the_circuit():
    circuit = netlist("R1 resistor 1k 1=in 2=src_in\nR2 resistor 1k 1=src_in 2=0", "i:in o:src_in g:gnd")
    source = DRIVE.model_copy(update={"series_resistance": 600.0})
    plus = surroundings(circuit, bench(None, source))[0].split()[1]
    assert plus not in {Nodes(circuit).outside(net.name) for net in circuit.nets}


@pytest.mark.parametrize(
    ("load", "line"),
    [
        (Load(kind="resistor", value=1e4, net="out"), "r_load1 out 0 10000"),
        (Load(kind="capacitor", value=1e-9, net="out", reference="in"), "c_load1 out in 1e-09"),
        (Load(kind="inductor", value=1e-3, net="mid"), "l_load1 xdut.mid 0 0.001"),
        (Load(kind="current", value=0.5, net="out"), "i_load1 out 0 dc 0.5"),
    ],
)
def test_loads(load: Load, line: str):
    assert surroundings(RC, bench(None, DRIVE, loads=(load,)))[-1] == line


def test_loads_are_numbered():
    loads = (Load(kind="resistor", value=1, net="out"), Load(kind="resistor", value=2, net="in"))
    assert [line.split()[0] for line in surroundings(RC, bench(None, DRIVE, loads=loads))[-2:]] == [
        "r_load1", "r_load2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wave", "text"),
    [
        (Dc(value=-2.5), "dc -2.5"),
        (Ac(), "dc 0 ac 1"),
        (Ac(offset=2.5, magnitude=0.1), "dc 2.5 ac 0.1"),
        (Sine(offset=1, amplitude=2, frequency=1e3), "dc 1 sin(1 2 1000 0)"),
        (Sine(amplitude=2, frequency=1e3, delay=1e-3), "dc 0 sin(0 2 1000 0.001)"),
        (
            Pulse(low=-1, high=5, delay=1e-3, rise=1e-9, fall=2e-9, width=0.5, period=1),
            "dc -1 pulse(-1 5 0.001 1e-09 2e-09 0.5 1)",
        ),
        (Piecewise(points=((0, 1), (1e-3, 2), (2e-3, -3))), "dc 1 pwl(0 1 0.001 2 0.002 -3)"),
    ],
)
def test_waveforms(wave: Waveform, text: str):
    assert waveform(wave) == text


PUSH = Stimulus(name="in", type="current", net="in", waveform=Dc(value=0.0))


@pytest.mark.parametrize(
    ("analysis", "stimulus", "text"),
    [
        (Op(), DRIVE, "op"),
        (DcSweep(source="in", start=0, stop=5, points=11), DRIVE, "dc v_in 0 5 0.5"),
        (DcSweep(source="in", start=5, stop=0, points=11), DRIVE, "dc v_in 5 0 -0.5"),
        (DcSweep(source="in", start=0, stop=1e-3, points=11), PUSH, "dc i_in 0 0.001 0.0001"),
        (AcSweep(start=1, stop=1e6, points_per_decade=20), DRIVE, "ac dec 20 1 1000000"),
        (Transient(stop=1e-3, step=1e-6), DRIVE, "tran 1e-06 0.001 0 1e-06"),
        (Transient(stop=1, start=0.5, step=1e-3, from_zero=True), DRIVE, "tran 0.001 1 0.5 0.001 uic"),
        (Noise(net="out", source="in", start=1, stop=1e5), DRIVE, "noise v(out) v_in dec 30 1 100000"),
        (Noise(net="mid", source="in", start=1, stop=10), PUSH, "noise v(xdut.mid) i_in dec 30 1 10"),
    ],
)
def test_commands(analysis: Analysis, stimulus: Stimulus, text: str):
    assert command(RC, bench(analysis, stimulus)) == text


def test_a_sweep_of_a_supply_names_its_own_source():
    swept = Bench(name="b", analysis=DcSweep(source="vcc", start=0, stop=5, points=6))
    assert command(POWERED, swept) == "dc v_vcc 0 5 1"


@pytest.mark.parametrize(
    ("signal", "names"),
    [
        (Signal(net="out"), ["v(out)"]),
        (Signal(net="mid", reference="in"), ["v(xdut.mid)", "v(in)"]),
        (Signal(source="in"), ["v_in#branch"]),
        (Signal(net="0"), []),
    ],
)
def test_vectors(signal: Signal, names: list[str]):
    assert vectors(RC, bench(), signal) == names


def test_a_deck_saves_only_what_is_looked_at():
    lines = deck(RC, bench(AcSweep(start=1, stop=10)), [Signal(net="out"), Signal(net="mid")])
    assert lines[0].startswith("*")
    assert lines[-1] == ".end"
    assert [line for line in lines if line.startswith(".save")] == [".save v(out) v(xdut.mid)"]
    assert decks.OPTIONS in lines


def test_a_noise_deck_saves_nothing_by_name():
    lines = deck(RC, bench(Noise(net="out", source="in", start=1, stop=10)), [Signal(net="out")])
    assert not any(line.startswith(".save") for line in lines)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_read_back_and_carry_no_letters(value: float):
    text = number(value)
    assert float(text) == pytest.approx(value, rel=1e-8, abs=0)
    assert set(text) <= set("0123456789.e+-")


def test_every_line_is_plain_ascii_without_separators():
    lines = deck(
        POWERED, bench(Op(), Stimulus(name="x", net="vcc", waveform=Dc(value=1))), [Signal(net="out")]
    )
    for line in lines:
        assert line.isascii()
        assert "\n" not in line
        assert "`" not in line
