"""Integrator and differentiator, with what keeps them in range at DC and quiet at high frequencies."""

from __future__ import annotations

import math

from voltsmith.knowledge.blocks._amplifying import (
    middle,
    rails,
)
from voltsmith.knowledge.blocks._networks import nearest_capacitor
from voltsmith.knowledge.blocks.assembly import Probe, voltage
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.blocks.offers import Path, ac_bench, ac_measure, offer_linear, sine_bench
from voltsmith.knowledge.blocks.selection import OpampNeeds
from voltsmith.knowledge.preferred import Pair, at_least, nearest, product_pair
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import Bench, Measure, Transient

TIME_CONSTANT = Parameter(
    name="time_constant", unit="s", description="time constant R C", default=1e-3, low=1e-8, high=3.0
)
_SPAN = 100.0
"""How far the corners of DC limiting and noise limiting lie from the frequency the block is used at."""


def _derived(asked: Asked, sign: int) -> dict[str, float]:
    """The time constant from a unity-gain frequency, or from a gain at a frequency (gain ~ f ^ ``sign``)."""
    if "time_constant" in asked:
        return {}
    for name in ("cutoff_frequency", "frequency", "center_frequency"):
        if name in asked:
            return {"time_constant": 1 / (2 * math.pi * asked[name])}
    frequency = _used_at(asked)
    if frequency is not None:
        tau = 1 / (2 * math.pi * frequency)
        return {"time_constant": tau * asked.get("gain", 1.0) ** sign}
    return {}


def _used_at(asked: Asked | Values) -> float | None:
    """The frequency (Hz) of the signal, by itself or as the one at which a gain or a phase is asked."""
    if "operating_frequency" in asked:
        return asked["operating_frequency"]
    found = (asked.requirements[name].condition for name in ("gain", "phase") if name in asked.requirements)
    return next((condition for condition in found if condition), None)


def _network(p: Values, product: float, most: float) -> Pair:
    """R (ohm) and C (F), keeping what the user fixed."""
    if "capacitance" in p:
        return Pair(nearest(product / p["capacitance"], "E96"), p["capacitance"], 0.0)
    if "resistance" in p:
        return Pair(p["resistance"], nearest_capacitor(product / p["resistance"]), 0.0)
    try:
        resistors, capacitors = (1e3, most), (100e-12, 10e-6)
        return product_pair(product, resistors, capacitors, target_resistor=min(20e3, most / 3), budget=0.01)
    except ValueError:
        raise Infeasible(
            f"a time constant of {product:.3g} s needs resistors or capacitors that are not made"
        ) from None


def _film(b: Builder, farads: float, left: str, right: str) -> None:
    """A capacitor that stands either polarity, whatever its value."""
    b.part("capacitor", {"1": left, "2": right}, value=farads, tolerance=b.assembly.capacitor_tolerance)


def _part(
    b: Builder,
    p: Values,
    gain_bandwidth: float,
    frequency: float,
    peak: float,
    *,
    noise_gain: float = 1.0,
    open_loop_gain: float,
) -> Component:
    rest = middle(b)
    room = min(b.supply.vcc - rest, rest - b.supply.vee)
    if peak > room:
        raise Infeasible(f"an output of {peak:.3g} V peak does not fit on {rails(b)}")
    load = p.get("load_resistance", math.inf)
    return b.select_opamp(
        OpampNeeds(
            gain_bandwidth=gain_bandwidth,
            slew_rate=2 * 2 * math.pi * frequency * peak,
            output_current=1.5 * peak / load,
            peak_current=peak / load,
            output_low=rest - peak - 0.02,
            output_high=rest + peak + 0.02,
            input_low=rest,
            input_high=rest,
            noise_gain=noise_gain,
            open_loop_gain=open_loop_gain,
        )
    )


class Integrator(Block):
    """A capacitor as feedback; a large resistor across it stops it from running into a rail."""

    id = "integrator"
    function = "integrator"
    title = "Integrator"
    summary = (
        "Op-amp whose output is the inverted integral of its input: a square wave becomes a triangle. A "
        "resistor across the capacitor limits the gain at DC, where offset would run it into a rail."
    )
    equations = (
        "v_out = -(1 / R C) integral of v_in dt",
        "|H| = 1 / (2 pi f R C), 1 at f_0 = 1 / (2 pi R C); the output leads by 90 degrees",
        "DC gain = R_f / R, integrating above 1 / (2 pi R_f C)",
    )
    sources = (
        "P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., section 4.2.6",
        "Texas Instruments SNLA140A, AN-31 Op Amp Circuit Collection, integrator",
    )
    phrases = (
        "integrator",
        "op-amp integrator",
        "integrate a signal",
        "square wave to triangle wave",
        "Miller integrator",
        "ramp from a constant voltage",
    )
    parameters = (TIME_CONSTANT,)
    measures = ("time_constant", "gain", "phase", "cutoff_frequency", "frequency", "output_amplitude")
    default_supply = Supply(vcc=12.0, vee=-12.0)

    def derive(self, asked: Asked) -> dict[str, float]:
        """The time constant from a unity-gain frequency, or from a gain at the signal's frequency."""
        return _derived(asked, -1)

    def build(self, b: Builder, p: Values) -> None:
        """R to the inverting input, C and R_f around the op-amp."""
        product = p["time_constant"]
        unity = 1 / (2 * math.pi * product)
        used = _used_at(p) or unity
        gain = unity / used
        rest = middle(b)
        room = min(b.supply.vcc - rest, rest - b.supply.vee)
        peak = p.get("output_amplitude", p.get("input_amplitude", 0.0) * gain) or min(1.0, 0.4 * room)
        part = _part(b, p, 100 * max(unity, used), used, peak, open_loop_gain=2e4)
        # R_f up to 10 Mohm has to lie well above R: to keep the phase within 1 degree of 90.
        resistor, capacitor, _ = _network(p, product, 330e3)
        limit = nearest(_SPAN / (2 * math.pi * used * capacitor), "E12")
        # Offset, amplified at DC, may take a tenth of the room.
        offset = part.limits["offset_max"]
        ceiling = resistor * max(0.1 * room / offset - 1, 20.0)
        # The op-amp's input current flows through R_f at DC.
        bias = abs(part.model.get("bias_current", 0.0))
        if bias > 0:
            ceiling = min(ceiling, 0.15 * room / bias)
        limit = min(limit, nearest(ceiling, "E12"), 10e6)
        if limit * capacitor * 2 * math.pi * used < 15:
            raise Infeasible(
                f"an integrator for {used:g} Hz on {rails(b)} would have to amplify DC so much that its "
                "offset alone runs it into a rail"
            )
        source, reference, sink = b.input(), b.signal_ground(), b.output()
        summing, arriving = b.net("sum"), b.chain.bias
        left, path_bias = source, rest
        if abs(arriving - rest) > 0.01:
            left, path_bias = b.net("ac"), arriving
            farads = at_least(min(_SPAN / (2 * math.pi * used * resistor), 2.2e-3), "E6")
            b.capacitor(farads, left, source)
        b.resistor(resistor, left, summing)
        _film(b, capacitor, summing, sink)
        b.resistor(limit, summing, sink)
        b.opamp(reference, summing, sink, of=part)
        b.transfer(-gain, rest)
        path = Path(
            source,
            sink,
            reference=used,
            start=used / 1e4,
            stop=used * 1e4,
            amplitude=peak / gain,
            bias=path_bias,
            time=2 * math.pi * product,
        )
        offer_linear(b, path)
        _offer_scale(b, path, -1)
        # The transient that the start of a sine leaves dies out with R_f C, which is long.
        b.offer(
            "output_amplitude",
            lambda requirement: Probe(
                _settled(b, path, requirement.condition or used),
                Measure(kind="amplitude", signal=voltage(path.sink)),
            ),
        )


class Differentiator(Block):
    """A capacitor at the input; a resistor in series with it keeps noise and ringing down."""

    id = "differentiator"
    function = "differentiator"
    title = "Differentiator"
    summary = (
        "Op-amp whose output is the inverted slope of its input: a triangle becomes a square wave. A "
        "resistor in series with the capacitor and a capacitor across the feedback limit the gain for "
        "noise and make it stable."
    )
    equations = (
        "v_out = -R C dv_in/dt",
        "|H| = 2 pi f R C, 1 at f_0 = 1 / (2 pi R C); the output lags by 90 degrees",
        "gain limited to R / R_s above 1 / (2 pi R_s C)",
    )
    sources = (
        "P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., section 4.5.7",
        "Texas Instruments SNLA140A, AN-31 Op Amp Circuit Collection, practical differentiator",
    )
    phrases = (
        "differentiator",
        "op-amp differentiator",
        "differentiate a signal",
        "rate of change detector",
        "slope of a signal",
        "triangle wave to square wave",
    )
    parameters = (TIME_CONSTANT,)
    measures = ("time_constant", "gain", "phase", "cutoff_frequency", "frequency", "output_amplitude")
    default_supply = Supply(vcc=12.0, vee=-12.0)

    def derive(self, asked: Asked) -> dict[str, float]:
        """The time constant from a unity-gain frequency, or from a gain at the signal's frequency."""
        return _derived(asked, 1)

    def build(self, b: Builder, p: Values) -> None:
        """R_s and C to the inverting input, R and C_f around the op-amp."""
        product = p["time_constant"]
        unity = 1 / (2 * math.pi * product)
        used = _used_at(p) or unity
        gain, rest = used / unity, middle(b)
        room = min(b.supply.vcc - rest, rest - b.supply.vee)
        peak = p.get("output_amplitude", p.get("input_amplitude", 0.0) * gain) or min(1.0, 0.4 * room)
        # R_s turns the phase by 2.9 degrees at the signal's frequency, C_f by another 0.7.
        corner = 20 * used
        flat = corner / unity
        # The noise gain rises up to R / R_s; the op-amp's gain has to reach beyond that corner.
        part = _part(
            b,
            p,
            3 * corner * (1 + flat),
            used,
            peak,
            noise_gain=max(flat, 1.0),
            open_loop_gain=50 * (1 + flat),
        )
        resistor, capacitor, _ = _network(p, product, 330e3)
        series = nearest(1 / (2 * math.pi * corner * capacitor), "E24")
        across = 1 / (2 * math.pi * 4 * corner * resistor)
        source, reference, sink = b.input(), b.signal_ground(), b.output()
        summing, middle_net = b.net("sum"), b.net("in")
        b.resistor(max(series, 10.0), source, middle_net)
        _film(b, capacitor, middle_net, summing)
        b.resistor(resistor, summing, sink)
        if across > 2e-12:
            b.capacitor(nearest_capacitor(across), summing, sink)
        b.opamp(reference, summing, sink, of=part)
        arriving = b.chain.bias
        b.transfer(-gain, rest)
        path = Path(
            source,
            sink,
            reference=used,
            start=used / 1e4,
            stop=used * 1e4,
            amplitude=peak / gain,
            bias=arriving,
            time=1 / used,
        )
        offer_linear(b, path)
        _offer_scale(b, path, 1)


def _settled(b: Builder, path: Path, frequency: float) -> Bench:
    """A sine after fifty cycles, three time constants of the resistor across the capacitor."""
    bench = sine_bench(b, path, frequency, path.amplitude)
    analysis = Transient(start=50 / frequency, stop=53 / frequency, step=0.01 / frequency)
    return bench.model_copy(update={"name": f"{b.instance}_settled", "analysis": analysis})


def _offer_scale(b: Builder, path: Path, sign: int) -> None:
    """Time constant and unity-gain frequency from the gain at the frequency used, whose slope is known."""
    used = path.reference

    def time_constant(_: Requirement) -> Probe:
        angular = 2 * math.pi * used
        if sign > 0:
            return Probe(ac_bench(b, path), ac_measure(path, "gain", at=used, scale=1 / angular))
        inverse = Measure(
            kind="gain",
            signal=voltage(path.source),
            reference=voltage(path.sink),
            at=used,
            scale=1 / angular,
        )
        return Probe(ac_bench(b, path), inverse)

    def frequency(_: Requirement) -> Probe:
        # |H| = f_0 / f for the integrator, f / f_0 for the differentiator.
        ends = (voltage(path.sink), voltage(path.source))
        signal, reference = ends if sign < 0 else ends[::-1]
        measure = Measure(kind="gain", signal=signal, reference=reference, at=used, scale=used)
        return Probe(ac_bench(b, path), measure)

    b.offer("time_constant", time_constant)
    b.offer("cutoff_frequency", frequency)
    b.offer("frequency", frequency)


BLOCKS: tuple[Block, ...] = (Integrator(), Differentiator())
