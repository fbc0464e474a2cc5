"""The state of a run: plain JSON, so that a checkpoint holds nothing that only this version can read."""

from __future__ import annotations

from typing import Any, TypedDict

from pydantic import Field

from voltsmith.schemas.base import Schema

FORMAT = 1
"""Shape of :class:`State`; a checkpoint with another one is started anew."""


class Settings(Schema):
    """What a run is made with. ``monte_carlo`` None stands for the defaults of each analysis."""

    model: str = "builtin"
    seed: int = 0
    monte_carlo: int | None = Field(default=None, ge=0, le=100_000)
    repairs: int = Field(default=3, ge=0, le=20)


class State(TypedDict, total=False):
    """What travels between the agents; each value is a dumped document of ``voltsmith.schemas``.

    ``round`` counts repairs; ``best`` is the attempt kept so far: its proposal, synthesis and report;
    ``excluded`` are the blocks by stage that did not do, ``speed_margin`` the factor on op-amp speed, and
    ``setback`` is why the last block tried could not be built.
    """

    format: int
    prompt: str
    settings: dict[str, Any]
    ranking: list[tuple[str, float]]
    reading: dict[str, Any]
    proposal: dict[str, Any]
    synthesis: dict[str, Any]
    report: dict[str, Any]
    best: dict[str, Any]
    excluded: dict[str, list[str]]
    speed_margin: float
    setback: str | None
    round: int
    refusal: dict[str, Any]
    timings: dict[str, float]
