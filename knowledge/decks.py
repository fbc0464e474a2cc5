"""How a circuit and a bench are written in SPICE.

Everything that enters a deck comes from schemas whose names match strict patterns, and numbers are
written here from floats; no text of a prompt or a model is ever passed on.
"""

from __future__ import annotations

from collections.abc import Iterable

from voltsmith.knowledge.devices import component, instance_lines, model_card
from voltsmith.schemas.base import GROUND
from voltsmith.schemas.circuits import Circuit
from voltsmith.schemas.testbenches import (
    Ac,
    AcSweep,
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

DEVICE = "xdut"
"""Name of the instance of the circuit under test in every deck."""

# With the usual trtol of 7, time steps jump across the regeneration of latches and slow oscillators and now
# and then land on the wrong branch; 1 costs next to nothing.
OPTIONS = ".options noacct reltol=1e-4 abstol=1e-12 vntol=1e-8 trtol=1 itl1=500 itl4=100"
_ELEMENT = {"resistor": "r", "capacitor": "c", "inductor": "l", "current": "i"}


def number(value: float) -> str:
    """A float as SPICE reads it back: no unit letters, nine digits."""
    return f"{value:.9g}"


def _numbers(*values: float) -> str:
    return " ".join(map(number, values))


class Nodes:
    """Node names: nets of the circuit as its own body and as the bench around it call them."""

    def __init__(self, circuit: Circuit) -> None:
        self.ports = {port.net: port.name for port in circuit.ports}
        taken = set(self.ports.values()) | {net.name for net in circuit.nets}
        self._inner: dict[str, str] = {}
        for net in circuit.nets:
            if net.name in self.ports:
                continue
            name = net.name
            if name in self.ports.values():
                # An inner net that happens to be called like a port of another net.
                while name in taken:
                    name += "_inner"
                taken.add(name)
            self._inner[net.name] = name

    def inside(self, net: str) -> str:
        """Node of ``net`` within the ``.subckt`` body; ground is local when there is a ground port."""
        return self.ports.get(net) or self._inner.get(net, net)

    def outside(self, net: str) -> str:
        """Node of ``net`` seen from the bench."""
        if net == GROUND:
            return "0"
        if net in self.ports:
            return self.ports[net]
        return f"{DEVICE}.{self._inner[net]}" if net in self._inner else net


def subcircuit(circuit: Circuit) -> list[str]:
    """``.subckt NAME PORT...`` with the device models it needs before it.

    Raises:
        UnknownName: a part names a component that the knowledge base does not hold.
    """
    nodes = Nodes(circuit)
    cards: dict[str, str] = {}
    body: list[str] = []
    for part in circuit.parts:
        entry = component(part.component)
        card = model_card(entry)
        if card is not None:
            cards[entry.id] = card
        body += instance_lines(part, entry, nodes.inside)
    ports = " ".join(port.name for port in circuit.ports)
    lines: list[str] = []
    for identifier in sorted(cards):
        lines += cards[identifier].strip().splitlines()
    return [*lines, f".subckt {circuit.name} {ports}", *body, f".ends {circuit.name}"]


def instance(circuit: Circuit) -> str:
    """The line that places the circuit; ground ports are tied to node 0."""
    nodes = " ".join("0" if port.role == "ground" else port.name for port in circuit.ports)
    return f"{DEVICE} {nodes} {circuit.name}"


def surroundings(circuit: Circuit, bench: Bench) -> list[str]:
    """Sources and loads of ``bench``; power ports that no stimulus drives get their nominal voltage."""
    nodes = Nodes(circuit)
    lines: list[str] = []
    driven = {stimulus.net for stimulus in bench.stimuli}
    for port in circuit.ports:
        if port.role == "power" and port.net not in driven and port.voltage is not None:
            lines.append(f"v_{port.name} {port.name} 0 dc {number(port.voltage)}")
    for stimulus in bench.stimuli:
        lines += _source(stimulus, nodes)
    for index, load in enumerate(bench.loads, 1):
        lines.append(_load(index, load, nodes))
    return lines


def deck(circuit: Circuit, bench: Bench, signals: Iterable[Signal]) -> list[str]:
    """A complete deck for one bench, saving only ``signals``; the analysis is a command of its own."""
    saved = sorted({name for signal in signals for name in vectors(circuit, bench, signal)})
    return [
        f"* {circuit.name}: {bench.name}",
        *subcircuit(circuit),
        instance(circuit),
        *surroundings(circuit, bench),
        OPTIONS,
        *([".save " + " ".join(saved)] if saved and bench.analysis.kind != "noise" else []),
        ".end",
    ]


def vectors(circuit: Circuit, bench: Bench, signal: Signal) -> list[str]:
    """ngspice vectors that ``signal`` is made of."""
    if signal.source is not None:
        return [f"v_{signal.source}#branch"]
    nodes = Nodes(circuit)
    names = [
        nodes.outside(net) for net in (signal.net, signal.reference) if net is not None and net != GROUND
    ]
    return [f"v({name})" for name in names]


def command(circuit: Circuit, bench: Bench) -> str:
    """The interactive command that runs the analysis of ``bench``."""
    analysis = bench.analysis
    match analysis:
        case Op():
            return "op"
        case DcSweep():
            step = (analysis.stop - analysis.start) / (analysis.points - 1)
            source = _source_name(bench, analysis.source)
            return f"dc {source} {number(analysis.start)} {number(analysis.stop)} {number(step)}"
        case AcSweep():
            return f"ac dec {analysis.points_per_decade} {number(analysis.start)} {number(analysis.stop)}"
        case Transient():
            start = number(analysis.start)
            uic = " uic" if analysis.from_zero else ""
            limit = number(analysis.step)
            return f"tran {limit} {number(analysis.stop)} {start} {limit}{uic}"
        case Noise():
            sweep = f"dec {analysis.points_per_decade} {number(analysis.start)} {number(analysis.stop)}"
            net, source = Nodes(circuit).outside(analysis.net), _source_name(bench, analysis.source)
            return f"noise v({net}) {source} {sweep}"


def _source_name(bench: Bench, name: str) -> str:
    """The element of the stimulus ``name``; a power port's own source has none and is a voltage."""
    current = any(stimulus.name == name and stimulus.type == "current" for stimulus in bench.stimuli)
    return f"{'i' if current else 'v'}_{name}"


def _source(stimulus: Stimulus, nodes: Nodes) -> list[str]:
    plus, minus = nodes.outside(stimulus.net), nodes.outside(stimulus.reference)
    wave = waveform(stimulus.waveform)
    if stimulus.type == "current":
        # SPICE pushes current out of the second node, through the source from the first.
        return [f"i_{stimulus.name} {minus} {plus} {wave}"]
    if stimulus.series_resistance == 0:
        return [f"v_{stimulus.name} {plus} {minus} {wave}"]
    inner = f"_src_{stimulus.name}"  # nets start with a letter, so none can have this name
    return [
        f"v_{stimulus.name} {inner} {minus} {wave}",
        f"rs_{stimulus.name} {inner} {plus} {number(stimulus.series_resistance)}",
    ]


def waveform(wave: Waveform) -> str:
    """The value part of a source line."""
    match wave:
        case Dc():
            return f"dc {number(wave.value)}"
        case Ac():
            return f"dc {number(wave.offset)} ac {number(wave.magnitude)}"
        case Sine():
            shape = _numbers(wave.offset, wave.amplitude, wave.frequency, wave.delay)
            return f"dc {number(wave.offset)} sin({shape})"
        case Pulse():
            shape = _numbers(wave.low, wave.high, wave.delay, wave.rise, wave.fall, wave.width, wave.period)
            return f"dc {number(wave.low)} pulse({shape})"
        case Piecewise():
            points = " ".join(f"{number(t)} {number(v)}" for t, v in wave.points)
            return f"dc {number(wave.points[0][1])} pwl({points})"


def _load(index: int, load: Load, nodes: Nodes) -> str:
    plus, minus = nodes.outside(load.net), nodes.outside(load.reference)
    letter = _ELEMENT[load.kind]
    value = f"dc {number(load.value)}" if load.kind == "current" else number(load.value)
    return f"{letter}_load{index} {plus} {minus} {value}"
