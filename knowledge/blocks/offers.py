"""Measurements that blocks of one kind have in common, so that a block states only what is its own."""

from __future__ import annotations

from dataclasses import dataclass

from voltsmith.knowledge.blocks.assembly import Probe, current, voltage
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import (
    Ac,
    AcSweep,
    Bench,
    Dc,
    Measure,
    MeasureKind,
    Noise,
    Op,
    Pulse,
    Sine,
    Stimulus,
    Transient,
)

STEP_EDGE = 1e-3
"""Rise time of a test step as a fraction of the time scale looked at."""


@dataclass(frozen=True)
class Path:
    """A signal path to measure: from net ``source`` to net ``sink``.

    ``reference`` (Hz) is a frequency in the middle of the pass band; ``start`` and ``stop`` (Hz) bound the
    sweeps; ``amplitude`` (V, peak) is the level at the stage's input for large-signal tests; ``bias`` (V) the
    DC level there; ``time`` (s) the time scale of a step response; ``inner`` the negative input of a pair.
    """

    source: str
    sink: str
    reference: float
    start: float
    stop: float
    amplitude: float = 0.1
    bias: float = 0.0
    time: float = 1e-3
    source_reference: str = "0"


def ac_bench(b: Builder, path: Path, resistance: float = 0.0) -> Bench:
    """The small-signal sweep of a path."""
    stimulus = b.drive(Ac(offset=b.at_input(path.bias)), resistance=resistance)
    return b.bench("ac", AcSweep(start=path.start, stop=path.stop), [stimulus])


def ac_measure(path: Path, kind: MeasureKind, **numbers: float | None) -> Measure:
    """A measure of the transfer function of a path."""
    return Measure(
        kind=kind,
        signal=voltage(path.sink),
        reference=voltage(path.source, path.source_reference),
        **numbers,
    )


def sine_bench(b: Builder, path: Path, frequency: float, amplitude: float, cycles: int = 12) -> Bench:
    """Large-signal transient with a sine at the input: 8 cycles to settle, the rest to measure."""
    period = 1 / frequency
    wave = Sine(
        offset=b.at_input(path.bias),
        amplitude=abs(b.at_input(path.bias + amplitude) - b.at_input(path.bias)),
        frequency=frequency,
    )
    analysis = Transient(start=(cycles - 4) * period, stop=cycles * period, step=period / 400)
    return b.bench("sine", analysis, [b.drive(wave)])


def step_bench(b: Builder, path: Path, amplitude: float) -> Bench:
    """A step at the input after a tenth of the observation time."""
    low, high = b.at_input(path.bias), b.at_input(path.bias + amplitude)
    edge = path.time * STEP_EDGE
    wave = Pulse(
        low=low,
        high=high,
        delay=path.time,
        rise=edge,
        fall=edge,
        width=100 * path.time,
        period=200 * path.time,
    )
    return b.bench("step", Transient(stop=11 * path.time, step=path.time / 200), [b.drive(wave)])


def offer_linear(b: Builder, path: Path) -> None:
    """Everything that can be measured on any linear path: gain, phase, corners, impedances, noise, distortion."""

    def frequency_of(requirement: Requirement) -> float:
        return requirement.condition or path.reference

    def at_frequency(kind: MeasureKind) -> None:
        name = {"gain": "gain", "phase": "phase"}[kind]
        b.offer(
            name,
            lambda requirement: Probe(
                ac_bench(b, _covering(path, frequency_of(requirement))),
                ac_measure(path, kind, at=frequency_of(requirement)),
            ),
        )

    at_frequency("gain")
    at_frequency("phase")
    b.offer(
        "attenuation",
        lambda requirement: Probe(
            ac_bench(b, _covering(path, frequency_of(requirement))),
            ac_measure(path, "attenuation_db", at=frequency_of(requirement), low=path.reference),
        ),
    )
    for quantity, kind in (
        ("upper_cutoff_frequency", "upper_cutoff"),
        ("bandwidth", "upper_cutoff"),
        ("lower_cutoff_frequency", "lower_cutoff"),
    ):
        _offer_ac(b, path, quantity, kind)
    _offer_impedances(b, path)
    _offer_noise(b, path)
    _offer_large_signal(b, path)
    _offer_step(b, path)
    offer_supply_current(b)
    b.offer(
        "output_voltage",
        lambda _: Probe(
            b.bench("op", Op(), [b.drive(Dc(value=b.at_input(path.bias)))]),
            Measure(kind="value", signal=voltage(path.sink)),
        ),
    )


def offer_supply_current(b: Builder) -> None:
    """Quiescent current out of the positive supply, where there is one and something uses it."""
    if b.assembly.supply is None or not b.assembly.powered:
        return
    vcc, _ = b.rails()
    b.offer(
        "supply_current",
        lambda _: Probe(
            b.bench("supply", Op(), [b.drive(Dc(value=b.at_input(0.0)))] if b.chain.output else []),
            Measure(kind="value", signal=current(vcc)),
        ),
    )


def _covering(path: Path, frequency: float) -> Path:
    """The path with its sweep widened so that ``frequency`` lies inside."""
    return Path(
        **{
            **path.__dict__,
            "start": min(path.start, frequency / 3),
            "stop": max(path.stop, frequency * 3),
        }
    )


def _offer_ac(b: Builder, path: Path, quantity: str, kind: str) -> None:
    b.offer(
        quantity,
        lambda _: Probe(ac_bench(b, path), ac_measure(path, kind, at=path.reference)),  # type: ignore[arg-type]
    )


def _offer_impedances(b: Builder, path: Path) -> None:
    def input_impedance(requirement: Requirement) -> Probe:
        frequency = requirement.condition or path.reference
        measure = Measure(
            kind="impedance",
            signal=voltage(b.source, path.source_reference),
            reference=current("in"),
            at=frequency,
        )
        return Probe(ac_bench(b, _covering(path, frequency)), measure)

    def output_impedance(requirement: Requirement) -> Probe:
        frequency = requirement.condition or path.reference
        push = Stimulus(name="push", type="current", net=path.sink, waveform=Ac(offset=0.0, magnitude=1.0))
        quiet = b.drive(Dc(value=b.at_input(path.bias)))
        wide = _covering(path, frequency)
        bench = b.bench("zout", AcSweep(start=wide.start, stop=wide.stop), [quiet, push])
        # One ampere of small signal: the voltage is the impedance.
        return Probe(bench, Measure(kind="gain", signal=voltage(path.sink), at=frequency))

    b.offer("input_impedance", input_impedance)
    b.offer("output_impedance", output_impedance)


def _offer_noise(b: Builder, path: Path) -> None:
    def bench() -> Bench:
        stimulus = b.drive(Ac(offset=b.at_input(path.bias)))
        return b.bench(
            "noise", Noise(net=path.sink, source="in", start=path.start, stop=1.3 * path.stop), [stimulus]
        )

    signal = voltage(path.sink)
    b.offer(
        "output_noise",
        lambda _: Probe(bench(), Measure(kind="noise_total", signal=signal, low=path.start, high=path.stop)),
    )
    b.offer(
        "noise_density",
        lambda requirement: Probe(
            bench(),
            Measure(
                kind="noise_density",
                signal=signal,
                at=requirement.condition or path.reference,
                scale=1 / max(abs(b.gain), 1e-12),
            ),
        ),
    )


def _offer_large_signal(b: Builder, path: Path) -> None:
    def offer(quantity: str, kind: MeasureKind, *, fundamental: bool = False) -> None:
        def make(requirement: Requirement) -> Probe:
            frequency = requirement.condition or path.reference
            at = frequency if fundamental else None
            bench = sine_bench(b, path, frequency, path.amplitude)
            return Probe(bench, Measure(kind=kind, signal=voltage(path.sink), at=at))

        b.offer(quantity, make)

    offer("thd", "thd", fundamental=True)
    offer("output_amplitude", "amplitude")
    offer("output_peak_to_peak", "peak_to_peak")


def _offer_step(b: Builder, path: Path) -> None:
    def offer(quantity: str, kind: MeasureKind) -> None:
        def make(_: Requirement) -> Probe:
            at = path.time if kind == "settling_time" else None
            reference = voltage(path.source) if kind == "delay" else None
            measure = Measure(kind=kind, signal=voltage(path.sink), reference=reference, at=at)
            return Probe(step_bench(b, path, path.amplitude), measure)

        b.offer(quantity, make)

    for quantity, kind in (
        ("rise_time", "rise_time"),
        ("overshoot", "overshoot"),
        ("settling_time", "settling_time"),
        ("slew_rate", "slew_rate"),
        ("delay", "delay"),
    ):
        offer(quantity, kind)  # type: ignore[arg-type]
