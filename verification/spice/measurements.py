"""Measurements: one number out of the waveforms of one bench, for each ``MeasureKind``.

Pure functions on NumPy arrays; nothing here runs a simulator. The definition of each kind, with its
conventions, is the docstring of the function of that name in the module of its analysis: ``_ac``,
``_sweep`` (operating point and DC sweep), ``_transient``, ``_periodic``, ``_distortion``, ``_noise``.
``change`` is not here: it takes the results of two benches.

A measurement answers or raises ``NotMeasurable``; it never returns NaN, infinity, or the number that
a formula happens to give for a signal it does not apply to.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from voltsmith.schemas.testbenches import Measure, MeasureKind, Signal
from voltsmith.verification.spice import _ac, _distortion, _noise, _periodic, _sweep, _transient
from voltsmith.verification.spice._waves import NotMeasurable, Waves

__all__ = ["DESCRIPTIONS", "NotMeasurable", "Waves", "evaluate", "signals_of"]


class _Kind(NamedTuple):
    function: Callable[[Measure, Waves], float]
    analyses: tuple[str, ...]


_AC, _DC, _TRANSIENT, _NOISE = ("ac_sweep",), ("dc_sweep",), ("transient",), ("noise",)

_KINDS: Mapping[MeasureKind, _Kind] = {
    "value": _Kind(_sweep.value, ("op", "dc_sweep", "transient")),
    "gain": _Kind(_ac.gain, _AC),
    "gain_db": _Kind(_ac.gain_db, _AC),
    "phase": _Kind(_ac.phase, _AC),
    "passband_gain": _Kind(_ac.passband_gain, _AC),
    "passband_gain_db": _Kind(_ac.passband_gain_db, _AC),
    "peak_gain": _Kind(_ac.peak_gain, _AC),
    "peak_gain_db": _Kind(_ac.peak_gain_db, _AC),
    "upper_cutoff": _Kind(_ac.upper_cutoff, _AC),
    "lower_cutoff": _Kind(_ac.lower_cutoff, _AC),
    "peak_frequency": _Kind(_ac.peak_frequency, _AC),
    "notch_frequency": _Kind(_ac.notch_frequency, _AC),
    "notch_depth_db": _Kind(_ac.notch_depth_db, _AC),
    "bandwidth": _Kind(_ac.bandwidth, _AC),
    "q_factor": _Kind(_ac.q_factor, _AC),
    "attenuation_db": _Kind(_ac.attenuation_db, _AC),
    "rolloff": _Kind(_ac.rolloff, _AC),
    "ripple_db": _Kind(_ac.ripple_db, _AC),
    "impedance": _Kind(_ac.impedance, _AC),
    "crossing": _Kind(_sweep.crossing, _DC),
    "slope": _Kind(_sweep.slope, _DC),
    "frequency": _Kind(_periodic.frequency, _TRANSIENT),
    "period": _Kind(_periodic.period, _TRANSIENT),
    "duty_cycle": _Kind(_periodic.duty_cycle, _TRANSIENT),
    "high_time": _Kind(_periodic.high_time, _TRANSIENT),
    "low_time": _Kind(_periodic.low_time, _TRANSIENT),
    "pulse_width": _Kind(_periodic.pulse_width, _TRANSIENT),
    "peak_to_peak": _Kind(_transient.peak_to_peak, _TRANSIENT),
    "amplitude": _Kind(_transient.amplitude, _TRANSIENT),
    "maximum": _Kind(_transient.maximum, _TRANSIENT),
    "minimum": _Kind(_transient.minimum, _TRANSIENT),
    "average": _Kind(_transient.average, _TRANSIENT),
    "rms": _Kind(_transient.rms, _TRANSIENT),
    "final": _Kind(_transient.final, _TRANSIENT),
    "rise_time": _Kind(_transient.rise_time, _TRANSIENT),
    "fall_time": _Kind(_transient.fall_time, _TRANSIENT),
    "overshoot": _Kind(_transient.overshoot, _TRANSIENT),
    "settling_time": _Kind(_transient.settling_time, _TRANSIENT),
    "slew_rate": _Kind(_transient.slew_rate, _TRANSIENT),
    "thd": _Kind(_distortion.thd, _TRANSIENT),
    "upper_threshold": _Kind(_periodic.upper_threshold, _TRANSIENT),
    "lower_threshold": _Kind(_periodic.lower_threshold, _TRANSIENT),
    "hysteresis": _Kind(_periodic.hysteresis, _TRANSIENT),
    "delay": _Kind(_periodic.delay, _TRANSIENT),
    "noise_density": _Kind(_noise.noise_density, _NOISE),
    "noise_total": _Kind(_noise.noise_total, _NOISE),
}

DESCRIPTIONS: Mapping[MeasureKind, str] = {
    **{kind: (entry.function.__doc__ or kind).splitlines()[0] for kind, entry in _KINDS.items()},
    "change": "Value in one bench less the value in another; composed by the caller of `evaluate`.",
}
"""One line for each kind, for the documentation."""


def signals_of(measure: Measure) -> tuple[Signal, ...]:
    """The signals a measurement reads, without repetition: these must be in ``Waves.signals``."""
    if measure.reference is None or measure.reference == measure.signal:
        return (measure.signal,)
    return (measure.signal, measure.reference)


def evaluate(measure: Measure, waves: Waves) -> float:
    """The number ``measure`` describes, with its ``scale`` and ``offset`` applied last.

    Raises:
        NotMeasurable: the waveforms do not contain it, are damaged, or are of another analysis.
    """
    entry = _KINDS.get(measure.kind)
    if entry is None:
        raise NotMeasurable(f"{measure.kind} is composed of two benches, not measured in one")
    if waves.analysis not in entry.analyses:
        raise NotMeasurable(
            f"{measure.kind} is measured in {' or '.join(entry.analyses)}, not in {waves.analysis}"
        )
    number = entry.function(measure, waves) * measure.scale + measure.offset
    if not math.isfinite(number):
        raise NotMeasurable(f"{measure.kind} comes out as {number}")
    return number
