"""A circuit: parts, their pins on nets, and ports. The netlist everything downstream reads."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from voltsmith.schemas.base import ComponentId, NetName, PinName, Reference, Schema, Slug

PortRole = Literal["input", "output", "power", "ground", "bidirectional"]


class Port(Schema):
    """A named net at the edge of a circuit. ``voltage`` (V) is the nominal supply of a power port."""

    name: NetName
    net: NetName
    role: PortRole
    voltage: float | None = None


class Part(Schema):
    """An instance of a component.

    ``value`` is the printed value (``10k``, ``15n``) of a passive; ``parameters`` hold numbers in SI
    such as ``tolerance`` (relative); ``pins`` maps pin names to nets, leaving out unconnected pins.
    ``block`` names the block instance that placed the part.
    """

    ref: Reference
    component: ComponentId
    value: str | None = Field(default=None, pattern=r"^[0-9A-Za-z.+-]{1,16}$")
    parameters: dict[Slug, float] = Field(default_factory=dict)
    pins: dict[PinName, NetName]
    block: Slug | None = None


class Net(Schema):
    """All pins (``REF.PIN``) that are connected together."""

    name: NetName
    pins: tuple[str, ...]


class Circuit(Schema):
    """A netlist. ``nets`` is derived from the parts' pins and validated against them."""

    name: Slug
    ports: tuple[Port, ...]
    parts: tuple[Part, ...]
    nets: tuple[Net, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _derive_nets(cls, data: object) -> object:
        if isinstance(data, dict) and not data.get("nets") and data.get("parts"):
            parts = [part if isinstance(part, Part) else Part.model_validate(part) for part in data["parts"]]
            data = {**data, "parts": tuple(parts), "nets": nets_of(parts)}
        return data

    @model_validator(mode="after")
    def _consistent(self) -> Circuit:
        refs = [part.ref for part in self.parts]
        if repeated := sorted({ref for ref in refs if refs.count(ref) > 1}):
            raise ValueError(f"reference designators repeat: {', '.join(repeated)}")
        names = [port.name for port in self.ports]
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"port names repeat: {', '.join(repeated)}")
        listed = [net.name for net in self.nets]
        if repeated := sorted({name for name in listed if listed.count(name) > 1}):
            raise ValueError(f"nets are listed twice: {', '.join(repeated)}")
        declared = {net.name: frozenset(net.pins) for net in self.nets}
        actual = {net.name: frozenset(net.pins) for net in nets_of(self.parts)}
        if declared != actual:
            wrong = sorted(
                name for name in declared.keys() | actual.keys() if declared.get(name) != actual.get(name)
            )
            raise ValueError(f"nets disagree with the pins of the parts: {', '.join(wrong[:5])}")
        return self

    def port(self, name: str) -> Port | None:
        """The port called ``name``, or None."""
        return next((port for port in self.ports if port.name == name), None)


def nets_of(parts: list[Part] | tuple[Part, ...]) -> tuple[Net, ...]:
    """Nets in the order in which the parts first touch them."""
    pins: dict[str, list[str]] = {}
    for part in parts:
        for pin, net in part.pins.items():
            pins.setdefault(net, []).append(f"{part.ref}.{pin}")
    return tuple(Net(name=name, pins=tuple(members)) for name, members in pins.items())
