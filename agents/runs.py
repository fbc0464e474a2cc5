"""One run of the workflow: from a prompt to a design, with a checkpoint that survives a kill."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import platformdirs

from voltsmith.agents.state import FORMAT, Settings, State
from voltsmith.schemas.circuits import Circuit
from voltsmith.schemas.designs import Design, Provenance
from voltsmith.schemas.errors import VoltsmithError
from voltsmith.schemas.plans import Plan
from voltsmith.schemas.readings import Reading
from voltsmith.schemas.reports import Report
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import Testbench

Progress = Callable[[str, int], None]
"""Called with the agent at work and the repair round."""
KEEP_SECONDS = 7 * 86400.0
"""Checkpoints of killed runs are dropped after this time."""


def version() -> str:
    """The version of voltsmith that is installed."""
    return importlib.metadata.version("voltsmith")


def state_folder() -> Path:
    """Where checkpoints lie; ``VOLTSMITH_STATE`` overrides the platform's folder."""
    return Path(os.environ.get("VOLTSMITH_STATE") or platformdirs.user_state_dir("voltsmith"))


def design(prompt: str, settings: Settings | None = None, progress: Progress | None = None) -> Design:
    """Design a circuit for ``prompt``.

    Raises:
        BadInput: the prompt is no text.
        Unreachable: the simulator cannot be started.
    """
    from voltsmith.agents.workflow import build, events

    settings = settings or Settings()
    started = time.perf_counter()
    start: State = {"format": FORMAT, "prompt": prompt, "settings": settings.model_dump(mode="json")}
    thread = _thread(prompt, settings)
    with _checkpointer(thread) as saver:
        graph = build(saver)
        config = {"configurable": {"thread_id": thread}, "recursion_limit": 10 + 5 * (settings.repairs + 1)}
        kept = graph.get_state(config)
        usable = kept.values.get("format") == FORMAT
        if kept.values and not usable:
            saver.delete_thread(thread)
        # A run that was stopped while it ended is complete: there is nothing left to run.
        complete = usable and not kept.next and ("best" in kept.values or "refusal" in kept.values)
        if not complete:
            # A task that was stopped with its writes stored is no longer in ``next``.
            unfinished = usable and bool(kept.next or kept.tasks)
            for event in events(graph, None if unfinished else start, config):
                if progress is not None:
                    progress(event["agent"], event["round"])
        state: State = graph.get_state(config).values
    return _design(prompt, settings, state, time.perf_counter() - started)


def _thread(prompt: str, settings: Settings) -> str:
    content = json.dumps([version(), prompt, settings.model_dump(mode="json")])
    return hashlib.sha256(content.encode()).hexdigest()[:24]


@contextmanager
def _checkpointer(thread: str) -> Iterator[Any]:
    """A checkpoint of its own for each run, removed once the run has ended by itself.

    What a killed run leaves is picked up by the next run of the same prompt and settings. Where the
    folder cannot be written, or another process runs the same request right now, memory has to do.
    """
    folder = state_folder() / "runs"
    path = folder / f"{thread}.sqlite"
    lock = _lock(folder, thread)
    if lock is None:
        from langgraph.checkpoint.memory import InMemorySaver

        yield InMemorySaver()
        return
    finished = False
    try:
        connection = _open(path)
        try:
            yield _saver(connection)
            finished = True
        except VoltsmithError:
            finished = True  # an answer like any other; nothing of it is worth resuming
            raise
        finally:
            connection.close()
    finally:
        if finished:
            _remove(path)
            path.with_suffix(".lock").unlink(missing_ok=True)
        os.close(lock)


def _open(path: Path) -> sqlite3.Connection:
    """The checkpoint; one that is damaged is thrown away, for it only saves time."""
    for _ in range(2):
        try:
            connection = sqlite3.connect(path, check_same_thread=False)
        except sqlite3.DatabaseError:
            _remove(path)
            continue
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            if connection.execute("PRAGMA quick_check").fetchone() == ("ok",):
                return connection
        except sqlite3.DatabaseError:
            pass
        connection.close()
        _remove(path)
    return sqlite3.connect(":memory:", check_same_thread=False)


def _remove(path: Path) -> None:
    """Remove a checkpoint and what SQLite keeps beside it."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    for ending in ("", "-wal", "-shm"):
        with suppress(OSError):
            path.with_name(path.name + ending).unlink(missing_ok=True)


def _saver(connection: sqlite3.Connection) -> Any:
    from langgraph.checkpoint.sqlite import SqliteSaver

    return SqliteSaver(connection)


def _lock(folder: Path, thread: str) -> int | None:
    """A lock on the run, or None where another process has it or the folder cannot be used."""
    path = folder / f"{thread}.lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _prune(folder)
        for _ in range(10):
            handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # The file may have been removed by its last owner before it was locked here.
                if path.exists() and os.fstat(handle).st_ino == path.stat().st_ino:
                    return handle
            except OSError:
                os.close(handle)
                return None
            os.close(handle)
    except OSError:
        return None
    return None


def _prune(folder: Path) -> None:
    oldest = time.time() - KEEP_SECONDS
    for path in folder.iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def _design(prompt: str, settings: Settings, state: State, seconds: float) -> Design:
    timings = {**state.get("timings", {}), "total": round(seconds, 4)}
    provenance = Provenance(
        version=version(),
        model=settings.model,
        seed=settings.seed,
        monte_carlo=settings.monte_carlo,
        timings_s=timings,
    )
    reading = Reading.model_validate(state["reading"]) if "reading" in state else None
    unread = reading.not_understood if reading is not None else ()
    best = state.get("best")
    if best is None:
        refusal = state.get("refusal", {"message": "the run ended without a design", "questions": []})
        return Design(
            prompt=prompt,
            status="needs_clarification",
            requirements=reading.requirements if reading is not None else (),
            not_understood=unread,
            questions=tuple(dict.fromkeys((refusal["message"], *refusal["questions"]))),
            provenance=provenance,
        )
    report = Report.model_validate(best["report"])
    plan = Plan.model_validate(best["proposal"]["plan"])
    return Design(
        prompt=prompt,
        status="verified" if report.passed else "failed",
        requirements=tuple(
            Requirement.model_validate(item)
            for item in (*best["proposal"]["requirements"], *best["synthesis"]["requirements"])
        ),
        not_understood=unread,
        assumptions=tuple(best["synthesis"]["assumptions"]),
        plan=plan,
        circuit=Circuit.model_validate(best["synthesis"]["circuit"]),
        testbench=Testbench.model_validate(best["synthesis"]["testbench"]),
        report=report,
        provenance=provenance,
    )
