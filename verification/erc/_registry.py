"""How an electrical rule is written down: a function with a code and the words that explain it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from voltsmith.schemas.reports import Finding, Severity

if TYPE_CHECKING:
    from voltsmith.verification.erc._context import Context
    from voltsmith.verification.erc.stress import OperatingPoint

Area = Literal["structural", "electrical"]
"""Which of the two scores a finding lowers: is it the right netlist, or does it work as electronics."""


class Violation(NamedTuple):
    """A rule that is broken: what exactly, and the pins, parts or nets concerned."""

    message: str
    where: tuple[str, ...] = ()


class Unjudged(NamedTuple):
    """A rule that cannot decide, and what it would have to know."""

    reason: str
    where: tuple[str, ...] = ()


Verdicts = Iterator[Violation | Unjudged]


@dataclass(frozen=True)
class Rule:
    """What a code stands for: ``why`` it matters, how to ``fix`` it, and an ``example`` of breaking it."""

    code: str
    severity: Severity
    area: Area
    title: str
    why: str
    fix: str
    example: str

    def finding(self, violation: Violation) -> Finding:
        """The finding that reports ``violation``."""
        return Finding(
            code=self.code,
            severity=self.severity,
            message=violation.message,
            where=violation.where,
            why=self.why,
            fix=self.fix,
        )


@dataclass(frozen=True)
class CircuitRule(Rule):
    """A rule that needs the netlist only."""

    judge: Callable[[Context], Verdicts]


@dataclass(frozen=True)
class StressRule(Rule):
    """A rule that needs the DC voltages of an operating point."""

    judge: Callable[[OperatingPoint], Verdicts]


RULES: dict[str, CircuitRule] = {}
"""Rules on the netlist by code."""

STRESS_RULES: dict[str, StressRule] = {}
"""Rules on an operating point by code."""


def rule(
    code: str,
    *,
    severity: Severity,
    area: Area = "electrical",
    title: str,
    why: str,
    fix: str,
    example: str,
) -> Callable[[Callable[[Context], Verdicts]], Callable[[Context], Verdicts]]:
    """Register the decorated function as the judge of ``code``."""

    def register(judge: Callable[[Context], Verdicts]) -> Callable[[Context], Verdicts]:
        if code in RULES:
            raise ValueError(f"two rules are called {code}")
        RULES[code] = CircuitRule(code, severity, area, title, why, fix, example, judge)
        return judge

    return register


def stress_rule(
    code: str, *, severity: Severity = "major", title: str, why: str, fix: str, example: str
) -> Callable[[Callable[[OperatingPoint], Verdicts]], Callable[[OperatingPoint], Verdicts]]:
    """Register the decorated function as the judge of ``code`` on an operating point."""

    def register(judge: Callable[[OperatingPoint], Verdicts]) -> Callable[[OperatingPoint], Verdicts]:
        if code in STRESS_RULES:
            raise ValueError(f"two rules are called {code}")
        STRESS_RULES[code] = StressRule(code, severity, "electrical", title, why, fix, example, judge)
        return judge

    return register
