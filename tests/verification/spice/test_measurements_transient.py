"""Transient measurements on synthetic waveforms with known answers, and on ones that must be refused."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from voltsmith.schemas.testbenches import Measure, MeasureKind, Signal
from voltsmith.verification.spice.measurements import DESCRIPTIONS, NotMeasurable, Waves, evaluate

OUT, IN, CURRENT = Signal(net="out"), Signal(net="in"), Signal(source="vin")
MS = 1e-3


def uneven(stop=10 * MS, points=4001):
    """Time axis whose steps vary by a factor of four, as a simulator's do."""
    s = np.linspace(0, 1, points)
    return stop * (s + 0.6 * np.sin(2 * np.pi * 5 * s) / (2 * np.pi * 5))


T = uneven()


def tran(y, t=T, **others):
    signals = {OUT: np.asarray(y, float)} | {
        Signal(net=net): np.asarray(v, float) for net, v in others.items()
    }
    return Waves("transient", t, signals)


def measure(kind, waves, signal=OUT, **fields):
    return evaluate(Measure(kind=kind, signal=signal, **fields), waves)


def sine(f=1e3, amplitude=1.0, offset=0.0, phase=0.0, t=T):
    return offset + amplitude * np.sin(2 * np.pi * f * t + phase)


def pulses(period=1 * MS, duty=0.3, edge=2e-6, delay=0.25 * MS, low=0.0, high=5.0, stop=10 * MS):
    """A pulse train with its own axis, dense on the edges; mid-level crossings ``period * duty`` apart."""
    starts = np.arange(delay, stop, period)
    t, y = [0.0], [low]
    for start in starts:
        for corner, level in ((start, low), (start + edge, high), (start + duty * period, high)):
            t, y = [*t, corner], [*y, level]
        t, y = [*t, start + duty * period + edge], [*y, low]
    axis = np.unique(np.concatenate((np.linspace(0, stop, 501), np.array(t)[np.array(t) <= stop])))
    return np.interp(axis, t, y), axis


def step(tau=0.5 * MS, at=1 * MS, start=1.0, end=3.0, t=T):
    return np.where(t < at, start, end + (start - end) * np.exp(-np.maximum(t - at, 0) / tau))


def ring(f=2e3, zeta=0.2, at=1 * MS, end=2.0, t=T):
    """Step response of a second-order low-pass of natural frequency f."""
    w, x = 2 * np.pi * f, np.maximum(t - at, 0)
    wd = w * math.sqrt(1 - zeta**2)
    return end * (1 - np.exp(-zeta * w * x) * (np.cos(wd * x) + zeta * w / wd * np.sin(wd * x)))


def trapezium(rise=1 * MS, t=T):
    return np.interp(t, [0, 2 * MS, 2 * MS + rise, 10 * MS], [0, 0, 5, 5])


PULSES = tran(*pulses())
TRIANGLE = np.interp(T, [0, 2.5 * MS, 7.5 * MS, 10 * MS], [0, 5, -5, 0])


def schmitt(upper=1.0, lower=-0.5, inverting=False, x=TRIANGLE):
    state, out = 0, []
    for v in x:
        state = 1 if v > upper else 0 if v < lower else state
        out.append(5.0 * (state != inverting))
    return np.array(out)


INVERTED = tran(schmitt(inverting=True), **{"in": TRIANGLE})
SWITCHED = tran(schmitt(), **{"in": TRIANGLE})

ANSWERS = [
    ("frequency", tran(sine(1234.0, offset=2)), {}, 1234),
    ("frequency", tran(sine(1234.0)), {"low": 2 * MS, "high": 7 * MS}, 1234),
    ("frequency", tran(sine(1e3) + 0.2 * sine(2e3)), {"level": 0.3}, 1e3),
    # Noise-like ringing of less than the hysteresis around the level does not count as edges.
    ("frequency", tran(sine(1e3) + 0.04 * sine(31e3)), {}, 1e3),
    ("frequency", tran(sine(1e3) * (1 - np.exp(-T / MS))), {"low": 3 * MS}, 1e3),
    ("period", PULSES, {}, MS),
    ("period", PULSES, {"scale": 1e3}, 1),
    ("duty_cycle", PULSES, {}, 30),
    ("duty_cycle", tran(sine(offset=1.0)), {"level": 1.5}, 100 / 3),
    ("high_time", PULSES, {}, 0.3 * MS),
    ("low_time", PULSES, {}, 0.7 * MS),
    ("pulse_width", tran(*pulses(period=20 * MS, duty=0.11)), {}, 2.2 * MS),
    ("pulse_width", PULSES, {"level": 2.0}, 0.3 * MS),
    ("peak_to_peak", tran(sine(amplitude=2.0, offset=7)), {}, 4),
    ("amplitude", tran(sine(amplitude=2.0)), {}, 2),
    ("maximum", tran(T), {"high": 3.3 * MS}, 3.3 * MS),
    ("minimum", tran(T), {"low": 3.3 * MS}, 3.3 * MS),
    ("maximum", tran(np.full(T.size, 5.0)), {}, 5),
    ("average", PULSES, {"low": MS, "high": 9 * MS}, 1.5),
    ("average", tran(sine(offset=0.25)), {}, 0.25),
    ("average", tran(T**2), {"low": 1 * MS, "high": 4 * MS}, 7e-6),
    ("rms", tran(sine(amplitude=2.0)), {}, math.sqrt(2)),
    ("rms", tran(np.full(T.size, -3.0)), {}, 3),
    ("rms", tran(T), {}, 10 * MS / math.sqrt(3)),
    ("final", tran(step()), {}, 3),
    ("rise_time", tran(step()), {}, 0.5 * MS * math.log(9)),
    ("rise_time", tran(step()), {"level": 20.0}, 0.5 * MS * math.log(4)),
    ("rise_time", tran(trapezium()), {"at": 1 * MS}, 0.8 * MS),
    ("fall_time", tran(step(start=3.0, end=-1.0)), {}, 0.5 * MS * math.log(9)),
    ("overshoot", tran(ring()), {"at": MS}, 100 * math.exp(-math.pi * 0.2 / math.sqrt(0.96))),
    ("overshoot", tran(-ring()), {}, 100 * math.exp(-math.pi * 0.2 / math.sqrt(0.96))),
    ("overshoot", tran(trapezium()), {}, 0),
    ("settling_time", tran(step()), {"at": MS}, 0.5 * MS * math.log(100)),
    ("settling_time", tran(step(end=-3.0)), {"at": MS, "level": 5.0}, 0.5 * MS * math.log(20)),
    ("slew_rate", tran(trapezium()), {}, 5e3),
    ("slew_rate", tran(5 - trapezium(0.5 * MS)), {}, 1e4),
    ("slew_rate", tran(sine()), {}, 2e3 * math.pi),
    ("thd", tran(sine() + 0.03 * sine(3e3) + 0.04 * sine(2e3, phase=1.0)), {"at": 1e3}, 5),
    ("thd", tran(sine(amplitude=1e-3, offset=5) + 1e-5 * sine(1e4)), {"at": 1e3, "low": 3.21 * MS}, 1),
    ("thd", tran(sine() + 0.01 * sine(3e3)), {}, 1),
    ("upper_threshold", SWITCHED, {"reference": IN}, 1.0),
    ("lower_threshold", SWITCHED, {"reference": IN}, -0.5),
    ("hysteresis", SWITCHED, {"reference": IN}, 1.5),
    ("upper_threshold", INVERTED, {"reference": IN}, 1.0),
    ("lower_threshold", INVERTED, {"reference": IN}, -0.5),
    ("hysteresis", INVERTED, {"reference": IN}, 1.5),
    ("delay", tran(step(), **{"in": np.where(T < MS, 0, 5)}), {"reference": IN}, 0.5 * MS * math.log(2)),
    ("delay", tran(-step(), **{"in": np.where(T < MS, 0, 5)}), {"reference": IN}, 0.5 * MS * math.log(2)),
    ("delay", tran(step()), {"at": MS, "level": 1.2}, 0.5 * MS * math.log(1 / 0.9)),
]


@pytest.mark.parametrize(("kind", "waves", "fields", "expected"), ANSWERS)
def test_transient_answer(kind: MeasureKind, waves, fields, expected) -> None:
    tolerance = 0.015 if "threshold" in kind or kind == "hysteresis" else 0
    assert measure(kind, waves, **fields) == pytest.approx(expected, rel=5e-3, abs=max(tolerance, 1e-9))


FLAT = tran(np.full(T.size, 2.5))
DYING = tran(sine() * np.exp(-T / (8 * MS)))
CHIRP = tran(np.sin(2 * np.pi * 1e3 * T * (1 + 100 * T)))

REFUSALS = [
    *[
        (kind, FLAT, {}, "constant")
        for kind in ("frequency", "period", "duty_cycle", "high_time", "low_time")
    ],
    *[(kind, DYING, {}, "dies out") for kind in ("frequency", "duty_cycle", "low_time")],
    ("frequency", tran(sine(amplitude=1e-7)), {}, "constant"),
    ("frequency", tran(sine(150.0)), {}, "whole cycles"),
    ("frequency", tran(step()), {}, "0 whole cycles"),
    ("frequency", CHIRP, {}, "not periodic"),
    ("frequency", tran(sine()), {"level": 1.5}, "does not cross 1.5"),
    ("frequency", tran(sine()), {"low": 5 * MS, "high": 2 * MS}, "empty"),
    ("frequency", tran(sine()), {"high": 20 * MS}, "outside"),
    ("frequency", tran(sine(), T[::-1]), {}, "not monotonic"),
    ("frequency", tran(np.where(T > 5 * MS, np.nan, sine())), {}, "NaN"),
    ("frequency", tran(sine()[:1], T[:1]), {}, "single point"),
    ("pulse_width", FLAT, {}, "constant"),
    ("pulse_width", tran(step()), {}, "no whole pulse"),
    ("pulse_width", tran(-step()), {}, "no whole pulse"),
    ("peak_to_peak", FLAT, {}, "does not move"),
    ("amplitude", FLAT, {}, "does not move"),
    ("rise_time", FLAT, {}, "constant"),
    ("rise_time", tran(-step()), {}, "falls"),
    ("fall_time", tran(step()), {}, "rises"),
    ("rise_time", tran(T), {}, "still moves"),
    ("rise_time", tran(step(tau=4 * MS)), {}, "still moves"),
    ("rise_time", tran(*pulses(period=20 * MS, duty=0.1)), {}, "no step"),
    ("rise_time", tran(step()), {"level": 60.0}, "between 0 and 50"),
    ("rise_time", tran(step()), {"at": 11 * MS}, "outside"),
    ("overshoot", FLAT, {}, "constant"),
    ("overshoot", tran(T), {}, "still moves"),
    ("settling_time", FLAT, {}, "constant"),
    ("settling_time", tran(np.where(T < MS, 0, 1 + 0.1 * sine(20e3))), {"at": 0.9 * MS}, "does not settle"),
    ("settling_time", tran(step()), {"level": 0.0}, "above 0"),
    ("slew_rate", FLAT, {}, "constant"),
    ("thd", FLAT, {"at": 1e3}, "silent"),
    ("thd", tran(np.zeros(T.size)), {}, "silent"),
    ("thd", tran(sine()), {"at": 100.0}, "fewer than two periods"),
    ("thd", tran(sine()), {"at": -1.0}, "above 0"),
    ("thd", tran(sine()), {"at": 50e3}, "samples a period"),
    ("thd", tran(sine(2e3)), {"at": 1e3}, "no fundamental"),
    ("thd", tran(sine() + sine(1.5e3)), {"at": 1e3}, "not periodic at"),
    ("thd", tran(np.sin(2 * np.pi * 1370 * T)), {"at": 1e3}, "no fundamental"),
    ("upper_threshold", tran(schmitt()), {}, "needs `reference`"),
    ("upper_threshold", tran(schmitt(), **{"in": T * 0}), {"reference": IN}, "input v\\(in\\) is constant"),
    ("upper_threshold", tran(T * 0, **{"in": TRIANGLE}), {"reference": IN}, "constant"),
    (
        "upper_threshold",
        SWITCHED,
        {"reference": IN, "low": 5 * MS},
        "while the input rises",
    ),
    (
        "lower_threshold",
        SWITCHED,
        {"reference": IN, "high": 5 * MS},
        "input falls",
    ),
    ("hysteresis", tran(sine(2e3), **{"in": TRIANGLE}), {"reference": IN}, "no threshold"),
    ("delay", tran(step()), {}, "needs `reference` or `at`"),
    ("delay", tran(step()), {"at": 5 * MS}, "does not move after"),
    ("delay", FLAT, {"at": 0.0}, "constant"),
    ("delay", tran(step(), **{"in": T * 0}), {"reference": IN}, "constant"),
    ("delay", tran(step()), {"at": 0.0, "level": 4.0}, "does not cross 4"),
    ("gain", tran(step()), {"at": 1e3}, "not in transient"),
]


@pytest.mark.parametrize(("kind", "waves", "fields", "reason"), REFUSALS)
def test_transient_refusal(kind: MeasureKind, waves, fields, reason) -> None:
    with pytest.raises(NotMeasurable, match=reason):
        measure(kind, waves, **fields)


def test_currents_have_a_smaller_floor() -> None:
    waves = Waves("transient", T, {CURRENT: 1e-9 * sine(), OUT: 1e-9 * sine()})
    assert measure("frequency", waves, CURRENT) == pytest.approx(1e3, rel=1e-3)
    with pytest.raises(NotMeasurable):
        measure("frequency", waves)


def test_repeated_time_points_are_dropped() -> None:
    t = np.repeat(T, 2)
    assert measure("frequency", tran(sine(t=t), t)) == pytest.approx(1e3, rel=1e-3)
    assert measure("slew_rate", tran(trapezium(t=t), t)) == pytest.approx(5e3, rel=1e-2)


def test_every_kind_is_described_and_tested() -> None:
    kinds = set(MeasureKind.__args__)
    assert set(DESCRIPTIONS) == kinds
    assert all(text.endswith(".") or ":" in text for text in DESCRIPTIONS.values())
    transient = {kind for kind, *_ in ANSWERS}
    refused = {kind for kind, *_ in REFUSALS}
    plain = {"maximum", "minimum", "average", "rms", "final"}  # defined for every finite waveform
    assert transient - refused <= plain


@settings(deadline=None)
@given(st.floats(5, 95), st.floats(50, 1e5))
def test_duty_is_recovered(duty, frequency) -> None:
    period = 1 / frequency
    y, t = pulses(period, duty / 100, edge=period / 1e3, delay=0.13 * period, stop=6 * period)
    waves = tran(y, t)
    assert measure("duty_cycle", waves) == pytest.approx(duty, rel=1e-3)
    assert measure("frequency", waves) == pytest.approx(frequency, rel=1e-3)
    assert measure("high_time", waves) + measure("low_time", waves) == pytest.approx(period, rel=1e-6)


@settings(deadline=None)
@given(st.integers(2, 10), st.floats(0.1, 30), st.floats(0, 6), st.floats(-5, 5), st.floats(0, 3 * MS))
def test_known_harmonic_is_recovered(order, percent, phase, offset, low) -> None:
    waves = tran(sine(offset=offset) + percent / 100 * sine(order * 1e3, phase=phase))
    assert measure("thd", waves, at=1e3, low=low) == pytest.approx(percent, rel=5e-3, abs=0.01)


@settings(deadline=None)
@given(st.floats(20, 900), st.floats(-10, 10), st.floats(-10, 10))
def test_step_of_an_rc_is_recovered(tau_us, start, end) -> None:
    assume(abs(end - start) > 1e-3)
    tau = tau_us * 1e-6
    waves = tran(step(tau, start=start, end=end))
    kind = "rise_time" if end > start else "fall_time"
    assert measure(kind, waves) == pytest.approx(tau * math.log(9), rel=1e-2)
    assert measure("settling_time", waves, at=MS) == pytest.approx(tau * math.log(100), rel=3e-2)
    assert measure("overshoot", waves) < 0.01
