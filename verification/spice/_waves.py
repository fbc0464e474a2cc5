"""Simulated waveforms, and the checks and look-ups every measurement starts with.

Covers validation, windows, interpolation and level crossings. What a number means is decided in
the modules by analysis (``_ac``, ``_sweep``, ``_transient``, ``_periodic``, ``_noise``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from voltsmith.schemas.base import GROUND
from voltsmith.schemas.errors import VoltsmithError
from voltsmith.schemas.testbenches import Measure, Signal

Floats = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]
Indices = npt.NDArray[np.intp]

LEAST_VOLTAGE_SWING = 1e-6
"""V: less movement than this is numerical noise, not a signal."""

LEAST_CURRENT_SWING = 1e-12
"""A: likewise for the current of a source."""

_EDGE = 1e-6  # how far, relative to the span, a window may reach beyond the data by rounding


class NotMeasurable(VoltsmithError):
    """The waveforms do not contain the number asked for; the message says why."""


@dataclass(frozen=True, eq=False)
class Waves:
    """The result of one bench.

    Attributes:
        analysis: ``op``, ``dc_sweep``, ``ac_sweep``, ``transient`` or ``noise``.
        axis: Hz, s, or the swept value (V or A); real; shape ``(n,)``, and ``(1,)`` for ``op``.
        signals: arrays of shape ``(n,)``: V or A, complex for ``ac_sweep`` and real otherwise. For
            ``noise``: the density of output noise in V/sqrt(Hz), under the noise net.
    """

    analysis: str
    axis: npt.NDArray[Any]
    signals: Mapping[Signal, npt.NDArray[Any]]


class Trace(NamedTuple):
    """A real signal ``y`` over an ascending axis ``x`` without repeated points."""

    x: Floats
    y: Floats


def name_of(signal: Signal) -> str:
    """How messages name a signal: ``v(out)``, ``v(a,b)``, ``i(vin)``."""
    if signal.source is not None:
        return f"i({signal.source})"
    return f"v({signal.net})" if signal.reference == GROUND else f"v({signal.net},{signal.reference})"


def least_swing(signal: Signal) -> float:
    """Smallest movement of ``signal`` (V or A) that counts as one."""
    return LEAST_VOLTAGE_SWING if signal.source is None else LEAST_CURRENT_SWING


def needed(value: float | None, field: str, measure: Measure) -> float:
    """``value``, or a complaint that ``measure`` lacks ``field``."""
    if value is None:
        raise NotMeasurable(f"{measure.kind} needs `{field}`")
    return value


def axis_of(waves: Waves) -> Floats:
    """The axis, checked: real, finite, not empty, monotonic (repeated points are allowed)."""
    axis = np.asarray(waves.axis)
    if axis.ndim != 1 or axis.size == 0:
        raise NotMeasurable(f"the {waves.analysis} result is empty (axis of shape {axis.shape})")
    if np.iscomplexobj(axis):
        raise NotMeasurable(f"the axis of the {waves.analysis} result is complex; it must be real")
    axis = axis.astype(np.float64)
    if not np.isfinite(axis).all():
        raise NotMeasurable(f"the axis of the {waves.analysis} result holds NaN or infinity")
    steps = np.diff(axis)
    descending_sweep = waves.analysis == "dc_sweep" and bool((steps <= 0).all())
    if (steps < 0).any() and not descending_sweep:
        raise NotMeasurable(f"the axis of the {waves.analysis} result is not monotonic")
    return axis


def _samples(waves: Waves, signal: Signal) -> npt.NDArray[Any]:
    if signal.source is None and signal.net == signal.reference:
        raise NotMeasurable(f"{name_of(signal)} is the voltage of a net against itself")
    if signal in waves.signals:
        return np.asarray(waves.signals[signal])
    if signal.source is None and signal.reference != GROUND:
        # A runner may hold node voltages only: a difference is made from the two it has.
        net, other = Signal(net=signal.net), Signal(net=signal.reference)
        if other in waves.signals and (net in waves.signals or signal.net == GROUND):
            low = np.asarray(waves.signals[other])
            return np.asarray(waves.signals[net]) - low if signal.net != GROUND else -low
    raise NotMeasurable(f"{name_of(signal)} is not in the {waves.analysis} result")


def _checked(waves: Waves, signal: Signal) -> npt.NDArray[Any]:
    samples = _samples(waves, signal)
    if samples.shape != np.shape(waves.axis):
        raise NotMeasurable(
            f"{name_of(signal)} has shape {samples.shape}, its axis has {np.shape(waves.axis)}"
        )
    if not np.isfinite(samples).all():
        raise NotMeasurable(f"{name_of(signal)} holds NaN or infinity")
    return samples


def real_samples(waves: Waves, signal: Signal) -> Floats:
    """Samples of a real signal, in the order of the axis."""
    samples = _checked(waves, signal)
    if np.iscomplexobj(samples):
        raise NotMeasurable(f"{name_of(signal)} is complex in a {waves.analysis} result; it must be real")
    return samples.astype(np.float64)


def complex_samples(waves: Waves, signal: Signal) -> Complexes:
    """Samples of a phasor, in the order of the axis."""
    samples = _checked(waves, signal)
    if not np.iscomplexobj(samples):
        raise NotMeasurable(f"{name_of(signal)} is real in an AC result; it must be complex")
    return samples.astype(np.complex128)


def distinct(x: Floats) -> npt.NDArray[np.bool_]:
    """Mask that keeps one of each run of repeated axis points."""
    return np.concatenate(([True], np.diff(x) != 0))


def trace(waves: Waves, signal: Signal) -> Trace:
    """A real signal over its axis; a descending axis is turned round."""
    x, y = axis_of(waves), real_samples(waves, signal)
    keep = distinct(x)
    x, y = x[keep], y[keep]
    return Trace(x[::-1], y[::-1]) if x.size > 1 and x[0] > x[-1] else Trace(x, y)


def place(x: Floats, at: float, what: str) -> float:
    """``at``, moved on to the axis if it misses an end by rounding only.

    Raises:
        NotMeasurable: ``at`` lies outside the axis.
    """
    first, last = float(x[0]), float(x[-1])
    slack = _EDGE * (last - first)
    if not first - slack <= at <= last + slack:
        raise NotMeasurable(f"{what} {at:.6g} lies outside the simulated range {first:.6g} .. {last:.6g}")
    return min(max(at, first), last)


def place_log(u: Floats, frequency: float, what: str) -> float:
    """log(``frequency``), moved on to the logarithmic axis ``u`` if it misses an end by rounding only."""
    if frequency > 0 and u[0] - _EDGE <= (where := math.log(frequency)) <= u[-1] + _EDGE:
        return min(max(where, float(u[0])), float(u[-1]))
    raise NotMeasurable(
        f"{what} {frequency:.6g} Hz lies outside the sweep {math.exp(u[0]):.6g} .. {math.exp(u[-1]):.6g} Hz"
    )


def value_at(line: Trace, at: float, what: str) -> float:
    """Linear interpolation of ``line`` at ``at``."""
    return float(np.interp(place(line.x, at, what), line.x, line.y))


def within(line: Trace, low: float | None, high: float | None) -> Trace:
    """The part of ``line`` between ``low`` and ``high``, with interpolated ends."""
    first = float(line.x[0]) if low is None else place(line.x, low, "the window's start")
    last = float(line.x[-1]) if high is None else place(line.x, high, "the window's end")
    if not first < last:
        raise NotMeasurable(f"the window {first:.6g} .. {last:.6g} is empty")
    inner = line.x[(line.x > first) & (line.x < last)]
    x = np.concatenate(([first], inner, [last]))
    return Trace(x, np.interp(x, line.x, line.y))


def windowed(measure: Measure, waves: Waves, signal: Signal | None = None) -> Trace:
    """``signal`` (default: the measured one) within the window of ``measure``."""
    line = trace(waves, measure.signal if signal is None else signal)
    if line.x.size < 2:
        raise NotMeasurable(f"the {waves.analysis} result has a single point")
    return within(line, measure.low, measure.high)


class Crossings(NamedTuple):
    """Where a signal passes a level: the sample before each crossing, and its place on the axis."""

    before: Indices
    x: Floats


def crossings(line: Trace, level: float, direction: Literal["rising", "falling", "either"]) -> Crossings:
    """Passages through ``level`` by linear interpolation; a touch without passing is none."""
    side = np.sign(line.y - level)
    known = np.flatnonzero(side)
    if known.size == 0:
        return Crossings(np.zeros(0, np.intp), np.zeros(0))
    # A sample exactly on the level counts to the side the signal comes from.
    last = np.maximum.accumulate(np.where(side != 0, np.arange(side.size), known[0]))
    step = np.diff(side[last])
    passed = {"rising": step > 0, "falling": step < 0, "either": step != 0}[direction]
    i = np.flatnonzero(passed)
    rise = line.y[i + 1] - line.y[i]
    return Crossings(i, line.x[i] + (level - line.y[i]) * (line.x[i + 1] - line.x[i]) / rise)
