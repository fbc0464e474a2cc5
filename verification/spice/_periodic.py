"""Measurements on a transient that need edges: periods, pulses, thresholds and delays.

An edge counts when the signal has gone from 5 % of its swing on one side of the level to 5 % on the
other (a hysteresis of 10 %), so that ringing at the level is one edge; its time is the last crossing
of the level before that. The level is ``level``, by default midway between maximum and minimum.

A signal is taken as periodic when it has two whole cycles, its cycles differ by less than 20 % of
their mean, and it does not die out.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from voltsmith.schemas.testbenches import Measure, Signal
from voltsmith.verification.spice._waves import (
    Floats,
    Indices,
    NotMeasurable,
    Trace,
    Waves,
    crossings,
    least_swing,
    name_of,
    value_at,
    windowed,
)

_HALF_HYSTERESIS = 0.05
_SPREAD = 0.2  # between the longest and the shortest cycle, of their mean
_DYING = 0.95  # the last cycle's rms over the largest cycle's
_SCATTER = 0.1  # of the input's swing, between thresholds seen in several cycles


class _Edges(NamedTuple):
    """Times (s) of the rising and falling edges, in order, and the level they cross."""

    rising: Floats
    falling: Floats
    level: float


def _edge_times(
    line: Trace, level: float, direction: Literal["rising", "falling"], arrivals: Indices
) -> Floats:
    """The last crossing before each of the samples ``arrivals``, where the other side is reached."""
    passed = crossings(line, level, direction)
    return passed.x[np.searchsorted(passed.before, arrivals, side="left") - 1]


def _edges(line: Trace, signal: Signal, level: float | None) -> _Edges:
    bottom, top = float(line.y.min()), float(line.y.max())
    swing = top - bottom
    if swing < least_swing(signal):
        raise NotMeasurable(f"{name_of(signal)} is constant at {bottom:.4g} (it moves by {swing:.2g})")
    middle = (bottom + top) / 2 if level is None else level
    margin = _HALF_HYSTERESIS * swing
    side = np.where(line.y >= middle + margin, 1, np.where(line.y <= middle - margin, -1, 0))
    known = np.flatnonzero(side)
    if not (side > 0).any() or not (side < 0).any():
        raise NotMeasurable(
            f"{name_of(signal)} does not cross {middle:.4g}: it stays within {bottom:.4g} .. {top:.4g}"
        )
    change = known[1:][np.diff(side[known]) != 0]  # the samples that arrive on the other side
    rising = _edge_times(line, middle, "rising", change[side[change] > 0])
    falling = _edge_times(line, middle, "falling", change[side[change] < 0])
    return _Edges(rising, falling, middle)


class _Cycles(NamedTuple):
    """Whole cycles: times (s) of the rising edges, one more than cycles, and of the falls between."""

    starts: Floats
    falls: Floats


def _sizes(line: Trace, starts: Floats) -> Floats:
    """The rms of each cycle around its own mean."""
    y, dt = line.y - line.y.mean(), np.diff(line.x)
    a, b = y[:-1], y[1:]
    first = np.concatenate(([0.0], np.cumsum((a + b) / 2 * dt)))
    second = np.concatenate(([0.0], np.cumsum((a * a + a * b + b * b) / 3 * dt)))
    mean, square = (np.diff(np.interp(starts, line.x, j)) / np.diff(starts) for j in (first, second))
    return np.asarray(np.sqrt(np.maximum(square - mean**2, 0.0)), np.float64)


def _cycles(measure: Measure, waves: Waves) -> _Cycles:
    line = windowed(measure, waves)
    edges = _edges(line, measure.signal, measure.level)
    name, starts = name_of(measure.signal), edges.rising
    if starts.size < 3:
        raise NotMeasurable(
            f"{name} has {max(starts.size - 1, 0)} whole cycles around {edges.level:.4g} between "
            f"{line.x[0]:.4g} s and {line.x[-1]:.4g} s; two are needed"
        )
    lengths = np.diff(starts)
    if np.ptp(lengths) > _SPREAD * lengths.mean():
        raise NotMeasurable(
            f"{name} is not periodic: its cycles last {lengths.min():.4g} s to {lengths.max():.4g} s"
        )
    sizes = _sizes(line, starts)
    if sizes[-1] < _DYING * sizes.max():
        raise NotMeasurable(
            f"{name} dies out: its last cycle has {100 * sizes[-1] / sizes.max():.3g} % of the largest one"
        )
    falls = edges.falling[(edges.falling > starts[0]) & (edges.falling < starts[-1])]
    return _Cycles(starts, falls)


def period(measure: Measure, waves: Waves) -> float:
    """Mean time (s) between rising edges, over all whole cycles."""
    starts = _cycles(measure, waves).starts
    return float(starts[-1] - starts[0]) / (starts.size - 1)


def frequency(measure: Measure, waves: Waves) -> float:
    """Number of whole cycles over the time (s) they take: Hz."""
    return 1 / period(measure, waves)


def high_time(measure: Measure, waves: Waves) -> float:
    """Mean time (s) above the level in a cycle, over all whole cycles."""
    cycles = _cycles(measure, waves)
    return float(np.mean(cycles.falls - cycles.starts[:-1]))


def low_time(measure: Measure, waves: Waves) -> float:
    """Mean time (s) below the level in a cycle, over all whole cycles."""
    cycles = _cycles(measure, waves)
    return float(np.mean(cycles.starts[1:] - cycles.falls))


def duty_cycle(measure: Measure, waves: Waves) -> float:
    """Time above the level over the period, in %, over all whole cycles."""
    return 100 * high_time(measure, waves) / period(measure, waves)


def pulse_width(measure: Measure, waves: Waves) -> float:
    """Time (s) from the first rising edge to the next falling one: the width of a single pulse."""
    edges = _edges(windowed(measure, waves), measure.signal, measure.level)
    if edges.rising.size == 0 or not (edges.falling > edges.rising[0]).any():
        raise NotMeasurable(f"{name_of(measure.signal)} has no whole pulse above {edges.level:.4g}")
    return float(edges.falling[edges.falling > edges.rising[0]][0] - edges.rising[0])


def delay(measure: Measure, waves: Waves) -> float:
    """Time (s) from the reference's first edge, through its mid level, to the signal's next edge.

    Edges of both directions count. ``level`` is the level of the signal only, by default its own
    mid level. Without a reference the time is counted from ``at``.
    """
    edges = _edges(windowed(measure, waves), measure.signal, measure.level)
    if measure.reference is not None:
        cause = _edges(windowed(measure, waves, measure.reference), measure.reference, None)
        start = float(np.concatenate((cause.rising, cause.falling)).min())
    elif measure.at is not None:
        start = measure.at
    else:
        raise NotMeasurable("delay needs `reference` or `at`")
    found = np.concatenate((edges.rising, edges.falling))
    found = found[found >= start]
    if found.size == 0:
        raise NotMeasurable(f"{name_of(measure.signal)} does not move after {start:.4g} s")
    return float(found.min()) - start


def _threshold(measure: Measure, waves: Waves, rising: bool) -> float:
    if measure.reference is None:
        raise NotMeasurable(f"{measure.kind} needs `reference`, the input")
    line, cause = windowed(measure, waves), windowed(measure, waves, measure.reference)
    swing = float(np.ptp(cause.y))
    if swing < least_swing(measure.reference):
        raise NotMeasurable(f"the input {name_of(measure.reference)} is constant")
    edges = _edges(line, measure.signal, measure.level)
    # The direction is taken from before the edge: a switching output may kick the input back.
    back = 0.002 * float(cause.x[-1] - cause.x[0])
    found = []
    for time in np.concatenate((edges.rising, edges.falling)):
        now = value_at(cause, float(time), "the edge")
        before = value_at(cause, max(float(time) - back, float(cause.x[0])), "the edge")
        if now != before and (now > before) == rising:
            found.append(now)
    way = "rises" if rising else "falls"
    if not found:
        raise NotMeasurable(
            f"{name_of(measure.signal)} does not cross {edges.level:.4g} while the input {way}"
        )
    if max(found) - min(found) > _SCATTER * swing:
        raise NotMeasurable(
            f"{name_of(measure.signal)} switches at inputs from {min(found):.4g} to {max(found):.4g} while "
            f"the input {way}: that is no threshold"
        )
    return sum(found) / len(found)


def upper_threshold(measure: Measure, waves: Waves) -> float:
    """Value of ``reference``, the input, where the signal passes its level while the input rises.

    Mean over all edges, inverting or not; they must agree within 10 % of the input's swing.
    """
    return _threshold(measure, waves, rising=True)


def lower_threshold(measure: Measure, waves: Waves) -> float:
    """Value of ``reference``, the input, where the signal passes its level while the input falls."""
    return _threshold(measure, waves, rising=False)


def hysteresis(measure: Measure, waves: Waves) -> float:
    """Upper threshold less lower threshold."""
    return upper_threshold(measure, waves) - lower_threshold(measure, waves)
