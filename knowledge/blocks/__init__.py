"""Parametric circuits: the catalogue of blocks and how it is looked up."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from rapidfuzz import process

from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.schemas.errors import UnknownName

__all__ = ["Asked", "Block", "Values", "block", "blocks"]


@cache
def blocks() -> Mapping[str, Block]:
    """Every block by id: whatever a module of this package lists in its ``BLOCKS``."""
    found: dict[str, Block] = {}
    for module in sorted(iter_modules(__path__), key=lambda module: module.name):
        for entry in getattr(import_module(f"{__name__}.{module.name}"), "BLOCKS", ()):
            if entry.id in found:
                raise ValueError(f"two blocks are called {entry.id}")
            found[entry.id] = entry
    return found


def block(name: str) -> Block:
    """The block with the id ``name``.

    Raises:
        UnknownName: there is none; the nearest are named.
    """
    if (found := blocks().get(name)) is not None:
        return found
    near = [match for match, _, _ in process.extract(name, list(blocks()), limit=3, score_cutoff=50)]
    raise UnknownName("block", name, near)
