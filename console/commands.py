"""``design`` and ``verify``: call the agents or the judge, write the bundle, print the result."""

from __future__ import annotations

import sys
from pathlib import Path

from voltsmith.agents.state import Settings
from voltsmith.schemas.designs import Design
from voltsmith.schemas.errors import BadInput
from voltsmith.schemas.reports import Report

DEFAULT_FOLDER = "voltsmith-out"
LARGEST_INPUT = 1_000_000
"""Bytes read from standard input at most; what is longer is refused by the reader anyway."""


def run_design(
    prompt: str,
    out: Path | None,
    model: str,
    *,
    json_output: bool,
    seed: int,
    monte_carlo: int | None,
) -> int:
    """Design, write the bundle, print; returns the exit code."""
    text = _prompt(prompt)
    _known_model(model)
    settings = Settings(model=model, seed=seed, monte_carlo=monte_carlo)
    if out is not None:
        from voltsmith.exports.bundle import check_folder

        check_folder(out)  # before the work, not after it
    _warm_up()
    from voltsmith.agents.runs import design
    from voltsmith.console.progress import progress

    with progress(quiet=json_output) as tell:
        made = design(text, settings, tell)
    folder = _write(made, out)
    if json_output:
        from voltsmith.exports.bundle import design_json

        print(design_json(made))
    else:
        from voltsmith.console.render import print_design

        print_design(made, folder)
    return {"verified": 0, "failed": 3, "needs_clarification": 4}[made.status]


def run_verify(file: Path, *, json_output: bool, seed: int, monte_carlo: int | None) -> int:
    """Judge a design again; returns the exit code."""
    from voltsmith.exports.bundle import read_design

    made = read_design(file)
    if made.circuit is None:
        raise BadInput(f"{file} holds no circuit: its status is {made.status}")
    from voltsmith.verification.judge import judge
    from voltsmith.verification.spice.pool import shared_pool

    report = judge(
        made.circuit, made.testbench, made.requirements, shared_pool(), seed=seed, runs=monte_carlo
    )
    checked = made.model_copy(update={"report": report, "status": "verified" if report.passed else "failed"})
    if json_output:
        print(report.model_dump_json(indent=2))
    else:
        from voltsmith.console.render import print_report

        print_report(checked)
    return _code(report)


def _code(report: Report) -> int:
    return 0 if report.passed else 3


def _warm_up() -> None:
    """Start the simulators before the heavy imports, so that they load on the second core."""
    from voltsmith.verification.spice.pool import shared_pool

    shared_pool()


def _prompt(prompt: str) -> str:
    if prompt != "-":
        return prompt
    data = sys.stdin.buffer.read(LARGEST_INPUT)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as trouble:
        raise BadInput(f"standard input is no UTF-8 text: byte {trouble.start} cannot be read") from trouble


def _known_model(model: str) -> None:
    if model == "builtin":
        return
    if model.split(":", 1)[0] in ("vllm", "openai", "hf"):
        raise BadInput(
            f"this version designs with its built-in planner only; --model {model!r} is not available yet"
        )
    raise BadInput(f"unknown model {model!r}; use builtin")


def _write(made: Design, out: Path | None) -> Path | None:
    if made.circuit is None:
        return None
    from voltsmith.exports.bundle import write_bundle
    from voltsmith.exports.spice import circuit_file, testbench_file

    folder = out if out is not None else Path(DEFAULT_FOLDER) / made.circuit.name
    files = {"circuit.cir": circuit_file(made.circuit), "testbench.cir": testbench_file(made)}
    write_bundle(made, folder, files)
    return folder
