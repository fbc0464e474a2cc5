"""Loads ``data/*.toml`` into components and finds them by id or alias.

A data file is a dictionary with up to four tables, all optional:

``layout.NAME``
    Pins (``"number name type"``), units, supply pins, prefix: what packages of one shape share.
``family.NAME``
    Fields that several components share; ``limits``, ``model`` and ``spread`` merge key by key.
``component``
    The entries. ``layout`` and ``family`` name what they build on, everything else is a field of
    :class:`~voltsmith.schemas.components.Component`.
``series``
    Compact tables, one row per part: ``columns`` name the fields (``limits.x``, ``model.x`` for the
    dictionaries, several separated by a space if they share the value), ``rows`` hold the values, the
    rest is as in a component.

Layouts and families are seen only inside their own file. What it does not cover: KiCad symbols'
contents and stock; ``cost`` is a rough relative price.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import BadDocument, UnknownName

_DICTIONARIES = ("limits", "model", "spread", "supply_pins")


@cache
def components() -> Mapping[str, Component]:
    """All components by id, in the order of the data files. Loaded on the first call only."""
    found: dict[str, Component] = {}
    folder = resources.files("voltsmith.knowledge.devices") / "data"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".toml"):
            continue
        for entry in _entries(tomllib.loads(file.read_text(encoding="utf-8"))):
            loaded = Component.model_validate(entry)
            if loaded.id in found:
                raise BadDocument(f"component {loaded.id!r} appears twice; the second is in {file.name}")
            found[loaded.id] = loaded
    return MappingProxyType(found)


def component(name: str) -> Component:
    """The component with this id or alias; case does not matter.

    Raises:
        UnknownName: there is none; ``nearest`` holds up to three similar names.
    """
    exact = components().get(name)
    if exact is not None:
        return exact
    index = _index()
    found = index.get(name.casefold())
    if found is not None:
        return found
    from rapidfuzz import process  # 25 ms to import, and only a mistake needs it

    near = process.extract(name.casefold(), index.keys(), limit=8, score_cutoff=55)
    raise UnknownName("component", name, list(dict.fromkeys(index[key].id for key, *_ in near))[:3])


@cache
def _index() -> dict[str, Component]:
    index: dict[str, Component] = {}
    for entry in components().values():
        for key in (entry.id, *entry.aliases):
            other = index.setdefault(key.casefold(), entry)
            if other is not entry:
                raise BadDocument(f"{key!r} names both {other.id} and {entry.id}")
    return index


def _entries(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    layouts, families = data.get("layout", {}), data.get("family", {})
    for raw in [*data.get("component", ()), *_rows(data.get("series", ()))]:
        entry: dict[str, Any] = {}
        for source in (layouts[raw["layout"]] if "layout" in raw else {}, *_ancestry(families, raw), raw):
            _merge(entry, source)
        entry.pop("layout", None)
        entry.pop("family", None)
        entry["pins"] = [_pin(text) for text in entry["pins"]]
        entry["units"] = [{"pins": pins} for pins in entry.get("units", ())]
        yield entry


def _ancestry(families: dict[str, Any], raw: dict[str, Any]) -> list[dict[str, Any]]:
    """The families ``raw`` builds on, the most general first."""
    chain: list[dict[str, Any]] = []
    name = raw.get("family")
    while name is not None:
        chain.insert(0, families[name])
        name = families[name].get("family")
    return chain


def _merge(entry: dict[str, Any], source: dict[str, Any]) -> None:
    for key, value in source.items():
        if key in _DICTIONARIES:
            entry[key] = {**entry.get(key, {}), **value}
        else:
            entry[key] = value


def _rows(series: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for table in series:
        shared = {key: value for key, value in table.items() if key not in ("columns", "rows")}
        for row in table["rows"]:
            entry = {key: dict(value) if key in _DICTIONARIES else value for key, value in shared.items()}
            for column, value in zip(table["columns"], row, strict=True):
                for target in column.split():
                    field, _, key = target.partition(".")
                    if key:
                        entry.setdefault(field, {})[key] = value
                    else:
                        entry[field] = value
            entry["description"] = str(entry["description"]).format(
                **{"id": entry["id"], **entry.get("model", {})}
            )
            yield entry


def _pin(text: str) -> dict[str, str]:
    number, name, kind = text.split()
    return {"number": number, "name": name, "type": kind}
