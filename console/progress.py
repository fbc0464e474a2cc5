"""Progress of a run: a live line on a terminal, plain lines elsewhere, on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

WORDS = {
    "retrieval": "finding blocks and parts",
    "reasoning": "reading the request, choosing blocks",
    "synthesis": "placing parts",
    "verification": "checking rules, simulating",
    "repair": "trying another way",
}


@contextmanager
def progress(*, quiet: bool = False) -> Iterator[Callable[[str, int], None]]:
    """A function to call with the agent at work and the repair round."""
    if quiet:
        yield lambda agent, round_: None
    elif sys.stderr.isatty():
        with _live() as tell:
            yield tell
    else:
        yield lambda agent, round_: print(_line(agent, round_), file=sys.stderr, flush=True)


def _line(agent: str, round_: int) -> str:
    again = f" (round {round_ + 1})" if round_ else ""
    return f"{agent}: {WORDS.get(agent, agent)}{again}"


@contextmanager
def _live() -> Iterator[Callable[[str, int], None]]:
    from rich.console import Console
    from rich.live import Live
    from rich.spinner import Spinner
    from rich.table import Table
    from rich.text import Text

    done: list[tuple[str, float]] = []
    current: list[tuple[str, float]] = []

    def picture() -> Table:
        table = Table.grid(padding=(0, 1))
        for name, seconds in done:
            table.add_row(Text("✓", style="green"), name, Text(f"{seconds:.1f} s", style="dim"))
        for name, _ in current:
            table.add_row(Spinner("dots"), name, "")
        return table

    with Live(picture(), console=Console(stderr=True), transient=True, refresh_per_second=10) as live:

        def tell(agent: str, round_: int) -> None:
            now = time.monotonic()
            done.extend((name, now - started) for name, started in current)
            current[:] = [(_line(agent, round_), now)]
            live.update(picture())

        yield tell
