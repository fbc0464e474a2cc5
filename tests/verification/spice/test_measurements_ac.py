"""Frequency-response, DC-sweep, operating-point and noise measurements against known answers."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voltsmith.schemas.testbenches import Measure, MeasureKind, Signal
from voltsmith.verification.spice.measurements import NotMeasurable, Waves, evaluate, signals_of

OUT, IN, CURRENT = Signal(net="out"), Signal(net="in"), Signal(source="vin")
F = np.logspace(0, 6, 361)  # 60 a decade


def ac(h, f=F, **others):
    signals = {OUT: np.asarray(h, complex), IN: np.ones(len(f), complex), CURRENT: np.full(len(f), 1e-3 + 0j)}
    return Waves("ac_sweep", f, signals | {Signal(net=net): h for net, h in others.items()})


def measure(kind, waves, signal=OUT, **fields):
    return evaluate(Measure(kind=kind, signal=signal, **fields), waves)


def low_pass(fc=1e3, f=F):
    return 1 / (1 + 1j * f / fc)


def high_pass(fc=1e3, f=F):
    return 1 - low_pass(fc, f)


def band_pass(f0=1e3, q=5.0, f=F):
    return 1 / (1 + 1j * q * (f / f0 - f0 / f))


def notch(f0=1e3, q=0.5, f=F, floor=1e-4):
    return 1 - (1 - floor) * band_pass(f0, q, f)


def chebyshev(order=5, ripple=1.0, fc=1e3):
    """|H| of a Chebyshev low-pass; fc is where the ripple ends."""
    epsilon = math.sqrt(10 ** (ripple / 10) - 1)
    x = F / fc
    t = np.where(
        x <= 1, np.cos(order * np.arccos(np.minimum(x, 1))), np.cosh(order * np.arccosh(np.maximum(x, 1)))
    )
    return 1 / np.sqrt(1 + (epsilon * t) ** 2) + 0j


ANSWERS = [
    ("gain", low_pass(), {"at": 1e3}, 1 / math.sqrt(2)),
    ("gain", low_pass(), {"at": 1.0}, 1.0),
    ("gain", low_pass(), {"at": 1e6}, 1e-3),
    ("gain_db", 10 * low_pass(), {"at": 1013.0}, 20 - 10 * math.log10(1 + 1.013**2)),
    ("gain_db", low_pass(), {"at": 1e3, "scale": -1, "offset": 1}, 1 + 10 * math.log10(2)),
    ("phase", low_pass(), {"at": 1e3}, -45),
    ("phase", -low_pass(), {"at": 1e3}, 135),
    ("phase", -np.ones(F.size), {"at": 50.0}, 180),
    ("phase", low_pass() ** 3, {"at": 1e3 * math.sqrt(3) * 1.001}, 180 - 0.0745),
    ("passband_gain", 3 * low_pass(), {}, 3),
    ("passband_gain", 3 * low_pass(), {"at": 1e3}, 3 / math.sqrt(2)),
    ("passband_gain_db", 10 * band_pass(), {}, 20),
    ("peak_gain", 10 * band_pass(q=100.0), {}, 10),
    ("peak_gain", low_pass(), {"low": 1e3, "high": 1e5}, 1 / math.sqrt(2)),
    ("peak_gain_db", 10 * band_pass(1017.0, 20.0), {}, 20),
    ("upper_cutoff", 7 * low_pass(), {}, 1e3),
    ("upper_cutoff", low_pass(), {"level": 20.0}, 1e3 * math.sqrt(99)),
    ("upper_cutoff", band_pass(), {}, 1e3 * (math.sqrt(1 + 0.01) + 0.1)),
    ("upper_cutoff", chebyshev(), {"level": 1.0}, 1e3),
    ("upper_cutoff", chebyshev(ripple=4.0), {"level": 4.0}, 1e3),
    ("lower_cutoff", high_pass(), {}, 1e3),
    ("lower_cutoff", band_pass(), {}, 1e3 * (math.sqrt(1 + 0.01) - 0.1)),
    ("lower_cutoff", high_pass(100) * low_pass(1e5), {"at": 3e3}, 100),
    ("peak_frequency", band_pass(1017.0, 100.0), {}, 1017),
    ("notch_frequency", notch(1017.0), {}, 1017),
    ("notch_frequency", notch(1017.0, 10.0), {}, 1017),
    ("notch_depth_db", notch(1e3, floor=1e-2), {}, 40),
    ("notch_depth_db", 2 * notch(1e3, floor=1e-2), {"at": 1.0}, 40),
    ("bandwidth", band_pass(1e3, 5.0), {}, 200),
    ("bandwidth", band_pass(1017.0, 50.0), {}, 20.34),
    ("bandwidth", notch(1e3, 0.5), {}, 2000),
    ("bandwidth", notch(1017.0, 10.0), {}, 101.7),
    ("q_factor", band_pass(1017.0, 40.0), {}, 40),
    ("q_factor", notch(1017.0, 8.0), {}, 8),
    ("q_factor", notch(1017.0, 8.0) * low_pass(2e5), {"high": 2e4}, 8),
    ("attenuation_db", low_pass(), {"at": 1e5}, 40),
    ("attenuation_db", low_pass(), {"at": 1e5, "low": 1e3}, 37),
    ("attenuation_db", high_pass(), {"at": 10.0, "low": 1e4, "high": 1e5}, 40),
    ("rolloff", low_pass(), {"low": 1e5, "high": 1e6}, -20),
    ("rolloff", high_pass() ** 2, {"low": 1.0, "high": 10.0}, 40),
    ("ripple_db", chebyshev(), {"low": 1.0, "high": 1e3}, 1.0),
    ("ripple_db", np.ones(F.size), {"low": 10.0, "high": 1e3}, 0.0),
    ("impedance", low_pass(), {"at": 1e3, "reference": CURRENT}, 1e3 / math.sqrt(2)),
]


@pytest.mark.parametrize(("kind", "h", "fields", "expected"), ANSWERS)
def test_ac_answer(kind: MeasureKind, h, fields, expected) -> None:
    assert measure(kind, ac(h), **fields) == pytest.approx(expected, rel=5e-3, abs=0.02)


REFUSALS = [
    ("gain", low_pass(), {}, "needs `at`"),
    ("gain", low_pass(), {"at": 2e6}, "outside"),
    ("gain", np.zeros(F.size), {"at": 1e3}, "silent"),
    ("gain", low_pass(), {"at": 1e3, "reference": Signal(net="dead")}, "reference v\\(dead\\) is silent"),
    ("gain_db", np.where(F < 1e3, 1.0, 0.0), {"at": 1e4}, "exactly zero"),
    ("phase", np.where(F < 1e3, 1.0, 0.0), {"at": 1e4}, "silent"),
    ("upper_cutoff", np.ones(F.size), {}, "not 3.01 dB below"),
    ("upper_cutoff", low_pass(1e7), {}, "not 3.01 dB below"),
    ("upper_cutoff", high_pass(), {}, "not 3.01 dB below"),
    ("upper_cutoff", notch(), {}, "not 3.01 dB below"),
    ("upper_cutoff", low_pass(), {"level": -3.0}, "above 0"),
    ("lower_cutoff", low_pass(), {}, "not 3.01 dB below"),
    ("lower_cutoff", np.ones(F.size), {}, "not 3.01 dB below"),
    ("peak_frequency", low_pass(), {}, "no peak"),
    ("peak_frequency", np.ones(F.size), {}, "no peak"),
    ("peak_frequency", notch(), {"low": 10.0, "high": 1e5}, "no peak"),
    ("notch_frequency", low_pass(), {}, "no notch"),
    ("notch_frequency", band_pass(), {}, "no notch"),
    ("notch_frequency", np.ones(F.size), {}, "no notch"),
    ("notch_depth_db", high_pass(), {}, "no notch"),
    ("notch_depth_db", np.where(np.arange(F.size) == 180, 0, 1.0), {}, "exactly zero"),
    ("bandwidth", low_pass(), {}, "not 3.01 dB below"),
    ("bandwidth", np.ones(F.size), {}, "not 3.01 dB below"),
    ("q_factor", high_pass(), {}, "not 3.01 dB below"),
    ("attenuation_db", np.zeros(F.size), {"at": 1e3}, "silent"),
    ("rolloff", low_pass(), {"low": 1e5, "high": 1e4}, "low < high"),
    ("rolloff", low_pass(), {"low": 1e5}, "needs `high`"),
    ("ripple_db", low_pass(), {"low": 1e3}, "needs `high`"),
    ("ripple_db", low_pass(), {"low": 0.1, "high": 1e3}, "outside"),
    ("ripple_db", low_pass(), {"low": 1e3, "high": 1e2}, "empty"),
    ("impedance", low_pass(), {"at": 1e3}, "over the current"),
    ("impedance", low_pass(), {"at": 1e3, "reference": IN}, "over the current"),
    ("passband_gain", low_pass(), {"signal": Signal(net="absent")}, "not in the"),
    ("value", low_pass(), {"at": 1e3}, "not in ac_sweep"),
    ("change", low_pass(), {}, "two benches"),
]


@pytest.mark.parametrize(("kind", "h", "fields", "reason"), REFUSALS)
def test_ac_refusal(kind: MeasureKind, h, fields, reason) -> None:
    fields = dict(fields)
    with pytest.raises(NotMeasurable, match=reason):
        measure(kind, ac(h, dead=np.zeros(F.size, complex)), fields.pop("signal", OUT), **fields)


def test_damaged_data_is_refused() -> None:
    good = low_pass()
    broken = {
        "NaN": ac(np.where(F > 1e4, np.nan, good)),
        "must be complex": Waves("ac_sweep", F, {OUT: np.abs(good)}),
        "not monotonic": ac(good, F[np.r_[0:100, 50:311]]),
        "axis .* NaN": ac(good, np.where(F > 1e4, np.nan, F)),
        "complex; it must be real": ac(good, F + 0j),
        "shape": Waves("ac_sweep", F[:-1], {OUT: good}),
        "empty": Waves("ac_sweep", F[:0], {OUT: good[:0]}),
        "above 0 Hz": ac(good, F - 1.0),
        "too few": Waves("ac_sweep", F[:1], {OUT: good[:1]}),
    }
    for reason, waves in broken.items():
        with pytest.raises(NotMeasurable, match=reason):
            measure("passband_gain", waves)
    with pytest.raises(NotMeasurable, match="complex"):
        measure("maximum", Waves("transient", F, {OUT: good}))
    with pytest.raises(NotMeasurable, match="against itself"):
        measure("gain", ac(good), Signal(net="a", reference="a"), at=1e3)


def test_repeated_frequencies_and_differences_of_nets() -> None:
    f = np.repeat(F, 2)
    waves = ac(low_pass(f=f) + 1, f, base=np.ones(f.size, complex))
    across = Signal(net="out", reference="base")
    assert measure("upper_cutoff", waves, across) == pytest.approx(1e3, rel=1e-3)
    assert measure("phase", waves, Signal(net="0", reference="out"), at=1.0) == pytest.approx(180, abs=0.1)
    assert signals_of(Measure(kind="gain", signal=OUT, reference=IN)) == (OUT, IN)
    assert signals_of(Measure(kind="gain", signal=OUT)) == (OUT,)


@settings(deadline=None)
@given(st.floats(10, 1e5), st.floats(1e-3, 1e3), st.sampled_from([10, 25, 60]))
def test_rc_corner_is_recovered(fc, scale, per_decade) -> None:
    f = np.logspace(-1, 7, 8 * per_decade + 1)
    low, high = scale * low_pass(fc, f), scale * high_pass(fc, f)
    assert measure("upper_cutoff", ac(low, f)) == pytest.approx(fc, rel=5e-3)
    assert measure("lower_cutoff", ac(high, f)) == pytest.approx(fc, rel=5e-3)
    for kind, h in (("lower_cutoff", low), ("upper_cutoff", high)):
        with pytest.raises(NotMeasurable):
            measure(kind, ac(h, f))


@settings(deadline=None)
@given(st.floats(100, 1e4), st.floats(0.6, 100))
def test_resonance_is_recovered(f0, q) -> None:
    waves = ac(band_pass(f0, q))
    assert measure("peak_frequency", waves) == pytest.approx(f0, rel=2e-3)
    # The grid is 3.9 % wide and the peak down to 1 %: this is the interpolation at its limit.
    assert measure("peak_gain", waves) == pytest.approx(1, rel=1e-2)
    assert measure("q_factor", waves) == pytest.approx(q, rel=2e-2)


# --- operating point, DC sweep --------------------------------------------------------------------

X = np.linspace(0, 5, 51)


def dc(y, x=X):
    return Waves("dc_sweep", x, {OUT: np.asarray(y, float), IN: x, CURRENT: x / 1e3})


def test_value() -> None:
    op = Waves("op", np.zeros(1), {OUT: np.array([2.5]), CURRENT: np.array([-5e-3])})
    assert measure("value", op) == 2.5
    assert measure("value", op, scale=1e3, offset=-1) == 2499
    assert measure("value", op, reference=CURRENT) == pytest.approx(-500)
    assert measure("value", dc(X**2), at=2.0) == pytest.approx(4)
    assert measure("value", dc(X[::-1] ** 2, X[::-1]), at=2.0) == pytest.approx(4)
    assert measure("value", Waves("transient", X, {OUT: X}), at=1.23) == pytest.approx(1.23)


def test_crossing_and_slope() -> None:
    assert measure("crossing", dc(2 * X), level=3.33) == pytest.approx(1.665)
    assert measure("crossing", dc(5 * (X > 2.55)), level=2.5, reference=CURRENT) == pytest.approx(2.55e-3)
    there_and_back = np.abs(X - 2.5)
    assert measure("crossing", dc(there_and_back), level=1.0) == pytest.approx(1.5)
    assert measure("crossing", dc(there_and_back), level=1.0, low=2.0) == pytest.approx(3.5)
    assert measure("crossing", dc(there_and_back, X[::-1]), level=1.0) == pytest.approx(3.5)
    assert measure("slope", dc(X**2), at=2.0) == pytest.approx(4)
    assert measure("slope", dc(3 * X + 1), low=1.0, high=4.0) == pytest.approx(3)
    assert measure("slope", dc(3 * X + 1), low=1.0, high=4.0, reference=CURRENT) == pytest.approx(3e3)


@pytest.mark.parametrize(
    ("kind", "waves", "fields", "reason"),
    [
        ("value", Waves("op", np.zeros(1), {OUT: np.array([np.inf])}), {}, "NaN or infinity"),
        ("value", Waves("op", X, {OUT: X}), {}, "one value"),
        ("value", dc(X), {}, "needs `at`"),
        ("value", dc(X), {"at": 5.1}, "outside"),
        ("value", dc(X), {"at": 0.0, "reference": IN}, "nothing to relate"),
        ("crossing", dc(X), {}, "needs `level`"),
        ("crossing", dc(X), {"level": 7.0}, "never crosses 7"),
        ("crossing", dc(X * 0 + 3), {"level": 3.0}, "never crosses"),
        ("crossing", dc(X), {"level": 1.0, "low": 2.0}, "never crosses"),
        ("crossing", Waves("transient", X, {OUT: X}), {"level": 1.0}, "dc_sweep"),
        ("slope", dc(X * 0), {"at": 1.0}, "does not move"),
        ("slope", dc(X), {"low": 1.0}, "high"),
        ("slope", dc(X), {"low": 1.0, "high": 1.05}, "fewer than two"),
        ("slope", dc(X[:1], X[:1]), {"at": 0.0}, "two points"),
    ],
)
def test_sweep_refusal(kind: MeasureKind, waves, fields, reason) -> None:
    with pytest.raises(NotMeasurable, match=reason):
        measure(kind, waves, **fields)


def test_an_infinite_result_is_refused() -> None:
    with pytest.raises(NotMeasurable, match="comes out as inf"):
        measure("value", dc(X), at=5.0, scale=1e308)


# --- noise ----------------------------------------------------------------------------------------


def noise(density, f=F):
    return Waves("noise", f, {OUT: np.asarray(density, float)})


def test_noise() -> None:
    white, flicker = noise(np.full(F.size, 4e-9)), noise(1e-6 / np.sqrt(F))
    assert measure("noise_density", white, at=1e3) == pytest.approx(4e-9)
    assert measure("noise_density", flicker, at=1.1e3) == pytest.approx(1e-6 / math.sqrt(1.1e3))
    assert measure("noise_total", white) == pytest.approx(4e-9 * math.sqrt(1e6 - 1))
    assert measure("noise_total", white, low=20.0, high=20e3) == pytest.approx(4e-9 * math.sqrt(19980))
    assert measure("noise_total", flicker, low=10.0, high=1e3) == pytest.approx(
        1e-6 * math.sqrt(math.log(100))
    )
    rolled = noise(np.abs(low_pass()) * 1e-6)
    assert measure("noise_total", rolled, scale=1e6) == pytest.approx(math.sqrt(1e3 * math.pi / 2), rel=2e-3)


@pytest.mark.parametrize(
    ("kind", "waves", "fields", "reason"),
    [
        ("noise_density", noise(np.ones(F.size)), {}, "needs `at`"),
        ("noise_density", noise(np.ones(F.size)), {"at": 1e7}, "outside"),
        ("noise_density", noise(np.zeros(F.size)), {"at": 1e3}, "zero or negative"),
        ("noise_total", noise(-np.ones(F.size)), {}, "zero or negative"),
        ("noise_total", noise(np.ones(F.size)), {"low": 0.01}, "outside"),
        ("noise_total", noise(np.ones(F.size)), {"low": 100.0, "high": 10.0}, "empty"),
        ("noise_total", noise([1.0], F[:1]), {}, "single"),
        ("noise_total", Waves("noise", F, {OUT: low_pass()}), {}, "complex"),
        ("noise_total", ac(low_pass()), {}, "in noise, not in ac_sweep"),
    ],
)
def test_noise_refusal(kind: MeasureKind, waves, fields, reason) -> None:
    with pytest.raises(NotMeasurable, match=reason):
        measure(kind, waves, **fields)
