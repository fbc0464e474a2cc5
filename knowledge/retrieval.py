"""Finding blocks and components by meaning: a Chroma collection with offline embeddings.

The index is a cache: it is built once from the knowledge base, into a folder named after the data's
hash, and published by renaming that folder into place, so that several processes never write to one.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import platformdirs

from voltsmith.knowledge.blocks import blocks
from voltsmith.knowledge.devices import components

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

COLLECTION = "knowledge"
_FORMAT = "2"


class Hit(NamedTuple):
    """One thing found: ``kind`` is ``block`` or ``component``; ``score`` is a cosine similarity."""

    kind: str
    id: str
    function: str
    score: float
    text: str


class Entry(NamedTuple):
    """One line of the index."""

    kind: str
    id: str
    function: str
    text: str


def cache_folder() -> Path:
    """Where rebuildable data lives; ``VOLTSMITH_CACHE`` overrides the platform's folder."""
    return Path(os.environ.get("VOLTSMITH_CACHE") or platformdirs.user_cache_dir("voltsmith"))


def entries() -> list[Entry]:
    """What is indexed: every phrase and summary of a block, every component's description."""
    found = [
        Entry("block", block.id, block.function, text)
        for block in blocks().values()
        for text in dict.fromkeys((block.title, block.summary, *block.phrases))
    ]
    found += [
        Entry("component", entry.id, entry.kind, f"{entry.id} {entry.description}")
        for entry in components().values()
    ]
    return found


class Index:
    """The opened index; open it with :func:`open_index`."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    def search(self, text: str, kind: str, limit: int = 5) -> list[Hit]:
        """The entries of ``kind`` nearest in meaning, each id once, best first."""
        from voltsmith.knowledge.embedding import embed

        result = self._collection.query(
            query_embeddings=embed([text]),
            n_results=limit * 6,
            where={"kind": kind},
            include=["metadatas", "documents", "distances"],
        )
        best: dict[str, Hit] = {}
        rows = zip(
            (result["metadatas"] or [[]])[0],
            (result["documents"] or [[]])[0],
            (result["distances"] or [[]])[0],
            strict=True,
        )
        for meta, document, distance in rows:
            name = str(meta["id"])
            if name not in best:
                best[name] = Hit(kind, name, str(meta["function"]), 1.0 - float(distance), str(document))
        return list(best.values())[:limit]

    def functions(self, text: str, limit: int = 5) -> list[tuple[str, float]]:
        """Block functions ranked by the similarity of their nearest phrase."""
        best: dict[str, float] = {}
        for hit in self.search(text, "block", limit * 3):
            best[hit.function] = max(best.get(hit.function, -1.0), hit.score)
        return sorted(best.items(), key=lambda item: -item[1])[:limit]


def open_index() -> Index:
    """Open the index, building it first where there is none for the present data."""
    wanted = entries()
    folder = cache_folder() / f"index-{_digest(wanted)}"
    if not folder.is_dir():
        try:
            _build(wanted, folder)
        except OSError:
            # A cache that cannot be written costs time, not results.
            return Index(_fill(_client(None), wanted))
    try:
        index = Index(_client(folder).get_collection(COLLECTION, embedding_function=None))
        index.search("filter", "block", 1)
        return index
    except Exception:
        # Chroma has many ways to say that its files are damaged; a cache is cheaper to rebuild than to mend.
        _forget(folder)
        shutil.rmtree(folder, ignore_errors=True)
        try:
            _build(wanted, folder)
            return Index(_client(folder).get_collection(COLLECTION, embedding_function=None))
        except Exception:
            return Index(_fill(_client(None), wanted))


def _digest(wanted: Sequence[Entry]) -> str:
    version = importlib.metadata.version("chromadb")
    return hashlib.sha256(repr((_FORMAT, version, wanted)).encode()).hexdigest()[:16]


def _client(folder: Path | None) -> Any:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    if folder is None:
        return chromadb.EphemeralClient(settings=settings)
    return chromadb.PersistentClient(str(folder), settings=settings)


def _fill(client: Any, wanted: Sequence[Entry]) -> Any:
    from voltsmith.knowledge.embedding import embed

    collection = client.get_or_create_collection(
        COLLECTION, embedding_function=None, metadata={"hnsw:space": "cosine"}
    )
    collection.add(
        ids=[str(number) for number in range(len(wanted))],
        embeddings=embed([entry.text for entry in wanted]),
        documents=[entry.text for entry in wanted],
        metadatas=[{"kind": e.kind, "id": e.id, "function": e.function} for e in wanted],
    )
    return collection


def _build(wanted: Sequence[Entry], folder: Path) -> None:
    """Build beside the final place and rename; whoever renames first wins."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=".index-", dir=folder.parent))
    try:
        # A process of its own closes its files before the folder is renamed; this one may keep none open.
        _fill(_client(building), wanted)
        _forget(building)
        try:
            building.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(building, ignore_errors=True)
    hour_ago = time.time() - 3600
    for old in (*folder.parent.glob("index-*"), *folder.parent.glob(".index-*")):
        # What another process is building right now is left alone.
        if old != folder and (not old.name.startswith(".") or old.stat().st_mtime < hour_ago):
            shutil.rmtree(old, ignore_errors=True)


def _forget(folder: Path) -> None:
    """Make Chroma drop its handle of ``folder``: it keeps one system a path for the life of the process."""
    from chromadb.api.shared_system_client import SharedSystemClient

    with contextlib.suppress(KeyError, AttributeError):
        system = SharedSystemClient._identifier_to_system.pop(str(folder))
        system.stop()
