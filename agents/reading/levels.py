"""What numbers and part names say where words do not: levels before and after, bounds behind a noun."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from voltsmith.agents.reading.items import Item
from voltsmith.agents.reading.lexicon import PART_FUNCTIONS
from voltsmith.agents.reading.quantities import QuantityToken
from voltsmith.agents.reading.stages import Segment
from voltsmith.agents.reading.words import Word
from voltsmith.knowledge.devices import components

_SIGNAL = re.compile(
    r"\b(?:sensor|signal|adc|transducer|probe|pickup|thermocouple|mic|microphone|guitar|audio|line level)s?\b",
    re.IGNORECASE,
)
_CONVERTING = frozenset(
    {"amplify", "boost", "from", "scale", "divide", "drop", "reduce", "convert", "divider", "regulator"}
)
_SPREAD = frozenset({"between", "range", "input", "supply", "battery", "anywhere", "varie", "vary"})


def by_part(prompt: str, words: Sequence[Word]) -> Segment | None:
    """What the kind of a part named in the prompt suggests, where nothing else does."""
    lookup = {
        alias.lower(): entry.kind for entry in components().values() for alias in (entry.id, *entry.aliases)
    }
    for word in words:
        function = PART_FUNCTIONS.get(lookup.get(prompt[word.start : word.end].lower(), ""))
        if function is not None:
            return Segment(function, 0, len(prompt))
    return None


def by_levels(prompt: str, tokens: Sequence[QuantityToken]) -> Segment | None:
    """What two voltages and little else ask for.

    ``5 V from 12 V at 300 mA`` is a regulator; a signal of one size that has to become another is an
    amplifier, or a divider where it has to become smaller.
    """
    voltages = [token for token in tokens if token.dimension == "voltage" and not token.plus_minus]
    if len(voltages) < 2:
        return None
    first, second = voltages[:2]
    between = prompt[max(0, first.span[0] - 12) : second.span[0]].lower().split()
    if len(voltages) == 2 and any(token.dimension == "current" for token in tokens):
        if {"from", "to", "into", "off", "out"} & set(between):
            return Segment("voltage_regulator", 0, len(prompt))
        return None
    if (
        len(voltages) == 2
        and "to" in between
        and any(token.dimension == "resistance" and token.value >= 1e3 for token in tokens)
    ):
        return Segment("voltage_divider", 0, len(prompt))
    if _SIGNAL.search(prompt) is None:
        return None
    before, after = (token.high if token.high is not None else token.value for token in (first, second))
    if before <= 0 or after <= 0:
        return None
    measured = "adc" in prompt.lower() and after < before
    if not measured and not {"to", "need", "want", "wants", "into", "needs"} & set(between):
        return None
    choices = {"coupling": "dc"} if first.low == 0 else {}
    return Segment("amplifier" if after > before else "voltage_divider", 0, len(prompt), choices)


def is_signal(prompt: str) -> bool:
    """Whether a prompt is about a signal rather than a supply."""
    return _SIGNAL.search(prompt) is not None


def bounded_after(items: Sequence[Item], tokens: list[QuantityToken], token: int) -> None:
    """``50 kHz bandwidth minimum``: the bound may follow the noun. Changes ``tokens``."""
    if tokens[token].relation != "eq":
        return
    position = next(index for index, item in enumerate(items) if item.token == token)
    for item in items[position + 1 : position + 4]:
        if item.kind != "word":
            return
        if item.text in ("minimum", "min", "maximum", "max"):
            relation = "min" if item.text.startswith("min") else "max"
            tokens[token] = replace(tokens[token], relation=relation)
            return


def split_levels(items: Sequence[Item], tokens: list[QuantityToken], function: str) -> list[Item]:
    """``amplify 2 Vpp to 10 Vpp``, ``divider from 5 V to 12 V``: a level before and one after, not a range.

    The two become numbers of their own, with words beside them that tell which is which. Adds to ``tokens``.
    """
    words = ("amplitude",) if function.endswith("amplifier") else ("voltage",)
    made: list[Item] = []
    for index, item in enumerate(items):
        token = tokens[item.token] if item.kind == "token" else None
        before = {other.text for other in items[max(0, index - 4) : index]}
        if token is None or not _converts(token, before, function):
            made.append(item)
            continue
        middle = item.start + token.text.index(" to ")
        first, second = token.text[: middle - item.start], token.text[middle - item.start + 1 :]
        assert token.low is not None
        assert token.high is not None
        plain = replace(token, relation="eq", low=None, high=None)
        tokens[item.token] = replace(plain, span=(item.start, middle), text=first, value=token.low)
        tokens.append(replace(plain, span=(middle + 1, item.end), text=second, value=token.high))
        made += [
            *(Item("word", item.start, item.start, word) for word in ("input", *words)),
            item,
            *(Item("word", middle, middle, word) for word in ("output", *words)),
            Item("token", middle + 1, item.end, second, len(tokens) - 1),
        ]
    return made


def _converts(token: QuantityToken, before: set[str], function: str) -> bool:
    """Whether a range of voltages is a conversion."""
    if token.dimension != "voltage" or token.relation != "range" or " to " not in token.text:
        return False
    if token.low is None or token.high is None or token.low == 0 or before & _SPREAD:
        return False
    converter = function.endswith("amplifier") or function in ("voltage_divider", "voltage_regulator")
    return converter and bool(before & _CONVERTING)
