"""Runs that are killed, doubled, or given a folder that cannot be used."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from voltsmith.agents import runs
from voltsmith.agents.runs import design, state_folder
from voltsmith.agents.state import Settings
from voltsmith.schemas.designs import Design
from voltsmith.schemas.errors import BadInput, NeedsAnswer

PROMPT = "RC low-pass at 1 kHz"
SETTINGS = Settings(monte_carlo=0)
KILLED = """
import os, signal, sys
from voltsmith.agents.runs import design
from voltsmith.agents.state import Settings
from voltsmith.verification.spice.pool import shared_pool

print(*[worker._process.pid for worker in shared_pool()._live], flush=True)

def tell(agent, turn):
    if agent == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)

design(sys.argv[2], Settings(monte_carlo=0), tell)
"""


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "deep" / "state"
    monkeypatch.setenv("VOLTSMITH_STATE", str(folder))
    return folder


def agents_of(prompt: str = PROMPT, settings: Settings = SETTINGS) -> tuple[Design, list[str]]:
    seen: list[str] = []
    return design(prompt, settings, lambda agent, _: seen.append(agent)), seen


def leftovers(state: Path) -> list[str]:
    folder = state / "runs"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def gone(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return True
    return status.rsplit(")", 1)[1].split()[0] == "Z"


def test_the_state_folder_can_be_named(state: Path, monkeypatch: pytest.MonkeyPatch):
    assert state_folder() == state
    monkeypatch.delenv("VOLTSMITH_STATE")
    assert state_folder().name == "voltsmith"


def test_a_run_leaves_nothing(state: Path):
    made, seen = agents_of()
    assert made.status == "verified"
    assert seen == ["retrieval", "reasoning", "synthesis", "verification"]
    assert leftovers(state) == []


@pytest.mark.slow
def test_a_killed_run_is_taken_up_again(state: Path):
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, "verification", PROMPT], capture_output=True, text=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert any(name.endswith(".sqlite") for name in leftovers(state))
    made, seen = agents_of()
    assert seen[-1] == "verification"
    assert "retrieval" not in seen
    assert "reasoning" not in seen
    assert made.status == "verified"
    assert leftovers(state) == []
    untouched, _ = agents_of()
    assert made.circuit == untouched.circuit
    assert made.report == untouched.report
    # The simulators of the killed run end by themselves, once their input is closed.
    workers = [int(text) for text in killed.stdout.split()]
    assert workers
    deadline = time.monotonic() + 30
    while not all(map(gone, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert all(map(gone, workers))


def test_a_run_that_raised_leaves_nothing_and_can_be_repeated(state: Path, monkeypatch: pytest.MonkeyPatch):
    from voltsmith.agents import workflow

    def fail(*_: object, **__: object) -> None:
        raise BadInput("no")

    with monkeypatch.context() as patch:
        patch.setattr(workflow, "judge", fail)
        with pytest.raises(BadInput):
            agents_of()
    made, _ = agents_of()
    assert made.status == "verified"
    assert leftovers(state) == []


@pytest.mark.parametrize("prompt", ["", "low-pass \x00", "x" * 9000])
def test_a_prompt_that_is_refused_leaves_nothing(state: Path, prompt: str):
    with pytest.raises(BadInput):
        agents_of(prompt)
    assert leftovers(state) == []


def test_a_question_leaves_nothing(state: Path):
    assert agents_of("hello")[0].status == "needs_clarification"
    assert leftovers(state) == []


def test_an_interrupted_run_is_taken_up_again(state: Path):
    def stop(agent: str, _: int) -> None:
        if agent == "verification":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        design(PROMPT, SETTINGS, stop)
    made, seen = agents_of()
    assert made.status == "verified"
    assert "retrieval" not in seen
    assert leftovers(state) == []


def test_other_settings_are_another_run(state: Path):
    def stop(agent: str, _: int) -> None:
        if agent == "synthesis":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        design(PROMPT, SETTINGS, stop)
    assert agents_of(settings=Settings(monte_carlo=0, seed=1))[1][0] == "retrieval"
    assert agents_of("RC low-pass at 2 kHz")[1][0] == "retrieval"


def test_two_equal_runs_at_once_both_finish(state: Path):
    inner: list[Design] = []

    def again(agent: str, _: int) -> None:
        if agent == "verification":
            inner.append(agents_of()[0])

    outer = design(PROMPT, SETTINGS, again)
    assert outer.status == inner[0].status == "verified"
    assert (outer.circuit, outer.report) == (inner[0].circuit, inner[0].report)
    assert leftovers(state) == []


def test_a_state_folder_that_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "file").write_text("no folder")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        monkeypatch.setenv("VOLTSMITH_STATE", str(place))
        assert agents_of()[0].status == "verified"
    assert (tmp_path / "file").read_text() == "no folder"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_state_folder_that_is_read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    monkeypatch.setenv("VOLTSMITH_STATE", str(folder))
    assert agents_of()[0].status == "verified"


@pytest.mark.parametrize("damage", ["garbage", "empty", "folder", "truncated"])
def test_a_damaged_checkpoint_is_no_obstacle(state: Path, damage: str):
    path = state / "runs" / f"{runs._thread(PROMPT, SETTINGS)}.sqlite"
    path.parent.mkdir(parents=True)
    if damage == "folder":
        path.mkdir()
    elif damage == "truncated":

        def stop(agent: str, _: int) -> None:
            if agent == "verification":
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            design(PROMPT, SETTINGS, stop)
        data = path.read_bytes()
        path.write_bytes(data[: len(data) // 2 + 100])
        path.with_name(path.name + "-wal").unlink(missing_ok=True)
    else:
        path.write_bytes(b"garbage " * 1000 if damage == "garbage" else b"")
    assert agents_of()[0].status == "verified"


def test_a_checkpoint_of_another_shape_is_no_obstacle(state: Path):
    """What an earlier build of the same version left may lack what this one expects."""
    from langgraph.checkpoint.sqlite import SqliteSaver

    from voltsmith.agents.workflow import build

    thread = runs._thread(PROMPT, SETTINGS)
    (state / "runs").mkdir(parents=True)
    with SqliteSaver.from_conn_string(str(state / "runs" / f"{thread}.sqlite")) as saver:
        config = {"configurable": {"thread_id": thread}}
        build(saver).update_state(config, {"prompt": PROMPT, "reading": {"odd": 1}}, as_node="reasoning")
    try:
        made, _ = agents_of()
    except (BadInput, NeedsAnswer):
        pytest.fail("an old checkpoint is nobody's bad input")
    assert made.status == "verified"


def test_old_checkpoints_are_removed(state: Path):
    folder = state / "runs"
    folder.mkdir(parents=True)
    old, fresh = folder / "old.sqlite", folder / "fresh.sqlite"
    old.touch()
    fresh.touch()
    os.utime(old, (1.0, 1.0))
    agents_of()
    assert leftovers(state) == ["fresh.sqlite"]
