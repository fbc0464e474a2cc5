"""Binding numbers to what they describe.

Every number is weighed against every cue near it; the best pairs are taken first, and what no cue claims
gets the meaning that a bare number of its dimension has for the function at hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from voltsmith.agents.reading.quantities import QuantityToken
from voltsmith.agents.reading.quantity_cues import (
    FILLERS,
    FUNCTION_DEFAULTS,
    QUANTITY_CUES,
    RENAMED,
)
from voltsmith.agents.reading.words import PhraseBook, Word
from voltsmith.schemas.quantities import QUANTITIES

_BOOK = PhraseBook(QUANTITY_CUES)
_BEFORE, _AFTER = 6.0, 6.6
_PLAIN = 3.9
"""From here on a link is as good as said."""
_POSTPOSED = frozenset({"in", "out"})
"""Cues that follow their number where they follow one at all."""
_PREPOSED = frozenset({"from", "on", "off", "to", "into", "into a", "at", "using", "for", "by", "only have"})
"""Cues that only stand before their number."""
_LEAST = 2.2
"""A weaker link than this is no link; the function's default decides instead."""
_ACCEPTS: Mapping[str, frozenset[str]] = {
    "ratio": frozenset({"ratio", "number", "decibel", "percent"}),
    "number": frozenset({"number", "ordinal"}),
    "transresistance": frozenset({"transresistance", "resistance"}),
}
_UNITLESS_OK = frozenset({"frequency", "resistance", "voltage", "time"})
_PREFIXED = re.compile(r"[0-9]\s?[kKMmunpµR]")
_LOGIC_LEVELS = frozenset({1.8, 2.5, 3.0, 3.3, 5.0})
_THRESHOLD_WORDS = frozenset({"threshold", "trip", "switching", "hysteresis"})
_SIGNAL_WORDS = frozenset({"signal", "input", "swing", "sine", "range"})
_WINDOWS = frozenset({"window_comparator", "schmitt_trigger"})
_AMPLITUDES = frozenset({"input_amplitude", "output_amplitude", "output_peak_to_peak"})


class Item(NamedTuple):
    """One element of the prompt: a word, a number, or a break between clauses."""

    kind: str
    start: int
    end: int
    text: str
    token: int = -1


@dataclass(frozen=True)
class Bound:
    """A number and the quantity it was bound to.

    ``repeats`` names the number it only says again, ``condition`` is the number of another token ("at 10 kHz").
    """

    token: int
    quantity: str
    condition: int | None = None
    repeats: int | None = None


@dataclass(frozen=True)
class _Link:
    score: float
    token: int
    cue: int
    quantity: str


def items_of(
    text: str, words: Sequence[Word], tokens: Sequence[QuantityToken], start: int, end: int
) -> list[Item]:
    """Words, numbers and breaks of ``text[start:end]`` in order; words inside numbers are left out."""
    spans = [token.span for token in tokens]
    found = [
        Item("token", token.span[0], token.span[1], token.text, index)
        for index, token in enumerate(tokens)
        if start <= token.span[0] < end
    ]
    for word in words:
        if start <= word.start < end and not any(a <= word.start < b for a, b in spans):
            found.append(Item("word", word.start, word.end, word.text))
    for position in range(start, end):
        if (
            text[position] in ",;:()\n"
            or (text[position] == "." and text[position : position + 2].strip() == ".")
        ) and not any(a <= position < b for a, b in spans):
            found.append(Item("break", position, position + 1, text[position]))
    return sorted(found, key=lambda item: item.start)


def compatible(token: QuantityToken, quantity: str) -> float:
    """0 when the number cannot be this quantity, 1 when it can, less when a unit has to be supposed."""
    dimension = QUANTITIES[quantity].dimension
    if token.dimension in _ACCEPTS.get(dimension, frozenset({dimension})):
        if dimension == "ratio":
            in_decibels = QUANTITIES[quantity].unit == "dB"
            if in_decibels and token.dimension != "decibel":
                return 0.0
            if token.dimension == "percent" and quantity != "gain":
                return 0.0
        if token.dimension == "ordinal" and quantity != "order":
            return 0.0
        if quantity == "gain" and token.dimension == "number" and _PREFIXED.search(token.text):
            return 0.3  # "10k" is a resistor or a frequency sooner than a gain
        if quantity == "supply_voltage" and token.relation == "range" and not token.low:
            return 0.0  # "0 to 5 V" is a signal
        if quantity in ("order", "inputs", "led_count") and token.value != int(token.value):
            return 0.0
        return 1.0
    if token.dimension == "number" and dimension == "transresistance":
        return 0.9 if _PREFIXED.search(token.text) else 0.0  # "47k" of a transimpedance amplifier
    if token.dimension == "number" and dimension in _UNITLESS_OK:
        if _PREFIXED.search(token.text) and dimension != "voltage":
            return 0.9
        if not any(letter.isdigit() for letter in token.text):
            return 0.0  # "three signals" counts
        # So does "2 signals"; nobody leaves the unit off a frequency of 2 Hz.
        return 0.0 if dimension == "frequency" and token.value < 10 else 0.6
    return 0.0


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
    for link in sorted(_links(items, tokens, function, relevant), key=lambda link: (-link.score, link.token)):
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
    links = sorted(_links(items, tokens, function, relevant), key=lambda link: (-link.score, link.token))
    return [(link.token, link.quantity) for link in links if link.score >= _PLAIN]


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


def _links(
    items: Sequence[Item], tokens: Sequence[QuantityToken], function: str, relevant: frozenset[str]
) -> list[_Link]:
    words = [Word(item.text if item.kind == "word" else "\0", item.start, item.end) for item in items]
    renamed = RENAMED.get(function, {})
    links: list[_Link] = []
    for number, cue in enumerate(_BOOK.find(words)):
        for index, item in enumerate(items):
            if item.kind != "token":
                continue
            token = tokens[item.token]
            nearness = _nearness(items, tokens, index, cue.first, cue.last, cue.phrase)
            if nearness <= 0:
                continue
            for entry in QUANTITY_CUES[cue.phrase]:
                for rank, named in enumerate(entry.quantities):
                    quantity = renamed.get(named, named)
                    fits = compatible(token, quantity)
                    if not fits:
                        continue
                    score = nearness * entry.weight * fits - 0.3 * rank + 0.35 * cue.phrase.count(" ")
                    if quantity not in relevant:
                        score -= 3.0
                    if quantity in _AMPLITUDES and token.dimension == "voltage":
                        score += 1.5 if token.qualifier in ("pp", "rms", "peak") else -0.5
                    if score >= _LEAST:
                        links.append(_Link(score, item.token, number, quantity))
    return links


def _nearness(
    items: Sequence[Item], tokens: Sequence[QuantityToken], index: int, first: int, last: int, phrase: str
) -> float:
    """How closely the cue at items ``first`` to ``last`` belongs to the number at ``index``."""
    if last < index:
        cost = _cost(items[last + 1 : index], filler=0.1)
        behind = items[first - 1] if first else None
        if phrase in _POSTPOSED and behind is not None and behind.kind == "token":
            return 0.0  # "12 V in 5 V out"
        return _BEFORE - cost
    if phrase in _PREPOSED:
        return 0.0
    cost = _cost(items[index + 1 : first], filler=0.5)
    if cost > 3.0:
        return 0.0
    following = _number_after(items, last)
    if following is not None:
        named = [q for entry in QUANTITY_CUES[phrase] for q in entry.quantities]
        # "threshold 2.5 V hysteresis 0.2 V": a cue between two numbers belongs to the second one, unless
        # the first has no cue before it: "12 V in, 5 V out".
        if any(compatible(tokens[following], quantity) == 1.0 for quantity in named) and _introduced(
            items, tokens, index
        ):
            return 3.0 - cost
    return _AFTER - cost


def _introduced(items: Sequence[Item], tokens: Sequence[QuantityToken], index: int) -> bool:
    """Whether a cue of a quantity it could be stands right before the number at ``index``."""
    token = tokens[items[index].token]
    for item in reversed(items[:index]):
        if item.kind != "word":
            return False
        if item.text in QUANTITY_CUES and item.text not in FILLERS:
            return any(
                compatible(token, quantity) for cue in QUANTITY_CUES[item.text] for quantity in cue.quantities
            )
        if item.text not in FILLERS:
            return False
    return False


def _number_after(items: Sequence[Item], last: int) -> int | None:
    for item in items[last + 1 :]:
        if item.kind == "token":
            return item.token
        if item.kind == "break" and item.text not in (":", "("):
            return None
        if item.kind == "word" and item.text not in FILLERS:
            return None
    return None


def _cost(between: Sequence[Item], filler: float) -> float:
    cost = 0.0
    for item in between:
        if item.kind == "token":
            cost += 2.5
        elif item.kind == "break":
            cost += 0.3 if item.text in ":(" else 2.0
        elif item.text in ("and", "or", "with", "but"):
            cost += 1.2
        else:
            cost += filler if item.text in FILLERS else 1.2
    return cost


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
