"""A plan: which blocks with which parameters, before any part is placed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from voltsmith.schemas.base import ComponentId, Schema, Slug


class Supply(Schema):
    """Supply rails in V against ground; ``vee`` 0 means a single supply. ``given`` tells prompt from assumption."""

    vcc: float
    vee: float = 0.0
    given: bool = False

    @property
    def span(self) -> float:
        """Total supply voltage in V."""
        return self.vcc - self.vee


class BlockInstance(Schema):
    """One block of the plan. ``parameters`` are the block's own; ``requirements`` names those it answers.

    ``choices`` are words such as ``response: butterworth``.
    """

    id: Slug
    block: Slug
    parameters: dict[Slug, float] = Field(default_factory=dict)
    choices: dict[Slug, str] = Field(default_factory=dict)
    components: tuple[ComponentId, ...] = Field(default=(), description="parts the user insists on")
    requirements: tuple[str, ...] = ()
    reason: str = ""


class Plan(Schema):
    """Blocks in signal order: each feeds the next one in its ``chain``; chains share only the supply."""

    name: Slug
    chains: tuple[tuple[BlockInstance, ...], ...]
    supply: Supply | None = None
    speed_margin: float = Field(
        default=1.0, ge=1, description="factor on the bandwidth and slew rate that blocks need of op-amps"
    )
    assumptions: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()

    def instances(self) -> tuple[BlockInstance, ...]:
        """All block instances, chain after chain."""
        return tuple(instance for chain in self.chains for instance in chain)


Effort = Literal["built_in", "model"]
