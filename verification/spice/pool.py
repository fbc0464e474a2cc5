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

from voltsmith.schemas.errors import SimulatorMissing, Unreachable
from voltsmith.verification.spice.engine import INSTALL_LINE, library_path
from voltsmith.verification.spice.jobs import Job, Outcome, Ready
from voltsmith.verification.spice.worker import receive, send

JOB_SECONDS = 30.0
"""Default time limit of one job, or of one piece of a long one."""
START_SECONDS = 60.0
"""Time that a worker has to load; it imports NumPy and the simulator."""
PIECE = 50
"""Runs of a job that go to a worker at a time."""
TRANSIENT_PIECE = 5
"""The same for transient analyses, which take longer."""


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
        self._ready = False

    def ask(self, job: Job, seconds: float) -> Outcome:
        """Send ``job`` and wait at most ``seconds``; TimeoutError or EOFError where it hangs or dies.

        Raises:
            Unreachable: the simulator library does not load.
        """
        if not self._ready:
            try:
                ready = cast(Ready, self._receive(START_SECONDS))
            except (TimeoutError, EOFError) as trouble:
                raise Unreachable(_broken(type(trouble).__name__)) from trouble
            if ready.trouble:
                raise Unreachable(_broken(ready.trouble))
            self._ready = True
        send(cast(BinaryIO, self._process.stdin), job)
        return cast(Outcome, self._receive(seconds))

    def _receive(self, seconds: float) -> object:
        stdout = cast(BinaryIO, self._process.stdout)
        deadline = time.monotonic() + seconds
        # Buffered reads are safe here: a worker answers each job with exactly one message.
        while not select.select([stdout], [], [], max(0.0, deadline - time.monotonic()))[0]:
            if time.monotonic() >= deadline:
                raise TimeoutError
        message = receive(stdout)
        if message is None:
            raise EOFError
        return message

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
            parts += [(index, piece) for piece in self._split(job)]
        if len(parts) == 1:  # no need to wake another thread for it
            return [self._one(parts[0][1])]
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

    def _split(self, job: Job) -> list[Job]:
        # Small pieces keep all workers busy, and what a time limit takes away small.
        size = TRANSIENT_PIECE if job.analysis == "transient" else PIECE
        if len(job.runs) <= size:
            return [job]
        chunks = [job.runs[start : start + size] for start in range(0, len(job.runs), size)]
        return [
            replace(job, runs=chunk, keep_waves=job.keep_waves and i == 0) for i, chunk in enumerate(chunks)
        ]

    def _one(self, job: Job) -> Outcome:
        worker = self._idle.get() or self._start()
        keep = False
        try:
            outcome = worker.ask(job, self._seconds)
            keep = not outcome.worn
            return outcome
        except TimeoutError:
            said = f"the simulation took longer than {self._seconds:g} s and was stopped"
            return Outcome.failed(job, said, lost=True)
        except (EOFError, BrokenPipeError):
            return Outcome.failed(job, "the simulator process ended unexpectedly", lost=True)
        finally:
            if not keep:
                with self._lock:
                    self._live.discard(worker)
                worker.stop()
            # An empty place is filled when it is needed next.
            self._idle.put(worker if keep else None)


def _broken(trouble: str) -> str:
    return (
        f"the ngspice library {library_path()} does not work ({trouble}); "
        f"install it again with: {INSTALL_LINE}, or point NGSPICE_LIBRARY_PATH at another"
    )


def _merge(pieces: list[Outcome]) -> Outcome:
    first = pieces[0]
    if len(pieces) == 1:
        return first
    values = np.concatenate([piece.values for piece in pieces])
    reasons = [row for piece in pieces for row in piece.reasons]
    return replace(first, values=values, reasons=reasons, lost=sum(piece.lost for piece in pieces))


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
