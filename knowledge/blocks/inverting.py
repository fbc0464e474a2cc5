"""Inverting op-amp amplifier."""

from __future__ import annotations

from voltsmith.knowledge.blocks._amplifying import (
    aim,
    choose_or_block_dc,
    coupling,
    gain_from_levels,
    input_range,
    job_of,
    middle,
)
from voltsmith.knowledge.blocks._networks import corrected, feedback_set
from voltsmith.knowledge.blocks._stages import (
    ac_leg,
    amplifier_path,
    deliver,
    non_inverting_stage,
    series_capacitor,
)
from voltsmith.knowledge.blocks.assembly import Probe, voltage
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.blocks.offers import Path, ac_bench, offer_linear
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.plans import Supply
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import Measure, Signal


class InvertingAmplifier(Block):
    """Signal through a resistor to the inverting input, feedback from the output to the same node."""

    id = "inverting_amplifier"
    function = "amplifier"
    title = "Inverting amplifier"
    summary = (
        "Op-amp amplifier that turns the signal upside down, for any gain from 0.01; its input resistor is "
        "its input impedance. DC-coupled on a split supply, AC-coupled around half of a single one."
    )
    equations = (
        "gain = -R_f / R_in",
        "Z_in = R_in",
        "f_cl = GBW / (1 + R_f / R_in), or 1 / (2 pi R_f C_f) with a capacitor across R_f",
        "f_low = 1 / (2 pi R_in C_in)",
        "slew rate >= 2 pi f V_peak",
    )
    sources = (
        "Texas Instruments SLOD006B, Op Amps for Everyone, section 3.3",
        "P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., section 4.2.1",
    )
    phrases = (
        "inverting amplifier",
        "invert and amplify a signal",
        "amplifier with a gain of -10",
        "op-amp inverter",
        "attenuate and invert",
        "virtual ground amplifier",
    )
    parameters = (
        Parameter(
            name="gain", unit="V/V", description="magnitude of the gain", default=10.0, low=0.01, high=1e4
        ),
    )
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
    topologies = ("inverting",)
    default_supply = Supply(vcc=12.0, vee=-12.0)

    def fit(self, asked: Asked) -> float:
        """Needs to be asked for by name; the non-inverting one is the ordinary amplifier."""
        if asked.choice("topology") == "inverting":
            return 3.0
        # A gain below 1 is out of reach of the non-inverting amplifier.
        return 1.2 if asked.get("gain", 10.0) < 1 else 0.5

    def derive(self, asked: Asked) -> dict[str, float]:
        """The gain from the levels at both ends."""
        return gain_from_levels(asked)

    def build(self, b: Builder, p: Values) -> None:
        """Two resistors that set the gain; capacitors keep DC out on a single supply and limit the band."""
        arriving, rest = b.chain.bias, middle(b)
        gain = aim(p, "gain")
        ac = (
            p.choice("coupling") == "ac"
            or "lower_cutoff_frequency" in p
            or (p.choice("coupling") != "dc" and abs(arriving - rest) > 0.01)
        )
        room = min(b.supply.vcc - rest, rest - b.supply.vee)
        job = job_of(b, p, gain, ac=ac, rest=rest, room=room)
        job, chosen = choose_or_block_dc(b, p, job, inverting=True, input_peak=0.0)
        ac = job.ac
        own = gain ** (1 / chosen.stages)
        upper = (
            None
            if job.limit is None
            else corrected(job.limit, chosen.bandwidth, chosen.stages, noise_gain=chosen.noise_gain)
        )
        free = upper is not None or job.low is not None
        parts = feedback_set(own, input_range(p, chosen, own, exact=not free), upper, job.low)
        source, reference, summing = b.input(), b.signal_ground(), b.net("sum")
        left = source
        if ac:
            left = b.net("ac")
            series = parts.series or coupling(job, parts.ground).capacitor
            series_capacitor(b, series, *((left, source) if rest > arriving else (source, left)))
        last = deliver(b, p, job)
        out = last.inner if chosen.stages == 1 else b.net("mid")
        b.resistor(parts.ground, left, summing)
        b.resistor(parts.feedback, summing, out)
        if parts.across is not None:
            b.capacitor(parts.across, summing, out)
        b.opamp(reference, summing, out, of=chosen.part)
        for index in range(1, chosen.stages):
            following = last.inner if index == chosen.stages - 1 else b.net("mid")
            leg = ac_leg(b, job, ac, own, reference)
            non_inverting_stage(b, p, chosen, own, out, following, leg)
            out = following
        b.transfer(-gain, last.bias)
        bias = arriving if ac else rest
        path = amplifier_path(b, job, chosen, source, last.net, bias)
        offer_linear(b, path)
        b.offer("phase", lambda requirement: _phase(b, path, requirement))


def _phase(b: Builder, path: Path, requirement: Requirement) -> Probe:
    """The phase, counted from the inverted output so that 180 and -180 degrees are no different."""
    frequency = requirement.condition or path.reference
    inverted = Signal(net="0", reference=path.sink)
    turn = -180.0 if requirement.target < 0 else 180.0
    measure = Measure(
        kind="phase", signal=inverted, reference=voltage(path.source), at=frequency, offset=turn
    )
    return Probe(ac_bench(b, path), measure)


BLOCKS: tuple[Block, ...] = (InvertingAmplifier(),)
