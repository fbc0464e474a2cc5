"""What voltage regulators share: input range and load, heat, and how their output is measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from voltsmith.knowledge.blocks.assembly import Probe, current, voltage
from voltsmith.knowledge.blocks.base import Asked
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import Bench, Dc, DcSweep, Load, Measure, Op, Sine, Stimulus, Transient

AMBIENT = 40.0
"""Degrees Celsius around the board."""
MARGIN_TO_HOTTEST = 5.0
"""Kelvin kept below the highest junction temperature."""
LINE_SPAN = 0.1
"""The input is taken to vary by this part of its nominal value unless a range is given."""
RIPPLE = 1.0
"""V, peak to peak, on the input for ripple measurements."""
LINE_REGULATION = 5.0
"""Percent of the output that an input range may change it by, where the request says nothing."""
_ADAPTERS = (5.0, 9.0, 12.0, 15.0, 24.0, 36.0, 48.0)
_RATINGS = (0.5, 1.0, 2.0, 3.0, 5.0, 10.0)


class _Numbers(Protocol):
    @property
    def numbers(self) -> Mapping[str, float]: ...
    @property
    def requirements(self) -> Mapping[str, Requirement]: ...


@dataclass(frozen=True)
class Task:
    """What a regulator has to do: from ``low`` .. ``nominal`` .. ``high`` V to ``output`` V at ``load`` A."""

    low: float
    nominal: float
    high: float
    output: float
    load: float

    @property
    def resistance(self) -> float:
        """The load as a resistor, ohm."""
        return self.output / max(self.load, 1e-6)


def load_of(p: _Numbers, output: float, default: float) -> float:
    """Load current (A) from a current, a resistance or a power."""
    numbers = p.numbers
    for name in ("load_current", "output_current"):
        if name in numbers:
            return numbers[name]
    if "load_resistance" in numbers:
        return output / numbers["load_resistance"]
    if "load_power" in numbers:
        return numbers["load_power"] / output
    return default


def derive_feed(asked: Asked, output: float, default_load: float, headroom: float) -> dict[str, float]:
    """Input voltage and load current where other quantities give them.

    Without an input voltage the smallest common adapter with ``headroom`` (V) to spare is taken.
    """
    found: dict[str, float] = {}
    if "input_voltage" not in asked:
        if "supply_voltage" in asked:
            found["input_voltage"] = asked["supply_voltage"]
        elif asked.supply is not None:
            found["input_voltage"] = asked.supply.vcc
        else:
            found["input_voltage"] = next((v for v in _ADAPTERS if v >= output + headroom), output + headroom)
    load = load_of(asked, output, 0.0)
    if "load_current" not in asked and load > 0:
        found["load_current"] = load
    return found


def task_of(p: _Numbers, default_load: float) -> Task:
    """The regulator's task from its parameters."""
    nominal = p.numbers["input_voltage"]
    low, high = nominal, nominal
    for name in ("input_voltage", "supply_voltage"):
        asked = p.requirements.get(name)
        if asked is None:
            continue
        if asked.relation == "range" and asked.low is not None and asked.high is not None:
            low, high = asked.low, asked.high
            nominal = (low + high) / 2
        break
    output = p.numbers["output_voltage"]
    return Task(low, nominal, high, output, load_of(p, output, default_load))


def asked_task(
    asked: Asked, derived: Mapping[str, float], default_output: float, default_load: float
) -> Task:
    """The task as :meth:`Block.fit` sees it, before parameters are filled in."""
    merged = Asked(
        numbers={"output_voltage": default_output, **derived, **asked.numbers},
        requirements=asked.requirements,
    )
    return task_of(merged, default_load)


def check_headroom(task: Task, headroom: float, what: str) -> None:
    """Refuse a task without room between input and output.

    Raises:
        Infeasible: the output is not below the lowest input by ``headroom`` (V).
    """
    if task.output >= task.low:
        raise Infeasible(
            f"{task.output:g} V cannot be had from {task.low:g} V with a linear regulator, which only takes "
            "voltage away; it needs a boost converter or a higher input"
        )
    if task.low - task.output < headroom:
        raise Infeasible(
            f"{what} needs {headroom:.2g} V between input and output, and {task.low:g} V leaves "
            f"{task.low - task.output:.2g} V above {task.output:g} V"
        )


def rise(entry: Component, watts: float) -> float:
    """Junction temperature (degC) at a dissipation, without a heat sink."""
    return AMBIENT + watts * entry.limits["thermal_resistance"]


def sink_needed(entry: Component, watts: float) -> float | None:
    """Thermal resistance (K/W) of the heat sink that is needed; None for none, 0 where none would do.

    Only parts in packages made for a heat sink (at most 65 K/W on their own) can have one.
    """
    hottest = entry.limits["junction_temperature_max"] - MARGIN_TO_HOTTEST
    if rise(entry, watts) <= hottest:
        return None
    if entry.limits["thermal_resistance"] > 65:
        return 0.0
    # 5 K/W from junction to case and 1 K/W from there to the sink are usual for a TO-220.
    return max((hottest - AMBIENT) / watts - 6.0, 0.0)


def rating(watts: float) -> dict[str, float]:
    """The ``power_rating`` (W) of a resistor that turns ``watts`` into heat: twice that, in usual sizes.

    Raises:
        Infeasible: no usual resistor stands it.
    """
    if watts <= 0.125:
        return {}
    for size in _RATINGS:
        if size >= 2 * watts or (size == _RATINGS[-1] and size >= 1.5 * watts):
            return {"power_rating": size}
    raise Infeasible(f"a resistor would have to turn {watts:.3g} W into heat, more than usual ones stand")


def feed(b: Builder, volts: float) -> str:
    """The net a regulator is fed from: the output of the stage before, or a power port ``in``."""
    if not b.chain.first and b.chain.output is not None:
        return b.chain.output
    return b.port("in", "power", volts)


def offer_regulator(
    b: Builder, source: str, out: str, task: Task, *, line_regulation: float = LINE_REGULATION
) -> None:
    """Offer what can be measured on a regulator from net ``source`` to ``out``.

    ``line_regulation`` is what it is held to (% of the output) over an input range.
    """
    output = voltage(out)
    full = Load(kind="resistor", value=task.resistance, net=out)
    light = Load(kind="resistor", value=task.resistance * 1000, net=out)

    def bench(kind: str, level: float, load: Load) -> Bench:
        drive = Stimulus(name="in", net=source, waveform=Dc(value=level))
        return b.bench(kind, Op(), [drive], [load])

    percent = 100 / task.output
    low, high = task.low, task.high
    if low == high:
        low, high = task.nominal * (1 - LINE_SPAN), task.nominal * (1 + LINE_SPAN)
    else:
        # Both ends of the range that was named are looked at, with the whole load.
        b.require("line_regulation", line_regulation, "max")

    b.offer(
        "output_voltage",
        lambda _: Probe(bench("nominal", task.nominal, full), Measure(kind="value", signal=output)),
    )

    def output_current(requirement: Requirement) -> Probe:
        # A load that draws what is asked for at the right voltage: a sagging output shows.
        resistance = task.output / requirement.target
        load = Load(kind="resistor", value=resistance, net=out)
        measure = Measure(kind="value", signal=output, scale=1 / resistance)
        return Probe(bench("delivery", task.low, load), measure)

    b.offer("output_current", output_current)
    b.offer(
        "load_regulation",
        lambda _: Probe(
            bench("light_load", task.nominal, light),
            Measure(kind="value", signal=output, scale=percent),
            bench("nominal", task.nominal, full),
        ),
    )
    b.offer(
        "line_regulation",
        lambda _: Probe(
            bench("high_line", high, full),
            Measure(kind="value", signal=output, scale=percent),
            bench("low_line", low, full),
        ),
    )
    b.offer(
        "supply_current",
        lambda _: Probe(bench("nominal", task.nominal, full), Measure(kind="value", signal=current("in"))),
    )

    def dissipation(_: Requirement) -> Probe:
        # Everything that goes in and does not reach the load, at the highest input.
        measure = Measure(
            kind="value", signal=current("in"), scale=task.high, offset=-task.output * task.load
        )
        kind = "nominal" if task.high == task.nominal else "high_line"
        return Probe(bench(kind, task.high, full), measure)

    b.offer("power_dissipation", dissipation)

    def dropout(_: Requirement) -> Probe:
        drive = Stimulus(name="in", net=source, waveform=Dc(value=task.low))
        start, stop = 0.8 * task.output, max(task.high, task.output + 3.0)
        sweep = DcSweep(source="in", start=start, stop=stop, points=401)
        level = 0.98 * task.output
        measure = Measure(kind="crossing", signal=output, level=level, offset=-level)
        return Probe(b.bench("dropout", sweep, [drive], [full]), measure)

    b.offer("dropout_voltage", dropout)

    def ripple(requirement: Requirement) -> Probe:
        frequency = requirement.condition or 100.0
        swing = min(RIPPLE, 2 * max(task.nominal - task.output, 0.1))
        b.assume(f"ripple is measured with {swing:.2g} V peak to peak at {frequency:g} Hz on the input")
        wave = Sine(offset=task.nominal, amplitude=swing / 2, frequency=frequency)
        drive = Stimulus(name="in", net=source, waveform=wave)
        period = 1 / frequency
        analysis = Transient(start=4 * period, stop=7 * period, step=period / 200)
        return Probe(
            b.bench("ripple", analysis, [drive], [full]), Measure(kind="peak_to_peak", signal=output)
        )

    b.offer("ripple_voltage", ripple)
