"""Rules on what drives what: junctions without a resistor, switched coils, feedback, outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from voltsmith.verification.erc._context import BIPOLAR, DIODES, MOSFETS, Context, Placed
from voltsmith.verification.erc._registry import Verdicts, Violation, rule


class _Flow(NamedTuple):
    """A way direct current takes without meeting a resistance worth the name."""

    source: str
    sink: str


def _flows(placed: Placed) -> Iterator[_Flow]:
    """Ways through a part; a saturated transistor counts as a closed switch."""
    part = placed.part.pins
    kind = placed.kind
    if kind in DIODES and "A" in part and "K" in part:
        yield _Flow(part["A"], part["K"])
    elif kind == "inductor" and (ends := placed.ends()) is not None:
        yield _Flow(*ends)
        yield _Flow(ends[1], ends[0])
    elif kind in BIPOLAR and "C" in part and "E" in part:
        yield _Flow(part["C"], part["E"]) if kind == "npn" else _Flow(part["E"], part["C"])
    elif kind in MOSFETS and "D" in part and "S" in part:
        yield _Flow(part["D"], part["S"]) if kind == "nmos" else _Flow(part["S"], part["D"])


class _Ways:
    """Unlimited ways through a circuit, upstream and downstream of a net."""

    def __init__(self, context: Context, through: Callable[[Placed], bool]) -> None:
        self._context = context
        self._down: dict[str, set[str]] = {}
        self._up: dict[str, set[str]] = {}
        for placed in context.placed:
            if not through(placed):
                continue
            for flow in _flows(placed):
                self._down.setdefault(flow.source, set()).add(flow.sink)
                self._up.setdefault(flow.sink, set()).add(flow.source)

    def sources(self, net: str) -> set[str]:
        """Stiff nets that current can come from."""
        stiff = self._context.stiff
        return self._context.reach([net], lambda name: self._up.get(name, ()), stiff) & stiff

    def sinks(self, net: str) -> set[str]:
        """Stiff nets that current can go to."""
        stiff = self._context.stiff
        return self._context.reach([net], lambda name: self._down.get(name, ()), stiff) & stiff

    def unlimited(self, anode: str, cathode: str, *, certain: bool = False) -> tuple[str, str] | None:
        """A source and a sink between which nothing limits the current; ``certain`` needs known voltages."""
        known = self._context.voltages
        for source in sorted(self.sources(anode)):
            for sink in sorted(self.sinks(cathode)):
                if source == sink:
                    continue
                high, low = known.get(source), known.get(sink)
                if high is None or low is None:
                    if not certain and source not in self._context.grounds:
                        return source, sink
                elif high > low:
                    return source, sink
        return None


def _is_mirror(context: Context, placed: Placed) -> bool:
    """Whether the transistor's base hangs on a diode-connected one, which sets its current."""
    base = placed.part.pins.get("B")
    return base is not None and any(
        other.part.pins.get("B") == base == other.part.pins.get("C")
        for other in context.of(*BIPOLAR)
        if other.ref != placed.ref
    )


def _all_ways(context: Context) -> _Ways:
    return _Ways(context, lambda placed: placed.kind not in BIPOLAR or not _is_mirror(context, placed))


@rule(
    "LED_NO_RESISTOR",
    severity="major",
    title="Nothing limits the current of an LED",
    why="an LED's current rises tenfold within 0.2 V: without a resistor the first thing to break limits it",
    fix="put a resistor of (supply - forward voltage) / current in series with the LED",
    example="an LED straight from a 5 V rail to the drain of a MOSFET whose source is on ground",
)
def led_no_resistor(context: Context) -> Verdicts:
    """Every way from a source through an LED to a sink has a resistor or a current source in it."""
    ways = _all_ways(context)
    for placed in context.of("led"):
        anode, cathode = placed.net("A"), placed.net("K")
        if anode is None or cathode is None or anode == cathode:
            continue
        if (found := ways.unlimited(anode, cathode)) is not None:
            message = f"nothing limits the current of {placed.describe()} from {found[0]} to {found[1]}"
            yield Violation(message, (placed.ref, f"net:{found[0]}", f"net:{found[1]}"))


@rule(
    "DIODE_ACROSS_SUPPLY",
    severity="major",
    title="A diode shorts two rails",
    why="forward biased between rails, or a zener above its voltage, a diode carries all the supply can give",
    fix="turn the diode round, or put the resistor that sets its current in series",
    example="the diode across a relay coil has its anode at the supply, and conducts when the relay is on",
)
def diode_across_supply(context: Context) -> Verdicts:
    """No diode lies straight between rails in the direction in which it conducts."""
    ways = _all_ways(context)
    for placed in context.of("diode", "zener", "voltage_reference"):
        anode, cathode = placed.net("A"), placed.net("K")
        if anode is None or cathode is None or anode == cathode:
            continue
        found = ways.unlimited(anode, cathode, certain=True)
        limit = placed.entry.model.get("zener_voltage", placed.entry.model.get("reference"))
        if found is None and limit is not None:
            back = ways.unlimited(cathode, anode, certain=True)
            if back is not None:
                voltage = context.voltages[back[0]] - context.voltages[back[1]]
                found = back if voltage > limit else None
        if found is not None:
            message = f"nothing limits the current of {placed.describe()} from {found[0]} to {found[1]}"
            yield Violation(message, (placed.ref, f"net:{found[0]}", f"net:{found[1]}"))


@rule(
    "BASE_NO_RESISTOR",
    severity="major",
    title="Nothing limits the base current of a transistor",
    why="base and emitter are a diode: driven straight from an output or rail it overloads both",
    fix="put a resistor between the driver and the base (1 kohm to 10 kohm for a small-signal switch)",
    example="a 2N3904 with its base on the input port and its emitter on ground",
)
def base_no_resistor(context: Context) -> Verdicts:
    """The way from a driver through base and emitter has a resistor in it."""
    ways = _Ways(context, lambda placed: placed.kind in (*DIODES, "inductor"))
    for placed in context.of(*BIPOLAR):
        base, emitter = placed.net("B"), placed.net("E")
        if base is None or emitter is None or base == emitter:
            continue
        pair = (base, emitter) if placed.kind == "npn" else (emitter, base)
        if (found := ways.unlimited(*pair)) is not None:
            driver = found[0] if placed.kind == "npn" else found[1]
            message = f"nothing limits the base current of {placed.describe()}, driven from {driver}"
            yield Violation(message, (f"{placed.ref}.B", f"net:{driver}"))


@rule(
    "FLYBACK_MISSING",
    severity="major",
    title="A switched coil has no diode",
    why="when the transistor opens, the coil drives its voltage up until something breaks through, "
    "which is usually the transistor",
    fix="connect a diode across the coil, cathode on the more positive side",
    example="a relay between 12 V and the collector of a 2N3904, with nothing across the coil",
)
def flyback_missing(context: Context) -> Verdicts:
    """The current of a coil finds a diode at the node that its transistor switches."""
    for coil in context.of("inductor", "relay"):
        for net in coil.ends() or ():
            drops = _switched_low(context, net)
            if drops is None or net in context.stiff:
                continue
            around = [use.placed for use in context.on(net)]
            tuned = coil.kind == "inductor" and any(placed.kind == "capacitor" for placed in around)
            # A capacitor takes the energy of a tank or a choke over; a relay's would need to be huge.
            if not tuned and not any(_clamps(placed, net, drops) for placed in around):
                yield Violation(
                    f"no diode takes over the current of {coil.describe()}", (coil.ref, f"net:{net}")
                )


def _switched_low(context: Context, net: str) -> bool | None:
    """Whether a transistor on ``net`` pulls it down (True) or up (False); None where none switches it."""
    for use in context.on(net):
        if use.type == "open_collector":
            return True
        if (use.placed.kind in BIPOLAR and use.pin == "C") or (use.placed.kind in MOSFETS and use.pin == "D"):
            return use.placed.kind in ("npn", "nmos")
    return None


def _clamps(placed: Placed, net: str, drops: bool) -> bool:
    """Whether a diode takes the voltage of a coil that opens: upwards on a node that was pulled down."""
    if placed.kind == "zener":
        return True
    return placed.kind in DIODES and placed.net("A" if drops else "K") == net


@rule(
    "OPAMP_NO_FEEDBACK",
    severity="minor",
    title="An op-amp works without feedback",
    why="with its full gain the output sits at a rail for any input; as a comparator an op-amp is slow",
    fix="connect a path from the output to the inverting input, or use a comparator",
    example="the feedback resistor goes to IN1+ instead of IN1-, or ends on a net of its own",
)
def opamp_no_feedback(context: Context) -> Verdicts:
    """A path leads from the output to an input that is not a rail."""
    rails = context.grounds | context.powered
    for placed in context.of("opamp"):
        for unit in placed.entry.units:
            out, in_n, in_p = (placed.net(unit.pins.get(role, "")) for role in ("out", "in_n", "in_p"))
            if out is None or in_n is None:
                continue
            # The amplifier itself joins its pins; what is asked is whether something else does.
            near = context.reach([out], _joined_without(context, placed, unit.pins), rails)
            # Feedback to the other input makes a Schmitt trigger, which is meant to swing.
            if in_n not in near - rails and in_p not in near - rails:
                message = f"no path leads from {unit.pins['out']} of {placed.describe()} to its inputs"
                yield Violation(message, (f"{placed.ref}.{unit.pins['out']}",))


def _joined_without(context: Context, amplifier: Placed, unit: dict[str, str]) -> Callable[[str], set[str]]:
    def step(net: str) -> set[str]:
        found: set[str] = set()
        for use in context.on(net):
            if use.placed.ref != amplifier.ref:
                found |= set(use.placed.part.pins.values())
            elif use.pin not in unit.values():
                # Another amplifier of the same package passes a signal on from input to output.
                for other in amplifier.entry.units:
                    if use.pin in other.pins.values():
                        found |= {n for pin in other.pins.values() if (n := amplifier.net(pin)) is not None}
        return found

    return step


@rule(
    "OUTPUT_CONTENTION",
    severity="major",
    title="Two outputs drive one net",
    why="where they disagree, each delivers its short-circuit current into the other",
    fix="separate the outputs; to combine signals use a summing amplifier or open-collector outputs",
    example="OUT1 and OUT2 of an LM358 are joined; an output is connected to a supply rail",
)
def output_contention(context: Context) -> Verdicts:
    """A net has one driver at most."""
    for net, uses in context.uses.items():
        drivers = [use.where for use in uses if use.type in ("output", "power_out")]
        others = [
            port.name for port in context.ports.get(net, ()) if port.role in ("input", "power", "ground")
        ]
        if net in context.grounds and not others:
            others = ["ground"]
        if len(drivers) > 1 or (drivers and others and not _supplies_only(context, net)):
            names = ", ".join([*drivers, *others])
            yield Violation(f"net {net} is driven by {names}", (f"net:{net}", *drivers))


def _supplies_only(context: Context, net: str) -> bool:
    """Whether the only driver is a regulator whose output is brought out as a power port."""
    drivers = [use.type for use in context.on(net) if use.type in ("output", "power_out")]
    return drivers == ["power_out"] and net not in context.grounds and not context.has_port(net, "input")


@rule(
    "OPEN_COLLECTOR_NO_PULLUP",
    severity="major",
    title="An open-collector output has no pull-up",
    why="such an output can only pull down; without a resistor its high level does not exist",
    fix="connect 1 kohm to 10 kohm from the output to the supply of what it drives",
    example="the output of an LM393 goes to the output port and nowhere else",
)
def open_collector_no_pullup(context: Context) -> Verdicts:
    """Something other than the output itself leads from its net to a source."""
    sources = context.stiff - context.grounds
    for net, uses in context.uses.items():
        outputs = [use for use in uses if use.type == "open_collector"]
        if not outputs or net in sources:
            continue
        reached = context.reach([net], lambda name: _pulling(context, name), context.stiff)
        if reached.isdisjoint(sources):
            for use in outputs:
                message = f"nothing pulls the open-collector output {use.pin} of {use.placed.describe()} up"
                yield Violation(message, (use.where, f"net:{net}"))


def _pulling(context: Context, net: str) -> set[str]:
    """Neighbours of ``net`` through parts that a pull-up current can pass, active parts left out."""
    kinds = ("resistor", "inductor", "relay", "bridge", *DIODES, *BIPOLAR, *MOSFETS)
    return {
        other
        for use in context.on(net)
        if use.placed.kind in kinds
        for other in use.placed.part.pins.values()
        if other != net
    }
