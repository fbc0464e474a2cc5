"""What can be measured on a filter, and how: each kind of filter has its own pass band to refer to."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from voltsmith.knowledge.blocks.assembly import Probe, current, voltage
from voltsmith.knowledge.blocks.base import Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.blocks.offers import Path, offer_linear, step_bench
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import Ac, AcSweep, Bench, Measure, MeasureKind

DENSITY = 100
"""Frequencies per decade of a sweep."""
RIPPLE_DENSITY = 500
"""The same for ripple, which ends on a steep edge."""
SLOPE = (4.0, 16.0)
"""Where a roll-off is measured, as multiples of the edge (or fractions of it, for a high-pass)."""


@dataclass(frozen=True)
class Filtered:
    """A filter to measure.

    ``edge`` (Hz) is the cut-off or centre frequency. ``at`` (Hz) is where the pass-band gain is taken, None
    for the largest gain between ``low`` and ``high`` (Hz), between which edges are looked for too.
    ``resistance`` (ohm) is the source's; with one, gains count from its open-circuit voltage.
    """

    b: Builder
    path: Path
    edge: float
    at: float | None
    low: float
    high: float
    resistance: float = 0.0

    def bench(self, frequency: float | None = None, density: int = DENSITY) -> Bench:
        """The sweep, widened to hold ``frequency``."""
        low, high = min(self.low, self.path.start), max(self.high, self.path.stop)
        if frequency is not None:
            low, high = min(low, frequency / 3), max(high, frequency * 3)
        stimulus = self.b.drive(Ac(offset=self.b.at_input(self.path.bias)), resistance=self.resistance)
        sweep = AcSweep(start=low, stop=high, points_per_decade=density)
        return self.b.bench("response", sweep, [stimulus])

    def measure(self, kind: MeasureKind, **numbers: float | None) -> Measure:
        """A measure of the response."""
        # The source has 1 V of small signal, so without a reference the output is the response to it.
        reference = None if self.resistance else voltage(self.path.source)
        return Measure(kind=kind, signal=voltage(self.path.sink), reference=reference, **numbers)

    def offer(self, quantity: str, kind: MeasureKind, **numbers: float | None) -> None:
        """Offer a measure that needs nothing from the requirement."""
        self.b.offer(quantity, lambda _: Probe(self.bench(), self.measure(kind, **numbers)))

    def edges(self, *quantities: str, kind: MeasureKind) -> None:
        """Offer an edge, against the pass band, under each of the names it goes by."""
        for quantity in quantities:
            self.offer(quantity, kind, at=self.at, low=self.low, high=self.high)

    def offer_common(self, sign: float = 1.0) -> None:
        """What any filter offers: everything linear, with gains and attenuations against its pass band.

        ``sign`` is that of a gain asked for: -1 where the filter inverts and was asked to.
        """
        offer_linear(self.b, self.path)

        def at_frequency(kind: MeasureKind, scale: float) -> Callable[[Requirement], Probe]:
            def make(requirement: Requirement) -> Probe:
                frequency = requirement.condition or self.path.reference
                return Probe(self.bench(frequency), self.measure(kind, at=frequency, scale=scale))

            return make

        def attenuation(requirement: Requirement) -> Probe:
            frequency = requirement.condition or self.path.reference
            band = (self.low, self.high) if self.at is None else (self.at, None)
            measure = self.measure("attenuation_db", at=frequency, low=band[0], high=band[1])
            return Probe(self.bench(frequency), measure)

        self.b.offer("gain", at_frequency("gain", sign))
        self.b.offer("phase", at_frequency("phase", 1.0))
        self.b.offer("attenuation", attenuation)

    def offer_input_impedance(self, frequency: float) -> None:
        """Offer the input impedance at ``frequency`` (Hz) where the requirement names none."""

        def make(requirement: Requirement) -> Probe:
            at = requirement.condition or frequency
            net = voltage(self.b.source)
            return Probe(
                self.bench(at), Measure(kind="impedance", signal=net, reference=current("in"), at=at)
            )

        self.b.offer("input_impedance", make)

    def offer_slope(self, order: int, loss: Callable[[float], float], rising: bool) -> None:
        """Offer the roll-off, extrapolated from the measured interval to the asymptote.

        Args:
            order: number of poles that the asymptote has, 20 dB a decade each.
            loss: ideal attenuation in dB at a multiple of the edge (its inverse for a high-pass).
            rising: whether the stop band lies below the pass band.
        """
        near, far = SLOPE
        ideal = (loss(far) - loss(near)) / math.log10(far / near)
        missing = 20.0 * order - ideal

        def make(requirement: Requirement) -> Probe:
            low, high = (self.edge / far, self.edge / near) if rising else (self.edge * near, self.edge * far)
            sign = math.copysign(1.0, requirement.target)
            # Half a dB a decade is how well a slope between two points is known; it matters to "at least".
            doubt = 0.5 if requirement.relation == "min" else 0.0
            measure = self.measure(
                "rolloff",
                low=low,
                high=high,
                scale=sign * (1 if rising else -1),
                offset=sign * (missing + doubt),
            )
            return Probe(self.bench(high * 1.5), measure)

        self.b.offer("rolloff", make)

    def offer_ripple(self, low: float, high: float) -> None:
        """Offer the ripple between two frequencies (Hz) of the pass band."""
        measure = self.measure("ripple_db", low=low, high=high)
        self.b.offer("passband_ripple", lambda _: Probe(self.bench(density=RIPPLE_DENSITY), measure))

    def offer_time_constant(self, falling: bool = False) -> None:
        """Offer the time constant of a first-order response: 10 to 90 % takes ln 9 of them."""

        def make(_: Requirement) -> Probe:
            start = self.path.time * 1.003 if falling else None
            measure = Measure(
                kind="fall_time" if falling else "rise_time",
                signal=voltage(self.path.sink),
                low=start,
                scale=1 / math.log(9),
            )
            return Probe(step_bench(self.b, self.path, self.path.amplitude), measure)

        self.b.offer("time_constant", make)


def offer_band_pass(
    b: Builder,
    p: Values,
    edges: tuple[float, float],
    amplitude: float,
    bias: float,
    nets: tuple[str, str],
    flat: bool = False,
    top: bool = True,
) -> Filtered:
    """Everything that is measured on a band-pass with these edges (Hz), from ``nets[0]`` to ``nets[1]``.

    A ``flat`` top has no peak to speak of: its centre is told by the lower edge, which is a known part of it.
    The gain is that of the ``top`` of the band, or the one at its centre.
    """
    center = math.sqrt(edges[0] * edges[1])
    low, high = edges[0] / 30, edges[1] * 30
    path = Path(
        *nets,
        reference=center,
        start=low,
        stop=high,
        amplitude=amplitude,
        bias=bias,
        time=2 / (edges[1] - edges[0]),
    )
    resistance = p.get("source_resistance", 0.0) if b.chain.first else 0.0
    f = Filtered(b, path, center, None, low, high, resistance)
    f.offer_common()
    f.edges("bandwidth", kind="bandwidth")
    f.edges("q_factor", kind="q_factor")
    f.edges("lower_cutoff_frequency", kind="lower_cutoff")
    f.edges("upper_cutoff_frequency", kind="upper_cutoff")
    if flat:
        f.offer("center_frequency", "lower_cutoff", low=low, high=high, scale=center / edges[0])
    else:
        f.edges("center_frequency", kind="peak_frequency")

    def gain(requirement: Requirement) -> Probe:
        at = requirement.condition or (None if top else center)
        sign = math.copysign(1.0, p.get("gain", 1.0))
        measure = f.measure("passband_gain", at=at, low=edges[0], high=edges[1], scale=sign)
        return Probe(f.bench(at), measure)

    b.offer("gain", gain)
    f.offer_ripple(center * (edges[0] / center) ** 0.8, center * (edges[1] / center) ** 0.8)
    return f


NOTCH_DENSITY = 2000
"""Frequencies per decade of a sweep around a notch: wherever it comes to lie, one is within 0.03 %."""


def offer_notch(
    b: Builder,
    p: Values,
    center: float,
    q: float,
    nets: tuple[str, str],
    *,
    amplitude: float | None = None,
    bias: float = 0.0,
    reference: float | None = None,
    exact: float | None = None,
) -> Filtered:
    """Everything that is measured on a notch at ``center`` (Hz), from ``nets[0]`` to ``nets[1]``.

    The pass band is taken at ``reference`` (Hz), by default well below the notch. ``exact`` is where the
    values chosen put the notch: the sweep has a frequency there, so that what it finds is the depth and not
    the grid.
    """
    wide = max(20.0, 20 / q)
    passing = center / wide if reference is None else reference
    bottom = center if exact is None else exact
    below = math.ceil(math.log10(bottom / min(center / wide, passing)) * NOTCH_DENSITY)
    above = math.ceil(math.log10(wide) * NOTCH_DENSITY)
    low = bottom / 10 ** (below / NOTCH_DENSITY)
    # ngspice spreads a whole number of steps from end to end; a trace more keeps it from losing one.
    high = bottom * 10 ** ((above + 1e-5) / NOTCH_DENSITY)
    path = Path(
        *nets,
        reference=passing,
        start=low,
        stop=high,
        amplitude=p.get("input_amplitude", 1.0) if amplitude is None else amplitude,
        bias=bias,
        time=1 / center,
    )
    resistance = p.get("source_resistance", 0.0) if b.chain.first else 0.0
    f = Filtered(b, path, center, passing, low, high, resistance)
    f.offer_common()

    def offer(quantity: str, kind: MeasureKind, density: int = NOTCH_DENSITY) -> None:
        measure = f.measure(kind, at=passing, low=low, high=high)
        b.offer(quantity, lambda _: Probe(f.bench(density=density), measure))

    offer("center_frequency", "notch_frequency")
    offer("notch_depth", "notch_depth_db")
    offer("bandwidth", "bandwidth", 400)
    offer("q_factor", "q_factor", 400)

    def attenuation(requirement: Requirement) -> Probe:
        # "40 dB at 50 Hz" of a 50 Hz notch is its depth.
        at = requirement.condition
        if at is None or abs(at / center - 1) < 1e-3:
            measure = f.measure("notch_depth_db", at=passing, low=low, high=high)
            return Probe(f.bench(density=NOTCH_DENSITY), measure)
        return Probe(f.bench(at), f.measure("attenuation_db", at=at, low=passing))

    b.offer("attenuation", attenuation)
    return f
