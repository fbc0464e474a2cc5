"""The elements a part of a prompt is made of, and which number could be which quantity."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from voltsmith.agents.reading.quantities import QuantityToken
from voltsmith.agents.reading.words import Word
from voltsmith.schemas.quantities import QUANTITIES

_ACCEPTS: Mapping[str, frozenset[str]] = {
    "ratio": frozenset({"ratio", "number", "decibel", "percent"}),
    "number": frozenset({"number", "ordinal"}),
    "transresistance": frozenset({"transresistance", "resistance"}),
}
_UNITLESS_OK = frozenset({"frequency", "resistance", "voltage", "time"})
_PREFIXED = re.compile(r"[0-9]\s?[kKMmunpµR]")


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
