"""Transimpedance amplifier: a current, such as that of a photodiode, becomes a voltage."""

from __future__ import annotations

import math

from voltsmith.knowledge.blocks._amplifying import (
    aim,
    rails,
)
from voltsmith.knowledge.blocks._networks import nearest_capacitor
from voltsmith.knowledge.blocks.assembly import Probe, voltage
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.blocks.offers import offer_supply_current
from voltsmith.knowledge.blocks.selection import OpampNeeds
from voltsmith.knowledge.preferred import nearest
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import (
    Ac,
    AcSweep,
    Analysis,
    Bench,
    Dc,
    Load,
    Measure,
    MeasureKind,
    Noise,
    Op,
    Pulse,
    Sine,
    Stimulus,
    Transient,
    Waveform,
)

PEDESTAL = 0.1
"""V at the output for no current on a single supply, since no output reaches its negative rail."""
LEVELS = ("output_voltage", "output_high")
"""What counts from ground; an amplitude counts from the level at rest."""
SMALLEST = 0.5e-12
"""F: what a resistor and its pads have anyway."""


class TransimpedanceAmplifier(Block):
    """A resistor from output to inverting input carries the input current; a capacitor keeps it stable."""

    id = "transimpedance_amplifier"
    function = "transimpedance_amplifier"
    title = "Transimpedance amplifier"
    summary = (
        "Op-amp that turns a current into a voltage and holds its input at a constant level: the amplifier "
        "for a photodiode, whose cathode goes to the input and whose anode goes to ground, so that light "
        "pulls current out of the input and the output rises. A capacitor across the resistor makes up for "
        "the capacitance of the source."
    )
    equations = (
        "v_out = v_rest + I R_f, I counted out of the input",
        "C_f = sqrt(C_in / (2 pi R_f GBW)) puts the feedback pole at the crossover, 45 degrees of margin",
        "f_-3dB <= sqrt(GBW / (2 pi R_f C_in)), and 1 / (2 pi R_f C_f) for a larger C_f",
    )
    sources = (
        "Texas Instruments SBOS197, OPA657 data sheet, wideband transimpedance amplifier section",
        "S. Franco, Transimpedance Amplifier Stability, All About Circuits, 29 May 2019",
    )
    phrases = (
        "transimpedance amplifier",
        "photodiode amplifier",
        "current-to-voltage converter",
        "TIA for a photodiode",
        "light sensor amplifier",
        "I-V converter",
        "measure a small current",
    )
    parameters = (
        Parameter(
            name="transresistance",
            unit="V/A",
            description="output voltage per ampere",
            default=1e5,
            low=100.0,
            high=1e8,
        ),
        Parameter(
            name="source_capacitance",
            unit="F",
            description="capacitance of the source",
            default=20e-12,
            low=0.0,
            high=1e-8,
        ),
    )
    measures = (
        "transresistance",
        "bandwidth",
        "overshoot",
        "output_voltage",
        "output_amplitude",
        "output_noise",
    )
    default_supply = Supply(vcc=5.0)

    def derive(self, asked: Asked) -> dict[str, float]:
        """The transresistance from the current and the voltage it is to give."""
        if "transresistance" in asked or not asked.get("input_current", 0.0):
            return {}
        for name in ("output_voltage", "output_amplitude", "output_peak_to_peak", "output_high"):
            if name in asked:
                single = asked.supply is None or asked.supply.vee == 0
                level = asked[name] - (PEDESTAL if single and name in LEVELS else 0.0)
                return {"transresistance": max(level, 0.0) / asked["input_current"]}
        return {}

    def build(self, b: Builder, p: Values) -> None:
        """R_f and C_f around the op-amp, its other input slightly above ground on a single supply."""
        wish = aim(p, "transresistance")
        single = b.supply.vee == 0
        rest = PEDESTAL if single else 0.0
        resistor = p["resistance"] if "resistance" in p else nearest(wish, "E24")
        if abs(resistor / wish - 1) > 0.012 and "resistance" not in p:
            resistor = nearest(wish, "E96")
        room = b.supply.vcc - rest
        level = p["input_current"] * resistor if "input_current" in p else p.numbers.get("output_amplitude")
        if level is not None and level > room:
            raise Infeasible(
                f"{level / resistor:.3g} A through {resistor:.3g} ohm make {level:.3g} V, which does not "
                f"fit on {rails(b)}"
            )
        peak = level if level is not None else 0.4 * room
        part, capacitor = _amplifier(b, p, resistor, rest, peak)
        source, out = b.input(), b.output()
        b.assembly.current_inputs.add(source)
        b.resistor(resistor, source, out)
        b.capacitor(capacitor, source, out)
        reference = b.ground()
        if single:
            reference = b.net("rest")
            vcc, ground = b.rails()
            lower = 1e3
            b.resistor(nearest(lower * (b.supply.vcc / PEDESTAL - 1), "E24"), vcc, reference)
            b.resistor(lower, reference, ground)
            b.capacitor(100e-9, reference, ground)
            b.assume(f"the output rests at {PEDESTAL * 1e3:g} mV without current")
        b.opamp(reference, source, out, of=part)
        b.assume("the current flows out of the input, as into the cathode of a photodiode to ground")
        b.transfer(resistor, rest)
        self._offer(b, p, source, out, resistor, capacitor, peak)

    def _offer(
        self,
        b: Builder,
        p: Values,
        source: str,
        out: str,
        resistor: float,
        capacitor: float,
        peak: float,
    ) -> None:
        shunt = p["source_capacitance"]
        upper = 1 / (2 * math.pi * resistor * capacitor)
        reference = upper / 100

        def bench(kind: str, analysis: Analysis, wave: Waveform) -> Bench:
            # Negative into the net: the current is drawn out of the input.
            stimulus = Stimulus(name="in", type="current", net=source, waveform=wave)
            loads = [Load(kind="capacitor", value=shunt, net=source)] if shunt else []
            if b.assembly.load is not None:
                loads.append(b.assembly.load)
            return b.bench(kind, analysis, [stimulus], loads)

        def sweep(frequency: float) -> Bench:
            start, stop = min(upper / 1e4, frequency / 3), max(upper * 1e3, frequency * 3)
            return bench("ac", AcSweep(start=start, stop=stop), Ac(magnitude=-1.0))

        def ac(quantity: str, kind: MeasureKind) -> None:
            def make(requirement: Requirement) -> Probe:
                at = requirement.condition or reference
                # One ampere of small signal: the voltage is the transresistance.
                return Probe(sweep(at), Measure(kind=kind, signal=voltage(out), at=at))

            b.offer(quantity, make)

        ac("transresistance", "gain")
        ac("phase", "phase")
        for quantity in ("bandwidth", "upper_cutoff_frequency", "cutoff_frequency"):
            b.offer(
                quantity,
                lambda _: Probe(
                    sweep(reference), Measure(kind="upper_cutoff", signal=voltage(out), at=reference)
                ),
            )
        high = peak / resistor
        low, time = 0.3 * high, 0.5 / upper

        def step(requirement: Requirement) -> Probe:
            wave = Pulse(
                low=-low,
                high=-0.6 * high,
                delay=time,
                rise=time / 100,
                fall=time / 100,
                width=100 * time,
                period=200 * time,
            )
            kinds: dict[str, MeasureKind] = {"rise_time": "rise_time", "settling_time": "settling_time"}
            kind = kinds.get(requirement.quantity, "overshoot")
            analysis = Transient(stop=11 * time, step=time / 200)
            at = time if kind == "settling_time" else None
            return Probe(bench("step", analysis, wave), Measure(kind=kind, signal=voltage(out), at=at))

        for quantity in ("overshoot", "rise_time", "settling_time"):
            b.offer(quantity, step)

        # Noise has to be referred to a voltage source: one far away, whose own current is negligible.
        def noise(requirement: Requirement) -> Probe:
            far = Stimulus(name="in", net=source, waveform=Ac(magnitude=1.0), series_resistance=1e15)
            loads = [Load(kind="capacitor", value=shunt, net=source)] if shunt else []
            analysis = Noise(net=out, source="in", start=1.0, stop=upper * 100)
            made = b.bench("noise", analysis, [far], loads)
            if requirement.quantity == "noise_density":
                at = requirement.condition or reference
                return Probe(made, Measure(kind="noise_density", signal=voltage(out), at=max(at, 1.0)))
            return Probe(made, Measure(kind="noise_total", signal=voltage(out)))

        b.offer("output_noise", noise)
        b.offer("noise_density", noise)
        current_in = p.get("input_current", 0.0)

        def level(_: Requirement) -> Probe:
            made = bench("level", Op(), Dc(value=-current_in))
            return Probe(made, Measure(kind="value", signal=voltage(out)))

        b.offer("output_voltage", level)

        def swing(requirement: Requirement) -> Probe:
            # The current swings from nothing to what was asked for and back: a photodiode's has one direction.
            frequency = requirement.condition or p.get("operating_frequency", min(1e3, reference))
            half = peak / resistor / 2
            period = 1 / frequency
            wave = Sine(offset=-half, amplitude=half, frequency=frequency)
            made = bench("swing", Transient(start=4 * period, stop=8 * period, step=period / 400), wave)
            # From rest to peak, which is twice the amplitude of the sine.
            scale = 2.0 if requirement.quantity == "output_amplitude" else 1.0
            kind: MeasureKind = "peak_to_peak" if scale == 1.0 else "amplitude"
            return Probe(made, Measure(kind=kind, signal=voltage(out), scale=scale))

        b.offer("output_amplitude", swing)
        b.offer("output_peak_to_peak", swing)
        offer_supply_current(b)


def _amplifier(b: Builder, p: Values, resistor: float, rest: float, peak: float) -> tuple[Component, float]:
    """The op-amp and C_f (F) for the bandwidth asked, or for the best phase margin where none is."""
    name = next((n for n in ("bandwidth", "upper_cutoff_frequency", "cutoff_frequency") if n in p), None)
    bandwidth = None if name is None else p[name]
    exact = name is not None and p.relation(name) != "min"
    if bandwidth is None and "rise_time" in p:
        bandwidth, exact = 0.5 / p["rise_time"], False
    floor = bandwidth or p.get("operating_frequency", 1e3)
    load = p.get("load_resistance", math.inf)
    margin = 2.2 if exact else 1.6
    needs = OpampNeeds(
        slew_rate=2 * 2 * math.pi * floor * peak / 2,
        output_current=1.5 * peak / load,
        peak_current=peak / load,
        output_low=rest if b.supply.vee == 0 else -0.1,
        output_high=rest + peak + 0.02,
        input_low=rest,
        input_high=rest,
        low_bias=resistor >= 3.3e5,
        open_loop_gain=1e3,
        noise=p["noise_density"] * 0.5 if p.relation("noise_density") == "max" else None,
    )
    own = 4e-12
    # f = sqrt(GBW / (2 pi R C_in)) has to reach beyond the bandwidth.
    wish = (margin * floor) ** 2 * 2 * math.pi * resistor * (p["source_capacitance"] + own)
    gain_bandwidth = max(wish, 10 * floor)
    # Decompensated op-amps see the noise gain (C_in + C_f) / C_f at high frequencies.
    guess = math.sqrt((p["source_capacitance"] + own) / (2 * math.pi * resistor * gain_bandwidth))
    noise_gain = 1 + (p["source_capacitance"] + own) / (1.5 * guess)
    part = b.select_opamp(
        OpampNeeds(**{**needs.__dict__, "gain_bandwidth": gain_bandwidth, "noise_gain": noise_gain})
    )
    total = p["source_capacitance"] + part.model.get("input_capacitance", 3e-12)
    optimum = math.sqrt(total / (2 * math.pi * resistor * part.limits["gbw"]))
    least = 1.5 * optimum
    capacitor = least
    if exact and bandwidth is not None:
        # The op-amp's pole adds to that of the resistor and capacitor.
        capacitor = _capacitor_for(bandwidth, resistor, total, part.limits["gbw"])
        if capacitor < optimum:
            raise Infeasible(
                f"{bandwidth:.3g} Hz of bandwidth with {resistor:.3g} ohm and {total:.3g} F leave no "
                "phase margin"
            )
    if capacitor < 0.4 * SMALLEST:
        raise Infeasible(
            f"{floor:.3g} Hz of bandwidth with {resistor:.3g} ohm would need {capacitor * 1e12:.2g} pF "
            "across the resistor, which is less than it has by itself"
        )
    return part, max(nearest_capacitor(capacitor), SMALLEST)


def _capacitor_for(bandwidth: float, resistor: float, total: float, gain_bandwidth: float) -> float:
    """C_f (F) that puts -3 dB at ``bandwidth``.

    With A = GBW / (j f): V_out / I = R / (1 + s R C_f + s (1 + s R (C_in + C_f)) / omega_t); bisected.
    """
    angular, unity = 2 * math.pi * bandwidth, 2 * math.pi * gain_bandwidth

    def magnitude(capacitor: float) -> float:
        real = 1 - angular**2 * resistor * (total + capacitor) / unity
        imaginary = angular * resistor * capacitor + angular / unity
        return 1 / math.hypot(real, imaginary)

    low, high = 0.0, 10 / (angular * resistor)
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if magnitude(middle) > math.sqrt(0.5) else (low, middle)
    return high


BLOCKS: tuple[Block, ...] = (TransimpedanceAmplifier(),)
