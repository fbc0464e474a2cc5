"""SPICE files that people run: the circuit as a subcircuit, and a testbench that measures it.

``testbench.cir`` runs under plain ``ngspice -b`` (39 and later) and needs nothing but ``circuit.cir``
beside it. All benches share one instance of the circuit: the sources of each stand in an ``.if`` block of
their own, ``alterparam`` chooses one and ``reset`` builds the circuit anew, so that no bench disturbs
another. What it does not cover: Monte Carlo, and judging; it prints values beside their limits.

Only typed data enters these files. The prompt appears in comment lines, reduced to printable ASCII.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Sequence

from voltsmith.exports._control_language import control_lines
from voltsmith.knowledge.decks import (
    OPTIONS,
    Nodes,
    command,
    instance,
    number,
    subcircuit,
    surroundings,
    vectors,
)
from voltsmith.schemas.base import GROUND
from voltsmith.schemas.circuits import Circuit, Port
from voltsmith.schemas.designs import Design
from voltsmith.schemas.errors import BadInput
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import AcSweep, Bench, Check, DcSweep, MeasureKind, Signal

CIRCUIT = "circuit.cir"
"""Name under which the testbench includes the circuit."""

_SELECTOR = "vs_bench"
_UNIT = re.compile(r"[A-Za-z0-9/%]{1,12}")
_WIDTH = 100
_FINE = 2000
"""Samples a decade from which straight lines between them follow a resonance of Q = 100 within 1 %."""
_SHAPED: frozenset[MeasureKind] = frozenset(
    {
        "passband_gain",
        "passband_gain_db",
        "peak_gain",
        "peak_gain_db",
        "upper_cutoff",
        "lower_cutoff",
        "peak_frequency",
        "notch_frequency",
        "notch_depth_db",
        "bandwidth",
        "q_factor",
        "attenuation_db",
        "ripple_db",
    }
)
"""Measures that depend on the top or the edges of a peak."""


def circuit_file(circuit: Circuit) -> str:
    """``circuit.cir``: one ``.subckt`` with every model it needs and nothing that runs.

    Raises:
        UnknownName: a part names a component that the knowledge base does not hold.
        BadInput: a part has no usable value.
    """
    nodes = " ".join("0" if port.role == "ground" else port.name for port in circuit.ports)
    width = max((len(port.name) for port in circuit.ports), default=0)
    header = [
        f"* {circuit.name}: a circuit designed by voltsmith, as a SPICE subcircuit",
        "*",
        "* Ports, in this order:",
        *(f"*   {port.name:<{width}}  {_port(port)}" for port in circuit.ports),
        "*",
        "* To use it in a deck:",
        f"*   .include {CIRCUIT}",
        f"*   x1 {nodes} {circuit.name}",
        *(
            f"*   v_{port.name} {port.name} 0 dc {number(port.voltage)}"
            for port in circuit.ports
            if port.role == "power" and port.voltage is not None
        ),
        "",
    ]
    return "\n".join([*header, *subcircuit(circuit), ""])


def _port(port: Port) -> str:
    if port.role == "ground":
        return "ground, to be connected to node 0"
    return port.role if port.voltage is None else f"{port.role}, {number(port.voltage)} V"


def testbench_file(design: Design) -> str:
    """``testbench.cir``: runs every bench of ``design`` and prints each measurement.

    A measurement is one line, ``R1 cutoff_frequency = 1003.2 Hz (950 .. 1050)``; where ngspice finds none
    the number is left out.

    Raises:
        BadInput: the design has no circuit.
    """
    if design.circuit is None:
        raise BadInput(f"the design is {design.status} and has no circuit, so there is nothing to simulate")
    circuit = design.circuit
    needed = {name for check in design.testbench.checks for name in (check.bench, check.second) if name}
    benches = [bench for bench in design.testbench.benches if bench.name in needed]
    lines = [
        f"* {circuit.name}: testbench, run it with: ngspice -b testbench.cir",
        *_comment(f"Request: {design.prompt}"),
        "",
        f".include {CIRCUIT}",
        f".param {_SELECTOR}=1",
        instance(circuit),
        OPTIONS,
    ]
    for index, bench in enumerate(benches, 1):
        lines += ["", f"* bench {index}: {bench.name}", f".if ({_SELECTOR} == {index})"]
        lines += [*surroundings(circuit, bench), ".endif"]
    lines += ["", ".control", "set noaskquit"]
    requirements = {requirement.id: requirement for requirement in design.requirements}
    for index, bench in enumerate(benches, 1):
        lines += _run(circuit, bench, index, design.testbench.checks, requirements)
    for place, check in enumerate(design.testbench.checks):
        if check.second is not None:
            lines += _difference(place, requirements[check.requirement])
    if not benches:
        lines.append('echo "nothing is measured on this circuit"')
    return "\n".join([*lines, "quit", ".endc", ".end", ""])


testbench_file.__test__ = False  # type: ignore[attr-defined]  # not a test, whatever its name starts with


def _run(
    circuit: Circuit, bench: Bench, index: int, checks: Sequence[Check], requirements: dict[str, Requirement]
) -> list[str]:
    """Commands that run one bench and print what it is for."""
    mine = [(place, check) for place, check in enumerate(checks) if bench.name in (check.bench, check.second)]
    every = _refinement(bench, [check for _, check in mine])
    signals = [
        signal
        for _, check in mine
        for signal in (check.measure.signal, check.measure.reference)
        if signal is not None
    ]
    saved = sorted({name for signal in signals for name in vectors(circuit, bench, signal)})
    lines = [f"* {bench.name}"]
    if index > 1:
        lines += ["delete all", f"alterparam {_SELECTOR} = {index}", "reset"]
    if bench.analysis.kind == "noise":
        # The spectra are in the plot before the last, which holds the totals.
        lines += [command(circuit, bench), "setplot previous"]
    else:
        lines += [f"save {' '.join(saved)}"] if saved else []
        lines.append(command(circuit, _refined(bench, every)))
    lines.append("set vs_plot = $curplot")
    for place, check in mine:
        if check.second is None:
            wanted = requirements[check.requirement]
            lines += _measure(circuit, bench, check, check.requirement, wanted, every)
        else:
            end = _end(place, first=bench.name == check.bench)
            lines += _measure(circuit, bench, check, end, None, every)
    return lines


def _refinement(bench: Bench, checks: Sequence[Check]) -> int:
    """How many times finer than its own the sweep of ``bench`` is run here.

    The simulated measurements follow the shape of a resonance between samples; in a control section a finer
    sweep does the same and costs a fraction of a second.
    """
    if not isinstance(bench.analysis, AcSweep) or all(c.measure.kind not in _SHAPED for c in checks):
        return 1
    return max(_FINE // bench.analysis.points_per_decade, 1)


def _refined(bench: Bench, every: int) -> Bench:
    if every == 1 or not isinstance(bench.analysis, AcSweep):
        return bench
    density = bench.analysis.points_per_decade * every
    finer = bench.analysis.model_copy(update={"points_per_decade": density})
    return bench.model_copy(update={"analysis": finer})


def _end(place: int, *, first: bool) -> str:
    """Name of one of the two values of a difference."""
    return f"c{place}{'a' if first else 'b'}"


def _measure(
    circuit: Circuit, bench: Bench, check: Check, name: str, requirement: Requirement | None, every: int
) -> list[str]:
    """Lines that compute one check; without a requirement they keep the value for :func:`_difference`."""
    lines = control_lines(
        name,
        check.measure,
        _expression(circuit, bench),
        "$vs_plot",
        analysis=bench.analysis.kind,
        axis=_axis(bench),
        every=every,
    )
    plain = f'echo "{name} = $&{_result(name)}"'
    if requirement is not None:
        return [_echo(requirement, _result(name)) if line == plain else line for line in lines]
    kept = [line for line in lines if line != "destroy $curplot"]
    return [f"set vs_plot_{name} = $curplot" if line == plain else line for line in kept]


def _difference(place: int, requirement: Requirement) -> list[str]:
    """Lines that print the value in the first bench less the value in the second."""
    first, second = _end(place, first=True), _end(place, first=False)
    result = f"vs_c{place}"
    both = " - ".join(f"{{$vs_plot_{name}}}.{_result(name)}" for name in (first, second))
    return [f"let {result} = {both}", _echo(requirement, result)]


def _result(name: str) -> str:
    """Vector in which :func:`control_lines` leaves the value of the check ``name``."""
    return f"vs_{name.lower()}_v"


def _echo(requirement: Requirement, vector: str) -> str:
    low, high = requirement.limits()
    if low is not None and high is not None:
        limits = f"({low:.6g} .. {high:.6g})"
    elif low is not None:
        limits = f"(at least {low:.6g})"
    else:
        limits = "" if high is None else f"(at most {high:.6g})"
    # A unit is free text in the document, and echo would expand some of it.
    unit = requirement.unit if _UNIT.fullmatch(requirement.unit) and requirement.unit != "1" else ""
    words = (requirement.id, requirement.quantity, "=", f"$&{vector}", unit, limits)
    return f'echo "{" ".join(word for word in words if word)}"'


def _expression(circuit: Circuit, bench: Bench) -> Callable[[Signal], str]:
    """How ngspice writes a signal in ``bench``."""
    nodes = Nodes(circuit)

    def written(signal: Signal) -> str:
        if bench.analysis.kind == "noise":
            return "onoise_spectrum"
        if signal.source is not None:
            # ngspice counts source current into the plus terminal; ours leaves it.
            return f"(-i(v_{signal.source}))"
        plus, minus = (
            None if net is None or net == GROUND else f"v({nodes.outside(net)})"
            for net in (signal.net, signal.reference)
        )
        if plus is None:
            return "0" if minus is None else f"(-{minus})"
        return plus if minus is None else f"({plus}-{minus})"

    return written


def _axis(bench: Bench) -> str | None:
    """Name of the axis of a sweep over a current, which is not ngspice's usual one."""
    if not isinstance(bench.analysis, DcSweep):
        return None
    swept = bench.analysis.source
    return "i-sweep" if any(s.name == swept and s.type == "current" for s in bench.stimuli) else None


def _comment(text: str) -> Iterable[str]:
    """``text`` as comment lines of printable ASCII; a backquote would be a command elsewhere in ngspice."""
    plain = "".join(letter if " " <= letter <= "~" and letter != "`" else " " for letter in text)
    # ngspice runs lines that begin with "*#"; the space after the asterisk keeps a prompt from being one.
    return [f"* {line}" for line in textwrap.wrap(plain, _WIDTH)]
