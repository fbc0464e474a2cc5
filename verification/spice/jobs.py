"""What travels between the simulator pool and its worker processes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from voltsmith.schemas.testbenches import Measure, Signal


@dataclass(frozen=True)
class Job:
    """One bench to run: a deck, the analysis command and what to measure.

    ``vectors`` gives for each signal the ngspice vectors (plus and, if any, minus) it is made of.
    ``runs`` holds the ``alter`` commands of each run; an empty tuple is the nominal circuit.
    """

    deck: tuple[str, ...]
    command: str
    analysis: str
    vectors: dict[Signal, tuple[str | None, str | None]]
    measures: tuple[Measure, ...]
    runs: tuple[tuple[str, ...], ...] = ((),)
    keep_waves: bool = False
    name: str = ""


@dataclass(frozen=True)
class Outcome:
    """What one job brought: ``values[run][measure]``, NaN where ``reasons[run][measure]`` says why not.

    ``messages`` are what ngspice said while loading the deck and during the first run; ``error`` is set where
    the simulation itself failed. ``worn`` says that the worker had better be replaced; ``lost`` counts runs
    that brought nothing because the worker was stopped or died.
    """

    values: NDArray[np.float64]
    reasons: list[list[str]] = field(default_factory=list)
    messages: tuple[str, ...] = ()
    error: str = ""
    worn: bool = False
    lost: int = 0
    axis: NDArray[np.float64] | None = None
    waves: dict[Signal, NDArray[np.generic]] = field(default_factory=dict)

    @classmethod
    def failed(
        cls, job: Job, error: str, messages: tuple[str, ...] = (), *, worn: bool = False, lost: bool = False
    ) -> Outcome:
        """The outcome of a job that produced nothing."""
        shape = (len(job.runs), len(job.measures))
        reasons = [[error] * shape[1] for _ in range(shape[0])]
        values = np.full(shape, np.nan)
        return cls(values, reasons, messages, error, worn=worn, lost=shape[0] if lost else 0)


@dataclass(frozen=True)
class Ready:
    """What a worker says first: that it can simulate, or why it cannot."""

    trouble: str = ""
