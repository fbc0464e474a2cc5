"""The words everyone uses: the typed documents that travel between the rooms."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voltsmith.schemas.base import Schema
    from voltsmith.schemas.blocks import BlockInfo, Parameter
    from voltsmith.schemas.circuits import Circuit, Net, Part, Port
    from voltsmith.schemas.components import Component
    from voltsmith.schemas.designs import Design
    from voltsmith.schemas.plans import BlockInstance, Plan, Supply
    from voltsmith.schemas.quantities import Quantity
    from voltsmith.schemas.readings import Reading
    from voltsmith.schemas.reports import Coverage, Finding, Measurement, Report
    from voltsmith.schemas.requirements import Requirement
    from voltsmith.schemas.testbenches import Testbench

_HOMES = {
    "BlockInfo": "blocks",
    "BlockInstance": "plans",
    "Circuit": "circuits",
    "Component": "components",
    "Coverage": "reports",
    "Design": "designs",
    "Finding": "reports",
    "Measurement": "reports",
    "Net": "circuits",
    "Parameter": "blocks",
    "Part": "circuits",
    "Plan": "plans",
    "Port": "circuits",
    "Quantity": "quantities",
    "Reading": "readings",
    "Report": "reports",
    "Requirement": "requirements",
    "Schema": "base",
    "Supply": "plans",
    "Testbench": "testbenches",
}
DOCUMENTS = {
    "block": "BlockInfo",
    "circuit": "Circuit",
    "component": "Component",
    "coverage": "Coverage",
    "design": "Design",
    "finding": "Finding",
    "measurement": "Measurement",
    "plan": "Plan",
    "quantity": "Quantity",
    "reading": "Reading",
    "report": "Report",
    "requirement": "Requirement",
    "testbench": "Testbench",
}
"""Documents by the name that ``voltsmith schema`` takes."""


def __getattr__(name: str) -> Any:
    # pydantic takes longer to import than ``voltsmith --help`` may take altogether.
    if (home := _HOMES.get(name)) is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)


__all__ = [
    "DOCUMENTS",
    "BlockInfo",
    "BlockInstance",
    "Circuit",
    "Component",
    "Coverage",
    "Design",
    "Finding",
    "Measurement",
    "Net",
    "Parameter",
    "Part",
    "Plan",
    "Port",
    "Quantity",
    "Reading",
    "Report",
    "Requirement",
    "Schema",
    "Supply",
    "Testbench",
]
