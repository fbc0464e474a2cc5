"""Names in decks: models, elements, private nodes and paths into subcircuits."""

from __future__ import annotations

import re

from voltsmith.schemas.base import Reference
from voltsmith.schemas.components import Component


def model_name(component: Component) -> str:
    """Name of the ``.model`` or ``.subckt`` of a component: ``m_`` and the id in ``[a-z0-9_]``."""
    return "m_" + re.sub(r"[^a-z0-9_]", "_", component.id.lower())


def element_name(ref: Reference, letter: str, suffix: str = "") -> str:
    """Element of a part: the reference itself where SPICE reads it right, else with ``letter`` before it.

    ``R1`` stays ``R1``; MOSFET ``Q2`` becomes ``MQ2``; the first amplifier of ``U1`` ``XU1A``. A
    reference that already starts with ``letter`` but has a longer prefix (``RV1``) is kept too: its
    first letter is what SPICE reads.
    """
    return (ref if ref.startswith(letter) else letter + ref) + suffix


def private_node(ref: Reference, name: str) -> str:
    """A node that no net can collide with: net names never start with an underscore."""
    return f"_{ref.lower()}_" + re.sub(r"[^a-z0-9]", "_", name.lower())


def path(deck_prefix: str, element: str) -> str:
    """Flattened name of ``element`` (``R1``, ``XU1A.vos``) inside the instance path ``deck_prefix``.

    ngspice puts the letter of a device that lies inside a subcircuit in front of its path:
    ``r.xdut.r1``, ``v.xdut.xu1a.vos``; at the top level a plain device keeps its name.
    """
    full = ".".join(piece for piece in (deck_prefix, element) if piece).lower()
    leaf = full.rsplit(".", 1)[-1]
    return full if "." not in full else f"{leaf[0]}.{full}"
