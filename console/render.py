"""A design on the terminal: what was understood, the parts, each requirement beside its measurement."""

from __future__ import annotations

import os
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from voltsmith.agents.instances import show
from voltsmith.agents.reasoning import spoken
from voltsmith.schemas.designs import Design
from voltsmith.schemas.quantities import QUANTITIES
from voltsmith.schemas.reports import Measurement, Report
from voltsmith.schemas.requirements import Requirement

_MARK = {"fatal": "red", "major": "red", "minor": "yellow", "info": "blue"}


class _Console(Console):
    """A console whose reader may leave early, as ``head`` does."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError  # rich would exit with 1; the command line knows better


def terminal() -> Console:
    """A console that suits where the output goes."""
    # Off a terminal rich would fold at 80 columns; whoever reads a file or a pipe wants whole lines.
    width = None if os.isatty(1) else 400
    return _Console(highlight=False, width=width)


def print_design(design: Design, folder: Path | None) -> None:
    """Print a design."""
    console = terminal()
    if design.status == "needs_clarification":
        console.print("[bold yellow]Not designed.[/] Nothing is invented where the request leaves it open:")
        for question in design.questions:
            console.print(f"  {escape(question)}")
        _unread(console, design)
        return
    _heading(console, design)
    _understood(console, design)
    _parts(console, design)
    _results(console, design)
    if folder is not None:
        console.print(f"\nFiles in [bold]{escape(str(folder))}[/]: design.json, circuit.cir, testbench.cir")


def print_report(design: Design) -> None:
    """Print the verdict on a design."""
    console = terminal()
    _heading(console, design)
    _results(console, design)


def _heading(console: Console, design: Design) -> None:
    blocks = (
        " → ".join(instance.block.replace("_", " ") for instance in design.plan.instances())
        if design.plan
        else ""
    )
    word, color = ("Verified", "green") if design.status == "verified" else ("Not good", "red")
    console.print(
        f"[bold {color}]{word}:[/] [bold]{escape(blocks or (design.circuit.name if design.circuit else ''))}[/]"
    )


def _understood(console: Console, design: Design) -> None:
    console.print("\n[bold]Understood[/]")
    for requirement in design.requirements:
        words = (
            f'  [dim]"{escape(requirement.text.strip())}"[/]'
            if requirement.source == "prompt"
            else "  [dim]assumed[/]"
        )
        console.print(f"  {requirement.id:>3}  {escape(spoken(requirement))}{words}")
    _unread(console, design)
    if design.assumptions:
        console.print("\n[bold]Assumed[/]")
        for assumption in design.assumptions:
            console.print(f"  {escape(assumption)}")


def _unread(console: Console, design: Design) -> None:
    if design.not_understood:
        words = ", ".join(f'"{item.text.strip()}"' for item in design.not_understood)
        console.print(f"  [yellow]not understood:[/] {escape(words)}")


def _parts(console: Console, design: Design) -> None:
    if design.circuit is None:
        return
    table = Table(box=None, padding=(0, 2, 0, 2), title_justify="left")
    for heading in ("part", "value", "connections"):
        table.add_column(heading, style=None, header_style="dim")
    for part in design.circuit.parts:
        pins = "  ".join(f"{pin}:{net if net != '0' else 'gnd'}" for pin, net in part.pins.items())
        name = part.ref if part.value else f"{part.ref} {part.component}"
        tolerance = part.parameters.get("tolerance")
        percent = f" {tolerance * 100:g}%" if tolerance is not None and part.value else ""
        table.add_row(name, escape((part.value or "") + percent), escape(pins))
    console.print("\n[bold]Parts[/]")
    console.print(table)


def _results(console: Console, design: Design) -> None:
    report = design.report
    if report is None:
        return
    by_id = {requirement.id: requirement for requirement in design.requirements}
    if report.measurements:
        table = Table(box=None, padding=(0, 2, 0, 2))
        for heading in ("", "requirement", "asked", "measured", "Monte Carlo"):
            table.add_column(heading, header_style="dim")
        several = design.plan is not None and len(design.plan.instances()) > 1
        for measurement in report.measurements:
            requirement = by_id[measurement.requirement]
            stage = _stage(design, requirement) if several else ""
            table.add_row(*_row(requirement, measurement, stage))
        console.print("\n[bold]Measured in SPICE[/]")
        console.print(table)
    _rest(console, report, by_id)


def _stage(design: Design, requirement: Requirement) -> str:
    """The block a requirement belongs to, where a design has several."""
    instances = design.plan.instances() if design.plan is not None else ()
    found = next((item for item in instances if item.id == requirement.stage), None)
    if found is None and requirement.stage is None and requirement.source == "assumed":
        return ", whole chain"
    return "" if found is None else f", {found.block.replace('_', ' ')}"


def _row(requirement: Requirement, measurement: Measurement, stage: str) -> tuple[str, ...]:
    mark = "[green]✓[/]" if measurement.passed else "[red]✗[/]"
    value = measurement.reason if measurement.value is None else show(measurement.value, measurement.unit)
    at = "" if requirement.condition is None else f" at {show(requirement.condition, 'Hz')}"
    spread = measurement.monte_carlo
    words = ""
    if spread is not None and spread.lowest is not None and spread.highest is not None:
        low, high = show(spread.lowest, measurement.unit), show(spread.highest, measurement.unit)
        words = f"{low} … {high}, {spread.yield_fraction * 100:.0f} % of {spread.runs} good"
    return (
        mark,
        escape(QUANTITIES[requirement.quantity].title + at + stage),
        _bounds(measurement),
        escape(value),
        words,
    )


def _bounds(measurement: Measurement) -> str:
    low, high, unit = measurement.min, measurement.max, measurement.unit
    if low is None and high is not None:
        return f"≤ {show(high, unit)}"
    if high is None and low is not None:
        return f"≥ {show(low, unit)}"
    if low is None or high is None:
        return ""
    return f"{show(low, unit)} … {show(high, unit)}"


def _rest(console: Console, report: Report, by_id: dict[str, Requirement]) -> None:
    unchecked = [item for item in report.coverage if item.how == "not_checked"]
    others = [item for item in report.coverage if item.how in ("rule", "computed")]
    if others or unchecked:
        console.print("\n[bold]Not simulated[/]")
        for item in (*others, *unchecked):
            style = "yellow" if item.how == "not_checked" else "dim"
            words = "not checked" if item.how == "not_checked" else item.how
            console.print(
                f"  {escape(spoken(by_id[item.requirement]))}: [{style}]{words}[/], {escape(item.why)}"
            )
    if report.findings:
        console.print("\n[bold]Findings[/]")
        for finding in report.findings:
            where = f" [dim]({escape(', '.join(finding.where))})[/]" if finding.where else ""
            console.print(
                f"  [{_MARK[finding.severity]}]{finding.severity}[/] {finding.code}: {escape(finding.message)}{where}"
            )
            if finding.fix:
                console.print(f"    [dim]{escape(finding.fix)}[/]")
    scores = report.scores
    console.print(
        f"\n[dim]Scores: structural {scores.structural:.1f}, electrical {scores.electrical:.1f} of 10[/]"
    )
