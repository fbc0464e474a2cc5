"""SPICE elements of one part of a circuit."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from voltsmith.knowledge.devices._names import element_name, model_name, private_node
from voltsmith.knowledge.devices._values import parse_value
from voltsmith.knowledge.devices._values import spice_number as num
from voltsmith.schemas.circuits import Part
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import BadInput

UNIT_LETTERS = "ABCDEFGH"

_PIN_ORDER = {
    "diode": ("D", ("A", "K")),
    "led": ("D", ("A", "K")),
    "zener": ("X", ("A", "K")),
    "npn": ("Q", ("C", "B", "E")),
    "pnp": ("Q", ("C", "B", "E")),
    "nmos": ("M", ("D", "G", "S")),
    "pmos": ("M", ("D", "G", "S")),
}
_SUPPLIED = ("opamp", "comparator")


def instance_lines(part: Part, component: Component, node: Callable[[str], str]) -> list[str]:
    """SPICE element lines of ``part``; ``node`` maps a net to the deck's node name.

    Pins that are on no net get a private node (``_u1_out2``) with 1 Gohm to ground. Amplifiers and
    comparators emit one ``X`` per unit, named ``XU1A``, and none for a unit with no pin connected;
    everything else that is wholly unconnected emits nothing. Components without a model (connectors)
    emit nothing.

    Raises:
        BadInput: a resistor, capacitor or inductor has no value, or a value that is not positive.
        BadQuantity: its value cannot be read.
    """
    nodes = _Nodes(part, node)
    kind = component.kind
    if not part.pins:
        return []
    if kind in ("resistor", "capacitor", "inductor"):
        lines = _passive(part, component, nodes)
    elif kind == "relay":
        lines = _coil(part, component, nodes)
    elif not component.model:
        return []
    elif kind in _SUPPLIED:
        lines = _units(part, component, nodes)
    elif kind in _PIN_ORDER:
        letter, pins = _PIN_ORDER[kind]
        letter = "X" if component.model.get("darlington") else letter
        lines = [_element(part, component, letter, nodes, pins)]
    else:
        lines = [_element(part, component, "X", nodes, component.units[0].pins.values())]
    return [*lines, *nodes.ties]


class _Nodes:
    """Deck nodes of a part's pins, and the resistors that keep unconnected pins from floating."""

    def __init__(self, part: Part, node: Callable[[str], str]) -> None:
        self._part, self._node = part, node
        self.ties: list[str] = []
        self._private: dict[str, str] = {}

    def __getitem__(self, pin: str) -> str:
        if pin in self._part.pins:
            return self._node(self._part.pins[pin])
        if pin not in self._private:
            name = private_node(self._part.ref, pin)
            # "+" and "-" would both become "_"; no net, so the name only has to be unique.
            name = name if name not in self._private.values() else f"{name}{len(self._private)}"
            self._private[pin] = name
            self.ties.append(f"R_{name} {name} 0 1e9")
        return self._private[pin]


def _element(
    part: Part, component: Component, letter: str, nodes: _Nodes, pins: Iterable[str], suffix: str = ""
) -> str:
    terminals = " ".join(nodes[pin] for pin in pins)
    return f"{element_name(part.ref, letter, suffix)} {terminals} {model_name(component)}"


def _units(part: Part, component: Component, nodes: _Nodes) -> list[str]:
    supplies = [component.supply_pins[role] for role in ("vcc", "vee") if role in component.supply_pins]
    lines = []
    for letter, unit in zip(UNIT_LETTERS, component.units, strict=False):
        if not any(pin in part.pins for pin in unit.pins.values()):
            continue
        roles = dict(unit.pins)
        pins = [roles.pop("in_p"), roles.pop("in_n"), *supplies, roles.pop("out"), *roles.values()]
        lines.append(_element(part, component, "X", nodes, pins, letter))
    return lines


def value_of(part: Part) -> float:
    """The value (ohm, F or H) of a passive part.

    Raises:
        BadInput: there is none, or it is not positive.
    """
    if part.value is None:
        raise BadInput(f"{part.ref} ({part.component}) has no value")
    value = parse_value(part.value)
    if value <= 0:
        raise BadInput(f"{part.ref} has the value {part.value!r}; it must be positive")
    return value


def series_resistance(part: Part, component: Component) -> float:
    """Series resistance (ohm) of a capacitor or inductor: of the part, else typical of the component.

    An electrolytic capacitor's follows from its dissipation factor, ``ESR = tan(delta) / (2 pi f C)``
    (IEC 60384-4), at the ``dissipation_frequency`` it is specified at.
    """
    for key in ("esr", "series_resistance"):
        if key in part.parameters:
            return part.parameters[key]
    model = component.model
    if "dissipation_factor" in model:
        omega = 2 * math.pi * model["dissipation_frequency"]
        return model["dissipation_factor"] / (omega * value_of(part))
    return model.get("series_resistance", 0.0)


def _passive(part: Part, component: Component, nodes: _Nodes) -> list[str]:
    letter = {"resistor": "R", "capacitor": "C", "inductor": "L"}[component.kind]
    first, last = (nodes[pin] for pin in component.pin_names()[:2])
    name, value = element_name(part.ref, letter), num(value_of(part))
    if component.kind == "resistor":
        return [f"{name} {first} {last} {value}"]
    start = {"capacitor": "initial_voltage", "inductor": "initial_current"}[component.kind]
    initial = f" ic={num(part.parameters[start])}" if start in part.parameters else ""
    resistance = series_resistance(part, component)
    if resistance <= 0:
        return [f"{name} {first} {last} {value}{initial}"]
    inner = private_node(part.ref, "esr")
    return [f"{name} {first} {inner} {value}{initial}", f"R_{part.ref} {inner} {last} {num(resistance)}"]


def _coil(part: Part, component: Component, nodes: _Nodes) -> list[str]:
    """A relay coil or motor: resistance and inductance in series; its contacts are not simulated."""
    first, last = (nodes[pin] for pin in component.pin_names()[:2])
    inner = private_node(part.ref, "coil")
    inductance = part.parameters.get("inductance", component.model["inductance"])
    resistance = part.parameters.get("resistance", component.model["resistance"])
    return [
        f"L_{part.ref} {first} {inner} {num(inductance)}",
        f"R_{part.ref} {inner} {last} {num(resistance)}",
    ]
