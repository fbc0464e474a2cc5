"""What op-amp amplifier stages have in common: the job at hand, the op-amp for it, and its resistors.

Bandwidth follows from the gain-bandwidth product, ``f_cl = GBW / noise gain``; ``n`` equal stages have
together ``f_cl sqrt(2^(1/n) - 1)``. Not covered: current-feedback amplifiers, composite amplifiers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

from voltsmith.knowledge.blocks._networks import nearest_capacitor
from voltsmith.knowledge.blocks.base import Asked, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.blocks.selection import OpampNeeds, shortfall
from voltsmith.knowledge.preferred import at_least, nearest, product_pair
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import Infeasible

HOLDS = 8.0
"""Closed-loop bandwidth over the highest signal frequency: an error of 0.8 % in magnitude."""
MARGIN = 1.5
"""On a least bandwidth: the gain-bandwidth product spreads by a quarter."""
KEEPS = (6.0, 2.5)
"""Bandwidth of the op-amp over a bandwidth that a capacitor sets: liked, and enough when corrected for."""
_4KT = 1.66e-20
_QUIET = 0.15
"""Share of the swing that amplified offset may use."""


def wanted(p: Values | Asked, *names: str) -> float | None:
    """The first of ``names`` that was asked for, or None."""
    return next((p[name] for name in names if name in p), None)


def aim(p: Values, name: str, margin: float = 1.05) -> float:
    """The value to design for: a little on the safe side of a least or a largest one."""
    return p[name] * {"min": margin, "max": 1 / margin}.get(p.relation(name), 1.0)


def gain_from_levels(asked: Asked) -> dict[str, float]:
    """The gain, where only the levels at both ends are given."""
    if "gain" in asked:
        return {}
    source = wanted(asked, "input_amplitude", "input_voltage")
    sink = wanted(asked, "output_amplitude", "output_voltage")
    if sink is None and "output_peak_to_peak" in asked:
        sink = asked["output_peak_to_peak"] / 2
    return {} if not source or not sink else {"gain": abs(sink / source)}


def middle(b: Builder) -> float:
    """Half a single supply, in V; 0 on a split one."""
    return b.supply.vcc / 2 if b.supply.vee == 0 else 0.0


@dataclass(frozen=True)
class Job:
    """What an amplifier has to do.

    ``gain`` magnitude (V/V); ``top`` highest signal frequency (Hz); ``least`` closed-loop bandwidth (Hz)
    needed at least; ``limit`` -3 dB frequency (Hz) that a capacitor is to set; ``low`` lower corner (Hz)
    asked for; ``peak`` (V) at the output; ``rest`` the output's DC level (V) and ``room`` (V) from there
    to the nearer rail; ``ac`` whether capacitors block DC; ``load`` ohm.
    """

    gain: float
    top: float
    least: float
    limit: float | None
    low: float | None
    peak: float
    rest: float
    room: float
    ac: bool
    load: float

    @property
    def corner(self) -> float:
        """Lower corner (Hz) that a coupling capacitor is designed for."""
        if self.low is not None:
            return self.low
        return min(10.0, self.top / 50, math.inf if self.limit is None else self.limit / 300)


def job_of(b: Builder, p: Values, gain: float, *, ac: bool, rest: float, room: float) -> Job:
    """The job that ``p`` describes, with ``room`` V for the output's peak within the rails.

    Raises:
        Infeasible: the level asked for is beyond the rails.
    """
    bandwidth_name = next((n for n in ("upper_cutoff_frequency", "bandwidth") if n in p), None)
    condition = p.requirements["gain"].condition if "gain" in p.requirements else None
    top = wanted(p, "operating_frequency") or condition
    limit = None
    if bandwidth_name is None:
        top = top or 1e3
        least = HOLDS * top
    else:
        bandwidth = p[bandwidth_name]
        if p.relation(bandwidth_name) == "min":
            least = max(MARGIN * bandwidth, HOLDS * (top or 0.0))
        else:
            limit, least = aim(p, bandwidth_name, 1.15), KEEPS[0] * bandwidth
        top = top or bandwidth
    for name, factor in (("rise_time", 0.35), ("settling_time", 0.8)):
        if name in p:
            least = max(least, 1.6 * factor / p[name])
    low = wanted(p, "lower_cutoff_frequency")
    if low is not None and p.relation("lower_cutoff_frequency") == "max":
        low /= 1.4
    if low is not None and 8 * low > (limit or least):
        raise Infeasible(
            f"corners of {low:g} Hz and {limit or least:g} Hz are too close for an amplifier's coupling "
            "capacitors; a band-pass filter makes a band this narrow"
        )
    level = _peak(p, gain)
    if level is not None and level > room:
        raise Infeasible(
            f"an output of {level:.3g} V peak does not fit on {rails(b)}, which leaves {room:.3g} V"
        )
    return Job(
        gain=gain,
        top=top,
        least=least,
        limit=limit,
        low=low,
        peak=level if level is not None else min(1.0, 0.4 * room),
        rest=rest,
        room=room,
        ac=ac,
        load=p.get("load_resistance", math.inf),
    )


def rails(b: Builder) -> str:
    """The supply, for people."""
    supply = b.supply
    if supply.vee == 0:
        return f"a single supply of {supply.vcc:g} V"
    return f"a supply of {supply.vcc:+g}/{supply.vee:+g} V"


def _peak(p: Values, gain: float) -> float | None:
    found = [
        p.get("output_amplitude", 0.0),
        p.get("output_peak_to_peak", 0.0) / 2,
        p.get("input_amplitude", 0.0) * gain,
        abs(p.get("input_voltage", 0.0)) * gain,
    ]
    return max(found) or None


class Chosen(NamedTuple):
    """The op-amp, how many stages of it, and the closed-loop bandwidth (Hz) of each."""

    part: Component
    stages: int
    bandwidth: float

    @property
    def noise_gain(self) -> float:
        """Closed-loop noise gain of a stage."""
        return self.part.limits["gbw"] / self.bandwidth


def choose(
    b: Builder,
    p: Values,
    job: Job,
    *,
    inverting: bool,
    input_peak: float | None = None,
    input_rest: float | None = None,
    stages: int = 3,
) -> Chosen:
    """One fast op-amp, or up to ``stages`` cascaded ones, whichever costs less.

    ``input_peak`` (V) is the common-mode swing at the inputs around ``input_rest`` (V; the output's level,
    unless given), None where it does not matter.

    Raises:
        Infeasible: no op-amp in the library does it.
    """
    try:
        return _choose(b, p, job, inverting, input_peak, input_rest, stages)
    except Infeasible:
        if job.limit is None:
            raise
    eased = replace(job, least=job.least * KEEPS[1] / KEEPS[0])
    return _choose(b, p, eased, inverting, input_peak, input_rest, stages)


def _choose(
    b: Builder,
    p: Values,
    job: Job,
    inverting: bool,
    input_peak: float | None,
    input_rest: float | None,
    stages: int,
) -> Chosen:
    named = b.named_component("opamp")
    level = job.rest if input_rest is None else input_rest
    common = None if input_peak is None else (level - input_peak, level + input_peak)
    found: list[tuple[float, int, OpampNeeds, float]] = []
    reasons: list[Infeasible] = []
    for count in range(1, stages + 1):
        each = job.gain ** (1 / count)
        noise_gain = 1 + each if inverting and count == 1 else max(each, 1.0)
        shrink = math.sqrt(2 ** (1 / count) - 1)
        needs = _needs(p, job, noise_gain, job.least / shrink, common)
        if named is not None:
            if not shortfall(named, needs, b.supply):
                found = [(0.0, count, needs, noise_gain)]
                break
            continue
        try:
            part = b.select_opamp(needs)
        except Infeasible as reason:
            reasons.append(reason)
            continue
        found.append((count * (part.cost / len(part.units) + 0.4), count, needs, noise_gain))
    if not found and named is not None:
        found = [(0.0, 1, _needs(p, job, 1 + job.gain, job.least, common), 1 + job.gain)]
    if not found:
        raise reasons[-1]
    _, count, needs, noise_gain = min(found, key=lambda item: item[:2])
    part = b.select_opamp(needs)
    return Chosen(part, count, part.limits["gbw"] / noise_gain)


def _needs(
    p: Values, job: Job, noise_gain: float, bandwidth: float, common: tuple[float, float] | None
) -> OpampNeeds:
    current = job.peak / job.load
    # Error of a finite open-loop gain: a fifth of the tolerance.
    tolerance = p.requirements["gain"].tolerance if "gain" in p.requirements else 0.05
    # 20 mV keep the output off the knee of its swing.
    reserve = 0.02
    offset = None if job.ac or job.gain < 20 else max(_QUIET * job.room / job.gain, 3e-5)
    return OpampNeeds(
        gain_bandwidth=noise_gain * bandwidth,
        slew_rate=max(2 * 2 * math.pi * job.top * job.peak, 1.2 * p.get("slew_rate", 0.0)),
        noise_gain=noise_gain,
        output_current=1.5 * current,
        peak_current=current,
        offset=offset,
        output_low=job.rest - job.peak - reserve,
        output_high=job.rest + job.peak + reserve,
        input_low=None if common is None else common[0],
        input_high=None if common is None else common[1],
        open_loop_gain=noise_gain * 5 / max(tolerance, 1e-3),
        noise=_noise(p, job, noise_gain, bandwidth),
        supply_current=p["supply_current"] * 0.8 if p.relation("supply_current") == "max" else None,
        low_bias=p.get("input_impedance", 0.0) > 2e6 or p.get("source_resistance", 0.0) > 1e6,
    )


def _noise(p: Values, job: Job, noise_gain: float, bandwidth: float) -> float | None:
    limits = []
    if p.relation("noise_density") == "max":
        limits.append(0.8 * p["noise_density"])
    if p.relation("output_noise") == "max":
        band = 1.57 * (job.limit or bandwidth)
        limits.append(0.5 * p["output_noise"] / (max(job.gain, noise_gain) * math.sqrt(band)))
    return min(limits, default=None)


def input_range(p: Values, chosen: Chosen, gain: float, *, exact: bool) -> tuple[float, float]:
    """Range (ohm) for an inverting stage's input resistor, which is its input impedance.

    ``exact`` allows only the spread of a requirement's rounding around what is asked.
    """
    asked = wanted(p, "input_impedance")
    if asked is not None:
        narrow = (0.97, 1.03) if exact else (0.93, 1.07)
        spread = {"min": (1.02, 3.0), "max": (0.33, 0.98)}.get(p.relation("input_impedance"), narrow)
        return asked * spread[0], asked * spread[1]
    low, high = ground_leg(p, chosen, gain, most=33e3)
    source = 50 * p.get("source_resistance", 0.0)
    return max(low, source), max(high, 1.5 * source)


def ground_leg(p: Values, chosen: Chosen, ratio: float, most: float = 10e3) -> tuple[float, float]:
    """Range (ohm) for the resistor at the inverting input that makes ``ratio`` = R_f over it.

    Small enough that it and the op-amp's input capacitance make a pole beyond three times the closed-loop
    bandwidth, and that its noise stays below what is asked; large enough to be driven.
    """
    part = chosen.part
    capacitance = part.model.get("input_capacitance", 3e-12) + 2e-12
    parallel = 1 / (2 * math.pi * capacitance * 3 * chosen.bandwidth)
    limits = [most, 1e6 / max(ratio, 1e-3), parallel * (1 + 1 / max(ratio, 1e-3))]
    if p.relation("noise_density") == "max":
        left = p["noise_density"] ** 2 - part.model.get("noise_voltage", 0.0) ** 2
        limits.append(max(0.3 * left, 0.0) / _4KT * (1 + 1 / max(ratio, 1e-3)))
    high = max(min(limits), 33.0)
    return high / 3, high


class Coupling(NamedTuple):
    """A coupling capacitor (F) and the resistance (ohm) it works against."""

    capacitor: float
    resistor: float


def coupling(job: Job, resistance: float, *, within: tuple[float, float] | None = None) -> Coupling:
    """Capacitor for the lower corner: exactly where it was asked, else generously.

    The resistance stays as it is unless a range (ohm) is given that it may be chosen ``within``.
    """
    product = 1 / (2 * math.pi * job.corner)
    if job.low is None:
        return Coupling(at_least(min(product / resistance, 2.2e-3), "E6"), resistance)
    if within is None:
        return Coupling(nearest_capacitor(product / resistance), resistance)
    try:
        pair = product_pair(product, within, (100e-12, 470e-6), target_resistor=resistance)
    except ValueError:
        # No capacitor of E12 falls into a narrow range: the nearest one, and the range decides the rest.
        return Coupling(nearest_capacitor(product / resistance), nearest(resistance, "E96"))
    return Coupling(pair.second, pair.first)


def choose_or_block_dc(
    b: Builder, p: Values, job: Job, *, inverting: bool, input_peak: float
) -> tuple[Job, Chosen]:
    """As :func:`choose`; where only offset stands in the way of a large gain, DC is blocked."""
    try:
        return job, choose(b, p, job, inverting=inverting, input_peak=input_peak)
    except Infeasible:
        if job.ac or p.choice("coupling") == "dc" or job.gain < 20:
            raise
    blocked = replace(job, ac=True)
    chosen = choose(b, p, blocked, inverting=inverting, input_peak=input_peak)
    b.assume(
        f"DC is blocked, because {job.gain:g} times the offset of a fast enough op-amp would use up the swing"
    )
    return blocked, chosen
