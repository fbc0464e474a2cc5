"""Rules on the netlist as such: does every name exist, is everything connected, can it be written down."""

from __future__ import annotations

from voltsmith.knowledge.devices import instance_lines
from voltsmith.schemas.errors import VoltsmithError
from voltsmith.verification.erc._context import DISCRETE, VALUED, Context, Placed, value_of
from voltsmith.verification.erc._registry import Verdicts, Violation, rule

_SENSIBLE = {"resistor": (1e-3, 1e9, "ohm"), "capacitor": (1e-13, 1.0, "F"), "inductor": (1e-10, 1e3, "H")}


@rule(
    "COMPONENT_UNKNOWN",
    severity="fatal",
    area="structural",
    title="A part is of no known component",
    why="nothing is known about the part: neither its pins, nor its limits, nor how it behaves",
    fix="use a component of the library (voltsmith components search) or add it (voltsmith components add)",
    example="U1 is an 'LM3580'; the library holds LM358 and LM324",
)
def component_unknown(context: Context) -> Verdicts:
    """Every part names a component of the library."""
    for part, error in context.unknown:
        yield Violation(f"{part.ref}: {error}", (part.ref,))


@rule(
    "PIN_UNKNOWN",
    severity="fatal",
    area="structural",
    title="A pin does not exist on its component",
    why="a connection to a pin that does not exist is no connection; the circuit is not the one meant",
    fix="use the pin names of the component (voltsmith components show)",
    example="U1 (LM358) is connected at OUT; its outputs are called OUT1 and OUT2",
)
def pin_unknown(context: Context) -> Verdicts:
    """Every connected pin exists."""
    for placed in context.placed:
        names = placed.entry.pin_names()
        for pin in placed.part.pins:
            if pin not in names:
                message = f"{placed.describe()} has no pin {pin}; it has {', '.join(names)}"
                yield Violation(message, (f"{placed.ref}.{pin}",))


def _must_connect(placed: Placed) -> list[str]:
    entry = placed.entry
    if entry.kind in DISCRETE:
        return [pin.name for pin in entry.pins if pin.type != "no_connect"]
    needed = [pin.name for pin in entry.pins if pin.type in ("input", "power_in")]
    return [*entry.pin_names()[:2]] if entry.kind == "relay" else needed


@rule(
    "PART_PIN_OPEN",
    severity="major",
    area="structural",
    title="A pin that must be connected is open",
    why="an open input floats and picks up noise; without its supplies and terminals a part has no function",
    fix="connect the pin; tie the inputs of an unused amplifier off, as a follower on ground or mid-supply",
    example="the second amplifier of an LM358 is unused and its inputs IN2+ and IN2- are on no net",
)
def part_pin_open(context: Context) -> Verdicts:
    """Inputs, supplies and terminals of discrete parts are connected."""
    for placed in context.placed:
        if not placed.part.pins:
            continue  # that is PART_ISOLATED
        for pin in _must_connect(placed):
            if placed.net(pin) is None:
                yield Violation(f"pin {pin} of {placed.describe()} is open", (f"{placed.ref}.{pin}",))


@rule(
    "PART_ISOLATED",
    severity="major",
    area="structural",
    title="A part is connected to nothing that matters",
    why="it can take no part in what the circuit does, so a connection is missing or the part is superfluous",
    fix="connect it to the rest of the circuit or remove it",
    example="C7 is placed and none of its pins is on a net that leads to a port",
)
def part_isolated(context: Context) -> Verdicts:
    """Every part hangs together with a port or ground."""
    edges = context.grounds | frozenset(context.ports)
    living = context.reach(edges, lambda net: context.joined.get(net, ()))
    for placed in context.placed:
        if not placed.part.pins:
            yield Violation(f"{placed.describe()} is not connected at all", (placed.ref,))
        elif living.isdisjoint(placed.part.pins.values()):
            yield Violation(f"{placed.describe()} is cut off from all ports and from ground", (placed.ref,))


@rule(
    "NET_SINGLE_PIN",
    severity="major",
    area="structural",
    title="A net connects only one pin",
    why="a net with one end connects nothing; usually a name was misspelt and splits one net in two",
    fix="connect the net to what it was meant for, make it a port, or leave the pin open",
    example="R3.2 is on net s1_sum_2 and everything else on s1_sum",
)
def net_single_pin(context: Context) -> Verdicts:
    """A net without a port has two pins or more."""
    for net, uses in context.uses.items():
        if len(uses) == 1 and not context.has_port(net) and net not in context.grounds:
            yield Violation(f"net {net} connects {uses[0].where} to nothing", (f"net:{net}", uses[0].where))


@rule(
    "PORT_OPEN",
    severity="major",
    area="structural",
    title="A port leads to no part",
    why="what is connected to the port outside reaches nothing inside",
    fix="connect the port's net to the part it belongs to, or remove the port",
    example="port out is on net out, and the amplifier's output is on net s1_out",
)
def port_open(context: Context) -> Verdicts:
    """The net of every signal port has a pin.

    A power port may be there only to hand the supply on to a load outside, as a low-side switch does.
    """
    for port in context.circuit.ports:
        if port.role not in ("power", "ground") and not context.on(port.net):
            message = f"port {port.name} is on net {port.net}, which has no pin"
            yield Violation(message, (f"net:{port.net}",))


@rule(
    "NAME_CLASH",
    severity="fatal",
    area="structural",
    title="Two things would have one name in the SPICE deck",
    why="SPICE tells neither upper from lower case nor a part from an element made for another part; one "
    "of the two would replace the other, or one port of a shared net would be left unconnected",
    fix="rename one of the parts, or give each net one port",
    example="MOSFET Q1 is written as element MQ1, and another part is called MQ1",
)
def name_clash(context: Context) -> Verdicts:
    """Element names and port nets are unique in a deck."""
    for net, ports in context.ports.items():
        names = [port.name for port in ports if port.role != "ground"]
        if len(names) > 1:
            yield Violation(f"ports {' and '.join(names)} share net {net}", (f"net:{net}",))
    owners: dict[str, str] = {}
    for placed in context.placed:
        for name in _elements(placed):
            owner = owners.setdefault(name, placed.ref)
            if owner != placed.ref:
                yield Violation(
                    f"{owner} and {placed.ref} would both be written as element {name}", (owner, placed.ref)
                )


def _elements(placed: Placed) -> list[str]:
    try:
        lines = instance_lines(placed.part, placed.entry, lambda net: net)
    except VoltsmithError:
        return []  # a value that cannot be written is VALUE_MISSING
    return [line.split(maxsplit=1)[0].lower() for line in lines]


@rule(
    "MODEL_MISSING",
    severity="minor",
    area="structural",
    title="A part is left out of the simulation",
    why="its component has no SPICE model, so what was measured is the circuit without this part",
    fix="use a component with a model where the part takes part in the signal",
    example="a connector or a sensor module in an analog circuit",
)
def model_missing(context: Context) -> Verdicts:
    """Parts in the signal path have a model."""
    for placed in context.placed:
        if placed.kind not in (*VALUED, "relay") and not placed.entry.model and placed.part.pins:
            yield Violation(f"{placed.describe()} has no SPICE model and is not simulated", (placed.ref,))


@rule(
    "SHORTED_PART",
    severity="major",
    area="structural",
    title="All pins of a part are on one net",
    why="no voltage can appear across the part, so it does nothing",
    fix="connect one of its pins elsewhere or remove the part",
    example="both ends of R4 are on net out",
)
def shorted_part(context: Context) -> Verdicts:
    """The pins of a part lie on at least two nets."""
    for placed in context.placed:
        nets = list(placed.part.pins.values())
        if len(nets) > 1 and len(set(nets)) == 1:
            message = f"all connected pins of {placed.describe()} are on net {nets[0]}"
            yield Violation(message, (placed.ref, f"net:{nets[0]}"))


@rule(
    "NO_GROUND",
    severity="fatal",
    area="structural",
    title="The circuit has no ground",
    why="voltages are differences to ground; without it none of them is defined and SPICE cannot solve",
    fix="add a ground port and connect the reference of the circuit to it",
    example="a divider between in and out2 whose lower end was never tied to net 0",
)
def no_ground(context: Context) -> Verdicts:
    """Some pin is on ground."""
    if context.circuit.parts and not any(context.on(net) for net in context.grounds):
        yield Violation("no pin is connected to ground")


@rule(
    "NO_DC_PATH",
    severity="fatal",
    area="structural",
    title="A net has no DC path to ground",
    why="only capacitors, inputs and gates lead there: its DC voltage is undefined, drifts in reality and "
    "makes the circuit equations singular in SPICE",
    fix="add a resistor (10 kohm to 1 Mohm) from the net to ground or to a bias voltage",
    example="a signal is coupled through a capacitor into IN1+ of an op-amp, with no bias resistor there",
)
def no_dc_path(context: Context) -> Verdicts:
    """Every net is led to ground, a rail or a driven port by something that conducts."""
    anchors = {
        *context.grounds,
        *(p.net for p in context.circuit.ports if p.role not in ("output", "ground")),
    }
    settled = context.reach(anchors, lambda net: context.conducting.get(net, ()))
    for net in context.uses:
        if net in settled or all(not _is_simulated(use.placed) for use in context.on(net)):
            continue
        island = sorted(context.reach([net], lambda name: context.conducting.get(name, ())))
        settled.update(island)
        plural = "nets have" if len(island) > 1 else "net has"
        where = tuple(f"net:{name}" for name in island)
        yield Violation(f"{plural} no DC path to ground: {', '.join(island)}", where)


def _is_simulated(placed: Placed) -> bool:
    return placed.kind in VALUED or bool(placed.entry.model)


@rule(
    "VALUE_MISSING",
    severity="fatal",
    area="structural",
    title="A resistor, capacitor or inductor has no usable value",
    why="without a positive value the part can be neither simulated nor bought",
    fix="give it a value such as 10k, 4k7 or 100n",
    example="R1 has the value '10q', or none",
)
def value_missing(context: Context) -> Verdicts:
    """Valued parts have a value that can be read."""
    for placed in context.of(*VALUED):
        value = value_of(placed.part)
        if placed.part.value is None:
            yield Violation(f"{placed.describe()} has no value", (placed.ref,))
        elif value is None:
            yield Violation(f"the value {placed.part.value!r} of {placed.ref} cannot be read", (placed.ref,))
        elif value <= 0:
            yield Violation(
                f"{placed.ref} has the value {placed.part.value}; it must be positive", (placed.ref,)
            )


@rule(
    "VALUE_ABSURD",
    severity="major",
    area="structural",
    title="A value is beyond what exists",
    why="no such part is made, or strays of the board outweigh it; usually a prefix was mistaken (m for M)",
    fix="check the prefix (m is milli, M is mega) and the design that led to the value",
    example="a capacitor of 100 F where 100 nF was meant",
)
def value_absurd(context: Context) -> Verdicts:
    """Values lie between what strays swamp and what is made."""
    for placed in context.of(*VALUED):
        value = value_of(placed.part)
        low, high, unit = _SENSIBLE[placed.kind]
        if value is not None and value > 0 and not low <= value <= high:
            message = f"{placed.ref} is a {placed.kind} of {value:g} {unit}; {low:g} to {high:g} {unit} exist"
            yield Violation(message, (placed.ref,))
