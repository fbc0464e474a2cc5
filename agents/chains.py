"""A chain as a whole: what its stages do together, measured from the first input to the last output.

Each stage is measured at its own input. That shows loading, but not that the corner of one stage shifts
the corner of all; so a chain of linear stages with one low-pass is also held to that corner end to end.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from voltsmith.knowledge.blocks import block
from voltsmith.knowledge.blocks.assembly import Assembly, Probe, voltage
from voltsmith.schemas.plans import BlockInstance
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import AcSweep, Measure

LINEAR = frozenset(
    {
        "low_pass",
        "high_pass",
        "band_pass",
        "notch",
        "amplifier",
        "buffer",
        "summing_amplifier",
        "difference_amplifier",
        "instrumentation_amplifier",
    }
)
TOLERANCE = 0.10
"""Relative tolerance of the corner of a whole chain, where that of its filter is smaller."""


APART = 30.0
"""How far below the corner a high-pass has to lie for the chain to have the corner of its low-pass."""


class Ends(NamedTuple):
    """Nets at which the signal enters and leaves a chain."""

    source: str
    sink: str


def whole_chain(
    chain: Sequence[BlockInstance],
    ends: Ends,
    assembly: Assembly,
    by_id: Mapping[str, Requirement],
    number: int,
) -> tuple[Requirement, Probe] | None:
    """The requirement, called ``R<number>``, and the measurement of a chain's corner; None where it has none.

    A second stage that limits the band by request (an upper corner of its own) leaves no single corner to
    hold the chain to.
    """
    functions = [block(instance.block).function for instance in chain]
    if len(chain) < 2 or not set(functions) <= LINEAR or functions.count("low_pass") != 1:
        return None
    own = [by_id[name] for instance in chain for name in instance.requirements if name in by_id]
    low_pass = chain[functions.index("low_pass")]
    corner = next((r for r in own if r.quantity == "cutoff_frequency" and r.stage == low_pass.id), None)
    limiting = {"upper_cutoff_frequency", "bandwidth", "center_frequency"}
    if corner is None or any(r.quantity in limiting and r.relation != "min" for r in own):
        return None
    first = assembly.offers[chain[0].id].get("gain") or assembly.offers[chain[0].id].get("cutoff_frequency")
    if first is None:
        return None
    lowest = max((r.target for r in own if r.quantity in _LOWER and r.stage != low_pass.id), default=0.0)
    if lowest * APART > corner.target:
        return None  # a high-pass this close moves the corner of the whole, as it should
    inside = corner.target / 10 if lowest == 0 else math.sqrt(lowest * corner.target)
    requirement = corner.model_copy(
        update={
            "id": f"R{number}",
            "tolerance": max(corner.tolerance, TOLERANCE),
            "stage": None,
            "source": "assumed",
            "text_span": None,
            "text": "from the first input to the last output",
            "also_from": (),
        }
    )
    driven = first(requirement).bench
    sweep = AcSweep(start=inside / 10, stop=corner.target * 30)
    bench = driven.model_copy(update={"name": "whole_chain", "analysis": sweep})
    measure = Measure(
        kind="upper_cutoff", signal=voltage(ends.sink), reference=voltage(ends.source), at=inside
    )
    return requirement, Probe(bench, measure)


_LOWER = frozenset({"cutoff_frequency", "lower_cutoff_frequency"})
