"""Resistors and capacitors of feedback networks, chosen as sets of preferred values."""

from __future__ import annotations

import math
from typing import NamedTuple

from voltsmith.knowledge.preferred import nearest, ratio_pair, values
from voltsmith.schemas.errors import Infeasible


def corrected(limit: float, bandwidth: float, stages: int = 1, *, noise_gain: float | None = None) -> float:
    """Corner (Hz) of a capacitor that, with ``stages`` op-amps of closed-loop ``bandwidth``, makes ``limit``.

    In front of the op-amps it is one more pole, whose squares add. Across the feedback resistor of one
    with ``noise_gain`` the denominator is 1 + s (R_f C_f + noise gain / omega_t) + s^2 R_f C_f / omega_t.
    """
    poles: float = (1 + (limit / bandwidth) ** 2) ** (stages if noise_gain is None else stages - 1)
    target = max(2 / poles, 1.1)
    if noise_gain is None:
        return limit / math.sqrt(target - 1)
    own = limit / bandwidth
    share = own / noise_gain
    # (1 - x share)^2 + (x + own)^2 = target, with x = limit / corner.
    a, half, c = 1 + share**2, own - share, 1 + own**2 - target
    inside = half**2 - a * c
    x = (math.sqrt(inside) - half) / a if inside > 0 else 0.0
    return limit / max(x, 0.3)


class Feedback(NamedTuple):
    """R_g and R_f (ohm), the capacitor (F) across R_f and the one in series with R_g, where there is one."""

    ground: float
    feedback: float
    across: float | None
    series: float | None


def feedback_set(
    ratio: float, ground: tuple[float, float], upper: float | None = None, lower: float | None = None
) -> Feedback:
    """The set of preferred values for R_f / R_g = ``ratio`` with R_g in a range (ohm).

    With ``upper`` and ``lower`` (Hz) also for 1 / (2 pi R_f C) and 1 / (2 pi R_g C): all of them at once,
    for capacitors come in coarse steps that resistors can make up for.
    """
    low, high = ground
    if upper is None and lower is None:
        first, second, _ = ratio_pair(ratio, (low * 0.999, high * 1.001))
        return Feedback(second, first, None, None)
    if upper is not None and high > 1.5 * low:
        # Strays spoil capacitors of a few picofarads, so the resistors give way.
        high = min(high, 1 / (2 * math.pi * upper * 22e-12) / ratio)
        low = min(low, high / 3)
    if lower is not None and high > 1.5 * low:
        # Up to 1 uF there are film and ceramic capacitors, which are tighter than electrolytic ones.
        low = max(low, min(1 / (2 * math.pi * lower * 1e-6), high / 2))
    found: list[tuple[float, Feedback]] = []
    for rank, series in enumerate(("E24", "E96")):
        for resistor in values(series, low * 0.999, high * 1.001):
            feedback = nearest(ratio * resistor, series)
            error = 2 * abs(feedback / resistor / ratio - 1) + 0.002 * rank
            across = series_capacitor = None
            if upper is not None:
                wish = 1 / (2 * math.pi * upper * feedback)
                across, miss = _capacitor(wish)
                error += miss
            if lower is not None:
                wish = 1 / (2 * math.pi * lower * resistor)
                series_capacitor, miss = _capacitor(wish)
                error += miss
            found.append((error, Feedback(resistor, feedback, across, series_capacitor)))
    if not found:
        raise Infeasible(f"no preferred resistor lies between {low:.3g} and {high:.3g} ohm")
    return min(found, key=lambda item: item[0])[1]


def _capacitor(wish: float) -> tuple[float, float]:
    """A capacitor (F) and its relative error; E24, which is less common, where E12 misses."""
    coarse, fine = nearest_capacitor(wish), nearest(wish, "E24")
    errors = abs(coarse / wish - 1), abs(fine / wish - 1) + 0.02
    return (coarse, errors[0]) if errors[0] <= errors[1] else (fine, errors[1])


def nearest_capacitor(farads: float) -> float:
    """The capacitor nearest to ``farads``: E12, or E24 where small ceramic ones are made in it."""
    return nearest(farads, "E24" if farads < 100e-12 else "E12")
