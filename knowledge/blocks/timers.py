"""Circuits around the 555 timer: the astable (free-running) and the monostable (one pulse a trigger)."""

from __future__ import annotations

import math
from collections.abc import Callable

from voltsmith.knowledge.blocks._junctions import diode_of
from voltsmith.knowledge.blocks._lamps import add_indicator, wants_indicator
from voltsmith.knowledge.blocks._square import (
    MEASURES,
    Run,
    aimed,
    aimed_frequency,
    derive_rhythm,
    frequency_parameter,
    offer_square,
    positive_rail,
)
from voltsmith.knowledge.blocks._timer555 import Chosen, Timer, Times, choose_astable
from voltsmith.knowledge.blocks.assembly import Probe, current, voltage
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.devices import component, components, format_value
from voltsmith.knowledge.preferred import nearest, values
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply
from voltsmith.schemas.testbenches import Bench, Dc, Load, Measure, MeasureKind, Op, Pulse, Transient

DELAY_SHARE = 0.05
"""A timer is used down to the pulse of which its delay makes up this part."""
FAMILY = "NE555"
"""What the library takes a bare "555" for."""
SLOW_BIPOLAR = 3.0
"""Hz: below, the input current of a bipolar timer asks for electrolytic capacitors."""


def timer_for(
    b: Builder, p: Values, load: float, *, frequency: float = 0.0, width: float = math.inf
) -> Timer:
    """The timer that was named, or the one that suits; "555" alone names the family as well as the part.

    Raises:
        Infeasible: the part that was named does not do it, or none does.
    """
    vcc, named = b.supply.vcc, b.named_component("timer")
    try:
        return choose_timer(vcc, load, named, frequency=frequency, width=width)
    except Infeasible as reason:
        if named is None or named.id != FAMILY or p.choice("topology") != "555":
            raise
        timer = choose_timer(vcc, load, None, frequency=frequency, width=width)
        b.assume(f"{timer.entry.id} of the 555 family, as {str(reason).rpartition(': ')[2]}")
        return timer


def choose_timer(
    supply: float, load: float, named: Component | None, *, frequency: float = 0.0, width: float = math.inf
) -> Timer:
    """The timer for a supply (V) and a load current (A), and a frequency (Hz) or a pulse width (s).

    Raises:
        Infeasible: none in the library does; the message says why.
    """
    reasons = []
    fitting = []
    for entry in (named,) if named else [e for e in components().values() if e.kind == "timer"]:
        timer = Timer(entry, supply)
        if not entry.limits["supply_min"] <= supply <= entry.limits["supply_max"]:
            bounds = f"{entry.limits['supply_min']:g} to {entry.limits['supply_max']:g} V"
            reasons.append(f"{entry.id} works from {bounds}, not on {supply:g} V")
        elif load > source_limit(timer):
            reasons.append(f"{entry.id} delivers {source_limit(timer) * 1e3:.3g} mA at {supply:g} V")
        elif frequency > entry.limits["frequency_max"] or timer.delay > DELAY_SHARE * width:
            reasons.append(f"{entry.id} is too slow")
        else:
            fitting.append(timer)
    if not fitting:
        who = f"{named.id} does not do this" if named else "no timer in the library does this"
        raise Infeasible(f"{who}: " + "; ".join(reasons))
    slow = frequency < SLOW_BIPOLAR if frequency else width > 1 / SLOW_BIPOLAR
    return min(fitting, key=lambda timer: (timer.bipolar and slow, timer.entry.cost))


def source_limit(timer: Timer) -> float:
    """Current (A) at which the high level has fallen to 60 % of the supply, or the part's own limit."""
    model = timer.entry.model
    room = 0.4 * timer.vcc - model["output_high_drop"]
    limit = timer.entry.limits.get("output_current", model["output_current"])
    return float(max(min(limit, room / model["output_high_resistance"]), 0.0))


def deliver(b: Builder, timer: Timer) -> None:
    """State what the next stage gets."""
    b.deliver(timer.output_high(0.0), timer.entry.model["output_high_resistance"], source_limit(timer))


def place_timer(b: Builder, timer: Timer, **nets: str) -> None:
    """The timer with its supply, its decoupling and a capacitor that keeps noise off the thresholds."""
    vcc, ground = positive_rail(b), b.ground()
    control = b.net("control")
    roles = timer.entry.units[0].pins
    nets |= {"gnd": ground, "vcc": vcc, "reset": vcc, "cont": control}
    b.part(timer.entry.id, {roles[role]: net for role, net in nets.items()})
    b.capacitor(100e-9, vcc, ground, tolerance=0.1)
    # Charged at the start of a simulation: it settles in 0.1 ms, which is many cycles of a fast oscillator.
    b.capacitor(10e-9, control, ground, tolerance=0.1, initial_voltage=round(2 * timer.vcc / 3, 4))


def output_loads(p: Values, out: str, high: float) -> tuple[Load, ...]:
    """A load current (A) as the resistor that draws it while the output is high."""
    if (amperes := p.get("load_current", 0.0)) > 0:
        return (Load(kind="resistor", value=high / amperes, net=out),)
    return ()


class Astable555(Block):
    """Two resistors charge a capacitor, one of them discharges it; a diode makes room below 50 %."""

    id = "astable_555"
    function = "square_oscillator"
    title = "555 astable"
    summary = (
        "Square-wave oscillator with a 555 timer, for blinkers, beepers and clocks from one cycle in minutes "
        "up to several hundred kHz; a diode across the second resistor allows duty cycles of 50 % and less."
    )
    equations = (
        "t_high = ln 2 (R_A + R_B) C",
        "t_low = ln 2 R_B C",
        "f = 1.44 / ((R_A + 2 R_B) C)",
        "with a diode across R_B: t_high = integral of C dV / I(V) from Vcc/3 to 2 Vcc/3, I through R_A",
    )
    sources = (
        "Texas Instruments SLFS022, xx555 Precision Timers, section on astable operation",
        "P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., section 7.1.3",
    )
    phrases = (
        "555 oscillator",
        "blink an LED",
        "LED flasher",
        "square wave generator",
        "clock generator",
        "555 astable multivibrator",
        "pulse generator with a duty cycle",
        "beeper tone",
    )
    parameters = (
        frequency_parameter(1.0, 1e-2, 5e5),
        Parameter(name="duty_cycle", unit="%", description="duty cycle", low=3.0, high=97.0),
    )
    measures = (*MEASURES, "led_current")
    topologies = ("555", "astable", "timer")
    default_supply = Supply(vcc=5.0)

    def fit(self, asked: Asked) -> float:
        """The ordinary square-wave oscillator."""
        if "frequency" in asked and asked["frequency"] > 5e5:
            raise Infeasible("a 555 oscillates up to about 500 kHz")
        named = any(component(name).kind == "timer" for name in asked.components)
        return 5.0 if named or asked.choice("topology") in self.topologies else 2.0

    def derive(self, asked: Asked) -> dict[str, float]:
        """Frequency and duty cycle from the period, or from the times high and low."""
        return derive_rhythm(asked)

    def build(self, b: Builder, p: Values) -> None:
        """Timer, R_A, R_B, C; the diode where the duty cycle is 50 % or less."""
        frequency = aimed_frequency(p)
        duty = aimed(p, "duty_cycle", p.get("duty_cycle", 60.0)) / 100
        wanted = Times(duty / frequency, (1 - duty) / frequency)
        vcc = b.supply.vcc
        lamp = p.get("led_current", 10e-3) if wants_indicator(b, p) else 0.0
        load = max(p.get("load_current", 0.0), lamp, vcc / p.get("load_resistance", math.inf))
        timer = timer_for(b, p, load, frequency=frequency)
        diode = diode_of(b, 10e-3, vcc, feature="signal") if duty <= 0.5 else None
        chosen = choose_astable(
            timer,
            wanted,
            diode,
            capacitor=p.get("capacitance", 0.0) or None,
            duty_matters="duty_cycle" in p,
        )
        if chosen is None:
            raise Infeasible(
                f"{frequency:.4g} Hz at a duty cycle of {duty * 100:.3g} % needs resistors that a "
                f"{timer.entry.id} does not work with ({format_value(timer.smallest_resistor)} to "
                f"{format_value(timer.largest_resistor)} ohm)"
            )
        if "duty_cycle" not in p:
            share = 100 * chosen.times.high / chosen.times.period
            b.assume(f"a duty cycle of about {share:.0f} %, as none was given")
        out = b.output()
        deliver(b, timer)
        self._place(b, timer, chosen, diode, out)
        loads = output_loads(p, out, timer.output_high(p.get("load_current", 0.0)))
        run = Run(1 / chosen.times.period, chosen.times.high, loads=loads)
        offer_square(b, out, run)
        if lamp:
            internal = timer.entry.model["output_high_resistance"]
            placed = add_indicator(b, p, out, b.ground(), timer.output_high(0.0), internal)
            across = Measure(
                kind="maximum", signal=voltage(placed.top, placed.node), scale=1 / placed.resistance
            )
            b.offer("led_current", lambda _: Probe(run.bench(b), across))

    @staticmethod
    def _place(b: Builder, timer: Timer, chosen: Chosen, diode: Component | None, out: str) -> None:
        discharge, timing = b.net("discharge"), b.net("timing")
        b.resistor(chosen.ra, positive_rail(b), discharge)
        b.resistor(chosen.rb, discharge, timing)
        if diode is not None:
            b.part(diode.id, {"A": discharge, "K": timing})
        b.capacitor(chosen.c, timing, b.ground())
        place_timer(b, timer, trig=timing, thres=timing, disch=discharge, out=out)


class Monostable555(Block):
    """A falling edge at the trigger starts one pulse, whose width a resistor and a capacitor set."""

    id = "monostable_555"
    function = "monostable"
    title = "555 monostable"
    summary = (
        "One output pulse of a set width, from a microsecond to a quarter of an hour, each time the input is "
        "pulled low; the input rests high and must be low for less than the pulse."
    )
    equations = ("t = ln 3 R C = 1.1 R C",)
    sources = (
        "Texas Instruments SLFS022, xx555 Precision Timers, section on monostable operation",
        "P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., section 7.2",
    )
    phrases = (
        "555 one-shot",
        "monostable multivibrator",
        "pulse of a fixed width on each trigger",
        "timer that switches off after a while",
        "stretch a button press",
        "delay timer",
    )
    parameters = (
        Parameter(
            name="pulse_width",
            unit="s",
            description="pulse width",
            default=1.0,
            low=1e-6,
            high=1000.0,
        ),
    )
    measures = ("pulse_width", "output_high", "delay", "rise_time", "supply_current")
    topologies = ("555", "monostable", "timer")
    default_supply = Supply(vcc=5.0)

    def derive(self, asked: Asked) -> dict[str, float]:
        """The time high and the period of a single pulse are its width."""
        for other in ("high_time", "period"):
            if "pulse_width" not in asked and other in asked:
                return {"pulse_width": asked[other]}
        return {}

    def build(self, b: Builder, p: Values) -> None:
        """Timer, R, C, and a resistor that keeps the trigger high."""
        width = aimed(p, "pulse_width", p["pulse_width"])
        vcc = b.supply.vcc
        load = max(p.get("load_current", 0.0), vcc / p.get("load_resistance", math.inf))
        timer = timer_for(b, p, load, width=width)
        resistor, capacitor = _one_shot_values(timer, width, p)
        trigger, out, timing = b.input(), b.output(), b.net("timing")
        rail = positive_rail(b)
        b.resistor(10e3, rail, trigger)
        b.resistor(resistor, rail, timing)
        b.capacitor(capacitor, timing, b.ground())
        place_timer(b, timer, trig=trigger, thres=timing, disch=timing, out=out)
        if capacitor > 10e-6 and width > 10:
            b.assume("a timing capacitor with low leakage; the width follows its tolerance")
        b.transfer(1.0, 0.0)
        deliver(b, timer)
        self._offer(b, p, timer, width, trigger, out)

    @staticmethod
    def _offer(b: Builder, p: Values, timer: Timer, width: float, trigger: str, out: str) -> None:
        vcc = timer.vcc
        loads = output_loads(p, out, timer.output_high(p.get("load_current", 0.0)))
        lead, edge = 0.05 * width, min(1e-3 * width, 1e-6)

        def bench(stop: float, step: float, name: str) -> Bench:
            wave = Pulse(
                low=vcc, high=0.0, delay=lead, rise=edge, fall=edge, width=0.2 * width, period=100 * width
            )
            analysis = Transient(stop=stop, step=step)
            return b.bench(name, analysis, [b.drive(wave)], loads)

        def pulse() -> Bench:
            return bench(1.4 * width, width / 400, "pulse")

        def edge_bench() -> Bench:
            return bench(lead + 0.5 * width, width / 400, "edge")

        def offer(quantity: str, kind: MeasureKind, make: Callable[[], Bench]) -> None:
            b.offer(quantity, lambda _: Probe(make(), Measure(kind=kind, signal=voltage(out))))

        offer("pulse_width", "pulse_width", pulse)
        offer("high_time", "pulse_width", pulse)
        offer("output_high", "maximum", pulse)
        offer("rise_time", "rise_time", edge_bench)
        b.offer(
            "delay",
            lambda _: Probe(
                edge_bench(), Measure(kind="delay", signal=voltage(out), reference=voltage(trigger))
            ),
        )
        b.offer(
            "supply_current",
            lambda _: Probe(
                b.bench("idle", Op(), [b.drive(Dc(value=vcc))], loads),
                Measure(kind="value", signal=current(positive_rail(b))),
            ),
        )


def _one_shot_values(timer: Timer, width: float, p: Values) -> tuple[float, float]:
    """R (ohm) and C (F) for a pulse ``width`` (s), with what the timer adds counted."""
    smallest, largest = timer.smallest_resistor, timer.largest_resistor

    def resistor_for(c: float) -> float:
        r = width / (math.log(3) * c)
        if not smallest / 2 < r < largest * 2:
            return 0.0
        for _ in range(4):
            made = timer.monostable(r, c)
            if not 0 < made < math.inf:
                return 0.0
            r *= (width - timer.delay) / made
        return r

    best: tuple[float, float, float] | None = None
    for c in (p["capacitance"],) if "capacitance" in p else values("E12", 100e-12, 1000e-6):
        ideal = p.get("resistance", 0.0) or resistor_for(c)
        most = min(largest, 2e6) if c > 1.0001e-6 else largest
        if not smallest * 0.99 <= ideal <= most * 1.01:
            continue
        for rank, series in enumerate(("E24", "E96")):
            r = p.get("resistance", 0.0) or nearest(ideal, series)
            error = abs((timer.monostable(r, c) + timer.delay) / width - 1)
            cost = 100 * max(error - 0.005, 0.0) + 0.25 * rank + (2.0 if c > 1.0001e-6 else 0.0)
            cost += (
                max(math.log(330e-12 / c), 0.0)
                + 0.15 * abs(math.log(r / 100e3))
                + (0.0 if nearest(c, "E6") == c else 0.3)
            )
            if best is None or cost < best[0]:
                best = (cost, r, c)
    if best is None:
        raise Infeasible(
            f"a pulse of {width:.3g} s is out of reach of {timer.entry.id} with resistors from "
            f"{format_value(smallest)} to {format_value(largest)} ohm and the capacitors that are made"
        )
    return best[1], best[2]


BLOCKS: tuple[Block, ...] = (Astable555(), Monostable555())
