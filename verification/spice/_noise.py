"""Noise measurements: density at a frequency, and its integral over a band."""

from __future__ import annotations

import math

import numpy as np

from voltsmith.schemas.testbenches import Measure
from voltsmith.verification.spice._waves import (
    NotMeasurable,
    Trace,
    Waves,
    name_of,
    needed,
    place_log,
    trace,
    within,
)


def _log_density(measure: Measure, waves: Waves) -> Trace:
    line = trace(waves, measure.signal)
    if line.x.size < 2:
        raise NotMeasurable("the noise result has a single frequency")
    if line.x[0] <= 0:
        raise NotMeasurable(f"noise at a frequency of {line.x[0]:.3g} Hz")
    if (line.y <= 0).any():
        raise NotMeasurable(f"the noise density of {name_of(measure.signal)} is zero or negative")
    return Trace(np.log(line.x), np.log(line.y))


def noise_density(measure: Measure, waves: Waves) -> float:
    """Density of output noise at ``at`` Hz, in V/sqrt(Hz); log-log interpolation."""
    at = needed(measure.at, "at", measure)
    line = _log_density(measure, waves)
    return math.exp(float(np.interp(place_log(line.x, at, "the frequency"), line.x, line.y)))


def noise_total(measure: Measure, waves: Waves) -> float:
    """RMS noise sqrt(integral of density^2 df) over [``low``, ``high``], default the whole sweep, in V.

    Between samples the density is a power of frequency, as in SPICE's own integration, so white and
    1/f noise come out exact on any grid.
    """
    line = _log_density(measure, waves)
    low = None if measure.low is None else place_log(line.x, measure.low, "the band's start")
    high = None if measure.high is None else place_log(line.x, measure.high, "the band's end")
    u, v = within(line, low, high)
    # integral of y1 (f/f1)^a df = y1 f1 L (e^s - 1)/s, with L = ln(f2/f1), s = (a + 1) L
    span = np.diff(u)
    s = 2 * np.diff(v) + span
    growth = np.where(np.abs(s) < 1e-9, 1.0, np.expm1(s) / np.where(s == 0, 1.0, s))
    return math.sqrt(float(np.sum(np.exp(2 * v[:-1] + u[:-1]) * span * growth)))
