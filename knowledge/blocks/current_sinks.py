"""Current sink of op-amp, MOSFET and sense resistor."""

from __future__ import annotations

import math
from dataclasses import dataclass

from voltsmith.knowledge.blocks._amplifying import wanted
from voltsmith.knowledge.blocks.assembly import Probe, current, voltage
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.blocks.offers import offer_supply_current
from voltsmith.knowledge.blocks.selection import OpampNeeds, shortfall
from voltsmith.knowledge.devices import component, components
from voltsmith.knowledge.preferred import nearest, ratio_pair
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import (
    Bench,
    Dc,
    DcSweep,
    Load,
    Measure,
    MeasureKind,
    Op,
    Pulse,
    Stimulus,
    Transient,
)

GATE_RESISTOR = 470.0
"""Ohm: keeps the gate's capacitance away from the op-amp's output."""
FEEDBACK_RESISTOR = 10e3
"""Ohm: with the compensation capacitor it makes the loop slow enough for the gate."""
OFFSET_SHARE = 0.03
"""Largest offset of the op-amp, as a part of the voltage across the sense resistor."""
BARE_POWER = 1.5
"""W that a TO-220 case sheds without a heatsink."""
_RATINGS = (0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)


@dataclass(frozen=True)
class _Design:
    """Sense resistor (ohm) and its rating (W), the voltage across it (V), MOSFET, compensation (F)."""

    sense: float
    rating: float
    drop: float
    mosfet: Component
    opamp: Component
    compensation: float
    current: float

    @property
    def dropout(self) -> float:
        """Least voltage (V) at the output: sense resistor and the MOSFET fully on."""
        return self.drop + 1.5 * self.current * self.mosfet.limits["on_resistance"] + 0.02


class CurrentSink(Block):
    """An op-amp drives a MOSFET so that the voltage across a sense resistor equals its input."""

    id = "current_sink"
    function = "current_source"
    title = "Op-amp current sink"
    summary = (
        "Draws a constant current from a load that hangs between a positive supply and the output, whatever "
        "the load's voltage. The current follows a control voltage, or a divider from the supply."
    )
    equations = (
        "I = V_set / R_S",
        "P_S = I^2 R_S; P_MOSFET = I (V_load - I R_load - I R_S)",
        "least output voltage = I (R_S + R_DS(on))",
        "the op-amp integrates with R_1 C_1: its corner lies below that of the gate, 1 / (2 pi R_G C_iss)",
    )
    sources = (
        "Texas Instruments SBOA327A, Voltage-to-current (V-I) converter circuit with MOSFET",
        "P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., section 4.2.5",
    )
    phrases = (
        "current sink",
        "constant current source",
        "voltage-controlled current sink",
        "electronic load",
        "LED current regulator with op-amp",
        "constant current load",
        "V to I converter",
    )
    parameters = (
        Parameter(
            name="output_current", unit="A", description="output current", default=10e-3, low=1e-5, high=5.0
        ),
    )
    measures = (
        "output_current",
        "load_regulation",
        "transconductance",
        "dropout_voltage",
        "power_dissipation",
        "overshoot",
    )
    topologies = ("mosfet", "opamp", "op_amp")
    carries_load = False
    default_supply = Supply(vcc=5.0)

    def fit(self, asked: Asked) -> float:
        """Precise and adjustable."""
        for entry in map(component, asked.components):
            if entry.kind in ("npn", "pnp", "pmos"):
                raise Infeasible(
                    f"this current sink is built with an N-channel MOSFET, and {entry.id} is none"
                )
        return 2.0

    def derive(self, asked: Asked) -> dict[str, float]:
        """The current from a load's, or from a control voltage and a transconductance."""
        if "output_current" in asked:
            return {}
        if "load_current" in asked:
            return {"output_current": asked["load_current"]}
        if "led_current" in asked:
            return {"output_current": asked["led_current"]}
        if "transconductance" in asked and "control_voltage" in asked:
            return {"output_current": asked["transconductance"] * asked["control_voltage"]}
        return {}

    def build(self, b: Builder, p: Values) -> None:
        """Set voltage, op-amp, MOSFET, sense resistor, compensation."""
        controlled = not b.chain.first or "control_voltage" in p or "transconductance" in p
        design = _design(b, p)
        full_scale = p.get("control_voltage", b.supply.vcc if not b.chain.first else 0.0)
        if controlled and not full_scale:
            full_scale = p["output_current"] / p.get("transconductance", p["output_current"] / 5.0)
        setting = b.net("set")
        ground = b.ground()
        if controlled:
            source = b.input()
            _divide(b, source, setting, ground, full_scale, design.drop)
        else:
            source = b.rails()[0]
            _divide(b, source, setting, ground, b.supply.vcc, design.drop)
            b.capacitor(100e-9, setting, ground)
            b.assume(f"the current follows the supply of {b.supply.vcc:g} V, from which it is set")
        out = b.output()
        gate, drive, sense, minus = b.net("gate"), b.net("drive"), b.net("sense"), b.net("minus")
        b.opamp(setting, minus, drive, of=design.opamp)
        b.resistor(GATE_RESISTOR, drive, gate)
        b.part(design.mosfet.id, {"D": out, "G": gate, "S": sense})
        b.resistor(design.sense, sense, ground, power_rating=design.rating)
        b.resistor(FEEDBACK_RESISTOR, sense, minus)
        b.capacitor(design.compensation, drive, minus)
        b.transfer(0.0, 0.0)
        _offer(b, p, design, source if controlled else None, full_scale, out, sense)


def _design(b: Builder, p: Values) -> _Design:
    amperes, supply = p["output_current"], b.supply
    resistance = wanted(p, "load_resistance")
    # Enough voltage that the op-amp's offset does not count, little enough to keep the resistor cool.
    wish = min(0.5, max(0.15, 0.5 / amperes), 0.15 * supply.vcc)
    sense = p["resistance"] if "resistance" in p else nearest(wish / amperes, "E12")
    drop = sense * amperes
    rating = next((size for size in _RATINGS if size >= 2 * drop * amperes), _RATINGS[-1])
    left = supply.vcc - (resistance or 0.0) * amperes
    watts = amperes * max(left - drop, 0.0)
    mosfet = _mosfet(b, amperes, supply.vcc, drop, watts)
    opamp = b.select_opamp(
        OpampNeeds(
            gain_bandwidth=200e3,
            offset=OFFSET_SHARE * drop,
            input_low=supply.vee if supply.vee < 0 else 0.0,
            input_high=drop * 1.1,
            output_low=drop,
            output_high=min(drop + _gate_voltage(mosfet, amperes), supply.vcc),
        )
    )
    input_capacitance = (
        mosfet.model["gate_source_capacitance"] + mosfet.model["gate_drain_capacitance_max"] * 0.3
    )
    # The integrator crosses a fifth below the gate's corner, and no faster than 100 kHz.
    corner = min(1 / (2 * math.pi * GATE_RESISTOR * input_capacitance) / 5, 100e3)
    compensation = nearest(1 / (2 * math.pi * FEEDBACK_RESISTOR * corner), "E6")
    design = _Design(sense, rating, drop, mosfet, opamp, compensation, amperes)
    if left < design.dropout:
        raise Infeasible(
            f"{amperes:.3g} A through {resistance:.3g} ohm leave {left:.3g} V of {supply.vcc:g} V, "
            f"and the sink needs {design.dropout:.3g} V"
        )
    if rating > 0.25:
        b.assume(f"the sense resistor stands {rating:g} W")
    b.assume(
        f"{mosfet.id} turns {watts:.2g} W into heat" + (", with a heatsink" if watts > BARE_POWER else "")
    )
    return design


def _gate_voltage(mosfet: Component, amperes: float) -> float:
    """Gate-source voltage (V) for a current, with the highest threshold of the production spread."""
    return mosfet.limits["threshold_max"] + math.sqrt(2 * amperes / mosfet.model["transconductance"])


def _mosfet(b: Builder, amperes: float, volts: float, drop: float, watts: float) -> Component:
    """The cheapest MOSFET that stands the load and that some op-amp on this supply can drive."""
    named = b.named_component("nmos")
    if named is not None:
        _accept(b, named, amperes, volts, drop, watts)
        return named

    def suits(entry: Component) -> bool:
        limit = entry.limits
        return (
            limit["drain_current_max"] >= 1.5 * amperes
            and limit["drain_source_max"] >= 1.3 * volts
            and limit["power_max"] >= 1.6 * watts
            and drivable(drop + _gate_voltage(entry, amperes))
        )

    every = [entry for entry in components().values() if entry.kind == "opamp"]

    def drivable(level: float) -> bool:
        needs = OpampNeeds(output_high=level, input_low=0.0, input_high=drop, offset=OFFSET_SHARE * drop)
        return any(not shortfall(entry, needs, b.supply) for entry in every)

    found = [entry for entry in components().values() if entry.kind == "nmos" and suits(entry)]
    if not found:
        raise Infeasible(
            f"no MOSFET in the library sinks {amperes:.3g} A from {volts:g} V, which makes {watts:.3g} W of "
            f"heat, with a gate that {volts:g} V can drive"
        )
    return min(found, key=lambda entry: (entry.cost, entry.id))


def _accept(b: Builder, entry: Component, amperes: float, volts: float, drop: float, watts: float) -> None:
    """Check a MOSFET that was asked for: refuse what is beyond its ratings, state what is near them."""
    limit = entry.limits
    gate = drop + entry.model["threshold"] + math.sqrt(2 * amperes / entry.model["transconductance"])
    for wrong, reason in (
        (limit["drain_current_max"] < amperes, f"carries {limit['drain_current_max']:g} A"),
        (limit["drain_source_max"] < volts, f"stands {limit['drain_source_max']:g} V"),
        (
            limit["power_max"] < watts,
            f"would turn {watts:.2g} W into heat, and sheds {limit['power_max']:g} W",
        ),
        (gate > volts, f"needs {gate:.2g} V at its gate for {amperes:.3g} A"),
    ):
        if wrong:
            raise Infeasible(f"{entry.id} {reason}; name another MOSFET, or none")
    if drop + _gate_voltage(entry, amperes) > volts:
        b.assume(f"{entry.id} was asked for and used, although not every one conducts with {volts:g} V")


def _divide(b: Builder, source: str, setting: str, ground: str, full_scale: float, drop: float) -> None:
    """The divider that makes the voltage across the sense resistor out of ``full_scale`` (V)."""
    if full_scale < drop * 0.999:
        raise Infeasible(
            f"a control voltage of {full_scale:g} V is less than the {drop:.3g} V across the sense resistor"
        )
    ratio = full_scale / drop - 1
    if ratio < 0.003:
        b.resistor(1e3, source, setting)
        return
    low = min(max(30e3 / ratio, 1e3), 30e3)
    pair = ratio_pair(ratio, (low / 1.5, low * 1.5), budget=0.001)
    b.resistor(pair.first, source, setting)
    b.resistor(pair.second, setting, ground)


def _offer(
    b: Builder, p: Values, design: _Design, control: str | None, full_scale: float, out: str, sense: str
) -> None:
    vcc, _ = b.rails()
    top, bottom = b.supply.vcc, design.dropout * 1.1 + 0.05
    resistance = wanted(p, "load_resistance")
    drives = [] if control is None else [b.drive(Dc(value=b.at_input(full_scale)))]
    held = Stimulus(name="load", net=out, waveform=Dc(value=(top + bottom) / 2))

    # The load goes from the supply to the output, never to ground, where benches would put it.
    none = [Load(kind="current", value=0.0, net=out)]

    def at_load(volts: float) -> Bench:
        stimulus = Stimulus(name="load", net=out, waveform=Dc(value=volts))
        return b.bench("load", Op(), [*drives, stimulus], none)

    # Current out of a source that holds the output is the current the sink draws.
    drawn = current("load")

    def output_current(_: Requirement) -> Probe:
        if resistance is None:
            return Probe(b.bench("op", Op(), [*drives, held], none), Measure(kind="value", signal=drawn))
        load = Load(kind="resistor", value=resistance, net=vcc, reference=out)
        across = voltage(vcc, out)
        return Probe(
            b.bench("op", Op(), drives, [load]), Measure(kind="value", signal=across, scale=1 / resistance)
        )

    b.offer("output_current", output_current)
    b.offer("led_current", output_current)

    def load_regulation(_: Requirement) -> Probe:
        measure = Measure(kind="value", signal=drawn, scale=100 / design.current)
        return Probe(at_load(top), measure, at_load(bottom))

    b.offer("load_regulation", load_regulation)

    def dropout(_: Requirement) -> Probe:
        sweep = DcSweep(source="load", start=0.0, stop=top, points=501)
        measure = Measure(kind="crossing", signal=drawn, level=0.95 * design.current)
        return Probe(b.bench("dropout", sweep, [*drives, held], none), measure)

    b.offer("dropout_voltage", dropout)

    def power(_: Requirement) -> Probe:
        measure = Measure(kind="value", signal=voltage(out, sense), scale=design.current)
        if resistance is None:
            return Probe(at_load(top), measure)
        load = Load(kind="resistor", value=resistance, net=vcc, reference=out)
        return Probe(b.bench("op", Op(), drives, [load]), measure)

    b.offer("power_dissipation", power)
    offer_supply_current(b)
    stepped = vcc if control is None else b.source
    ends = (0.5 * top, top) if control is None else (b.at_input(0.3 * full_scale), b.at_input(full_scale))
    time = max(60 * FEEDBACK_RESISTOR * design.compensation, 0.0 if control else 0.2)

    def step(requirement: Requirement) -> Probe:
        wave = Pulse(
            low=ends[0],
            high=ends[1],
            delay=time,
            rise=time / 1e3,
            fall=time / 1e3,
            width=100 * time,
            period=200 * time,
        )
        kinds: dict[str, MeasureKind] = {"rise_time": "rise_time", "settling_time": "settling_time"}
        kind = kinds.get(requirement.quantity, "overshoot")
        stimulus = Stimulus(name="in", net=stepped, waveform=wave)
        bench = b.bench("step", Transient(stop=11 * time, step=time / 500), [stimulus, held], none)
        at = 0.99 * time if kind == "settling_time" else None
        return Probe(bench, Measure(kind=kind, signal=voltage(sense), at=at))

    for quantity in ("overshoot", "rise_time", "settling_time"):
        b.offer(quantity, step)
    if control is not None:
        ends_of_sweep = (b.at_input(0.2 * full_scale), b.at_input(full_scale))
        low, high = min(ends_of_sweep), max(ends_of_sweep)

        def transconductance(_: Requirement) -> Probe:
            sweep = DcSweep(source="in", start=low, stop=high, points=101)
            measure = Measure(kind="slope", signal=drawn, reference=voltage(control), low=low, high=high)
            return Probe(b.bench("control", sweep, [*drives, held], none), measure)

        b.offer("transconductance", transconductance)


BLOCKS: tuple[Block, ...] = (CurrentSink(),)
