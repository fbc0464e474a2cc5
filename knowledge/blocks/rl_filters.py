"""First-order resistor-inductor filters."""

from __future__ import annotations

import math
from abc import abstractmethod

from voltsmith.knowledge.blocks import _filter_demand as demand
from voltsmith.knowledge.blocks import _filter_passive as passive
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.blocks.rc_filters import first_order_only
from voltsmith.knowledge.preferred import nearest, values
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.errors import Infeasible

TAU = 2 * math.pi
CUTOFF = Parameter(
    name="cutoff_frequency", unit="Hz", description="-3 dB frequency", default=10e3, low=100.0, high=1e8
)


class _Rl(Block):
    high_pass = False
    parameters = (CUTOFF,)
    measures = ("cutoff_frequency", "attenuation", "phase", "gain", "rolloff", "time_constant")
    topologies = ("rl", "passive")
    sources = ("P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., section 1.7",)

    def fit(self, asked: Asked) -> float:
        """Where it is named, or where an inductor is given; capacitors are better components."""
        demand.refuse_topology(asked, self.topologies, f"an {self.title}")
        passive.refuse_gain(asked)
        passive.refuse_named_amplifier(asked)
        if "capacitance" in asked:
            raise Infeasible(f"an {self.title} has no capacitor")
        first_order_only(asked, self.derive(asked), self.high_pass, self.title)
        return 2.5 if asked.choice("topology") == "rl" or "inductance" in asked else 0.3

    def derive(self, asked: Asked) -> dict[str, float]:
        """The corner from a time constant, from two fixed parts, or from what the stop band asks for."""
        if "cutoff_frequency" not in asked and "resistance" in asked and "inductance" in asked:
            return {"cutoff_frequency": asked["resistance"] / (TAU * asked["inductance"])}
        return demand.high_pass_cutoff(asked) if self.high_pass else demand.low_pass_cutoff(asked)

    def build(self, b: Builder, p: Values) -> None:
        """The set of L and R that comes nearest, with winding, source and load allowed for."""
        cutoff = p["cutoff_frequency"]
        front, load = passive.source_of(b, p), p.get("load_resistance", math.inf)
        inductance, resistor = self._search(p, cutoff, front, load)
        winding = passive.winding(inductance, cutoff)
        source, sink = b.input(), b.output()
        if self.high_pass:
            b.resistor(resistor, source, sink)
            b.inductor(inductance, sink, b.ground(), series_resistance=winding)
        else:
            b.inductor(inductance, source, sink, series_resistance=winding)
            if not math.isinf(resistor):
                b.resistor(resistor, sink, b.ground())
        passive.assume_winding(b, inductance, winding)
        self._state(b, resistor, winding, front, load)
        passive.one_corner(b, p, (source, sink), cutoff, self.high_pass, front)

    def _search(self, p: Values, cutoff: float, front: float, load: float) -> tuple[float, float]:
        best: tuple[float, float, float] | None = None
        # A resistor that is given leaves only the coil to adjust.
        series = "E24" if "resistance" in p else "E12"
        for inductance in (p["inductance"],) if "inductance" in p else values(series, *passive.L_LIMITS):
            wanted = self._resistor(
                TAU * cutoff * inductance, passive.winding(inductance, cutoff), front, load
            )
            if "resistance" in p:
                wanted_error, resistor = abs(math.log(max(wanted, 1e-9) / p["resistance"])), p["resistance"]
            elif not 5 <= wanted <= 1e6:
                continue
            else:
                resistor = nearest(wanted, "E96")
                wanted_error = abs(math.log(resistor / wanted))
            comfort = abs(math.log(TAU * cutoff * inductance / 1e3)) if math.isinf(load) else 0.0
            cost = 100 * wanted_error + 0.5 * comfort
            if best is None or cost < best[0]:
                best = (cost, inductance, resistor)
        if best is None:
            raise Infeasible(
                f"no common inductor makes a corner at {cutoff:g} Hz with this source and load; "
                "an RC filter does"
            )
        return best[1], best[2]

    @abstractmethod
    def _resistor(self, reactance: float, winding: float, front: float, load: float) -> float:
        """The resistor (ohm) that goes with a coil of this reactance at the corner; 0 where none does."""

    @abstractmethod
    def _state(self, b: Builder, resistor: float, winding: float, front: float, load: float) -> None:
        """Say what the circuit is, as a block does in its offers."""


class RlLowPass(_Rl):
    """An inductor in series, then a resistor to ground."""

    id = "rl_low_pass"
    function = "low_pass"
    title = "RL low-pass"
    summary = "First-order passive low-pass filter: a series inductor and a resistor to ground."
    equations = (
        "f_c = (R + R_w) / (2 pi L), with the winding's resistance R_w",
        "gain at DC = R / (R + R_w)",
    )
    phrases = (
        "RL low-pass filter",
        "inductor low-pass filter",
        "choke in series with the load",
        "coil that blocks high frequencies",
    )

    def _resistor(self, reactance: float, winding: float, front: float, load: float) -> float:
        whole = reactance - winding - front
        if whole <= 0 or whole > load * 1.0001:
            return 0.0
        return whole if math.isinf(load) else whole * load / max(load - whole, load * 1e-4)

    def _state(self, b: Builder, resistor: float, winding: float, front: float, load: float) -> None:
        whole = passive.parallel(resistor, load)
        b.transfer(whole / (whole + winding + front))


class RlHighPass(_Rl):
    """A resistor in series, then an inductor to ground."""

    id = "rl_high_pass"
    function = "high_pass"
    title = "RL high-pass"
    summary = "First-order passive high-pass filter: a series resistor and an inductor to ground."
    equations = (
        "f_c = R / (2 pi L)",
        "the winding's resistance R_w limits the attenuation to R / R_w",
    )
    phrases = (
        "RL high-pass filter",
        "inductor high-pass filter",
        "inductor to ground that shorts low frequencies",
        "coil that blocks low frequencies",
    )
    high_pass = True

    def _resistor(self, reactance: float, winding: float, front: float, load: float) -> float:
        # |H|^2 = (R_w^2 + X^2) / ((R + R_w)^2 + X^2) is one half of its limit.
        if reactance <= 3 * winding:
            return 0.0
        whole = math.sqrt(reactance**2 + 2 * winding**2) - winding
        if whole >= load:
            return 0.0
        return (whole if math.isinf(load) else whole * load / (load - whole)) - front

    def _state(self, b: Builder, resistor: float, winding: float, front: float, load: float) -> None:
        b.transfer(load / (load + resistor + front) if not math.isinf(load) else 1.0, 0.0)


BLOCKS: tuple[Block, ...] = (RlLowPass(), RlHighPass())
