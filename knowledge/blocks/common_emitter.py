"""Common-emitter amplifier with one bipolar transistor."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

from voltsmith.knowledge.blocks._amplifying import aim, gain_from_levels, wanted
from voltsmith.knowledge.blocks.assembly import Probe, voltage
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.blocks.offers import Path, offer_linear
from voltsmith.knowledge.devices import component, components
from voltsmith.knowledge.preferred import at_least, nearest
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import Dc, Measure, Op

THERMAL_VOLTAGE = 0.02585
SATURATION = 0.5
"""V between collector and emitter below which the gain collapses."""
BLEED = 100e3
"""Ohm at the output, so that its capacitor is charged whatever is connected."""


@dataclass(frozen=True)
class _Stage:
    """Resistors (ohm) and quiescent current (A); ``bypassed`` is 0 without a bypass capacitor."""

    transistor: Component
    collector: float
    degeneration: float
    bypassed: float
    upper: float
    lower: float
    current: float
    load: float

    @property
    def inner(self) -> float:
        """Emitter resistance (ohm) of the transistor itself, base resistance included."""
        model = self.transistor.model
        # Towards the knee current the transconductance falls behind I_C / V_T.
        crowding = 1 + self.current / model["knee_current"]
        return THERMAL_VOLTAGE / self.current * crowding + model.get("base_resistance", 0.0) / self.beta

    @property
    def beta(self) -> float:
        """Current gain at the quiescent current."""
        return _beta(self.transistor, self.current)

    @property
    def seen(self) -> float:
        """Resistance (ohm) at the collector: R_C, the load, and the transistor's own."""
        return _parallel(self.collector, self.load, _own_output(self))

    def transfer(self, frequency: float, source: float, bypass: float, sink: float) -> complex:
        """Gain from input to load at ``frequency`` (Hz) with the three capacitors (F)."""
        s = 2j * math.pi * frequency
        emitter = complex(self.inner + self.degeneration)
        if self.bypassed:
            emitter += 1 / (1 / self.bypassed + s * bypass)
        base = 1 / (1 / self.upper + 1 / self.lower + 1 / (emitter * (self.beta + 1)))
        into = base / (base + 1 / (s * source))
        collector = _parallel(self.collector, _own_output(self))
        out = 1 / (s * sink) + self.load
        return -into / emitter * (collector * self.load / (collector + out))


class CommonEmitterAmplifier(Block):
    """Divider at the base, emitter resistor with a bypassed part, resistor at the collector."""

    id = "common_emitter_amplifier"
    function = "amplifier"
    title = "Common-emitter amplifier"
    summary = (
        "One-transistor voltage amplifier, inverting and AC-coupled. The part of the emitter resistor that "
        "is not bypassed defines the gain, the rest of it holds the operating point."
    )
    equations = (
        "gain = -(R_C || R_L) / (r_e + R_E1), r_e = 25.9 mV / I_C",
        "V_B = V_CC R_2 / (R_1 + R_2), I_C = (V_B - V_BE) / (R_E1 + R_E2)",
        "Z_in = R_1 || R_2 || beta (r_e + R_E1)",
        "largest gain: (R_C || R_L) / r_e, about 20 times the drop across R_C in volts",
    )
    sources = (
        "P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., section 2.2.7",
        "A. Sedra, K. Smith, Microelectronic Circuits, chapter on transistor amplifiers",
    )
    phrases = (
        "common emitter amplifier",
        "transistor amplifier",
        "BJT amplifier stage",
        "single transistor preamp",
        "amplifier with a 2N3904",
        "discrete amplifier",
        "class A transistor stage",
    )
    parameters = (
        Parameter(
            name="gain", unit="V/V", description="magnitude of the gain", default=10.0, low=0.5, high=400.0
        ),
    )
    measures = (
        "gain",
        "collector_current",
        "output_voltage",
        "lower_cutoff_frequency",
        "upper_cutoff_frequency",
        "bandwidth",
        "input_impedance",
        "output_impedance",
        "output_amplitude",
        "thd",
    )
    topologies = ("common_emitter", "bjt", "transistor")
    default_supply = Supply(vcc=12.0)

    def fit(self, asked: Asked) -> float:
        """Needs to be asked for: an op-amp does better at most things."""
        if asked.choice("coupling") == "dc":
            raise Infeasible("a common-emitter amplifier is AC-coupled; an op-amp amplifier passes DC")
        named = any(component(name).kind == "npn" for name in asked.components)
        return 3.0 if named or asked.choice("topology") in self.topologies else 0.1

    def derive(self, asked: Asked) -> dict[str, float]:
        """The gain from the levels at both ends."""
        return gain_from_levels(asked)

    def build(self, b: Builder, p: Values) -> None:
        """Resistors around the operating point, then capacitors for the lower corner."""
        stage = _design(b, p)
        low = wanted(p, "lower_cutoff_frequency")
        exact = low is not None and p.relation("lower_cutoff_frequency") != "max"
        used = p.get("operating_frequency", 1e3)
        corner = low if low is not None else min(20.0, used / 30)
        series, bypass, coupling = _capacitors(stage, corner, exact=exact)
        source, arriving = b.input(), b.chain.bias
        vcc, bottom = b.rails()
        base, emitter, collector = b.net("base"), b.net("emitter"), b.net("collector")
        resting = b.supply.vee + b.supply.span * stage.lower / (stage.lower + stage.upper)
        b.capacitor(series, *((base, source) if resting > arriving else (source, base)))
        b.resistor(stage.upper, vcc, base)
        b.resistor(stage.lower, base, bottom)
        b.part(stage.transistor.id, {"B": base, "C": collector, "E": emitter})
        b.resistor(stage.collector, vcc, collector)
        if stage.bypassed:
            foot = emitter
            if stage.degeneration:
                foot = b.net("foot")
                b.resistor(stage.degeneration, emitter, foot)
            b.resistor(stage.bypassed, foot, bottom)
            b.capacitor(bypass, foot, bottom)
        else:
            b.resistor(stage.degeneration, emitter, bottom)
        sink = b.output()
        b.capacitor(coupling, collector, sink)
        b.resistor(BLEED, sink, b.ground())
        b.transfer(-aim(p, "gain"), 0.0)
        self._offer(b, p, stage, source, sink, collector, arriving, max(used, 10 * corner), corner)

    def _offer(
        self,
        b: Builder,
        p: Values,
        stage: _Stage,
        source: str,
        sink: str,
        collector: str,
        bias: float,
        used: float,
        corner: float,
    ) -> None:
        vcc, _ = b.rails()
        level = p.get("output_amplitude", p.get("input_amplitude", 0.0) * p["gain"]) or 0.5
        path = Path(
            source,
            sink,
            reference=used,
            start=corner / 300,
            stop=1e9,
            amplitude=min(level, 0.8 * _swing(b, stage)) / p["gain"],
            bias=bias,
            time=3e-6,
        )
        offer_linear(b, path)
        resting = b.bench("op", Op(), [b.drive(Dc(value=b.at_input(bias)))])
        across = voltage(vcc, collector)

        def current(_: Requirement) -> Probe:
            return Probe(resting, Measure(kind="value", signal=across, scale=1 / stage.collector))

        b.offer("collector_current", current)
        b.offer("output_voltage", lambda _: Probe(resting, Measure(kind="value", signal=voltage(collector))))


def _parallel(*resistances: float) -> float:
    return 1 / sum(1 / resistance for resistance in resistances)


def _beta(transistor: Component, current: float) -> float:
    """Current gain, which halves at the knee current."""
    model = transistor.model
    return model["current_gain"] / (1 + current / model["knee_current"])


def _base_emitter(transistor: Component, current: float) -> float:
    model = transistor.model
    ideal = current * (1 + current / model["knee_current"])
    return model["base_emitter_voltage"] + THERMAL_VOLTAGE * math.log(ideal / model["base_emitter_current"])


def _own_output(stage: _Stage) -> float:
    """Output resistance (ohm) of the transistor, raised by the resistor at its emitter."""
    model = stage.transistor.model
    return (model["early_voltage"] + 5.0) / stage.current * (1 + stage.degeneration / stage.inner)


def _swing(b: Builder, stage: _Stage) -> float:
    """Largest output amplitude (V): until the transistor saturates, or until it is cut off."""
    loaded = _parallel(stage.collector, stage.load)
    emitter = stage.current * (stage.degeneration + stage.bypassed)
    down = b.supply.span - stage.current * stage.collector - emitter - SATURATION
    return min(stage.current * loaded, down / (1 + (stage.degeneration / loaded)))


def _transistor(b: Builder, p: Values) -> Component:
    named = b.named_component("npn")
    amperes = 3 * p.get("collector_current", 1e-3)
    if named is not None:
        if named.model.get("darlington"):
            raise Infeasible(
                f"{named.id} is a Darlington transistor, and this stage is built with a plain one"
            )
        if (stands := named.limits["collector_emitter_max"]) < b.supply.span:
            b.assume(f"{named.id} was asked for and used, although it stands {stands:g} V")
        return named
    found = [
        entry
        for entry in components().values()
        if entry.kind == "npn"
        and not entry.model.get("darlington")
        and entry.limits["collector_emitter_max"] >= 1.2 * b.supply.span
        and entry.limits["collector_current_max"] >= amperes
    ]
    if not found:
        raise Infeasible(f"no NPN transistor in the library stands {b.supply.span:g} V and {amperes:.3g} A")
    return min(found, key=lambda entry: (entry.cost, entry.id))


def _design(b: Builder, p: Values) -> _Stage:
    """Operating point in the middle of the swing, then the resistors of the emitter and the base.

    Raises:
        Infeasible: the gain or the swing is more than the supply allows.
    """
    transistor, span, gain = _transistor(b, p), b.supply.span, aim(p, "gain", 1.04)
    load = p.get("load_resistance", math.inf)
    if span < 3:
        raise Infeasible(f"a common-emitter stage needs 3 V or more, and {span:g} V is given")
    emitter = max(min(1.0, 0.12 * span), (span - SATURATION) / (2 * gain + 1))
    drop = (span - emitter - SATURATION) / 2
    if "output_voltage" in p:
        drop = b.supply.vcc - p["output_voltage"]
        if not 0.05 * span < drop < span - emitter - SATURATION:
            raise Infeasible(f"a collector at {p['output_voltage']:.3g} V leaves no swing on {span:g} V")
    current = p.get("collector_current", max(1e-3, min(drop / (0.5 * load), 20e-3)))
    collector = nearest(drop / current, "E24")
    drop = collector * current
    outside = _parallel(load, BLEED)
    plain = _Stage(transistor, collector, 0.0, 0.0, 1e6, 1e6, current, outside)
    most = plain.seen / plain.inner
    if gain > most:
        raise Infeasible(
            f"a gain of {gain:.3g} is more than one transistor on {span:g} V gives: "
            f"{drop:.3g} V across the collector resistor make at most {most:.3g}"
        )
    # The output resistance depends on the degeneration that follows from it.
    degeneration = plain.seen / gain - plain.inner
    for _ in range(4):
        stage = _Stage(transistor, collector, max(degeneration, 0.0), 0.0, 1e6, 1e6, current, outside)
        degeneration = stage.seen / gain - stage.inner
    total = emitter / current
    off = abs(nearest(max(degeneration, 1.0), "E24") - degeneration)
    series = "E24" if off <= 0.01 * plain.seen / gain else "E96"
    first = nearest(max(degeneration, 1.0), series) if degeneration > 1.0 else 0.0
    second = nearest(total - first, "E24") if total - first > 0.3 * total else 0.0
    if not second:
        emitter = current * first
    upper, lower = _base_divider(p, transistor, span, current, first + second, first + plain.inner)
    stage = _Stage(transistor, collector, first, second, upper, lower, current, outside)
    asked = max(
        p.get("output_amplitude", 0.0),
        p.get("output_peak_to_peak", 0.0) / 2,
        p.get("input_amplitude", 0.0) * gain,
    )
    if asked > (limit := _swing(b, stage)):
        raise Infeasible(
            f"an output of {asked:.3g} V peak is more than the {limit:.3g} V that this stage "
            f"swings on {span:g} V"
        )
    return stage


def _base_divider(
    p: Values, transistor: Component, span: float, current: float, emitter: float, driven: float
) -> tuple[float, float]:
    """R_1 and R_2 (ohm) for the collector current, loaded by the base; for an input impedance if asked."""
    beta = _beta(transistor, current)
    base = current / beta
    level = current * (1 + 1 / beta) * emitter + _base_emitter(transistor, current)
    # Ten times the base current through the divider keeps the spread of beta out of the operating point.
    divided = 10 * base
    parallel = level * (span - level) / (span * divided)
    if "input_impedance" in p:
        own = beta * driven
        wish = p["input_impedance"] * {"min": 1.15, "max": 0.87}.get(p.relation("input_impedance"), 1.0)
        if own <= wish * 1.02:
            raise Infeasible(
                f"an input impedance of {p['input_impedance']:.3g} ohm is out of reach: the base alone has "
                f"{own:.3g} ohm; ask for less gain or less collector current"
            )
        needed = 1 / (1 / wish - 1 / own)
        if needed > 4 * parallel:
            raise Infeasible(
                f"an input impedance of {p['input_impedance']:.3g} ohm would need a base divider that the "
                "base current upsets; ask for less collector current"
            )
        parallel = needed
    source = level + base * parallel
    if source >= 0.95 * span:
        raise Infeasible(f"{span:g} V leave no room for the base divider")
    best: tuple[float, tuple[float, float]] | None = None
    exact = parallel * span / source
    for series, near in itertools.product(("E24", "E96"), range(-4, 5)):
        upper = nearest(exact * 1.05**near, series)
        lower = nearest(upper * source / (span - source), series)
        got = span * lower / (upper + lower) - base * _parallel(upper, lower)
        error = abs(got / level - 1) * 4 + abs(_parallel(upper, lower) / parallel - 1) * 0.5
        error += 0.01 if series == "E96" else 0.0
        if best is None or error < best[0]:
            best = (error, (upper, lower))
    assert best is not None
    return best[1]


def _capacitors(stage: _Stage, corner: float, *, exact: bool) -> tuple[float, float, float]:
    """Input, bypass and output capacitor (F).

    The input one makes the corner, being the smallest and tightest; the others lie well below it.
    """
    emitter = stage.inner + stage.degeneration
    driven = _parallel(stage.upper, stage.lower, emitter * (stage.beta + 1))
    around = _parallel(stage.collector, _own_output(stage)) + stage.load
    ratios = (6.0, 4.5, 3.3) if exact else (2.0,)
    choices: list[tuple[float, tuple[float, float, float]]] = []
    for ratio in ratios:
        below = corner / ratio
        bypass = 0.0
        if stage.bypassed:
            wish = 1 / (2 * math.pi * below * _parallel(emitter, stage.bypassed))
            bypass = min(at_least(wish, "E6"), 4.7e-3)
        coupling = min(at_least(1 / (2 * math.pi * below * around), "E6"), 4.7e-3)
        if not exact:
            return at_least(1 / (2 * math.pi * below * driven), "E6"), bypass, coupling
        series = _input_capacitor(stage, corner, bypass, coupling)
        rounded = nearest(series, "E12")
        choices.append((abs(math.log(rounded / series)), (rounded, bypass, coupling)))
    return min(choices, key=lambda item: item[0])[1]


def _input_capacitor(stage: _Stage, corner: float, bypass: float, coupling: float) -> float:
    """Input capacitor (F) that brings the gain to -3 dB at ``corner`` (Hz) with the other two in place."""
    reference = abs(stage.transfer(corner * 100, 1.0, bypass, coupling))
    low, high = math.log(1e-12), math.log(1e-2)
    for _ in range(60):
        middle = (low + high) / 2
        reached = abs(stage.transfer(corner, math.exp(middle), bypass, coupling))
        low, high = (low, middle) if reached > reference * math.sqrt(0.5) else (middle, high)
    return math.exp(high)


BLOCKS: tuple[Block, ...] = (CommonEmitterAmplifier(),)
