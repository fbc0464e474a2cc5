"""The builder: what a block says to place its parts, name its nets and offer its measurements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from voltsmith.knowledge.blocks.assembly import Assembly, ChainState, Drive, Offer, Placed
from voltsmith.knowledge.blocks.selection import OpampNeeds, select_comparator, select_opamp
from voltsmith.knowledge.devices import component, format_value
from voltsmith.schemas.circuits import PortRole
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply
from voltsmith.schemas.quantities import QUANTITIES
from voltsmith.schemas.requirements import Relation, Requirement
from voltsmith.schemas.testbenches import Analysis, Bench, Dc, Load, Stimulus, Waveform


class Builder:
    """Places the parts of one block. Values are SI numbers; nets are names that it hands out."""

    def __init__(
        self, assembly: Assembly, instance: str, chain: ChainState, components: tuple[str, ...]
    ) -> None:
        assembly.offers.setdefault(instance, {})
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
        self.assembly.place(Placed(entry, pins, self.instance, printed, dict(numbers)))

    def opamp(
        self, in_p: str, in_n: str, out: str, *, of: Component | None = None, needs: OpampNeeds | None = None
    ) -> Component:
        """One op-amp; ``of`` a component chosen before, else the one that meets ``needs``. Returns it."""
        entry = of or self.select_opamp(needs or OpampNeeds())
        pins = {"in_p": in_p, "in_n": in_n, "out": out}
        self.assembly.place(Placed(entry, pins, self.instance, unit=True))
        return entry

    def comparator(self, in_p: str, in_n: str, out: str, *, of: Component | None = None) -> Component:
        """One comparator (open-collector ones still need their pull-up resistor). Returns it."""
        entry = of or self.select_comparator()
        pins = {"in_p": in_p, "in_n": in_n, "out": out}
        if any("emitter" in unit.pins for unit in entry.units):
            pins["emitter"] = self.rails()[1]
        self.assembly.place(Placed(entry, pins, self.instance, unit=True))
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
