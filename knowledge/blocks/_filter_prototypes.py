"""Filter prototypes as sections of natural frequency and Q, scaled so that the edge is at -3 dB.

One convention holds everywhere: the cut-off lies 3.01 dB below the *largest* gain of the pass band.
For Butterworth, Bessel and odd Chebyshev filters that is the gain at DC; an even Chebyshev filter
has its DC gain at the bottom of the ripple, and its edge is still counted from the top.

Chebyshev and Bessel prototypes come from ``scipy.signal``, whose import takes a second and so waits until it
is needed.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from voltsmith.schemas.errors import Infeasible

MAX_ORDER = 10
HALF_POWER_DB = 10 * math.log10(2)
RESPONSES = ("butterworth", "chebyshev", "bessel")


class Section(NamedTuple):
    """A pole pair, or with ``q`` None a real pole; ``frequency`` in Hz, or relative to the edge."""

    frequency: float
    q: float | None

    @property
    def order(self) -> int:
        """1 or 2."""
        return 1 if self.q is None else 2


@cache
def low_pass_sections(response: str, order: int, ripple: float = 0.5) -> tuple[Section, ...]:
    """Sections of a low-pass with its -3 dB edge at 1, lowest Q first.

    Args:
        response: butterworth, chebyshev or bessel.
        order: 1 to ``MAX_ORDER``.
        ripple: of a Chebyshev filter, in dB.

    Raises:
        Infeasible: the response is unknown or the order is beyond what is built.
    """
    if not 1 <= order <= MAX_ORDER:
        raise Infeasible(f"filters of order 1 to {MAX_ORDER} are built, and this one would need {order}")
    if response not in RESPONSES:
        raise Infeasible(f"{response} filters are not in the library; it has {', '.join(RESPONSES)}")
    if response == "butterworth":
        # Poles evenly on the unit circle; not worth a second of start-up.
        angles = ((2 * k + order + 1) * math.pi / (2 * order) for k in range(order))
        return _pairs([cmath.exp(1j * angle) for angle in angles])
    from scipy.signal import besselap, cheb1ap

    if response == "chebyshev":
        if not 0 < ripple < HALF_POWER_DB:
            raise Infeasible(f"a Chebyshev ripple lies between 0 and 3 dB, and {ripple:g} dB was asked for")
        poles = cheb1ap(order, ripple)[1] / half_power_ratio(order, ripple)
    else:
        poles = besselap(order, norm="mag")[1]
    return _pairs([complex(pole) for pole in poles])


def half_power_ratio(order: int, ripple: float) -> float:
    """Edge at -3 dB over the edge of the ripple band of a Chebyshev low-pass, from C_n(w) = 1/epsilon."""
    epsilon = math.sqrt(10 ** (ripple / 10) - 1)
    return math.cosh(math.acosh(1 / epsilon) / order)


def _pairs(poles: Sequence[complex]) -> tuple[Section, ...]:
    found = []
    for pole in poles:
        if pole.imag > 1e-9 * abs(pole):
            found.append(Section(abs(pole), abs(pole) / (-2 * pole.real)))
        elif abs(pole.imag) <= 1e-9 * abs(pole):
            found.append(Section(abs(pole), None))
    return tuple(sorted(found, key=lambda section: (section.q or 0.0, section.frequency)))


def high_pass_sections(response: str, order: int, ripple: float = 0.5) -> tuple[Section, ...]:
    """Sections of a high-pass with its -3 dB edge at 1: each natural frequency becomes its inverse."""
    return tuple(Section(1 / part.frequency, part.q) for part in low_pass_sections(response, order, ripple))


@cache
def band_pass_sections(response: str, order: int, q: float, ripple: float = 0.5) -> tuple[Section, ...]:
    """Sections of a band-pass centred on 1 whose -3 dB edges are ``1/q`` apart; ``order`` is even.

    Raises:
        Infeasible: the order is odd, or too high.
    """
    if order % 2:
        raise Infeasible(f"a band-pass has an even order, and {order} was asked for")
    poles = []
    for part in low_pass_sections(response, order // 2, ripple):
        for pole in _poles(part):
            # s + 1/s = q-scaled prototype pole: the low-pass to band-pass transformation.
            half = pole / (2 * q)
            root = (half * half - 1) ** 0.5
            poles += [half + root, half - root]
    return _pairs(poles)


def _poles(part: Section) -> tuple[complex, ...]:
    if part.q is None:
        return (complex(-part.frequency),)
    real = -part.frequency / (2 * part.q)
    imaginary = part.frequency * math.sqrt(max(1 - 1 / (4 * part.q**2), 0))
    return (complex(real, imaginary), complex(real, -imaginary))


def low_pass_loss(sections: Sequence[Section], ratio: float) -> float:
    """Attenuation against DC in dB of a low-pass at ``ratio`` times its edge."""
    power = 1.0
    for part in sections:
        x = ratio / part.frequency
        power *= 1 + x * x if part.q is None else (1 - x * x) ** 2 + (x / part.q) ** 2
    return 10 * math.log10(power)


def needed_order(response: str, attenuation: float, ratio: float, ripple: float = 0.5) -> int:
    """The least order whose low-pass attenuates by ``attenuation`` dB at ``ratio`` times its edge.

    Raises:
        Infeasible: no order up to ``MAX_ORDER`` does.
    """
    if ratio > 1:
        for order in range(1, MAX_ORDER + 1):
            if low_pass_loss(low_pass_sections(response, order, ripple), ratio) >= attenuation:
                return order
    raise Infeasible(
        f"{attenuation:g} dB of attenuation at {ratio:.3g} times the cut-off needs more than the "
        f"{MAX_ORDER} poles that are built; allow a wider transition"
    )


def half_power_of(natural: float, q: float) -> float:
    """-3 dB frequency of a second-order low-pass with natural frequency ``natural``, against its DC gain."""
    b = 1 / (2 * q * q) - 1
    return natural * math.sqrt(-b + math.sqrt(b * b + 1))
