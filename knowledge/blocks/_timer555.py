"""Timing of the 555: what the resistors, the capacitor and the timer itself make of the two times.

The textbook equations take thresholds at 1/3 and 2/3 of the supply and an ideal switch. Here the resistance
of the discharge transistor, the input currents, the propagation delay and the drop of a steering diode are
counted too, so that values chosen with them come out right in simulation and on the bench.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from voltsmith.knowledge.devices._semiconductors import junction
from voltsmith.knowledge.preferred import nearest, values
from voltsmith.schemas.components import Component

_THERMAL = 0.025865
_PINS = 4e-12
"""Farad: the threshold and trigger pins."""
_SWITCH = 5e-12
"""Farad: the discharge pin."""
_OFF = 1e8
"""Ohm: the discharge pin while it does not conduct."""
_FALL, _RISE = 1.6, 1.4
"""The output falls and rises after this many time constants of the latch."""


class Times(NamedTuple):
    """Time high and time low, s."""

    high: float
    low: float

    @property
    def period(self) -> float:
        """Their sum, s."""
        return self.high + self.low


@dataclass(frozen=True)
class Timer:
    """A timer on a supply of ``vcc`` V."""

    entry: Component
    vcc: float

    @property
    def delay(self) -> float:
        """Time (s) from the threshold to the falling output."""
        return _FALL * self.entry.model["latch_delay"]

    @property
    def trigger_delay(self) -> float:
        """Time (s) from the trigger to the rising output."""
        return _RISE * self.entry.model["latch_delay"]

    @property
    def bipolar(self) -> bool:
        """Whether it has the input currents of a bipolar timer."""
        return self.entry.model["threshold_current"] > 1e-9

    @property
    def largest_resistor(self) -> float:
        """Ohm in the charging path: leakage must stay small against what flows.

        Ten times the typical input current costs 4 % of the supply at most, the discharge pin 2 %.
        """
        return float(min(0.04 * self.vcc / (10 * max(self._input_current, 1e-12)), 0.02 * _OFF))

    @property
    def smallest_resistor(self) -> float:
        """Ohm from the supply to the discharge pin: 5 mA, and a hundred times its own resistance."""
        return max(self.vcc / 5e-3, 100 * self.entry.model["discharge_resistance"] / 4)

    @property
    def _input_current(self) -> float:
        return self.entry.model["threshold_current"]

    def output_high(self, current: float) -> float:
        """High level (V) at an output current (A)."""
        model = self.entry.model
        return self.vcc - model["output_high_drop"] - current * model["output_high_resistance"]

    def astable(self, ra: float, rb: float, c: float, diode: Component | None = None) -> Times:
        """Both times (s) of the astable circuit; ``diode`` bypasses ``rb`` while the capacitor charges."""
        third = self.vcc / 3
        c += _PINS
        drawn = self._input_current - self.entry.model["trigger_current"]
        switch = self.entry.model["discharge_resistance"]
        down = rb + ra * switch / (ra + switch)
        floor = self.vcc * switch / (ra + switch) - drawn * down
        ceiling = self.vcc * _OFF / (_OFF + ra) - drawn * (ra + rb)
        high = low = 0.0
        bottom = third
        # Each delay lets the capacitor run past its threshold; two rounds settle that to a part in 1e6.
        for _ in range(3):
            if diode is None:
                rise = (ra + rb) * c + ra * _SWITCH
                high = _exponential(bottom, 2 * third, ceiling, rise) + self.delay
                top = ceiling + (bottom - ceiling) * math.exp(-high / rise)
            else:
                high, top = self._steered(bottom, ra, rb, c, diode)
            low = _exponential(top, third, floor, down * c) + self.trigger_delay
            bottom = floor + (top - floor) * math.exp(-low / (down * c))
        return Times(high, low)

    def _steered(self, start: float, ra: float, rb: float, c: float, diode: Component) -> tuple[float, float]:
        """Charging through ``ra`` and a diode across ``rb``: time (s), and the level (V) after the delay."""
        c += _SWITCH
        saturation, emission = junction(diode.model)
        slope = emission * _THERMAL
        ra = ra + diode.model["series_resistance"]

        def pair(level: float) -> float:
            """Voltage across the diode when the capacitor is at ``level``."""
            return float(
                brentq(
                    lambda v: self.vcc - level - v - ra * (saturation * math.expm1(v / slope) + v / rb),
                    0.0,
                    min(self.vcc - level, 40 * slope),
                )
            )

        end = 2 * self.vcc / 3
        across = np.linspace(pair(start), pair(end), 129)
        through = saturation * np.expm1(across / slope) + across / rb
        level = self.vcc - across - ra * through
        time = float(np.trapezoid(c / through, level)) + self.delay
        return time, end + float(through[-1]) * self.delay / c

    def monostable(self, r: float, c: float) -> float:
        """Pulse width (s), without the delay; infinite where the input current keeps it from ending."""
        c += _PINS + _SWITCH
        switch = self.entry.model["discharge_resistance"]
        start = self.vcc * switch / (r + switch)
        r = r * _OFF / (r + _OFF)
        ceiling = (self.vcc - self._input_current * r) * (1 - r / _OFF)
        return _exponential(start, 2 * self.vcc / 3, ceiling, r * c)


def _exponential(start: float, end: float, target: float, tau: float) -> float:
    """Time (s) from ``start`` to ``end`` (V) on the way to ``target``."""
    ratio = (start - target) / (end - target)
    return tau * math.log(ratio) if ratio > 1 else (0.0 if ratio > 0 else math.inf)


class Chosen(NamedTuple):
    """Values of the astable circuit (ohm, F) and what they make."""

    ra: float
    rb: float
    c: float
    times: Times
    cost: float


def choose_astable(
    timer: Timer,
    wanted: Times,
    diode: Component | None,
    *,
    capacitor: float | None = None,
    duty_matters: bool = True,
) -> Chosen | None:
    """The set of preferred values that comes nearest to ``wanted``; None where none is in reach.

    Frequency and duty cycle count alike: a percent of one, a point of the other. Below half a percent, common
    capacitors and coarse series are preferred.
    """
    best: Chosen | None = None
    for c in values("E12", 100e-12, 1000e-6) if capacitor is None else (capacitor,):
        charging = wanted.period if diode else wanted.high
        if best is not None and _inconvenience(c, charging / (math.log(2) * c)) > best.cost + 0.1:
            continue
        found = _ideal(timer, wanted, diode, c)
        if found is None:
            continue
        ra, rb = found
        total = ra + rb
        electrolytic = c > 1.0001e-6
        most = min(timer.largest_resistor, 1e6) if electrolytic else timer.largest_resistor
        if not (timer.smallest_resistor <= ra and rb >= 1e3 and total <= most * 1.02):
            continue
        for rank, series in enumerate(("E24", "E96")):
            for chosen_b in _around(rb, series):
                for chosen_a in _around(ra if duty_matters else total - chosen_b, series):
                    if chosen_a < timer.smallest_resistor * 0.99:
                        continue
                    times = timer.astable(chosen_a, chosen_b, c, diode)
                    period = abs(times.period / wanted.period - 1)
                    duty = abs(times.high / times.period - wanted.high / wanted.period)
                    cost = 100 * (max(period - 0.004, 0) + (max(duty - 0.004, 0) if duty_matters else 0))
                    cost += period * 20 + 0.25 * rank + _inconvenience(c, total)
                    if best is None or cost < best.cost:
                        best = Chosen(chosen_a, chosen_b, c, times, cost)
    return best


def _inconvenience(c: float, total: float) -> float:
    """What speaks against a capacitor (F) and the resistors (ohm, together) that go with it."""
    cost = 2.0 if c > 1.0001e-6 else 0.0
    # Below 330 pF stray capacitance counts.
    cost += max(math.log(330e-12 / c), 0.0) + (0.0 if nearest(c, "E6") == c else 0.3)
    return cost + 0.15 * abs(math.log(max(total, 1e3) / 68e3))


def _ideal(timer: Timer, wanted: Times, diode: Component | None, c: float) -> tuple[float, float] | None:
    """Exact ``ra`` and ``rb`` (ohm) for a capacitor (F), by scaling; None where there are none."""
    rb = wanted.low / (math.log(2) * c)
    ra = wanted.high / (math.log(2) * c) - (0.0 if diode else rb)
    if ra <= 0 or not 100 <= rb <= 1e8 or not 10 <= ra <= 1e8:
        return None
    for _ in range(6):
        times = timer.astable(ra, rb, c, diode)
        if not (math.isfinite(times.period) and min(times) > 0):
            return None
        up = (ra + (0.0 if diode else rb)) * wanted.high / times.high
        rb *= wanted.low / times.low
        ra = up - (0.0 if diode else rb)
        if ra <= 10 or rb <= 10:
            return None
    return ra, rb


def _around(value: float, series: str) -> tuple[float, ...]:
    """The neighbours of ``value`` in ``series``."""
    if value <= 0:
        return ()
    return tuple(sorted(values(series, value / 1.3, value * 1.3), key=lambda v: abs(math.log(v / value)))[:2])
