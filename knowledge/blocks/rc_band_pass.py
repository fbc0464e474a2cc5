"""Passive band-pass of two RC sections."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from voltsmith.knowledge.blocks import _filter_demand as demand
from voltsmith.knowledge.blocks import _filter_passive as passive
from voltsmith.knowledge.blocks._filter_offers import offer_band_pass
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.preferred import nearest, values
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.errors import Infeasible

TAU = 2 * math.pi
FILM = passive.UNPOLARISED


@dataclass(frozen=True)
class _Band:
    """A series C1, R1 to ground, a series R2, C2 to ground, between a source and a load (ohm).

    Nodal analysis gives H = s C1 / (a s^2 + b s + c), a band-pass of second order.
    """

    c1: float
    r1: float
    r2: float
    c2: float
    source: float
    load: float

    def terms(self) -> tuple[float, float, float]:
        g = 1 / self.load
        through = 1 + self.r2 * g
        late = self.r2 * self.c2
        a = self.c1 * late + self.c1 * self.source * (late / self.r1 + self.c2)
        b = self.c1 * through + late / self.r1 + self.c2 + self.c1 * self.source * (through / self.r1 + g)
        return a, b, through / self.r1 + g

    def made(self) -> tuple[float, float, float]:
        """Centre frequency (Hz), Q and gain at the centre."""
        a, b, c = self.terms()
        return math.sqrt(c / a) / TAU, math.sqrt(a * c) / b, self.c1 / b


class RcBandPass(Block):
    """An RC high-pass followed by an RC low-pass."""

    id = "rc_band_pass"
    function = "band_pass"
    title = "RC band-pass"
    summary = (
        "Passive band-pass filter for a wide band: an RC high-pass for the lower edge, then an RC low-pass "
        "of higher impedance for the upper one."
    )
    equations = (
        "f_0^2 = 1 / ((2 pi)^2 R1 C1 R2 C2)",
        "1 / (2 pi f_0 Q) = R1 C1 + R2 C2 + R1 C2",
        "gain at f_0 = R1 C1 / (R1 C1 + R2 C2 + R1 C2)",
        "bandwidth = f_0 / Q, and Q < 1/2",
    )
    sources = ("P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., section 1.7",)
    phrases = (
        "RC band-pass filter",
        "passive band-pass filter",
        "simple voice band filter",
        "high-pass and low-pass RC in series",
    )
    parameters = (
        Parameter(
            name="lower_cutoff_frequency",
            unit="Hz",
            description="lower -3 dB frequency",
            default=300.0,
            low=0.01,
            high=1e7,
        ),
        Parameter(
            name="upper_cutoff_frequency",
            unit="Hz",
            description="upper -3 dB frequency",
            default=3400.0,
            low=0.1,
            high=5e7,
        ),
    )
    measures = (
        "lower_cutoff_frequency",
        "upper_cutoff_frequency",
        "bandwidth",
        "center_frequency",
        "q_factor",
        "gain",
    )
    topologies = ("rc", "passive")

    def fit(self, asked: Asked) -> float:
        """For a wide band without gain; two single poles cannot make a narrow one."""
        demand.refuse_topology(asked, self.topologies, f"an {self.title}")
        passive.refuse_gain(asked)
        passive.refuse_named_amplifier(asked)
        if asked.get("order", 2) > 2 or demand.band_order(asked, 0.3).get("order", 2) > 2:
            raise Infeasible("an RC band-pass is of second order")
        found = {**demand.band_of(asked), **asked.numbers}
        q = found.get("q_factor")
        if q is None and "center_frequency" in found:
            raise Infeasible("an RC band-pass needs a bandwidth or both edges, and the band must be wide")
        q = 0.33 if q is None else q
        if q > 0.42:
            raise Infeasible(
                f"two RC poles cannot make a band as narrow as Q {q:.2g}; use an active or an RLC band-pass"
            )
        ideal = 0.5 + 0.5 * math.sqrt(1 - 4 * q * q)
        if asked.get("gain", 0.0) > ideal * 1.04:
            raise Infeasible(
                f"two RC poles this close pass only {ideal:.2g} of the signal at the centre; "
                "use an active band-pass"
            )
        return 1.6 if asked.supply is None else 0.6

    def derive(self, asked: Asked) -> dict[str, float]:
        """Both edges from a centre, a bandwidth or a Q."""
        band = {**demand.band_of(asked), **asked.numbers}
        if "center_frequency" not in band or "q_factor" not in band:
            return {}
        low, high = demand.edges_of(band["center_frequency"], band["q_factor"])
        return {"lower_cutoff_frequency": low, "upper_cutoff_frequency": high}

    def build(self, b: Builder, p: Values) -> None:
        """Values as a set, so that the loading of the first section by the second is part of the design."""
        low, high = p["lower_cutoff_frequency"], p["upper_cutoff_frequency"]
        if low >= high:
            raise Infeasible(f"the band from {low:g} Hz to {high:g} Hz is empty")
        center, q = math.sqrt(low * high), math.sqrt(low * high) / (high - low)
        front, load = passive.source_of(b, p), p.get("load_resistance", 1e12)
        band = self._search(center, q, front, load, passive.usual(b, 4.7e3))
        source, sink, middle = b.input(), b.output(), b.net("mid")
        passive.capacitor(b, band.c1, source, middle)
        b.resistor(band.r1, middle, b.ground())
        b.resistor(band.r2, middle, sink)
        passive.capacitor(b, band.c2, sink, b.ground())
        b.transfer(band.made()[2], 0.0)
        offer_band_pass(b, p, (low, high), p.get("input_amplitude", 1.0), 0.0, (source, sink))

    @staticmethod
    def _search(center: float, q: float, front: float, load: float, target: float) -> _Band:
        def cost(band: _Band) -> float:
            frequency, quality, gain = band.made()
            error = abs(frequency / center - 1) + abs(quality / q - 1)
            comfort = abs(math.log(band.r1 / max(target, 30 * front))) + (1 - gain)
            return 150 * error + 0.5 * comfort

        best = min(_bands(center, q, front, load), key=cost, default=None)
        if best is None:
            raise Infeasible(
                f"no common resistors and capacitors make an RC band-pass at {center:.4g} Hz with Q {q:.2g}"
            )
        return best


def _bands(center: float, q: float, front: float, load: float) -> Iterator[_Band]:
    """Candidates with C2 a small part of C1, which keeps the sections apart, and R2 above R1."""
    for c1 in values("E12", 100e-12, FILM):
        for c2 in values("E6", max(c1 / 1e5, 33e-12), c1 / 4):
            frequency, aim = center, q
            for _ in range(3):
                w0 = TAU * frequency
                inside = 1 / (w0 * aim) ** 2 - 4 * (1 + c2 / c1) / w0**2
                if inside < 0:
                    break
                # The larger root is R1 C1, which makes the lower edge.
                tau = (1 / (w0 * aim) + math.sqrt(inside)) / (2 * (1 + c2 / c1))
                r1, r2 = tau / c1, 1 / (w0 * w0 * tau * c2)
                if not (100 < r1 < 300e3 and r1 * 1.5 < r2 < min(3e6, load)):
                    break
                # Source and load are not in this solution: aim beside the mark until they come out right.
                made = _Band(c1, r1, r2, c2, front, load).made()
                frequency, aim = frequency * center / made[0], aim * q / made[1]
            else:
                yield _Band(c1, nearest(r1, "E96"), nearest(r2, "E96"), c2, front, load)


BLOCKS: tuple[Block, ...] = (RcBandPass(),)
