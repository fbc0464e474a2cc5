"""LEDs with their series resistors."""

from __future__ import annotations

import math
from typing import ClassVar, NamedTuple

from voltsmith.knowledge.blocks._junctions import forward_voltage, series_current
from voltsmith.knowledge.blocks._lamps import LED_CURRENT, choose_led, series_resistor
from voltsmith.knowledge.blocks._regulated import rating
from voltsmith.knowledge.blocks._switching import DROP, PIN_CURRENT, Duty, unfit
from voltsmith.knowledge.blocks.assembly import Probe, current, voltage
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.devices import component, components
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply
from voltsmith.schemas.testbenches import Bench, Dc, Measure, Op, Stimulus

SHARE = 0.1
"""Least part of the supply that falls across the resistor: with less, the current is anyone's guess."""


class _Signal(NamedTuple):
    """What drives the LEDs: a level (V) through a resistance (ohm), and what it feeds them directly (A)."""

    high: float
    resistance: float
    direct: float


class LedIndicator(Block):
    """A resistor that sets the current of one LED, or of several in series."""

    id = "led_indicator"
    function = "led_indicator"
    title = "LED with resistor"
    summary = (
        "An LED of any colour, or several in series and in parallel strings, with resistors that set the "
        "current from the real forward voltage; driven from the supply or from an output pin."
    )
    equations = ("R = (V_supply - n V_f(I)) / I", "P_R = I^2 R")
    sources = ("P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., section 2.2.1",)
    phrases = (
        "LED with a resistor",
        "power indicator LED",
        "series resistor for an LED",
        "LED string from 12 V",
        "drive an LED from a GPIO pin",
        "status light",
    )
    parameters = (
        Parameter(
            name="led_current",
            unit="A",
            description="current through each LED",
            default=LED_CURRENT,
            low=1e-4,
            high=0.1,
        ),
        Parameter(name="led_count", unit="1", description="number of LEDs", default=1.0, low=1.0, high=100.0),
    )
    measures = ("led_current", "supply_current", "power_dissipation", "output_voltage")
    carries_load = False
    default_supply: ClassVar[Supply] = Supply(vcc=5.0)

    def derive(self, asked: Asked) -> dict[str, float]:
        """Less current where the supply is too close to the forward voltage for the usual one."""
        level = asked.get("supply_voltage", asked.supply.vcc if asked.supply else self.default_supply.vcc)
        if asked.choice("drive") == "gpio":
            level = asked.get("control_voltage", level)
        if "led_current" in asked:
            return {}
        named = next((component(name) for name in asked.components if component(name).kind == "led"), None)
        entry = choose_led(asked.choice("color"), LED_CURRENT, named, asked.numbers.get("forward_voltage"))
        for amperes in (LED_CURRENT, 5e-3, 2e-3):
            if forward_voltage(entry, amperes) <= level * (1 - SHARE):
                return {} if amperes == LED_CURRENT else {"led_current": amperes}
        return {}

    def build(self, b: Builder, p: Values) -> None:
        """Strings of LEDs, each with its resistor, between the supply (or the pin) and ground."""
        amperes, count = p["led_current"], round(p["led_count"])
        pin = p.choice("drive") == "gpio" and b.first
        level = p.get("control_voltage", b.supply.vcc) if pin else p.get("supply_voltage", b.supply.vcc)
        asked = p.requirements.get("led_current")
        if (asked is None or asked.source == "assumed") and amperes != LED_CURRENT:
            b.assume(f"{amperes * 1e3:g} mA through the LED: {level:g} V leaves no room for more")
        wanted = p.numbers.get("forward_voltage")
        entry = choose_led(p.choice("color"), amperes, b.named_component("led"), wanted)
        if not p.choice("color") and wanted is None and b.named_component("led") is None:
            b.assume("a red LED, as no colour was given")
        drop = forward_voltage(entry, amperes)
        if wanted is not None and abs(wanted - drop) > 0.05:
            b.assume(f"{entry.id} stands for the LED; it drops {drop:.2f} V at {amperes * 1e3:.3g} mA")
        strings = strings_of(level, drop, count, entry)
        if p.choice("arrangement") == "series" and len(strings) > 1:
            raise Infeasible(
                f"{count} of {entry.id} in series drop {count * drop:.3g} V, and {level:g} V is less than that "
                f"and {SHARE * 100:.0f} % for the resistor; it needs a higher supply, or strings in parallel"
            )
        if pin and len(strings) * amperes > PIN_CURRENT:
            raise Infeasible(
                f"an output pin delivers about {PIN_CURRENT * 1e3:.0f} mA, and "
                f"{len(strings) * amperes * 1e3:.3g} mA are asked for; switch the LEDs with a transistor"
            )
        signal = None if b.first else self._signal(b, level)
        total = len(strings) * amperes
        if signal is not None and signal.direct >= total:
            # The stage before feeds the LEDs itself; its level falls with what they take.
            level = signal.high - total * signal.resistance
            strings = strings_of(level, drop, count, entry)
            top, bottom = b.input(), b.ground()
        elif signal is not None:
            top, bottom = b.assembly.add_port("vcc", "power", level), self._switched(b, signal, level, total)
        else:
            top = b.input() if pin else b.assembly.add_port("vcc", "power", level)
            bottom = b.ground()
        total = 0.0
        bottoms = []
        for size in strings:
            resistor, node = self._string(b, entry, size, level, amperes, (top, bottom))
            total += series_current(level, resistor, (entry,) * size)
            bottoms.append((resistor, node))
        if len(strings) > 1:
            b.assume(f"{len(strings)} strings of {', '.join(map(str, strings))} LEDs, each with its resistor")
        # Also where the current follows from the supply.
        b.require("led_current", amperes)
        if signal is None:
            self._offer(b, top, bottoms[0][1], level, total, len(strings))
        else:
            _offer_switched(b, signal.high if bottom != b.ground() else level, top, bottoms[0], amperes)

    @staticmethod
    def _signal(b: Builder, level: float) -> _Signal:
        """What the stage before delivers; one whose output is not of two levels goes up to the supply."""
        arriving = b.arriving
        if arriving is None:
            return _Signal(level, 0.0, 0.0)
        direct = arriving.current if arriving.sink is None else 0.0
        return _Signal(arriving.high, arriving.resistance, direct)

    @staticmethod
    def _switched(b: Builder, signal: _Signal, level: float, total: float) -> str:
        """A MOSFET between the LEDs and ground, for a signal that cannot feed them; returns its drain's net."""
        duty = Duty(level, total, 0.0, signal.high, DROP * level)
        named = b.named_component("nmos")
        every = [named] if named else [e for e in components().values() if e.kind == "nmos"]
        fitting = [entry for entry in every if named or not unfit(entry, duty)]
        if not fitting:
            raise Infeasible(
                f"no MOSFET in the library switches {total:.3g} A with a signal of {signal.high:.3g} V"
            )
        entry = min(fitting, key=lambda entry: (entry.cost, entry.id))
        gate, drain, ground = b.net("gate"), b.net("cathode"), b.ground()
        b.resistor(100.0, b.input(), gate)
        b.resistor(1e6, gate, ground)
        b.part(entry.id, {"G": gate, "D": drain, "S": ground})
        return drain

    @staticmethod
    def _string(
        b: Builder, entry: Component, size: int, level: float, amperes: float, ends: tuple[str, str]
    ) -> tuple[float, str]:
        """One string between two nets; its resistor (ohm) and the net below it."""
        resistor = series_resistor(level, amperes, (entry,) * size)
        extra = rating(amperes**2 * resistor)
        if extra:
            b.assume(f"the LED's resistor stands {extra['power_rating']:g} W")
        first = node = b.net("anode")
        b.resistor(resistor, ends[0], node, **extra)
        for index in range(size):
            below = ends[1] if index == size - 1 else b.net("between")
            b.part(entry.id, {"A": node, "K": below})
            node = below
        return resistor, first

    @staticmethod
    def _offer(b: Builder, top: str, anode: str, level: float, total: float, strings: int) -> None:
        def bench() -> Bench:
            drive = Stimulus(name="feed", net=top, waveform=Dc(value=level))
            return b.bench("on", Op(), [drive])

        def offer(quantity: str, measure: Measure) -> None:
            b.offer(quantity, lambda _: Probe(bench(), measure))

        feed = current("feed")
        offer("led_current", Measure(kind="value", signal=feed, scale=1 / strings))
        offer("supply_current", Measure(kind="value", signal=feed))
        offer("output_current", Measure(kind="value", signal=feed))
        # All of it becomes heat and a little light.
        offer("power_dissipation", Measure(kind="value", signal=feed, scale=level))
        offer("output_voltage", Measure(kind="value", signal=voltage(anode)))


def _offer_switched(b: Builder, high: float, top: str, string: tuple[float, str], amperes: float) -> None:
    """Measurements of LEDs behind a transistor: lit when the signal is ``high`` (V), and dark without it."""
    resistor, node = string
    through = Measure(kind="value", signal=voltage(top, node), scale=1 / resistor)

    def bench(level: float) -> Bench:
        return b.bench("on" if level else "off", Op(), [b.drive(Dc(value=level))])

    b.offer("led_current", lambda _: Probe(bench(high), through))
    b.offer("leakage_current", lambda _: Probe(bench(0.0), through))
    b.require("leakage_current", 0.01 * amperes, "max")


def strings_of(level: float, drop: float, count: int, entry: Component) -> list[int]:
    """How ``count`` LEDs of ``drop`` V are divided into strings on ``level`` V, longest first.

    Raises:
        Infeasible: not even one LED fits.
    """
    longest = math.floor((level * (1 - SHARE)) / drop + 1e-9)
    if longest < 1:
        raise Infeasible(
            f"{entry.id} drops {drop:.2f} V, and {level:g} V leaves too little for its resistor; "
            "it needs a higher supply, a boost converter, or an LED of another colour"
        )
    strings = math.ceil(count / longest)
    return sorted((count // strings + (index < count % strings) for index in range(strings)), reverse=True)


BLOCKS: tuple[Block, ...] = (LedIndicator(),)
