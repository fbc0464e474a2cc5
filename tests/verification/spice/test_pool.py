"""The pool: order, time limits, workers that die, and a library that is not there."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from voltsmith.schemas.errors import SimulatorMissing, Unreachable
from voltsmith.schemas.testbenches import Measure, Signal
from voltsmith.verification.spice import engine
from voltsmith.verification.spice import pool as pool_module
from voltsmith.verification.spice.jobs import Job, Ready
from voltsmith.verification.spice.pool import SimulatorPool
from voltsmith.verification.spice.worker import receive, send

OUT = Signal(net="out")
ENDLESS = "tran 1n 1000"


def divider(lower: float = 1e3, command: str = "op", runs: tuple[tuple[str, ...], ...] = ((),)) -> Job:
    """1 V over 1 kohm and ``lower``."""
    deck = ("* divider", "v1 in 0 dc 1", "r1 in out 1e3", f"r2 out 0 {lower}", ".end")
    measure = Measure(kind="value", signal=OUT)
    return Job(deck, command, "op", {OUT: ("v(out)", None)}, (measure,), runs)


def expected(lower: float) -> float:
    return lower / (1e3 + lower)


@pytest.fixture(scope="module")
def pool() -> Iterator[SimulatorPool]:
    with SimulatorPool(workers=1, seconds=60.0) as made:
        yield made


def processes(pool: SimulatorPool) -> list[int]:
    return [worker._process.pid for worker in pool._live]


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def works(pool: SimulatorPool) -> bool:
    (outcome,) = pool.run([divider(3e3)])
    return outcome.error == "" and outcome.values[0, 0] == pytest.approx(0.75)


def test_outcomes_come_in_the_order_of_the_jobs():
    with SimulatorPool(workers=2, seconds=60.0) as two:
        ohms = [100.0 * number for number in range(1, 20)]
        outcomes = two.run([divider(ohm) for ohm in ohms])
        assert [o.values[0, 0] for o in outcomes] == pytest.approx([expected(ohm) for ohm in ohms])
        # One long job is cut into pieces for both workers and put together again.
        many = [500.0 * number for number in range(1, 41)]
        (long,) = two.run([divider(runs=tuple((f"alter r2 = {ohm}",) for ohm in many))])
        assert long.values[:, 0] == pytest.approx([expected(ohm) for ohm in many])
        assert len(long.reasons) == len(many)


def test_no_jobs(pool: SimulatorPool):
    assert pool.run([]) == []


def test_a_job_that_hangs_is_stopped_and_its_worker_replaced(
    pool: SimulatorPool, monkeypatch: pytest.MonkeyPatch
):
    assert works(pool)
    (before,) = processes(pool)
    with monkeypatch.context() as patch:
        patch.setattr(pool, "_seconds", 0.2)
        (outcome,) = pool.run([divider(command=ENDLESS)])
    assert outcome.error == "the simulation took longer than 0.2 s and was stopped"
    assert np.isnan(outcome.values).all()
    assert outcome.reasons == [[outcome.error]]
    assert not alive(before)
    assert works(pool)
    assert processes(pool) != [before]


def test_a_worker_killed_at_its_job_is_replaced(pool: SimulatorPool):
    assert works(pool)
    (before,) = processes(pool)
    outcomes = []
    thread = threading.Thread(target=lambda: outcomes.extend(pool.run([divider(command=ENDLESS)])))
    thread.start()
    os.kill(before, signal.SIGKILL)
    thread.join(timeout=60)
    assert [outcome.error for outcome in outcomes] == ["the simulator process ended unexpectedly"]
    assert works(pool)


def test_a_deck_that_upsets_ngspice_spoils_no_other_job():
    """After some errors the library "awaits to be detached" and refuses whatever comes next."""
    job = divider()
    bad = Job((*job.deck[:-1], "r3 out 0 {nothing}", ".end"), "op", "op", job.vectors, job.measures)
    with SimulatorPool(workers=1, seconds=60.0) as one:
        outcome, after = one.run([bad, divider(3e3)])
        assert outcome.error
        assert np.isnan(outcome.values).all()
        assert after.error == ""
        assert after.values[0, 0] == pytest.approx(0.75)


def test_a_deck_that_is_no_ascii_fails_alone(pool: SimulatorPool):
    job = divider()
    bad = Job(("* Ω", *job.deck[1:]), "op", "op", job.vectors, job.measures)
    outcome, after = pool.run([bad, divider(3e3)])
    assert outcome.error
    assert after.values[0, 0] == pytest.approx(0.75)


def test_whatever_goes_wrong_the_worker_is_given_back():
    """A worker that stays away would let every later job wait for ever."""
    unsendable = Job(divider().deck, "op", "op", {OUT: (lambda: "", None)}, ())  # type: ignore[dict-item]
    with SimulatorPool(workers=1, seconds=60.0) as one:
        with pytest.raises((AttributeError, TypeError, pickle.PicklingError)):
            one.run([unsendable])
        assert one._idle.qsize() == 1


def test_results_of_one_job_do_not_leak_into_the_next(pool: SimulatorPool):
    pool.run([divider()])
    missing = Job(
        ("* none", "v1 in 0 dc 1", "r1 in 0 1", ".end"), "op", "op", divider().vectors, divider().measures
    )
    (outcome,) = pool.run([missing])
    assert np.isnan(outcome.values).all()
    assert outcome.reasons[0][0]


def test_closing_ends_every_process():
    made = SimulatorPool(workers=2)
    found = processes(made)
    assert all(map(alive, found))
    made.close()
    made.close()
    assert not any(map(alive, found))


def test_no_library(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("NGSPICE_LIBRARY_PATH", raising=False)
    monkeypatch.setattr(engine, "_PATTERNS", ())
    monkeypatch.setattr(engine.ctypes.util, "find_library", lambda _: None)
    with pytest.raises(SimulatorMissing, match="apt-get install ngspice libngspice0") as caught:
        engine.library_path()
    assert isinstance(caught.value, Unreachable)
    assert caught.value.exit_code == 5


def test_without_the_library_no_process_is_started(monkeypatch: pytest.MonkeyPatch):
    def missing() -> str:
        raise SimulatorMissing("no library; install it with: ...")

    monkeypatch.setattr(pool_module, "library_path", missing)
    monkeypatch.setattr(pool_module, "_Worker", lambda: pytest.fail("started"))
    with pytest.raises(SimulatorMissing, match="install it"):
        SimulatorPool()


def test_the_library_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "libngspice.so").touch()
    monkeypatch.setenv("NGSPICE_LIBRARY_PATH", str(tmp_path / "libngspice.so"))
    assert engine.library_path() == str(tmp_path / "libngspice.so")
    monkeypatch.setenv("NGSPICE_LIBRARY_PATH", str(tmp_path / "missing.so"))
    assert engine.library_path() != str(tmp_path / "missing.so")


def test_a_library_that_does_not_load_is_no_verdict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Otherwise every design would be called faulty on a machine with a broken ngspice."""
    (tmp_path / "libngspice.so").write_bytes(b"no library")
    monkeypatch.setenv("NGSPICE_LIBRARY_PATH", str(tmp_path / "libngspice.so"))
    with pytest.raises(Unreachable), SimulatorPool(workers=1, seconds=60.0) as broken:
        broken.run([divider()])


def test_the_worker_keeps_its_protocol_off_standard_output():
    """ngspice prints to file descriptor 1; a line of it among the pickles would end the worker."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "voltsmith.verification.spice.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert worker.stdin is not None
    assert worker.stdout is not None
    assert receive(worker.stdout) == Ready()
    for command in ("op", "echo noise", "print all", "listing", "op"):
        send(worker.stdin, divider(command=command))
        assert receive(worker.stdout) is not None
    worker.stdin.close()
    assert worker.stdout.read() == b""
    worker.stdout.close()
    assert worker.wait(timeout=60) == 0
