"""Resistive voltage divider."""

from __future__ import annotations

import math
from typing import NamedTuple

from voltsmith.knowledge.blocks import _filter_passive as passive
from voltsmith.knowledge.blocks.assembly import Probe, current, voltage
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.blocks.offers import Path, offer_linear
from voltsmith.knowledge.preferred import nearest, values
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import Ac, AcSweep, Bench, Dc, Measure, Op

POWER = 0.2
"""Watt that one ordinary quarter-watt resistor is given at most."""
STIFF = 10.0
"""The divider carries this many times the load current, so that the output hardly depends on it."""
USUAL = 10e3
"""Ohm from input to ground where nothing says otherwise."""
MIDDLE = 1e3
"""Frequency (Hz) at which the divider, which has no frequency of its own, is measured with a small signal."""


class _Divider(NamedTuple):
    """Upper and lower resistor in ohm."""

    upper: float
    lower: float

    def output(self, volts: float, load: float, drawn: float) -> float:
        """Output in V with a load resistance (ohm) and a load current (A)."""
        lower = passive.parallel(self.lower, load)
        return (volts * lower - drawn * self.upper * lower) / (self.upper + lower)


class VoltageDivider(Block):
    """Two resistors, chosen with the load included."""

    id = "voltage_divider"
    function = "voltage_divider"
    title = "voltage divider"
    summary = (
        "Two resistors that make a part of a voltage, chosen so that it is right with the load connected."
    )
    equations = (
        "V_out = V_in (R2 || R_L) / (R1 + R2 || R_L)",
        "with a load current: V_out = (V_in R2 - I_L R1 R2) / (R1 + R2)",
        "output impedance = R1 || R2",
    )
    sources = ("P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., section 1.2.3",)
    phrases = (
        "voltage divider",
        "resistor divider",
        "divide a voltage",
        "scale a voltage down for an ADC",
        "attenuator",
        "level shift from 5 V to 3.3 V with resistors",
        "potential divider",
    )
    parameters = (
        Parameter(
            name="gain",
            unit="V/V",
            description="output voltage over input voltage",
            default=0.5,
            low=1e-5,
            high=1.0,
        ),
        Parameter(
            name="input_voltage", unit="V", description="input voltage", default=5.0, low=-1000, high=1000
        ),
    )
    measures = ("output_voltage", "gain", "attenuation", "supply_current", "power_dissipation")
    topologies = ("rc", "passive")

    def fit(self, asked: Asked) -> float:
        """Whenever the output lies between the input and ground."""
        passive.refuse_named_amplifier(asked)
        volts, ratio = self._input(asked), self._ratio(asked)
        if "output_voltage" in asked and volts is not None:
            out = asked["output_voltage"]
            if out * volts < 0 or abs(out) >= abs(volts):
                raise Infeasible(
                    f"a divider only makes less of a voltage: {out:g} V cannot come from {volts:g} V"
                )
        if ratio is not None and ratio >= 1:
            raise Infeasible(f"a divider has a gain below 1, and {ratio:g} was asked for; use an amplifier")
        if ratio is not None and ratio <= 0:
            raise Infeasible("a divider cannot invert")
        return 2.0

    def derive(self, asked: Asked) -> dict[str, float]:
        """The ratio and the input from any two of ratio, input and output."""
        found: dict[str, float] = {}
        volts, ratio = self._input(asked), self._ratio(asked)
        if volts is None and ratio is not None and "output_voltage" in asked:
            volts = asked["output_voltage"] / ratio
        if volts is not None and "input_voltage" not in asked:
            found["input_voltage"] = volts
        if ratio is None and "output_voltage" in asked:
            ratio = asked["output_voltage"] / found.get("input_voltage", asked.get("input_voltage", 5.0))
        if ratio is not None and "gain" not in asked:
            found["gain"] = ratio
        return found

    @staticmethod
    def _input(asked: Asked) -> float | None:
        if "input_voltage" in asked:
            return asked["input_voltage"]
        return None if asked.supply is None else asked.supply.vcc

    @staticmethod
    def _ratio(asked: Asked) -> float | None:
        if "gain" in asked:
            return asked["gain"]
        if "attenuation" in asked:
            return float(10 ** (-abs(asked["attenuation"]) / 20))
        return None

    def build(self, b: Builder, p: Values) -> None:
        """The pair of preferred values that comes nearest."""
        volts, load, drawn = (
            p["input_voltage"],
            p.get("load_resistance", math.inf),
            p.get("load_current", 0.0),
        )
        target = self._target(p, volts)
        if not 0 < target / volts < 1:
            raise Infeasible(
                f"a divider only makes less of a voltage: {target:g} V cannot come from {volts:g} V"
            )
        made = self._search(p, volts, target, load, drawn, passive.usual(b, USUAL))
        source, sink = b.input(), b.output()
        b.resistor(made.upper, source, sink)
        b.resistor(made.lower, sink, b.ground())
        lower = passive.parallel(made.lower, load)
        b.transfer(lower / (lower + made.upper))
        self._offer(b, volts, source, sink)

    @staticmethod
    def _target(p: Values, volts: float) -> float:
        """The output to aim at in V: a little on the right side of a limit."""
        name = "output_voltage" if "output_voltage" in p else "gain"
        exact = p[name] * (1.0 if name == "output_voltage" else volts)
        return exact * {"min": 1.02, "max": 0.98}.get(p.relation(name), 1.0)

    def _search(
        self, p: Values, volts: float, target: float, load: float, drawn: float, usual: float
    ) -> _Divider:
        low, high, handy = self._range(p, abs(volts), abs(target), load, drawn, usual)
        best: tuple[float, _Divider] | None = None
        for rank, series in enumerate(("E24", "E96")):
            for lower in values(series, 1.0, 10e6):
                through = target / passive.parallel(lower, load) + drawn
                if through * volts <= 0:
                    continue
                upper = nearest((volts - target) / through, series)
                made = _Divider(upper, lower)
                beside = self._beside(p, made, abs(volts), (low, high), load, drawn)
                if math.isinf(beside):
                    continue
                error = abs(made.output(volts, load, drawn) / target - 1)
                comfort = abs(math.log((upper + lower) / handy)) + 0.3 * rank
                cost = 1e3 * max(error - 0.002, 0.0) + comfort + 20 * beside
                if best is None or cost < best[0]:
                    best = (cost, made)
        if best is None:
            raise Infeasible(
                f"no two quarter-watt resistors make {target:.4g} V of {volts:g} V within the limits on "
                "current, impedance and load that are given; a regulator or a buffer does"
            )
        return best[1]

    @staticmethod
    def _range(
        p: Values, volts: float, target: float, load: float, drawn: float, usual: float
    ) -> tuple[float, float, float]:
        """Least, most and handiest sum of both resistors in ohm."""
        low, high = 10.0, 20e6
        handy = usual * max(1.0, volts / 15)
        flowing = drawn + target / load
        if flowing > 0:
            handy = min(handy, volts / ((STIFF + 1) * flowing))
        if "supply_current" in p:
            wanted = volts / p["supply_current"]
            handy = wanted * (1.1 if p.relation("supply_current") == "max" else 1.0)
        if "power_dissipation" in p:
            wanted = volts * volts / p["power_dissipation"]
            handy = max(handy, wanted * 1.1) if p.relation("power_dissipation") == "max" else wanted
        if "input_impedance" in p:
            wanted = p["input_impedance"]
            handy = max(handy, wanted * 1.1) if p.relation("input_impedance") == "min" else wanted
        if "output_impedance" in p:
            share = target / volts
            wanted = p["output_impedance"] / (share * (1 - share))
            handy = min(handy, wanted * 0.9) if p.relation("output_impedance") == "max" else wanted
        if "resistance" in p:
            handy = 2 * p["resistance"]
        return low, high, handy

    @staticmethod
    def _beside(
        p: Values,
        made: _Divider,
        volts: float,
        limits: tuple[float, float],
        load: float,
        drawn: float,
    ) -> float:
        """How far from currents and impedances asked for, as a sum of logarithms; infinite beyond a limit."""
        lower = passive.parallel(made.lower, load)
        out = abs(made.output(volts, load, drawn))
        flowing = (volts - out) / made.upper
        heat = max((volts - out) * flowing, out * out / made.lower)
        given = "resistance" not in p or p["resistance"] in (made.upper, made.lower)
        if not limits[0] <= made.upper + made.lower <= limits[1] or heat > POWER or not given:
            return math.inf
        beside = 0.0
        for name, value in (
            ("supply_current", flowing),
            ("power_dissipation", flowing * volts),
            ("input_impedance", made.upper + lower),
            ("output_impedance", passive.parallel(made.upper, made.lower)),
        ):
            if name not in p:
                continue
            relation, off = p.relation(name), math.log(value / p[name])
            if (relation == "min" and off < 0) or (relation == "max" and off > 0):
                return math.inf
            beside += abs(off) if relation in ("eq", "range") else 0.0
        return beside

    @staticmethod
    def _offer(b: Builder, volts: float, source: str, sink: str) -> None:
        level = b.at_input(volts)
        path = Path(source, sink, reference=MIDDLE, start=1.0, stop=1e6, bias=volts, time=1e-3)
        offer_linear(b, path)

        def bench() -> Bench:
            return b.bench("divide", Op(), [b.drive(Dc(value=level))])

        def output(_: Requirement) -> Probe:
            return Probe(bench(), Measure(kind="value", signal=voltage(sink)))

        def drawn(_: Requirement) -> Probe:
            return Probe(bench(), Measure(kind="value", signal=current("in"), scale=math.copysign(1, level)))

        def power(_: Requirement) -> Probe:
            return Probe(bench(), Measure(kind="value", signal=current("in"), scale=level))

        def attenuation(requirement: Requirement) -> Probe:
            sweep = AcSweep(start=1.0, stop=1e6, points_per_decade=10)
            at = requirement.condition or MIDDLE
            measure = Measure(
                kind="gain_db", signal=voltage(sink), reference=voltage(source), at=at, scale=-1.0
            )
            return Probe(b.bench("ratio", sweep, [b.drive(Ac(offset=level))]), measure)

        b.offer("output_voltage", output)
        b.offer("supply_current", drawn)
        b.offer("power_dissipation", power)
        b.offer("attenuation", attenuation)


BLOCKS: tuple[Block, ...] = (VoltageDivider(),)
