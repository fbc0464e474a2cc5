"""Inverting summing amplifier."""

from __future__ import annotations

from dataclasses import replace

from voltsmith.knowledge.blocks._amplifying import (
    aim,
    choose,
    coupling,
    input_range,
    job_of,
    middle,
)
from voltsmith.knowledge.blocks._networks import corrected, feedback_set
from voltsmith.knowledge.blocks._stages import amplifier_path, deliver, series_capacitor
from voltsmith.knowledge.blocks.assembly import Probe, voltage
from voltsmith.knowledge.blocks.base import Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.blocks.offers import Path, offer_linear
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.plans import Supply
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import Ac, AcSweep, Dc, Measure, Op, Sine, Stimulus, Transient


class SummingAmplifier(Block):
    """Several input resistors into one virtual ground."""

    id = "summing_amplifier"
    function = "summing_amplifier"
    title = "Summing amplifier"
    summary = (
        "Op-amp that adds two to eight signals and inverts the sum; the virtual ground keeps the inputs "
        "from disturbing each other. An audio mixer is one with AC coupling."
    )
    equations = (
        "v_out = -(R_f / R_in) (v_1 + v_2 + ... + v_n)",
        "f_cl = GBW / (1 + n R_f / R_in)",
        "Z_in = R_in, for each input",
    )
    sources = (
        "Texas Instruments SLOD006B, Op Amps for Everyone, section 3.4",
        "Texas Instruments SNLA140A, AN-31 Op Amp Circuit Collection, inverting summing amplifier",
    )
    phrases = (
        "summing amplifier",
        "add two signals",
        "audio mixer",
        "mix several inputs",
        "op-amp adder",
        "sum of three voltages",
        "combine signals",
    )
    parameters = (
        Parameter(
            name="gain",
            unit="V/V",
            description="magnitude of the gain of each input",
            default=1.0,
            low=0.01,
            high=1e3,
        ),
        Parameter(name="inputs", unit="1", description="number of inputs", default=2.0, low=2.0, high=8.0),
    )
    measures = (
        "gain",
        "phase",
        "bandwidth",
        "upper_cutoff_frequency",
        "lower_cutoff_frequency",
        "input_impedance",
        "output_amplitude",
        "output_voltage",
        "thd",
    )
    topologies = ("inverting",)
    default_supply = Supply(vcc=12.0, vee=-12.0)

    def build(self, b: Builder, p: Values) -> None:
        """One resistor an input, one feedback resistor."""
        count, rest = round(p["inputs"]), middle(b)
        gain = aim(p, "gain")
        ac = (
            p.choice("coupling") == "ac"
            or "lower_cutoff_frequency" in p
            or (b.supply.vee == 0 and p.choice("coupling") != "dc")
        )
        room = min(b.supply.vcc - rest, rest - b.supply.vee)
        job = job_of(b, _sum_of_levels(p, count), gain, ac=ac, rest=rest, room=room)
        # For its noise gain and its offset the stage looks like one of n times the gain.
        chosen = choose(b, p, replace(job, gain=gain * count), inverting=True, input_peak=0.0, stages=1)
        upper = (
            None
            if job.limit is None
            else corrected(job.limit, chosen.bandwidth, noise_gain=chosen.noise_gain)
        )
        free = upper is not None or job.low is not None
        parts = feedback_set(gain, input_range(p, chosen, gain, exact=not free), upper, job.low)
        first = b.input("in1")
        sources = [first, *(b.extra_input(f"in{number}") for number in range(2, count + 1))]
        reference, summing = b.signal_ground(), b.net("sum")
        for source in sources:
            left = source
            if ac and not (source == first and abs(b.chain.bias - rest) < 0.01 and not b.chain.first):
                left = b.net("ac")
                ends = (left, source) if rest > 0 else (source, left)
                series_capacitor(b, parts.series or coupling(job, parts.ground).capacitor, *ends)
            b.resistor(parts.ground, left, summing)
        for source in sources[1:]:
            b.hold(source, 0.0 if ac else rest)
        last = deliver(b, p, job)
        b.resistor(parts.feedback, summing, last.inner)
        if parts.across is not None:
            b.capacitor(parts.across, summing, last.inner)
        b.opamp(reference, summing, last.inner, of=chosen.part)
        bias = b.chain.bias if ac else rest
        b.transfer(-gain, last.bias)
        path = amplifier_path(b, job, chosen, first, last.net, bias)
        path = replace(path, amplitude=job.peak / gain / count)
        offer_linear(b, path)
        _offer_inputs(b, path, sources, 0.0 if ac else rest, p)


def _sum_of_levels(p: Values, count: int) -> Values:
    """What all inputs make together: an input amplitude is that of each."""
    numbers = dict(p.numbers)
    for name in ("input_amplitude", "input_voltage"):
        if name in numbers:
            numbers[name] *= count
    return Values(numbers, p.choices, p.requirements)


def _offer_inputs(b: Builder, path: Path, sources: list[str], rest: float, p: Values) -> None:
    """Gain from the sum of all inputs, and levels with all inputs driven alike."""
    others = sources[1:]

    def holding(level: float) -> list[Stimulus]:
        return [Stimulus(name=net, net=net, waveform=Dc(value=level)) for net in others]

    def gain_probe(requirement: Requirement) -> Probe:
        frequency = requirement.condition or path.reference
        # All inputs together: what one of them lacks is missing in the sum.
        together = [b.drive(Ac(offset=b.at_input(path.bias)))]
        together += [Stimulus(name=net, net=net, waveform=Ac(offset=rest)) for net in others]
        sweep = AcSweep(start=min(path.start, frequency / 3), stop=max(path.stop, frequency * 3))
        measure = Measure(kind="gain", signal=voltage(path.sink), at=frequency, scale=1 / len(sources))
        return Probe(b.bench("sum", sweep, together), measure)

    def amplitude_probe(requirement: Requirement) -> Probe:
        frequency = requirement.condition or path.reference
        wave = Sine(offset=b.at_input(path.bias), amplitude=path.amplitude, frequency=frequency)
        together = [b.drive(wave)] + [
            Stimulus(
                name=net,
                net=net,
                waveform=Sine(offset=rest, amplitude=path.amplitude, frequency=frequency),
            )
            for net in others
        ]
        analysis = Transient(start=8 / frequency, stop=12 / frequency, step=1 / frequency / 400)
        kind = "thd" if requirement.quantity == "thd" else "amplitude"
        measure = Measure(kind=kind, signal=voltage(path.sink), at=frequency if kind == "thd" else None)
        return Probe(b.bench("all", analysis, together), measure)

    if b.chain.first:
        b.offer("gain", gain_probe)
    b.offer("output_amplitude", amplitude_probe)
    b.offer("thd", amplitude_probe)
    level = p.get("input_voltage", rest)

    def level_probe(_: Requirement) -> Probe:
        drives = [b.drive(Dc(value=b.at_input(level))), *holding(level)]
        return Probe(b.bench("level", Op(), drives), Measure(kind="value", signal=voltage(path.sink)))

    b.offer("output_voltage", level_probe)


BLOCKS: tuple[Block, ...] = (SummingAmplifier(),)
