"""Rules on supplies: is every active part fed, within its limits, and do rails stay apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from voltsmith.schemas.base import GROUND
from voltsmith.verification.erc._context import DIODES, REGULATORS, Context, Placed
from voltsmith.verification.erc._registry import Unjudged, Verdicts, Violation, rule

_ROUNDING = 1e-6


class _Feed(NamedTuple):
    """Supply pins of an active part: nets of the more positive and the more negative one."""

    placed: Placed
    high_pin: str
    high: str | None
    low: str | None

    def span(self, context: Context) -> float | None:
        """Supply voltage (V) in the signed sense high - low, where both rails are known."""
        high, low = (None if net is None else context.voltages.get(net) for net in (self.high, self.low))
        return None if high is None or low is None else high - low


def _feeds(context: Context) -> Iterator[_Feed]:
    for placed in context.placed:
        pins = placed.entry.supply_pins
        if placed.kind in REGULATORS:
            for unit in placed.entry.units:
                yield _Feed(placed, unit.pins["in"], placed.role("in"), placed.role("gnd"))
        elif "vcc" in pins:
            low = placed.net(pins["vee"]) if "vee" in pins else GROUND
            yield _Feed(placed, pins["vcc"], placed.net(pins["vcc"]), low)


def _limit(placed: Placed, end: str) -> float | None:
    limits = placed.entry.limits
    return limits.get(f"supply_{end}", limits.get(f"input_{end}"))


@rule(
    "SUPPLY_MISSING",
    severity="major",
    title="The supply pin of a part is on a net that nothing supplies",
    why="without supply current an active part has no function",
    fix="connect the pin to a power port, to ground or to the output of a regulator",
    example="V+ of U1 is on net vdd, and the power port is called vcc",
)
def supply_missing(context: Context) -> Verdicts:
    """Supply pins lead to a rail, directly or through a filter."""
    sources = context.powered | {p.net for p in context.circuit.ports if p.role in ("input", "bidirectional")}
    for placed in context.placed:
        supplies = set(placed.entry.supply_pins.values())
        positive = {
            placed.entry.supply_pins.get("vcc"),
            *(unit.pins.get("in") for unit in placed.entry.units),
        }
        for pin in placed.entry.pins:
            net = placed.net(pin.name)
            if net is None or not (pin.name in supplies or pin.type == "power_in"):
                continue
            if net in context.grounds or net in sources:
                continue
            carried = context.reach([net], lambda name: _feeding(context, name), context.grounds | sources)
            feeding = sources | context.outputs
            # A resistor to ground feeds a negative supply pin, and no positive one.
            if carried.isdisjoint(feeding if pin.name in positive else feeding | context.grounds):
                message = (
                    f"supply pin {pin.name} of {placed.describe()} is on net {net}, which nothing supplies"
                )
                yield Violation(message, (f"{placed.ref}.{pin.name}", f"net:{net}"))


def _feeding(context: Context, net: str) -> set[str]:
    """Neighbours of ``net`` through parts that supply current may pass."""
    found: set[str] = set()
    for use in context.on(net):
        if use.placed.kind in ("resistor", "inductor", *DIODES, "bridge", "npn", "pnp", "nmos", "pmos"):
            found |= set(use.placed.part.pins.values())
    return found - {net}


@rule(
    "SUPPLY_OVER",
    severity="major",
    title="A part's supply exceeds its limit",
    why="above the absolute maximum of the data sheet the part is destroyed or ages fast",
    fix="choose a part for this supply, or lower the supply with a regulator",
    example="an MCP6002 (6 V at most) on 12 V",
)
def supply_over(context: Context) -> Verdicts:
    """The nominal supply stays below the maximum."""
    for feed in _feeds(context):
        limit, span = _limit(feed.placed, "max"), feed.span(context)
        if limit is None or feed.high is None:
            continue
        if span is None:
            yield _unknown(feed)
        elif span > limit + _ROUNDING:
            message = f"{feed.placed.describe()} takes {limit:g} V at most and is supplied with {span:g} V"
            yield Violation(message, (f"{feed.placed.ref}.{feed.high_pin}",))


@rule(
    "SUPPLY_UNDER",
    severity="major",
    title="A part's supply is below what it needs",
    why="below its minimum supply a part does not work as its data sheet says, or not at all",
    fix="choose a part for this supply, or raise the supply",
    example="an LM741 (10 V at least) on a single 5 V supply; a 7805 fed with 6 V",
)
def supply_under(context: Context) -> Verdicts:
    """The nominal supply reaches the minimum, and a regulator has its dropout."""
    for feed in _feeds(context):
        limit, span = _limit(feed.placed, "min"), feed.span(context)
        limits = feed.placed.entry.limits
        if feed.placed.kind == "linear_regulator" and "output_voltage" in limits:
            limit = max(limit or 0.0, limits["output_voltage"] + limits.get("dropout", 0.0))
        if limit is None or feed.high is None:
            continue
        if span is None:
            yield _unknown(feed)
        elif 0 <= span < limit - _ROUNDING:
            message = f"{feed.placed.describe()} needs {limit:g} V and is supplied with {span:g} V"
            yield Violation(message, (f"{feed.placed.ref}.{feed.high_pin}",))


def _unknown(feed: _Feed) -> Unjudged:
    return Unjudged(
        f"the supply voltage of {feed.placed.describe()} is not known before simulation",
        (f"{feed.placed.ref}.{feed.high_pin}",),
    )


@rule(
    "SUPPLY_REVERSED",
    severity="fatal",
    title="A part's supply is the wrong way round",
    why="reverse supply drives large currents through the substrate and destroys the part at once",
    fix="exchange the two supply pins",
    example="V+ on vee (-12 V) and V- on vcc (12 V)",
)
def supply_reversed(context: Context) -> Verdicts:
    """The positive supply pin is on the more positive rail."""
    for feed in _feeds(context):
        span = feed.span(context)
        if span is not None and span < 0:
            message = f"{feed.placed.describe()} is supplied with {span:g} V: its supply pins are exchanged"
            yield Violation(message, (f"{feed.placed.ref}.{feed.high_pin}",))


@rule(
    "RAILS_SHORTED",
    severity="fatal",
    title="Two rails of different voltage are joined",
    why="nothing but the supply itself limits the current between them",
    fix="remove the connection; what lies between two rails needs a resistance or a load",
    example="ports vcc (5 V) and gnd are on one net, or an inductor lies straight between them",
)
def rails_shorted(context: Context) -> Verdicts:
    """Rails of different voltage are separated by more than a wire or a winding."""
    rails = [port for port in context.circuit.ports if port.role in ("power", "ground")]
    reached = {port.net: context.reach([port.net], lambda net: context.shorts.get(net, ())) for port in rails}
    for index, first in enumerate(rails):
        for second in rails[index + 1 :]:
            if second.net not in reached[first.net]:
                continue
            levels = [0.0 if port.role == "ground" else port.voltage for port in (first, second)]
            where = tuple(dict.fromkeys(f"net:{port.net}" for port in (first, second)))
            if None in levels and first.role == second.role:
                yield Unjudged(
                    f"ports {first.name} and {second.name} are joined; their voltages are not known", where
                )
            elif levels[0] != levels[1]:
                yield Violation(f"rails {first.name} and {second.name} are joined", where)


@rule(
    "DECOUPLING_MISSING",
    severity="minor",
    title="A supply pin has no decoupling capacitor",
    why="the inductance of the supply wires lets amplifiers oscillate and logic glitch",
    fix="place 100 nF from the supply pin to ground, close to the part",
    example="an NE5532 on vcc and vee with no capacitor on either rail",
)
def decoupling_missing(context: Context) -> Verdicts:
    """Each rail of an active part carries a capacitor to another rail."""
    quiet = context.grounds | context.powered
    decoupled: set[str] = set()
    for placed in context.of("capacitor"):
        ends = placed.ends()
        if ends is not None and (ends[0] in quiet or ends[1] in quiet):
            decoupled.update(ends)
    for placed in context.placed:
        for role, pin in placed.entry.supply_pins.items():
            net = placed.net(pin)
            if net is not None and net not in context.grounds and net not in decoupled:
                message = f"no decoupling capacitor on net {net}, the {role} supply of {placed.describe()}"
                yield Violation(message, (f"{placed.ref}.{pin}", f"net:{net}"))


@rule(
    "POLARITY",
    severity="major",
    title="A polarised capacitor is the wrong way round",
    why="an electrolytic capacitor under reverse voltage heats, leaks and can burst",
    fix="exchange its pins, so that + is on the more positive rail",
    example="the + pin of a 100 uF capacitor on ground and its - pin on 12 V",
)
def polarity(context: Context) -> Verdicts:
    """The minus pin is not on the more positive of two known rails."""
    for placed in context.of("capacitor"):
        if "polarized" not in placed.entry.features or (ends := placed.ends()) is None:
            continue
        plus, minus = (context.voltages.get(net) for net in ends)
        if plus is None or minus is None:
            yield Unjudged(
                f"the DC voltage across {placed.describe()} is not known before simulation", (placed.ref,)
            )
        elif minus > plus:
            message = f"{placed.describe()} has its + pin at {plus:g} V and its - pin at {minus:g} V"
            yield Violation(message, (placed.ref,))
