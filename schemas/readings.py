"""What the reader made of a prompt, before any block is chosen."""

from __future__ import annotations

from pydantic import Field

from voltsmith.schemas.base import ComponentId, Schema, Slug
from voltsmith.schemas.plans import Supply
from voltsmith.schemas.requirements import NotUnderstood, Requirement


class StageRequest(Schema):
    """One function asked for, with the words that chose it and the requirements bound to it."""

    id: Slug
    function: Slug
    choices: dict[Slug, str] = Field(default_factory=dict)
    components: tuple[ComponentId, ...] = ()
    requirements: tuple[str, ...] = Field(default=(), description="ids; those of the whole request included")
    text: str = ""
    chain: int = Field(default=0, ge=0, description="stages of one chain feed each other in order")


class Reading(Schema):
    """Stages in signal order, every number accounted for, and what has to be asked."""

    prompt: str
    stages: tuple[StageRequest, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    supply: Supply | None = None
    not_understood: tuple[NotUnderstood, ...] = ()
    assumptions: tuple[str, ...] = ()
    questions: tuple[str, ...] = Field(default=(), description="contradictions and gaps that stop the design")
