"""Full-wave bridge rectifier with a reservoir capacitor."""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy.optimize import brentq

from voltsmith.knowledge.blocks._junctions import diode_of, forward_voltage
from voltsmith.knowledge.blocks.assembly import Probe, voltage
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.preferred import capacitor_voltage, values
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import Bench, Load, Measure, MeasureKind, Sine, Stimulus, Transient

LOAD = 0.1
"""A, where no load is named."""
SAFE = 60.0
"""V, rms: above, a transformer must stand between the mains and this circuit."""
RIPPLE = 0.1
"""Ripple, peak to peak, as a part of the output where none is named."""
TOLERANCE = 0.2
"""Of electrolytic capacitors."""
_PEAK_RATIO = 5.0
"""The charging peaks of the diode current over the load current, for the diodes' drop."""


class Point(NamedTuple):
    """Where the supply works: ripple (V, peak to peak), average and lowest output (V)."""

    ripple: float
    average: float
    lowest: float


def point(peak: float, load: float, capacitor: float, mains: float, diode: Component) -> Point:
    """Steady state with a constant load current (A); ``peak`` (V) of the input, ``mains`` in Hz.

    The capacitor discharges from the top of one half wave until the next one, ``|cos|`` in shape, has come up
    to it again.
    """
    top = peak - 2 * forward_voltage(diode, _PEAK_RATIO * load)
    # A diode begins to conduct with less than its drop at the peak of the current.
    start = 2 * forward_voltage(diode, load / 10)
    half = 1 / (2 * mains)
    omega = 2 * math.pi * mains

    def gap(time: float) -> float:
        wave = peak * abs(math.cos(omega * time)) - start
        return (top - load * time / capacitor) - wave

    # The next half wave rises from a quarter of a period on.
    end = brentq(gap, half / 2, half) if gap(half / 2) > 0 else half / 2
    ripple = load * end / capacitor
    return Point(ripple, top - ripple / 2, top - ripple)


class RectifierSupply(Block):
    """Four diodes and a capacitor make a rough direct voltage out of a transformer's secondary."""

    id = "rectifier_supply"
    function = "rectifier_supply"
    title = "Full-wave rectifier with reservoir capacitor"
    summary = (
        "Bridge rectifier and reservoir capacitor for the secondary of a mains transformer: an unregulated "
        "supply whose ripple the capacitor sets."
    )
    equations = (
        "V_out,peak = V_in,peak - 2 V_f",
        "ripple = I_load t_discharge / C, below I_load / (2 f C)",
        "peak inverse voltage of a diode = V_in,peak",
    )
    sources = ("P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., sections 1.6.2 and 1.6.3",)
    phrases = (
        "bridge rectifier",
        "full-wave rectifier with smoothing capacitor",
        "AC to DC supply",
        "unregulated power supply from a transformer",
        "rectify 12 V AC",
        "smoothing capacitor for a given ripple",
    )
    parameters = (
        Parameter(
            name="input_amplitude", unit="V", description="input amplitude, peak", low=3.0, high=SAFE * 1.4143
        ),
        Parameter(
            name="load_current", unit="A", description="load current", default=LOAD, low=1e-4, high=2.0
        ),
        Parameter(
            name="mains_frequency",
            unit="Hz",
            description="frequency of the alternating supply",
            default=50.0,
            low=40.0,
            high=100.0,
        ),
    )
    measures = (
        "output_voltage",
        "ripple_voltage",
        "ripple_percent",
        "output_high",
        "output_low",
        "output_current",
    )
    topologies = ("bridge", "full_wave")

    def fit(self, asked: Asked) -> float:
        """Any alternating voltage that is safe to touch."""
        for name, factor in (("input_voltage", 1.0), ("input_amplitude", math.sqrt(0.5))):
            if asked.get(name, 0.0) * factor > SAFE:
                raise Infeasible(
                    f"{asked[name]:g} V of alternating voltage is mains or dangerous like it; a mains "
                    f"transformer with a secondary of at most {SAFE:g} V must come first"
                )
        return 1.0

    def derive(self, asked: Asked) -> dict[str, float]:
        """The peak of the input, from its rms value or from the output asked for."""
        found: dict[str, float] = {}
        output = asked.get("output_voltage", 0.0)
        amplitude = asked.numbers.get("input_amplitude")
        if amplitude is None and "input_voltage" in asked:
            amplitude = asked["input_voltage"] * math.sqrt(2)
        if amplitude is None and output:
            share = asked.get("ripple_percent", 100 * RIPPLE) / 100
            ripple = asked.get("ripple_voltage", share * output)
            # Whole volts (rms) are what secondaries come in.
            amplitude = math.ceil((output + ripple / 2 + 2.0) / math.sqrt(2)) * math.sqrt(2)
        if amplitude is None:
            amplitude = 12.0 * math.sqrt(2)
        if "input_amplitude" not in asked:
            found["input_amplitude"] = amplitude
        level = output or amplitude - 2.0
        if "load_current" not in asked:
            if "output_current" in asked:
                found["load_current"] = asked["output_current"]
            elif "load_resistance" in asked:
                found["load_current"] = level / asked["load_resistance"]
            elif "load_power" in asked:
                found["load_current"] = asked["load_power"] / level
        return found

    def build(self, b: Builder, p: Values) -> None:
        """Bridge and capacitor."""
        peak, load, mains = p["input_amplitude"], p["load_current"], p["mains_frequency"]
        if "input_voltage" in p:
            b.assume(f"{p['input_voltage']:g} V of input is the rms value, {peak:.3g} V peak")
        elif "input_amplitude" not in p.requirements:
            b.assume(f"a transformer with a secondary of {peak / math.sqrt(2):.3g} V rms")
        # Each diode carries every other half wave.
        diode = diode_of(b, load / 2, peak * 1.25, feature="rectifier")
        capacitor = p.get("capacitance", 0.0) or self._capacitor(p, diode)
        if peak > 50:
            raise Infeasible(f"{peak:.3g} V is above the 50 V that the reservoir capacitors stand")
        first, second = b.input("in_p"), b.extra_input("in_n")
        out, ground = b.output(), b.ground()
        for anode, cathode in ((first, out), (second, out), (ground, first), (ground, second)):
            b.part(diode.id, {"A": anode, "K": cathode})
        b.capacitor(capacitor, out, ground, voltage_rating=capacitor_voltage(peak))
        self._offer(b, p, first, second, out, point(peak, load, capacitor, mains, diode))

    @staticmethod
    def _capacitor(p: Values, diode: Component) -> float:
        """The reservoir (F): for the ripple, or the output voltage, that was asked for.

        Raises:
            Infeasible: no capacitor does it.
        """
        peak, load, mains = p["input_amplitude"], p["load_current"], p["mains_frequency"]

        def made(farads: float) -> Point:
            return point(peak, load, farads, mains, diode)

        every = values("E6", 1e-6, 22e-3)
        best_output = made(1.0).average
        wanted = p.numbers.get("output_voltage")
        named = next((name for name in ("ripple_voltage", "ripple_percent") if name in p), "")
        if wanted is not None and not named:
            requirement = p.requirements.get("output_voltage")
            slack = max(requirement.tolerance if requirement else 0.05, 0.02) * wanted
            if best_output < wanted - slack:
                raise Infeasible(
                    f"{peak / math.sqrt(2):.3g} V rms gives {best_output:.3g} V at most after the diodes, "
                    f"not {wanted:g} V"
                )
            target = max(RIPPLE * wanted, 2 * (made(1.0).average - wanted))
        elif named == "ripple_percent":
            # The average falls with the ripple: top - r/2 = a, r = share a.
            share = p["ripple_percent"] / 100
            target = best_output * share / (1 + share / 2)
        else:
            target = p.get("ripple_voltage", RIPPLE * best_output)
        worst = 1 - TOLERANCE
        largest = every[-1]
        if made(largest).ripple > 1.2 * target:
            raise Infeasible(
                f"a ripple of {target:.3g} V at {load:.3g} A needs more than {largest * 1e3:g} mF; "
                "allow more ripple, or put a regulator behind it"
            )
        if not named or p.relation(named) == "max":
            return next((farads for farads in every if made(farads * worst).ripple <= target), largest)
        fine = values("E12", 1e-6, 22e-3)
        return min(fine, key=lambda farads: abs(math.log(made(farads).ripple / target)))

    @staticmethod
    def _offer(b: Builder, p: Values, first: str, second: str, out: str, at: Point) -> None:
        peak, load, mains = p["input_amplitude"], p["load_current"], p["mains_frequency"]
        period = 1 / mains

        def bench(resistance: float) -> Bench:
            wave = Sine(amplitude=peak, frequency=mains)
            drive = Stimulus(name="in", net=first, reference=second, waveform=wave)
            analysis = Transient(start=4 * period, stop=6 * period, step=period / 400)
            return b.bench("mains", analysis, [drive], [Load(kind="resistor", value=resistance, net=out)])

        loaded = at.average / load

        def offer(quantity: str, kind: MeasureKind) -> None:
            b.offer(quantity, lambda _: Probe(bench(loaded), Measure(kind=kind, signal=voltage(out))))

        offer("output_voltage", "average")
        share = 100 / at.average
        b.offer(
            "ripple_percent",
            lambda _: Probe(bench(loaded), Measure(kind="peak_to_peak", signal=voltage(out), scale=share)),
        )
        # What it was designed for, with the smallest capacitor that its tolerance allows.
        if "ripple_percent" not in p:
            b.require("ripple_voltage", float(f"{1.04 * at.ripple / (1 - TOLERANCE):.2g}"), "max")
        b.require("output_voltage", float(f"{0.93 * at.average:.3g}"), "min")
        offer("ripple_voltage", "peak_to_peak")
        offer("output_high", "maximum")
        offer("output_low", "minimum")

        def delivered(requirement: Requirement) -> Probe:
            resistance = at.average / requirement.target
            measure = Measure(kind="average", signal=voltage(out), scale=1 / resistance)
            return Probe(bench(resistance), measure)

        b.offer("output_current", delivered)


BLOCKS: tuple[Block, ...] = (RectifierSupply(),)
