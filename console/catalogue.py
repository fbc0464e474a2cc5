"""``blocks``, ``explain`` and ``schema``: what voltsmith knows, printed."""

from __future__ import annotations

import json

from rapidfuzz import process
from rich.markup import escape

from voltsmith.console.render import terminal
from voltsmith.schemas.errors import UnknownName


def list_blocks(*, json_output: bool) -> None:
    """Print every block."""
    from voltsmith.knowledge.blocks import blocks

    found = sorted(blocks().values(), key=lambda block: (block.function, block.id))
    if json_output:
        print(json.dumps([block.info().model_dump(mode="json") for block in found], indent=2))
        return
    console = terminal()
    function = ""
    for block in found:
        if block.function != function:
            function = block.function
            console.print(f"[bold]{function.replace('_', ' ')}[/]")
        console.print(f"  {block.id:<28} {escape(block.summary)}")


def show_block(name: str, *, json_output: bool) -> None:
    """Print one block."""
    from voltsmith.agents.instances import show
    from voltsmith.knowledge.blocks import block

    info = block(name).info()
    if json_output:
        print(info.model_dump_json(indent=2))
        return
    console = terminal()
    console.print(f"[bold]{escape(info.title)}[/]\n{escape(info.summary)}")
    console.print("\n[bold]Equations[/]")
    for equation in info.equations:
        console.print(f"  {escape(equation)}")
    for source in info.sources:
        console.print(f"  [dim]{escape(source)}[/]")
    console.print("\n[bold]Parameters[/]")
    for parameter in info.parameters:
        default = (
            ""
            if parameter.default is None
            else f"  [dim]default {show(parameter.default, parameter.unit)}[/]"
        )
        console.print(f"  {parameter.name:<24} {escape(parameter.description)}{default}")
    console.print(f"\n[bold]Measured[/]\n  {', '.join(info.measures)}")


def explain_code(code: str, *, json_output: bool) -> None:
    """Print what a finding code means."""
    from dataclasses import asdict

    from voltsmith.verification.codes import explain

    found = explain(code.upper())
    if json_output:
        print(json.dumps(asdict(found), indent=2))
        return
    console = terminal()
    console.print(f"[bold]{found.code}[/] ({found.severity}): {escape(found.title)}")
    console.print(f"\nWhy it matters: {escape(found.why)}\nHow to mend it: {escape(found.fix)}")
    if found.example:
        console.print(f"Example: {escape(found.example)}")


def print_schema(name: str) -> None:
    """Print the JSON Schema of a document.

    Raises:
        UnknownName: there is no such document.
    """
    import voltsmith.schemas as schemas

    document = schemas.DOCUMENTS.get(name.lower())
    if document is None:
        near = [match for match, _, _ in process.extract(name.lower(), list(schemas.DOCUMENTS), limit=3)]
        raise UnknownName("schema", name, near)
    print(json.dumps(getattr(schemas, document).model_json_schema(), indent=2))
