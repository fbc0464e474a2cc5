"""Operating-point and DC-sweep measurements."""

from __future__ import annotations

import numpy as np

from voltsmith.schemas.testbenches import Measure, Signal
from voltsmith.verification.spice._waves import (
    NotMeasurable,
    Trace,
    Waves,
    axis_of,
    crossings,
    distinct,
    least_swing,
    name_of,
    needed,
    place,
    real_samples,
    trace,
    value_at,
)


def _single(signal: Signal, measure: Measure, waves: Waves) -> float:
    if waves.analysis == "op":
        axis_of(waves)
        samples = real_samples(waves, signal)
        if samples.size != 1:
            raise NotMeasurable(f"an operating point has one value, got {samples.size}")
        return float(samples[0])
    return value_at(trace(waves, signal), needed(measure.at, "at", measure), "the point")


def value(measure: Measure, waves: Waves) -> float:
    """Value at the operating point, or at ``at`` on a DC sweep (V or A) or a transient (s).

    With ``reference``, the ratio ``signal / reference`` at that point (a current ratio, a resistance).
    """
    number = _single(measure.signal, measure, waves)
    if measure.reference is None:
        return number
    divisor = _single(measure.reference, measure, waves)
    if abs(divisor) < least_swing(measure.reference):
        raise NotMeasurable(f"{name_of(measure.reference)} is {divisor:.3g}: nothing to relate to")
    return number / divisor


def _in_band(line: Trace, measure: Measure) -> Trace:
    low = line.x[0] if measure.low is None else place(line.x, measure.low, "the band's start")
    high = line.x[-1] if measure.high is None else place(line.x, measure.high, "the band's end")
    inside = (line.x >= low) & (line.x <= high)
    if np.count_nonzero(inside) < 2:
        raise NotMeasurable(f"fewer than two points lie between {low:.6g} and {high:.6g}")
    return Trace(line.x[inside], line.y[inside])


def crossing(measure: Measure, waves: Waves) -> float:
    """Swept value where the signal first passes ``level`` (linear interpolation), in sweep order.

    With ``reference``, the value of that signal at the crossing instead. ``low`` and ``high`` bound
    the part of the sweep that is searched.
    """
    level = needed(measure.level, "level", measure)
    line = _in_band(trace(waves, measure.signal), measure)
    found = crossings(line, level, "either").x
    if found.size == 0:
        raise NotMeasurable(
            f"{name_of(measure.signal)} never crosses {level:.6g}: it stays within "
            f"{line.y.min():.6g} .. {line.y.max():.6g}"
        )
    axis = axis_of(waves)
    descending = axis[0] > axis[-1]
    where = float(found[-1] if descending else found[0])
    if measure.reference is None:
        return where
    return value_at(trace(waves, measure.reference), where, "the crossing")


def _slope_of(signal: Signal, measure: Measure, waves: Waves) -> float:
    line = trace(waves, signal)
    if line.x.size < 2:
        raise NotMeasurable("a slope needs two points of a sweep or more")
    if measure.at is not None:
        # Second-order differences: exact for a parabola, the mean of both sides at a kink.
        slopes = np.gradient(line.y, line.x, edge_order=2 if line.x.size > 2 else 1)
        return float(np.interp(place(line.x, measure.at, "the point"), line.x, slopes))
    needed(measure.low, "at, or low and high", measure)
    needed(measure.high, "at, or low and high", measure)
    line = _in_band(line, measure)
    x = line.x - line.x.mean()
    return float((x @ (line.y - line.y.mean())) / (x @ x))


def slope(measure: Measure, waves: Waves) -> float:
    """d(signal)/d(swept value) at ``at``, or of the least-squares line over [``low``, ``high``].

    With ``reference``, the slope of the signal over the slope of the reference. A signal that does
    not move at all, to the last bit, is refused: the sweep does not reach it.
    """
    number = _slope_of(measure.signal, measure, waves)
    samples = real_samples(waves, measure.signal)[distinct(axis_of(waves))]
    if np.ptp(samples) == 0:
        raise NotMeasurable(f"{name_of(measure.signal)} does not move at all over the sweep")
    if measure.reference is None:
        return number
    divisor = _slope_of(measure.reference, measure, waves)
    if np.ptp(real_samples(waves, measure.reference)) < least_swing(measure.reference) or divisor == 0:
        raise NotMeasurable(f"{name_of(measure.reference)} does not move over the sweep")
    return number / divisor
