"""Binding numbers to what they describe.

Every number is weighed against every cue near it; the best pairs are taken first, and what no cue claims
gets the meaning that a bare number of its dimension has for the function at hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from voltsmith.agents.reading.items import Bound, Item, compatible, items_of
from voltsmith.agents.reading.nearness import PLAIN, links_of
from voltsmith.agents.reading.quantities import QuantityToken
from voltsmith.agents.reading.quantity_cues import FUNCTION_DEFAULTS, QUANTITY_CUES, RENAMED

__all__ = ["Bound", "Item", "bind", "compatible", "items_of", "rivals"]

_LOGIC_LEVELS = frozenset({1.8, 2.5, 3.0, 3.3, 5.0})
_THRESHOLD_WORDS = frozenset({"threshold", "trip", "switching", "hysteresis"})
_SIGNAL_WORDS = frozenset({"signal", "input", "swing", "sine", "range"})
_WINDOWS = frozenset({"window_comparator", "schmitt_trigger"})


def bind(
    items: Sequence[Item],
    tokens: Sequence[QuantityToken],
    function: str,
    relevant: frozenset[str],
    taken: Iterable[str] = (),
) -> list[Bound]:
    """Bind the numbers among ``items``, which describe one stage.

    Args:
        items: the stage's part of the prompt.
        tokens: all numbers of the prompt.
        function: what the stage does.
        relevant: quantities that blocks of this function know.
        taken: quantities already bound elsewhere for this stage.
    """
    conditions = _conditions(items, tokens)
    free = [item.token for item in items if item.kind == "token" and item.token not in conditions.values()]
    bound: dict[int, str] = {}
    used = set(taken)
    for token in free:
        if tokens[token].dimension == "ordinal":
            bound[token] = "order"
        elif (
            tokens[token].relation == "range"
            and tokens[token].dimension == "voltage"
            and function in _WINDOWS
            and not _is_signal(items, token)
        ) or (tokens[token].plus_minus and _named(items, token, _THRESHOLD_WORDS) and function in _WINDOWS):
            bound[token] = "threshold_voltage"
        elif tokens[token].plus_minus and _named(items, token, _SIGNAL_WORDS):
            bound[token] = "input_amplitude"
        elif tokens[token].plus_minus and tokens[token].dimension == "voltage":
            bound[token] = RENAMED.get(function, {}).get("supply_voltage", "supply_voltage")
    for token in _attenuated(items, tokens):
        bound[token] = RENAMED.get(function, {}).get("attenuation", "attenuation")
    used.update(bound.values())
    if "threshold_voltage" in used and function in _WINDOWS:
        used |= {"lower_threshold", "upper_threshold"}  # the two ends of the range
    claimed: set[int] = set()
    repeated: list[Bound] = []
    cued: set[str] = set()
    for link in sorted(
        links_of(items, tokens, function, relevant), key=lambda link: (-link.score, link.token)
    ):
        if link.token in bound or link.token not in free or link.cue in claimed or link.quantity in used:
            continue
        bound[link.token] = link.quantity
        used.add(link.quantity)
        claimed.add(link.cue)
        cued.add(link.quantity)
    for token in free:
        if token not in bound and (same := _repeated(tokens, token, bound)) is not None:
            repeated.append(Bound(token, bound[same], repeats=same))
            continue
        if token not in bound and _second_rail(tokens, token, bound):
            bound[token] = "supply_voltage"
        if token not in bound and (quantity := _default(tokens[token], function, used, relevant)):
            bound[token] = quantity
            used.add(quantity)
    if function == "low_side_switch":
        _order_switch(bound, tokens)
    if not {"upper_threshold", "lower_threshold"} <= cued:
        _order_thresholds(bound, tokens)
    made = [Bound(token, quantity, conditions.get(token)) for token, quantity in sorted(bound.items())]
    return [*made, *repeated]


def _repeated(tokens: Sequence[QuantityToken], token: int, bound: Mapping[int, str]) -> int | None:
    """The number that this one says again ("50 Hz hum ... notch at 50 Hz"), where nothing names it otherwise."""
    known = tokens[token]
    if known.dimension not in ("frequency", "decibel", "time"):
        return None
    return next(
        (
            other
            for other in bound
            if tokens[other].dimension == known.dimension and tokens[other].value == known.value
        ),
        None,
    )


def _named(items: Sequence[Item], token: int, words: frozenset[str]) -> bool:
    """Whether one of ``words`` follows a number directly."""
    position = next(index for index, item in enumerate(items) if item.kind == "token" and item.token == token)
    return position + 1 < len(items) and items[position + 1].text in words


def _is_signal(items: Sequence[Item], token: int) -> bool:
    """``a 0 to 5 V signal``: the range of what comes in, not a pair of thresholds."""
    position = next(index for index, item in enumerate(items) if item.kind == "token" and item.token == token)
    follow = items[position + 1].text if position + 1 < len(items) else ""
    return follow in ("signal", "input", "supply", "sensor", "analog", "output", "logic")


def rivals(
    items: Sequence[Item], tokens: Sequence[QuantityToken], function: str, relevant: frozenset[str]
) -> list[tuple[int, str]]:
    """Numbers with the quantity each is plainly named as, best first; used on what :func:`bind` left over."""
    links = sorted(links_of(items, tokens, function, relevant), key=lambda link: (-link.score, link.token))
    return [(link.token, link.quantity) for link in links if link.score >= PLAIN]


def _second_rail(tokens: Sequence[QuantityToken], token: int, bound: Mapping[int, str]) -> bool:
    """``12 V and -12 V``: the same voltage again with the other sign is the other rail."""
    return tokens[token].dimension == "voltage" and any(
        quantity == "supply_voltage" and tokens[other].value == -tokens[token].value
        for other, quantity in bound.items()
    )


def _order_switch(bound: dict[int, str], tokens: Sequence[QuantityToken]) -> None:
    """``a 12 V solenoid from 3.3 V``: a logic level is what drives a load of a higher voltage."""
    found = {quantity: token for token, quantity in bound.items()}
    load, control = found.get("supply_voltage"), found.get("control_voltage")
    if load is None or control is None or tokens[load].value >= tokens[control].value:
        return
    if tokens[load].value in _LOGIC_LEVELS and tokens[control].value not in _LOGIC_LEVELS:
        bound[load], bound[control] = "control_voltage", "supply_voltage"


def _order_thresholds(bound: dict[int, str], tokens: Sequence[QuantityToken]) -> None:
    """``thresholds of 2 V and 1 V``: the larger is the upper one, whatever the order."""
    names = ("upper_threshold", "lower_threshold", "threshold_voltage")
    found = [token for token, quantity in bound.items() if quantity in names]
    if len(found) != 2 or "hysteresis" in bound.values():
        return
    low, high = sorted(found, key=lambda token: tokens[token].value)
    bound[low], bound[high] = "lower_threshold", "upper_threshold"


def _conditions(items: Sequence[Item], tokens: Sequence[QuantityToken]) -> dict[int, int]:
    """``40 dB at 10 kHz``: the frequency qualifies the number before it. Maps number to condition."""
    found: dict[int, int] = {}
    for index, item in enumerate(items):
        if item.kind != "token" or tokens[item.token].dimension != "frequency":
            continue
        before = list(items[max(0, index - 5) : index])
        if not before or before[-1].text not in ("at", "@"):
            continue
        words = [other for other in before[:-1] if other.kind == "word"]
        numbers = [other for other in before if other.kind == "token"]
        if not numbers:
            continue
        near = tokens[numbers[-1].token]
        after = items[index + 1].text if index + 1 < len(items) else ""
        claimed = any(word in QUANTITY_CUES for word in (after,)) and after not in ("signal", "input", "sine")
        gain_like = near.dimension in ("decibel", "noise_density", "angle") or any(
            word.text in ("gain", "phase", "impedance", "attenuation", "thd", "distortion", "noise")
            for word in words
        )
        if gain_like and not claimed and abs(abs(near.value) - 3.0) > 0.05:
            found[numbers[-1].token] = item.token
    return found | _attenuated(items, tokens)


def _attenuated(items: Sequence[Item], tokens: Sequence[QuantityToken]) -> dict[int, int]:
    """``attenuate 1 kHz by 20 dB``, ``a 1 kHz tone is 20 dB down``: the frequency comes first."""
    found: dict[int, int] = {}
    for index, item in enumerate(items):
        if item.kind != "token" or tokens[item.token].dimension != "decibel":
            continue
        before = items[max(0, index - 8) : index]
        numbers = [other for other in before if other.kind == "token"]
        if not numbers or tokens[numbers[-1].token].dimension != "frequency":
            continue
        gap = [other.text for other in before if other.start > numbers[-1].start]
        lead = [other.text for other in before if other.start < numbers[-1].start]
        verbs = {
            "attenuate",
            "attenuates",
            "attenuated",
            "attenuating",
            "suppress",
            "suppresses",
            "suppressed",
            "reject",
            "rejects",
        }
        if "," not in gap and (verbs & set(gap) or (verbs & set(lead) and "by" in gap)):
            found[item.token] = numbers[-1].token
    return found


def _default(token: QuantityToken, function: str, used: set[str], relevant: frozenset[str]) -> str | None:
    choices = FUNCTION_DEFAULTS.get(function, {}).get(token.dimension, ())
    if token.qualifier in ("pp", "rms", "peak") and function.endswith("amplifier"):
        choices = ("input_amplitude", "output_amplitude")
    if function == "schmitt_trigger" and "hysteresis" in used and token.dimension == "voltage":
        choices = ("threshold_voltage", "supply_voltage")  # a width needs a centre, not two ends
    for quantity in choices:
        if quantity not in used and compatible(token, quantity):
            # A bare number that is neither a plausible frequency nor marked by a prefix stays unread.
            return quantity
    return None
