"""What low-side switches share: their load, the flyback diode, and how they are measured."""

from __future__ import annotations

from dataclasses import dataclass, replace

from voltsmith.knowledge.blocks._junctions import accept_diode, diode_for
from voltsmith.knowledge.blocks.assembly import DECOUPLING, Probe, current, voltage
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.devices import format_value
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.testbenches import (
    Bench,
    Dc,
    Load,
    Measure,
    MeasureKind,
    Op,
    Pulse,
    Stimulus,
    Transient,
    Waveform,
)

PIN_CURRENT = 20e-3
"""A that the output pin of a microcontroller delivers."""
LOGIC = 5.0
"""V of the control signal, where none is named and no stage delivers it."""
LOAD = 0.1
"""A, where no load is named."""
COIL_CHOICES = ("relay", "solenoid", "motor", "coil", "inductive", "valve")
"""Words for loads that have an inductance."""
COIL = 0.1
"""H of an inductive load that is not described further."""
DROP = 0.045
"""Most of the supply that a closed switch may take from its load."""
DERATING = 1.25
"""Voltage and current ratings over what is asked of them."""
VOLTAGE_MARGIN = 1.5
"""The drain's rating over the supply: wiring has inductance, and supplies have spikes."""
MOST_DIODES = 8
"""Flyback diodes in parallel."""

PARAMETERS = (
    Parameter(name="load_current", unit="A", description="load current", default=LOAD, low=1e-4, high=20.0),
    Parameter(
        name="control_voltage",
        unit="V",
        description="voltage of the control signal",
        low=1.8,
        high=15.0,
    ),
)
MEASURES = (
    "saturation_voltage",
    "output_current",
    "collector_current",
    "flyback_voltage",
    "base_current",
    "power_dissipation",
    "supply_current",
    "rise_time",
    "delay",
)


@dataclass(frozen=True)
class Duty:
    """What is switched: ``current`` (A) through ``inductance`` (H), from ``supply`` V, by ``control`` V.

    ``drop`` (V) is what the closed switch may take, ``base`` (A) what the control signal delivers at most.
    """

    supply: float
    current: float
    inductance: float
    control: float
    drop: float
    base: float | None = None

    @property
    def resistance(self) -> float:
        """The load, ohm."""
        return self.supply / self.current


def duty_of(p: Asked | Values, supply: float) -> Duty:
    """What a switch has to do."""
    level = p.get("supply_voltage", supply)
    amperes = p.get("load_current", LOAD)
    inductive = any(p.choice(name) in COIL_CHOICES for name in ("load", "load_type"))
    henries = p.get("load_inductance", COIL if inductive else 0.0)
    drop = DROP * level
    allowed = p.requirements.get("saturation_voltage")
    if allowed is not None and allowed.relation == "max":
        drop = min(drop, allowed.target)
    return Duty(level, amperes, henries, p.get("control_voltage", LOGIC), drop, _least(p, "base_current"))


def _least(p: Asked | Values, quantity: str) -> float | None:
    """The largest value that is accepted, with a little in hand, or None where there is no limit."""
    asked = p.requirements.get(quantity)
    if asked is None:
        return None
    if asked.relation in ("max", "range"):
        return None if (most := asked.limits()[1]) is None else most * 0.97
    return asked.target if asked.relation == "eq" else None


def behind(b: Builder, p: Values, duty: Duty) -> Duty:
    """``duty`` with what the stage before delivers, where its output has two levels."""
    arriving = b.arriving
    if "control_voltage" in p:
        return duty
    if arriving is None:
        b.assume(f"voltage of the control signal: {LOGIC:g} V, as none was given")
        return duty
    weak = arriving.sink is None and arriving.current < PIN_CURRENT
    base = min(duty.base or arriving.current, arriving.current) if weak else duty.base
    return replace(duty, control=round(arriving.high, 3), base=base)


def derive_load(asked: Asked, supply: float) -> dict[str, float]:
    """Load current (A) from a resistance, a power or a current asked for in another word."""
    if "load_current" in asked:
        return {}
    level = asked.get("supply_voltage", supply)
    for name in ("output_current", "collector_current"):
        if name in asked:
            return {"load_current": asked[name]}
    if "load_resistance" in asked:
        return {"load_current": level / asked["load_resistance"]}
    if "load_power" in asked:
        return {"load_current": asked["load_power"] / level}
    return {}


def check_supply(duty: Duty) -> None:
    """Refuse voltages that are not low-voltage electronics.

    Raises:
        Infeasible: the supply is outside 1.5 V to 60 V.
    """
    if not 1.5 <= duty.supply <= 60:
        raise Infeasible(f"a load at {duty.supply:g} V is outside the 1.5 V to 60 V this switch is made for")


def place_flyback(b: Builder, duty: Duty, vcc: str, out: str) -> None:
    """The diode that lets the current of a coil run on when the switch opens, or a supply capacitor."""
    named = b.named_component("diode")
    if duty.inductance <= 0 and named is None:
        # Nothing else of the switch is at the supply; edges of the load's current are taken from here.
        b.capacitor(DECOUPLING, vcc, b.ground(), tolerance=0.1)
        return
    reverse = duty.supply * DERATING
    if named is not None:
        accept_diode(b, named, duty.current, reverse)
        b.part(named.id, {"A": out, "K": vcc})
        return
    # The whole load current flows on through the diode; where no single one carries it, several share it.
    for count in range(1, MOST_DIODES + 1):
        try:
            diode = diode_for(duty.current / count, reverse, feature=None if count == 1 else "rectifier")
        except Infeasible:
            continue
        if count > 1:
            b.assume(f"{count} diodes {diode.id} side by side share the {duty.current:.3g} A of the load")
        for _ in range(count):
            b.part(diode.id, {"A": out, "K": vcc})
        return
    raise Infeasible(f"no flyback diode in the library carries {duty.current:.3g} A at {duty.supply:g} V")


def offer_switch(b: Builder, duty: Duty, control: str, vcc: str, out: str) -> None:
    """Offer what can be measured on a low-side switch between net ``out`` and ground."""
    resistance = duty.resistance
    if duty.inductance > 0:
        loads: tuple[Load, ...] = (
            Load(kind="resistor", value=resistance, net=vcc, reference="load_middle"),
            Load(kind="inductor", value=duty.inductance, net="load_middle", reference=out),
        )
    else:
        loads = (Load(kind="resistor", value=resistance, net=vcc, reference=out),)
    drop = voltage(vcc, out)

    def bench(kind: str, wave: Waveform) -> Bench:
        return b.bench(kind, Op(), [Stimulus(name="in", net=control, waveform=wave)], loads)

    def on() -> Bench:
        return bench("on", Dc(value=duty.control))

    def offer(quantity: str, measure: Measure) -> None:
        b.offer(quantity, lambda _: Probe(on(), measure))

    offer("saturation_voltage", Measure(kind="value", signal=voltage(out)))
    for quantity in ("output_current", "collector_current"):
        offer(quantity, Measure(kind="value", signal=drop, scale=1 / resistance))
    # What a switch is for: the load gets its current when on, and next to none when off.
    b.require("output_current", 0.9 * duty.current, "min")
    b.require("leakage_current", 0.01 * duty.current, "max")
    off = Measure(kind="value", signal=drop, scale=1 / resistance)
    b.offer("leakage_current", lambda _: Probe(bench("off", Dc(value=0.0)), off))
    offer("power_dissipation", Measure(kind="value", signal=voltage(out), scale=duty.current))
    offer("base_current", Measure(kind="value", signal=current("in")))
    b.offer(
        "supply_current",
        lambda _: Probe(on(), Measure(kind="value", signal=current(vcc))),
    )

    # Long enough for the coil to charge and to discharge, or else for the slowest transistor here.
    charge = 5 * duty.inductance / resistance if duty.inductance > 0 else 2e-5

    def switched(off_first: bool) -> Bench:
        low, high = (0.0, duty.control) if off_first else (duty.control, 0.0)
        wave = Pulse(
            low=low,
            high=high,
            delay=0.1 * charge,
            rise=1e-8,
            fall=1e-8,
            width=100 * charge,
            period=200 * charge,
        )
        drive = Stimulus(name="in", net=control, waveform=wave)
        return b.bench("open", Transient(stop=2 * charge, step=charge / 400), [drive], loads)

    def transient(quantity: str, kind: MeasureKind) -> None:
        reference = voltage(control) if kind == "delay" else None
        measure = Measure(kind=kind, signal=voltage(out), reference=reference)
        b.offer(quantity, lambda _: Probe(switched(off_first=kind == "delay"), measure))

    transient("flyback_voltage", "maximum")
    transient("delay", "delay")
    if duty.inductance <= 0:
        transient("rise_time", "rise_time")


def supply_of(block: Block, asked: Asked) -> float:
    """The supply (V) that is asked for, or the block's own."""
    default = block.default_supply
    if asked.supply is not None:
        return asked.supply.vcc
    return default.vcc if default is not None else 12.0


def filled(block: Block, asked: Asked) -> Asked:
    """``asked`` with what can be derived from it."""
    numbers = {**block.derive(asked), **asked.numbers}
    return Asked(numbers, asked.requirements, asked.choices, supply=asked.supply)


def unfit(entry: Component, duty: Duty) -> str:
    """Why a MOSFET cannot do ``duty``, or an empty string when it can."""
    limits, model = entry.limits, entry.model
    if limits["drain_source_max"] < duty.supply * VOLTAGE_MARGIN:
        return f"stands {limits['drain_source_max']:g} V"
    if limits["drain_current_max"] < duty.current * DERATING:
        return f"carries {format_value(limits['drain_current_max'])}A"
    if limits["gate_source_max"] < duty.control:
        return f"stands {limits['gate_source_max']:g} V at its gate"
    drive = duty.control * 0.98 - limits["threshold_max"]
    if drive < 0.8:
        return f"may need {limits['threshold_max']:g} V to begin to conduct"
    channel = 1 / (model["transconductance"] * drive)
    resistance = model["drain_resistance"] + model["source_resistance"] + channel
    if duty.current * resistance > duty.drop:
        return f"would drop {duty.current * resistance:.2g} V"
    # Saturated, the channel carries Kp/2 times the square of the drive.
    if duty.current > 0.5 * model["transconductance"] * drive**2 / 2:
        return f"does not carry {duty.current:.3g} A with {duty.control:g} V at its gate"
    # Without a heat sink no package here gives off more than about a watt.
    if (watts := 1.5 * duty.current**2 * resistance) > min(limits["power_max"], 1.5) * 0.7:
        return f"would turn {watts:.2g} W into heat"
    return ""
