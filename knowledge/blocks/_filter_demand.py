"""Reading a request for a filter: which cut-off, order and response it comes down to."""

from __future__ import annotations

import math

from voltsmith.knowledge.blocks._filter_prototypes import HALF_POWER_DB, needed_order
from voltsmith.knowledge.blocks.base import Asked, Values
from voltsmith.schemas.errors import Infeasible

HAND = 0.5
"""dB in hand for the values' tolerance where an attenuation is a strict bound."""
DEFAULT_RIPPLE = 0.5
"""Chebyshev ripple in dB where none is given."""


def refuse_topology(asked: Asked, topologies: tuple[str, ...], title: str) -> None:
    """Raise where the request names a topology that is not among ``topologies``.

    Raises:
        Infeasible: it does.
    """
    wanted = asked.choice("topology")
    if wanted and wanted not in topologies:
        raise Infeasible(f"{title} is not the {wanted.replace('_', ' ')} circuit that was asked for")


def response_of(asked: Asked | Values) -> str:
    """The response asked for; naming a ripple means Chebyshev."""
    return asked.choice("response", "chebyshev" if asked_ripple(asked) else "butterworth")


def asked_ripple(asked: Asked | Values) -> float:
    """The pass-band ripple asked for in dB, or 0."""
    return abs(asked.get("passband_ripple", 0.0))


def low_pass_cutoff(asked: Asked) -> dict[str, float]:
    """The -3 dB frequency (Hz) of a low-pass from whatever names it: a bandwidth, a time, an attenuation."""
    if "cutoff_frequency" in asked:
        return {}
    for name in ("upper_cutoff_frequency", "bandwidth"):
        if name in asked:
            return {"cutoff_frequency": asked[name]}
    if found := _from_times(asked):
        return found
    if "rise_time" in asked:
        # 0.35 holds within 4 % for low orders without much overshoot.
        return {"cutoff_frequency": 0.35 / asked["rise_time"]}
    loss, frequency = attenuation_of(asked)
    if frequency is not None:
        # A Butterworth slope of the order asked for, with 1 dB in hand.
        order = asked.get("order", 1 if loss < 30 else 2)
        hand = 1.0 if _relation(asked, "attenuation") == "min" else 0.0
        return {"cutoff_frequency": frequency / (10 ** ((loss + hand) / 10) - 1) ** (1 / (2 * order))}
    return {}


def high_pass_cutoff(asked: Asked) -> dict[str, float]:
    """The -3 dB frequency (Hz) of a high-pass from whatever names it."""
    if "cutoff_frequency" in asked:
        return {}
    if "lower_cutoff_frequency" in asked:
        return {"cutoff_frequency": asked["lower_cutoff_frequency"]}
    if found := _from_times(asked):
        return found
    loss, frequency = attenuation_of(asked)
    if frequency is not None:
        order = asked.get("order", 1 if loss < 30 else 2)
        hand = 1.0 if _relation(asked, "attenuation") == "min" else 0.0
        return {"cutoff_frequency": frequency * (10 ** ((loss + hand) / 10) - 1) ** (1 / (2 * order))}
    return {}


def _from_times(asked: Asked) -> dict[str, float]:
    if "time_constant" in asked:
        return {"cutoff_frequency": 1 / (2 * math.pi * asked["time_constant"])}
    return {}


def _relation(asked: Asked, quantity: str) -> str:
    found = asked.requirements.get(quantity)
    return found.relation if found is not None else "eq"


def attenuation_of(asked: Asked | Values) -> tuple[float, float | None]:
    """The attenuation asked for in dB (positive) and the frequency (Hz) it is asked at, if any."""
    found = asked.requirements.get("attenuation")
    if found is None or found.condition is None:
        return 0.0, None
    return abs(found.target), found.condition


def least_attenuation(asked: Asked) -> float:
    """The least attenuation (dB) that is accepted where one is asked for at a frequency, else 0."""
    found = asked.requirements.get("attenuation")
    if found is None or found.condition is None:
        return 0.0
    low, _ = found.model_copy(update={"target": abs(found.target)}).limits()
    if found.relation == "min" and found.absolute_tolerance is None and low is not None:
        low += HAND  # a strict bound leaves nothing for the tolerance of the values
    return 0.0 if low is None else low


def asked_order(asked: Asked, cutoff: float | None, high_pass: bool = False) -> int | None:
    """The order that was asked for, or that a roll-off or an attenuation at a frequency needs.

    Raises:
        Infeasible: the order named cannot give the attenuation, or no order can.
    """
    response, ripple = response_of(asked), asked_ripple(asked) or DEFAULT_RIPPLE
    needed: int | None = None
    if "rolloff" in asked:
        slope = abs(asked["rolloff"])
        needed = max(1, math.ceil((slope - 3) / 20))
    loss, frequency = attenuation_of(asked)
    if frequency is not None and cutoff is not None and loss > HALF_POWER_DB + 0.5:
        ratio = cutoff / frequency if high_pass else frequency / cutoff
        # Attenuation counts from DC, or from the top.
        needed = max(needed or 1, needed_order(response, least_attenuation(asked), ratio, ripple))
    if "order" not in asked:
        return needed
    order = round(asked["order"])
    if needed is not None and needed > order:
        raise Infeasible(
            f"order {order} falls too slowly for what is asked of the stop band, which needs order {needed}"
        )
    return order


def band_of(asked: Asked) -> dict[str, float]:
    """Centre frequency (Hz) and Q of a band-pass or notch from edges, a bandwidth or both.

    The edges of such a response are symmetrical about its centre on a logarithmic scale.
    """
    found: dict[str, float] = {}
    center = asked.get("center_frequency", 0.0) or asked.get("cutoff_frequency", 0.0)
    low, high = asked.get("lower_cutoff_frequency", 0.0), asked.get("upper_cutoff_frequency", 0.0)
    width = asked.get("bandwidth", 0.0)
    if low and high:
        if low >= high:
            raise Infeasible(f"the band from {low:g} Hz to {high:g} Hz is empty")
        center = center or math.sqrt(low * high)
        width = width or high - low
    elif width and not center and (low or high):
        center = math.sqrt(low * (low + width)) if low else math.sqrt(high * max(high - width, high * 1e-3))
    elif center and low:
        width = center * center / low - low
    elif center and high:
        width = high - center * center / high
    if center and "center_frequency" not in asked:
        found["center_frequency"] = center
    if center and width > 0 and "q_factor" not in asked:
        found["q_factor"] = center / width
    return found


def edges_of(center: float, q: float) -> tuple[float, float]:
    """Lower and upper -3 dB frequency (Hz) around ``center`` for a quality factor."""
    half = 1 / (2 * q)
    root = math.sqrt(1 + half * half)
    return center * (root - half), center * (root + half)


def band_order(asked: Asked, default_q: float) -> dict[str, float]:
    """The order of a band-pass that a roll-off or an attenuation at a frequency needs; twice the low-pass's.

    Raises:
        Infeasible: the order named cannot give the attenuation, or no order can.
    """
    band = {**band_of(asked), **asked.numbers}
    center, q = band.get("center_frequency"), band.get("q_factor", default_q)
    needed = 2 * max(1, math.ceil((abs(asked["rolloff"]) - 3) / 20)) if "rolloff" in asked else None
    loss, frequency = attenuation_of(asked)
    if frequency is not None and center is not None and loss > HALF_POWER_DB + 0.5:
        # The band-pass at f loses what its low-pass prototype does at Q (f/f0 - f0/f).
        ratio = q * abs(frequency / center - center / frequency)
        ripple = asked_ripple(asked) or DEFAULT_RIPPLE
        order = needed_order(response_of(asked), least_attenuation(asked), ratio, ripple)
        needed = max(needed or 2, 2 * order)
    if needed is None:
        return {}
    if "order" in asked and asked["order"] < needed:
        raise Infeasible(
            f"order {asked['order']:g} falls too slowly for what is asked of the stop band, which needs "
            f"order {needed}"
        )
    return {"order": float(needed)}
