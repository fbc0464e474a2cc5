"""Harmonic distortion of a transient."""

from __future__ import annotations

import math

import numpy as np

from voltsmith.schemas.testbenches import Measure
from voltsmith.verification.spice._periodic import frequency
from voltsmith.verification.spice._waves import (
    Floats,
    NotMeasurable,
    Trace,
    Waves,
    least_swing,
    name_of,
    windowed,
)

_HARMONICS = range(2, 11)
_MOST_PERIODS = 16
_SAMPLES = 256  # a period, after resampling
_LEAST_SAMPLES = 40  # a period, before it: ten harmonics need more than 20
_STRAY = 0.01  # of the alternating power, outside the fundamental and all its harmonics
_LEAST_FUNDAMENTAL = 0.01  # of the alternating power


def _resampled(line: Trace, times: Floats) -> Floats:
    """Cubic Hermite interpolation: straight lines between samples would add harmonics of their own."""
    slope = np.gradient(line.y, line.x)
    i = np.clip(np.searchsorted(line.x, times, side="right") - 1, 0, line.x.size - 2)
    h = line.x[i + 1] - line.x[i]
    s = (times - line.x[i]) / h
    ends = line.y[i] * (1 + 2 * s) * (1 - s) ** 2 + line.y[i + 1] * s**2 * (3 - 2 * s)
    return np.asarray(ends + h * s * (1 - s) * (slope[i] * (1 - s) - slope[i + 1] * s), np.float64)


def thd(measure: Measure, waves: Waves) -> float:
    """Total harmonic distortion sqrt(sum of A_n^2, n = 2 .. 10) / A_1, in % (as in IEC 61000-4-7: THD_F).

    A_n are the amplitudes at multiples of ``at`` Hz (default: the measured frequency), from a Fourier
    transform over the last whole periods of the window, at most 16. A signal that is silent, coarsely
    sampled, or not periodic at that frequency is refused.
    """
    name = name_of(measure.signal)
    line = windowed(measure, waves)
    least = least_swing(measure.signal)
    if np.ptp(line.y) < least:
        raise NotMeasurable(f"{name} is silent: it moves by {np.ptp(line.y):.2g}")
    fundamental = frequency(measure, waves) if measure.at is None else measure.at
    if not fundamental > 0:
        raise NotMeasurable(f"the fundamental of thd is a frequency above 0, got {fundamental:g} Hz")
    end = float(line.x[-1])
    periods = min(_MOST_PERIODS, math.floor((end - float(line.x[0])) * fundamental + 1e-6))
    if periods < 2:
        raise NotMeasurable(f"the window holds fewer than two periods of {fundamental:.4g} Hz")
    begin = end - periods / fundamental
    if np.count_nonzero(line.x >= begin) < _LEAST_SAMPLES * periods:
        raise NotMeasurable(f"fewer than {_LEAST_SAMPLES} samples a period of {fundamental:.4g} Hz")
    count = periods * _SAMPLES
    times = np.maximum(begin + np.arange(count) * ((end - begin) / count), line.x[0])
    samples = _resampled(line, times)
    size = np.abs(np.fft.rfft(samples - samples.mean())) * 2 / count
    power = float(np.sum(size[1:] ** 2))
    first = float(size[periods])
    if 2 * first < least or first**2 < _LEAST_FUNDAMENTAL * power:
        raise NotMeasurable(f"{name} has no fundamental at {fundamental:.4g} Hz (amplitude {first:.3g})")
    if power - float(np.sum(size[periods::periods] ** 2)) > _STRAY * power:
        raise NotMeasurable(f"{name} is not periodic at {fundamental:.4g} Hz")
    return 100 * math.sqrt(sum(float(size[n * periods]) ** 2 for n in _HARMONICS)) / first
