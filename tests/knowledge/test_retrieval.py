"""The index as a cache: built once and whole, shared by processes, and never a reason to fail."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from voltsmith.knowledge import retrieval
from voltsmith.knowledge.blocks import blocks
from voltsmith.knowledge.devices import components
from voltsmith.knowledge.embedding import embed
from voltsmith.knowledge.retrieval import cache_folder, entries, open_index

ASK = "from voltsmith.knowledge.retrieval import open_index; print(open_index().functions('low-pass filter')[0][0])"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "deep" / "cache"
    monkeypatch.setenv("VOLTSMITH_CACHE", str(folder))
    return folder


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An index of a few lines, which is built in no time."""
    some = [entry for entry in entries() if entry.function in ("low_pass", "comparator")][::6]
    monkeypatch.setattr(retrieval, "entries", lambda: some)
    return


def visible(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_cache_folder_can_be_named(cache: Path, monkeypatch: pytest.MonkeyPatch):
    assert cache_folder() == cache
    monkeypatch.delenv("VOLTSMITH_CACHE")
    assert cache_folder().name == "voltsmith"


def test_everything_known_is_indexed():
    found = entries()
    assert {entry.id for entry in found if entry.kind == "block"} == set(blocks())
    assert {entry.id for entry in found if entry.kind == "component"} == set(components())
    assert all(entry.text.strip() for entry in found)
    assert len(set(found)) == len(found)


def test_vectors_have_unit_length_and_say_the_same_twice():
    vectors = embed(["a low-pass filter", "", "🦆"])
    assert vectors.shape == (3, 256)
    assert (vectors[:1] ** 2).sum() == pytest.approx(1.0, abs=1e-5)
    assert (embed(["a low-pass filter"]) == embed(["a low-pass filter"])).all()


@pytest.mark.usefixtures("few")
def test_the_index_is_published_whole_and_reused(cache: Path, monkeypatch: pytest.MonkeyPatch):
    assert open_index().functions("low-pass filter")[0][0] == "low_pass"
    (name,) = visible(cache)
    assert name.startswith("index-")
    monkeypatch.setattr(retrieval, "_build", lambda *_: pytest.fail("built again"))
    assert open_index().functions("low-pass filter")[0][0] == "low_pass"


@pytest.mark.usefixtures("few")
def test_the_index_of_other_data_is_replaced(cache: Path, monkeypatch: pytest.MonkeyPatch):
    open_index()
    (before,) = visible(cache)
    some = retrieval.entries()
    monkeypatch.setattr(retrieval, "entries", lambda: some[:-1])
    open_index()
    (after,) = visible(cache)
    assert after != before


@pytest.mark.usefixtures("few")
def test_a_build_that_fails_leaves_nothing(cache: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(retrieval, "_forget", fail)
        assert open_index().functions("low-pass filter")[0][0] == "low_pass"
        assert visible(cache) == []
    open_index()
    assert len(visible(cache)) == 1


@pytest.mark.usefixtures("few")
def test_losing_the_race_is_no_failure(cache: Path, monkeypatch: pytest.MonkeyPatch):
    real = retrieval._forget

    def late(building: Path) -> None:
        """Another process publishes the same index just before this one does."""
        real(building)
        import shutil

        folder = cache / f"index-{retrieval._digest(retrieval.entries())}"
        shutil.copytree(building, folder)

    monkeypatch.setattr(retrieval, "_forget", late)
    assert open_index().functions("low-pass filter")[0][0] == "low_pass"
    assert len(visible(cache)) == 1


@pytest.mark.usefixtures("few")
def test_a_cache_that_cannot_be_written_costs_no_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("VOLTSMITH_CACHE", str(tmp_path / "file"))
    assert open_index().functions("low-pass filter")[0][0] == "low_pass"
    monkeypatch.setenv("VOLTSMITH_CACHE", str(tmp_path / "file" / "below"))
    assert open_index().functions("low-pass filter")[0][0] == "low_pass"
    assert (tmp_path / "file").read_text() == "not a folder"


@pytest.mark.usefixtures("few")
@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_cache_costs_no_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    monkeypatch.setenv("VOLTSMITH_CACHE", str(folder))
    assert open_index().functions("low-pass filter")[0][0] == "low_pass"
    assert visible(folder) == []


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("damage", ["emptied", "garbage", "truncated"])
def test_a_damaged_index_is_built_again(cache: Path, damage: str):
    import shutil

    folder = cache / f"index-{retrieval._digest(retrieval.entries())}"
    if damage == "emptied":
        folder.mkdir(parents=True)
    else:
        open_index()
        retrieval._forget(folder)
        for path in folder.rglob("*"):
            if path.is_file() and (damage == "garbage" or path.suffix == ".sqlite3"):
                data = path.read_bytes()
                path.write_bytes(b"\x00garbage" * 64 if damage == "garbage" else data[: len(data) // 3])
    try:
        assert open_index().functions("low-pass filter")[0][0] == "low_pass"
    finally:
        retrieval._forget(folder)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow
def test_two_processes_at_once(cache: Path):
    running = [
        subprocess.Popen(
            [sys.executable, "-c", ASK], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for process in running:
        out, err = process.communicate(timeout=120)
        assert (out.strip(), process.returncode) == ("low_pass", 0), err
    (name,) = visible(cache)
    assert name.startswith("index-")


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("low-pass filter", "low_pass"),
        ("remove everything above 1 kHz from a signal", "low_pass"),
        ("high-pass filter", "high_pass"),
        ("band-pass filter for a narrow band", "band_pass"),
        ("notch filter against 50 Hz hum", "notch"),
        ("make a microphone signal larger with an op-amp", "amplifier"),
        ("buffer that does not load the source", "buffer"),
        ("blink with a 555 timer", "square_oscillator"),
        ("sine wave oscillator", "sine_oscillator"),
        ("tell whether a voltage is above a threshold", "comparator"),
        ("photodiode amplifier", "transimpedance_amplifier"),
        ("switch a relay from a microcontroller", "low_side_switch"),
        ("linear voltage regulator", "voltage_regulator"),
        ("two resistors that halve a voltage", "voltage_divider"),
        ("audio mixer for four inputs", "summing_amplifier"),
    ],
)
def test_functions_are_ranked_sensibly(text: str, function: str):
    ranked = open_index().functions(text)
    assert function in [name for name, _ in ranked[:2]]
    scores = [score for _, score in ranked]
    assert scores == sorted(scores, reverse=True)
    assert all(-1.0 <= score <= 1.0 + 1e-6 for score in scores)


def test_a_search_names_each_thing_once():
    hits = open_index().search("rail-to-rail op-amp for 3.3 V", "component", 8)
    assert len({hit.id for hit in hits}) == len(hits) == 8
    assert hits[0].function == "opamp"
    assert all(hit.kind == "component" and hit.id in components() for hit in hits)


@pytest.mark.parametrize("text", ["", " ", "\n", "🦆🦆🦆", "x" * 8000, "`rm -rf /`", "\x00"])
def test_any_text_can_be_searched_for(text: str):
    assert len(open_index().functions(text)) > 0
