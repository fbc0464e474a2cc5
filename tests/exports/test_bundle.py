from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from netlists import netlist

from voltsmith.exports import bundle
from voltsmith.exports.bundle import check_folder, design_json, read_design, write_bundle
from voltsmith.schemas.designs import Design, Provenance
from voltsmith.schemas.errors import BadDocument, BadInput
from voltsmith.schemas.reports import Report

CIRCUIT = netlist("R1 resistor 10k 1=in 2=out\nR2 resistor 10k 1=out 2=0", "i:in o:out g:gnd")
DESIGN = Design(
    prompt="halve it, 5 Ω\n",
    status="failed",
    circuit=CIRCUIT,
    report=Report(passed=False),
    provenance=Provenance(version="0", timings_s={"reading": 0.25}),
)
FILES = {"circuit.cir": "* one\n", "bom.csv": "ref\n"}


def content(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def written(design: Design = DESIGN, files: dict[str, str] = FILES) -> dict[str, str]:
    return {"design.json": design_json(design) + "\n", **files}


def test_a_bundle_holds_what_was_given(tmp_path: Path):
    folder = tmp_path / "deep" / "down" / "divider"
    paths = write_bundle(DESIGN, folder, FILES)
    assert paths == [folder / "design.json", folder / "circuit.cir", folder / "bom.csv"]
    assert content(folder) == written()
    assert [path.name for path in folder.parent.iterdir()] == ["divider"]
    assert read_design(folder) == read_design(folder / "design.json") == DESIGN


def test_json_is_stable_and_in_the_order_of_the_contract():
    text = design_json(DESIGN)
    assert text == design_json(Design.model_validate_json(text))
    keys = list(json.loads(text))
    order = [
        "schema_version",
        "prompt",
        "status",
        "requirements",
        "not_understood",
        "assumptions",
        "questions",
    ]
    assert keys[: len(order)] == order
    assert keys[-1] == "provenance"
    assert text.splitlines()[1] == '  "schema_version": "1",'


def test_an_existing_bundle_is_replaced_and_foreign_files_stay(tmp_path: Path):
    folder = tmp_path / "divider"
    write_bundle(DESIGN, folder, FILES)
    (folder / "notes.txt").write_text("mine")
    other = DESIGN.model_copy(update={"prompt": "another"})
    write_bundle(other, folder, {"circuit.cir": "* two\n"})
    assert content(folder) == {**FILES, **written(other, {"circuit.cir": "* two\n"}), "notes.txt": "mine"}


def test_an_empty_folder_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    write_bundle(DESIGN, Path("."), FILES)
    assert content(tmp_path) == written()


def test_a_link_to_a_folder_is_followed(tmp_path: Path):
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_bundle(DESIGN, tmp_path / "link", FILES)
    assert content(tmp_path / "real") == written()


def occupied(tmp_path: Path) -> dict[str, tuple[Path, str]]:
    (tmp_path / "file").write_text("x")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("x")
    (tmp_path / "round").symlink_to(tmp_path / "round")
    return {
        "file": (tmp_path / "file", "it is a file"),
        "below a file": (tmp_path / "file" / "sub", "is a file"),
        "foreign": (tmp_path / "full", "other files"),
        "long": (tmp_path / ("x" * 300), "too long"),
        "nul": (tmp_path / "a\0b", "names no folder"),
        "circle": (tmp_path / "round", "names no folder"),
        "proc": (Path("/proc/voltsmith/x"), "cannot write"),
    }


@pytest.mark.parametrize("case", ["file", "below a file", "foreign", "long", "nul", "circle", "proc"])
def test_folders_that_cannot_be_written(case: str, tmp_path: Path):
    folder, message = occupied(tmp_path)[case]
    before = sorted(path.name for path in tmp_path.rglob("*"))
    with pytest.raises(BadInput, match=message):
        write_bundle(DESIGN, folder, FILES)
    assert sorted(path.name for path in tmp_path.rglob("*")) == before
    if case not in ("proc", "long"):
        with pytest.raises(BadInput, match=message):
            check_folder(folder)


def test_a_read_only_folder_is_refused_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    check_folder(tmp_path / "new")
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    with pytest.raises(BadInput, match="read-only"):
        check_folder(tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../evil", "a/b", "", ".hidden", "design.json", "a b"])
def test_names_that_would_leave_the_folder(name: str, tmp_path: Path):
    with pytest.raises(ValueError, match="not the name of a file"):
        write_bundle(DESIGN, tmp_path / "x", {name: "text"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("exists", [False, True])
@pytest.mark.parametrize("trouble", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_nothing_is_left_of_a_write_that_fails(
    exists: bool, trouble: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "sub" / "divider"
    if exists:
        write_bundle(DESIGN, folder, FILES)
    before = {path: path.is_dir() or path.read_text(encoding="utf-8") for path in tmp_path.rglob("*")}
    write = bundle._write

    def failing(path: Path, text: str) -> None:
        if path.name == "bom.csv":
            raise trouble
        write(path, text)

    monkeypatch.setattr(bundle, "_write", failing)
    expected = BadInput if isinstance(trouble, OSError) else KeyboardInterrupt
    with pytest.raises(expected):
        write_bundle(DESIGN, folder, dict.fromkeys(FILES, "new"))
    assert before == {path: path.is_dir() or path.read_text(encoding="utf-8") for path in tmp_path.rglob("*")}


KILLED = """
import os, signal, sys
from collections.abc import Mapping
from pathlib import Path
from voltsmith.exports.bundle import read_design, write_bundle

class Deadly(dict):
    def __getitem__(self, name):
        if name == "bom.csv":
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__getitem__(name)

write_bundle(read_design(Path(sys.argv[1])), Path(sys.argv[2]), Deadly({"circuit.cir": "x", "bom.csv": "y"}))
"""


@pytest.mark.parametrize("exists", [False, True])
def test_a_killed_writer_leaves_the_bundle_whole_or_absent(exists: bool, tmp_path: Path):
    source, folder = tmp_path / "source.json", tmp_path / "out" / "divider"
    source.write_text(design_json(DESIGN), encoding="utf-8")
    if exists:
        write_bundle(DESIGN, folder, FILES)
    done = subprocess.run([sys.executable, "-c", KILLED, str(source), str(folder)], check=False)
    assert done.returncode == -9
    if exists:
        assert {name: text for name, text in content_of_files(folder).items() if name[0] != "."} == written()
    else:
        assert not folder.exists()
    hidden = list(tmp_path.rglob(".divider.tmp-*"))
    assert len(hidden) == 1
    write_bundle(DESIGN, folder, FILES)
    assert content(folder) == written()
    assert list(tmp_path.rglob(".divider.tmp-*")) == []


def content_of_files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.is_file()}


def test_the_folder_of_a_living_writer_is_left_alone(tmp_path: Path):
    living = tmp_path / f".divider.tmp-{os.getppid()}"
    living.mkdir()
    write_bundle(DESIGN, tmp_path / "divider", FILES)
    assert living.exists()


def damaged() -> dict[str, tuple[bytes, str]]:
    text = design_json(DESIGN)
    data = json.loads(text)
    nets = json.loads(text)
    nets["circuit"]["nets"][0]["pins"] = ["R2.2"]
    reference = json.loads(text)
    reference["circuit"]["parts"][1]["ref"] = "r 2"
    return {
        "empty": (b"", "no JSON.*line 1 column 0"),
        "cut off": (text[: len(text) // 2].encode(), r"cut off: EOF.* line \d+ column \d+"),
        "no JSON": (b'{"prompt": oops}', "line 1 column 12"),
        "binary": (b"\xff\xfe\x00", "UTF-8"),
        "another document": (b"[1, 2]", "no valid design"),
        "nothing in it": (b"{}", "prompt: Field required"),
        "unknown field": (json.dumps({**data, "shell": "ls"}).encode(), "shell: Extra inputs"),
        "bad name": (json.dumps(reference).encode(), r"circuit\.parts\[1\]\.ref: "),
        "nets disagree": (json.dumps(nets).encode(), "circuit: nets disagree with the pins of the parts"),
        "infinite": (text.replace("0.25", "Infinity").encode(), "provenance.timings_s.reading"),
        "other version": (json.dumps({**data, "schema_version": "9"}).encode(), "another version"),
        "deep": (b"[" * 100_000, "no JSON"),
        "many errors": (json.dumps({**data, "a": 1, "b": 2, "c": 3, "d": 4}).encode(), "and 1 more"),
    }


@pytest.mark.parametrize("case", sorted(damaged()))
def test_damaged_documents_say_where(case: str, tmp_path: Path):
    data, message = damaged()[case]
    file = tmp_path / "design.json"
    file.write_bytes(data)
    with pytest.raises(BadDocument, match=message) as caught:
        read_design(file)
    assert str(file) in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_paths_that_hold_no_document(tmp_path: Path):
    huge = tmp_path / "huge.json"
    with huge.open("wb") as stream:
        stream.truncate(bundle.LARGEST_DESIGN + 1)
    for path, message in (
        (tmp_path / "missing.json", "does not exist"),
        (tmp_path, "does not exist"),
        (huge, "20 MB at most"),
        (Path("/dev/zero"), "is no file"),
        (tmp_path / ("x" * 300), "cannot be read"),
        (tmp_path / "a\0b", "names no file"),
    ):
        with pytest.raises(BadDocument, match=message):
            read_design(path)


def test_a_byte_order_mark_is_no_damage(tmp_path: Path):
    file = tmp_path / "design.json"
    file.write_text(design_json(DESIGN), encoding="utf-8-sig")
    assert read_design(file) == DESIGN
