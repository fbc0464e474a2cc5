"""What every schema shares: strict, immutable models and the patterns names must match.

The patterns are the guard between typed data and SPICE decks: a name that matches one of them
contains no white space, quote, newline or shell character, so it can be written to a deck as it is.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Reference = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,4}[0-9]{1,4}$")]
"""Reference designator of a part: ``R1``, ``SW12``."""

NetName = Annotated[str, StringConstraints(pattern=r"^(0|[a-z][a-z0-9_]{0,47})$")]
"""Net name; lower case because SPICE does not tell cases apart. ``0`` is ground."""

PinName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+~./_-]{1,24}$")]
"""Pin name as the datasheet prints it, or the pin number."""

ComponentId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,47}$")]
"""Key of a component in the knowledge base: ``resistor``, ``LM358``."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
"""Machine name of a block, bench, quantity or stage."""

FindingCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$")]
"""Code of a finding, as ``voltsmith explain`` takes it."""

GROUND = "0"
"""The ground net in circuits and decks."""


class Schema(BaseModel):
    """Base of every document: unknown fields are refused, instances are immutable, NaN is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
