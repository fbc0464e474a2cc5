"""Assembling a circuit: blocks place parts through a builder, the assembly turns them into a netlist.

Blocks speak of op-amps, not of packages; units are packed into packages at the end, unused ones are
tied off as followers, and every package gets its decoupling capacitor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from voltsmith.knowledge.devices import component, format_value
from voltsmith.knowledge.preferred import capacitor_voltage
from voltsmith.schemas.base import GROUND
from voltsmith.schemas.circuits import Circuit, Part, Port, PortRole
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import Bench, Dc, Load, Measure, Signal, Stimulus

if TYPE_CHECKING:
    from voltsmith.knowledge.blocks.builder import Builder

DECOUPLING = 100e-9
"""Farad a package, as data sheets ask."""


class Probe(NamedTuple):
    """How one requirement is measured: a bench, what to read from it, and a second bench for a change."""

    bench: Bench
    measure: Measure
    second: Bench | None = None


Offer = Callable[[Requirement], Probe]
"""A measurement that a block can make; called only for a requirement that was asked or assumed."""


@dataclass
class Placed:
    """A part before it has a designator; a ``unit`` waits to be packed with others of its component."""

    component: Component
    pins: dict[str, str]
    block: str
    value: str | None = None
    parameters: dict[str, float] = field(default_factory=dict)
    unit: bool = False


@dataclass
class Assembly:
    """A circuit under construction."""

    name: str
    supply: Supply | None = None
    speed_margin: float = 1.0
    resistor_tolerance: float = 0.01
    capacitor_tolerance: float = 0.05
    load: Load | None = None
    assumptions: list[str] = field(default_factory=list)
    offers: dict[str, dict[str, Offer]] = field(default_factory=dict)
    held: dict[str, Stimulus] = field(default_factory=dict)
    """Inputs by net that every bench keeps at a level unless it drives them."""
    required: list[tuple[str, Requirement]] = field(default_factory=list)
    """Requirements that blocks add themselves, with the instance; the synthesis agent numbers them."""
    current_inputs: set[str] = field(default_factory=set)
    """Input nets that take a current: benches leave them open where they are not driven."""
    _placed: list[Placed] = field(default_factory=list)
    _ports: dict[str, Port] = field(default_factory=dict)
    _nets: set[str] = field(default_factory=set)
    _mid: bool = False
    _buffer: Builder | None = None

    def add_port(self, name: str, role: PortRole, voltage: float | None = None) -> str:
        """Declare a port once; its net has the same name, but for ground, whose net is ``0``."""
        net = GROUND if role == "ground" else name
        self._ports.setdefault(name, Port(name=name, net=net, role=role, voltage=voltage))
        self._nets.add(net)
        return net

    def voltage_inputs(self) -> list[str]:
        """Nets of the input ports that take a voltage."""
        return [p.net for p in self._ports.values() if p.role == "input" and p.net not in self.current_inputs]

    @staticmethod
    def resting(net: str) -> Stimulus:
        """A source of 0 V at an input that a bench has no use for."""
        return Stimulus(name=f"rest_{net}", net=net, waveform=Dc(value=0.0))

    def new_net(self, hint: str) -> str:
        """A net name not used so far, made from ``hint``."""
        name, count = hint, 1
        while name in self._nets:
            count += 1
            name = f"{hint}_{count}"
        self._nets.add(name)
        return name

    def place(self, placed: Placed) -> None:
        """Add a part."""
        self._placed.append(placed)

    def used(self, kind: str) -> list[Component]:
        """Components of ``kind`` in use; those whose last package has a unit to spare come first."""
        found: dict[str, Component] = {}
        units: dict[str, int] = {}
        for placed in self._placed:
            if placed.unit and placed.component.kind == kind:
                found.setdefault(placed.component.id, placed.component)
                units[placed.component.id] = units.get(placed.component.id, 0) + 1
        return sorted(found.values(), key=lambda entry: units[entry.id] % len(entry.units) == 0)

    def rails(self) -> tuple[str, str]:
        """Nets of the positive and the negative supply; a single supply's negative rail is ground."""
        if self.supply is None:
            raise Infeasible("this circuit needs a supply, and none is known; name one, such as 'from 5 V'")
        vcc = self.add_port("vcc", "power", self.supply.vcc)
        if self.supply.vee == 0:
            return vcc, self.ground()
        return vcc, self.add_port("vee", "power", self.supply.vee)

    @property
    def powered(self) -> bool:
        """Whether anything placed so far takes current from the supply."""
        return "vcc" in self._ports or any(placed.unit for placed in self._placed)

    def ground(self) -> str:
        """The ground net, with its port."""
        return self.add_port("gnd", "ground")

    def signal_ground(self, builder: Builder, of: Component | None = None) -> str:
        """The net signals are referred to: ground, or the middle of a single supply, buffered by ``of``."""
        if self.supply is None or self.supply.vee != 0:
            return self.ground()
        if not self._mid:
            self._mid = True
            self._nets.add("vmid")
            vcc, _ = self.rails()
            divided = "vhalf"
            self._nets.add(divided)
            builder.resistor(100e3, vcc, divided)
            builder.resistor(100e3, divided, self.ground())
            # 10 uF against 50 kohm: supply noise above 0.3 Hz stays out of the signal.
            builder.capacitor(10e-6, divided, self.ground())
            if of is None:
                self._buffer = builder  # which op-amp is decided when those of the stages are known
            else:
                builder.opamp(divided, "vmid", "vmid", of=of)
            self.assumptions.append(
                f"signals ride on half the supply, {self.supply.vcc / 2:g} V, because there is a single supply"
            )
        return "vmid"

    def finish(self) -> Circuit:
        """Pack units, number the parts, and derive the netlist."""
        if self._buffer is not None:
            spare = self.used("opamp")
            self._buffer.opamp("vhalf", "vmid", "vmid", of=spare[0] if spare else None)
            self._buffer = None
        parts: list[Part] = []
        counters: dict[str, int] = {}

        def add(
            entry: Component, pins: dict[str, str], block: str, value: str | None, numbers: dict[str, float]
        ) -> None:
            counters[entry.prefix] = counters.get(entry.prefix, 0) + 1
            parts.append(
                Part(
                    ref=f"{entry.prefix}{counters[entry.prefix]}",
                    component=entry.id,
                    value=value,
                    parameters=numbers,
                    pins=pins,
                    block=block,
                )
            )

        for placed in self._placed:
            if not placed.unit:
                add(placed.component, placed.pins, placed.block, placed.value, placed.parameters)
        for entry, members in self._by_component():
            for start in range(0, len(members), len(entry.units)):
                group = members[start : start + len(entry.units)]
                pins = self._package(entry, group)
                add(entry, pins, group[0].block, None, group[0].parameters)
                self._decouple(pins, entry, group[0].block, add)
        order = {"input": 0, "output": 1, "bidirectional": 2, "power": 3, "ground": 4}
        ports = sorted(self._ports.values(), key=lambda port: order[port.role])
        return Circuit(name=self.name, ports=tuple(ports), parts=tuple(map(self._rated, parts)))

    def _rated(self, part: Part) -> Part:
        """A capacitor gets a rated voltage: for what stands between two rails, else for the whole supply."""
        if component(part.component).kind != "capacitor" or "voltage_rating" in part.parameters:
            return part
        levels = {port.net: port.voltage for port in self._ports.values() if port.voltage is not None}
        if not levels:
            return part
        levels[GROUND] = 0.0
        ends = [levels[net] for net in part.pins.values() if net in levels]
        known = ends if len(ends) == len(part.pins) else list(levels.values())
        rating = capacitor_voltage(max(known) - min(known))
        return part.model_copy(update={"parameters": {**part.parameters, "voltage_rating": rating}})

    def _by_component(self) -> Iterable[tuple[Component, list[Placed]]]:
        groups: dict[str, tuple[Component, list[Placed]]] = {}
        for placed in self._placed:
            if placed.unit:
                groups.setdefault(placed.component.id, (placed.component, []))[1].append(placed)
        return groups.values()

    def _package(self, entry: Component, group: Sequence[Placed]) -> dict[str, str]:
        pins: dict[str, str] = {}
        vcc, vee = self.rails()
        for role, pin in entry.supply_pins.items():
            pins[pin] = {"vcc": vcc, "vee": vee}.get(role, GROUND)
        # Shutdown pins are active high in this library.
        pins |= {pin.name: vee for pin in entry.pins if pin.name == "SHDN"}
        for index, unit in enumerate(entry.units):
            if index < len(group):
                pins |= {pin: group[index].pins[role] for role, pin in unit.pins.items()}
                continue
            if entry.kind == "comparator":
                # An open-collector output may float; tied inputs keep it from chattering.
                pins |= {unit.pins["in_p"]: vee, unit.pins["in_n"]: vcc}
                if "push_pull" not in entry.features and "open_collector" not in entry.features:
                    raise ValueError(f"{entry.id}: features must say push_pull or open_collector")
                continue
            idle = self.new_net("idle")
            middle = "vmid" if self._mid else GROUND
            pins |= {unit.pins["in_p"]: middle, unit.pins["in_n"]: idle, unit.pins["out"]: idle}
        return pins

    def _decouple(self, pins: dict[str, str], entry: Component, block: str, add: Callable[..., None]) -> None:
        for role in ("vcc", "vee"):
            net = pins.get(entry.supply_pins.get(role, ""), GROUND)
            if net != GROUND:
                add(
                    component("capacitor"),
                    {"1": net, "2": self.ground()},
                    block,
                    format_value(DECOUPLING),
                    {"tolerance": 0.1},
                )


class Drive(NamedTuple):
    """What an output with two levels gives the stage behind it.

    ``high`` (V) is its upper level without that stage, delivered through ``resistance`` (ohm) up to
    ``current`` (A). ``sink`` (A) is what an open collector pulls down, None for an output that drives both ways.
    """

    high: float
    resistance: float = 0.0
    current: float = float("inf")
    sink: float | None = None


@dataclass
class ChainState:
    """The signal path so far: where it starts, where it is now, and how a level at its input arrives there.

    ``gain`` (V/V, signed) and ``bias`` (V) give the level at ``output``: gain * (input level) + bias, in the
    pass band; a stage states its own through :meth:`Builder.transfer`. ``drive`` is what a stage with two
    output levels delivers.
    """

    first: bool = True
    suffix: str = ""
    input: str = "in"
    output: str | None = None
    gain: float = 1.0
    bias: float = 0.0
    drive: Drive | None = None


def voltage(net: str, reference: str = GROUND) -> Signal:
    """The voltage of a net."""
    return Signal(net=net, reference=reference)


def current(source: str) -> Signal:
    """The current out of a stimulus."""
    return Signal(source=source)
