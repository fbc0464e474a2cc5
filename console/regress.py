"""``regress``: the curated prompts as a table, and what changed against a baseline."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from voltsmith.console.render import terminal
from voltsmith.schemas.errors import BadDocument


def run_regress(names: list[str], *, workers: int, baseline: Path | None, json_output: bool) -> int:
    """Run suites; returns 0, or 3 where something is worse than the baseline (without one: failed)."""
    from voltsmith.agents.regression import Result, load, run

    before = _baseline(baseline) if baseline is not None else None
    suites = load(names)
    results: dict[str, list[Result]] = {}
    for name, cases in suites.items():
        results[name] = []
        for result in run(cases, workers):
            results[name].append(result)
            if not json_output and not result.passed:
                print(f"{result.id}: {'; '.join(result.problems)}", file=sys.stderr, flush=True)
    every = [result for rows in results.values() for result in rows]
    passed = sum(result.passed for result in every)
    worse = [r.id for r in every if not r.passed and (before is None or before.get(r.id, False))]
    better = [r.id for r in every if r.passed and before is not None and before.get(r.id) is False]
    document = {
        "passed": passed,
        "total": len(every),
        "rate": round(passed / len(every), 4) if every else 0.0,
        "worse": worse,
        "better": better,
        "cases": [result.model_dump(mode="json") for result in every],
    }
    if json_output:
        print(json.dumps(document, indent=2))
    else:
        _table(results, document, before is not None)
    return 3 if worse else 0


def _table(results: dict[str, list[Any]], document: dict[str, Any], compared: bool) -> None:
    console = terminal()
    table = Table(box=None, padding=(0, 2, 0, 2))
    for heading, justify in (
        ("suite", "left"),
        ("passed", "right"),
        ("of", "right"),
        ("rate", "right"),
        ("s", "right"),
    ):
        table.add_column(heading, header_style="dim", justify=justify)  # type: ignore[arg-type]
    for name, rows in results.items():
        good = sum(row.passed for row in rows)
        rate = f"{100 * good / len(rows):.1f} %" if rows else "-"
        table.add_row(
            escape(name), str(good), str(len(rows)), rate, f"{sum(row.seconds for row in rows):.1f}"
        )
    table.add_row(
        "all", str(document["passed"]), str(document["total"]), f"{100 * document['rate']:.1f} %", ""
    )
    console.print(table)
    if compared:
        for word in ("worse", "better"):
            console.print(f"{word}: {', '.join(document[word]) or 'none'}")


def _baseline(path: Path) -> dict[str, bool]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return {str(case["id"]): bool(case["passed"]) for case in data["cases"]}
    except (OSError, ValueError, KeyError, TypeError) as trouble:
        raise BadDocument(
            f"{path} is no baseline (the output of 'voltsmith regress --json'): {type(trouble).__name__}: {trouble}"
        ) from trouble
