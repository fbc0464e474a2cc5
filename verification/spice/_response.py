"""The shape of a frequency response: its passband, peak, notch and edges.

Shared by the AC measurements of ``_ac``. Interpolation is linear in log |H| over log f, except
around a peak, a notch and their edges, where the shape of a resonance is known and followed: see
``vertex`` and ``_edge``. That keeps a peak of Q = 100 right on a grid of 60 points a decade.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from voltsmith.schemas.testbenches import Measure, Signal
from voltsmith.verification.spice._waves import (
    Complexes,
    Floats,
    NotMeasurable,
    Trace,
    Waves,
    axis_of,
    complex_samples,
    crossings,
    distinct,
    name_of,
    place_log,
    value_at,
    within,
)

HALF_POWER_DB = 10 * math.log10(2)

_SILENT_VOLTS = 1e-9  # of a reference: the bench drives it with a magnitude near 1
_SILENT_AMPERES = 1e-15
SILENT = 1e-15  # of any output, over the whole sweep
_FURTHEST = 20.0  # in power: a top more than 13 dB above the nearest sample is a guess
_TINY = 1e-300  # keeps the logarithm of an exact zero finite
DIP_DB = 1.0  # a notch must lie this far below both its sides


class Response(NamedTuple):
    """log(f), and |H|, of the same length."""

    u: Floats
    m: Floats


def complex_response(measure: Measure, waves: Waves) -> tuple[Floats, Complexes]:
    f = axis_of(waves)
    keep = distinct(f)
    h = complex_samples(waves, measure.signal)
    if f[0] <= 0:
        raise NotMeasurable(f"an AC sweep starts above 0 Hz, got {f[0]:.3g} Hz")
    if np.abs(h).max() < SILENT:
        raise NotMeasurable(f"{name_of(measure.signal)} is silent: it does not respond to the AC source")
    if measure.reference is not None:
        h = h / _not_silent(complex_samples(waves, measure.reference), measure.reference)
    return f[keep], h[keep]


def _not_silent(samples: Complexes, signal: Signal) -> Complexes:
    least = _SILENT_VOLTS if signal.source is None else _SILENT_AMPERES
    if np.abs(samples).min() < least:
        raise NotMeasurable(f"the reference {name_of(signal)} is silent: a ratio to it means nothing")
    return samples


def response_of(measure: Measure, waves: Waves) -> Response:
    """Magnitude of the response, with the top of its highest peak added."""
    f, h = complex_response(measure, waves)
    return _with_vertex(Response(np.log(f), np.abs(h)))


def _log(response: Response) -> Trace:
    return Trace(response.u, np.log(np.maximum(response.m, _TINY)))


def hertz(u: float) -> str:
    return f"{math.exp(u):.4g} Hz"


def magnitude_at(response: Response, f: float) -> float:
    u = place_log(response.u, f, "the frequency")
    return math.exp(value_at(_log(response), u, "the frequency"))


def band_of(response: Response, measure: Measure) -> Response:
    """The response over [``low``, ``high``], default the whole sweep."""
    if response.u.size < 3:
        raise NotMeasurable(f"{response.u.size} frequencies are too few for {measure.kind}")
    low, high = (
        None if edge is None else place_log(response.u, edge, "the band's edge")
        for edge in (measure.low, measure.high)
    )
    part = within(_log(response), low, high)
    return Response(part.x, np.exp(part.y))


def decibels(ratio: float) -> float:
    if ratio < 1e6 * _TINY:
        raise NotMeasurable("the response is exactly zero there: it has no value in dB")
    return 20 * math.log10(ratio)


def vertex(x: Floats, y: Floats, i: int) -> tuple[float, float]:
    """Lowest point of the parabola through samples i-1, i, i+1, or the sample itself at an end.

    Around a resonance 1/|H|^2 = (1 + Q^2 (f/f0 - f0/f)^2) / H0^2 is a parabola in log f, and around
    a notch |H|^2 is one, so the vertex lies right even where the grid is coarser than the peak.
    """
    here = float(x[i]), float(y[i])
    if i == 0 or i == x.size - 1:
        return here
    x0, x1, x2 = (float(v) for v in x[i - 1 : i + 2])
    y0, y1, y2 = (float(v) for v in y[i - 1 : i + 2])
    first, second = (y1 - y0) / (x1 - x0), (y2 - y1) / (x2 - x1)
    bend = (second - first) / (x2 - x0)
    if not bend > 0:
        return here
    top = (x0 + x1) / 2 - first / (2 * bend)
    low = y0 + first * (top - x0) + bend * (top - x0) * (top - x1)
    return (top, low) if x0 < top < x2 else here


def _inverse_square(response: Response) -> Floats:
    return 1 / np.maximum(response.m, 1e-140) ** 2


def peak_of(response: Response) -> tuple[float, float]:
    """log f and |H| of the highest point."""
    i = int(np.argmax(response.m))
    return float(response.u[i]), float(response.m[i])


def _with_vertex(response: Response) -> Response:
    """The response with the top of its peak added, where that lies between samples."""
    inverse = _inverse_square(response)
    i = int(np.argmax(response.m))
    u, lowest = vertex(response.u, inverse, i)
    if abs(u - float(response.u[i])) < 1e-6 or not lowest > inverse[i] / _FURTHEST:
        return response
    where = int(np.searchsorted(response.u, u))
    return Response(np.insert(response.u, where, u), np.insert(response.m, where, 1 / math.sqrt(lowest)))


def _edge(u: Floats, y: Floats, i: int, third: int, target: float) -> float | None:
    """Where the parabola through samples i, i+1 and ``third`` passes ``target`` between i and i+1."""
    if not 0 <= third < u.size or not np.isfinite(y[[i, i + 1, third]]).all():
        return None
    x0, x1, x2 = float(u[i]), float(u[i + 1]), float(u[third])
    y0, y1, y2 = float(y[i]), float(y[i + 1]), float(y[third])
    first = (y1 - y0) / (x1 - x0)
    bend = ((y2 - y1) / (x2 - x1) - first) / (x2 - x0)
    # y0 + first d + bend d (d - w) = target, with d = x - x0 and w = x1 - x0
    a, b, c = bend, first - bend * (x1 - x0), y0 - target
    inside = b * b - 4 * a * c
    if inside < 0:
        return None
    # The form that does not cancel when the parabola is nearly straight.
    q = -(b + math.copysign(math.sqrt(inside), b)) / 2
    roots = [q / a] if a else []
    roots += [c / q] if q else []
    fitting = [x0 + d for d in roots if 0 <= d <= x1 - x0]
    return fitting[0] if len(fitting) == 1 else None


def _peak_edge(response: Response, i: int, x: float, threshold: float, rising: bool) -> float:
    third = i + 2 if rising else i - 1
    refined = _edge(response.u, _inverse_square(response), i, third, 1 / threshold**2)
    return x if refined is None else refined


def _notch_edge(response: Response, i: int, x: float, reference: float, threshold: float) -> float:
    # A notch |H|^2 = x^2/(1 + x^2) with x = Q (f/f0 - f0/f): |H|^2/(1 - |H|^2) is a parabola in log f.
    below = reference**2 - response.m**2
    y = np.where(below > 0, response.m**2 / np.where(below > 0, below, 1.0), np.nan)
    third = i + 2 if response.m[i] > response.m[i + 1] else i - 1
    refined = _edge(response.u, y, i, third, threshold**2 / (reference**2 - threshold**2))
    return x if refined is None else refined


class Passband(NamedTuple):
    u: float
    reference: float
    threshold: float
    drop: float


def passband_of(measure: Measure, whole: Response, band: Response) -> Passband:
    drop = HALF_POWER_DB if measure.level is None else measure.level
    if not drop > 0:
        raise NotMeasurable(f"`level` of {measure.kind} is a drop in dB above 0, got {drop:g}")
    if measure.at is not None:
        u, reference = place_log(whole.u, measure.at, "the passband"), magnitude_at(whole, measure.at)
    else:
        u, reference = peak_of(band)
    if reference < SILENT:
        raise NotMeasurable(f"the response is silent at {hertz(u)}, where the passband should be")
    return Passband(u, reference, reference * 10 ** (-drop / 20), drop)


def cutoff_of(band: Response, passband: Passband, rising: bool) -> float:
    """log f of the outermost edge above (falling) or below (rising) the passband."""
    end = 0 if rising else -1
    if band.m[end] >= passband.threshold:
        raise NotMeasurable(
            f"the gain is not {passband.drop:.4g} dB below the passband at {hertz(band.u[end])}, "
            f"{'below' if rising else 'above'} which nothing was looked at"
        )
    line = _log(band)
    found = crossings(line, math.log(passband.threshold), "rising" if rising else "falling")
    beyond = found.x < passband.u if rising else found.x > passband.u
    if not beyond.any():
        raise NotMeasurable(
            f"the gain never falls by {passband.drop:.4g} dB {'below' if rising else 'above'} "
            f"{hertz(passband.u)}"
        )
    pick = np.flatnonzero(beyond)[0 if rising else -1]
    i, x = int(found.before[pick]), float(found.x[pick])
    return _peak_edge(band, i, x, passband.threshold, rising)


def notch_of(band: Response, least_db: float) -> int:
    """Index of the minimum, which must lie inside and ``least_db`` below the response on both sides."""
    i = int(np.argmin(band.m))
    sides = min(float(band.m[:i].max(initial=0.0)), float(band.m[i + 1 :].max(initial=0.0)))
    if sides <= float(band.m[i]) * 10 ** (least_db / 20):
        raise NotMeasurable(
            f"no notch between {hertz(band.u[0])} and {hertz(band.u[-1])}: the response does not dip "
            f"{least_db:g} dB and come back"
        )
    return i


def _is_notch(band: Response, passband: Passband) -> bool:
    i = int(np.argmin(band.m))
    ends = min(float(band.m[0]), float(band.m[-1]))
    return ends > passband.threshold and 0 < i < band.m.size - 1 and ends > 2 * float(band.m[i])


def edges_of(measure: Measure, waves: Waves) -> tuple[float, float]:
    """Lower and upper edge in Hz of the peak or notch."""
    whole = response_of(measure, waves)
    band = band_of(whole, measure)
    passband = passband_of(measure, whole, band)
    if not _is_notch(band, passband):
        lower = cutoff_of(band, passband, rising=True)
        return math.exp(lower), math.exp(cutoff_of(band, passband, rising=False))
    i = notch_of(band, DIP_DB)
    edges = []
    for rising in (False, True):
        found = crossings(_log(band), math.log(passband.threshold), "rising" if rising else "falling")
        side = np.flatnonzero(found.before >= i if rising else found.before < i)
        pick = side[0 if rising else -1]  # there is one: the ends are above the threshold, the notch below
        at, x = int(found.before[pick]), float(found.x[pick])
        edges.append(math.exp(_notch_edge(band, at, x, passband.reference, passband.threshold)))
    return edges[0], edges[1]
