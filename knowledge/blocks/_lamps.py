"""Choosing an LED and its series resistor."""

from __future__ import annotations

from typing import NamedTuple

from voltsmith.knowledge.blocks._junctions import forward_voltage, series_current
from voltsmith.knowledge.blocks.base import Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.devices import components
from voltsmith.knowledge.preferred import values
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import Infeasible

COLORS = ("red", "green", "blue", "yellow", "orange", "white", "infrared")
LED_CURRENT = 10e-3
"""A: bright enough for an indicator, and within what most outputs deliver."""


class Lamp(NamedTuple):
    """A placed LED string: its resistor (ohm) lies between nets ``top`` and ``node``."""

    entry: Component
    resistance: float
    top: str
    node: str
    current: float


def leds() -> list[Component]:
    """The LEDs of the library."""
    return [entry for entry in components().values() if entry.kind == "led"]


def color_of(entry: Component) -> str:
    """The colour word of an LED, or an empty string."""
    words = (*entry.features, *entry.id.lower().replace("-", "_").split("_"))
    return next((color for color in COLORS if color in words), "")


def choose_led(
    color: str, current: float, named: Component | None = None, forward: float | None = None
) -> Component:
    """The LED of a ``color``; without one, the red one, or the one nearest to a ``forward`` voltage (V).

    Raises:
        Infeasible: the library has none of that colour, or it does not stand the current.
    """
    if named is not None:
        found = [named]
    else:
        wanted = color or ("" if forward is not None else "red")
        found = [entry for entry in leds() if not wanted or color_of(entry) == wanted]
    if not found:
        known = ", ".join(sorted({color_of(entry) for entry in leds()} - {""}))
        raise Infeasible(f"there is no {color} LED in the library; it has {known}")
    fitting = [entry for entry in found if entry.limits.get("forward_current_max", 0.02) >= current]
    if not fitting:
        most = max(entry.limits.get("forward_current_max", 0.02) for entry in found)
        raise Infeasible(
            f"{found[0].id} stands {most * 1e3:.3g} mA at most, and {current * 1e3:.3g} mA was asked for; "
            "ask for less, or use several"
        )

    def distance(entry: Component) -> float:
        return 0.0 if forward is None else abs(forward_voltage(entry, current) - forward)

    return min(fitting, key=lambda entry: (distance(entry), entry.cost, entry.id))


def series_resistor(
    voltage: float, current: float, drops: tuple[Component, ...], internal: float = 0.0
) -> float:
    """The E24 resistor (ohm) whose current through ``drops`` comes nearest to ``current`` (A).

    ``internal`` (ohm) is what the source adds. E96 is used where E24 misses by more than 3 %.
    """
    ideal = (voltage - sum(forward_voltage(entry, current) for entry in drops)) / current - internal
    ideal = max(ideal, 0.5)

    def error(value: float) -> float:
        return abs(series_current(voltage, value + internal, drops) / current - 1)

    best = min(values("E24", ideal / 1.2, ideal * 1.2), key=error)
    if error(best) > 0.03:
        best = min((best, *values("E96", ideal / 1.1, ideal * 1.1)), key=error)
    return best


def wants_indicator(b: Builder, p: Values) -> bool:
    """Whether an LED at the output was asked for."""
    return "led_current" in p or bool(p.choice("color")) or b.named_component("led") is not None


def add_indicator(
    b: Builder, p: Values, top: str, bottom: str, voltage: float, internal: float = 0.0
) -> Lamp:
    """An LED and its resistor from net ``top`` to ``bottom``, driven with ``voltage`` V and ``internal`` ohm.

    Raises:
        Infeasible: the voltage is too low for the LED.
    """
    amperes = p.get("led_current", LED_CURRENT)
    entry = choose_led(p.choice("color"), amperes, b.named_component("led"), p.numbers.get("forward_voltage"))
    drop = forward_voltage(entry, amperes)
    if voltage - amperes * internal < drop + 0.1:
        raise Infeasible(
            f"{entry.id} drops {drop:.2f} V at {amperes * 1e3:.3g} mA, and the output reaches only "
            f"{voltage - amperes * internal:.2f} V"
        )
    resistance = series_resistor(voltage, amperes, (entry,), internal)
    node = b.net("lamp")
    b.resistor(resistance, top, node)
    b.part(entry.id, {"A": node, "K": bottom})
    if "led_current" not in p:
        b.assume(f"{amperes * 1e3:.3g} mA through the LED, as none was given")
    return Lamp(entry, resistance, top, node, amperes)
