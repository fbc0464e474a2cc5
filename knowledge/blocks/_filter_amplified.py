"""Sections with their real amplifier: where each part sits, what response that gives, how to design for it.

A layout is used twice, to place the parts and to analyse them, so both are about the same circuit.
The amplifier is that of the device models, linearised: two poles, output resistance, input capacitance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from voltsmith.knowledge.blocks._filter_sections import Parts, Target
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import Infeasible

SALLEN_KEY, MULTIPLE_FEEDBACK = "sallen_key", "multiple_feedback"

Layout = Mapping[str, tuple[str, str]]
"""The two nets of each part: in, out, joint, plus and minus, ground, and reference (what signals ride on)."""

LAYOUTS: Mapping[tuple[str, str, int], Layout] = {
    (SALLEN_KEY, "low_pass", 1): {"r1": ("in", "plus"), "c1": ("plus", "ground")},
    (SALLEN_KEY, "low_pass", 2): {
        "r1": ("in", "joint"),
        "r2": ("joint", "plus"),
        "c1": ("joint", "out"),
        "c2": ("plus", "ground"),
    },
    (SALLEN_KEY, "high_pass", 1): {"c1": ("in", "plus"), "r1": ("plus", "reference")},
    (SALLEN_KEY, "high_pass", 2): {
        "c1": ("in", "joint"),
        "c2": ("joint", "plus"),
        "r1": ("joint", "out"),
        "r2": ("plus", "reference"),
    },
    (SALLEN_KEY, "band_pass", 2): {
        "r1": ("in", "joint"),
        "r2": ("plus", "reference"),
        "r3": ("joint", "out"),
        "r4": ("joint", "reference"),
        "c1": ("joint", "ground"),
        "c2": ("joint", "plus"),
    },
    (MULTIPLE_FEEDBACK, "low_pass", 1): {
        "r1": ("in", "minus"),
        "r2": ("minus", "out"),
        "c1": ("minus", "out"),
    },
    (MULTIPLE_FEEDBACK, "low_pass", 2): {
        "r1": ("in", "joint"),
        "r2": ("joint", "out"),
        "r3": ("joint", "minus"),
        "c1": ("joint", "ground"),
        "c2": ("minus", "out"),
    },
    (MULTIPLE_FEEDBACK, "high_pass", 1): {
        "c1": ("in", "joint"),
        "r1": ("joint", "minus"),
        "r2": ("minus", "out"),
    },
    (MULTIPLE_FEEDBACK, "high_pass", 2): {
        "c1": ("in", "joint"),
        "c2": ("joint", "out"),
        "c3": ("joint", "minus"),
        "r1": ("joint", "reference"),
        "r2": ("minus", "out"),
    },
    (MULTIPLE_FEEDBACK, "band_pass", 2): {
        "r1": ("in", "joint"),
        "r2": ("minus", "out"),
        "r3": ("joint", "reference"),
        "c1": ("joint", "out"),
        "c2": ("joint", "minus"),
    },
}
GAIN_LAYOUT: Layout = {"rf": ("out", "minus"), "rg": ("minus", "reference")}
"""The two resistors of a non-inverting amplifier."""

_NODES = ("joint", "plus", "minus", "out")


class Network:
    """Nodal equations of a section: (G + s C) v = g + s c for one volt at ``in``."""

    def __init__(self, layout: Layout, parts: Mapping[str, float], amplifier: Component) -> None:
        size = len(_NODES)
        self._conductance: NDArray[np.float64] = np.zeros((size, size + 1))
        self._capacitance: NDArray[np.float64] = np.zeros((size, size + 1))
        nets = {net for ends in layout.values() for net in ends}
        model = amplifier.model
        for name, (a, b) in layout.items():
            if name.startswith("r"):
                self._stamp(self._conductance, a, b, 1 / parts[name])
            else:
                self._stamp(self._capacitance, a, b, parts[name])
        follower = "plus" in nets and "minus" not in nets
        if follower:
            self._stamp(self._conductance, "minus", "out", 1e3)
        for net in ("joint", "plus", "minus"):
            # A node that the section does not have is grounded, or so nearly open that it does not matter.
            unused = net not in nets and not (follower and net == "minus")
            self._stamp(self._conductance, net, "ground", 1e3 if unused else 1e-15)
        for a, b in (("plus", "minus"), ("plus", "ground"), ("minus", "ground")):
            self._stamp(self._capacitance, a, b, model["input_capacitance"])
        self._output = 1 / model["output_resistance"]
        self._poles = (model["gbw"] / model["open_loop_gain"], model["second_pole"])
        self._open_loop = model["open_loop_gain"]

    @staticmethod
    def _stamp(matrix: NDArray[np.float64], a: str, b: str, value: float) -> None:
        places = [_NODES.index(net) if net in _NODES else -1 for net in (a, b)]
        for row, other, net in ((places[0], places[1], b), (places[1], places[0], a)):
            if row < 0:
                continue
            matrix[row, row] += value
            if other >= 0:
                matrix[row, other] -= value
            elif net == "in":
                matrix[row, -1] += value

    def __call__(self, frequency: float) -> complex:
        """Output for one volt of input at ``frequency`` (Hz)."""
        s = 2j * math.pi * frequency
        gain = self._open_loop / math.prod(1 + 1j * frequency / pole for pole in self._poles)
        system = self._conductance + s * self._capacitance
        plus, minus, out = 1, 2, 3
        system[out, out] += self._output
        system[out, plus] -= gain * self._output
        system[out, minus] += gain * self._output
        return complex(np.linalg.solve(system[:, :-1], system[:, -1])[out])


def effective(response: Callable[[float], complex], shape: str, parts: Parts) -> tuple[float, float, float]:
    """Natural frequency (Hz), Q and gain that a section of ``parts`` really has.

    The natural frequency is where the phase has turned by 90 degrees (0 for a band-pass), which is
    also where the gain of a low- or high-pass is Q times that of the pass band.
    """
    sign = (
        1.0
        if response(parts.frequency * {"low_pass": 0.01, "high_pass": 30}.get(shape, 1)).real > 0
        else -1.0
    )

    def turned(frequency: float) -> float:
        value = sign * response(frequency)
        return {"low_pass": value.real, "high_pass": -value.real}.get(shape, value.imag)

    low, high = parts.frequency / 4, parts.frequency * 2
    if not turned(low) > 0 > turned(high):
        return parts.frequency, parts.q, parts.gain
    for _ in range(30):
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
    find: Callable[[Target], Parts],
    layout: Layout,
    shape: str,
    target: Target,
    amplifier: Component,
    around: Mapping[str, float],
) -> Parts:
    """Parts whose section comes out right with this amplifier, not with an ideal one.

    ``around`` are the resistors that set the amplifier's gain, by their names in ``GAIN_LAYOUT``.
    """
    whole = {**layout, **GAIN_LAYOUT} if around else layout
    aimed, best = target, None
    for _ in range(4):
        try:
            parts = find(aimed)
        except Infeasible:
            if best is None:
                raise
            break
        numbers = {**parts.resistors, **parts.capacitors, **around}
        if target.source:
            numbers["r1"] += target.source
        frequency, q, gain = effective(Network(whole, numbers, amplifier), shape, parts)
        error = abs(frequency / target.frequency - 1) + abs(q / target.q - 1) + abs(gain / target.gain - 1)
        if best is None or error < best[0]:
            best = (error, parts)
        if error < 0.008:
            break
        aimed = replace(
            target,
            frequency=target.frequency * _clip(parts.frequency / frequency),
            q=target.q * _clip(parts.q / q),
            gain=target.gain * _clip(parts.gain / gain) if shape == "band_pass" else target.gain,
        )
    assert best is not None
    return best[1]


def _clip(shift: float) -> float:
    """A correction, kept within reason."""
    return min(max(shift, 0.6), 1.6)
