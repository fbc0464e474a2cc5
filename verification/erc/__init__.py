"""Electrical rules: what a netlist tells without simulation, and what an operating point adds."""

from __future__ import annotations

from voltsmith.schemas.circuits import Circuit
from voltsmith.schemas.reports import Finding

# Importing a module of rules registers them.
from voltsmith.verification.erc import _devices, _structure, _supplies  # noqa: F401
from voltsmith.verification.erc._context import Context
from voltsmith.verification.erc._registry import RULES, STRESS_RULES, Rule, Unjudged, Violation
from voltsmith.verification.erc.stress import stress

__all__ = ["RULES", "STRESS_RULES", "Rule", "check", "stress", "unjudged"]


def check(circuit: Circuit) -> list[Finding]:
    """Everything the rules find wrong with ``circuit``, faults of the netlist before those of electronics."""
    context = Context(circuit)
    return [
        entry.finding(verdict)
        for entry in sorted(RULES.values(), key=lambda entry: entry.area != "structural")
        for verdict in entry.judge(context)
        if isinstance(verdict, Violation)
    ]


def unjudged(circuit: Circuit) -> list[Finding]:
    """Which rules could not decide on which part, and what they would have to know; severity info."""
    context = Context(circuit)
    return [
        Finding(
            code="RULE_NOT_JUDGED",
            severity="info",
            message=f"{entry.code} was not judged: {verdict.reason}",
            where=verdict.where,
        )
        for entry in RULES.values()
        for verdict in entry.judge(context)
        if isinstance(verdict, Unjudged)
    ]
