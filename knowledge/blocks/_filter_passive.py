"""What passive filters share: coils as they are made, values that allow for source and load, offers."""

from __future__ import annotations

import math

from voltsmith.knowledge.blocks._filter_offers import Filtered
from voltsmith.knowledge.blocks.base import Asked, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.blocks.offers import Path
from voltsmith.schemas.errors import Infeasible

TAU = 2 * math.pi
L_LIMITS = (47e-9, 100e-3)
"""Inductors (H) that are common."""
UNPOLARISED = 10e-6
"""The largest film or ceramic capacitor (F); electrolytic ones have too much resistance for a filter."""
OHM_PER_HENRY = 500.0
"""Winding resistance of ferrite-cored chokes of a few watts: about half an ohm per millihenry."""
COIL_Q = 100.0
"""The best quality factor that a small coil reaches at any frequency."""


def winding(inductance: float, frequency: float) -> float:
    """Series resistance (ohm) of a coil: its wire, or what its losses amount to at ``frequency`` (Hz)."""
    exact = max(OHM_PER_HENRY * inductance, TAU * frequency * inductance / COIL_Q)
    return float(f"{exact:.3g}")


def coil_q(frequency: float) -> float:
    """Quality factor of such a coil at ``frequency`` (Hz)."""
    return min(TAU * frequency / OHM_PER_HENRY, COIL_Q)


def assume_winding(b: Builder, inductance: float, resistance: float) -> None:
    """State what was taken for the winding resistance of a coil."""
    b.assume(
        f"coils are taken to have a winding resistance; that of {inductance:.3g} H is {resistance:.3g} ohm"
    )


def capacitor(b: Builder, farads: float, one: str, other: str) -> None:
    """A capacitor without polarity up to ``UNPOLARISED``, an electrolytic one (plus at ``one``) beyond."""
    if farads > UNPOLARISED * 1.001:
        b.capacitor(farads, one, other)
        return
    tolerance = b.assembly.capacitor_tolerance
    b.part("capacitor", {"1": one, "2": other}, value=farads, tolerance=tolerance)


def source_of(b: Builder, p: Values) -> float:
    """Source resistance (ohm) in front of this stage."""
    return p.get("source_resistance", 0.0) if b.chain.first else 0.0


def usual(b: Builder, ohms: float) -> float:
    """The impedance to aim at: ``ohms``, or much less where another stage follows, which loads this one."""
    return ohms if b.is_last else min(ohms, 470.0)


def parallel(a: float, b: float) -> float:
    """Two resistances in parallel, either of which may be infinite."""
    if math.isinf(a):
        return b
    return a if math.isinf(b) else a * b / (a + b)


def refuse_gain(asked: Asked, limit: float = 1.0) -> None:
    """Raise where a passive filter is asked for more gain than ``limit``, or for an inverted signal.

    Raises:
        Infeasible: it is.
    """
    gain = asked.get("gain", 1.0)
    if gain > limit * 1.0001:
        raise Infeasible(
            f"a passive filter has no gain, and a gain of {gain:.3g} was asked for; use an active one"
        )
    if gain < 0:
        raise Infeasible("a passive filter does not invert; use an active one")


def refuse_named_amplifier(asked: Asked) -> None:
    """Raise where the request insists on a part that a passive filter has no place for.

    Raises:
        Infeasible: it does.
    """
    if asked.components:
        raise Infeasible(f"a passive filter has no place for {', '.join(asked.components)}")


def one_corner(
    b: Builder, p: Values, nets: tuple[str, str], cutoff: float, high_pass: bool, source: float
) -> Filtered:
    """Offers of a first-order filter between two nets."""
    reference = cutoff * 100 if high_pass else cutoff / 100
    path = Path(
        *nets,
        reference=reference,
        start=cutoff / 1e3,
        stop=cutoff * 1e3,
        amplitude=p.get("input_amplitude", 1.0),
        time=1 / (TAU * cutoff) * (1 if high_pass else 2),
    )
    f = Filtered(b, path, cutoff, reference, cutoff / 1e3, cutoff * 1e3, source)
    f.offer_common()
    if high_pass:
        f.edges("cutoff_frequency", "lower_cutoff_frequency", kind="lower_cutoff")
    else:
        f.edges("cutoff_frequency", "upper_cutoff_frequency", "bandwidth", kind="upper_cutoff")
    f.offer_slope(1, lambda ratio: 10 * math.log10(1 + ratio * ratio), rising=high_pass)
    f.offer_time_constant(falling=high_pass)
    return f
