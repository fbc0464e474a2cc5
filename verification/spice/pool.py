"""A pool of simulator processes with a time limit; a worker that dies or hangs is replaced."""

from __future__ import annotations

import atexit
import os
import queue
import select
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import BinaryIO, cast

import numpy as np

from voltsmith.schemas.errors import SimulatorMissing
from voltsmith.verification.spice.engine import library_path
from voltsmith.verification.spice.jobs import Job, Outcome
from voltsmith.verification.spice.worker import receive, send

JOB_SECONDS = 30.0
"""Default time limit of one job."""


class _Worker:
    """One process; ``ask`` is used by one thread at a time."""

    def __init__(self) -> None:
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "voltsmith.verification.spice.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )

    def ask(self, job: Job, seconds: float) -> Outcome:
        """Send ``job`` and wait at most ``seconds``; TimeoutError or EOFError where it hangs or dies."""
        stdin = cast(BinaryIO, self._process.stdin)
        stdout = cast(BinaryIO, self._process.stdout)
        send(stdin, job)
        deadline = time.monotonic() + seconds
        # Buffered reads are safe here: a worker answers each job with exactly one message.
        while not select.select([stdout], [], [], max(0.0, deadline - time.monotonic()))[0]:
            if time.monotonic() >= deadline:
                raise TimeoutError
        outcome = receive(stdout)
        if outcome is None:
            raise EOFError
        return cast(Outcome, outcome)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):  # what was buffered for a dead worker is of no use
                    stream.close()


class SimulatorPool:
    """Runs jobs on ``workers`` processes, which start at once so that they load while others import.

    Raises:
        SimulatorMissing: libngspice is not installed.
    """

    def __init__(self, workers: int = 2, seconds: float = JOB_SECONDS) -> None:
        library_path()
        self._seconds = seconds
        self._size = workers
        self._idle: queue.Queue[_Worker | None] = queue.Queue()
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="simulator")
        self._live: set[_Worker] = set()
        self._lock = threading.Lock()
        for _ in range(workers):
            self._idle.put(self._start())

    def __enter__(self) -> SimulatorPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, jobs: Sequence[Job]) -> list[Outcome]:
        """Outcomes in the order of ``jobs``. Runs of a long job are spread over the workers."""
        parts: list[tuple[int, Job]] = []
        for index, job in enumerate(jobs):
            parts += [(index, piece) for piece in self._split(job, len(jobs))]
        done = list(self._threads.map(lambda item: self._one(item[1]), parts))
        merged: list[Outcome] = []
        for index in range(len(jobs)):
            pieces = [outcome for (owner, _), outcome in zip(parts, done, strict=True) if owner == index]
            merged.append(_merge(pieces))
        return merged

    def close(self) -> None:
        """Stop all workers."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            for worker in self._live:
                worker.stop()
            self._live.clear()

    def _start(self) -> _Worker:
        worker = _Worker()
        with self._lock:
            self._live.add(worker)
        return worker

    def _split(self, job: Job, jobs: int) -> list[Job]:
        # Few jobs with many runs leave workers idle; many jobs fill them anyway.
        pieces = self._size if jobs < self._size and len(job.runs) >= 16 else 1
        if pieces == 1:
            return [job]
        size = -(-len(job.runs) // pieces)
        chunks = [job.runs[start : start + size] for start in range(0, len(job.runs), size)]
        return [
            replace(job, runs=chunk, keep_waves=job.keep_waves and i == 0) for i, chunk in enumerate(chunks)
        ]

    def _one(self, job: Job) -> Outcome:
        worker = self._idle.get() or self._start()
        try:
            outcome = worker.ask(job, self._seconds)
        except (TimeoutError, EOFError, BrokenPipeError) as trouble:
            with self._lock:
                self._live.discard(worker)
            worker.stop()
            self._idle.put(None)
            said = (
                f"the simulation took longer than {self._seconds:g} s and was stopped"
                if isinstance(trouble, TimeoutError)
                else "the simulator process ended unexpectedly"
            )
            return Outcome.failed(job, said)
        self._idle.put(worker)
        return outcome


def _merge(pieces: list[Outcome]) -> Outcome:
    first = pieces[0]
    if len(pieces) == 1:
        return first
    values = np.concatenate([piece.values for piece in pieces])
    reasons = [row for piece in pieces for row in piece.reasons]
    return replace(first, values=values, reasons=reasons)


_shared: SimulatorPool | None = None
_guard = threading.Lock()


def shared_pool() -> SimulatorPool:
    """The pool of this process, started on first use and stopped at exit."""
    global _shared  # noqa: PLW0603 - one pool a process is the point
    with _guard:
        if _shared is None:
            _shared = SimulatorPool(workers=max(1, min(2, os.cpu_count() or 1)))
            atexit.register(_shared.close)
        return _shared


__all__ = ["SimulatorMissing", "SimulatorPool", "shared_pool"]
