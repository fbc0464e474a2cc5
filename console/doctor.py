"""``doctor``: what is installed, what is missing, and the command that mends it."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import NamedTuple

from voltsmith.console.render import terminal
from voltsmith.schemas.errors import VoltsmithError

_PACKAGES = ("langgraph", "chromadb", "PySpice", "pydantic", "scipy", "wordllama", "quantiphy", "eseries")
_OPTIONAL = ("transformers", "vllm")


class Check(NamedTuple):
    """One thing looked at: ``needed`` things that are missing stop the main job."""

    name: str
    found: bool
    detail: str
    mend: str = ""
    needed: bool = True


def run_doctor(*, json_output: bool) -> int:
    """Look and tell; exit code 0 when the main job can be done, else 5."""
    checks = list(_checks())
    broken = any(check.needed and not check.found for check in checks)
    if json_output:
        print(json.dumps({"ok": not broken, "checks": [check._asdict() for check in checks]}, indent=2))
        return 5 if broken else 0
    console = terminal()
    for check in checks:
        mark = "[green]✓[/]" if check.found else ("[red]✗[/]" if check.needed else "[dim]-[/]")
        console.print(f"{mark} {check.name}: {check.detail}")
        if not check.found and check.mend:
            console.print(f"    {check.mend}")
    console.print("[green]ready[/]" if not broken else "[red]something needed is missing[/]")
    return 5 if broken else 0


def _checks() -> Iterator[Check]:
    good = sys.version_info >= (3, 11)
    yield Check("Python", good, sys.version.split()[0], "install Python 3.11 or later")
    for name in _PACKAGES:
        yield _package(name, needed=True)
    yield from _simulator()
    binary = shutil.which("ngspice")
    yield Check(
        "ngspice program", binary is not None, binary or "missing; only testbench.cir needs it",
        "apt-get install ngspice", needed=False,
    )  # fmt: skip
    from voltsmith.agents.runs import state_folder
    from voltsmith.knowledge.retrieval import cache_folder

    for name, folder in (("cache folder", cache_folder()), ("state folder", state_folder())):
        nearest = folder
        while not nearest.exists():
            nearest = nearest.parent
        writable = nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)
        mend = "" if writable else f"make {nearest} writable, or set VOLTSMITH_CACHE and VOLTSMITH_STATE"
        yield Check(name, writable, str(folder), mend, needed=False)
    for name in _OPTIONAL:
        yield _package(name, needed=False)


def _package(name: str, *, needed: bool) -> Check:
    try:
        return Check(name, True, importlib.metadata.version(name), needed=needed)
    except importlib.metadata.PackageNotFoundError:
        detail = "missing" if needed else "not installed; the built-in planner does without it"
        return Check(name, False, detail, f"pip install {name}", needed=needed)


def _simulator() -> Iterator[Check]:
    from voltsmith.verification.spice.engine import INSTALL_LINE, library_path

    try:
        path = library_path()
    except VoltsmithError:
        yield Check("ngspice library", False, "missing", INSTALL_LINE)
        return
    # Loading is tried in another process: a broken library may end the one that loads it.
    code = "from voltsmith.verification.spice.engine import Engine; assert Engine().run('version -s')"
    try:
        tried = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)
        works = tried.returncode == 0
    except subprocess.TimeoutExpired:
        works = False
    yield Check("ngspice library", works, path if works else f"{path} does not load", INSTALL_LINE)
