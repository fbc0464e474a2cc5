"""Difference amplifier with one op-amp, instrumentation amplifier with three."""

from __future__ import annotations

import math
from dataclasses import replace

from voltsmith.knowledge.blocks._amplifying import (
    Chosen,
    Job,
    aim,
    choose,
    input_range,
    job_of,
    middle,
)
from voltsmith.knowledge.blocks._networks import corrected, feedback_set
from voltsmith.knowledge.blocks._pairs import offer_pair
from voltsmith.knowledge.blocks._stages import amplifier_path
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.preferred import nearest, values
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply

MATCHED = 0.001
"""Resistor tolerance of the networks that common-mode rejection rests on."""
BEST_MATCHED = 0.0001
"""The same, of the tightest networks that are common."""
_MEASURES = (
    "gain",
    "common_mode_rejection",
    "phase",
    "bandwidth",
    "upper_cutoff_frequency",
    "input_impedance",
    "output_amplitude",
    "output_voltage",
    "thd",
)


def _job(b: Builder, p: Values) -> Job:
    rest = middle(b)
    room = min(b.supply.vcc - rest, rest - b.supply.vee)
    if "lower_cutoff_frequency" in p:
        raise Infeasible("a difference amplifier passes DC; follow it with a high-pass for a lower corner")
    return job_of(b, p, aim(p, "gain"), ac=False, rest=rest, room=room)


def _matching(b: Builder, p: Values, factor: float) -> float:
    """Tolerance of the resistors that rejection rests on: worst case CMRR = ``factor`` / tolerance.

    Raises:
        Infeasible: resistors that tight are not made.
    """
    tolerance = min(MATCHED, b.assembly.resistor_tolerance)
    asked = p.get("common_mode_rejection", 0.0)
    if factor / tolerance < 10 ** (asked / 20):
        tolerance = BEST_MATCHED
    if factor / tolerance < 10 ** (asked / 20):
        best = 20 * math.log10(factor / tolerance)
        raise Infeasible(
            f"a common-mode rejection of {asked:g} dB is beyond the {best:.0f} dB that resistors "
            f"matched to {tolerance * 100:g} % can hold at this gain"
        )
    worst = 20 * math.log10(factor / tolerance)
    b.assume(
        f"{tolerance * 100:g} % resistors where common-mode rejection rests on their ratio, which leaves "
        f"{worst:.0f} dB of it in the worst case; that of the op-amp itself is not simulated"
    )
    return tolerance


class DifferenceAmplifier(Block):
    """Four resistors around an op-amp, equal ratios at both inputs."""

    id = "difference_amplifier"
    function = "difference_amplifier"
    title = "Difference amplifier"
    summary = (
        "Op-amp that amplifies the difference of two voltages and rejects what they have in common, as far "
        "as its four resistors match. On a single supply the output rests at half of it."
    )
    equations = (
        "v_out = (R_f / R_in) (v_p - v_n) + v_ref, with equal ratios at both inputs",
        "CMRR = (1 + R_f / R_in) / (4 t) for resistors of tolerance t, worst case",
        "f_cl = GBW / (1 + R_f / R_in)",
    )
    sources = (
        "Texas Instruments SLOD006B, Op Amps for Everyone, section 3.5",
        "P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., section 5.14",
    )
    phrases = (
        "difference amplifier",
        "differential amplifier",
        "subtract two voltages",
        "subtractor",
        "differential to single-ended",
        "measure the voltage across a shunt",
        "bridge amplifier",
    )
    parameters = (
        Parameter(name="gain", unit="V/V", description="differential gain", default=1.0, low=0.01, high=1e3),
    )
    measures = _MEASURES
    default_supply = Supply(vcc=12.0, vee=-12.0)

    def fit(self, asked: Asked) -> float:
        """Its input impedance is that of its resistors."""
        if asked.get("input_impedance", 0.0) > 1e6:
            raise Infeasible(
                "the inputs of a difference amplifier are resistors of up to about 1 Mohm; "
                "an instrumentation amplifier has higher ones"
            )
        return 1.0

    def build(self, b: Builder, p: Values) -> None:
        """Equal resistor pairs at both inputs; capacitors across the second ones limit the band."""
        job = _job(b, p)
        chosen = choose(b, p, job, inverting=True, input_peak=job.peak, stages=1)
        upper = (
            None
            if job.limit is None
            else corrected(job.limit, chosen.bandwidth, noise_gain=chosen.noise_gain)
        )
        halved = _half_impedance(p)
        parts = feedback_set(job.gain, input_range(halved, chosen, job.gain, exact=upper is None), upper)
        plus, minus = b.input("in_p"), b.extra_input("in_n")
        reference, out = b.signal_ground(), b.output()
        tolerance = _matching(b, p, (1 + job.gain) / 4)
        upper_node, lower_node = b.net("plus"), b.net("minus")
        b.resistor(parts.ground, plus, upper_node, tolerance=tolerance)
        b.resistor(parts.feedback, upper_node, reference, tolerance=tolerance)
        b.resistor(parts.ground, minus, lower_node, tolerance=tolerance)
        b.resistor(parts.feedback, lower_node, out, tolerance=tolerance)
        if parts.across is not None:
            b.capacitor(parts.across, upper_node, reference)
            b.capacitor(parts.across, lower_node, out)
        b.opamp(upper_node, lower_node, out, of=chosen.part)
        b.hold(minus, job.rest)
        b.transfer(job.gain, job.rest)
        path = amplifier_path(b, job, chosen, plus, out, job.rest)
        offer_pair(b, p, replace(path, source_reference=minus), plus, minus)


def _half_impedance(p: Values) -> Values:
    """What is asked between the inputs is twice the resistor at each of them."""
    if "input_impedance" not in p:
        return p
    return Values({**p.numbers, "input_impedance": p["input_impedance"] / 2}, p.choices, p.requirements)


class InstrumentationAmplifier(Block):
    """Two amplifiers that share a gain resistor, then a difference amplifier of gain 1."""

    id = "instrumentation_amplifier"
    function = "instrumentation_amplifier"
    title = "Instrumentation amplifier"
    summary = (
        "Three op-amps that amplify a small difference of two voltages with very high input impedance; one "
        "resistor sets the gain. For bridges, load cells, thermocouples and biopotentials."
    )
    equations = (
        "v_out = (1 + 2 R / R_g) (v_p - v_n) + v_ref",
        "f_cl = GBW / (1 + 2 R / R_g)",
        "CMRR = (1 + 2 R / R_g) / (2 t) with 0.1 % resistors of tolerance t in the last stage",
    )
    sources = (
        "C. Kitchin, L. Counts, A Designer's Guide to Instrumentation Amplifiers, 3rd ed., chapter 2",
        "P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., section 5.15",
    )
    phrases = (
        "instrumentation amplifier",
        "in-amp",
        "load cell amplifier",
        "strain gauge amplifier",
        "bridge sensor amplifier",
        "ECG amplifier",
        "thermocouple amplifier",
        "three op-amp amplifier",
    )
    parameters = (
        Parameter(name="gain", unit="V/V", description="differential gain", default=100.0, low=1.0, high=1e3),
    )
    measures = _MEASURES
    default_supply = Supply(vcc=12.0, vee=-12.0)

    def build(self, b: Builder, p: Values) -> None:
        """Gain in front, rejection behind it."""
        job = _job(b, p)
        # Gain bandwidth is needed in front only, but units of one package are alike.
        chosen = choose(b, p, job, inverting=False, input_peak=job.peak / job.gain, stages=1)
        plus, minus = b.input("in_p"), b.extra_input("in_n")
        reference, out = b.signal_ground(), b.output()
        tolerance = _matching(b, p, job.gain / 2)
        first, second = b.net("first"), b.net("second")
        self._front(b, job, chosen, (plus, minus), (first, second))
        each = 10e3 if chosen.bandwidth < 1e6 else 2e3
        upper_node, lower_node = b.net("plus"), b.net("minus")
        across = None
        if job.limit is not None:
            # The pole of the front is one more; the last op-amp's, at a gain of 1, adds to the capacitor's.
            corner = corrected(job.limit, chosen.bandwidth)
            parts = feedback_set(
                1.0, (1e3, 47e3), corrected(corner, chosen.part.limits["gbw"] / 2, noise_gain=2.0)
            )
            each, across = parts.ground, parts.across
        b.resistor(each, first, upper_node, tolerance=tolerance)
        b.resistor(each, upper_node, reference, tolerance=tolerance)
        b.resistor(each, second, lower_node, tolerance=tolerance)
        b.resistor(each, lower_node, out, tolerance=tolerance)
        if across is not None:
            b.capacitor(across, upper_node, reference)
            b.capacitor(across, lower_node, out)
        b.opamp(upper_node, lower_node, out, of=chosen.part)
        if "input_impedance" in p and p.relation("input_impedance") != "min":
            half = nearest(p["input_impedance"] / 2, "E96")
            for net in (plus, minus):
                b.resistor(half, net, reference)
        b.hold(minus, job.rest)
        b.transfer(job.gain, job.rest)
        path = amplifier_path(b, job, chosen, plus, out, job.rest)
        offer_pair(b, p, replace(path, source_reference=minus), plus, minus)

    def _front(
        self, b: Builder, job: Job, chosen: Chosen, inputs: tuple[str, str], outputs: tuple[str, str]
    ) -> None:
        if job.gain < 1.0005:
            for source, sink in zip(inputs, outputs, strict=True):
                b.opamp(source, sink, sink, of=chosen.part)
            return
        capacitance = chosen.part.model.get("input_capacitance", 3e-12) + 2e-12
        most = 1 / (2 * math.pi * capacitance * 3 * chosen.bandwidth) * job.gain / 2
        high = min(47e3, max(most, 1e3))
        candidates = [
            (abs(nearest(2 * value / (job.gain - 1), "E96") * (job.gain - 1) / (2 * value) - 1), -value)
            for value in values("E24", high / 3, high)
        ]
        side = -min(candidates)[1]
        gain_resistor = nearest(2 * side / (job.gain - 1), "E96")
        left, right = b.net("gain"), b.net("gain")
        b.resistor(gain_resistor, left, right)
        for source, node, sink in zip(inputs, (left, right), outputs, strict=True):
            b.resistor(side, node, sink)
            b.opamp(source, node, sink, of=chosen.part)


BLOCKS: tuple[Block, ...] = (DifferenceAmplifier(), InstrumentationAmplifier())
