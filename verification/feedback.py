"""Feedback that makes a small-signal measurement worthless.

An operating point with positive feedback only is one that a real circuit leaves at once; an AC analysis
around it gives the same gain as the right circuit would. So a swapped pair of op-amp inputs has to be
found by looking at the netlist.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from voltsmith.knowledge.devices import component
from voltsmith.schemas.base import GROUND
from voltsmith.schemas.circuits import Circuit, Part
from voltsmith.schemas.errors import UnknownName
from voltsmith.schemas.reports import Finding
from voltsmith.schemas.testbenches import Testbench

_SMALL_SIGNAL = frozenset({"ac_sweep", "noise"})
_CONDUCTING = frozenset({"resistor", "inductor"})


def misleading(circuit: Circuit, testbench: Testbench) -> list[Finding]:
    """Op-amps that a small-signal check looks at and whose DC feedback goes to the plus input alone."""
    benches = {bench.name: bench for bench in testbench.benches}
    watched = {
        check.measure.signal.net
        for check in testbench.checks
        if check.bench in benches and benches[check.bench].analysis.kind in _SMALL_SIGNAL
    }
    neighbours = _neighbours(circuit)
    found = []
    for part, pins in _amplifiers(circuit):
        nets = {role: part.pins.get(pin) for role, pin in pins.items()}
        output = nets["out"]
        if output is None or output not in watched:
            continue
        reached = _reached(output, neighbours)
        if nets["in_p"] in reached and nets["in_n"] not in reached:
            found.append(
                Finding(
                    code="FEEDBACK_POSITIVE",
                    severity="major",
                    message=f"{part.ref} has DC feedback to its plus input only, so it latches instead of amplifying",
                    where=(f"{part.ref}.{pins['in_p']}", f"{part.ref}.{pins['in_n']}"),
                    why="around such an operating point a small-signal analysis shows a gain no real circuit has",
                    fix="swap the two inputs, or bring the feedback to the minus input",
                )
            )
    return found


def _amplifiers(circuit: Circuit) -> Iterable[tuple[Part, Mapping[str, str]]]:
    for part in circuit.parts:
        try:
            entry = component(part.component)
        except UnknownName:
            continue  # a rule of its own reports it
        if entry.kind == "opamp":
            for unit in entry.units:
                yield part, unit.pins


def _neighbours(circuit: Circuit) -> dict[str, set[str]]:
    """Nets joined by a resistor or an inductor; supplies and ground hold their voltage and pass nothing on."""
    fixed = {GROUND} | {port.net for port in circuit.ports if port.role in ("power", "ground")}
    joined: dict[str, set[str]] = {}
    for part in circuit.parts:
        if part.component not in _CONDUCTING:
            continue
        nets = [net for net in part.pins.values() if net not in fixed]
        if len(nets) == 2:
            joined.setdefault(nets[0], set()).add(nets[1])
            joined.setdefault(nets[1], set()).add(nets[0])
    return joined


def _reached(start: str, neighbours: Mapping[str, set[str]]) -> set[str]:
    reached, open_ = {start}, [start]
    while open_:
        for net in neighbours.get(open_.pop(), ()):
            if net not in reached:
                reached.add(net)
                open_.append(net)
    return reached
