"""Testbenches: how a requirement is measured, as typed data.

A bench drives the circuit (the device under test, instance ``xdut``) through its ports and runs one
analysis. A check takes one number out of the result of a bench. Nothing here is free text: decks
are written from these documents, so what a prompt or a model says cannot reach the simulator.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from voltsmith.schemas.base import NetName, Schema, Slug


class Dc(Schema):
    """A constant."""

    kind: Literal["dc"] = "dc"
    value: float


class Ac(Schema):
    """A small signal of ``magnitude`` for AC and noise analyses, on top of ``offset``."""

    kind: Literal["ac"] = "ac"
    offset: float = 0.0
    magnitude: float = 1.0


class Sine(Schema):
    """``offset + amplitude sin(2 pi frequency (t - delay))``; amplitude is the peak value. Hz, s."""

    kind: Literal["sine"] = "sine"
    offset: float = 0.0
    amplitude: float
    frequency: float = Field(gt=0)
    delay: float = Field(default=0.0, ge=0)


class Pulse(Schema):
    """A pulse train from ``low`` to ``high``; times in s. A ``period`` beyond the stop time makes it a step."""

    kind: Literal["pulse"] = "pulse"
    low: float
    high: float
    delay: float = Field(default=0.0, ge=0)
    rise: float = Field(gt=0)
    fall: float = Field(gt=0)
    width: float = Field(gt=0)
    period: float = Field(gt=0)


class Piecewise(Schema):
    """Straight lines through ``points`` of (s, value)."""

    kind: Literal["piecewise"] = "piecewise"
    points: tuple[tuple[float, float], ...] = Field(min_length=2)


Waveform = Annotated[Dc | Ac | Sine | Pulse | Piecewise, Field(discriminator="kind")]


class Stimulus(Schema):
    """A source between ``net`` and ``reference``; name it to sweep it or to read its current.

    A voltage source drives ``net`` through ``series_resistance`` (ohm); a current source pushes
    current *into* ``net``. The current of a voltage stimulus, ``Signal(source=name)``, is counted
    positive when it flows out of the source into the circuit.
    """

    name: Slug
    type: Literal["voltage", "current"] = "voltage"
    net: NetName
    reference: NetName = "0"
    waveform: Waveform
    series_resistance: float = Field(default=0.0, ge=0)


class Load(Schema):
    """A passive or constant-current load from ``net`` to ``reference``. ohm, F, H or A."""

    kind: Literal["resistor", "capacitor", "inductor", "current"]
    value: float = Field(ge=0)
    net: NetName
    reference: NetName = "0"


class Op(Schema):
    """Operating point."""

    kind: Literal["op"] = "op"


class DcSweep(Schema):
    """Sweep of the stimulus ``source`` from ``start`` to ``stop``."""

    kind: Literal["dc_sweep"] = "dc_sweep"
    source: Slug
    start: float
    stop: float
    points: int = Field(default=201, ge=2, le=20001)

    @model_validator(mode="after")
    def _moves(self) -> DcSweep:
        # ngspice never comes back from a sweep that stands still.
        if self.start == self.stop:
            raise ValueError("a sweep needs two different ends")
        return self


class AcSweep(Schema):
    """Logarithmic frequency sweep, Hz."""

    kind: Literal["ac_sweep"] = "ac_sweep"
    start: float = Field(gt=0)
    stop: float = Field(gt=0)
    points_per_decade: int = Field(default=60, ge=2, le=2000)


class Transient(Schema):
    """Time sweep: results from ``start`` to ``stop`` with steps of at most ``step``, all in s.

    ``from_zero`` starts with all voltages and currents at zero instead of at the operating point
    (SPICE: ``uic``), which oscillators and power-up studies need.
    """

    kind: Literal["transient"] = "transient"
    stop: float = Field(gt=0)
    step: float = Field(gt=0)
    start: float = Field(default=0.0, ge=0)
    from_zero: bool = False


class Noise(Schema):
    """Noise at ``net``, referred to the stimulus ``source``, over a logarithmic sweep (Hz)."""

    kind: Literal["noise"] = "noise"
    net: NetName
    source: Slug
    start: float = Field(gt=0)
    stop: float = Field(gt=0)
    points_per_decade: int = Field(default=30, ge=2, le=1000)


Analysis = Annotated[Op | DcSweep | AcSweep | Transient | Noise, Field(discriminator="kind")]


class Bench(Schema):
    """Sources, loads and one analysis around the circuit. Ports without a stimulus or load stay open,
    but power ports are driven with their nominal voltage unless a stimulus names their net, and
    ground ports are tied to net ``0``.
    """

    name: Slug
    stimuli: tuple[Stimulus, ...] = ()
    loads: tuple[Load, ...] = ()
    analysis: Analysis


class Signal(Schema):
    """What is looked at: the voltage of ``net`` against ``reference``, or the current of stimulus ``source``.

    Nets are named as in the circuit; inner nets may be named too.
    """

    net: NetName | None = None
    reference: NetName = "0"
    source: Slug | None = None


MeasureKind = Literal[
    # operating point: one value
    "value",
    # AC sweep
    "gain", "gain_db", "phase", "passband_gain", "passband_gain_db", "peak_gain", "peak_gain_db",
    "upper_cutoff", "lower_cutoff", "peak_frequency", "notch_frequency", "notch_depth_db", "bandwidth",
    "q_factor", "attenuation_db", "rolloff", "ripple_db", "impedance",
    # DC sweep
    "crossing", "slope",
    # transient
    "frequency", "period", "duty_cycle", "high_time", "low_time", "pulse_width", "peak_to_peak",
    "amplitude", "maximum", "minimum", "average", "rms", "final", "rise_time", "fall_time", "overshoot",
    "settling_time", "slew_rate", "thd", "upper_threshold", "lower_threshold", "hysteresis", "delay",
    # noise
    "noise_density", "noise_total",
    # difference of the same value between two benches, over the change of the first bench's condition
    "change",
]  # fmt: skip


class Measure(Schema):
    """One number out of a bench; ``verification.spice.measurements`` documents each kind.

    ``signal`` is what is measured, ``reference`` the signal it is related to (the input, for a gain).
    ``at`` is where (Hz or s), ``low`` and ``high`` bound a band (Hz) or a window (s), ``level`` is a
    crossing level or percentage. ``scale`` and ``offset`` are applied last: ``value * scale + offset``.
    """

    kind: MeasureKind
    signal: Signal
    reference: Signal | None = None
    at: float | None = None
    low: float | None = None
    high: float | None = None
    level: float | None = None
    scale: float = 1.0
    offset: float = 0.0


class Check(Schema):
    """Ties a requirement to the measurement that decides it.

    ``second`` is the other bench of a ``change``: the result is (value in ``bench`` - value in ``second``).
    """

    requirement: str = Field(pattern=r"^R[0-9]{1,3}$")
    bench: Slug
    second: Slug | None = None
    measure: Measure


class Testbench(Schema):
    """Everything that is measured on a circuit."""

    __test__ = False  # not a test class, whatever its name starts with

    benches: tuple[Bench, ...] = ()
    checks: tuple[Check, ...] = ()

    @model_validator(mode="after")
    def _bench_names_differ(self) -> Testbench:
        names = [bench.name for bench in self.benches]
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"benches have the same name: {', '.join(repeated)}")
        return self

    def missing_benches(self) -> list[str]:
        """Names that checks use and no bench has."""
        known = {bench.name for bench in self.benches}
        cited = {name for check in self.checks for name in (check.bench, check.second) if name is not None}
        return sorted(cited - known)
