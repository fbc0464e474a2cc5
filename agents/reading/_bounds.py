"""The words around a quantity that bound it or soften it: ``at least``, ``or less``, ``about``."""

from __future__ import annotations

import re
from itertools import product

from voltsmith.agents.reading._relations import Draft

_MIN = (
    "at least|minimum|min|greater than|more than|higher than|larger than|bigger than|above|over|exceeding|"
    "exceeds|exceed|in excess of|upwards of|"
    "better than|down to|starting at|beyond|greater than or equal to|>=|>|≥|"
    "no worse than|longer than|faster than"
)
_MAX = (
    "at most|maximum|max|less than|lower than|smaller than|fewer than|below|under|up to|limited to|"
    "limit to|limits to|as much as|within|to within|less than or equal to|<=|<|≤|=<|shorter than|slower than|"
    "capped at|at the most"
)
_UPWARD = "exceed|exceeding|exceeds|above|over|more than|greater than|higher than|larger than|beyond"
_DOWNWARD = "below|under|less than|lower than|smaller than|fewer than|fall below|drop below|go below"
_NEGATIONS = (
    "not|no|never|cannot|can't|without|not to|doesn't|don't|mustn't|shouldn't|won't|not be|never be|not go"
)
_ABOUT = "about|around|approximately|approx|roughly|nearly|almost|circa|ca|some|~|≈|in the region of"

_LEADING: dict[str, str] = {
    **dict.fromkeys(_MIN.split("|"), "min"),
    **dict.fromkeys(_MAX.split("|"), "max"),
    **{f"{no} {up}": "max" for no, up in product(_NEGATIONS.split("|"), _UPWARD.split("|"))},
    **{f"{no} {down}": "min" for no, down in product(_NEGATIONS.split("|"), _DOWNWARD.split("|"))},
    **dict.fromkeys(_ABOUT.split("|"), "about"),
}
_LONGEST = max(len(phrase.split()) for phrase in _LEADING)
_FILLERS = frozenset({"of", "a", "an", "the", "is", ":", "=", "."})
# "maximum output current of 20 mA": the bound is said of the noun; the noun stays outside the span,
# because whoever binds the number looks for it there.
_NOUN_WORDS = (
    "gain current voltage attenuation frequency power ripple noise input output supply stopband "
    "passband quiescent load rejection bandwidth delay resistance impedance slew rate dissipation "
    "consumption temperature drop error offset distortion total signal swing cutoff stop-band pass-band"
)
_NOUNS = frozenset(_NOUN_WORDS.split())
_WORD = re.compile(r"[a-z']+(?:-[a-z]+)*|[<>=≤≥~≈-]+|[^\sa-z]")
_WINDOW = 72

_TRAILING = re.compile(
    r"\s?(?P<or>,?\s?\b(?:or|and(?=\s\w+\s*(?:[,.;)]|$)))\s(?P<word>more|greater|above|higher|over|up|longer|less|lower|below|under|fewer|smaller|shorter|"
    r"better|so)\b)|\s?\(?(?P<bound>min(?:imum)?|max(?:imum)?|at\s(?:the\s)?(?:most|least)|tops)\b(?P<close>[.)])?"
    r"|-(?P<ish>ish)\b|\s(?P<about>approximately|approx\b\.?|roughly)",
    re.IGNORECASE,
)
_BOUND_OF_NEXT = re.compile(r"\.?\s(?:of\b|(?P<noun>[a-z-]+))", re.IGNORECASE)
_LESS = frozenset(["less", "lower", "below", "under", "fewer", "smaller", "shorter"])
# "or better" means less of these, and more of anything else.
_LOWER_IS_BETTER = frozenset({"percent", "noise_density", "current_noise_density", "parts", "time"})


def bounds(text: str, drafts: list[Draft]) -> list[Draft]:
    """Take in the bounding and softening words before and after each quantity."""
    floor = 0
    for i, draft in enumerate(drafts):
        if draft.kind != "ordinal":
            if draft.start - floor > 1:
                _lead(text, floor, draft)
            ceiling = drafts[i + 1].start if i + 1 < len(drafts) else len(text)
            if ceiling - draft.end > 2:
                _trail(text, ceiling, draft)
        floor = draft.end
    return drafts


def _lead(text: str, floor: int, draft: Draft) -> None:
    window = max(floor, draft.start - _WINDOW)
    # ASCII-only lowering keeps positions; "İ".lower() is two characters long.
    words = [(m.group(), window + m.start()) for m in _WORD.finditer(_lower(text[window : draft.start]))]
    i = len(words)
    while i and (step := _phrase(words, i)) is not None:
        size, effect = step
        if effect == "about":
            draft.approximate = True
        elif draft.relation != "eq":
            return
        else:
            draft.relation = _bound(effect, draft, words[i - size][0] == "better")
        i -= size
        draft.start = words[i][1]
        if i and words[i - 1][0] in {"a", "an"} and words[i][0] in {"minimum", "maximum"}:
            draft.start = words[i - 1][1]
    if draft.relation == "eq":
        _bound_of_noun(words, i, draft)


def _lower(text: str) -> str:
    return text.lower() if text.isascii() else "".join(c.lower() if c.isascii() else c for c in text)


def _phrase(words: list[tuple[str, int]], end: int) -> tuple[int, str] | None:
    """The bounding phrase that ends at word ``end``, counting fillers: its length and its effect."""
    last = end
    while last > 0 and end - last < 2 and words[last - 1][0] in _FILLERS:
        last -= 1
    for stop in dict.fromkeys((end, last)):
        for size in range(min(_LONGEST, stop), 0, -1):
            effect = _LEADING.get(" ".join(word for word, _ in words[stop - size : stop]))
            if effect is not None:
                return end - stop + size, effect
    return None


def _bound_of_noun(words: list[tuple[str, int]], i: int, draft: Draft) -> None:
    while i and words[i - 1][0] in _FILLERS:
        i -= 1
    nouns = i
    while i and nouns - i < 3 and words[i - 1][0] in _NOUNS:
        i -= 1
    if 0 < i < nouns and words[i - 1][0] in {"maximum", "max", "minimum", "min"}:
        draft.relation = words[i - 1][0][:3]


def _bound(effect: str, draft: Draft, better: bool) -> str:
    if better and draft.dimension in _LOWER_IS_BETTER:
        return "max"
    return effect


def _trail(text: str, ceiling: int, draft: Draft) -> None:
    after = _TRAILING.match(text, draft.end, ceiling)
    if after is None:
        return
    word = (after["word"] or after["bound"] or "so").lower()
    if after["bound"]:
        follows = _BOUND_OF_NEXT.match(text, after.end("bound"))
        if follows and (not follows["noun"] or follows["noun"].lower() in _NOUNS):
            return
    if word == "so" or after["ish"] or after["about"]:
        draft.approximate = True
    elif draft.relation != "eq":
        return
    elif word == "better":
        draft.relation = _bound("min", draft, True)
    else:
        draft.relation = (
            "max" if word in _LESS or word.startswith(("max", "tops")) or word.endswith("most") else "min"
        )
    # The stop of "max." belongs to it only when a sentence goes on; at the end it closes the sentence.
    keeps_stop = after["close"] == ")" or not after["bound"]
    draft.end = after.end() if keeps_stop else after.end("bound")
