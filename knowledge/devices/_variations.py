"""What production spread changes in a deck: elements and model parameters for ngspice's ``alter``.

Passives, op-amp offset and bandwidth, regulator and reference voltages, zener voltages and relay
coils vary per part. Transistor gain, MOSFET threshold and the forward voltage of diodes and LEDs
live in ``.model`` cards, which all parts of a type share: ``altermod`` moves them together, as in
parts from one reel, and :func:`variations` of two such parts give equal entries, of which one draw
must be used. What it does not cover: tracking between parts, temperature, ageing.
"""

from __future__ import annotations

from typing import NamedTuple

from voltsmith.knowledge.devices import _opamp, _semiconductors
from voltsmith.knowledge.devices._instances import UNIT_LETTERS, value_of
from voltsmith.knowledge.devices._names import element_name, model_name, path
from voltsmith.knowledge.devices._values import spice_number as num
from voltsmith.schemas.circuits import Part
from voltsmith.schemas.components import Component

DEFAULT_TOLERANCE = {"resistor": 0.01, "capacitor": 0.05, "inductor": 0.1}
"""Relative tolerance of a passive whose part and component give none."""


class Variation(NamedTuple):
    """One number that varies in production.

    Draw it from a normal distribution around ``nominal`` with a standard deviation of ``sigma``, cut
    off at ``nominal`` +- ``limit``: a tolerance or datasheet limit is taken as 3 sigma. For a zero-mean
    quantity (op-amp offset) ``nominal`` is 0, though the deck holds a typical value.

    Attributes:
        element: flattened element name, or the model's name where ``model`` is true.
        parameter: parameter to alter; None for the element's principal value.
        nominal: centre of the distribution, SI.
        sigma_relative: standard deviation as a part of ``nominal``; 0 where the absolute one holds.
        sigma_absolute: standard deviation in SI; 0 where the relative one holds.
        limit: largest deviation from ``nominal``, SI.
        model: ``altermod`` and not ``alter`` changes it.
    """

    element: str
    parameter: str | None
    nominal: float
    sigma_relative: float
    sigma_absolute: float
    limit: float
    model: bool = False

    @property
    def sigma(self) -> float:
        """Standard deviation in SI."""
        return self.sigma_absolute + abs(self.nominal) * self.sigma_relative

    def command(self, value: float) -> str:
        """The ngspice command that sets the number to ``value``."""
        if self.model:
            return f"altermod {self.element} {self.parameter} = {num(value)}"
        parameter = f" {self.parameter}" if self.parameter else ""
        return f"alter {self.element}{parameter} = {num(value)}"


def variations(part: Part, component: Component, deck_prefix: str) -> list[Variation]:
    """What varies in ``part``, as an instance inside the subcircuit instance ``deck_prefix``.

    ``deck_prefix`` is the path of subcircuit instances around the part (``xdut``; ``xdut.xstage``), or
    empty for a part at the top level of the deck. The part's ``tolerance`` overrides the component's.
    """
    if not part.pins:
        return []
    kind = component.kind
    if kind in DEFAULT_TOLERANCE:
        letter = {"resistor": "R", "capacitor": "C", "inductor": "L"}[kind]
        tolerance = part.parameters.get("tolerance", component.spread.get("value", DEFAULT_TOLERANCE[kind]))
        name = path(deck_prefix, element_name(part.ref, letter))
        return [_relative(name, value_of(part), tolerance)] if tolerance else []
    if kind == "relay":
        resistance = part.parameters.get("resistance", component.model["resistance"])
        tolerance = part.parameters.get("tolerance", component.spread.get("resistance", 0.1))
        return [_relative(path(deck_prefix, f"R_{part.ref}"), resistance, tolerance)]
    if not component.model:
        return []
    if kind == "opamp":
        return _amplifiers(part, component, deck_prefix)
    if kind == "zener":
        name = path(deck_prefix, element_name(part.ref, "X") + ".vz")
        tolerance = part.parameters.get("tolerance", component.spread.get("zener_voltage", 0.05))
        # The spread is that of the whole zener voltage, of which the source is the larger part.
        spread = tolerance * component.model["zener_voltage"]
        return [_absolute(name, _semiconductors.zener_source(component), spread)]
    if kind in ("comparator", "linear_regulator", "adjustable_regulator", "voltage_reference"):
        return _sources(part, component, deck_prefix)
    return _shared_models(component)


def _relative(element: str, nominal: float, tolerance: float) -> Variation:
    return Variation(element, None, nominal, tolerance / 3, 0.0, tolerance * nominal)


def _absolute(element: str, nominal: float, spread: float) -> Variation:
    return Variation(element, None, nominal, 0.0, spread / 3, spread)


def _unit_paths(part: Part, component: Component, deck_prefix: str) -> list[str]:
    """Paths of the unit instances that ``instance_lines`` emits, innermost element left off."""
    used = [
        letter
        for letter, unit in zip(UNIT_LETTERS, component.units, strict=False)
        if any(pin in part.pins for pin in unit.pins.values())
    ]
    prefix = f"{deck_prefix}." if deck_prefix else ""
    return [prefix + element_name(part.ref, "X", letter) for letter in used]


def _amplifiers(part: Part, component: Component, deck_prefix: str) -> list[Variation]:
    found = []
    for unit in _unit_paths(part, component, deck_prefix):
        if offset := component.spread.get("offset", component.limits.get("offset_max", 0.0)):
            found.append(_absolute(path(unit, "vos"), 0.0, offset))
        if gbw := component.spread.get("gbw", 0.2):
            found.append(_relative(path(unit, "cc"), _opamp.compensation(component), gbw))
    return found


def _sources(part: Part, component: Component, deck_prefix: str) -> list[Variation]:
    """Parts whose card has one source that varies: offset of a comparator, reference of a regulator."""
    if component.kind == "comparator":
        offset = component.spread.get("offset", component.limits.get("offset_max", 0.0))
        units = _unit_paths(part, component, deck_prefix)
        return [_absolute(path(unit, "vos"), 0.0, offset) for unit in units if offset]
    tolerance = component.spread.get("reference", 0.0)
    name = path(deck_prefix, element_name(part.ref, "X") + ".vref")
    return [_relative(name, component.model["reference"], tolerance)] if tolerance else []


def _shared_models(component: Component) -> list[Variation]:
    """Spread of numbers in a ``.model`` card."""
    model, spread, name = component.model, component.spread, model_name(component)
    if component.kind in ("npn", "pnp") and (gain := spread.get("current_gain")):
        name = f"{name}_q" if model.get("darlington") else name
        nominal, parameter, relative = model["current_gain"], "bf", gain
    elif component.kind in ("nmos", "pmos") and (shift := spread.get("threshold")):
        nominal = model["threshold"] * (1 if component.kind == "nmos" else -1)
        parameter, relative = "vto", shift
    elif component.kind in ("diode", "led") and (forward := spread.get("forward_voltage")):
        # V = N*Vt*ln(I/IS): with IS fixed the forward voltage is proportional to N.
        nominal, parameter, relative = _semiconductors.junction(model)[1], "n", forward
    else:
        return []
    return [Variation(name, parameter, nominal, relative / 3, 0.0, relative * abs(nominal), model=True)]
