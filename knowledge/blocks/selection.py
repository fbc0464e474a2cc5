"""Choosing active parts: the cheapest one in the library that meets what the stage needs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from voltsmith.knowledge.devices import component, components, format_value
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply


@dataclass(frozen=True)
class OpampNeeds:
    """What a stage needs of its op-amp. Levels are absolute voltages at the pins; None means any.

    ``gain_bandwidth`` Hz, ``slew_rate`` V/s, ``noise_gain`` the closed-loop noise gain (for decompensated
    parts), ``output_current`` A, ``offset`` V at most, ``input_resistance``: "fet" inputs needed when the
    source is above about 1 Mohm (``low_bias``). ``open_loop_gain`` (ratio) keeps the gain error small,
    ``noise`` (V/rtHz), ``bias_current`` (A) and ``supply_current`` (A an amplifier) are upper bounds.
    ``peak_current`` (A) flows
    at the extremes of the output, whose resistance then costs swing.
    """

    gain_bandwidth: float = 0.0
    slew_rate: float = 0.0
    noise_gain: float = 1.0
    output_current: float = 0.0
    offset: float | None = None
    output_low: float | None = None
    output_high: float | None = None
    input_low: float | None = None
    input_high: float | None = None
    low_bias: bool = False
    bias_current: float | None = None
    open_loop_gain: float = 0.0
    noise: float | None = None
    supply_current: float | None = None
    peak_current: float = 0.0


def shortfall(entry: Component, needs: OpampNeeds, supply: Supply) -> str:
    """Why ``entry`` does not meet ``needs`` on ``supply``, or an empty string when it does."""
    limit = entry.limits
    if not limit["supply_min"] <= supply.span * 1.0001:
        return f"needs a supply of at least {limit['supply_min']:g} V"
    if supply.span > limit["supply_max"]:
        return f"stands at most {limit['supply_max']:g} V of supply"
    if limit["gbw"] < needs.gain_bandwidth:
        return f"has a gain-bandwidth of {_hz(limit['gbw'])}, and {_hz(needs.gain_bandwidth)} is needed"
    if limit["slew_rate"] < needs.slew_rate:
        return f"slews {limit['slew_rate'] / 1e6:g} V/us, and {needs.slew_rate / 1e6:.3g} V/us is needed"
    if limit.get("min_stable_gain", 1.0) > needs.noise_gain * 1.0001:
        return f"is stable only above a gain of {limit['min_stable_gain']:g}"
    if limit["output_current"] < needs.output_current:
        wanted = f"{needs.output_current * 1e3:.3g} mA is needed"
        return f"delivers {limit['output_current'] * 1e3:g} mA, and {wanted}"
    if needs.offset is not None and limit["offset_max"] > needs.offset:
        return f"has up to {limit['offset_max'] * 1e3:g} mV of offset"
    if needs.low_bias and abs(entry.model.get("bias_current", 0.0)) > 1e-9:
        return "has too much input current for this source"
    if needs.bias_current is not None and abs(entry.model.get("bias_current", 0.0)) > needs.bias_current:
        return f"has {abs(entry.model['bias_current']) * 1e9:.3g} nA of input current"
    if (gain := entry.model.get("open_loop_gain", math.inf)) < needs.open_loop_gain:
        return f"has an open-loop gain of {gain:.3g}, and {needs.open_loop_gain:.3g} is needed"
    if needs.noise is not None and entry.model.get("noise_voltage", 0.0) > needs.noise:
        return f"has {entry.model['noise_voltage'] * 1e9:.3g} nV/rtHz of noise"
    if needs.supply_current is not None and entry.model.get("supply_current", 0.0) > needs.supply_current:
        return f"draws {entry.model['supply_current'] * 1e3:.3g} mA"
    sag = output_sag(entry, needs.peak_current)
    lowest = supply.vee + limit["output_low_headroom"] + sag
    highest = supply.vcc - limit["output_high_headroom"] - sag
    levels = (
        (needs.output_low, lowest, 1, "its output cannot go down to"),
        (needs.output_high, highest, -1, "its output cannot go up to"),
        (needs.input_low, supply.vee + limit["input_low_headroom"], 1, "its inputs do not work down to"),
        (needs.input_high, supply.vcc - limit["input_high_headroom"], -1, "its inputs do not work up to"),
    )
    for level, bound, sign, words in levels:
        if level is not None and (bound - level) * sign > 1e-9:
            return f"{words} {level:.3g} V"
    return ""


def works(entry: Component, supply: Supply) -> bool:
    """Whether ``entry`` is made for this supply."""
    return entry.limits["supply_min"] <= supply.span * 1.0001 <= entry.limits["supply_max"] * 1.0001


def output_sag(entry: Component, current: float) -> float:
    """Voltage (V) that the output resistance takes at ``current`` (A), more and more near the limit."""
    limit = entry.limits["output_current"]
    return entry.model.get("output_resistance", 0.0) * limit * math.atanh(min(abs(current) / limit, 0.999))


def select_opamp(
    needs: OpampNeeds,
    supply: Supply,
    used: Sequence[Component],
    named: Sequence[str],
    assume: Callable[[str], None],
) -> Component:
    """The op-amp for a stage; see :meth:`Builder.select_opamp`."""
    for name in named:
        entry = component(name)
        if entry.kind == "opamp":
            if reason := shortfall(entry, needs, supply):
                assume(f"{entry.id} was asked for and used, although it {reason}")
            return entry
    for entry in used:
        if not shortfall(entry, needs, supply):
            return entry
    every = [entry for entry in components().values() if entry.kind == "opamp"]
    fitting = [entry for entry in every if not shortfall(entry, needs, supply)]
    if fitting:
        return min(fitting, key=lambda entry: (entry.cost, entry.id))
    # Name the part that comes nearest: the one that fails only on speed, fastest first.
    fastest = max(every, key=lambda entry: (works(entry, supply), entry.limits["gbw"]))
    raise Infeasible(
        f"no op-amp in the library does this on {_rails(supply)}: "
        f"{fastest.id}, for one, {shortfall(fastest, needs, supply)}"
    )


def select_comparator(supply: Supply, named: Sequence[str], used: Sequence[Component] = ()) -> Component:
    """The comparator for ``supply``.

    Raises:
        Infeasible: none works on this supply.
    """
    for name in named:
        entry = component(name)
        if entry.kind == "comparator":
            return entry
    every = [*used, *(entry for entry in components().values() if entry.kind == "comparator")]
    for entry in sorted(every, key=lambda entry: (entry not in used, entry.cost, entry.id)):
        if entry.limits["supply_min"] <= supply.span <= entry.limits["supply_max"]:
            return entry
    raise Infeasible(f"no comparator in the library works on {_rails(supply)}")


def _rails(supply: Supply) -> str:
    return f"{supply.vcc:g} V" if supply.vee == 0 else f"{supply.vcc:+g}/{supply.vee:+g} V"


def _hz(value: float) -> str:
    return f"{format_value(value)}Hz"
