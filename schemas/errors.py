"""Every exception voltsmith raises on purpose.

    VoltsmithError
    ├── BadInput              what the user or a file said cannot be used         -> exit 2
    │   ├── BadQuantity       a number or unit that cannot be read
    │   └── BadDocument       a design, component or suite file that is damaged
    ├── NeedsAnswer           the request is outside the design space, or asks    -> exit 4
    │   │                     for something contradictory; nothing is invented
    │   └── Infeasible        a block cannot meet what was asked of it
    ├── Unreachable           a simulator or a model server cannot be reached     -> exit 5
    │   └── SimulatorMissing  libngspice is not installed
    └── UnknownName           a component, block, schema or finding code that     -> exit 2
                              does not exist; carries the nearest names

Each message says what happened, where, and what to do about it. ``cli.py`` turns the class into
the exit code and prints the message; no traceback reaches a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class VoltsmithError(Exception):
    """The base: ``except VoltsmithError`` catches whatever voltsmith reports on purpose."""

    exit_code = 1


class BadInput(VoltsmithError):
    """What the user typed or a file holds cannot be used; the message says what and where."""

    exit_code = 2


class BadQuantity(BadInput):
    """A number or unit that cannot be read."""


class BadDocument(BadInput):
    """A document that is damaged, truncated or does not fit its schema."""


class NeedsAnswer(VoltsmithError):
    """The request needs an answer from the user, or is outside what can be designed."""

    exit_code = 4

    def __init__(self, message: str, questions: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.questions = tuple(questions)


class Infeasible(NeedsAnswer):
    """A block cannot meet what was asked of it, and the message gives the reason.

    ``stage`` is the block instance of a plan that refused while it was being built, where that is known.
    """

    def __init__(self, message: str, questions: Sequence[str] = (), stage: str | None = None) -> None:
        super().__init__(message, questions)
        self.stage = stage


class Unreachable(VoltsmithError):
    """A simulator or a model server could not be reached or did not answer in time."""

    exit_code = 5


class SimulatorMissing(Unreachable):
    """The ngspice shared library is not installed."""


class UnknownName(BadInput):
    """A name that does not exist; ``nearest`` holds what the user may have meant."""

    def __init__(self, kind: str, name: str, nearest: Iterable[str] = ()) -> None:
        self.kind, self.name, self.nearest = kind, name, tuple(nearest)
        hint = f"; did you mean {', '.join(self.nearest)}?" if self.nearest else ""
        super().__init__(f"unknown {kind} {name!r}{hint}")
