"""Wien-bridge sine oscillator with diodes that hold its amplitude."""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from voltsmith.knowledge.blocks._square import aimed
from voltsmith.knowledge.blocks.assembly import Probe, current, voltage
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.blocks.selection import OpampNeeds
from voltsmith.knowledge.devices import component
from voltsmith.knowledge.devices._semiconductors import junction
from voltsmith.knowledge.preferred import nearest, values
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply
from voltsmith.schemas.testbenches import Bench, Measure, MeasureKind, Op, Pulse, Stimulus, Transient

AMPLITUDE = 1.0
"""V, peak, where none is asked for."""
START = 1.05
"""Gain for small signals over the gain that sustains the oscillation; ordinary parts leave 1.02 of it."""
GENTLE = (START, 1.035, 1.025, 1.018, 1.01)
"""The same for less distortion: below the first, parts have to be exact for the oscillation to start."""
MATCHED = (0.001, 0.01)
"""Tolerances of resistors and capacitors that leave some of the gentlest start."""
HAND = 0.85
"""Part of the distortion asked for that is aimed at: the op-amp adds its own."""
FLATTENING = 1.02
"""Amplitude of the fundamental over the peak of the output: the third harmonic flattens the tops."""
BANDWIDTHS = 80.0
"""Gain-bandwidth over frequency, at least: the error it leaves (5 % here) is taken off by calculation."""
MOST_LAG = 0.07
"""Rad: the most that the capacitance of the diodes may turn the phase."""
_THERMAL = 0.025865


class Limiter(NamedTuple):
    """The feedback resistors (ohm): to ground, in series, and the one across ``stack`` diodes each way."""

    ground: float
    series: float
    across: float
    stack: int


def limited_amplitude(limiter: Limiter, diode: Component, gain: float) -> float:
    """Amplitude (V, peak) at which the stage has a ``gain``.

    The current through the feedback is a sine; the fundamental of the voltage that it makes across the two
    diodes and their resistor is what the gain is made of (describing function).
    """

    def excess(logarithm: float) -> float:
        amplitude = math.exp(logarithm)
        current = amplitude / gain / limiter.ground
        need = current * ((gain - 1) * limiter.ground - limiter.series)
        return _harmonic(current, limiter, diode) - need

    low, high = math.log(0.02), math.log(60.0)
    if excess(low) < 0:
        return 0.0
    if excess(high) > 0:
        return math.inf
    return math.exp(brentq(excess, low, high, xtol=1e-6))


def distortion(amplitude: float, limiter: Limiter, diode: Component, gain: float) -> float:
    """Harmonic distortion (%) of the output: what the diodes make, as the bridge passes it round once more."""
    current = amplitude / gain / limiter.ground
    total = 0.0
    for order in (3, 5, 7):
        bridge = 1 / (3 + 1j * (order - 1 / order))
        total += abs(_harmonic(current, limiter, diode, order) / (1 - gain * bridge)) ** 2
    return 100 * math.sqrt(total) / amplitude


def _harmonic(current: float, limiter: Limiter, diode: Component, order: int = 1) -> float:
    """A harmonic (V) across the diodes and the resistor beside them, for a sine of current (A, peak)."""
    saturation, emission = junction(diode.model)
    slope = emission * _THERMAL * limiter.stack
    resistance = limiter.across
    # The inverse of I(V) by interpolation: I rises steadily with V.
    top = slope * math.asinh(current / (2 * saturation)) + 1e-9
    across = np.linspace(0.0, min(top, current * resistance), 400)
    through = 2 * saturation * np.sinh(across / slope) + across / resistance
    angle = (np.arange(64) + 0.5) * math.pi / 128
    level = np.interp(current * np.sin(angle), through, across)
    return float(np.mean(level * np.sin(order * angle)) * 2)


def design_limiter(
    amplitude: float, gain: float, diode: Component, impedance: float, begin: float = START
) -> Limiter | None:
    """Preferred resistors for an ``amplitude`` (V, peak) at the ``gain`` that the oscillation needs.

    ``impedance`` (ohm) is about what the resistors should be, ``begin`` the gain for small signals over
    ``gain``; None where no set does.
    """
    below, above = 0.2 * (begin - 1), 0.4 * (begin - 1)
    pool = ("E24", "E96") if begin >= START else ("E96",)
    best: tuple[float, Limiter] | None = None
    # The diodes should see a good part of the output: the rest goes with the tolerance of the resistors.
    stack = min(max(round(amplitude / 1.6), 1), 4)
    # A narrow window for the start needs finer values, and more of them to try.
    fine = begin < START
    factors = (1.0, 0.47, 2.2, 4.7, *((0.68, 1.5, 3.3, 0.82, 1.2, 1.8, 2.7) if fine else ()))
    for ground in (nearest(impedance * factor, "E12") for factor in factors):
        total = (begin * gain - 1) * ground
        for series in values("E96" if fine else "E24", 0.05 * ground, 2.2 * ground):
            if (needed := total - series) < 0.02 * ground:
                continue
            for across in {nearest(needed, name) for name in pool}:
                start = (1 + (series + across) / ground) / gain
                if not begin - below <= start <= begin + above:
                    continue
                limiter = Limiter(ground, series, across, stack)
                made = limited_amplitude(limiter, diode, gain)
                if not 0 < made < math.inf:
                    continue
                cost = max(abs(made / amplitude - 1) - 0.01, 0.0) * 10 + abs(start - begin)
                if best is None or cost < best[0]:
                    best = (cost, limiter)
        if best is not None and best[0] < 0.2:
            break
    if best is None or abs(limited_amplitude(best[1], diode, gain) / amplitude - 1) > 0.06:
        return None
    return best[1]


def diode_lag(limiter: Limiter, diode: Component, gain: float, frequency: float) -> float:
    """Phase (rad) that the capacitance and the stored charge of the diodes take from the gain."""
    effective = (gain - 1) * limiter.ground - limiter.series
    conducting = 1 - effective / limiter.across
    junctions = 2 * diode.model.get("junction_capacitance", 1e-12) / limiter.stack
    time = junctions * effective + conducting * diode.model.get("recovery_time", 0.0)
    return 2 * math.pi * frequency * time * effective / (limiter.ground * gain)


class WienBridge(Block):
    """A bridge that passes one frequency without phase shift, and an amplifier with a gain of three."""

    id = "wien_bridge"
    function = "sine_oscillator"
    title = "Wien-bridge oscillator"
    summary = (
        "Sine oscillator with one op-amp: two equal resistors and capacitors set the frequency; diodes in "
        "the feedback lower the gain to three as the amplitude grows, at one to three percent of distortion."
    )
    equations = (
        "f = 1 / (2 pi R C)",
        "gain = 1 + (R_1 + R_2 || R_d) / R_g = 3 at the amplitude of the output",
        "finite bandwidth: x - 1/x = -3 g f / GBW with x = 2 pi f R C and g = 3 (1 + (g f / GBW)^2)",
    )
    sources = (
        "Texas Instruments SLOA060, Sine-Wave Oscillator (R. Mancini, R. Palmer, 2001), section 8.1",
        "P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., section 7.1.5",
    )
    phrases = (
        "Wien bridge oscillator",
        "sine wave oscillator",
        "sine wave generator",
        "audio test tone",
        "1 kHz sine source",
        "low distortion oscillator",
    )
    parameters = (
        Parameter(
            name="frequency",
            unit="Hz",
            description="frequency of oscillation",
            default=1e3,
            low=0.5,
            high=2e6,
        ),
        Parameter(
            name="output_amplitude",
            unit="V",
            description="output amplitude, peak",
            default=AMPLITUDE,
            low=0.4,
            high=14.0,
        ),
    )
    measures = ("frequency", "period", "output_amplitude", "output_peak_to_peak", "thd")
    topologies = ("wien", "wien_bridge")
    default_supply = Supply(vcc=12.0, vee=-12.0)

    def derive(self, asked: Asked) -> dict[str, float]:
        """Frequency from the period, amplitude from the swing."""
        found: dict[str, float] = {}
        if "frequency" not in asked and "period" in asked:
            found["frequency"] = 1 / asked["period"]
        if "output_amplitude" not in asked and "output_peak_to_peak" in asked:
            found["output_amplitude"] = asked["output_peak_to_peak"] / 2
        return found

    def build(self, b: Builder, p: Values) -> None:
        """Series and parallel RC from the output to the input, diode-limited feedback."""
        frequency = aimed(p, "frequency", p["frequency"])
        amplitude = aimed(p, "output_amplitude", p["output_amplitude"])
        # Stray and diode capacitances ask for low resistors at high frequencies.
        impedance = min(10e3, max(10e3 * 1e5 / frequency, 1e3))
        middle = (b.supply.vcc + b.supply.vee) / 2
        load = amplitude / p.get("load_resistance", math.inf)
        reference = b.signal_ground()
        part = b.select_opamp(
            OpampNeeds(
                gain_bandwidth=BANDWIDTHS * frequency,
                slew_rate=2 * 2 * math.pi * frequency * amplitude,
                noise_gain=3.0,
                output_current=2 * (load + amplitude / (2 * impedance)),
                output_high=middle + 1.1 * amplitude,
                output_low=middle - 1.1 * amplitude,
                input_high=middle + amplitude / 2.5,
                input_low=middle - amplitude / 2.5,
            )
        )
        share = frequency / part.limits["gbw"]
        gain = 3.0
        for _ in range(20):
            gain = 3 * (1 + (gain * share) ** 2)
        diode, limiter, begin = self._limiter(b, p, amplitude, gain, impedance, frequency)
        lag = 3 * gain * share + 3 * diode_lag(limiter, diode, gain, frequency)
        stretch = (math.sqrt(lag**2 + 4) - lag) / 2
        resistor, capacitor = _bridge_values(stretch / (2 * math.pi * frequency), impedance, p)
        out, positive, negative = b.output(), b.net("bridge"), b.net("feedback")
        between, knee = b.net("series"), b.net("knee")
        ohms, farads = MATCHED if begin < START else (None, None)
        if begin < START:
            b.assume(
                f"{MATCHED[0] * 100:g} % resistors and {MATCHED[1] * 100:g} % capacitors, because little "
                f"distortion leaves {(begin - 1) * 100:.2g} % of gain to start with"
            )
        b.resistor(resistor, out, between, tolerance=ohms)
        b.capacitor(capacitor, between, positive, tolerance=farads)
        b.resistor(resistor, positive, reference, tolerance=ohms)
        b.capacitor(capacitor, positive, reference, tolerance=farads)
        b.resistor(limiter.ground, negative, reference, tolerance=ohms)
        b.resistor(limiter.series, negative, knee, tolerance=ohms)
        b.resistor(limiter.across, knee, out, tolerance=ohms)
        for start, end in ((knee, out), (out, knee)):
            nets = [start, *(b.net("stack") for _ in range(limiter.stack - 1)), end]
            for anode, cathode in itertools.pairwise(nets):
                b.part(diode.id, {"A": anode, "K": cathode})
        b.opamp(positive, negative, out, of=part)
        b.transfer(1.0, middle)
        self._offer(b, frequency, amplitude, positive, out, resistor, begin)

    @staticmethod
    def _limiter(
        b: Builder, p: Values, amplitude: float, gain: float, impedance: float, frequency: float
    ) -> tuple[Component, Limiter, float]:
        """Diode, resistors, and the gain they start with, as gentle as the distortion asked for needs.

        Raises:
            Infeasible: the amplitude cannot be held, or not with so little distortion.
        """
        wanted = p.numbers.get("thd") if p.relation("thd") != "min" else None
        named = b.named_component("diode")
        least, before = math.inf, 0.0
        for begin in GENTLE if wanted is not None else GENTLE[:1]:
            # Distortion goes with the excess of gain: steps that will not do need no search.
            estimate = before * (begin - 1)
            if wanted is not None and begin != GENTLE[-1] and estimate > 1.3 * HAND * wanted:
                continue
            for diode in [named] if named else [component(name) for name in ("1N4148", "BAT54")]:
                limiter = design_limiter(amplitude * FLATTENING, gain, diode, impedance, begin)
                if limiter is None or diode_lag(limiter, diode, gain, frequency) >= MOST_LAG:
                    continue
                made = distortion(amplitude, limiter, diode, gain)
                least, before = min(least, made), made / (begin - 1)
                if wanted is None or made <= HAND * wanted:
                    return diode, limiter, begin
        if wanted is not None and not math.isinf(least):
            raise Infeasible(
                f"a distortion of {wanted:g} % is less than diodes allow, which reach about "
                f"{least / HAND:.2g} % here; it needs a lamp or an automatic gain control"
            )
        raise Infeasible(
            f"diodes do not hold an amplitude of {amplitude:g} V at {frequency:.3g} Hz; it can be about "
            "0.5 V to 14 V, peak, and 1 V or more above 500 kHz"
        )

    @staticmethod
    def _offer(
        b: Builder,
        frequency: float,
        amplitude: float,
        positive: str,
        out: str,
        resistor: float,
        begin: float,
    ) -> None:
        period = 1 / frequency
        # The amplitude settles within some pi (begin - 1) periods' inverse.
        settle = math.ceil(20 * (START - 1) / (begin - 1))

        def bench() -> Bench:
            # Noise starts the real circuit; a simulated one is still until it is pushed.
            wave = Pulse(
                low=0.0,
                high=0.3 * amplitude / resistor,
                delay=0.1 * period,
                rise=0.01 * period,
                fall=0.01 * period,
                width=0.3 * period,
                period=1000 * period,
            )
            kick = Stimulus(name="kick", type="current", net=positive, waveform=wave)
            analysis = Transient(start=settle * period, stop=(settle + 7) * period, step=period / 100)
            return b.bench("run", analysis, [kick])

        def offer(quantity: str, kind: MeasureKind) -> None:
            b.offer(quantity, lambda _: Probe(bench(), Measure(kind=kind, signal=voltage(out))))

        for quantity, kind in (
            ("frequency", "frequency"),
            ("period", "period"),
            ("output_amplitude", "amplitude"),
            ("output_peak_to_peak", "peak_to_peak"),
            ("thd", "thd"),
            ("output_voltage", "average"),
        ):
            offer(quantity, kind)  # type: ignore[arg-type]
        measure = Measure(kind="value", signal=current("vcc"))
        b.offer("supply_current", lambda _: Probe(b.bench("supply", Op(), []), measure))


def _bridge_values(product: float, impedance: float, p: Values) -> tuple[float, float]:
    """R (ohm) and C (F) of the bridge with a time constant (s); the same values twice.

    Raises:
        Infeasible: there are none.
    """
    best: tuple[float, float, float] | None = None
    for c in (p["capacitance"],) if "capacitance" in p else values("E12", 47e-12, 10e-6):
        ideal = p.get("resistance", 0.0) or product / c
        if not 500 <= ideal <= 1e6:
            continue
        for rank, series in enumerate(("E24", "E96")):
            r = p.get("resistance", 0.0) or nearest(ideal, series)
            cost = 100 * max(abs(r * c / product - 1) - 0.004, 0.0) + 0.25 * rank
            cost += 0.15 * abs(math.log(r / impedance)) + (0.0 if nearest(c, "E6") == c else 0.3)
            cost += 3.0 if c > 1.0001e-6 else 0.0
            if best is None or cost < best[0]:
                best = (cost, r, c)
    if best is None:
        raise Infeasible(f"a bridge with a time constant of {product:.3g} s needs values that are not made")
    return best[1], best[2]


BLOCKS: tuple[Block, ...] = (WienBridge(),)
