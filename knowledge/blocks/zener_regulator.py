"""Shunt regulator: a resistor and a zener diode."""

from __future__ import annotations

import math
from typing import NamedTuple

from voltsmith.knowledge.blocks._regulated import (
    LINE_REGULATION,
    Task,
    asked_task,
    check_headroom,
    derive_feed,
    feed,
    offer_regulator,
    rating,
    task_of,
)
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.devices import component, components
from voltsmith.knowledge.preferred import capacitor_voltage, values
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.requirements import Requirement

LOAD = 5e-3
"""A, where no load is named."""
SPREAD = 0.05
"""Tolerance of zener voltages."""
NAMED_SPREAD = 0.15
"""How far a zener that was named may be from the output asked for."""
DERATING = 0.8
"""Part of its power that a zener is used to."""
HEADROOM = 1.0
"""V for the resistor, at least."""
LOAD_REGULATION = 10.0
"""Percent by which the output may rise without load, where there is a zener that keeps to it."""
_THERMAL = 0.025865


class Shunt(NamedTuple):
    """A zener and its resistor (ohm), what they make, and the largest heat of both (W).

    ``output`` (V) is with the load, ``unloaded`` (V) without it.
    """

    zener: Component
    resistor: float
    output: float
    unloaded: float
    zener_power: float
    resistor_power: float

    def holds(self, nominal: float) -> bool:
        """Whether the output stays near ``nominal`` (V) when the load goes, with a tenth in hand."""
        return self.unloaded - self.output <= 0.9 * LOAD_REGULATION / 100 * nominal


def zener_voltage(entry: Component, current: float) -> float:
    """Voltage (V) at a reverse ``current`` (A), from the test point and the differential resistance."""
    model = entry.model
    at, resistance = model["zener_current"], model["zener_resistance"]
    slope = max(0.7 * resistance * at, _THERMAL)
    rest = max(resistance - slope / at, 0.05 * resistance)
    return model["zener_voltage"] + slope * math.log(max(current, 1e-12) / at) + rest * (current - at)


def operating_point(entry: Component, supply: float, resistor: float, load: float) -> tuple[float, float]:
    """Output (V) and zener current (A) at a ``supply`` (V) and a ``load`` current (A)."""
    low, high = 0.0, supply
    for _ in range(60):
        middle = (low + high) / 2
        spare = (supply - middle) / resistor - load
        if spare > 0 and zener_voltage(entry, spare) > middle:
            low = middle
        else:
            high = middle
    return low, max((supply - low) / resistor - load, 0.0)


def smallest_current(entry: Component) -> float:
    """Zener current (A) that keeps it out of its knee: a tenth of the test current, and at least 1 mA."""
    return max(0.1 * entry.model["zener_current"], 1e-3)


def design(task: Task, zeners: tuple[Component, ...], tolerance: float) -> Shunt:
    """The zener and resistor that hold the output within the powers that parts stand.

    Raises:
        Infeasible: none does, with the reason.
    """
    near = [z for z in zeners if abs(z.model["zener_voltage"] / task.output - 1) < 0.15]
    if not near:
        voltages = sorted(z.model["zener_voltage"] for z in zeners)
        raise Infeasible(
            f"there is no zener diode near {task.output:g} V; they exist from {voltages[0]:g} to "
            f"{voltages[-1]:g} V"
        )
    found = []
    hottest = math.inf
    for entry in near:
        keep = smallest_current(entry)
        # Lowest input, zener at the upper end of its tolerance, full load: the knee must not be reached.
        largest = (task.low - zener_voltage(entry, keep) * (1 + SPREAD)) / (keep + task.load) / 1.01
        if largest < 1:
            continue
        for resistor in values("E24", largest / 3, largest):
            _, most = operating_point(entry, task.high, resistor, 0.0)
            power = most * entry.model["zener_voltage"] * (1 + SPREAD)
            hottest = min(hottest, power)
            if power > DERATING * entry.limits["power_max"]:
                continue
            output, _ = operating_point(entry, task.nominal, resistor, task.load)
            unloaded, _ = operating_point(entry, task.nominal, resistor, 0.0)
            loss = (task.high - output * (1 - SPREAD)) ** 2 / resistor
            found.append(Shunt(entry, resistor, output, unloaded, power, loss))
    if not found:
        if math.isinf(hottest):
            raise Infeasible(
                f"{task.low:g} V leaves too little for a resistor before a {task.output:g} V zener"
            )
        raise Infeasible(
            f"without its load the zener would turn {hottest:.2g} W into heat; ask for less than "
            f"{task.load * 1e3:.3g} mA, or use a series regulator"
        )

    def cost(shunt: Shunt) -> tuple[bool, bool, float, float, float]:
        error = abs(shunt.output / task.output - 1)
        beyond = (error > tolerance, not shunt.holds(task.output))
        return *beyond, max(error - 0.01, 0.0), shunt.zener.cost, shunt.resistor_power

    best = min(found, key=cost)
    error = abs(best.output / task.output - 1)
    if error > tolerance:
        raise Infeasible(
            f"zener diodes come in steps: the nearest gives {best.output:.3g} V, {error * 100:.2g} % from "
            f"{task.output:g} V; an adjustable regulator comes closer"
        )
    return best


class ZenerRegulator(Block):
    """A resistor takes what the load and the zener do not need."""

    id = "zener_regulator"
    function = "voltage_regulator"
    title = "Zener regulator"
    summary = (
        "Shunt regulator for a few milliamperes: the zener diode holds the output while the resistor carries "
        "the load current and enough for the zener, at the lowest input and without load at the highest."
    )
    equations = (
        "R <= (V_in,min - V_z) / (I_load + I_z,min)",
        "P_z = V_z (V_in,max - V_z) / R, without load",
        "dV_out / dV_in = r_z / (R + r_z)",
    )
    sources = ("P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., section 1.2.6",)
    phrases = (
        "zener diode regulator",
        "zener voltage reference",
        "shunt regulator",
        "simple voltage stabiliser for a few milliamps",
        "clamp a supply with a zener",
    )
    parameters = (
        Parameter(
            name="output_voltage", unit="V", description="output voltage", default=5.1, low=2.2, high=36.0
        ),
        Parameter(name="input_voltage", unit="V", description="input voltage", low=3.0, high=60.0),
        Parameter(name="load_current", unit="A", description="load current", default=LOAD, low=0.0, high=0.5),
    )
    measures = (
        "output_voltage",
        "output_current",
        "line_regulation",
        "load_regulation",
        "ripple_voltage",
        "supply_current",
        "power_dissipation",
    )
    topologies = ("zener", "shunt")

    def fit(self, asked: Asked) -> float:
        """For small loads, or when asked for by name."""
        for entry in map(component, asked.components):
            if entry.kind in ("linear_regulator", "adjustable_regulator"):
                raise Infeasible(f"{entry.id} is a series regulator, and a zener diode has no place for it")
        task = asked_task(asked, self.derive(asked), 5.1, LOAD)
        check_headroom(task, HEADROOM, "a zener regulator")
        wanted = asked.requirements.get("output_voltage")
        design(task, _zeners(asked.components), _slack(wanted, asked.components))
        if asked.choice("topology") in self.topologies or any(
            component(name).kind == "zener" for name in asked.components
        ):
            return 4.0
        return 1.2 if "load_current" in asked and task.load <= 20e-3 else 0.3

    def derive(self, asked: Asked) -> dict[str, float]:
        """Input voltage from the supply, load current from a resistance or a power."""
        return derive_feed(asked, asked.get("output_voltage", 5.1), LOAD, 3.0)

    def build(self, b: Builder, p: Values) -> None:
        """Resistor, zener, and a capacitor across it."""
        task = task_of(p, LOAD)
        check_headroom(task, HEADROOM, "a zener regulator")
        wanted = p.requirements.get("output_voltage")
        shunt = design(task, _zeners(b.components), _slack(wanted, b.components))
        source = feed(b, task.nominal)
        out, ground = b.output(), b.ground()
        extra = rating(shunt.resistor_power)
        if extra:
            b.assume(f"the zener's resistor stands {extra['power_rating']:g} W")
        b.resistor(shunt.resistor, source, out, **extra)
        if abs(error := shunt.output / task.output - 1) > SPREAD:
            b.assume(
                f"{shunt.zener.id} was asked for and used, although it makes {error * 100:+.2g} % of error"
            )
        b.part(shunt.zener.id, {"K": out, "A": ground})
        b.capacitor(100e-9, out, ground, tolerance=0.1, voltage_rating=capacitor_voltage(shunt.unloaded))
        offer_regulator(b, source, out, task, line_regulation=_line_regulation(b, shunt, task))
        if shunt.holds(task.output):
            b.require("load_regulation", LOAD_REGULATION, "max")
        else:
            b.assume(f"without load the output rises to {shunt.unloaded:.2g} V")


def _line_regulation(b: Builder, shunt: Shunt, task: Task) -> float:
    """What the output is held to over the input range, %: what is usual, or what this zener can do."""
    low, high = (
        operating_point(shunt.zener, level, shunt.resistor, task.load)[0] for level in (task.low, task.high)
    )
    moves = 100 * (high - low) / task.output
    if moves < 0.9 * LINE_REGULATION:
        return LINE_REGULATION
    b.assume(
        f"from {task.low:g} V to {task.high:g} V of input the output moves by {moves:.2g} %; a regulator IC "
        "holds it better"
    )
    return math.ceil(1.2 * moves)


def _slack(wanted: Requirement | None, named: tuple[str, ...]) -> float:
    """How far (relative) the output may be off: more where the zener was named, which simulation then judges."""
    if any(component(name).kind == "zener" for name in named):
        return NAMED_SPREAD
    return max(min(wanted.tolerance if wanted else SPREAD, 0.1), 0.02)


def _zeners(named: tuple[str, ...]) -> tuple[Component, ...]:
    """The zeners the user named, else all of the library."""
    every = tuple(entry for entry in components().values() if entry.kind == "zener")
    return tuple(component(name) for name in named if component(name).kind == "zener") or every


BLOCKS: tuple[Block, ...] = (ZenerRegulator(),)
