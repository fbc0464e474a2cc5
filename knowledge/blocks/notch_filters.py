"""Twin-T notch filters: the passive network, and the same network bootstrapped for a chosen Q."""

from __future__ import annotations

import math

from voltsmith.knowledge.blocks import _filter_demand as demand
from voltsmith.knowledge.blocks import _filter_passive as passive
from voltsmith.knowledge.blocks._filter_active import SPLIT
from voltsmith.knowledge.blocks._filter_cascade import arriving_amplitude
from voltsmith.knowledge.blocks._filter_offers import offer_notch
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.blocks.selection import OpampNeeds
from voltsmith.knowledge.preferred import Pair, at_least, nearest, product_pair, ratio_pair
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import Infeasible

TAU = 2 * math.pi
PASSIVE_Q = 0.25
CENTER = Parameter(
    name="center_frequency", unit="Hz", description="notch frequency", default=50.0, low=0.5, high=1e6
)
MATCHED_R, MATCHED_C = 0.001, 0.01
"""Tolerances of the six parts of the T: the depth of the notch is what is left of their mismatch."""


def twin_t(b: Builder, pair: Pair, source: str, sink: str, foot: str) -> None:
    """Two Ts in parallel: R, R and 2 C to ``foot``; C, C and R/2 to ``foot``. Halves are pairs of equals."""
    left, right = b.net("rt"), b.net("ct")
    for first, second in ((source, left), (left, sink)):
        b.resistor(pair.first, first, second, tolerance=MATCHED_R)
    for _ in range(2):
        b.part("capacitor", {"1": left, "2": foot}, value=pair.second, tolerance=MATCHED_C)
    for first, second in ((source, right), (right, sink)):
        b.part("capacitor", {"1": first, "2": second}, value=pair.second, tolerance=MATCHED_C)
    for _ in range(2):
        b.resistor(pair.first, right, foot, tolerance=MATCHED_R)
    b.assume("the T uses 0.1 % resistors and 1 % capacitors, whose matching sets the depth of the notch")


def _values(p: Values, target: float) -> Pair:
    product = 1 / (TAU * p["center_frequency"])
    if "capacitance" in p:
        return Pair(nearest(product / p["capacitance"], "E96"), p["capacitance"], 0.0)
    if "resistance" in p:
        return Pair(p["resistance"], nearest(product / p["resistance"], "E24"), 0.0)
    try:
        limits = (min(target / 5, 500.0), 2e6)
        return product_pair(product, limits, (47e-12, 1e-6), target_resistor=target)
    except ValueError:
        raise Infeasible(f"a twin-T at {p['center_frequency']:g} Hz needs parts that are not made") from None


def _bottom(pair: Pair) -> float:
    """Where these values put the notch, in Hz."""
    return 1 / (TAU * pair.first * pair.second)


class TwinTNotch(Block):
    """The passive twin-T."""

    id = "twin_t_notch"
    function = "notch"
    title = "twin-T notch"
    summary = "Passive notch filter of resistors and capacitors; deep, but wide, with a Q of 1/4."
    equations = ("f_0 = 1 / (2 pi R C)", "Q = 1/4", "R/2 and 2 C in the legs, made of two equal parts each")
    sources = ("P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., chapter 6",)
    phrases = (
        "twin-T notch filter",
        "passive notch filter",
        "RC notch",
        "remove 50 Hz hum without an op-amp",
    )
    parameters = (CENTER,)
    measures = ("center_frequency", "notch_depth", "q_factor", "bandwidth", "gain")
    topologies = ("twin_t", "rc", "passive")

    def fit(self, asked: Asked) -> float:
        """Where no Q is asked for and no supply is there."""
        demand.refuse_topology(asked, self.topologies, f"a {self.title}")
        passive.refuse_gain(asked)
        passive.refuse_named_amplifier(asked)
        if "inductance" in asked:
            raise Infeasible("a twin-T has no inductor")
        q = {**demand.band_of(asked), **asked.numbers}.get("q_factor", PASSIVE_Q)
        if abs(q / PASSIVE_Q - 1) > 0.12:
            raise Infeasible(
                f"a passive twin-T has a Q of 1/4, and {q:.3g} is needed; an active one can have it"
            )
        load = asked.get("load_resistance", math.inf)
        if load < 20e3:
            raise Infeasible(f"a load of {load:g} ohm would spoil a passive twin-T; use an active one")
        return 1.5 if asked.supply is None else 0.6

    def derive(self, asked: Asked) -> dict[str, float]:
        """The centre from whatever names it."""
        return demand.band_of(asked)

    def build(self, b: Builder, p: Values) -> None:
        """The T between input and output, its foot on ground."""
        source, sink = b.input(), b.output()
        pair = _values(p, min(10e3, p.get("load_resistance", math.inf) / 50))
        twin_t(b, pair, source, sink, b.ground())
        load = p.get("load_resistance", math.inf)
        b.transfer(1.0 if math.isinf(load) else load / (load + 2 * pair.first))
        offer_notch(b, p, p["center_frequency"], PASSIVE_Q, (source, sink), exact=_bottom(pair))


class ActiveNotch(Block):
    """A twin-T whose foot follows part of the output."""

    id = "active_notch"
    function = "notch"
    title = "active twin-T notch"
    summary = (
        "Notch filter of any Q up to 30: a follower behind a twin-T, part of whose output drives the foot of "
        "the T through a second follower."
    )
    equations = (
        "f_0 = 1 / (2 pi R C)",
        "Q = 1 / (4 (1 - k)), with k the part of the output that is fed to the foot",
    )
    sources = ("National Semiconductor Linear Brief LB-5, High Q Notch Filter, 1969",)
    phrases = (
        "notch filter",
        "50 Hz hum filter",
        "60 Hz mains notch",
        "active notch filter",
        "band-stop filter with high Q",
        "remove mains hum",
    )
    parameters = (
        CENTER,
        Parameter(
            name="q_factor",
            unit="1",
            description="quality factor",
            default=2.5,
            low=PASSIVE_Q,
            high=30.0,
        ),
    )
    measures = ("center_frequency", "notch_depth", "q_factor", "bandwidth", "gain")
    topologies = ("twin_t", "active")
    default_supply = SPLIT

    def fit(self, asked: Asked) -> float:
        """The ordinary notch: narrow, and indifferent to its load."""
        demand.refuse_topology(asked, self.topologies, f"an {self.title}")
        gain = asked.get("gain", 1.0)
        if abs(gain - 1) > 0.03:
            raise Infeasible(f"an {self.title} passes signals with a gain of 1, and {gain:.3g} was asked for")
        return 1.6 if "q_factor" in {**demand.band_of(asked), **asked.numbers} else 1.2

    def derive(self, asked: Asked) -> dict[str, float]:
        """Centre and Q from edges or a bandwidth."""
        return demand.band_of(asked)

    def build(self, b: Builder, p: Values) -> None:
        """The T, a follower at its output, a divider and a follower at its foot."""
        center, q = p["center_frequency"], p["q_factor"]
        part, amplitude = self._amplifier(b, p, center, q)
        reference = b.signal_ground(of=part)
        source, sink, plus = b.input(), b.output(), b.net("plus")
        start, corner, bias = self._enter(b, p, source, reference, center)
        pair = _values(p, 15e3 if center < 20e3 else 3e3)
        if q <= PASSIVE_Q * 1.02:
            foot = reference
        else:
            fed, foot = b.net("fed"), b.net("foot")
            # k = r2 / (r1 + r2) and 1 - k = 1 / (4 Q)
            divider = ratio_pair(4 * q - 1, (1e3, 3.3e3) if q > 3 else (2.2e3, 10e3))
            b.resistor(divider.second, sink, fed)
            b.resistor(divider.first, fed, reference)
            b.opamp(fed, foot, foot, of=part)
        twin_t(b, pair, start, plus, foot)
        b.opamp(plus, sink, sink, of=part)
        single = b.supply.vee == 0
        b.transfer(1.0, b.supply.vcc / 2 if single else None)
        passing = math.sqrt(corner * center / 10) if corner else None
        nets = (source, sink)
        offer_notch(
            b, p, center, q, nets, amplitude=amplitude, bias=bias, reference=passing, exact=_bottom(pair)
        )

    @staticmethod
    def _amplifier(b: Builder, p: Values, center: float, q: float) -> tuple[Component, float]:
        supply = b.supply
        middle = (supply.vcc + supply.vee) / 2
        swing = arriving_amplitude(b, p) or min(1.0, 0.15 * supply.span)
        fastest = max(p.get("operating_frequency", 0.0), center)
        last: Infeasible | None = None
        # Two followers in the loop that makes Q: each must be exact to a small part of 1/Q.
        for margin in (200.0, 90.0) if b.named_component("opamp") is None else (90.0,):
            needs = OpampNeeds(
                gain_bandwidth=float(f"{margin * max(q, 1.0) * center:.2g}"),
                slew_rate=1.5 * TAU * fastest * swing,
                output_current=swing / p.get("load_resistance", math.inf) + swing / 2e3,
                output_low=middle - swing,
                output_high=middle + swing,
                input_low=middle - swing,
                input_high=middle + swing,
            )
            try:
                return b.select_opamp(needs), swing
            except Infeasible as error:
                last = error
        assert last is not None
        raise last

    @staticmethod
    def _enter(b: Builder, p: Values, source: str, reference: str, center: float) -> tuple[str, float, float]:
        """The net that the T starts on, the corner (Hz) of a coupling capacitor, the bias (V) for tests."""
        supply = b.supply
        middle = supply.vcc / 2
        if supply.vee != 0:
            return source, 0.0, 0.0
        riding = not b.chain.first and abs(b.chain.bias - middle) < 0.05 * supply.vcc
        if riding or p.choice("coupling") == "dc":
            b.assume(f"the input rides on {middle:g} V, half the supply, and is connected directly")
            return source, 0.0, middle
        corner = max(center / 1e3, 0.1)
        # The T loads the capacitor with a few kilohm about its centre, so it is large.
        resistance = 15e3
        value = at_least(1 / (TAU * corner * resistance), "E6")
        inner = b.net("ac")
        b.capacitor(value, inner, source)
        b.resistor(100e3, inner, reference)
        b.assume(f"the input is coupled by a capacitor: frequencies below {corner:.2g} Hz do not pass")
        return inner, corner, 0.0


BLOCKS: tuple[Block, ...] = (TwinTNotch(), ActiveNotch())
