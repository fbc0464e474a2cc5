"""How closely each number stands to each cue: the weighing that binding chooses from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voltsmith.agents.reading.items import Item, compatible
from voltsmith.agents.reading.quantities import QuantityToken
from voltsmith.agents.reading.quantity_cues import FILLERS, QUANTITY_CUES, RENAMED
from voltsmith.agents.reading.words import PhraseBook, Word

_BOOK = PhraseBook(QUANTITY_CUES)
_BEFORE, _AFTER = 6.0, 6.6
PLAIN = 3.9
"""From here on a link is as good as said."""
_POSTPOSED = frozenset({"in", "out"})
"""Cues that follow their number where they follow one at all."""
_PREPOSED = frozenset({"from", "on", "off", "to", "into", "into a", "at", "using", "for", "by", "only have"})
"""Cues that only stand before their number."""
_LEAST = 2.2
"""A weaker link than this is no link; the function's default decides instead."""
_AMPLITUDES = frozenset({"input_amplitude", "output_amplitude", "output_peak_to_peak"})


@dataclass(frozen=True)
class Link:
    """A number, a cue (by its place among the cues found), what it names, and how strongly."""

    score: float
    token: int
    cue: int
    quantity: str


def links_of(
    items: Sequence[Item], tokens: Sequence[QuantityToken], function: str, relevant: frozenset[str]
) -> list[Link]:
    """Every pair of a number and a cue that could belong together, with how strongly it does.

    Args:
        items: the part of the prompt that is looked at.
        tokens: all numbers of the prompt.
        function: what the part asks for; it decides what a cue names ("input" of a regulator).
        relevant: quantities that blocks of this function know; others are held against a link.
    """
    words = [Word(item.text if item.kind == "word" else "\0", item.start, item.end) for item in items]
    renamed = RENAMED.get(function, {})
    links: list[Link] = []
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
                        links.append(Link(score, item.token, number, quantity))
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
