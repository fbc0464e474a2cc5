"""What writes lines of ngspice's control language for one check."""

from __future__ import annotations

import re
from collections.abc import Callable

from voltsmith.schemas.errors import VoltsmithError
from voltsmith.schemas.testbenches import Measure, Signal


class Cards:
    """Collects lines; every vector is called ``vs_<check>_<name>`` so that checks do not mix."""

    def __init__(self, check_id: str, measure: Measure, vector: Callable[[Signal], str], axis: str) -> None:
        self.prefix = "vs_" + re.sub(r"[^a-z0-9]", "_", check_id.lower()) + "_"
        self.measure = measure
        self.signal = vector(measure.signal)
        self.reference = None if measure.reference is None else vector(measure.reference)
        self.axis = axis
        self.lines: list[str] = []
        self.has_window = False
        self.every = 1
        """How many times finer the sweep is than the one that the measurement was defined on."""

    def add(self, line: str) -> None:
        """Add a line; ``#name`` stands for this check's vector of that name (``v1#branch`` stays)."""
        self.lines.append(re.sub(r"(?<!\w)#(?=[a-z])", self.prefix, line))

    def let(self, name: str, expression: str) -> None:
        """Define vector #name."""
        self.add(f"let #{name} = {expression}")

    def load(self, expression: str, axis: str | None = None) -> None:
        """The signal as #y, the axis as #x, their length as #n and the indices as #i."""
        self.let("y", expression)
        self.let("x", axis or (f'"{self.axis}"' if "-" in self.axis else self.axis))
        self.let("n", "length(#x)")
        self.let("i", "vector(#n)")

    def index(self, at: str) -> None:
        """#k: the sample before ``at``, on an axis of either direction, never the last one."""
        self.let("s", "1 - 2*(#x[0] gt #x[1])")
        self.let("k", f"vecmax(#i*(#s*#x le #s*({at})))")
        self.let("k", "#k - (#k ge #n-1)")

    def find(self, name: str, y: str, at: str) -> None:
        """#name: straight-line interpolation of vector #y at ``at``."""
        self.index(at)
        self.let(name, f"#{y}[#k] + (#{y}[#k+1]-#{y}[#k])*({at}-#x[#k])/(#x[#k+1]-#x[#k])")

    def find_log(self, name: str, y: str, at: float) -> None:
        """#name: log-log interpolation of vector #y at ``at``."""
        self.index(number(at))
        self.let(name, f"ln({number(at)}/#x[#k])/ln(#x[#k+1]/#x[#k])")
        self.let(name, f"exp(ln(#{y}[#k]) + ln(#{y}[#k+1]/#{y}[#k])*#{name})")

    def when(self, analysis: str, name: str, y: str, edge: str, window: str = "") -> None:
        """#name: where #y passes 0."""
        self.add(f"meas {analysis} #{name} when #{y}=0 {edge}{window}")

    def inside(self) -> str:
        """A mask of the band from ``low`` to ``high``, or 1."""
        sides = []
        if self.measure.low is not None:
            sides.append(f"(#x ge {number(self.measure.low * (1 - 1e-9))})")
        if self.measure.high is not None:
            sides.append(f"(#x le {number(self.measure.high * (1 + 1e-9))})")
        return "*".join(sides) or "1"

    def largest(self, name: str, y: str) -> None:
        """#name: the largest #y over the band, its interpolated edges included."""
        self.let(name, f"vecmax(#{y}*{self.inside()})")
        for edge in (self.measure.low, self.measure.high):
            if edge is not None:
                self.find_log("edge", y, edge)
                self.let(name, f"(#{name} + #edge + abs(#{name} - #edge))/2")

    def window(self) -> str:
        """The band as an option of ``meas``."""
        low, high = self.measure.low, self.measure.high
        start = "" if low is None else f" from={number(low)}"
        return start + ("" if high is None else f" to={number(high)}")


def number(value: float) -> str:
    """A number as ngspice reads it."""
    return f"{value:.12g}"


def given(value: float | None, field: str, measure: Measure) -> float:
    """``value``, or ``UnableError`` if ``measure`` lacks it."""
    if value is None:
        raise UnableError(f"{measure.kind} needs {field}")
    return value


class UnableError(VoltsmithError):
    """The control language cannot compute this; the message says why."""
