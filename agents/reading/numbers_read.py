"""Numbers that need a look at the words around them before they can be bound."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from voltsmith.agents.reading.equations import with_equations
from voltsmith.agents.reading.quantities import QuantityToken, find_quantities
from voltsmith.agents.reading.words import Word

_PLUS_MINUS = re.compile(r"(?:plus\s*(?:and|or|/|-)?\s*|\+\s*(?:and|/)\s*)(?:minus\s*|-\s*)?$", re.IGNORECASE)
_DIGITS = re.compile(r"[0-9]+(?:[.][0-9]+)?|[.][0-9]+")
_COUNTS = ("two", "three", "four", "five", "six", "seven", "eight")
_COUNT = re.compile(
    rf"\b({'|'.join(_COUNTS)})[\s-]+(?:\w+[\s-]+)?"
    r"(?:signals?|voltages?|inputs?|channels?|sources?|microphones?|mics?|sensors?|leds?)\b",
    re.IGNORECASE,
)
_TIMER = re.compile(r"555|556|7555")
"""Numbers that are timers wherever they stand alone."""
_SAMPLING = re.compile(
    r"(?:sampl\w+|converts?|converting)(?:\s+(?:rate|frequency))?(?:\s+(?:at|of|is|=|with))?\s*$",
    re.IGNORECASE,
)
_BARE_PAIR = re.compile(r"[+±][\s/]*-?\s*[0-9.]+(?:\s*/?\s*-\s*[0-9.]+)?")
_ZERO_CROSSING = re.compile(r"\bzero(?=[\s-]+cross)", re.IGNORECASE)
_UNITY = re.compile(r"\bunity(?:[\s-]+gain)?\b", re.IGNORECASE)
_PART_OF = re.compile(
    r"\b(?:a\s+|one\s+)?(half|third|quarter|fifth|tenth|hundredth)\s+(?:of\s+)?(?:the\s+|its\s+)?(?:input|supply|battery|source|incoming)\b",
    re.IGNORECASE,
)
_PARTS = {
    "half": 1 / 2,
    "third": 1 / 3,
    "quarter": 1 / 4,
    "fifth": 1 / 5,
    "tenth": 1 / 10,
    "hundredth": 1 / 100,
}
_COUNTED = re.compile(
    r"[\s-]*(?:bjt|npn|equal|identical|matched|single)?[\s-]*"
    r"(?:transistors?|op[\s-]?amps?|opamps?|stages?|ics?|chips?|diodes?|resistors?|capacitors?|caps|parts?|components?|mosfets?|"
    r"batter(?:y|ies)|cells?|pcs|pieces|zeners?|wires?|timers?|versions?|filters?|circuits?|amplifiers?)\b",
    re.IGNORECASE,
)
_WATTAGE = re.compile(r"[\s-]*(?:watt\s+)?(?:resistors?|resistance)\b", re.IGNORECASE)
_VALUE_OF = re.compile(
    r"(?:\b(?:gain|factor|ratio|amplification|q|order) of|=|\bgain|\bx|\btimes|\bq|\bby)\s*$", re.IGNORECASE
)
_LIST_MARK = re.compile(r"(?:^|[\s(])[0-9][).](?=\s)")


def read_numbers(text: str) -> list[QuantityToken]:
    """All numbers of ``text``, those included that are written as words of their own ("unity gain")."""
    tokens = [
        _adjusted(text, token) for token in find_quantities(text) if not _TIMER.fullmatch(token.text.strip())
    ]
    tokens = with_equations(text, tokens)
    taken = [token.span for token in tokens]
    for pattern in (_UNITY, _PART_OF):
        for match in pattern.finditer(text):
            if not any(start < match.end() and match.start() < end for start, end in taken):
                value = 1.0 if pattern is _UNITY else _PARTS[match.group(1).lower()]
                tokens.append(
                    QuantityToken(match.span(), (match.span(),), match.group(), value, "V/V", "ratio")
                )
    for match in _COUNT.finditer(text):
        if not any(start <= match.start() < end for start, end in taken):
            span = match.span(1)
            value = float(_COUNTS.index(match.group(1).lower()) + 2)
            tokens.append(QuantityToken(span, (span,), match.group(1), value, "1", "number"))
    for match in _ZERO_CROSSING.finditer(text):
        if not any(start <= match.start() < end for start, end in taken):
            tokens.append(QuantityToken(match.span(), (match.span(),), match.group(), 0.0, "V", "voltage"))
    return sorted(tokens, key=lambda token: token.span)


def _adjusted(text: str, token: QuantityToken) -> QuantityToken:
    if token.dimension == "angular_frequency":
        scale = 1 / (2 * math.pi)
        ends = (None if end is None else end * scale for end in (token.low, token.high))
        low, high = ends
        return replace(token, value=token.value * scale, unit="Hz", dimension="frequency", low=low, high=high)
    if token.plus_minus and (token.dimension == "number" or _BARE_PAIR.fullmatch(token.text)):
        volts = abs(float(_DIGITS.search(token.text).group()))  # type: ignore[union-attr]
        return replace(token, value=volts, unit="V", dimension="voltage")  # "+-12" names rails
    if (
        token.dimension == "voltage"
        and not token.plus_minus
        and (match := _PLUS_MINUS.search(text, 0, token.span[0]))
    ) and ("minus" in match.group().lower() + token.text.lower() or "-" in match.group() + token.text[:1]):
        start = match.start()
        return replace(
            token,
            span=(start, token.span[1]),
            text=text[start : token.span[1]],
            value=abs(token.value),
            plus_minus=True,
        )
    return token


def structural(text: str, token: QuantityToken) -> bool:
    """Whether a number counts parts or stages, numbers a list or rates a resistor, and asks for nothing measurable."""
    if token.dimension == "frequency" and _SAMPLING.search(text, 0, token.span[0]) is not None:
        return True
    if token.dimension == "power":
        return _WATTAGE.match(text, token.span[1]) is not None
    if token.dimension not in ("number", "ordinal"):
        return False
    if _LIST_MARK.match(text, max(0, token.span[0] - 1)) is not None:
        return True
    if _VALUE_OF.search(text, 0, token.span[0]) is not None:
        return False
    return token.relation == "eq" and _COUNTED.match(text, token.span[1]) is not None


def without_units(words: Sequence[Word], tokens: Sequence[QuantityToken]) -> list[Word]:
    """Words that may name a circuit: those inside a number with a unit ("half an amp") are blanked."""
    spans = [
        (min([start for start, _ in token.number_spans] or [token.span[0]]), token.span[1])
        for token in tokens
        if token.unit not in ("1", "V/V")
    ]
    return [
        Word("\0", word.start, word.end) if any(a <= word.start < b for a, b in spans) else word
        for word in words
    ]
