"""Monte Carlo draws: the ``alter`` commands of each run."""

from __future__ import annotations

import numpy as np

from voltsmith.knowledge.decks import DEVICE
from voltsmith.knowledge.devices import Variation, component, variations
from voltsmith.schemas.circuits import Circuit


def alterations(circuit: Circuit, runs: int, seed: int) -> list[tuple[str, ...]]:
    """``runs`` tuples of ngspice commands, each setting every part to a value drawn from its spread.

    Values are normally distributed with a third of the tolerance as standard deviation, and redrawn onto
    the limit where they exceed it: parts outside their tolerance are not sold.
    """
    if runs <= 0:
        return []
    # Parts of one type share a model card, so equal variations are drawn once.
    found: dict[tuple[str, str | None], Variation] = {}
    for part in circuit.parts:
        for variation in variations(part, component(part.component), DEVICE):
            found.setdefault((variation.element, variation.parameter), variation)
    items = list(found.values())
    draws = np.random.default_rng(seed).standard_normal((runs, len(items)))
    drawn: list[tuple[str, ...]] = []
    for row in draws:
        commands = []
        for variation, normal in zip(items, row, strict=True):
            step = float(np.clip(normal * variation.sigma, -variation.limit, variation.limit))
            commands.append(variation.command(variation.nominal + step))
        drawn.append(tuple(commands))
    return drawn
