"""Measurements on a transient that need no periodicity: extremes, averages and steps.

All work within the window [``low``, ``high``] in s, by default the whole result. Averages weigh
by time, because a simulator's time steps are not uniform.

A *step* goes from a start to a final value: start is the value at ``at`` (the time of the step), by
default at the start of the window; final is the average over the last 5 % of the window, which must
not differ from the average over the 5 % before by more than 0.5 % of the step.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from voltsmith.schemas.testbenches import Measure
from voltsmith.verification.spice._waves import (
    NotMeasurable,
    Trace,
    Waves,
    crossings,
    least_swing,
    name_of,
    value_at,
    windowed,
    within,
)

_TAIL = 0.05  # share of the window that the final value is averaged over
_DRIFT = 0.005  # of the step, between the last two tails: an RC step within 3.5 tau of its end


def mean_of(line: Trace) -> float:
    """Time average by the trapezoidal rule, exact for straight lines between samples."""
    # The offset is taken off first: it would cost digits of a small ripple on a large supply.
    base = float(line.y[0])
    return base + float(np.trapezoid(line.y - base, line.x) / (line.x[-1] - line.x[0]))


def mean_square_of(line: Trace) -> float:
    """Time average of the square, exact for straight lines between samples."""
    a, b = line.y[:-1], line.y[1:]
    return float(np.sum((a * a + a * b + b * b) * np.diff(line.x)) / 3 / (line.x[-1] - line.x[0]))


def swing_of(measure: Measure, line: Trace) -> float:
    """Largest less smallest value of the measured signal; refuses a signal that does not move."""
    swing = float(np.ptp(line.y))
    if swing < least_swing(measure.signal):
        raise NotMeasurable(
            f"{name_of(measure.signal)} is constant at {line.y[0]:.4g} between {line.x[0]:.4g} s and "
            f"{line.x[-1]:.4g} s (it moves by {swing:.2g})"
        )
    return swing


def peak_to_peak(measure: Measure, waves: Waves) -> float:
    """Largest less smallest value; a signal that does not move, to the last bit, is refused."""
    swing = float(np.ptp(windowed(measure, waves).y))
    if swing == 0:
        raise NotMeasurable(f"{name_of(measure.signal)} does not move at all")
    return swing


def amplitude(measure: Measure, waves: Waves) -> float:
    """Half of peak to peak: the peak value of a sine."""
    return peak_to_peak(measure, waves) / 2


def maximum(measure: Measure, waves: Waves) -> float:
    """Largest value."""
    return float(windowed(measure, waves).y.max())


def minimum(measure: Measure, waves: Waves) -> float:
    """Smallest value."""
    return float(windowed(measure, waves).y.min())


def average(measure: Measure, waves: Waves) -> float:
    """Time average (1/T) integral v dt, trapezoidal."""
    return mean_of(windowed(measure, waves))


def rms(measure: Measure, waves: Waves) -> float:
    """Root of the time average of the square, direct part included."""
    return math.sqrt(mean_square_of(windowed(measure, waves)))


def _tail(line: Trace, skipped: int = 0) -> float:
    span = float(line.x[-1] - line.x[0]) * _TAIL
    end = float(line.x[-1]) - skipped * span
    return mean_of(within(line, end - span, end))


def final(measure: Measure, waves: Waves) -> float:
    """Average over the last 5 % of the window."""
    return _tail(windowed(measure, waves))


class _Step(NamedTuple):
    """A step scaled to go from 0 to 1, its size in V or A (negative downwards), and its time in s."""

    line: Trace
    size: float
    at: float


def _step(measure: Measure, waves: Waves) -> _Step:
    line = windowed(measure, waves)
    swing_of(measure, line)
    name = name_of(measure.signal)
    at = float(line.x[0]) if measure.at is None else measure.at
    start, end, before = value_at(line, at, "the step"), _tail(line), _tail(line, skipped=1)
    size = end - start
    if abs(size) < least_swing(measure.signal):
        raise NotMeasurable(f"{name} ends where it starts, at {start:.4g}: there is no step")
    line = within(line, at, None)
    if abs(end - before) > _DRIFT * abs(size):
        raise NotMeasurable(f"{name} still moves at the end of the window: it has no final value")
    return _Step(Trace(line.x, (line.y - start) / size), size, at)


def _edge_time(measure: Measure, waves: Waves, rising: bool) -> float:
    level = 10.0 if measure.level is None else measure.level
    if not 0 < level < 50:
        raise NotMeasurable(f"`level` of {measure.kind} is a percentage between 0 and 50, got {level:g}")
    step = _step(measure, waves)
    if (step.size > 0) != rising:
        raise NotMeasurable(f"{name_of(measure.signal)} {'falls' if rising else 'rises'} by {step.size:.4g}")
    begin = crossings(step.line, level / 100, "rising").x
    end = crossings(step.line, 1 - level / 100, "rising").x
    if begin.size == 0 or not (end > begin[0]).any():
        raise NotMeasurable(f"{name_of(measure.signal)} has no edge from {level:g} % to {100 - level:g} %")
    return float(end[end > begin[0]][0] - begin[0])


def rise_time(measure: Measure, waves: Waves) -> float:
    """Time (s) from 10 % to 90 % of a step upwards; ``level`` = 20 makes it 20 % to 80 %."""
    return _edge_time(measure, waves, rising=True)


def fall_time(measure: Measure, waves: Waves) -> float:
    """Time (s) from 90 % to 10 % of a step downwards; ``level`` = 20 makes it 80 % to 20 %."""
    return _edge_time(measure, waves, rising=False)


def overshoot(measure: Measure, waves: Waves) -> float:
    """How far the signal goes beyond its final value, in % of the step; 0 when it does not."""
    return max(0.0, 100 * (float(_step(measure, waves).line.y.max()) - 1))


def settling_time(measure: Measure, waves: Waves) -> float:
    """Time (s) from the step at ``at`` until the signal stays within ``level`` % (1) of its final value."""
    level = 1.0 if measure.level is None else measure.level
    if not level > 0:
        raise NotMeasurable(f"`level` of settling_time is a percentage above 0, got {level:g}")
    step = _step(measure, waves)
    error = Trace(step.line.x, np.abs(step.line.y - 1))
    entered = crossings(error, level / 100, "falling").x
    tail = float(error.x[-1]) - _TAIL * float(error.x[-1] - error.x[0])
    inside = error.y[error.x >= tail].max() <= level / 100
    if not inside or entered.size == 0 or entered[-1] > tail:
        raise NotMeasurable(f"{name_of(measure.signal)} does not settle to {level:g} % within the window")
    return float(entered[-1]) - step.at


def slew_rate(measure: Measure, waves: Waves) -> float:
    """Largest |dv/dt| (V/s) while the signal is between 20 % and 80 % of its swing."""
    line = windowed(measure, waves)
    swing = swing_of(measure, line)
    bottom = float(line.y.min())
    low, high = bottom + 0.2 * swing, bottom + 0.8 * swing
    a, b = line.y[:-1], line.y[1:]
    dt = np.diff(line.x)
    # Steps of a billionth of the window only show rounding errors of the time axis.
    inside = (np.maximum(a, b) > low) & (np.minimum(a, b) < high)
    inside &= dt > 1e-9 * float(line.x[-1] - line.x[0])
    if not inside.any():
        raise NotMeasurable(f"{name_of(measure.signal)} jumps: no sample lies on its edge")
    return float(np.max(np.abs(b - a)[inside] / dt[inside]))
