"""Resonant circuits: a series LC that passes a band to a resistor, or shorts one to ground."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import NamedTuple

from voltsmith.knowledge.blocks import _filter_demand as demand
from voltsmith.knowledge.blocks import _filter_passive as passive
from voltsmith.knowledge.blocks._filter_offers import offer_band_pass, offer_notch
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.preferred import nearest, values
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.errors import Infeasible

TAU = 2 * math.pi
SOURCE = "P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., section 1.7"
TOPOLOGIES = ("rlc", "lc", "passive")
RADIO = 300e3
"""Above this frequency (Hz) coils are good enough to prefer them to op-amps."""
CENTER = Parameter(
    name="center_frequency", unit="Hz", description="centre frequency", default=100e3, low=300.0, high=2e8
)


class _Resonator(NamedTuple):
    """Coil (H) with its winding (ohm), capacitor (F), and the resistor (ohm) that sets Q."""

    inductance: float
    winding: float
    capacitance: float
    resistor: float


class _Resonant(Block):
    sources = (SOURCE,)
    topologies = TOPOLOGIES

    def fit(self, asked: Asked) -> float:
        """For radio frequencies, and where coils are asked for."""
        demand.refuse_topology(asked, self.topologies, f"an {self.title}")
        passive.refuse_gain(asked)
        passive.refuse_named_amplifier(asked)
        if asked.get("order", 2) > 2:
            raise Infeasible(f"an {self.title} is of second order")
        found = {**self.derive(asked), **asked.numbers}
        center, q = found.get("center_frequency", 100e3), found.get("q_factor", 1.0)
        if q > 0.7 * passive.coil_q(center):
            raise Infeasible(
                f"a Q of {q:.3g} at {center:.4g} Hz is beyond coils, whose windings allow about "
                f"{0.7 * passive.coil_q(center):.2g}; use an active filter"
            )
        if asked.choice("topology") in ("rlc", "lc") or "inductance" in asked:
            return 3.0
        if asked.choice("topology") == "passive":
            return 1.4
        return 2.0 if center >= RADIO and asked.supply is None else 0.4

    def derive(self, asked: Asked) -> dict[str, float]:
        """Centre and Q from edges, a bandwidth, or the two parts of the resonant circuit."""
        found = demand.band_of(asked)
        if "center_frequency" not in {**found, **asked.numbers} and {"inductance", "capacitance"} <= set(
            asked
        ):
            found["center_frequency"] = 1 / (TAU * math.sqrt(asked["inductance"] * asked["capacitance"]))
        return found

    @abstractmethod
    def _resistor(self, loss: float, winding: float, front: float, load: float) -> float:
        """The resistor (ohm) that makes the total damping ``loss`` (ohm); 0 where none does."""

    def _search(self, p: Values, front: float, load: float) -> _Resonator:
        center, q = p["center_frequency"], p["q_factor"]
        w0 = TAU * center
        coils = (p["inductance"],) if "inductance" in p else values("E12", *passive.L_LIMITS)
        best: tuple[float, _Resonator] | None = None
        for inductance in coils:
            exact = 1 / (w0 * w0 * inductance)
            capacitance = p.get("capacitance", nearest(exact, "E24") if 3e-12 < exact < 1e-5 else 0.0)
            winding = passive.winding(inductance, center)
            wanted = self._resistor(w0 * inductance / q, winding, front, load)
            if not capacitance or not 2 <= wanted <= 1e6:
                continue
            resistor = p.get("resistance", nearest(wanted, "E96"))
            error = abs(math.sqrt(exact / capacitance) - 1) + 0.3 * abs(math.log(resistor / wanted))
            comfort = abs(math.log(w0 * inductance / 600)) + 0.3 * abs(math.log(resistor / 300))
            cost = 400 * error + 0.4 * comfort
            if best is None or cost < best[0]:
                best = (cost, _Resonator(inductance, winding, capacitance, resistor))
        if best is None:
            raise Infeasible(
                f"no common coil, capacitor and resistor make a Q of {q:.3g} at {center:.4g} Hz "
                "with this source and load"
            )
        return best[1]


class RlcBandPass(_Resonant):
    """A series LC, then a resistor to ground."""

    id = "rlc_band_pass"
    function = "band_pass"
    title = "RLC band-pass"
    summary = "Second-order passive band-pass filter: a coil and a capacitor in series feed a resistor."
    equations = (
        "f_0 = 1 / (2 pi sqrt(L C))",
        "Q = sqrt(L / C) / (R + R_w), with the winding's resistance R_w",
        "gain at f_0 = R / (R + R_w)",
    )
    phrases = (
        "RLC band-pass filter",
        "LC band-pass",
        "series resonant band-pass",
        "radio-frequency band-pass",
        "tuned circuit that passes one frequency",
    )
    parameters = (
        CENTER,
        Parameter(name="q_factor", unit="1", description="quality factor", default=3.0, low=0.05, high=60.0),
    )
    measures = (
        "center_frequency",
        "q_factor",
        "bandwidth",
        "gain",
        "lower_cutoff_frequency",
        "upper_cutoff_frequency",
        "attenuation",
    )

    def _resistor(self, loss: float, winding: float, front: float, load: float) -> float:
        whole = loss - winding - front
        if not 0 < whole < load:
            return 0.0
        return whole if math.isinf(load) else whole * load / (load - whole)

    def build(self, b: Builder, p: Values) -> None:
        """L and C in series, R to ground."""
        front, load = passive.source_of(b, p), p.get("load_resistance", math.inf)
        made = self._search(p, front, load)
        source, sink, middle = b.input(), b.output(), b.net("node")
        b.inductor(made.inductance, source, middle, series_resistance=made.winding)
        passive.capacitor(b, made.capacitance, middle, sink)
        b.resistor(made.resistor, sink, b.ground())
        passive.assume_winding(b, made.inductance, made.winding)
        whole = passive.parallel(made.resistor, load)
        b.transfer(whole / (whole + made.winding + front), 0.0)
        edges = demand.edges_of(p["center_frequency"], p["q_factor"])
        offer_band_pass(b, p, edges, p.get("input_amplitude", 1.0), 0.0, (source, sink))


class RlcNotch(_Resonant):
    """A resistor in series, then a series LC to ground."""

    id = "rlc_notch"
    function = "notch"
    title = "RLC notch"
    summary = "Passive notch filter: a coil and a capacitor in series short one frequency to ground."
    equations = (
        "f_0 = 1 / (2 pi sqrt(L C))",
        "Q = sqrt(L / C) / R, with R all that feeds the trap",
        "depth = (R + R_w) / R_w, with the winding's resistance R_w",
    )
    phrases = (
        "RLC notch filter",
        "LC trap",
        "series resonant trap",
        "wave trap",
        "radio-frequency notch",
        "passive band-stop filter",
    )
    parameters = (
        CENTER,
        Parameter(name="q_factor", unit="1", description="quality factor", default=2.0, low=0.05, high=40.0),
    )
    measures = ("center_frequency", "q_factor", "bandwidth", "notch_depth", "gain")

    def fit(self, asked: Asked) -> float:
        """As other resonant circuits; the depth is what the winding leaves."""
        value = super().fit(asked)
        found = {**self.derive(asked), **asked.numbers}
        center, q = found.get("center_frequency", 100e3), found.get("q_factor", 2.0)
        depth = 20 * math.log10(1 + passive.coil_q(center) / q)
        if asked.get("notch_depth", 0.0) > depth + 0.5:
            raise Infeasible(
                f"the winding of a coil limits this notch to about {depth:.0f} dB; an active notch is deeper"
            )
        return value

    def _resistor(self, loss: float, winding: float, front: float, load: float) -> float:
        # The -3 dB points are where the reactance is sqrt(R^2 + 2 R R_w - R_w^2), with R what feeds the trap.
        if loss <= 1.5 * winding:
            return 0.0
        whole = math.sqrt(loss**2 + 2 * winding**2) - winding
        if whole >= load:
            return 0.0
        return (whole if math.isinf(load) else whole * load / (load - whole)) - front

    def build(self, b: Builder, p: Values) -> None:
        """R in series, L and C to ground."""
        front, load = passive.source_of(b, p), p.get("load_resistance", math.inf)
        made = self._search(p, front, load)
        source, sink, middle = b.input(), b.output(), b.net("node")
        b.resistor(made.resistor, source, sink)
        b.inductor(made.inductance, sink, middle, series_resistance=made.winding)
        passive.capacitor(b, made.capacitance, middle, b.ground())
        passive.assume_winding(b, made.inductance, made.winding)
        b.transfer(1.0 if math.isinf(load) else load / (load + made.resistor + front))
        bottom = 1 / (TAU * math.sqrt(made.inductance * made.capacitance))
        offer_notch(b, p, p["center_frequency"], p["q_factor"], (source, sink), exact=bottom)


BLOCKS: tuple[Block, ...] = (RlcBandPass(), RlcNotch())
