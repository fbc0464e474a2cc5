"""Non-inverting op-amp amplifier and voltage follower."""

from __future__ import annotations

import math
from dataclasses import replace

from voltsmith.knowledge.blocks._amplifying import (
    Chosen,
    Job,
    aim,
    choose,
    choose_or_block_dc,
    coupling,
    gain_from_levels,
    job_of,
    middle,
    wanted,
)
from voltsmith.knowledge.blocks._networks import corrected
from voltsmith.knowledge.blocks._stages import (
    ac_leg,
    amplifier_path,
    deliver,
    non_inverting_stage,
    offer_output_level,
    series_capacitor,
)
from voltsmith.knowledge.blocks.assembly import Probe, voltage
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.blocks.offers import Path, offer_linear
from voltsmith.knowledge.preferred import at_least, nearest, product_pair
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply
from voltsmith.schemas.testbenches import Dc, Measure, Op

BIAS_RESISTOR = 100e3
"""Ohm, from the non-inverting input to its resting level, unless an input impedance is asked for."""
NEAR_RAIL = 0.05
"""Part of a single supply to which a follower's output comes near the rails, where nothing is said of levels."""
ROLLS_OFF = 4.0
"""Gain from which a capacitor across the feedback resistor makes a low-pass of it."""


def _bias_resistor(p: Values) -> float:
    asked = wanted(p, "input_impedance")
    if asked is None:
        return max(BIAS_RESISTOR, nearest(50 * p.get("source_resistance", 1.0)))
    if p.relation("input_impedance") == "min":
        return max(at_least(1.5 * asked), BIAS_RESISTOR)
    return nearest(asked, "E96")


def _conditioned(b: Builder, p: Values, job: Job, source: str, reference: str) -> str:
    """Coupling capacitor and bias resistor in front of a non-inverting input; returns its net."""
    if not job.ac:
        if "input_impedance" in p and (p.relation("input_impedance") != "min" or b.chain.first):
            b.resistor(_bias_resistor(p), source, reference)
        return source
    net, resistance = b.net("ac"), _bias_resistor(p)
    spread = (0.93, 1.07) if "input_impedance" in p else (0.3, 3.0)
    series, resistor = coupling(job, resistance, within=(resistance * spread[0], resistance * spread[1]))
    series_capacitor(b, series, *((net, source) if job.rest > b.chain.bias else (source, net)))
    b.resistor(resistor, net, reference)
    return net


def _filtered(b: Builder, p: Values, corner: float, source: str) -> str:
    """A low-pass in front of a stage whose gain is too small to roll off by itself; returns its net."""
    # Where an input impedance is asked, much less than it would load the source within the band.
    target = _bias_resistor(p) / 5 if "input_impedance" in p else 10e3
    product = 1 / (2 * math.pi * corner)
    smallest = 22e-12 if "input_impedance" in p else 68e-12
    pair = product_pair(product, (100.0, 2.2e6), (smallest, 10e-6), target_resistor=target, budget=0.01)
    net = b.net("band")
    b.resistor(pair.first, source, net)
    b.capacitor(pair.second, net, b.ground())
    return net


def _cascade(b: Builder, p: Values, job: Job, chosen: Chosen, source: str, sink: str, reference: str) -> None:
    """Equal stages from ``source`` to ``sink``; the first of them limits the band, if that is asked."""
    each, net = job.gain ** (1 / chosen.stages), source
    corner = None
    if job.limit is not None and each < ROLLS_OFF:
        front = corrected(job.limit, chosen.bandwidth, chosen.stages)
        net = _filtered(b, p, front, net)
    elif job.limit is not None:
        corner = corrected(job.limit, chosen.bandwidth, chosen.stages, noise_gain=chosen.noise_gain)
    for index in range(chosen.stages):
        following = sink if index == chosen.stages - 1 else b.net("mid")
        leg = ac_leg(b, job, job.ac, each, reference)
        non_inverting_stage(b, p, chosen, each, net, following, leg, corner if index == 0 else None)
        net = following


class NonInvertingAmplifier(Block):
    """Signal to the non-inverting input, a divider from the output to the inverting one."""

    id = "non_inverting_amplifier"
    function = "amplifier"
    title = "Non-inverting amplifier"
    summary = (
        "Op-amp amplifier with a high input impedance for gains from 1, such as preamplifiers for "
        "microphones, audio and sensors. Gains beyond one op-amp are shared by cascaded stages. DC-coupled "
        "on a split supply, AC-coupled around half of a single one, or from ground up when asked for DC."
    )
    equations = (
        "gain = 1 + R_f / R_g",
        "f_cl = GBW / gain; n stages together: f_cl sqrt(2^(1/n) - 1)",
        "f_low = 1 / (2 pi R_bias C_in)",
        "slew rate >= 2 pi f V_peak",
    )
    sources = (
        "Texas Instruments SLOD006B, Op Amps for Everyone, section 3.2",
        "P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., section 4.2.2",
    )
    phrases = (
        "non-inverting amplifier",
        "amplifier with a gain of 10",
        "audio preamplifier",
        "microphone preamp",
        "boost a weak signal",
        "amplify a sensor signal",
        "op-amp gain stage",
        "wideband amplifier",
    )
    parameters = (Parameter(name="gain", unit="V/V", description="gain", default=10.0, low=1.0, high=1e4),)
    measures = (
        "gain",
        "phase",
        "bandwidth",
        "upper_cutoff_frequency",
        "lower_cutoff_frequency",
        "input_impedance",
        "output_impedance",
        "output_amplitude",
        "output_voltage",
        "thd",
        "noise_density",
    )
    topologies = ("non_inverting",)
    default_supply = Supply(vcc=12.0, vee=-12.0)

    def fit(self, asked: Asked) -> float:
        """The ordinary amplifier for a gain of 1 or more."""
        if asked.get("gain", 10.0) < 1:
            raise Infeasible(
                f"a non-inverting amplifier has a gain of at least 1, and {asked['gain']:g} is asked; "
                "an inverting one or a divider goes below"
            )
        return 3.0 if asked.choice("topology") == "non_inverting" else 2.0

    def derive(self, asked: Asked) -> dict[str, float]:
        """The gain from the levels at both ends."""
        return gain_from_levels(asked)

    def build(self, b: Builder, p: Values) -> None:
        """Bias and coupling at the input, then one to three stages."""
        _build(b, p, max(aim(p, "gain"), 1.0))


class VoltageFollower(Block):
    """An op-amp whose output is its own inverting input."""

    id = "voltage_follower"
    function = "buffer"
    title = "Voltage follower"
    summary = (
        "Op-amp buffer of gain 1: the input draws next to nothing, the output drives the load. DC-coupled on "
        "every supply unless AC coupling is asked for."
    )
    equations = ("gain = 1", "f_cl = GBW", "slew rate >= 2 pi f V_peak")
    sources = (
        "Texas Instruments SLOD006B, Op Amps for Everyone, section 3.2",
        "P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., section 4.2.3",
    )
    phrases = (
        "voltage follower",
        "unity-gain buffer",
        "buffer a signal",
        "op-amp buffer",
        "isolate a source from its load",
        "high input impedance buffer",
        "drive a load from a weak source",
    )
    parameters = (Parameter(name="gain", unit="V/V", description="gain", default=1.0, low=0.98, high=1.02),)
    measures = (
        "gain",
        "phase",
        "bandwidth",
        "input_impedance",
        "output_impedance",
        "output_amplitude",
        "output_voltage",
        "thd",
        "slew_rate",
        "rise_time",
    )
    topologies = ("follower", "non_inverting")
    default_supply = Supply(vcc=12.0, vee=-12.0)

    def fit(self, asked: Asked) -> float:
        """A buffer has no gain."""
        if abs(asked.get("gain", 1.0) - 1) > 0.02:
            raise Infeasible("a voltage follower has a gain of 1; ask for an amplifier")
        return 2.0

    def build(self, b: Builder, p: Values) -> None:
        """One op-amp and a wire."""
        _build(b, p, 1.0, follower=True)


def _build(b: Builder, p: Values, gain: float, *, follower: bool = False) -> None:
    word = p.choice("coupling")
    ac = word == "ac" or "lower_cutoff_frequency" in p
    rest = middle(b)
    if b.supply.vee == 0 and not ac and (b.chain.first or abs(b.chain.bias - rest) > 0.01):
        if follower or word == "dc" or "input_voltage" in p:
            _from_ground(b, p, gain, follower)
            return
        ac = True
    room = min(b.supply.vcc - rest, rest - b.supply.vee)
    job = job_of(b, p, gain, ac=ac, rest=rest, room=room)
    job, chosen = choose_or_block_dc(b, p, job, inverting=False, input_peak=job.peak / gain)
    arriving, source = b.chain.bias, b.input()
    reference = b.signal_ground() if job.ac or gain > 1.0005 else b.ground()
    last = deliver(b, p, job)
    _cascade(b, p, job, chosen, _conditioned(b, p, job, source, reference), last.inner, reference)
    b.transfer(gain, last.bias)
    path = amplifier_path(b, job, chosen, source, last.net, arriving if job.ac else job.rest)
    offer_linear(b, path)
    if "input_voltage" in p:
        offer_output_level(b, path, p["input_voltage"])


def _from_ground(b: Builder, p: Values, gain: float, follower: bool) -> None:
    """DC on a single supply: everything is referred to ground and the output goes up from it."""
    supply = b.supply.vcc
    level = p.get("input_voltage", 0.0) * gain
    asked = max(
        p.get("output_amplitude", 0.0),
        p.get("output_peak_to_peak", 0.0) / 2,
        p.get("input_amplitude", 0.0) * gain,
    )
    if asked:
        rest, peak = supply / 2, asked
    else:
        # From a tenth of the span up: no output reaches its negative rail.
        span = min(max(1.05 * level, p.get("output_voltage", 0.0)) or 0.6 * supply, max(level, 0.9 * supply))
        rest, peak = 0.55 * span, 0.45 * span
    if rest + peak > supply:
        raise Infeasible(f"an output of {rest + peak:.3g} V does not fit on a single supply of {supply:g} V")
    shape = ("output_amplitude", "input_amplitude", "input_voltage", "output_peak_to_peak")
    numbers = {key: value for key, value in p.numbers.items() if key not in shape}
    plain = Values({**numbers, "output_amplitude": peak}, p.choices, p.requirements)
    job = job_of(b, plain, gain, ac=False, rest=rest, room=peak)
    wide = None
    if follower and not (asked or level or "output_voltage" in p):
        wide = _anywhere(b, plain, job)
    try:
        if wide is not None:
            job, chosen = wide
            rest, peak = job.rest, job.peak
        else:
            chosen = choose(b, plain, job, inverting=False, input_peak=peak / gain, input_rest=rest / gain)
    except Infeasible:
        if asked or level:
            raise
        # Fast op-amps stay further away from the rails.
        rest, peak = supply / 2, supply / 5
        job = replace(job, rest=rest, peak=peak, room=peak)
        chosen = choose(b, plain, job, inverting=False, input_peak=peak / gain, input_rest=rest / gain)
        b.assume(f"the output goes from {rest - peak:.3g} V to {rest + peak:.3g} V")
    b.assume("the signal is DC-coupled and referred to ground")
    arriving, source, reference = b.chain.bias, b.input(), b.ground()
    sink = b.output()
    _cascade(b, p, job, chosen, _conditioned(b, p, job, source, reference), sink, reference)
    b.transfer(gain, arriving * gain)
    path = amplifier_path(b, job, chosen, source, sink, rest / gain)
    offer_linear(b, path)
    offer_output_level(b, path, p.get("input_voltage", rest / gain))
    if wide is not None:
        _offer_ends(b, path)


def _anywhere(b: Builder, p: Values, job: Job) -> tuple[Job, Chosen] | None:
    """The job and op-amp for an input anywhere between the rails, as a potentiometer's; None if there is none."""
    supply = b.supply.vcc
    top = (1 - NEAR_RAIL) * supply
    # A load to ground draws most at the top, and not at half the swing.
    current = max(top / job.load, p.get("load_current", 0.0))
    peak = (0.5 - NEAR_RAIL) * supply
    load = peak / current if current else math.inf
    job = replace(job, rest=supply / 2, peak=peak, room=supply / 2, load=load)
    try:
        return job, choose(b, p, job, inverting=False, input_peak=job.peak, input_rest=job.rest)
    except Infeasible:
        b.assume("the input stays away from the rails: no op-amp in the library follows it up to them here")
        return None


def _offer_ends(b: Builder, path: Path) -> None:
    """Offer and require the output for an input near either rail."""

    def end(quantity: str, level: float) -> None:
        bench = b.bench(quantity.replace("output", "input"), Op(), [b.drive(Dc(value=b.at_input(level)))])
        measure = Measure(kind="value", signal=voltage(path.sink))
        b.offer(quantity, lambda _: Probe(bench, measure))
        b.require(quantity, level, absolute_tolerance=0.2 * NEAR_RAIL * b.supply.vcc)

    end("output_high", (1 - NEAR_RAIL) * b.supply.vcc)
    end("output_low", NEAR_RAIL * b.supply.vcc)


BLOCKS: tuple[Block, ...] = (NonInvertingAmplifier(), VoltageFollower())
