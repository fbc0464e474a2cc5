"""Assembling a circuit: blocks place parts through a builder, the assembly turns them into a netlist.

Blocks speak of op-amps, not of packages; units are packed into packages at the end, unused ones are
tied off as followers, and every package gets its decoupling capacitor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from voltsmith.knowledge.blocks.selection import OpampNeeds, select_comparator, select_opamp
from voltsmith.knowledge.devices import component, format_value
from voltsmith.knowledge.preferred import capacitor_voltage
from voltsmith.schemas.base import GROUND
from voltsmith.schemas.circuits import Circuit, Part, Port, PortRole
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply
from voltsmith.schemas.quantities import QUANTITIES
from voltsmith.schemas.requirements import Relation, Requirement
from voltsmith.schemas.testbenches import Analysis, Bench, Dc, Load, Measure, Signal, Stimulus, Waveform

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
class _Placed:
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
    _placed: list[_Placed] = field(default_factory=list)
    _ports: dict[str, Port] = field(default_factory=dict)
    _nets: set[str] = field(default_factory=set)
    _mid: bool = False
    _buffer: Builder | None = None

    def builder(self, instance: str, chain: ChainState, components: Sequence[str] = ()) -> Builder:
        """A builder for the next block of ``chain``."""
        self.offers.setdefault(instance, {})
        return Builder(self, instance, chain, tuple(components))

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

    def place(self, placed: _Placed) -> None:
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

    def _by_component(self) -> Iterable[tuple[Component, list[_Placed]]]:
        groups: dict[str, tuple[Component, list[_Placed]]] = {}
        for placed in self._placed:
            if placed.unit:
                groups.setdefault(placed.component.id, (placed.component, []))[1].append(placed)
        return groups.values()

    def _package(self, entry: Component, group: Sequence[_Placed]) -> dict[str, str]:
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


class Builder:
    """Places the parts of one block. Values are SI numbers; nets are names that it hands out."""

    def __init__(
        self, assembly: Assembly, instance: str, chain: ChainState, components: tuple[str, ...]
    ) -> None:
        self.assembly = assembly
        self.instance = instance
        self.chain = chain
        self.components = components
        self.first = chain.first
        self.source = chain.input
        """The net this stage's signal arrives on."""
        self.gain = 1.0
        """This stage's own pass-band gain, as it stated it."""
        self._arriving = (chain.gain, chain.bias)
        self.arriving = None if chain.first else chain.drive
        """What the stage before delivers, where its output has two levels."""
        chain.drive = None

    # --- nets and ports -------------------------------------------------------------------------

    @property
    def supply(self) -> Supply:
        """The supply.

        Raises:
            Infeasible: there is none.
        """
        if self.assembly.supply is None:
            raise Infeasible("this circuit needs a supply, and none is known; name one, such as 'from 5 V'")
        return self.assembly.supply

    def input(self, name: str = "in") -> str:
        """The net the signal arrives on: a new input port, or the output of the stage before."""
        if not self.chain.first and self.chain.output is not None:
            self.source = self.chain.output
            return self.source
        self.chain.input = self.source = self.assembly.add_port(name + self.chain.suffix, "input")
        return self.source

    def extra_input(self, name: str) -> str:
        """A further input port (``in2``, ``in_n``), whatever stage this is."""
        return self.assembly.add_port(name + self.chain.suffix, "input")

    def output(self, name: str = "out", *, last: bool = True) -> str:
        """The net this stage delivers on: the output port where the chain ends, else an inner net."""
        if last and self.is_last:
            self.chain.output = self.assembly.add_port(name + self.chain.suffix, "output")
        else:
            self.chain.output = self.assembly.new_net(f"{self.instance}_{name}")
        return self.chain.output

    is_last = True
    """Whether the chain ends with this block; the synthesis agent sets it."""

    def port(self, name: str, role: PortRole, voltage: float | None = None) -> str:
        """A port of another kind (a supply of its own, a load terminal); returns its net."""
        return self.assembly.add_port(name + self.chain.suffix, role, voltage)

    def net(self, hint: str) -> str:
        """A new inner net."""
        return self.assembly.new_net(f"{self.instance}_{hint}")

    def ground(self) -> str:
        """The ground net."""
        return self.assembly.ground()

    def rails(self) -> tuple[str, str]:
        """Nets of the supply rails."""
        return self.assembly.rails()

    def signal_ground(self, of: Component | None = None) -> str:
        """Ground, or the buffered middle of a single supply (which places its divider and buffer once).

        ``of`` is the op-amp to buffer it with, so that a stage need not bring a second type.
        """
        return self.assembly.signal_ground(self, of)

    # --- parts ----------------------------------------------------------------------------------

    def resistor(
        self, ohms: float, a: str, b: str, *, tolerance: float | None = None, **numbers: float
    ) -> None:
        """A resistor between two nets."""
        numbers["tolerance"] = self.assembly.resistor_tolerance if tolerance is None else tolerance
        self.part("resistor", {"1": a, "2": b}, value=ohms, **numbers)

    def capacitor(
        self, farads: float, a: str, b: str, *, tolerance: float | None = None, **numbers: float
    ) -> None:
        """A capacitor; above 1 uF an electrolytic one, whose plus pin is ``a``."""
        if farads > 1.0001e-6:
            numbers["tolerance"] = 0.2 if tolerance is None else tolerance
            self.part("capacitor_polarized", {"+": a, "-": b}, value=farads, **numbers)
            return
        numbers["tolerance"] = self.assembly.capacitor_tolerance if tolerance is None else tolerance
        self.part("capacitor", {"1": a, "2": b}, value=farads, **numbers)

    def inductor(self, henries: float, a: str, b: str, *, tolerance: float = 0.05, **numbers: float) -> None:
        """An inductor; pass ``series_resistance`` (ohm) for its winding."""
        self.part("inductor", {"1": a, "2": b}, value=henries, tolerance=tolerance, **numbers)

    def part(self, name: str, pins: dict[str, str], *, value: float | None = None, **numbers: float) -> None:
        """Any component by its id, with its pins by name.

        Raises:
            UnknownName: the component does not exist.
            ValueError: a pin does not exist on it.
        """
        entry = component(name)
        if wrong := sorted(set(pins) - set(entry.pin_names())):
            raise ValueError(f"{entry.id} has no pin {', '.join(wrong)}")
        printed = None if value is None else format_value(value)
        self.assembly.place(_Placed(entry, pins, self.instance, printed, dict(numbers)))

    def opamp(
        self, in_p: str, in_n: str, out: str, *, of: Component | None = None, needs: OpampNeeds | None = None
    ) -> Component:
        """One op-amp; ``of`` a component chosen before, else the one that meets ``needs``. Returns it."""
        entry = of or self.select_opamp(needs or OpampNeeds())
        pins = {"in_p": in_p, "in_n": in_n, "out": out}
        self.assembly.place(_Placed(entry, pins, self.instance, unit=True))
        return entry

    def comparator(self, in_p: str, in_n: str, out: str, *, of: Component | None = None) -> Component:
        """One comparator (open-collector ones still need their pull-up resistor). Returns it."""
        entry = of or self.select_comparator()
        pins = {"in_p": in_p, "in_n": in_n, "out": out}
        if any("emitter" in unit.pins for unit in entry.units):
            pins["emitter"] = self.rails()[1]
        self.assembly.place(_Placed(entry, pins, self.instance, unit=True))
        return entry

    def select_opamp(self, needs: OpampNeeds) -> Component:
        """The cheapest op-amp that meets ``needs``, preferring one already in use; a part the user named wins.

        Raises:
            Infeasible: no op-amp in the library meets them; the message says which need fails.
        """
        used, margin = self.assembly.used("opamp"), self.assembly.speed_margin
        if margin > 1:
            faster = replace(
                needs, gain_bandwidth=needs.gain_bandwidth * margin, slew_rate=needs.slew_rate * margin
            )
            try:
                return select_opamp(faster, self.supply, used, self.components, self.assume)
            except Infeasible:
                pass  # no part has the margin; the need itself still counts
        return select_opamp(needs, self.supply, used, self.components, self.assume)

    def select_comparator(self) -> Component:
        """The comparator for this supply; a part the user named wins."""
        return select_comparator(self.supply, self.components, self.assembly.used("comparator"))

    def named_component(self, *kinds: str) -> Component | None:
        """The component of one of ``kinds`` that the user insists on, if any."""
        for name in self.components:
            entry = component(name)
            if entry.kind in kinds:
                return entry
        return None

    # --- what else a block says -----------------------------------------------------------------

    def assume(self, text: str) -> None:
        """State an assumption, once."""
        if text not in self.assembly.assumptions:
            self.assembly.assumptions.append(text)

    def transfer(self, gain: float, bias: float | None = None) -> None:
        """State this stage's pass-band gain (V/V, signed), and the DC level of its output where it sets one."""
        self.gain = gain
        arriving_gain, arriving_bias = self._arriving
        self.chain.gain = arriving_gain * gain
        self.chain.bias = arriving_bias * gain if bias is None else bias

    def deliver(
        self, high: float, resistance: float = 0.0, current: float = float("inf"), sink: float | None = None
    ) -> None:
        """State what this stage's output, which has two levels, gives the next; see :class:`Drive`."""
        self.chain.drive = Drive(high, resistance, current, sink)

    def require(self, quantity: str, target: float, relation: Relation = "eq", **fields: float) -> None:
        """Hold the circuit to something nobody has to ask for: that a switch passes the load's current.

        Dropped where the request says something about the same quantity itself.

        Args:
            quantity: what is measured; it needs an offer.
            target: its value, in the unit of the quantity.
            relation: how the target binds.
            fields: ``tolerance`` or ``absolute_tolerance``, instead of the quantity's own.
        """
        known = QUANTITIES[quantity]
        values: dict[str, float | None] = {
            "tolerance": known.tolerance,
            "absolute_tolerance": known.absolute if relation == "eq" else None,
            **fields,
        }
        made = Requirement(
            id="R0",
            quantity=quantity,
            target=target,
            unit=known.unit,
            relation=relation,
            role=known.role,
            stage=self.instance,
            source="assumed",
            **values,
        )
        self.assembly.required.append((self.instance, made))

    def offer(self, quantity: str, how: Offer) -> None:
        """Offer a measurement of ``quantity``; the last offer for a quantity holds."""
        self.assembly.offers[self.instance][quantity] = how

    def at_input(self, level: float) -> float:
        """The level (V) that a test source has for this stage to see ``level``.

        A stage is tested at its own input, which an ideal source holds against the stage before: whatever
        that one does to the signal (blocking DC, rectifying, oscillating) is its own affair, while each
        stage is measured with the load of the next.
        """
        return level

    def drive(
        self, waveform: Waveform, *, resistance: float = 0.0, net: str | None = None, name: str = "in"
    ) -> Stimulus:
        """A voltage source at this stage's input (or at ``net``)."""
        target = self.source if net is None else net
        return Stimulus(name=name, net=target, waveform=waveform, series_resistance=resistance)

    def hold(self, net: str, level: float) -> None:
        """Keep a further input at ``level`` (V) in every bench that does not drive it itself."""
        self.assembly.held[net] = Stimulus(name=f"hold_{net}", net=net, waveform=Dc(value=level))

    def bench(
        self, kind: str, analysis: Analysis, stimuli: Sequence[Stimulus], loads: Sequence[Load] = ()
    ) -> Bench:
        """A bench named after this block and ``kind``, with the load the request names at the output."""
        load = self.assembly.load
        every = tuple(loads) if load is None or loads else (load,)
        driven = {stimulus.net for stimulus in stimuli}
        held = [stimulus for net, stimulus in self.assembly.held.items() if net not in driven]
        if not self.first:
            driven |= set(self.assembly.held)
            held += [
                self.assembly.resting(net) for net in self.assembly.voltage_inputs() if net not in driven
            ]
        return Bench(
            name=f"{self.instance}_{kind}", stimuli=(*stimuli, *held), loads=every, analysis=analysis
        )


def voltage(net: str, reference: str = GROUND) -> Signal:
    """The voltage of a net."""
    return Signal(net=net, reference=reference)


def current(source: str) -> Signal:
    """The current out of a stimulus."""
    return Signal(source=source)
