"""Precision rectifiers: the diodes sit inside a feedback loop, so their drop does not count."""

from __future__ import annotations

import math

from voltsmith.knowledge.blocks._amplifying import aim, middle, rails
from voltsmith.knowledge.blocks._junctions import diode_of
from voltsmith.knowledge.blocks.assembly import Probe, current, voltage
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.blocks.offers import offer_supply_current
from voltsmith.knowledge.blocks.selection import OpampNeeds
from voltsmith.knowledge.preferred import at_least, nearest
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import (
    Ac,
    AcSweep,
    Bench,
    Measure,
    MeasureKind,
    Signal,
    Sine,
    Transient,
)

_DROP = 0.75
_UNITS = (10e3, 2e3)
"""Ohm. Input, feedback and summing resistors are one of these and twice it."""
_SETTLE, _CYCLES = 4, 2


class PrecisionRectifier(Block):
    """An inverting half-wave rectifier, then an inverting sum that restores the sign."""

    id = "precision_rectifier"
    function = "precision_rectifier"
    title = "Precision rectifier"
    summary = (
        "Two op-amps and two diodes give the positive half of a signal, or its absolute value, without the "
        "drop of a diode. The output is low-impedance. On a single supply everything rides on half of it."
    )
    equations = (
        "first stage: v_1 = -max(v_in, 0)",
        "half wave: v_out = -G v_1 = G max(v_in, 0), average G A / pi",
        "full wave: v_out = -G (v_in + 2 v_1) = G |v_in|, average 2 G A / pi",
        "the first output jumps by two diode drops at each zero crossing: 2 V_D / SR << 1 / f",
    )
    sources = (
        "Texas Instruments SNLA140A, AN-31 Op Amp Circuit Collection, half-wave and absolute value circuits",
        "R. Elliott, Elliott Sound Products AN001, Precision Rectifiers",
        "P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., section 4.3.3",
    )
    phrases = (
        "precision rectifier",
        "absolute value circuit",
        "full-wave op-amp rectifier",
        "half-wave precision rectifier",
        "super diode",
        "active rectifier",
        "rectify a small signal",
        "average value of an AC signal",
    )
    parameters = (
        Parameter(name="gain", unit="V/V", description="gain", default=1.0, low=0.05, high=100.0),
        Parameter(
            name="input_amplitude",
            unit="V",
            description="input amplitude, peak",
            default=1.0,
            low=0.01,
            high=15.0,
        ),
        Parameter(
            name="operating_frequency",
            unit="Hz",
            description="signal frequency",
            default=1e3,
            low=0.1,
            high=1e6,
        ),
    )
    measures = ("gain", "output_amplitude", "output_voltage", "output_low", "input_impedance")
    topologies = ("half", "full", "active")
    default_supply = Supply(vcc=12.0, vee=-12.0)

    def fit(self, asked: Asked) -> float:
        """Signals, not power."""
        if asked.get("load_current", 0.0) > 0.05:
            raise Infeasible("a precision rectifier delivers the few milliamperes of an op-amp, not power")
        return 1.0

    def derive(self, asked: Asked) -> dict[str, float]:
        """Gain or amplitude from the levels at both ends."""
        source, sink = asked.numbers.get("input_amplitude"), asked.numbers.get("output_amplitude")
        if sink is None:
            return {}
        if source is not None and "gain" not in asked:
            return {"gain": sink / source}
        if source is None:
            return {"input_amplitude": sink / asked.get("gain", 1.0)}
        return {}

    def build(self, b: Builder, p: Values) -> None:
        """Rectify and invert, then add and invert again."""
        gain, amplitude = aim(p, "gain"), p["input_amplitude"]
        frequency = p["operating_frequency"]
        full = p.choice("wave", "full") != "half"
        rest, supply = middle(b), b.supply
        room = min(supply.vcc - rest, rest - supply.vee)
        if amplitude * gain > room:
            raise Infeasible(
                f"an output of {amplitude * gain:.3g} V peak does not fit on {rails(b)}, "
                f"which leaves {room:.3g} V"
            )
        part, unit = _part(b, p, gain)
        source, arriving = b.input(), b.chain.bias
        reference, out = b.signal_ground(), b.output()
        left = source
        if abs(arriving - rest) > 0.01:
            left = b.net("ac")
            loading = 2 / 3 * unit * 2 if full else unit
            farads = at_least(min(30 / (2 * math.pi * frequency * loading), 2.2e-3), "E6")
            b.capacitor(farads, *((left, source) if rest > arriving else (source, left)))
        diode = diode_of(b, amplitude / unit, supply.span, feature="signal").id
        summing, driver, half = b.net("sum"), b.net("drive"), b.net("half")
        b.resistor(unit, left, summing)
        b.resistor(unit, half, summing)
        # A positive input pulls the first output down, through the diode that carries the signal; a
        # negative one is clamped by the other diode.
        b.part(diode, {"A": half, "K": driver})
        b.part(diode, {"A": driver, "K": summing})
        b.opamp(reference, summing, driver, of=part)
        adding = b.net("add")
        if full:
            b.resistor(2 * unit, left, adding)
            b.resistor(unit, half, adding)
            feedback = nearest(2 * unit * gain, "E96" if gain != 1 else "E24")
        else:
            b.resistor(unit, half, adding)
            feedback = nearest(unit * gain, "E96" if gain != 1 else "E24")
        b.resistor(feedback, adding, out)
        b.opamp(reference, adding, out, of=part)
        b.assume(
            "the rectified output is positive for both halves" if full else "the positive half is passed"
        )
        if rest:
            b.assume(f"the rectified signal is counted from half the supply, {rest:g} V")
        b.transfer(gain, rest)
        seen = Signal(net=out, reference=reference)
        _offer(b, p, source, seen, arriving, frequency, amplitude, full)


def _part(b: Builder, p: Values, gain: float) -> tuple[Component, float]:
    """The op-amp, and the resistance (ohm) that its input current can flow through."""
    amplitude, frequency, rest = p["input_amplitude"], p["operating_frequency"], middle(b)
    loaded = amplitude * gain / p.get("load_resistance", math.inf)
    for unit in _UNITS:
        needs = OpampNeeds(
            # At the crossing the input is small: the op-amp has to cross two diode drops on it.
            gain_bandwidth=frequency * max(1e3 / amplitude, 60 * (2 + gain)),
            slew_rate=max(300 * frequency, 4 * math.pi * frequency * amplitude * max(gain, 1.0)),
            output_current=1.5 * loaded + amplitude / unit,
            peak_current=loaded,
            output_low=rest - amplitude - _DROP,
            output_high=rest + max(amplitude * gain, _DROP) + 0.05,
            input_low=rest,
            input_high=rest,
            offset=max(amplitude / 25, 1e-4),
            bias_current=amplitude / 25 / unit,
            noise_gain=2.0,
        )
        try:
            return b.select_opamp(needs), unit
        except Infeasible as reason:
            last = reason
    raise last


def _offer(
    b: Builder,
    p: Values,
    source: str,
    seen: Signal,
    bias: float,
    frequency: float,
    amplitude: float,
    full: bool,
) -> None:
    def bench(requirement: Requirement) -> Bench:
        asked = requirement.condition or frequency
        size = abs(b.at_input(bias + amplitude) - b.at_input(bias))
        wave = Sine(offset=b.at_input(bias), amplitude=size, frequency=asked)
        analysis = Transient(
            start=(_SETTLE - 0.1) / asked, stop=(_SETTLE + _CYCLES) / asked, step=1 / asked / 200
        )
        return b.bench("sine", analysis, [b.drive(wave)])

    def over_cycles(kind: MeasureKind, requirement: Requirement) -> Measure:
        asked = requirement.condition or frequency
        return Measure(kind=kind, signal=seen, low=_SETTLE / asked, high=(_SETTLE + _CYCLES) / asked)

    def offer(quantity: str, kind: MeasureKind) -> None:
        def make(requirement: Requirement) -> Probe:
            return Probe(bench(requirement), over_cycles(kind, requirement))

        b.offer(quantity, make)

    def gain(requirement: Requirement) -> Probe:
        asked = requirement.condition or frequency
        measure = over_cycles("average", requirement)
        measure = measure.model_copy(update={"scale": math.pi / amplitude})
        if full:
            # Over the positive half only: there both paths, the direct and the rectified one, take part.
            begin = (_SETTLE if b.at_input(1.0) > b.at_input(0.0) else _SETTLE + 0.5) / asked
            window = {"low": begin, "high": begin + 0.5 / asked, "scale": math.pi / amplitude / 2}
            measure = measure.model_copy(update=window)
        return Probe(bench(requirement), measure)

    b.offer("gain", gain)
    offer("output_voltage", "average")
    offer("output_amplitude", "maximum")
    offer("output_high", "maximum")
    offer("output_low", "minimum")
    offer_supply_current(b)

    def input_impedance(requirement: Requirement) -> Probe:
        asked = requirement.condition or frequency
        stimulus = b.drive(Ac(offset=b.at_input(bias + amplitude / 2)))
        made = b.bench("zin", AcSweep(start=asked / 10, stop=asked * 10), [stimulus])
        measure = Measure(kind="impedance", signal=voltage(source), reference=current("in"), at=asked)
        return Probe(made, measure)

    b.offer("input_impedance", input_impedance)


BLOCKS: tuple[Block, ...] = (PrecisionRectifier(),)
