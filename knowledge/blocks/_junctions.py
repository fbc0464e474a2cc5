"""The forward curve of diodes and LEDs, for designing with the drop that the simulator will see."""

from __future__ import annotations

import math

from scipy.optimize import brentq

from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.devices import components
from voltsmith.knowledge.devices._semiconductors import junction
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import Infeasible

_THERMAL = 0.025865


def forward_voltage(entry: Component, current: float) -> float:
    """Drop (V) of a diode or LED at a forward ``current`` (A): ``n Vt ln(I / Is) + Rs I``."""
    saturation, emission = junction(entry.model)
    slope = emission * _THERMAL
    return slope * math.log(current / saturation + 1) + entry.model["series_resistance"] * current


def series_current(voltage: float, resistance: float, drops: tuple[Component, ...]) -> float:
    """Current (A) that ``voltage`` (V) drives through ``resistance`` (ohm) and diodes or LEDs in series."""

    def excess(logarithm: float) -> float:
        current = math.exp(logarithm)
        return current * resistance + sum(forward_voltage(entry, current) for entry in drops) - voltage

    low, high = math.log(1e-12), math.log(max(voltage, 1e-9) / resistance)
    if excess(low) > 0:
        return 0.0
    return math.exp(brentq(excess, low, high + 1e-9))


def diode_for(current: float, reverse: float, *, feature: str | None = None) -> Component:
    """The cheapest diode for an average ``current`` (A) and a peak ``reverse`` voltage (V).

    Raises:
        Infeasible: the library has none.
    """
    fitting = [
        entry
        for entry in components().values()
        if entry.kind == "diode"
        and entry.limits["forward_current_max"] >= current
        and entry.limits["reverse_voltage_max"] >= reverse
        and (feature is None or feature in entry.features)
    ]
    if not fitting:
        kind = f"{feature} diode" if feature else "diode"
        raise Infeasible(f"no {kind} in the library carries {current:.3g} A and blocks {reverse:.3g} V")
    return min(fitting, key=lambda entry: (entry.cost, entry.limits["reverse_voltage_max"], entry.id))


def accept_diode(b: Builder, entry: Component, current: float, reverse: float) -> None:
    """Say where a diode that was asked for is beyond its limits at a ``current`` (A) or ``reverse`` (V)."""
    limits = entry.limits
    reasons = []
    if limits["forward_current_max"] < current:
        reasons.append(f"carries {limits['forward_current_max']:g} A, and {current:.3g} A flow")
    if limits["reverse_voltage_max"] < reverse:
        reasons.append(f"blocks {limits['reverse_voltage_max']:g} V, and {reverse:.3g} V are needed")
    if reasons:
        b.assume(f"{entry.id} was asked for and used, although it {' and '.join(reasons)}")


def diode_of(b: Builder, current: float, reverse: float, *, feature: str | None = None) -> Component:
    """The diode that the user named, else the cheapest for the task; see :func:`diode_for`.

    Raises:
        Infeasible: none was named, and the library has none.
    """
    named = b.named_component("diode")
    if named is None:
        return diode_for(current, reverse, feature=feature)
    accept_diode(b, named, current, reverse)
    return named
