"""A block as the catalogue shows it: a parametric circuit, its parameters and where its equations come from."""

from __future__ import annotations

from pydantic import Field

from voltsmith.schemas.base import Schema, Slug


class Parameter(Schema):
    """One number a block is designed from. ``default`` None means that it must be given or derived."""

    name: Slug
    unit: str
    description: str
    default: float | None = None
    low: float | None = None
    high: float | None = None


class BlockInfo(Schema):
    """What ``voltsmith blocks show`` prints and what retrieval indexes."""

    id: Slug
    function: Slug = Field(description="what it does, shared by blocks that are alternatives to each other")
    title: str
    summary: str
    equations: tuple[str, ...]
    sources: tuple[str, ...]
    phrases: tuple[str, ...] = Field(description="what people call it")
    parameters: tuple[Parameter, ...]
    measures: tuple[Slug, ...] = Field(description="quantities whose value is simulated")
