"""What square-wave oscillators share: their parameters, and how their output is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voltsmith.knowledge.blocks.assembly import Probe, current, voltage
from voltsmith.knowledge.blocks.base import Asked, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import Bench, Load, Measure, MeasureKind, Stimulus, Transient

MEASURES = (
    "frequency",
    "period",
    "duty_cycle",
    "high_time",
    "low_time",
    "output_high",
    "output_low",
    "output_peak_to_peak",
    "rise_time",
    "supply_current",
)
"""Quantities that :func:`offer_square` can measure."""

SAFETY = 0.03
"""How far inside a limit ("at least", "at most") a value is aimed, relative."""


def frequency_parameter(default: float, low: float, high: float) -> Parameter:
    """The frequency of an oscillator, Hz."""
    return Parameter(
        name="frequency",
        unit="Hz",
        description="frequency of oscillation",
        default=default,
        low=low,
        high=high,
    )


def derive_rhythm(asked: Asked) -> dict[str, float]:
    """Frequency (Hz) and duty cycle (%) from a period, or from the times high and low.

    Raises:
        Infeasible: the numbers contradict each other.
    """
    found: dict[str, float] = {}
    high, low = asked.numbers.get("high_time"), asked.numbers.get("low_time")
    period = asked.numbers.get("period")
    if "frequency" in asked:
        period = 1 / asked["frequency"]
    if period is None and high is not None:
        duty = asked.get("duty_cycle", 50.0) / 100
        period = high + low if low is not None else high / duty
    elif period is None and low is not None:
        period = low / (1 - asked.get("duty_cycle", 50.0) / 100)
    if period is None:
        return found
    if "frequency" not in asked:
        found["frequency"] = 1 / period
    if high is None and low is not None:
        high = period - low
    if high is not None:
        if not 0 < high < period:
            raise Infeasible(f"an output cannot be high for {high:.4g} s of a period of {period:.4g} s")
        if "duty_cycle" not in asked:
            found["duty_cycle"] = 100 * high / period
    return found


def aimed(p: Values, name: str, value: float) -> float:
    """``value``, moved to the safe side where ``name`` is asked for as a minimum or maximum."""
    return value * {"min": 1 + SAFETY, "max": 1 - SAFETY}.get(p.relation(name), 1.0)


def aimed_frequency(p: Values) -> float:
    """The frequency (Hz) to design for, on the safe side of a minimum or maximum of it or of the period."""
    return aimed(p, "frequency", 1 / aimed(p, "period", 1 / p["frequency"]))


def positive_rail(b: Builder) -> str:
    """The net of the positive supply, for circuits that use no negative one."""
    return b.assembly.add_port("vcc", "power", b.supply.vcc)


@dataclass(frozen=True)
class Run:
    """How a square-wave oscillator is simulated.

    ``frequency`` Hz; ``high_time`` (s) the nominal one; ``settle`` periods are left out, ``cycles`` are
    measured, ``steps`` limits the time step to a part of a period; ``from_zero`` powers up instead of
    starting at the operating point.
    """

    frequency: float
    high_time: float
    settle: float = 2.0
    cycles: float = 4.5
    steps: int = 300
    from_zero: bool = True
    stimuli: tuple[Stimulus, ...] = ()
    loads: tuple[Load, ...] = ()

    def bench(self, b: Builder) -> Bench:
        """The transient that everything periodic is read from."""
        period = 1 / self.frequency
        analysis = Transient(
            start=self.settle * period,
            stop=(self.settle + self.cycles) * period,
            step=period / self.steps,
            from_zero=self.from_zero,
        )
        return b.bench("run", analysis, self.stimuli, self.loads)

    def edge(self, b: Builder) -> Bench:
        """Power-up, as far as the middle of the first high time: one clean rising edge."""
        stop = min(0.6 * self.high_time, 2e-5)
        analysis = Transient(stop=stop, step=stop / 1000, from_zero=True)
        return b.bench("edge", analysis, self.stimuli, self.loads)


def offer_square(b: Builder, out: str, run: Run, *, edge: bool = True) -> None:
    """Offer what can be measured on a square wave at net ``out``."""

    def offer(quantity: str, kind: MeasureKind) -> None:
        b.offer(quantity, lambda _: Probe(run.bench(b), Measure(kind=kind, signal=voltage(out))))

    timing: Sequence[tuple[str, MeasureKind]] = (
        ("frequency", "frequency"),
        ("period", "period"),
        ("duty_cycle", "duty_cycle"),
        ("high_time", "high_time"),
        ("low_time", "low_time"),
        ("output_high", "maximum"),
        ("output_low", "minimum"),
        ("output_peak_to_peak", "peak_to_peak"),
    )
    for quantity, kind in timing:
        offer(quantity, kind)

    def supply(_: Requirement) -> Probe:
        vcc = positive_rail(b)
        period = 1 / run.frequency
        # Whole periods only: the current differs between high and low. The first sample lies after the start.
        first = (run.settle + 0.25) * period
        measure = Measure(kind="average", signal=current(vcc), low=first, high=first + 4 * period)
        return Probe(run.bench(b), measure)

    b.offer("supply_current", supply)
    if edge:
        b.offer("rise_time", lambda _: Probe(run.edge(b), Measure(kind="rise_time", signal=voltage(out))))
