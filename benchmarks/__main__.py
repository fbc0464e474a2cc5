"""``python -m benchmarks``: speed and memory of what people wait for, with the goal beside each figure.

Whole processes are timed from outside, medians over several runs; ratios compare two things within one
run of this program, so that a slow or busy machine does not decide. Nothing here fails: it measures.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

RESULTS = Path(__file__).parent / "results"
ONE_BLOCK = "a 1 kHz second-order low-pass with a gain of 2 from ±12 V"
TRANSIENT = "a 555 astable at 2 kHz with 60 % duty cycle from 9 V"
WARM = (
    "a 1 kHz low-pass filter",
    "non-inverting amplifier, gain of 20, ±12 V",
    "divide 12 V down to 3.3 V",
    "5 V from 12 V at 300 mA",
    "green LED on 5 V at 10 mA",
    "inverting amplifier with a gain of 5 on ±15 V",
    "4th order 10 kHz Bessel low-pass, ±5 V",
    "50 Hz notch with a Q of 5",
)


class Figure(NamedTuple):
    """One measured figure, with the goal it is held to."""

    name: str
    value: float
    unit: str
    goal: str
    met: bool


def main() -> None:
    """Measure everything and print a table; ``--json FILE`` keeps it."""
    parser = argparse.ArgumentParser(prog="benchmarks", description="Speed and memory, with their goals.")
    parser.add_argument("--runs", type=int, default=5, help="runs of each whole process")
    parser.add_argument("--json", type=Path, default=None, help="also write the figures to this file")
    options = parser.parse_args()
    figures: list[Figure] = []
    for measure in (helps, cold, pool_against_batch, warm):
        for figure in measure(options.runs):
            figures.append(figure)
            mark = "ok" if figure.met else "MISSED"
            print(
                f"{figure.name:<58} {figure.value:>9.3f} {figure.unit:<3} {figure.goal:<12} {mark}",
                flush=True,
            )
    if options.json is not None:
        machine = {
            "python": platform.python_version(),
            "cores": os.cpu_count(),
            "system": platform.platform(),
        }
        document = {"machine": machine, "figures": [figure._asdict() for figure in figures]}
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def helps(runs: int) -> list[Figure]:
    """``voltsmith --help``, and against an interpreter that does nothing."""
    shown, _ = processes([program(), "--help"], runs)
    nothing, _ = processes([sys.executable, "-c", "pass"], runs)
    return [
        _below("voltsmith --help", shown, "s", 0.3),
        Figure("  against an idle interpreter", shown / nothing, "x", "", True),
    ]


def cold(runs: int) -> list[Figure]:
    """``voltsmith design`` as a whole process, Monte Carlo included."""
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        for name, prompt, seconds in (("AC", ONE_BLOCK, 4.0), ("transient", TRANSIENT, 8.0)):
            command = [program(), "design", prompt, "--out", f"{folder}/{name}"]
            subprocess.run(command, capture_output=True, check=True)  # builds the index once
            wall, memory = processes(command, runs)
            figures.append(_below(f"voltsmith design, cold, {name}, Monte Carlo", wall, "s", seconds))
            figures.append(_below(f"  peak memory of its largest process, {name}", memory, "MB", 400.0))
    return figures


def pool_against_batch(runs: int) -> list[Figure]:
    """A small AC analysis through the warm pool, against starting ``ngspice -b`` for it."""
    from voltsmith.knowledge.decks import DEVICE
    from voltsmith.schemas.testbenches import Measure, Signal
    from voltsmith.verification.spice.jobs import Job
    from voltsmith.verification.spice.pool import shared_pool

    deck = ("* bench", "v_in in 0 dc 0 ac 1", "r1 in out 10k", "c1 out 0 15.9n", ".end")
    out = Signal(net="out")
    measure = Measure(kind="gain", signal=out, at=1e3)
    job = Job(deck, "ac dec 10 10 100k", "ac_sweep", {out: ("out", None)}, (measure,), name=DEVICE)
    pool = shared_pool()
    pool.run([job] * 20)
    warm_seconds = median(lambda: pool.run([job]), 200)
    many = replace(job, runs=tuple((f"alter r1 = {9e3 + 10 * index:g}",) for index in range(200)))
    each = median(lambda: pool.run([many]), 20) / len(many.runs)
    with tempfile.NamedTemporaryFile("w", suffix=".cir") as file:
        control = ["* bench", *deck[1:-1], ".ac dec 10 10 100k", ".print ac vm(out)", ".end", ""]
        file.write("\n".join(control))
        file.flush()
        batch = median(
            lambda: subprocess.run(["ngspice", "-b", file.name], capture_output=True, check=False), 5 * runs
        )
    return [
        Figure("small AC analysis with ngspice -b", batch * 1e3, "ms", "", True),
        Figure("small AC analysis, warm pool, one at a time", warm_seconds * 1e3, "ms", "", True),
        Figure("  ngspice -b over it", batch / warm_seconds, "x", ">= 20", batch / warm_seconds >= 20),
        Figure("small AC analysis, warm pool, one of 200 in a job", each * 1e3, "ms", "", True),
        Figure("  ngspice -b over it", batch / each, "x", ">= 20", batch / each >= 20),
    ]


def warm(runs: int) -> list[Figure]:
    """Designs in process, without Monte Carlo."""
    from voltsmith.agents.runs import design
    from voltsmith.agents.state import Settings

    settings = Settings(monte_carlo=0)
    for prompt in WARM:
        design(prompt, settings)
    seconds = [_timed(lambda: design(prompt, settings)) for prompt in WARM for _ in range(runs)]  # noqa: B023
    return [
        _below(
            "design, warm, in process, without Monte Carlo (median)",
            statistics.median(seconds) * 1e3,
            "ms",
            250.0,
        )
    ]


def program() -> str:
    """The ``voltsmith`` beside this interpreter."""
    return str(Path(sys.executable).with_name("voltsmith"))


def processes(command: list[str], runs: int) -> tuple[float, float]:
    """Median wall time (s) and largest resident memory (MB) of a command's processes."""
    walls, memories = [], []
    for _ in range(runs):
        started = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, _, usage = os.wait4(child.pid, 0)
        walls.append(time.perf_counter() - started)
        # Linux counts in kB, macOS in bytes.
        memories.append(usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3))
        child.returncode = 0
    return statistics.median(walls), max(memories)


def median(action: Callable[[], object], runs: int) -> float:
    """Median seconds of ``action``."""
    return statistics.median(_timed(action) for _ in range(runs))


def _timed(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def _below(name: str, value: float, unit: str, goal: float) -> Figure:
    return Figure(name, value, unit, f"< {goal:g}", value < goal)


if __name__ == "__main__":
    main()
