"""What ngspice says, and what it means. Exit code 0 is not success: the messages are read."""

from __future__ import annotations

import re
from collections.abc import Iterable

from voltsmith.schemas.reports import Finding

_FATAL = re.compile(
    r"aborted|no convergence|timestep too small|iteration limit|doanalyses|simulation interrupted|"
    r"singular matrix|circuit not parsed|can't find (?:init|model)|unknown (?:subckt|device|parameter)|"
    r"unable to find definition of model|no such (?:device|vector|parameter)|too few|"
    r"ignored|resistance to low|resistance too low|not enough nodes|undefined|fatal",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"^note:|using sparse|dc value used for op|gmin stepping|source stepping|"
    r"no compatibility mode|supplied reference|no job|background|reset re-loads",
    re.IGNORECASE,
)
_SINGULAR = re.compile(r"singular matrix(?::?\s*check node[s]?\s+(?P<node>\S+))?", re.IGNORECASE)


def failure_in(messages: Iterable[str]) -> str:
    """The first message that means the run cannot be trusted, or an empty string.

    A singular matrix that gmin stepping later papers over still counts: the node has no DC path.
    """
    for message in messages:
        if _FATAL.search(message) and not _HARMLESS.search(message):
            return message
    return ""


def finding_from(message: str, bench: str) -> Finding:
    """A finding for a message that :func:`failure_in` picked."""
    if match := _SINGULAR.search(message):
        where = _place(match.group("node") or "")
        return Finding(
            code="SPICE_SINGULAR",
            severity="fatal",
            message=f"the circuit equations of bench {bench} are singular: {message}",
            where=where,
            why="a node without a DC path to ground, or a loop of ideal sources, has no defined voltage",
            fix="give every node a DC path to ground and every loop of sources a resistance",
        )
    lowered = message.lower()
    if "ignored" in lowered or "unknown" in lowered or "undefined" in lowered or "not parsed" in lowered:
        return Finding(
            code="SPICE_IGNORED",
            severity="fatal",
            message=f"ngspice did not accept a line of bench {bench}: {message}",
            why="an ignored element leaves a different circuit to be simulated than the one drawn",
            fix="report this with the design.json: decks are written by voltsmith itself",
        )
    return Finding(
        code="SPICE_FAILED",
        severity="fatal",
        message=f"the simulation of bench {bench} failed: {message}",
        why="without a converged solution nothing about the circuit is known",
        fix="look for extreme values, missing feedback or shorted supplies near the nodes named",
    )


def _place(node: str) -> tuple[str, ...]:
    """The net or part that ngspice's name of an equation stands for.

    ``l.xdut.l1#branch`` is the current of part L1; ``m.xdut.mq1#gate`` an inner node of Q1, whose element
    carries the letter of its kind before the designator.
    """
    name = node.rstrip(".,").lower()
    if not name:
        return ()
    element = re.fullmatch(r"(?P<letter>[a-z])\.xdut\.(?P<name>[a-z0-9]+)(?:\..*)?(?:#.*)?", name)
    if element is None:
        return (f"net:{name.removeprefix('xdut.').split('#')[0]}",)
    part = element["name"]
    if part.startswith(element["letter"]) and re.fullmatch(r"[a-z]{1,4}[0-9]+[a-h]?", part[1:]):
        part = part[1:]
    return (part.upper(),)
