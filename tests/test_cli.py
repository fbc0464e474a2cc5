"""The command line as people and scripts meet it: exit codes, messages, bundles."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from voltsmith import cli
from voltsmith.schemas import DOCUMENTS

RC = "RC low-pass at 1 kHz"
QUICK = ("--monte-carlo", "0")


class Ran(NamedTuple):
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict:
        """The one document on standard output."""
        return json.loads(self.out)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """The command in this process."""

    def call(*arguments: str) -> Ran:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["voltsmith", *arguments])
        code = 0
        try:
            cli.main()
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else int(bool(leaving.code))
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Ran(code, captured.out, captured.err)

    return call


def start(*arguments: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    """The command as a process of its own."""
    command = [sys.executable, "-m", "voltsmith.cli", *arguments]
    defaults: dict[str, object] = {"capture_output": True, "timeout": 120}
    done = subprocess.run(command, check=False, **(defaults | options))  # type: ignore[call-overload]
    assert b"Traceback" not in (done.stderr or b"")
    return done


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A bundle that nothing here changes."""
    folder = tmp_path_factory.mktemp("bundles") / "rc"
    done = start("design", RC, "--out", str(folder), *QUICK)
    assert done.returncode == 0, done.stderr
    yield folder
    assert files(folder) == BUNDLE


BUNDLE = ["circuit.cir", "design.json", "testbench.cir"]


# --- design ----------------------------------------------------------------------------------------


def test_a_design_is_written_and_told(run, place: Path):
    done = run("design", RC, "--out", "made", *QUICK)
    assert done.code == 0
    assert files(place) == [f"made/{name}" for name in BUNDLE]
    for word in ("Verified", "-3 dB frequency", "R1", "C1", "made"):
        assert word in done.out
    assert "verification" in done.err
    assert "\x1b" not in done.out


def test_the_default_folder_is_named_after_the_circuit(run, place: Path):
    assert run("design", RC, *QUICK).code == 0
    assert files(place) == [f"voltsmith-out/rc_low_pass/{name}" for name in BUNDLE]


def test_json_is_the_design_and_nothing_else(run, place: Path):
    done = run("design", RC, "--out", "made", "--json", *QUICK)
    assert done.code == 0
    assert done.json == json.loads((place / "made/design.json").read_text())
    assert done.err == ""
    assert done.json["status"] == "verified"


def test_the_same_request_gives_the_same_bytes(run, place: Path):
    for name in ("one", "two"):
        assert run("design", RC, "--out", name, "--monte-carlo", "16", "--seed", "3").code == 0
    for name in ("circuit.cir", "testbench.cir"):
        assert (place / "one" / name).read_bytes() == (place / "two" / name).read_bytes()
    one, two = (json.loads((place / name / "design.json").read_text()) for name in ("one", "two"))
    assert one["provenance"].pop("timings_s").keys() == two["provenance"].pop("timings_s").keys()
    assert one == two


def test_a_design_that_fails_is_written_with_exit_3(run, place: Path, monkeypatch: pytest.MonkeyPatch):
    from voltsmith.agents import workflow
    from voltsmith.schemas.reports import Finding, Report

    found = Finding(code="SPICE_FAILED", severity="fatal", message="it smokes")
    monkeypatch.setattr(workflow, "judge", lambda *_, **__: Report(passed=False, findings=(found,)))
    done = run("design", RC, "--out", "made", *QUICK)
    assert done.code == 3
    assert "it smokes" in done.out
    assert files(place) == [f"made/{name}" for name in BUNDLE]


@pytest.mark.parametrize("prompt", ["hello", "low-pass at 0 Hz", "a buck converter from 12 V to 5 V"])
def test_a_question_is_exit_4_and_writes_nothing(run, place: Path, prompt: str):
    done = run("design", prompt, "--out", "made")
    assert done.code == 4
    assert len(done.out + done.err) > 40
    done = run("design", prompt, "--out", "made", "--json")
    assert done.code == 4
    assert done.json["status"] == "needs_clarification"
    assert done.json["questions"]
    assert list(place.iterdir()) == []


def test_a_missing_simulator_is_exit_5(run, place: Path, monkeypatch: pytest.MonkeyPatch):
    from voltsmith.schemas.errors import SimulatorMissing
    from voltsmith.verification.spice import pool

    def missing() -> None:
        raise SimulatorMissing("libngspice was not found; install it with: apt-get install ngspice")

    monkeypatch.setattr(pool, "_shared", None)
    monkeypatch.setattr(pool, "library_path", missing)
    done = run("design", RC, "--out", "made", "--json")
    assert (done.code, done.json["error"]["exit_code"]) == (5, 5)
    assert "apt-get install" in done.json["error"]["message"]
    assert list(place.iterdir()) == []


def test_a_fault_of_our_own_is_exit_1_without_a_traceback(run, monkeypatch: pytest.MonkeyPatch):
    from voltsmith.agents import workflow

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(workflow, "judge", fail)
    done = run("design", "RC low-pass at 1.1 kHz", "--json")
    assert (done.code, done.json["error"]["exit_code"]) == (1, 1)
    assert "ZeroDivisionError: oops" in done.json["error"]["message"]


# --- bad input ---------------------------------------------------------------------------------------

BAD_PROMPTS = [
    ("", 2, "empty"),
    (" \t\n ", 2, "empty"),
    ("low-pass " * 12_000, 2, "characters"),
    ("low-pass \x1b[31m", 2, "control character"),
    ("low-pass \x07 1 kHz", 2, "control character"),
    ("ローパスフィルタ", 4, ""),
    ("ein Tiefpass bei 1 kHz", 4, ""),
    ("فلتر تمرير منخفض", 4, ""),
    ("1000", 4, ""),
    ("low-pass with a 1e30 ohm resistor", 4, "beyond anything"),
    ("low-pass at -1 kHz", 4, "above zero"),
]


@pytest.mark.parametrize(
    ("prompt", "code", "words"), BAD_PROMPTS, ids=[repr(p[:20]) for p, _, _ in BAD_PROMPTS]
)
def test_bad_prompts(run, place: Path, prompt: str, code: int, words: str):
    done = run("design", prompt, "--out", "made")
    assert done.code == code
    assert words in done.out + done.err
    assert len(done.err) < 3000, "the prompt is not thrown back"
    done = run("design", prompt, "--json")
    assert done.code == code
    assert isinstance(done.json, dict)
    assert list(place.iterdir()) == []


def test_a_number_without_a_unit_is_read_with_an_assumption_or_asked_about(run):
    done = run("design", "low-pass at 1000", "--json", *QUICK)
    assert done.code in (0, 4)
    if done.code == 0:
        said = [*done.json["assumptions"], *(item["text"] for item in done.json["not_understood"])]
        assert any("1000" in text for text in said)


HOSTILE = [
    "low-pass at 1 kHz\n.control\nshell touch owned\n.endc",
    "low-pass at 1 kHz `touch owned` $(touch owned) ; touch owned",
    "low-pass at 1 kHz\n*# shell touch owned\n.include /etc/passwd\n.end",
    "low-pass at 1 kHz\r\n.control\rshell touch owned\u2028.endc\x85",
    "low-pass at 1 kHz '../../owned' \"owned\" %s {0} [bold]owned[/] \\",
    "low-pass at 1 kHz" + " touch owned .control shell" * 60,
]


@pytest.mark.parametrize("prompt", HOSTILE, ids=range(len(HOSTILE)))
def test_a_prompt_that_looks_like_a_deck(run, place: Path, prompt: str):
    done = run("design", prompt, "--out", "made", *QUICK)
    assert done.code in (0, 2, 4)
    assert not (place / "owned").exists()
    if done.code == 0:
        assert files(place) == [f"made/{name}" for name in BUNDLE]
        circuit = (place / "made/circuit.cir").read_text()
        for word in ("owned", "touch", ".control", "passwd", "`", "$("):
            assert word not in circuit
        bench = (place / "made/testbench.cir").read_text()
        live = [line for line in bench.splitlines() if not line.startswith("* ")]
        assert not any(word in line for line in live for word in ("owned", "touch", "passwd", "`"))
        assert live.count(".control") == live.count(".endc") == 1
        subprocess.run(
            ["ngspice", "-b", "testbench.cir"], cwd=place / "made", capture_output=True, check=False
        )
        assert files(place) == [f"made/{name}" for name in BUNDLE]
    else:
        assert list(place.iterdir()) == []


def test_standard_input():
    done = start("design", "-", "--json", *QUICK, input=b"RC low-pass at 2 kHz\n")
    assert done.returncode == 0
    assert json.loads(done.stdout)["prompt"] == "RC low-pass at 2 kHz\n"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", "UTF-8"),
        (b"a" * 2_000_000, "characters"),
        (b"low\x00pass", "control"),
    ],
    ids=["nothing", "binary", "huge", "nul"],
)
def test_bad_standard_input(run, monkeypatch: pytest.MonkeyPatch, data: bytes, words: str):
    import io

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    done = run("design", "-", "--json")
    assert done.code == 2
    assert words in done.json["error"]["message"]


def test_a_prompt_that_is_no_utf8(place: Path):
    done = start("design", b"low-pass at 1 kHz \xff\xfe", "--json")  # type: ignore[arg-type]
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["exit_code"] == 2
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("out", ["taken", "taken/below", "full", "n" * 300])
def test_an_output_that_cannot_be_written(run, place: Path, out: str):
    (place / "taken").write_text("mine")
    (place / "full").mkdir()
    (place / "full/notes.txt").write_text("mine")
    done = run("design", RC, "--out", out, "--json", *QUICK)
    assert (done.code, done.json["error"]["exit_code"]) == (2, 2)
    assert files(place) == ["full/notes.txt", "taken"]


def test_a_default_folder_that_cannot_be_written(run, place: Path):
    (place / "voltsmith-out").write_text("mine")
    done = run("design", RC, *QUICK)
    assert done.code == 2
    assert "voltsmith-out" in done.err
    assert files(place) == ["voltsmith-out"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder(run, place: Path):
    place.chmod(0o500)
    assert run("design", RC, "--out", "made", *QUICK).code == 2


@pytest.mark.parametrize("model", ["gpt", "vllm:x", "", "openai:", "builtin:x"])
def test_an_unknown_model(run, model: str):
    done = run("design", RC, "--model", model, "--json")
    assert done.code in (2, 5)
    assert done.json["error"]["message"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("design",),
        ("design", RC, "--seed", "-1"),
        ("design", RC, "--seed", "x"),
        ("design", RC, "--monte-carlo", "1e9"),
        ("design", RC, "--nonsense"),
        ("design", RC, "extra"),
        ("nonsense",),
        ("verify",),
        ("blocks", "nonsense"),
        ("regress", "--workers", "0"),
    ],
    ids=" ".join,
)
def test_bad_usage_is_exit_2(run, place: Path, arguments: tuple[str, ...]):
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err
    assert list(place.iterdir()) == []


def test_bad_usage_under_json_is_a_document_too(run):
    done = run("design", RC, "--seed", "-1", "--json")
    assert done.code == 2
    assert done.json["error"]["exit_code"] == 2


# --- the bundle --------------------------------------------------------------------------------------

_PRINTED = re.compile(r"^(R\d+) \w+ = (\S+)", re.MULTILINE)


@pytest.mark.parametrize(
    "prompt",
    [
        "RC low-pass at 1 kHz",
        "comparator with a threshold of 2.5 V from 5 V",
        "inverting amplifier with 20 dB of gain and 50 kHz of bandwidth at least, from ±12 V",
        "5 V regulator from 12 V at 100 mA",
    ],
)
def test_the_testbench_prints_what_the_report_says(run, place: Path, prompt: str):
    made = run("design", prompt, "--out", "made", "--json", *QUICK).json
    done = subprocess.run(
        ["ngspice", "-b", "testbench.cir"], cwd=place / "made", capture_output=True, text=True, check=False
    )
    printed = {name: float(value) for name, value in _PRINTED.findall(done.stdout)}
    measured = {item["requirement"]: item["value"] for item in made["report"]["measurements"]}
    assert measured
    assert printed == pytest.approx(measured, rel=2e-3)
    assert files(place) == [f"made/{name}" for name in BUNDLE]


def test_the_circuit_can_be_included_by_anyone(bundle: Path, place: Path):
    (place / "mine.cir").write_text(
        f"* mine\n.include {bundle}/circuit.cir\nv1 a 0 dc 0 ac 1\nx1 a b 0 rc_low_pass\n.ac dec 10 1k 10k\n"
        ".print ac vm(b)\n.end\n"
    )
    done = subprocess.run(["ngspice", "-b", "mine.cir"], capture_output=True, text=True, check=False)
    assert re.search(r"1.0+e\+03\s+7\.0[67]\d*e-01", done.stdout)
    assert (bundle / "circuit.cir").read_text().lower().count(".subckt") == 1


# --- verify ------------------------------------------------------------------------------------------


def test_verify_a_good_design(run, bundle: Path):
    for place in (bundle, bundle / "design.json"):
        done = run("verify", str(place), *QUICK)
        assert done.code == 0
        assert "Verified" in done.out
    report = run("verify", str(bundle), "--json", *QUICK).json
    assert report["passed"] is True
    assert (
        report["measurements"] == json.loads((bundle / "design.json").read_text())["report"]["measurements"]
    )


def edited(bundle: Path, place: Path, change) -> str:
    data = json.loads((bundle / "design.json").read_text())
    change(data)
    (place / "design.json").write_text(json.dumps(data))
    return str(place / "design.json")


def change_resistor(data: dict) -> None:
    for part in data["circuit"]["parts"]:
        if part["ref"] == "R1":
            part["value"] = "1k"


def cut_a_wire(data: dict) -> None:
    data["circuit"]["parts"][1]["pins"].pop("2")
    data["circuit"]["nets"] = []


def claim_success(data: dict) -> None:
    change_resistor(data)
    data["report"]["passed"] = True
    data["status"] = "verified"


@pytest.mark.parametrize("change", [change_resistor, cut_a_wire, claim_success])
def test_a_tampered_design_does_not_pass(run, bundle: Path, place: Path, change):
    file = edited(bundle, place, change)
    done = run("verify", file, *QUICK)
    assert done.code == 3
    assert "Verified" not in done.out
    assert run("verify", file, "--json", *QUICK).json["passed"] is False


def no_value(data: dict) -> None:
    data["circuit"]["parts"][0]["value"] = None


def odd_value(data: dict) -> None:
    data["circuit"]["parts"][0]["value"] = "lots"


def unknown_part(data: dict) -> None:
    data["circuit"]["parts"][0]["component"] = "resistorr"


@pytest.mark.parametrize("change", [no_value, odd_value, unknown_part])
def test_a_part_that_cannot_be_simulated_is_found_or_refused(run, bundle: Path, place: Path, change):
    done = run("verify", edited(bundle, place, change), "--json", *QUICK)
    assert done.code in (2, 3)
    assert done.json.get("passed") is not True


def without_requirements(data: dict) -> None:
    data["requirements"] = []


def hostile_name(data: dict) -> None:
    data["circuit"]["name"] = "x\n.control\nshell touch owned"


def hostile_value(data: dict) -> None:
    data["circuit"]["parts"][0]["value"] = "1k\nshell x"


def unknown_bench(data: dict) -> None:
    data["testbench"]["checks"][0]["bench"] = "gone"


def unknown_quantity(data: dict) -> None:
    data["requirements"][0]["quantity"] = "loudness"


def other_version(data: dict) -> None:
    data["schema_version"] = "99"


def net_apart(data: dict) -> None:
    data["circuit"]["nets"][0]["pins"].append("R9.1")


def nan(data: dict) -> None:
    data["requirements"][0]["target"] = float("nan")


BROKEN = [
    without_requirements,
    hostile_name,
    hostile_value,
    unknown_bench,
    unknown_quantity,
    other_version,
    net_apart,
    nan,
]


@pytest.mark.parametrize("change", BROKEN)
def test_a_damaged_design_is_bad_input(run, bundle: Path, place: Path, change):
    done = run("verify", edited(bundle, place, change), "--json", *QUICK)
    assert done.code == 2
    assert "design.json" in done.json["error"]["message"]
    assert not (place / "owned").exists()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"prompt": 1}', b"hello"])
def test_a_file_that_is_no_design(run, place: Path, content: bytes):
    (place / "design.json").write_bytes(content)
    done = run("verify", "design.json", "--json")
    assert done.code == 2
    assert done.json["error"]["message"]


def test_a_truncated_design(run, bundle: Path, place: Path):
    data = (bundle / "design.json").read_bytes()
    for size in (1, len(data) // 2, len(data) - 3):
        (place / "design.json").write_bytes(data[:size])
        assert run("verify", "design.json", *QUICK).code == 2


@pytest.mark.parametrize("name", ["missing.json", "missing/design.json", ".", "n" * 300])
def test_a_design_that_is_not_there(run, name: str):
    done = run("verify", name, "--json")
    assert (done.code, done.json["error"]["exit_code"]) == (2, 2)


def test_a_design_without_a_circuit(run, place: Path):
    (place / "design.json").write_text(run("design", "hello", "--json").out)
    done = run("verify", "design.json")
    assert done.code == 2
    assert "needs_clarification" in done.err


# --- the catalogue -------------------------------------------------------------------------------------


def test_blocks(run):
    done = run("blocks", "list")
    assert done.code == 0
    assert "rc_low_pass" in done.out
    listed = run("blocks", "list", "--json").json
    for entry in listed:
        shown = run("blocks", "show", entry["id"])
        assert shown.code == 0
        assert entry["title"] in shown.out
    assert run("blocks", "show", "rc_low_pass", "--json").json == next(
        e for e in listed if e["id"] == "rc_low_pass"
    )


def test_explain(run):
    done = run("explain", "no-dc-path")
    assert done.code == 0
    assert "NO_DC_PATH" in done.out
    assert run("explain", "NO_DC_PATH", "--json").json["code"] == "NO_DC_PATH"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_schema(run, name: str):
    assert run("schema", name).json["title"] == DOCUMENTS[name]


@pytest.mark.parametrize(
    ("arguments", "nearest"),
    [
        (("blocks", "show", "rc_lowpass"), "rc_low_pass"),
        (("explain", "NO_DC_PAHT"), "NO_DC_PATH"),
        (("schema", "desing"), "design"),
        (("regress", "filtres"), "filters"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_unknown_names_are_told_with_the_nearest(run, arguments: tuple[str, ...], nearest: str):
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert arguments[-1] in done.err
    assert nearest in done.err.split("did you mean", 1)[1]
    if arguments[0] != "schema":
        assert nearest in run(*arguments, "--json").json["error"]["message"]


@pytest.mark.parametrize("name", ["", " ", "x" * 5000, "[bold]", "\n", "`ls`"])
def test_odd_names(run, name: str):
    for command in (("blocks", "show"), ("explain",), ("schema",), ("regress",)):
        assert run(*command, name).code == 2


def test_doctor(run):
    done = run("doctor", "--json")
    assert done.code in (0, 5)
    assert done.json["ok"] is (done.code == 0)
    names = {check["name"] for check in done.json["checks"]}
    assert {"Python", "ngspice library", "cache folder"} <= names


def test_doctor_finds_a_broken_simulator(run, place: Path, monkeypatch: pytest.MonkeyPatch):
    (place / "libngspice.so").write_bytes(b"no library")
    monkeypatch.setenv("NGSPICE_LIBRARY_PATH", str(place / "libngspice.so"))
    done = run("doctor")
    assert done.code == 5
    assert "apt-get install" in done.out


def test_doctor_with_a_state_folder_under_a_file(run, place: Path, monkeypatch: pytest.MonkeyPatch):
    (place / "file").touch()
    monkeypatch.setenv("VOLTSMITH_STATE", str(place / "file" / "below"))
    done = run("doctor", "--json")
    (check,) = [check for check in done.json["checks"] if check["name"] == "state folder"]
    assert check["found"] is False


# --- regress -------------------------------------------------------------------------------------------


@pytest.fixture
def suite(place: Path) -> str:
    (place / "mine.toml").write_text(
        '[[case]]\nid = "a"\nprompt = "hello"\nexit = 4\n[[case]]\nid = "b"\nprompt = "low-pass at 0 Hz"\nexit = 0\n'
    )
    return "mine.toml"


def test_regress_tells_what_failed(run, suite: str, place: Path):
    done = run("regress", suite, "--workers", "1")
    assert done.code == 3
    assert re.search(r"mine\s+1\s+2\s+50.0 %", done.out)
    assert "b: exit 4, not 0" in done.err
    document = run("regress", suite, "--workers", "1", "--json").json
    assert (document["passed"], document["total"], document["worse"]) == (1, 2, ["b"])
    (place / "base.json").write_text(json.dumps(document))
    same = run("regress", suite, "--workers", "1", "--baseline", "base.json")
    assert same.code == 0, "nothing got worse"
    document["cases"][1]["passed"] = True
    (place / "base.json").write_text(json.dumps(document))
    worse = run("regress", suite, "--workers", "1", "--baseline", "base.json")
    assert worse.code == 3
    assert "worse: b" in worse.out


def test_a_new_case_that_fails_is_not_called_good(run, suite: str, place: Path):
    (place / "base.json").write_text('{"cases": []}')
    done = run("regress", suite, "--workers", "1", "--baseline", "base.json")
    assert "b: exit 4" in done.err


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"cases": 3}', '{"cases": [{}]}', '{"cases": [7]}'])
def test_a_baseline_that_is_none(run, suite: str, place: Path, content: str):
    (place / "base.json").write_text(content)
    done = run("regress", suite, "--baseline", "base.json", "--json")
    assert done.code == 2
    assert "base.json is no baseline" in done.json["error"]["message"]


# --- manners -------------------------------------------------------------------------------------------


def test_version_and_help(run):
    assert re.fullmatch(r"voltsmith \d+\.\d+\.\d+\n", run("--version").out)
    assert "design" in run("--help").out
    for command in ("design", "verify", "regress", "blocks", "explain", "schema", "doctor"):
        done = run(command, "--help")
        assert done.code == 0
        assert "\x1b" not in done.out
    assert run().code in (0, 2)


def test_help_needs_nothing_heavy():
    code = (
        "import sys; sys.argv = ['voltsmith', '--help']\n"
        "from voltsmith import cli\n"
        "try: cli.main()\n"
        "except SystemExit: pass\n"
        "heavy = {'pydantic', 'numpy', 'scipy', 'chromadb', 'langgraph', 'PySpice'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_colours_only_where_they_are_wanted(bundle: Path):
    plain = {**os.environ, "TERM": "xterm-256color"}
    plain.pop("NO_COLOR", None)
    piped = start("verify", str(bundle), *QUICK, env=plain)
    assert b"\x1b" not in piped.stdout, "a pipe is no terminal"
    forced = start("verify", str(bundle), *QUICK, env={**plain, "FORCE_COLOR": "1", "NO_COLOR": "1"})
    assert b"\x1b[3" not in forced.stdout


def test_a_line_is_not_folded_in_a_pipe():
    done = start("blocks", "list")
    lines = done.stdout.decode().splitlines()
    assert not any(line and not line.startswith("  ") and " " in line and len(line) > 60 for line in lines)


@pytest.mark.parametrize("arguments", [("blocks", "list", "--json"), ("schema", "design"), ("--help",)])
def test_a_reader_that_leaves(arguments: tuple[str, ...]):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = start(*arguments, capture_output=False, stdout=writing, stderr=subprocess.PIPE)
    finally:
        os.close(writing)
    assert done.stderr == b""
    assert done.returncode in (0, 1, 141)
