"""Astable multivibrator with two transistors."""

from __future__ import annotations

import math
from dataclasses import dataclass

from voltsmith.knowledge.blocks._junctions import diode_of, forward_voltage
from voltsmith.knowledge.blocks._lamps import add_indicator, wants_indicator
from voltsmith.knowledge.blocks._regulated import rating
from voltsmith.knowledge.blocks._square import (
    MEASURES,
    Run,
    aimed,
    aimed_frequency,
    derive_rhythm,
    frequency_parameter,
    offer_square,
    positive_rail,
)
from voltsmith.knowledge.blocks.assembly import Probe, voltage
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.devices import component
from voltsmith.knowledge.preferred import nearest, values
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply
from voltsmith.schemas.testbenches import Measure, Pulse, Stimulus

COLLECTOR_CURRENT = ((2e3, 2e-3), (math.inf, 5e-3))
"""A through a collector resistor, up to a frequency (Hz): fast ones need capacitors far above stray ones."""
BASE_RATIO = (12.0, 30.0, 50.0)
"""Base over collector resistor: least, usual, most. More sharpens the edges, less makes saturation sure."""
EMITTER_BASE = 6.0
"""V of supply up to which the bases stand the swing below ground; above, diodes take it."""
FAST = 10e3
"""Hz up to which transistors with a diode at the base turn off in time."""
SATURATED = 0.05
"""V across a saturated transistor."""
_THERMAL = 0.025865


@dataclass(frozen=True)
class Side:
    """One half: its collector and base resistor (ohm), and the capacitor (F) at the base."""

    collector: float
    base: float
    capacitor: float


@dataclass(frozen=True)
class Levels:
    """Voltages at the bases: ``on`` while it conducts, ``turn_on`` where it begins to (V)."""

    supply: float
    on: float
    turn_on: float

    def off_time(self, side: Side, charged: float) -> float:
        """Time (s) a side stays off when the other collector had risen to ``charged`` V."""
        bottom = self.on - (charged - SATURATED)
        return side.base * side.capacitor * math.log((self.supply - bottom) / (self.supply - self.turn_on))


def levels_of(entry: Component, diode: Component | None, supply: float, collector: float) -> Levels:
    """Base levels with collector resistors of ``collector`` ohm; a ``diode`` at the base adds its drop."""
    model = entry.model

    def base_emitter(current: float) -> float:
        return model["base_emitter_voltage"] + _THERMAL * math.log(current / model["base_emitter_current"])

    amperes = supply / collector
    driven = amperes / BASE_RATIO[1]
    on = base_emitter(amperes) + driven * model["base_resistance"]
    # A side takes over once its transconductance times the collector resistor exceeds one.
    begins = _THERMAL / collector
    turn_on = base_emitter(begins)
    if diode is not None:
        on += forward_voltage(diode, driven)
        turn_on += forward_voltage(diode, begins / 100)
    return Levels(supply, on, turn_on)


def times(levels: Levels, first: Side, second: Side, load: float = math.inf) -> tuple[float, float]:
    """Time high and low (s) at the collector of ``second``, between its passages through the middle.

    ``load`` (ohm) from that collector to ground lowers its high level.
    """
    high = low = 0.0
    share = 1.0 if math.isinf(load) else load / (load + second.collector)
    # A collector's capacitor charges through its resistor only while that side is off.
    rise = second.collector * share * first.capacitor
    charged = [levels.supply, levels.supply * share]
    for _ in range(4):
        high, low = levels.off_time(second, charged[0]), levels.off_time(first, charged[1])
        charged = [
            levels.supply * (1 - math.exp(-low / (first.collector * second.capacitor))),
            levels.supply * share * (1 - math.exp(-high / rise)),
        ]
    late = math.log(2) * rise
    return high - late, low + late


class Multivibrator(Block):
    """Two transistors that switch each other off by turns."""

    id = "transistor_multivibrator"
    function = "square_oscillator"
    title = "Two-transistor multivibrator"
    summary = (
        "Square-wave oscillator with two NPN transistors: each one's capacitor holds the other off until its "
        "base resistor has charged it again. The output rounds its rising edge."
    )
    equations = (
        "t_off = R_B C ln((2 V_cc - V_BE - V_CE,sat) / (V_cc - V_BE,on)), about ln 2 R_B C",
        "f = 1 / (t_off,1 + t_off,2)",
    )
    sources = ("J. Millman, H. Taub, Pulse, Digital, and Switching Waveforms, McGraw-Hill 1965",)
    phrases = (
        "two-transistor flasher",
        "transistor astable multivibrator",
        "blink LEDs with transistors only",
        "discrete square wave oscillator",
        "oscillator without an integrated circuit",
    )
    parameters = (
        frequency_parameter(1e3, 0.05, 1e5),
        Parameter(name="duty_cycle", unit="%", description="duty cycle", default=50.0, low=15.0, high=85.0),
    )
    measures = tuple(name for name in (*MEASURES, "led_current") if name != "rise_time")
    topologies = ("transistor", "bjt", "multivibrator", "discrete")
    default_supply = Supply(vcc=5.0)

    def fit(self, asked: Asked) -> float:
        """When asked for by name; a 555 is the ordinary oscillator."""
        if not 15 <= asked.get("duty_cycle", 50.0) <= 85:
            raise Infeasible("a two-transistor multivibrator has a duty cycle between 15 % and 85 %")
        if asked.supply is not None and not 3 <= asked.supply.vcc <= 24:
            raise Infeasible("a two-transistor multivibrator works from 3 V to 24 V")
        if asked.choice("topology") in self.topologies:
            return 3.0
        return 4.0 if any(component(name).kind == "npn" for name in asked.components) else 0.6

    def derive(self, asked: Asked) -> dict[str, float]:
        """Frequency and duty cycle from the period, or from the times high and low."""
        return derive_rhythm(asked)

    def build(self, b: Builder, p: Values) -> None:
        """Two collector and two base resistors, two capacitors, two transistors."""
        frequency = aimed_frequency(p)
        duty = aimed(p, "duty_cycle", p["duty_cycle"]) / 100
        supply = b.supply.vcc
        if not 3 <= supply <= 24:
            raise Infeasible("a two-transistor multivibrator works from 3 V to 24 V")
        entry = self._transistor(b, supply)
        diode = diode_of(b, 10e-3, 1.2 * supply, feature="signal") if supply > EMITTER_BASE else None
        load = p.get("load_resistance", math.inf)
        if diode is not None and frequency > FAST:
            raise Infeasible(
                f"above {EMITTER_BASE:g} V diodes guard the bases, behind which the transistors turn off too "
                f"slowly for {frequency:.3g} Hz; use {EMITTER_BASE:g} V or less, or a 555"
            )
        if "load_current" in p:
            raise Infeasible(
                "a collector resistor delivers no load current; use a 555, or put a transistor switch behind"
            )
        usual = next(amperes for limit, amperes in COLLECTOR_CURRENT if frequency <= limit)
        collector = nearest(min(supply / usual, load / 5), "E12")
        if collector < 100:
            raise Infeasible(f"a load of {load:.3g} ohm is too much for a collector; use a 555")
        levels = levels_of(entry, diode, supply, collector)
        wanted = duty / frequency, (1 - duty) / frequency
        ratio = min(entry.limits["current_gain_min"] / 3, BASE_RATIO[2])
        first, second = choose(levels, collector, wanted, ratio, p.numbers.get("capacitance"), load)
        out = b.output()
        b.deliver(supply, collector, supply / collector / 10)
        lamp = None
        if wants_indicator(b, p):
            lamp = add_indicator(b, p, positive_rail(b), out, supply - SATURATED)
        base = self._place(b, entry, diode, (first, second), out)
        high, low = times(levels, first, second, load)
        period = high + low
        kick = Stimulus(
            name="kick",
            type="current",
            net=base,
            waveform=Pulse(
                low=0.0,
                high=-3 * supply / second.base,
                delay=0.1 * period,
                rise=0.001 * period,
                fall=0.001 * period,
                width=0.1 * period,
                period=1000 * period,
            ),
        )
        run = Run(1 / period, high, settle=3.0, stimuli=(kick,))
        offer_square(b, out, run, edge=False)
        if lamp is not None:
            across = Measure(kind="maximum", signal=voltage(lamp.top, lamp.node), scale=1 / lamp.resistance)
            b.offer("led_current", lambda _: Probe(run.bench(b), across))

    @staticmethod
    def _transistor(b: Builder, supply: float) -> Component:
        named = b.named_component("npn")
        if named is None:
            return component("BC547B")
        if "darlington" in named.features:
            raise Infeasible(
                f"{named.id} is a Darlington transistor, which turns off too slowly and too late"
            )
        if (stands := named.limits["collector_emitter_max"]) < supply:
            b.assume(f"{named.id} was asked for and used, although it stands {stands:g} V")
        return named

    @staticmethod
    def _place(
        b: Builder, entry: Component, diode: Component | None, sides: tuple[Side, Side], out: str
    ) -> str:
        """Both halves; returns the net at the second one's base resistor."""
        vcc, ground = positive_rail(b), b.ground()
        collectors = (b.net("collector"), out)
        timing = (b.net("timing_a"), b.net("timing_b"))
        for index, side in enumerate(sides):
            # Each conducts for a part of the time; the resistor is made for all of it.
            b.resistor(side.collector, vcc, collectors[index], **rating(b.supply.vcc**2 / side.collector))
            b.resistor(side.base, vcc, timing[index])
            b.capacitor(side.capacitor, collectors[1 - index], timing[index])
            base = timing[index]
            if diode is not None:
                base = b.net("base_a" if index == 0 else "base_b")
                b.part(diode.id, {"A": timing[index], "K": base})
            b.part(entry.id, {"C": collectors[index], "B": base, "E": ground})
        return timing[1]


def choose(
    levels: Levels,
    collector: float,
    wanted: tuple[float, float],
    most: float,
    capacitor: float | None,
    load: float,
) -> tuple[Side, Side]:
    """Both halves for a time high and a time low (s), base resistors up to ``most`` times the collector's.

    Raises:
        Infeasible: no values do it.
    """
    lowest = BASE_RATIO[0] * collector
    middle = min(BASE_RATIO[1], most) * collector
    options: list[list[tuple[float, Side]]] = [[], []]
    # The second half is off while the output is high.
    for index, time in enumerate((wanted[1], wanted[0])):
        for c in values("E6", 100e-12, 1000e-6) if capacitor is None else (capacitor,):
            unit = levels.off_time(Side(collector, 1.0, c), levels.supply)
            resistor = time / unit
            if not lowest <= resistor <= most * collector:
                continue
            side = Side(collector, resistor, c)
            options[index].append((abs(math.log(resistor / middle)) + (1.0 if c > 1.0001e-6 else 0.0), side))
    if not options[0] or not options[1]:
        raise Infeasible(
            f"times of {wanted[0]:.3g} s and {wanted[1]:.3g} s need capacitors that are not made or base "
            f"resistors outside {lowest:.3g} to {most * collector:.3g} ohm"
        )
    first, second = (min(found, key=lambda item: item[0])[1] for found in options)
    # Incomplete charging couples the halves: scale both until the times are right, then round.
    for _ in range(6):
        high, low = times(levels, first, second, load)
        first = Side(collector, first.base * wanted[1] / low, first.capacitor)
        second = Side(collector, second.base * wanted[0] / high, second.capacitor)
    rounded = [Side(collector, nearest(side.base, "E24"), side.capacitor) for side in (first, second)]
    high, low = times(levels, rounded[0], rounded[1], load)
    if (
        abs((high + low) / sum(wanted) - 1) > 0.01
        or abs(high / (high + low) - wanted[0] / sum(wanted)) > 0.01
    ):
        rounded = [Side(collector, nearest(side.base, "E96"), side.capacitor) for side in (first, second)]
    return rounded[0], rounded[1]


BLOCKS: tuple[Block, ...] = (Multivibrator(),)
