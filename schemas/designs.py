"""The design document: ``design.json``, everything the exporters and ``voltsmith verify`` read."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from voltsmith.schemas.base import Schema
from voltsmith.schemas.circuits import Circuit
from voltsmith.schemas.plans import Plan
from voltsmith.schemas.quantities import QUANTITIES
from voltsmith.schemas.reports import Report
from voltsmith.schemas.requirements import NotUnderstood, Requirement
from voltsmith.schemas.testbenches import Testbench

SCHEMA_VERSION: Literal["1"] = "1"
Status = Literal["verified", "failed", "needs_clarification"]


class Provenance(Schema):
    """What made the design. ``timings_s`` is the only part that differs between two equal runs."""

    version: str
    model: str = "builtin"
    seed: int = 0
    monte_carlo: int | None = None
    timings_s: dict[str, float] = Field(default_factory=dict)


class Design(Schema):
    """A design and the proof of it. Without a circuit the status is ``needs_clarification``."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    prompt: str
    status: Status
    requirements: tuple[Requirement, ...] = ()
    not_understood: tuple[NotUnderstood, ...] = ()
    assumptions: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    plan: Plan | None = None
    circuit: Circuit | None = None
    testbench: Testbench = Testbench()
    report: Report | None = None
    provenance: Provenance

    @model_validator(mode="after")
    def _whole(self) -> Design:
        if self.status != "needs_clarification" and (self.circuit is None or self.report is None):
            raise ValueError(f"a design that is {self.status} has a circuit and a report")
        known = {requirement.id for requirement in self.requirements}
        if len(known) != len(self.requirements):
            raise ValueError("requirement ids repeat")
        if missing := self.testbench.missing_benches():
            raise ValueError(f"checks name benches that do not exist: {', '.join(missing)}")
        if strange := sorted({r.quantity for r in self.requirements if r.quantity not in QUANTITIES}):
            raise ValueError(f"requirements are about unknown quantities: {', '.join(strange)}")
        cited = {check.requirement for check in self.testbench.checks}
        if self.report is not None:
            cited |= {item.requirement for item in self.report.measurements}
            cited |= {item.requirement for item in self.report.coverage}
        if unknown := sorted(cited - known):
            raise ValueError(f"requirements that do not exist are cited: {', '.join(unknown)}")
        return self
