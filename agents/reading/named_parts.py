"""Library parts that a prompt names."""

from __future__ import annotations

import re
from functools import cache

from voltsmith.knowledge.devices import component, components
from voltsmith.schemas.errors import BadInput

_WRITTEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9+-]*[0-9][A-Za-z0-9-]*(?:\.[0-9]+)?")
_INSISTED = re.compile(
    r"\b(?:using|use|with|uses|around|on|based on)\s+(?:an?\s+|the\s+|one\s+|two\s+)?"
    r"([A-Za-z]{1,5}[0-9]{2,5}[A-Za-z0-9-]*(?:\.[0-9]+)?)\b"
)
_SERIES = re.compile(r"E(?:6|12|24|48|96|192)")


@cache
def _lookup() -> dict[str, str]:
    return {
        alias.lower(): entry.id for entry in components().values() for alias in (entry.id, *entry.aliases)
    }


def named_parts(text: str) -> tuple[str, ...]:
    """Ids of the components that ``text`` names, in order."""
    found: list[str] = []
    for match in _WRITTEN.finditer(text):
        written = match.group().lower()
        identifier = _lookup().get(written) or _lookup().get(written.removesuffix("s"))  # "two 2N3904s"
        if identifier is not None and identifier not in found:
            found.append(identifier)
    return tuple(found)


def unknown_parts(text: str) -> list[str]:
    """What to say of parts that ``text`` insists on and the library does not have, nearest ones named."""
    problems = []
    for match in _INSISTED.finditer(text):
        name = match.group(1)
        if name.lower() in _lookup() or name.upper() != name or _SERIES.fullmatch(name):
            continue
        try:
            component(name)
        except BadInput as unknown:
            problems.append(str(unknown))
    return problems
