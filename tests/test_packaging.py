"""What is installed: every module and data file, nothing that does not belong, and rooms in their order."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("agents", "console", "exports", "knowledge", "schemas", "verification")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETUPTOOLS = PYPROJECT["tool"]["setuptools"]


def inside(*patterns: str) -> list[Path]:
    found = [path for room in ROOMS for pattern in patterns for path in (ROOT / room).rglob(pattern)]
    return [path.relative_to(ROOT) for path in found if "__pycache__" not in path.parts]


def test_every_package_is_listed():
    folders = {".".join(("voltsmith", *path.parent.parts)) for path in inside("__init__.py")}
    assert set(SETUPTOOLS["packages"]) == {"voltsmith", *folders}
    assert len(SETUPTOOLS["packages"]) == len(folders) + 1


def test_every_module_is_in_a_package():
    listed = {tuple(name.split(".")[1:]) for name in SETUPTOOLS["packages"]}
    assert [path for path in inside("*.py") if path.parent.parts not in listed] == []


def test_the_root_has_one_module():
    assert [path.name for path in ROOT.glob("*.py")] == ["cli.py"]
    assert not (ROOT / "__init__.py").exists()


def test_typing_is_promised():
    for room in ROOMS:
        assert (ROOT / room / "py.typed").exists()


def test_the_command_is_declared():
    assert PYPROJECT["project"]["scripts"] == {"voltsmith": "voltsmith.cli:main"}


def _missing() -> str:
    """Why no wheel can be built here, or an empty string."""
    if importlib.util.find_spec("build") is None:
        return "pip install build"
    required = PYPROJECT["build-system"]["requires"][0].removeprefix("setuptools>=")
    found = importlib.metadata.version("setuptools") if importlib.util.find_spec("setuptools") else "0"
    if int(found.split(".")[0]) < int(required.split(".")[0]):
        return f"pip install 'setuptools>={required}'"
    return ""


@pytest.mark.slow
def test_the_wheel_holds_everything(tmp_path: Path):
    if line := _missing():
        pytest.skip(f"no wheel can be built without a download; {line}")
    source = tmp_path / "source"
    # A copy, so that a build leaves nothing in the checkout.
    keep = (*ROOMS, "regression", "cli.py", "pyproject.toml", "README.md", "LICENSE")
    source.mkdir()
    for name in keep:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source / name)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path / "dist")]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    names = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("voltsmith/")}
    wanted = {f"voltsmith/{path}" for path in inside("*.py", "*.toml", "py.typed")}
    suites = {f"voltsmith/regression/{path.name}" for path in (ROOT / "regression").glob("*.toml")}
    assert wanted - names == set()
    assert suites - names == set()
    foreign = {name for name in names - wanted - suites if not name.endswith("py.typed")}
    assert foreign == {"voltsmith/cli.py"}


@pytest.mark.slow
def test_the_rooms_import_only_from_below(tmp_path: Path):
    program = shutil.which("lint-imports", path=str(Path(sys.executable).parent)) or shutil.which(
        "lint-imports"
    )
    if program is None:
        pytest.skip("lint-imports is missing; pip install import-linter")
    command = [program, "--config", str(ROOT / "pyproject.toml"), "--cache-dir", str(tmp_path / "cache")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
