"""Measurements on a frequency response H = signal / reference, or the signal alone.

Decibels are 20 log10 |H|; a cut-off is where |H| is ``level`` dB (default 3.0103, half the power)
below the passband.

Not covered: group delay, stability margins of a loop.
"""

from __future__ import annotations

import math

import numpy as np

from voltsmith.schemas.testbenches import Measure
from voltsmith.verification.spice._response import (
    DIP_DB,
    SILENT,
    Response,
    band_of,
    complex_response,
    cutoff_of,
    decibels,
    edges_of,
    hertz,
    magnitude_at,
    notch_of,
    passband_of,
    peak_of,
    response_of,
    vertex,
)
from voltsmith.verification.spice._waves import NotMeasurable, Waves, name_of, needed, place_log

_RIPPLE_DB = 0.01  # a peak must stand this far above both its sides


def gain(measure: Measure, waves: Waves) -> float:
    """|H| at ``at`` Hz, as a ratio."""
    at = needed(measure.at, "at", measure)
    return magnitude_at(response_of(measure, waves), at)


def gain_db(measure: Measure, waves: Waves) -> float:
    """|H| at ``at`` Hz, in dB."""
    return decibels(gain(measure, waves))


def phase(measure: Measure, waves: Waves) -> float:
    """Argument of H at ``at`` Hz, in degrees, in (-180, 180]; positive where the signal leads."""
    at = needed(measure.at, "at", measure)
    f, h = complex_response(measure, waves)
    u = np.log(f)
    where = place_log(u, at, "the frequency")
    if magnitude_at(Response(u, np.abs(h)), at) < SILENT:
        raise NotMeasurable(f"{name_of(measure.signal)} is silent at {at:.4g} Hz: it has no phase")
    # Unwrapped before interpolating, so that a jump from -180 to 180 between samples is no slope.
    turns = float(np.interp(where, u, np.unwrap(np.angle(h)))) / (2 * math.pi)
    return 360 * (turns - math.ceil(turns - 0.5))


def peak_gain(measure: Measure, waves: Waves) -> float:
    """Largest |H| over [``low``, ``high``], default the whole sweep, as a ratio."""
    return peak_of(band_of(response_of(measure, waves), measure))[1]


def peak_gain_db(measure: Measure, waves: Waves) -> float:
    """Largest |H| over [``low``, ``high``], default the whole sweep, in dB."""
    return decibels(peak_gain(measure, waves))


def passband_gain(measure: Measure, waves: Waves) -> float:
    """|H| in the passband: at ``at`` Hz, else the largest over [``low``, ``high``] or the sweep."""
    return peak_gain(measure, waves) if measure.at is None else gain(measure, waves)


def passband_gain_db(measure: Measure, waves: Waves) -> float:
    """Passband gain in dB: at ``at`` Hz, else the largest over [``low``, ``high``] or the sweep."""
    return decibels(passband_gain(measure, waves))


def upper_cutoff(measure: Measure, waves: Waves) -> float:
    """Highest frequency (Hz) where |H| falls through ``level`` dB (3.0103) below the passband.

    The passband is |H(``at``)|, else the maximum over [``low``, ``high``] or the sweep; give ``at``
    for a response with a resonance. The search goes up from there and takes the last falling
    crossing, so that ripple is not taken for an edge. The response must end below the threshold.
    """
    whole = response_of(measure, waves)
    band = band_of(whole, measure)
    return math.exp(cutoff_of(band, passband_of(measure, whole, band), rising=False))


def lower_cutoff(measure: Measure, waves: Waves) -> float:
    """Lowest frequency (Hz) where |H| rises through ``level`` dB (3.0103) below the passband.

    The mirror image of ``upper_cutoff``; the response must start below the threshold.
    """
    whole = response_of(measure, waves)
    band = band_of(whole, measure)
    return math.exp(cutoff_of(band, passband_of(measure, whole, band), rising=True))


def peak_frequency(measure: Measure, waves: Waves) -> float:
    """Frequency (Hz) of the largest |H|; it must stand 0.01 dB above something on both sides."""
    band = band_of(response_of(measure, waves), measure)
    i = int(np.argmax(band.m))
    sides = (band.m[:i], band.m[i + 1 :])
    standing = float(band.m[i]) * 10 ** (-_RIPPLE_DB / 20)
    if any(side.size == 0 or side.min() > standing for side in sides):
        raise NotMeasurable(
            f"no peak between {hertz(band.u[0])} and {hertz(band.u[-1])}: the largest gain lies at an end"
        )
    return math.exp(peak_of(band)[0])


def notch_frequency(measure: Measure, waves: Waves) -> float:
    """Frequency (Hz) of the smallest |H|; the response must be 1 dB larger on both sides."""
    band = band_of(response_of(measure, waves), measure)
    return math.exp(vertex(band.u, band.m**2, notch_of(band, DIP_DB))[0])


def notch_depth_db(measure: Measure, waves: Waves) -> float:
    """Passband (|H(``at``)|, else the maximum) over the smallest sample of a notch: positive dB.

    The smallest sample is used as it is: a notch is at least as deep as that, never less.
    """
    whole = response_of(measure, waves)
    band = band_of(whole, measure)
    i = notch_of(band, DIP_DB)
    return decibels(passband_of(measure, whole, band).reference) - decibels(float(band.m[i]))


def bandwidth(measure: Measure, waves: Waves) -> float:
    """Distance (Hz) between the upper and lower edge, ``level`` dB (3.0103) below the passband.

    A notch is recognised by a passband at both ends (above the threshold) and a minimum in between
    more than 6 dB below both; its edges are the crossings next to the minimum. Everything else is
    a peak or plateau, with the edges of ``upper_cutoff`` and ``lower_cutoff``.
    """
    lower, upper = edges_of(measure, waves)
    return upper - lower


def q_factor(measure: Measure, waves: Waves) -> float:
    """f0 over the bandwidth, f0 the geometric mean of the edges (as in ``bandwidth``)."""
    lower, upper = edges_of(measure, waves)
    return math.sqrt(lower * upper) / (upper - lower)


def attenuation_db(measure: Measure, waves: Waves) -> float:
    """How far |H(``at``)| lies below the passband: positive dB when attenuated.

    The passband is |H(``low``)| when only ``low`` is given, the maximum over [``low``, ``high``]
    when both are, else the maximum over the sweep.
    """
    at = needed(measure.at, "at", measure)
    whole = response_of(measure, waves)
    if measure.low is not None and measure.high is None:
        reference = magnitude_at(whole, measure.low)
    else:
        reference = peak_of(band_of(whole, measure))[1]
    if reference < SILENT:
        raise NotMeasurable("the passband is silent")
    return decibels(reference) - decibels(magnitude_at(whole, at))


def rolloff(measure: Measure, waves: Waves) -> float:
    """Slope of |H| from ``low`` to ``high`` Hz in dB per decade; negative where the response falls."""
    low, high = needed(measure.low, "low", measure), needed(measure.high, "high", measure)
    if not 0 < low < high:
        raise NotMeasurable(f"rolloff needs 0 < low < high, got {low:g} and {high:g}")
    whole = response_of(measure, waves)
    change = decibels(magnitude_at(whole, high)) - decibels(magnitude_at(whole, low))
    return change / math.log10(high / low)


def ripple_db(measure: Measure, waves: Waves) -> float:
    """Largest less smallest |H| over [``low``, ``high``], in dB."""
    needed(measure.low, "low", measure)
    needed(measure.high, "high", measure)
    band = band_of(response_of(measure, waves), measure)
    return decibels(float(band.m.max())) - decibels(float(band.m.min()))


def impedance(measure: Measure, waves: Waves) -> float:
    """|V(signal) / I(reference)| at ``at`` Hz, in ohm; the reference is the current of a source."""
    if measure.reference is None or measure.reference.source is None or measure.signal.net is None:
        raise NotMeasurable("impedance is the voltage of a net over the current of a source")
    return gain(measure, waves)
