"""First-order resistor-capacitor filters."""

from __future__ import annotations

import math
from collections.abc import Callable

from voltsmith.knowledge.blocks import _filter_demand as demand
from voltsmith.knowledge.blocks import _filter_passive as passive
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.preferred import Pair, nearest, values
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.errors import Infeasible

TAU = 2 * math.pi
CUTOFF = Parameter(
    name="cutoff_frequency", unit="Hz", description="-3 dB frequency", default=1e3, low=1e-3, high=1e8
)
SOURCE = "P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., section 1.7"
FILM = passive.UNPOLARISED


def rc_pair(target: float, limits: tuple[float, float], wanted: Callable[[float], float]) -> Pair:
    """R (ohm) near ``target`` and within ``limits``, and C (F), as a set.

    ``wanted`` gives the resistor that goes with a capacitor; 0 or less where none does. Capacitors are
    without polarity if that is possible.

    Raises:
        Infeasible: no common values do.
    """
    for capacitors in (values("E12", 10e-12, FILM), values("E6", 1.5 * FILM, 1e-3)):
        best: tuple[float, Pair] | None = None
        for capacitor in capacitors:
            exact = wanted(capacitor)
            if not limits[0] <= exact <= limits[1]:
                continue
            for rank, series in enumerate(("E12", "E24", "E96")):
                resistor = nearest(exact, series)
                error = abs(resistor / exact - 1)
                rare = 0.0 if capacitor in values("E6", 10e-12, 1e-3) else 0.7
                # Beyond 0.2 % of error, being right matters more than a handy impedance.
                cost = abs(math.log(resistor / target)) + rare + 0.2 * rank + 1e4 * max(error - 0.002, 0.0)
                if best is None or cost < best[0]:
                    best = (cost, Pair(resistor, capacitor, error))
        if best is not None:
            return best[1]
    raise Infeasible(
        "this corner, with the source, load and impedances given, needs values that are not made"
    )


def _limits(p: Values, least: str = "", most: str = "") -> tuple[float, float]:
    """The range (ohm) for a resistor that an impedance asked for may bound."""
    low, high = 10.0, 10e6
    if least and least in p:
        low = p[least] * (1.02 if p.relation(least) == "min" else 0.92)
        high = high if p.relation(least) == "min" else p[least] * 1.08
    if most and most in p:
        high = min(high, p[most] * (0.98 if p.relation(most) == "max" else 1.08))
    return low, high


def first_order_only(asked: Asked, derived: dict[str, float], high_pass: bool, what: str) -> None:
    """Raise where the stop band asks for more than one pole, or the response for more than first order.

    Raises:
        Infeasible: it does.
    """
    cutoff = asked.get("cutoff_frequency", derived.get("cutoff_frequency", 0.0)) or None
    order = demand.asked_order(asked, cutoff, high_pass)
    if (order or 1) > 1:
        raise Infeasible(f"an {what} is of first order, and order {order} is needed")
    if asked.choice("response") in ("chebyshev", "bessel"):
        raise Infeasible(f"a {asked.choice('response')} response needs more than the one pole of an {what}")
    if "q_factor" in asked or demand.asked_ripple(asked):
        raise Infeasible(f"an {what} has neither a resonance nor ripple")


class _Rc(Block):
    high_pass = False
    parameters = (CUTOFF,)
    measures = ("cutoff_frequency", "attenuation", "phase", "gain", "rolloff", "time_constant")
    topologies = ("rc", "passive")
    sources = (SOURCE,)

    def fit(self, asked: Asked) -> float:
        """The simplest filter there is, for a first-order request without gain."""
        demand.refuse_topology(asked, self.topologies, f"an {self.title}")
        passive.refuse_gain(asked)
        passive.refuse_named_amplifier(asked)
        if "inductance" in asked:
            raise Infeasible(f"an {self.title} has no inductor")
        first_order_only(asked, self.derive(asked), self.high_pass, self.title)
        return 2.0 if asked.supply is None else 0.8

    def derive(self, asked: Asked) -> dict[str, float]:
        """The corner from a time constant, from two fixed parts, or from what the stop band asks for."""
        if "resistance" in asked and "capacitance" in asked:
            corner = 1 / (TAU * asked["resistance"] * asked["capacitance"])
            if abs(asked.get("cutoff_frequency", corner) / corner - 1) > 0.05:
                raise Infeasible(
                    f"{asked['resistance']:g} ohm and {asked['capacitance']:g} F make a corner at "
                    f"{corner:.4g} Hz, not at {asked['cutoff_frequency']:g} Hz"
                )
            return {} if "cutoff_frequency" in asked else {"cutoff_frequency": corner}
        return demand.high_pass_cutoff(asked) if self.high_pass else demand.low_pass_cutoff(asked)


class RcLowPass(_Rc):
    """A resistor, then a capacitor to ground."""

    id = "rc_low_pass"
    function = "low_pass"
    title = "RC low-pass"
    summary = "First-order passive low-pass filter: a series resistor and a capacitor to ground."
    equations = ("f_c = 1 / (2 pi R C)", "|H| = 1 / sqrt(1 + (f / f_c)^2)", "time constant = R C")
    phrases = (
        "RC low-pass filter",
        "smooth a signal",
        "remove high frequencies",
        "simple anti-aliasing filter",
        "RC time constant",
        "turn PWM into a voltage",
    )

    def build(self, b: Builder, p: Values) -> None:
        """R in series, C to ground; what source and load add is allowed for."""
        source, sink, cutoff = b.input(), b.output(), p["cutoff_frequency"]
        front, load = passive.source_of(b, p), p.get("load_resistance", math.inf)
        extra = p.get("load_capacitance", 0.0)
        product = 1 / (TAU * cutoff)

        def wanted(farads: float) -> float:
            behind = product / (farads + extra)
            # The load is in parallel with R and the source's resistance.
            whole = behind if math.isinf(load) else behind * load / (load - behind) if behind < load else 0.0
            return whole - front

        if "resistance" in p:
            resistor = p["resistance"]
            rest = product / passive.parallel(resistor + front, load) - extra
            capacitor = p.get("capacitance", nearest(rest, "E24") if rest > 1e-12 else 0.0)
        elif "capacitance" in p:
            exact, capacitor = wanted(p["capacitance"]), p["capacitance"]
            resistor = nearest(exact, "E96") if exact > 1 else 0.0
        else:
            # The load's capacitance shall be a small part of the whole.
            handy = product / (20 * extra) if extra else 15e3
            low, high = _limits(p, "input_impedance", "output_impedance")
            aim = min(max(min(passive.usual(b, 15e3), load / 100, handy), 10 * min(front, 1e3), low), high)
            resistor, capacitor, _ = self._gently(p, aim, (low, high), wanted, load)
        if not (resistor and capacitor):
            raise Infeasible(
                f"with the part that is given, the source and the load nothing gives {cutoff:g} Hz"
            )
        b.resistor(resistor, source, sink)
        passive.capacitor(b, capacitor, sink, b.ground())
        if capacitor > FILM * 1.001:
            b.assume("the capacitor is an electrolytic one: the signal must not go negative")
        b.transfer(load / (load + resistor + front) if not math.isinf(load) else 1.0)
        f = passive.one_corner(b, p, (source, sink), cutoff, False, front)
        # It falls with frequency, down to R: that is what counts where no frequency is named.
        f.offer_input_impedance(cutoff * 30)

    @staticmethod
    def _gently(
        p: Values,
        aim: float,
        limits: tuple[float, float],
        wanted: Callable[[float], float],
        load: float,
    ) -> Pair:
        """The pair that loses little in the load, with which R divides, and no more than a gain allows."""
        most = (max(1 / min(p["gain"], 1.0) - 0.97, 0.03),) if "gain" in p else (0.05, 0.25)
        for lost in most:
            try:
                return rc_pair(aim, (limits[0], min(limits[1], load * lost)), wanted)
            except Infeasible:
                continue
        return rc_pair(aim, limits, wanted)


class RcHighPass(_Rc):
    """A capacitor, then a resistor to ground."""

    id = "rc_high_pass"
    function = "high_pass"
    title = "RC high-pass"
    summary = "First-order passive high-pass filter: a series capacitor and a resistor to ground."
    equations = ("f_c = 1 / (2 pi R C)", "|H| = 1 / sqrt(1 + (f_c / f)^2)", "time constant = R C")
    phrases = (
        "RC high-pass filter",
        "AC coupling",
        "block DC",
        "remove low frequencies",
        "take the offset out of a signal",
        "differentiating network",
    )
    high_pass = True

    def build(self, b: Builder, p: Values) -> None:
        """C in series, R to ground; source and load count towards R."""
        source, sink, cutoff = b.input(), b.output(), p["cutoff_frequency"]
        front, load = passive.source_of(b, p), p.get("load_resistance", math.inf)
        product = 1 / (TAU * cutoff)

        def wanted(farads: float) -> float:
            behind = product / farads - front
            return (
                behind if math.isinf(load) else behind * load / (load - behind) if 0 < behind < load else 0.0
            )

        if "resistance" in p:
            resistor = p["resistance"]
            exact = product / (passive.parallel(resistor, load) + front)
            capacitor = p.get("capacitance", nearest(exact, "E24"))
        elif "capacitance" in p:
            exact, capacitor = wanted(p["capacitance"]), p["capacitance"]
            resistor = nearest(exact, "E96") if exact > 1 else 0.0
        else:
            low, high = _limits(p, "input_impedance")
            if "input_impedance" in p and not math.isinf(load):
                if load <= low:
                    raise Infeasible(
                        f"the load of {load:g} ohm alone is less than the input impedance asked for"
                    )
                low, high = (x * load / (load - x) if x < load else 10e6 for x in (low, high))
            aim = min(max(min(passive.usual(b, 15e3), 3 * load), 30 * front, low), high)
            resistor, capacitor, _ = rc_pair(aim, (low, high), wanted)
        if not (resistor and capacitor):
            raise Infeasible(
                f"with the part that is given, the source and the load nothing gives {cutoff:g} Hz"
            )
        passive.capacitor(b, capacitor, sink, source)
        b.resistor(resistor, sink, b.ground())
        if capacitor > FILM * 1.001:
            b.assume("the capacitor is an electrolytic one: the input must not be positive at DC")
        inside = passive.parallel(resistor, load)
        b.transfer(inside / (inside + front), 0.0)
        passive.one_corner(b, p, (source, sink), cutoff, True, front)


BLOCKS: tuple[Block, ...] = (RcLowPass(), RcHighPass())
