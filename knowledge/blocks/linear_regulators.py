"""Series regulators: three-terminal parts with a fixed voltage, and adjustable ones with two resistors."""

from __future__ import annotations

from typing import NamedTuple

from voltsmith.knowledge.blocks._regulated import (
    Task,
    asked_task,
    check_headroom,
    derive_feed,
    feed,
    offer_regulator,
    rise,
    sink_needed,
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

LOAD = 0.1
"""A, where no load is named."""
MARGIN = 0.1
"""V on top of the dropout."""
FIXED_ERROR = 0.015
"""How far (relative) a fixed voltage may be from the one asked for before an adjustable part is better."""
WARM = 85.0
"""Degrees Celsius at the junction above which the heat is worth a word."""
SET_RESISTOR = (120.0, 240.0)
"""Ohm between output and adjust pin: it draws the minimum load of an LM317."""

_MEASURES = (
    "output_voltage",
    "output_current",
    "line_regulation",
    "load_regulation",
    "dropout_voltage",
    "ripple_voltage",
    "supply_current",
    "power_dissipation",
)


class Choice(NamedTuple):
    """A regulator, the heat it makes (W), and the heat sink it needs (K/W; None for none)."""

    entry: Component
    watts: float
    sink: float | None


def dropout(entry: Component, load: float) -> float:
    """Largest voltage (V) between input and output that it needs at a load (A): its limit, scaled."""
    base = entry.model["dropout_base"]
    return base + (entry.limits["dropout"] - base) * load / entry.limits["output_current"] + MARGIN


def shortfall(entry: Component, task: Task) -> str:
    """Why ``entry`` cannot do ``task``, or an empty string when it can."""
    limits = entry.limits
    if task.load > limits["output_current"]:
        return f"{entry.id} delivers {limits['output_current']:g} A at most"
    if (needed := dropout(entry, task.load)) > task.low - task.output:
        return f"{entry.id} needs {task.output + needed:.3g} V at its input, and there are {task.low:g} V"
    if task.high > limits.get("input_max", 1e9):
        return f"{entry.id} stands {limits['input_max']:g} V at its input"
    if task.high - task.output > limits.get("input_output_max", 1e9):
        return f"{entry.id} stands {limits['input_output_max']:g} V between input and output"
    if task.low < limits.get("input_min", 0.0):
        return f"{entry.id} needs {limits['input_min']:g} V at its input"
    watts = heat(entry, task)
    sink = sink_needed(entry, watts)
    if sink is not None and sink < 2.0:
        return f"{entry.id} would turn {watts:.2g} W into heat, more than it can give off"
    return ""


def heat(entry: Component, task: Task) -> float:
    """Dissipation (W) at the highest input and full load."""
    quiescent = entry.limits.get("quiescent_current", entry.limits.get("minimum_load", 0.0))
    return (task.high - task.output) * task.load + task.high * quiescent


def choose(entries: list[Component], task: Task) -> Choice:
    """The cheapest of ``entries`` for ``task``, without a heat sink where possible.

    Raises:
        Infeasible: none does, with the reasons.
    """
    reasons = [shortfall(entry, task) for entry in entries]
    fitting = [entry for entry, reason in zip(entries, reasons, strict=True) if not reason]
    if not fitting:
        raise Infeasible("no regulator in the library does this: " + "; ".join(dict.fromkeys(reasons)))
    options = [Choice(entry, heat(entry, task), sink_needed(entry, heat(entry, task))) for entry in fitting]
    return min(options, key=lambda option: (option.sink is not None, option.entry.cost, option.entry.id))


def state_heat(b: Builder, choice: Choice) -> None:
    """Say what the chosen part turns into heat."""
    if choice.sink is not None:
        b.assume(
            f"{choice.entry.id} turns {choice.watts:.2g} W into heat and sits on a heat sink of "
            f"{choice.sink:.2g} K/W or better"
        )
    elif (hot := rise(choice.entry, choice.watts)) > WARM:
        b.assume(
            f"{choice.entry.id} reaches about {hot:.0f} degrees Celsius at full load; give it copper to cool"
        )


def _refuse_other(names: tuple[str, ...], own: str, other: str, words: str) -> None:
    """Refuse a request that insists on a regulator of the other kind."""
    if (wrong := _named(names, other)) and not _named(names, own):
        raise Infeasible(f"{wrong[0].id} is {words}")


def _named(names: tuple[str, ...], kind: str) -> list[Component]:
    return [component(name) for name in names if component(name).kind == kind]


def _all(kind: str) -> list[Component]:
    return [entry for entry in components().values() if entry.kind == kind]


_PARAMETERS = (
    Parameter(name="output_voltage", unit="V", description="output voltage", default=5.0, low=1.2, high=37.0),
    Parameter(name="input_voltage", unit="V", description="input voltage", low=1.8, high=60.0),
    Parameter(name="load_current", unit="A", description="load current", default=LOAD, low=0.0, high=1.5),
)


def _accepts(volts: float, wanted: float, requirement: Requirement | None) -> bool:
    """Whether a fixed output of ``volts`` is what was asked for."""
    if requirement is not None and requirement.relation in ("min", "max", "range"):
        low, high = requirement.limits()
        return (
            (low is None or volts >= low)
            and (high is None or volts <= high)
            and abs(volts / wanted - 1) < 0.2
        )
    return abs(volts / wanted - 1) <= FIXED_ERROR


class FixedRegulator(Block):
    """A three-terminal regulator and its two capacitors."""

    id = "fixed_regulator"
    function = "voltage_regulator"
    title = "Fixed linear regulator"
    summary = (
        "A three-terminal regulator (78xx, or a low-dropout part where the input is near the output) chosen "
        "by voltage, current, dropout, input range and heat."
    )
    equations = (
        "P = (V_in - V_out) I_load + V_in I_q",
        "V_in,min >= V_out + V_dropout(I_load)",
        "T_junction = T_ambient + P R_th",
    )
    sources = (
        "Texas Instruments SLVS056, uA7800 series positive-voltage regulators",
        "P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., chapter 9",
    )
    phrases = (
        "voltage regulator",
        "LDO regulator",
        "7805 power supply",
        "low-dropout regulator",
        "3.3 V supply from 5 V",
        "step a supply down to 5 V",
        "power rail for a microcontroller",
    )
    parameters = _PARAMETERS
    measures = _MEASURES
    topologies = ("ldo", "fixed", "linear", "78xx", "7805")

    def fit(self, asked: Asked) -> float:
        """The ordinary regulator where a part with this voltage exists."""
        _refuse_other(asked.components, "linear_regulator", "adjustable_regulator", "an adjustable regulator")
        task = asked_task(asked, self.derive(asked), 5.0, LOAD)
        self._choose(
            task, asked.components, asked.requirements.get("output_voltage"), asked.choice("topology")
        )
        if _named(asked.components, "linear_regulator"):
            return 5.0
        return 3.0 if asked.choice("topology") in self.topologies else 2.0

    def derive(self, asked: Asked) -> dict[str, float]:
        """Input voltage from the supply, load current from a resistance or a power."""
        named = _named(asked.components, "linear_regulator")
        output = asked.get("output_voltage", named[0].limits["output_voltage"] if named else 5.0)
        found = derive_feed(asked, output, LOAD, 2.5)
        return found if "output_voltage" in asked or not named else {**found, "output_voltage": output}

    @staticmethod
    def _choose(task: Task, names: tuple[str, ...], requirement: Requirement | None, topology: str) -> Choice:
        entries = _named(names, "linear_regulator")
        for entry in entries:
            if not _accepts(fixed := entry.limits["output_voltage"], task.output, requirement):
                raise Infeasible(f"{entry.id} makes {fixed:g} V, and {task.output:g} V is asked for")
        if not entries:
            check_headroom(task, 0.0, "a linear regulator")
            every = _all("linear_regulator")
            entries = [e for e in every if _accepts(e.limits["output_voltage"], task.output, requirement)]
            if not entries:
                made = sorted({entry.limits["output_voltage"] for entry in every})
                raise Infeasible(
                    f"no fixed regulator makes {task.output:g} V; they make "
                    f"{', '.join(f'{volts:g}' for volts in made)} V"
                )
            if topology in ("78xx", "7805"):
                entries = [entry for entry in entries if entry.id.startswith("LM78")] or entries
            if topology == "ldo":
                entries = [entry for entry in entries if "low_dropout" in entry.features] or entries
        return choose(entries, task)

    def build(self, b: Builder, p: Values) -> None:
        """The regulator between its input and output capacitors."""
        task = task_of(p, LOAD)
        wanted = p.requirements.get("output_voltage")
        choice = self._choose(task, b.components, wanted, p.choice("topology"))
        entry = choice.entry
        source, out, ground = feed(b, task.nominal), b.output(), b.ground()
        pins = entry.units[0].pins
        b.part(entry.id, {pins["in"]: source, pins["gnd"]: ground, pins["out"]: out})
        into, outof = _capacitors(entry)
        _place_capacitors(b, task, (into, source), (outof, out))
        state_heat(b, choice)
        offer_regulator(b, source, out, task)


def _capacitors(entry: Component) -> tuple[float, float]:
    """Input and output capacitors (F) as the data sheets ask."""
    if "cmos" in entry.features:
        return 1e-6, 1e-6
    if entry.id.startswith("AMS1117"):
        return 10e-6, 22e-6
    if "low_dropout" in entry.features:
        return 1e-6, 2.2e-6
    return 330e-9, 100e-9


def _place_capacitors(b: Builder, task: Task, into: tuple[float, str], outof: tuple[float, str]) -> None:
    """Capacitors (F, net) to ground at the input, which may reach the top of its range, and the output."""
    for (farads, net), volts in ((into, task.high), (outof, task.output)):
        b.capacitor(farads, net, b.ground(), tolerance=0.2, voltage_rating=capacitor_voltage(volts))


class AdjustableRegulator(Block):
    """A regulator holds its reference voltage across one resistor; a second one sets the output."""

    id = "adjustable_regulator"
    function = "voltage_regulator"
    title = "Adjustable linear regulator"
    summary = (
        "LM317-type regulator: two resistors set any output from 1.25 V to 37 V; the input must stay about "
        "2.5 V above it."
    )
    equations = ("V_out = V_ref (1 + R_2 / R_1) + I_adj R_2", "P = (V_in - V_out) I_load")
    sources = ("Texas Instruments SLVS044, LM317 3-terminal adjustable regulator",)
    phrases = (
        "LM317 adjustable regulator",
        "adjustable voltage regulator",
        "variable power supply",
        "bench supply with a set voltage",
        "regulate to an odd voltage",
    )
    parameters = _PARAMETERS
    measures = _MEASURES
    topologies = ("lm317", "adjustable", "linear", "ldo")

    def fit(self, asked: Asked) -> float:
        """Where no fixed regulator has the voltage, or when asked for by name."""
        _refuse_other(asked.components, "adjustable_regulator", "linear_regulator", "a fixed regulator")
        task = asked_task(asked, self.derive(asked), 5.0, LOAD)
        self._choose(task, asked.components, asked.choice("topology"))
        if _named(asked.components, "adjustable_regulator"):
            return 5.0
        return 4.0 if asked.choice("topology") in ("lm317", "adjustable") else 1.0

    def derive(self, asked: Asked) -> dict[str, float]:
        """Input voltage from the supply, load current from a resistance or a power."""
        return derive_feed(asked, asked.get("output_voltage", 5.0), LOAD, 3.0)

    @staticmethod
    def _choose(task: Task, names: tuple[str, ...], topology: str) -> Choice:
        check_headroom(task, 0.0, "a linear regulator")
        entries = _named(names, "adjustable_regulator")
        if not entries:
            # The LM317 is the ordinary part; the low-dropout one steps in where it does not fit.
            every = _all("adjustable_regulator")
            ordinary = [entry for entry in every if entry.id == "LM317"]
            if topology == "ldo":
                ordinary = every = [entry for entry in every if "low_dropout" in entry.features]
            entries = ordinary if ordinary and not shortfall(ordinary[0], task) else every
        for entry in entries:
            lowest = entry.limits["output_voltage_min"]
            if task.output < lowest * 0.995:
                raise Infeasible(f"an {entry.id} cannot go below its reference of {lowest:g} V")
        return choose(entries, task)

    def build(self, b: Builder, p: Values) -> None:
        """Regulator, R_1 from output to adjust pin, R_2 from there to ground, capacitors."""
        task = task_of(p, LOAD)
        choice = self._choose(task, b.components, p.choice("topology"))
        entry = choice.entry
        source, out, ground = feed(b, task.nominal), b.output(), b.ground()
        upper, lower = set_resistors(entry, task.output)
        adjust = b.net("adjust") if lower else ground
        pins = entry.units[0].pins
        b.part(entry.id, {pins["in"]: source, pins["adj"]: adjust, pins["out"]: out})
        b.resistor(upper, out, adjust)
        if lower:
            b.resistor(lower, adjust, ground)
        low_dropout = "low_dropout" in entry.features
        into, outof = (10e-6, 22e-6) if low_dropout else (100e-9, 1e-6)
        _place_capacitors(b, task, (into, source), (outof, out))
        state_heat(b, choice)
        offer_regulator(b, source, out, task)


def set_resistors(entry: Component, output: float) -> tuple[float, float]:
    """R_1 and R_2 (ohm), the adjust current counted; R_2 is 0 where the output is the reference itself."""
    reference, adjust = entry.model["reference"], entry.model["adjust_current"]
    if output <= reference * 1.004:
        return SET_RESISTOR[1], 0.0
    best: tuple[float, float, float] | None = None
    for rank, series in enumerate(("E24", "E96")):
        for upper in values(series, *SET_RESISTOR):
            ideal = (output - reference) / (reference / upper + adjust)
            for lower in values(series, ideal / 1.1, ideal * 1.1):
                made = reference * (1 + lower / upper) + adjust * lower
                cost = max(abs(made / output - 1) - 0.005, 0.0) + 1e-4 * rank
                cost += 1e-5 * abs(upper - SET_RESISTOR[1]) / SET_RESISTOR[1]
                if best is None or cost < best[0]:
                    best = (cost, upper, lower)
    assert best is not None
    return best[1], best[2]


BLOCKS: tuple[Block, ...] = (FixedRegulator(), AdjustableRegulator())
