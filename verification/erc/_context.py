"""What the rules look at: a circuit joined with the library, indexed from every side.

Parts whose component is unknown appear in ``unknown`` and nowhere else, so a rule need not be
afraid of them; a pin that its component does not have is left out of ``uses`` in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import NamedTuple

from voltsmith.knowledge.devices import component, parse_value
from voltsmith.schemas.base import GROUND
from voltsmith.schemas.circuits import Circuit, Part, Port
from voltsmith.schemas.components import Component, PinType
from voltsmith.schemas.errors import BadInput, UnknownName

BIPOLAR = ("npn", "pnp")
MOSFETS = ("nmos", "pmos")
DIODES = ("diode", "led", "zener", "voltage_reference")
"""Kinds with pins A and K."""
REGULATORS = ("linear_regulator", "adjustable_regulator")
VALUED = ("resistor", "capacitor", "inductor")
DISCRETE = (*VALUED, *DIODES, *BIPOLAR, *MOSFETS, "bridge")
"""Kinds of which every pin matters."""
SHORT_OHMS = 0.01
"""Resistance (ohm) below which two nets count as one."""


class Placed(NamedTuple):
    """A part with its library entry."""

    part: Part
    entry: Component

    @property
    def ref(self) -> str:
        """Reference designator."""
        return self.part.ref

    @property
    def kind(self) -> str:
        """Kind of its component."""
        return self.entry.kind

    def net(self, pin: str) -> str | None:
        """The net of a pin; None where it is open."""
        return self.part.pins.get(pin)

    def role(self, name: str) -> str | None:
        """The net of a pin of the first unit, by its role (``in``, ``gnd``, ``out``)."""
        units = self.entry.units
        return self.net(units[0].pins[name]) if units and name in units[0].pins else None

    def ends(self) -> tuple[str, str] | None:
        """Nets of the first two pins of a two-terminal part (coil, for a relay), if both are connected."""
        first, second = (self.net(name) for name in self.entry.pin_names()[:2])
        return None if first is None or second is None else (first, second)

    def describe(self) -> str:
        """Designator and component for messages: ``U1 (LM358)``."""
        return f"{self.ref} ({self.entry.id})"


class Use(NamedTuple):
    """One connected pin."""

    placed: Placed
    pin: str
    type: PinType
    net: str

    @property
    def where(self) -> str:
        """``REF.PIN``, as findings name it."""
        return f"{self.placed.ref}.{self.pin}"


class Context:
    """Cached views of one circuit."""

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self.placed: list[Placed] = []
        self.unknown: list[tuple[Part, UnknownName]] = []
        for part in circuit.parts:
            try:
                self.placed.append(Placed(part, component(part.component)))
            except UnknownName as error:
                self.unknown.append((part, error))

    def of(self, *kinds: str) -> list[Placed]:
        """Parts of the given kinds."""
        return [placed for placed in self.placed if placed.kind in kinds]

    @cached_property
    def uses(self) -> dict[str, list[Use]]:
        """Connected pins by net."""
        found: dict[str, list[Use]] = {}
        for placed in self.placed:
            for pin in placed.entry.pins:
                if (net := placed.net(pin.name)) is not None:
                    found.setdefault(net, []).append(Use(placed, pin.name, pin.type, net))
        return found

    def on(self, net: str) -> list[Use]:
        """Connected pins of ``net``."""
        return self.uses.get(net, [])

    @cached_property
    def ports(self) -> dict[str, list[Port]]:
        """Ports by net."""
        found: dict[str, list[Port]] = {}
        for port in self.circuit.ports:
            found.setdefault(port.net, []).append(port)
        return found

    def has_port(self, net: str, *roles: str) -> bool:
        """Whether a port (of one of ``roles``, if any are named) is on ``net``."""
        return any(not roles or port.role in roles for port in self.ports.get(net, ()))

    @cached_property
    def grounds(self) -> frozenset[str]:
        """Ground: net 0 and the nets of ground ports."""
        return frozenset({GROUND, *(port.net for port in self.circuit.ports if port.role == "ground")})

    @cached_property
    def regulated(self) -> frozenset[str]:
        """Nets that a part supplies."""
        return self._carrying("power_out")

    @cached_property
    def powered(self) -> frozenset[str]:
        """Nets of power ports and of regulator outputs."""
        return self.regulated | {port.net for port in self.circuit.ports if port.role == "power"}

    @cached_property
    def stiff(self) -> frozenset[str]:
        """Nets of low impedance: ground, rails, push-pull outputs and what is driven from outside."""
        driven = {port.net for port in self.circuit.ports if port.role in ("input", "bidirectional")}
        return self.grounds | self.powered | self.outputs | driven

    @cached_property
    def outputs(self) -> frozenset[str]:
        """Nets that a push-pull output drives."""
        return self._carrying("output")

    def _carrying(self, kind: PinType) -> frozenset[str]:
        return frozenset(net for net, uses in self.uses.items() if any(use.type == kind for use in uses))

    @cached_property
    def voltages(self) -> dict[str, float]:
        """DC voltage (V) of the rails that are known: ports with a nominal voltage, fixed regulators."""
        known = dict.fromkeys(self.grounds, 0.0)
        for port in self.circuit.ports:
            if port.role == "power" and port.voltage is not None:
                known.setdefault(port.net, port.voltage)
        for placed in self.of("linear_regulator"):
            foot, out = placed.role("gnd"), placed.role("out")
            output = placed.entry.limits.get("output_voltage")
            if foot in known and out is not None and output is not None:
                known.setdefault(out, known[foot] + output)
        return known

    def reach(
        self, start: Iterable[str], step: Callable[[str], Iterable[str]], stop: frozenset[str] = frozenset()
    ) -> set[str]:
        """Nets reached from ``start`` by ``step``; nets of ``stop`` are reached but not walked through."""
        seen: set[str] = set()
        waiting = list(start)
        while waiting:
            net = waiting.pop()
            if net in seen:
                continue
            seen.add(net)
            if net not in stop:
                waiting += step(net)
        return seen

    @cached_property
    def conducting(self) -> dict[str, set[str]]:
        """Neighbours of each net through parts that carry direct current."""
        found: dict[str, set[str]] = {}
        for placed in self.placed:
            for group in conducting_pins(placed.entry):
                nets = {net for pin in group if (net := placed.net(pin)) is not None}
                for net in nets:
                    found.setdefault(net, set()).update(nets - {net})
        return found

    @cached_property
    def joined(self) -> dict[str, set[str]]:
        """Neighbours of each net through any part, reactive or not."""
        found: dict[str, set[str]] = {}
        for placed in self.placed:
            nets = set(placed.part.pins.values())
            for net in nets:
                found.setdefault(net, set()).update(nets - {net})
        return found

    @cached_property
    def shorts(self) -> dict[str, set[str]]:
        """Neighbours of each net through parts without DC resistance."""
        found: dict[str, set[str]] = {}
        for placed in self.of("resistor", "inductor"):
            value, ends = value_of(placed.part), placed.ends()
            short = placed.kind == "inductor" or (value is not None and 0 <= value < SHORT_OHMS)
            if short and ends is not None:
                found.setdefault(ends[0], set()).add(ends[1])
                found.setdefault(ends[1], set()).add(ends[0])
        return found


def value_of(part: Part) -> float | None:
    """Value (SI) of a passive part; None where there is none or it cannot be read."""
    if part.value is None:
        return None
    try:
        return parse_value(part.value)
    except BadInput:
        return None


def conducting_pins(entry: Component) -> list[tuple[str, ...]]:
    """Groups of pins between which direct current can flow inside the part.

    An input draws none; an output leads to the supply pins of its part.
    """
    names = entry.pin_names()
    if entry.kind == "capacitor":
        return []
    if entry.kind in MOSFETS:
        return [("D", "S")]
    if entry.kind == "relay":
        return [names[:2], names[2:]]
    return [tuple(pin.name for pin in entry.pins if pin.type not in ("input", "no_connect"))]
