"""Which functions a prompt asks for, in signal order, and which part of the text belongs to each."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from voltsmith.agents.reading.lexicon import (
    CHOICES,
    CONNECTORS,
    FUNCTIONS,
    REVERSED,
    SURROUNDINGS,
    TOPOLOGY_OF,
    UNSUPPORTED,
    WEAK,
    Cue,
)
from voltsmith.agents.reading.words import Found, PhraseBook, Word

_FUNCTION_BOOK = PhraseBook(FUNCTIONS)
_CHOICE_BOOK = PhraseBook(CHOICES)
_CONNECTOR_BOOK = PhraseBook((*CONNECTORS, *REVERSED))
_UNSUPPORTED_BOOK = PhraseBook(UNSUPPORTED)
_STRONG_CONNECTORS = frozenset(CONNECTORS[: CONNECTORS.index("plus")])
_REPEATING = frozenset(
    {"followed by", "then", "and then", "feeding", "into", "cascaded with", "second stage"}
)
_ABSORBS: Mapping[str, frozenset[str]] = {
    "current_source": frozenset({"led_indicator", "low_side_switch"}),
    "low_side_switch": frozenset({"led_indicator"}),
    "window_comparator": frozenset({"comparator", "schmitt_trigger", "voltage_divider"}),
    "schmitt_trigger": frozenset({"comparator", "voltage_divider"}),
    "comparator": frozenset({"voltage_divider"}),
    "monostable": frozenset({"square_oscillator"}),
    "sine_oscillator": frozenset({"square_oscillator"}),
    "precision_rectifier": frozenset({"rectifier_supply"}),
    "voltage_divider": frozenset({"voltage_regulator"}),
    "transimpedance_amplifier": frozenset({"amplifier"}),
    "instrumentation_amplifier": frozenset({"amplifier", "difference_amplifier"}),
}
"""A function that others named beside it only describe more closely."""
_WEAK_ORDER = (
    "precision_rectifier", "transimpedance_amplifier", "instrumentation_amplifier", "summing_amplifier", "comparator",
    "window_comparator", "monostable", "amplifier", "low_pass", "high_pass", "band_pass", "notch", "rectifier_supply",
    "low_side_switch", "square_oscillator", "voltage_divider", "voltage_regulator", "sine_oscillator", "led_indicator",
)  # fmt: skip
"""Among cues that only hint, the earlier function wins."""
_ARROW = re.compile(r"->|→|=>|\s\+\s|(?:^|\s)[0-9][).]\s")
_CLAUSE = re.compile(r"[,;\n](?=\s)|[.](?=\s)")
_STEP = re.compile(r"[,;\n]|->|→|=>|(?:^|\s)[0-9][).]\s|\bthen\b")
_VERBS = frozenset(
    "amplify amplifies boost mix mixes mixing compare compares rectify gain amp amplification louder bigger preamp "
    "amplifier photodiode divider buffer summing sums adds".split()
) | {"times louder", "gain of", "times bigger", "gain stage"}
"""Hints that make a stage of their own where the prompt lists steps."""
_NOUNS = frozenset({"gain", "gain of", "amp", "amplifier", "preamp", "amplification", "gain stage"})
"""Of these, words that a comma alone does not make a step."""
_GENERIC = frozenset({"555", "555 timer", "ne555", "timer 555", "555 timer circuit"})
"""Cues that name a part, whose use another cue may tell."""
_SINKS = frozenset({"led_indicator", "low_side_switch"})


@dataclass(frozen=True)
class Segment:
    """A function asked for, and the part of the prompt (characters ``start`` to ``end``) that describes it."""

    function: str
    start: int
    end: int
    choices: dict[str, str] = field(default_factory=dict)
    phrase: str = ""


@dataclass(frozen=True)
class _Seen:
    found: Found
    cue: Cue
    weak: bool


def unsupported(words: Sequence[Word], named: bool) -> tuple[str, str] | None:
    """The words and the topic of something outside the catalogue, if the prompt names one.

    Words that are also the surroundings of a circuit ("an ultrasound receiver") count only where no
    circuit is ``named``.
    """
    for found in _UNSUPPORTED_BOOK.find(words):
        linear = found.phrase in ("buck", "boost converter", "switching") and any(
            w.text == "linear" for w in words
        )
        if not linear and not (named and found.phrase in SURROUNDINGS):
            return found.phrase, UNSUPPORTED[found.phrase]
    return None


def segments(text: str, words: Sequence[Word]) -> list[Segment]:
    """The functions of ``text`` in signal order; empty when no known word names one."""
    connectors = _CONNECTOR_BOOK.find(words)
    seen = [
        _Seen(found, FUNCTIONS[found.phrase], FUNCTIONS[found.phrase].weak or found.phrase in WEAK)
        for found in _FUNCTION_BOOK.find(words)
    ]
    seen = _specific(seen)
    kept = _absorb(_select(seen, connectors, text, words), connectors)
    if not kept:
        return []
    bounds = [0]
    for before, after in itertools.pairwise(kept):
        bounds.append(_boundary(before, after, connectors, words, text))
    bounds.append(len(text))
    made = [
        Segment(item.cue.function, start, end, dict(item.cue.choices), item.found.phrase)
        for item, start, end in zip(kept, bounds, bounds[1:], strict=False)
    ]
    made = _with_choices(made, seen, words)
    return _in_signal_order(made, kept, connectors)


def _between(before: Found, after: Found, connectors: Sequence[Found]) -> list[Found]:
    return [found for found in connectors if before.last < found.first and found.last < after.first]


def _select(seen: list[_Seen], connectors: Sequence[Found], text: str, words: Sequence[Word]) -> list[_Seen]:
    """Cues that each stand for a stage of their own."""
    strong = [item for item in seen if not item.weak]
    if not strong:
        if not seen:
            return []
        first = min(seen, key=lambda item: (_rank(item.cue.function), item.found.first))
        strong = [first]
    kept: list[_Seen] = []
    for item in seen:
        if item in strong:
            if kept and _again(kept, item, connectors):
                continue
            if kept and kept[-1].cue.function in _ABSORBS.get(item.cue.function, ()):
                kept[-1] = replace(
                    item, cue=item.cue._replace(choices={**kept[-1].cue.choices, **item.cue.choices})
                )
                continue
            if kept and not _separate(kept[-1], item, connectors, text, words):
                # Two names for one thing: the more specific phrase describes it.
                if (
                    len(item.found.phrase) > len(kept[-1].found.phrase)
                    and item.cue.function == kept[-1].cue.function
                ):
                    kept[-1] = replace(kept[-1], cue=item.cue)
                continue
            kept.append(item)
        elif kept and (
            item.cue.function not in {other.cue.function for other in kept} or item.found.phrase == "gain"
        ):
            bridging = _between(kept[-1].found, item.found, connectors)
            led_to = any(
                (found.phrase in _STRONG_CONNECTORS or found.phrase in REVERSED)
                and item.found.first - found.last <= 8
                for found in bridging
            )
            gap = text[words[kept[-1].found.last].end : words[item.found.first].start]
            step = _steps(gap, item.found.phrase)
            if (led_to or step) and (item.cue.function in _SINKS or item.found.phrase in _VERBS):
                kept.append(item)
    first_kept = next((index for index, item in enumerate(seen) if kept and item is kept[0]), 0)
    # Of several hints a verb ("mix ... at unity gain") tells more than "gain" does.
    hints = sorted(seen[:first_kept], key=lambda item: (item.found.phrase in _NOUNS, -item.found.first))
    for item in hints:
        # "amplify ... then low-pass": a hint before the first plain cue counts when something leads on from it.
        named = {found.phrase for found in _between(item.found, kept[0].found, connectors)}
        gap = text[words[item.found.last].end : words[kept[0].found.first].start]
        led_from = bool(named & _STRONG_CONNECTORS) or _steps(gap, item.found.phrase)
        phrase = item.found.phrase
        verbal = phrase in _VERBS - {"gain", "gain of"} or (phrase in _VERBS and bool(named & _REPEATING))
        if verbal and led_from and item.cue.function != kept[0].cue.function:
            return [item, *kept]
    return kept


def _rank(function: str) -> int:
    return _WEAK_ORDER.index(function) if function in _WEAK_ORDER else 0


def _steps(gap: str, phrase: str) -> bool:
    """Whether ``phrase``, after ``gap``, is the next step of a list."""
    if phrase not in _VERBS:
        return False
    return bool((_ARROW if phrase in _NOUNS else _STEP).search(gap))


def _specific(seen: list[_Seen]) -> list[_Seen]:
    """A cue that only names a timer takes the function that another cue gives it."""
    told = next((item for item in seen if item.cue.function == "monostable"), None)
    if told is None:
        return seen
    return [replace(item, cue=told.cue) if item.found.phrase in _GENERIC else item for item in seen]


def _again(kept: Sequence[_Seen], item: _Seen, connectors: Sequence[Found]) -> bool:
    """Whether a function named before comes up again without anything that makes it a new stage."""
    earlier = [other for other in kept[:-1] if other.cue.function == item.cue.function]
    bridging = {found.phrase for found in _between(kept[-1].found, item.found, connectors)}
    return bool(earlier) and not bridging & _STRONG_CONNECTORS


def _separate(
    before: _Seen, after: _Seen, connectors: Sequence[Found], text: str, words: Sequence[Word]
) -> bool:
    """Whether two cues stand for two stages."""
    bridging = {found.phrase for found in _between(before.found, after.found, connectors)}
    gap = text[words[before.found.last].end : words[after.found.first].start]
    arrow = bool(_ARROW.search(gap))
    if before.cue.function == after.cue.function:
        return (bool(bridging & _REPEATING) and "another" in gap.lower()) or arrow
    return bool(bridging) or arrow or "," in gap or ";" in gap or "\n" in gap or ". " in gap


def _absorb(kept: list[_Seen], connectors: Sequence[Found]) -> list[_Seen]:
    """Drop functions that another one of the prompt includes, unless a signal is led to them."""
    result: list[_Seen] = []
    for item in kept:
        inside = any(
            item.cue.function in _ABSORBS.get(other.cue.function, ())
            and not {found.phrase for found in _between(*_ordered(other, item), connectors)} & _REPEATING
            for other in kept
        )
        if not inside:
            result.append(item)
    return result


def _ordered(one: _Seen, other: _Seen) -> tuple[Found, Found]:
    return (one.found, other.found) if one.found.first < other.found.first else (other.found, one.found)


def _boundary(
    before: _Seen, after: _Seen, connectors: Sequence[Found], words: Sequence[Word], text: str
) -> int:
    """Where the words about one stage end and those about the next begin."""
    bridging = _between(before.found, after.found, connectors)
    strong = [found for found in bridging if found.phrase in _STRONG_CONNECTORS or found.phrase in REVERSED]
    if strong:
        return words[strong[-1].first].start
    start, end = words[before.found.last].end, words[after.found.first].start
    for pattern in (_ARROW, _CLAUSE):
        if marks := list(pattern.finditer(text, start, end)):
            return marks[-1].start()
    return words[bridging[-1].first].start if bridging else start


def _with_choices(made: list[Segment], seen: Sequence[_Seen], words: Sequence[Word]) -> list[Segment]:
    """Add the choice words of each part; topology words only where they mean something."""
    marks = [(words[found.first].start, CHOICES[found.phrase]) for found in _CHOICE_BOOK.find(words)]
    for item in seen:
        marks += [(words[item.found.first].start, pair) for pair in item.cue.choices.items()]
    result = []
    for segment in made:
        choices = dict(segment.choices)
        for position, (name, value) in marks:
            inside = segment.start <= position < segment.end
            # A word before the first or after the last cue of a single stage is that stage's too.
            if not inside and len(made) > 1:
                continue
            if name == "topology":
                allowed = TOPOLOGY_OF.get(segment.function, frozenset())
                generic = value in ("active", "passive") and "topology" in choices
                if value not in allowed or generic:
                    continue
                if "topology" in segment.choices:
                    continue
            choices[name] = value
        result.append(replace(segment, choices=choices))
    return result


def _in_signal_order(
    made: list[Segment], kept: Sequence[_Seen], connectors: Sequence[Found]
) -> list[Segment]:
    ordered = [made[0]]
    for before, after, segment in zip(kept, kept[1:], made[1:], strict=False):
        words_between = [found.phrase for found in _between(before.found, after.found, connectors)]
        if words_between and words_between[-1] in REVERSED:
            ordered.insert(len(ordered) - 1, segment)
        else:
            ordered.append(segment)
    return ordered
