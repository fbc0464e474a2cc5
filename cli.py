"""The ``voltsmith`` command: parses, calls, prints. What it prints is made in ``voltsmith.console``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from voltsmith.schemas.errors import VoltsmithError

# Newer versions of typer carry a click of their own, so its exceptions are found by way of typer.
_Usage: type[Exception] = next(
    base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException"
)
app = typer.Typer(
    name="voltsmith",
    help="Describe a circuit in words, get one that SPICE has checked.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the Monte Carlo draw.")]
MonteCarlo = Annotated[
    int | None,
    typer.Option(
        "--monte-carlo", min=0, max=100_000, metavar="N", help="Runs over part tolerance; 0 for none."
    ),
]


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"voltsmith {version('voltsmith')}")
        raise typer.Exit


@app.callback()
def _options(
    _show: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Describe a circuit in words, get one that SPICE has checked."""


@app.command()
def design(
    prompt: Annotated[str, typer.Argument(help="What to design, in words; - reads standard input.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the bundle [default: voltsmith-out/NAME].")
    ] = None,
    model: Annotated[
        str, typer.Option("--model", help="builtin, vllm:NAME, openai:NAME or hf:PATH.")
    ] = "builtin",
    json_output: Json = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Never ask a question.")] = False,
    seed: Seed = 0,
    monte_carlo: MonteCarlo = None,
) -> None:
    """Design a circuit and prove it: a bundle of files, and each number beside its measurement."""
    from voltsmith.console.commands import run_design

    del no_input  # questions are answered by asking again until there is a conversation to ask them in
    raise typer.Exit(
        run_design(prompt, out, model, json_output=json_output, seed=seed, monte_carlo=monte_carlo)
    )


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A design.json.")],
    json_output: Json = False,
    seed: Seed = 0,
    monte_carlo: MonteCarlo = None,
) -> None:
    """Check a design again: electrical rules, and simulation of every requirement."""
    from voltsmith.console.commands import run_verify

    raise typer.Exit(run_verify(file, json_output=json_output, seed=seed, monte_carlo=monte_carlo))


@app.command()
def regress(
    suites: Annotated[list[str] | None, typer.Argument(help="Suite names or files [default: all].")] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Prompts at a time.")] = 2,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", help="Earlier --json output to compare with.")
    ] = None,
    json_output: Json = False,
) -> None:
    """Run the curated prompts through the whole workflow; exit 3 where something got worse."""
    from voltsmith.console.regress import run_regress

    raise typer.Exit(run_regress(suites or [], workers=workers, baseline=baseline, json_output=json_output))


blocks_app = typer.Typer(name="blocks", help="The parametric circuits it knows.", no_args_is_help=True)
app.add_typer(blocks_app)


@blocks_app.command("list")
def blocks_list(json_output: Json = False) -> None:
    """List every block by what it does."""
    from voltsmith.console.catalogue import list_blocks

    list_blocks(json_output=json_output)


@blocks_app.command("show")
def blocks_show(
    name: Annotated[str, typer.Argument(help="A block, as listed.")], json_output: Json = False
) -> None:
    """Show a block: equations and their source, parameters, what is measured."""
    from voltsmith.console.catalogue import show_block

    show_block(name, json_output=json_output)


@app.command()
def explain(
    code: Annotated[str, typer.Argument(help="Code of a finding, such as NO_DC_PATH.")],
    json_output: Json = False,
) -> None:
    """Say what a finding means, why it matters and how to mend it."""
    from voltsmith.console.catalogue import explain_code

    explain_code(code, json_output=json_output)


@app.command()
def schema(
    name: Annotated[str, typer.Argument(help="A document: design, circuit, requirement, ...")],
) -> None:
    """Print the JSON Schema of a document."""
    from voltsmith.console.catalogue import print_schema

    print_schema(name)


@app.command()
def doctor(json_output: Json = False) -> None:
    """Say what is installed, what is missing, and the command that mends it."""
    from voltsmith.console.doctor import run_doctor

    raise typer.Exit(run_doctor(json_output=json_output))


def main() -> None:
    """Entry point: every error a person can meet becomes a sentence and an exit code."""
    from voltsmith.console.errors import report_fault, report_problem, report_usage

    try:
        code = app(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except typer.Exit as end:
        sys.exit(end.exit_code)
    except _Usage as usage:
        usage.show()  # type: ignore[attr-defined]
        report_usage(str(usage), as_json="--json" in sys.argv)
        sys.exit(2)
    except (KeyboardInterrupt, typer.Abort):
        print("stopped", file=sys.stderr)
        sys.exit(130)
    except VoltsmithError as problem:
        report_problem(problem, as_json="--json" in sys.argv)
        sys.exit(problem.exit_code)
    except BrokenPipeError:
        # Whoever read our output has left; Python would complain once more while closing it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as fault:  # a fault of our own: no traceback reaches a person
        report_fault(fault, as_json="--json" in sys.argv)
        sys.exit(1)


if __name__ == "__main__":
    main()
