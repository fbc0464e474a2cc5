"""Measurements on amplifiers with a pair of inputs: driven against each other, and both alike."""

from __future__ import annotations

import math

from voltsmith.knowledge.blocks.assembly import Probe, current, voltage
from voltsmith.knowledge.blocks.base import Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.blocks.offers import Path, offer_linear
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import Ac, AcSweep, Bench, Dc, Measure, Op, Sine, Stimulus, Transient


def offer_pair(b: Builder, p: Values, path: Path, plus: str, minus: str) -> None:
    """Everything linear, with the inputs half a signal above and below their resting level."""
    offer_linear(b, path)

    def sweep(frequency: float) -> AcSweep:
        return AcSweep(start=min(path.start, frequency / 3), stop=max(path.stop, frequency * 3))

    def drives(upper: float, lower: float) -> list[Stimulus]:
        return [
            Stimulus(name="in", net=plus, waveform=Ac(offset=path.bias, magnitude=upper)),
            Stimulus(name="inv", net=minus, waveform=Ac(offset=path.bias, magnitude=lower)),
        ]

    def opposed(frequency: float) -> Bench:
        return b.bench("pair", sweep(frequency), drives(0.5, -0.5))

    def transfer(kind: str) -> None:
        def make(requirement: Requirement) -> Probe:
            frequency = requirement.condition or path.reference
            fields = {
                "kind": kind,
                "signal": voltage(path.sink),
                "reference": voltage(plus, minus),
                "at": path.reference if kind == "upper_cutoff" else frequency,
            }
            return Probe(opposed(frequency), Measure.model_validate(fields))

        for quantity in {"upper_cutoff": ("bandwidth", "upper_cutoff_frequency")}.get(kind, (kind,)):
            b.offer(quantity, make)

    for kind in ("gain", "phase", "upper_cutoff"):
        transfer(kind)

    def rejection(requirement: Requirement) -> Probe:
        # Both inputs carry the same signal: what is left at the output, below the differential gain.
        frequency = requirement.condition or min(100.0, path.reference)
        measure = Measure(
            kind="gain_db",
            signal=voltage(path.sink),
            reference=voltage(plus),
            at=frequency,
            scale=-1.0,
            offset=20 * math.log10(abs(p["gain"])),
        )
        return Probe(b.bench("common", sweep(frequency), drives(1.0, 1.0)), measure)

    b.offer("common_mode_rejection", rejection)

    def input_impedance(requirement: Requirement) -> Probe:
        frequency = requirement.condition or path.reference
        source = Stimulus(name="in", net=plus, reference=minus, waveform=Ac(offset=0.0, magnitude=1.0))
        held = Stimulus(name="inv", net=minus, waveform=Dc(value=path.bias))
        bench = b.bench("zin", sweep(frequency), [source, held])
        measure = Measure(
            kind="impedance", signal=voltage(plus, minus), reference=current("in"), at=frequency
        )
        return Probe(bench, measure)

    b.offer("input_impedance", input_impedance)

    def large(kind: str, quantity: str) -> None:
        def make(requirement: Requirement) -> Probe:
            frequency = requirement.condition or path.reference
            half = path.amplitude / 2
            both = [
                Stimulus(
                    name=name, net=net, waveform=Sine(offset=path.bias, amplitude=size, frequency=frequency)
                )
                for name, net, size in (("in", plus, half), ("inv", minus, -half))
            ]
            analysis = Transient(start=8 / frequency, stop=12 / frequency, step=1 / frequency / 400)
            fields = {
                "kind": kind,
                "signal": voltage(path.sink),
                "at": frequency if kind == "thd" else None,
            }
            return Probe(b.bench("sine", analysis, both), Measure.model_validate(fields))

        b.offer(quantity, make)

    large("thd", "thd")
    large("amplitude", "output_amplitude")
    large("peak_to_peak", "output_peak_to_peak")
    difference = p.get("input_voltage", 0.0)

    def level(_: Requirement) -> Probe:
        both = [
            Stimulus(name="in", net=plus, waveform=Dc(value=path.bias + difference / 2)),
            Stimulus(name="inv", net=minus, waveform=Dc(value=path.bias - difference / 2)),
        ]
        return Probe(b.bench("level", Op(), both), Measure(kind="value", signal=voltage(path.sink)))

    b.offer("output_voltage", level)
