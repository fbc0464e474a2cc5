"""A component: one entry of the knowledge base, with the facts a design may rely on."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from voltsmith.schemas.base import ComponentId, PinName, Schema

PinType = Literal[
    "passive", "input", "output", "open_collector", "bidirectional", "power_in", "power_out", "no_connect"
]
ComponentKind = Literal[
    "resistor",
    "capacitor",
    "inductor",
    "diode",
    "zener",
    "led",
    "bridge",
    "npn",
    "pnp",
    "nmos",
    "pmos",
    "opamp",
    "comparator",
    "timer",
    "linear_regulator",
    "adjustable_regulator",
    "voltage_reference",
    "relay",
]


class Pin(Schema):
    """One pin of a component."""

    number: str = Field(min_length=1, max_length=8)
    name: PinName
    type: PinType = "passive"


class Unit(Schema):
    """One of several equal circuits in a package, e.g. half of a dual op-amp.

    ``pins`` maps a role (``in_p``, ``in_n``, ``out``) to the pin name.
    """

    pins: dict[str, PinName]


class Component(Schema):
    """A library entry. Numbers in ``limits`` and ``model`` are SI; the key names carry no unit.

    ``limits``: what must not be exceeded or must be met (datasheet maxima), e.g. ``supply_max`` (V).
    ``model``: parameters of the SPICE model, whose meaning the model writer of ``kind`` documents;
    empty means that the component cannot be simulated.
    ``spread``: relative (or, for offsets, absolute) production spread of model parameters, used by
    Monte Carlo.
    ``source``: where the facts come from.
    """

    id: ComponentId
    kind: ComponentKind
    description: str = Field(max_length=400)
    prefix: str = Field(pattern=r"^[A-Z]{1,3}$", description="reference designator prefix")
    pins: tuple[Pin, ...]
    units: tuple[Unit, ...] = ()
    supply_pins: dict[str, PinName] = Field(
        default_factory=dict, description="roles vcc and vee to pin names"
    )
    limits: dict[str, float] = Field(default_factory=dict)
    model: dict[str, float] = Field(default_factory=dict)
    spread: dict[str, float] = Field(default_factory=dict)
    features: tuple[str, ...] = ()
    cost: float = Field(
        default=1.0, ge=0, description="relative price, to prefer the cheaper of two that fit"
    )
    aliases: tuple[str, ...] = ()
    kicad_symbol: str | None = None
    kicad_footprint: str | None = None
    mpn: str | None = None
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _pins_are_consistent(self) -> Component:
        names = [pin.name for pin in self.pins]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.id}: pin names repeat")
        numbers = [pin.number for pin in self.pins]
        if len(set(numbers)) != len(numbers):
            raise ValueError(f"{self.id}: pin numbers repeat")
        used = [name for unit in self.units for name in unit.pins.values()] + list(self.supply_pins.values())
        if missing := [name for name in used if name not in names]:
            raise ValueError(f"{self.id}: units name pins that do not exist: {', '.join(missing)}")
        return self

    def pin_names(self) -> tuple[str, ...]:
        """Pin names in the order of the data sheet."""
        return tuple(pin.name for pin in self.pins)
