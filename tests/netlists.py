"""Circuits written in short for tests: one part a line, ``REF component [value] PIN=net ...``."""

from __future__ import annotations

import re

from voltsmith.schemas.circuits import Circuit, Part, Port

_ROLES = {"i": "input", "o": "output", "p": "power", "g": "ground", "b": "bidirectional"}


def netlist(text: str, ports: str = "") -> Circuit:
    """A circuit from part lines and ports such as ``i:in o:out p:vcc=5 g:gnd``.

    A net ``gnd`` is written ``0``; ``name@net`` gives a port another net; ``.power_rating=0.5`` among the
    pins is a parameter.
    """
    parts = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        ref, component, *rest = line.split()
        value = rest.pop(0) if rest and "=" not in rest[0] else None
        pins, numbers = {}, {}
        for item in rest:
            # A pin may be called "+" or "IN1-", and a net never contains "=".
            key, _, target = item.rpartition("=")
            if key.startswith("."):
                numbers[key[1:]] = float(target)
            else:
                pins[key] = target
        parts.append(Part(ref=ref, component=component, value=value, pins=pins, parameters=numbers))
    return Circuit(name="test", ports=tuple(map(_port, ports.split())), parts=tuple(parts))


def _port(text: str) -> Port:
    match = re.fullmatch(r"(\w):(\w+)(?:@(\w+))?(?:=(.+))?", text)
    assert match is not None, text
    letter, name, net, voltage = match.groups()
    role = _ROLES[letter]
    return Port.model_validate(
        {
            "name": name,
            "net": net or ("0" if role == "ground" else name),
            "role": role,
            "voltage": None if voltage is None else float(voltage),
        }
    )
