"""Pieces of op-amp amplifiers that several blocks place: stages, output coupling, the path to measure."""

from __future__ import annotations

import math
from typing import NamedTuple

from voltsmith.knowledge.blocks._amplifying import (
    Chosen,
    Job,
    ground_leg,
)
from voltsmith.knowledge.blocks._networks import feedback_set
from voltsmith.knowledge.blocks.assembly import Probe, voltage
from voltsmith.knowledge.blocks.base import Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.blocks.offers import Path
from voltsmith.knowledge.preferred import at_least
from voltsmith.schemas.testbenches import Dc, Measure, Op

LIGHT_LOAD = 10e3
"""Ohm: a load from here up is driven directly even where the output rests at half the supply."""


def series_capacitor(b: Builder, farads: float, plus: str, minus: str) -> None:
    """A capacitor in the signal path: ceramic or film up to 22 uF, for electrolytic ones have resistance."""
    if farads <= 22.001e-6:
        b.part(
            "capacitor",
            {"1": plus, "2": minus},
            value=farads,
            tolerance=b.assembly.capacitor_tolerance if farads <= 1e-6 else 0.1,
        )
    else:
        b.capacitor(farads, plus, minus)


class Leg(NamedTuple):
    """Where the resistor at an inverting input goes: a net, through a capacitor of so many farad or none."""

    net: str
    capacitor_corner: float | None


def ac_leg(b: Builder, job: Job, ac: bool, gain: float, reference: str) -> Leg:
    """To ground through a capacitor, so that DC is not amplified, or straight to the reference."""
    if ac and (b.supply.vee == 0 or gain > 10):
        return Leg(b.ground(), job.corner / 10 if job.low is not None else job.corner)
    return Leg(reference, None)


def non_inverting_stage(
    b: Builder,
    p: Values,
    chosen: Chosen,
    gain: float,
    source: str,
    sink: str,
    leg: Leg,
    corner: float | None = None,
) -> None:
    """One op-amp with two resistors, or with a wire for a gain of 1.

    A capacitor across the feedback resistor sets the -3 dB frequency ``corner`` (Hz), if given:
    |H|^2 = (G^2 + x^2) / (1 + x^2), with x = f / f_RC, is halved at x^2 = G^2 / (G^2 - 2).
    """
    if gain < 1.0005:
        b.opamp(source, sink, sink, of=chosen.part)
        return
    feedback = b.net("fb")
    upper = None if corner is None else corner / math.sqrt(gain**2 / (gain**2 - 2))
    ground, resistor, across, _ = feedback_set(gain - 1, ground_leg(p, chosen, gain - 1), upper)
    b.resistor(resistor, sink, feedback)
    if across is not None:
        b.capacitor(across, sink, feedback)
    if leg.capacitor_corner is None:
        b.resistor(ground, feedback, leg.net)
    else:
        foot = b.net("foot")
        b.resistor(ground, feedback, foot)
        farads = 1 / (2 * math.pi * ground * leg.capacitor_corner)
        series_capacitor(b, at_least(min(farads, 2.2e-3), "E6"), foot, leg.net)
    b.opamp(source, feedback, sink, of=chosen.part)


class Delivery(NamedTuple):
    """The net the op-amp drives, the net the block delivers on, and the DC level (V) there."""

    inner: str
    net: str
    bias: float


def deliver(b: Builder, p: Values, job: Job) -> Delivery:
    """The output: straight, or through a capacitor where a heavy load would pull at the resting level."""
    net = b.output()
    heavy = b.is_last and job.load < LIGHT_LOAD and job.rest != 0 and p.choice("coupling") != "dc"
    if not heavy or "output_voltage" in p:
        return Delivery(net, net, job.rest)
    inner = b.net("drive")
    corner = job.corner / 10 if job.low is not None else job.corner
    b.capacitor(at_least(min(1 / (2 * math.pi * job.load * corner), 4.7e-3), "E6"), inner, net)
    # Holds the far side of the capacitor at ground while nothing is connected.
    b.resistor(100e3, net, b.ground())
    b.assume("the output is AC-coupled to its load")
    return Delivery(inner, net, 0.0)


def amplifier_path(b: Builder, job: Job, chosen: Chosen, source: str, sink: str, bias: float) -> Path:
    """The path from ``source``, resting at ``bias`` (V), to ``sink``."""
    upper = chosen.bandwidth if job.limit is None else job.limit
    lower = job.corner if job.ac else 0.0
    if upper < 900 * lower:
        reference = math.sqrt(upper * lower)
    else:
        reference = min(max(1e3, 30 * lower), upper / 30)
        if job.limit is None:
            reference = max(min(reference, job.top), (3 if job.low is None else 10) * lower)
    slew = chosen.part.limits["slew_rate"]
    return Path(
        source,
        sink,
        reference=reference,
        start=min(1.0, lower / 300 if lower else 1.0),
        stop=max(100 * upper, 1e6),
        amplitude=job.peak / job.gain,
        bias=bias,
        time=max(1.0 / upper, 4 * job.peak / slew),
    )


def offer_output_level(b: Builder, path: Path, level: float) -> None:
    """The output's DC level for ``level`` V at the stage's input."""
    b.offer(
        "output_voltage",
        lambda _: Probe(
            b.bench("level", Op(), [b.drive(Dc(value=b.at_input(level)))]),
            Measure(kind="value", signal=voltage(path.sink)),
        ),
    )
