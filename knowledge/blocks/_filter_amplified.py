"""Frequency response of active sections with a real amplifier, and how to design around it.

The amplifier is a gain of ``open_loop`` with one pole, so that its gain-bandwidth is ``gbw`` (Hz).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from voltsmith.knowledge.blocks._filter_sections import Parts, Target

TAU = 2 * math.pi
Transfer = Callable[[complex, Parts, complex], complex]
"""Response at s (1/s) of a section with these parts and this open-loop gain."""


def sallen_key_low_pass(s: complex, parts: Parts, open_loop: complex) -> complex:
    """Response of the section of that name in ``_filter_sections``."""
    r1, r2, c1, c2 = (*parts.resistors.values(), *parts.capacitors.values())
    gain = open_loop / (1 + open_loop / parts.gain)
    return gain / (s * s * r1 * r2 * c1 * c2 + s * (r1 * c2 + r2 * c2 + r1 * c1 * (1 - gain)) + 1)


def sallen_key_high_pass(s: complex, parts: Parts, open_loop: complex) -> complex:
    """Response of the section of that name in ``_filter_sections``."""
    r1, r2, c1, c2 = (*parts.resistors.values(), *parts.capacitors.values())
    gain = open_loop / (1 + open_loop / parts.gain)
    damping = 1 / (r2 * c1) + 1 / (r2 * c2) + (1 - gain) / (r1 * c1)
    return gain * s * s / (s * s + s * damping + 1 / (r1 * r2 * c1 * c2))


def _feedback(y1: complex, y2: complex, y3: complex, y4: complex, y5: complex, a: complex) -> complex:
    """Two feedback paths: y1 in, y2 to the output, y3 to the inverting input, y4 to ground; y5 around."""
    return y1 / (y3 / a - y2 - (y1 + y2 + y3 + y4) * ((y3 + y5) / a + y5) / y3)


def multiple_feedback_low_pass(s: complex, parts: Parts, open_loop: complex) -> complex:
    """Response of the section of that name in ``_filter_sections``, without its minus sign."""
    r, c = parts.resistors, parts.capacitors
    return -_feedback(1 / r["r1"], 1 / r["r2"], 1 / r["r3"], s * c["c1"], s * c["c2"], open_loop)


def multiple_feedback_high_pass(s: complex, parts: Parts, open_loop: complex) -> complex:
    """Response of the section of that name in ``_filter_sections``, without its minus sign."""
    r, c = parts.resistors, parts.capacitors
    return -_feedback(s * c["c1"], s * c["c2"], s * c["c3"], 1 / r["r1"], 1 / r["r2"], open_loop)


def multiple_feedback_band_pass(s: complex, parts: Parts, open_loop: complex) -> complex:
    """Response of the section of that name in ``_filter_sections``, without its minus sign."""
    r, c = parts.resistors, parts.capacitors
    return -_feedback(1 / r["r1"], s * c["c1"], s * c["c2"], 1 / r["r3"], 1 / r["r2"], open_loop)


def effective(
    transfer: Transfer, shape: str, parts: Parts, gbw: float, open_loop: float
) -> tuple[float, float, float]:
    """Natural frequency (Hz), Q and gain that a section really has with this amplifier.

    The natural frequency is where the phase has turned by 90 degrees (0 for a band-pass), which is
    also where the gain of a low- or high-pass is Q times that of the pass band.
    """

    def response(frequency: float) -> complex:
        gain = open_loop / (1 + 1j * frequency * open_loop / gbw)
        return transfer(2j * math.pi * frequency, parts, gain)

    def turned(frequency: float) -> float:
        value = response(frequency)
        return {"low_pass": value.real, "high_pass": -value.real}.get(shape, value.imag)

    low, high = parts.frequency / 4, parts.frequency * 2
    if not turned(low) > 0 > turned(high):
        return parts.frequency, parts.q, parts.gain
    for _ in range(40):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if turned(middle) > 0 else (low, middle)
    found = math.sqrt(low * high)
    gain = abs(response(found))
    if shape != "band_pass":
        return found, gain / parts.gain, parts.gain
    step = 1e-4
    slope = turned(found * (1 - step)) - turned(found * (1 + step))
    return found, slope / (4 * step * gain), gain


def predistorted(
    search: Callable[[Target], Parts],
    transfer: Transfer,
    shape: str,
    target: Target,
    gbw: float,
    open_loop: float,
) -> Parts:
    """Parts whose section comes out right with this amplifier, not with an ideal one."""
    aimed = target
    parts = search(target)
    for _ in range(3):
        frequency, q, gain = effective(transfer, shape, parts, gbw, open_loop)
        shifts = (frequency / parts.frequency, q / parts.q, gain / parts.gain)
        if all(abs(shift - 1) < 0.003 for shift in shifts) and aimed is target:
            break
        aimed = replace(
            target,
            frequency=target.frequency / shifts[0],
            q=target.q / shifts[1],
            gain=target.gain / shifts[2] if shape == "band_pass" else target.gain,
        )
        parts = search(aimed)
    return parts
