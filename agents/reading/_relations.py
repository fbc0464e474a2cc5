"""What joins numbers to each other and to words: ranges, lists, sign pairs, tolerances, bounds.

Each pass takes the drafts of a text in order and returns fewer or wider ones. Spans never cross a neighbour.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from voltsmith.agents.reading._units import UnitMatch

_LARGEST_POWER = 300  # 10**300 is still a float


@dataclass(slots=True)
class Draft:
    """A quantity being put together; ``bare`` while no unit was written (a prefix alone is no unit)."""

    start: int
    end: int
    numbers: tuple[tuple[int, int], ...]
    written: float
    kind: str
    scale: int = 0
    unit: str = "1"
    dimension: str = "number"
    exponent: int = 0
    factor: float = 1.0
    offset: float = 0.0
    bare: bool = True
    prefixed: bool = False
    relation: str = "eq"
    low: float | None = None
    high: float | None = None
    tolerance: float | None = None
    absolute_tolerance: float | None = None
    plus_minus: bool = False
    qualifier: str | None = None
    approximate: bool = False

    def value(self) -> float:
        """The value in SI; dividing by an exact power of ten keeps 2.2 uF equal to 2.2e-6."""
        power = self.scale + self.exponent
        if abs(power) > _LARGEST_POWER:
            return math.copysign(math.inf, self.written) if self.written and power > 0 else 0.0
        scaled = self.written * float(10**power) if power >= 0 else self.written / float(10**-power)
        return scaled * self.factor + self.offset

    def wear(self, unit: UnitMatch) -> None:
        """Take the unit that is written after the number."""
        self.end, self.unit, self.dimension = unit.end, unit.unit, unit.dimension
        self.exponent, self.factor, self.offset = unit.exponent, unit.factor, unit.offset
        self.qualifier, self.bare, self.prefixed = unit.qualifier, unit.bare, unit.bare

    def borrow(self, other: Draft, with_prefix: bool = True) -> None:
        """Share the unit of a neighbour, and its prefix unless this number has its own."""
        self.unit, self.dimension, self.qualifier = other.unit, other.dimension, other.qualifier
        self.factor, self.offset, self.bare = other.factor, other.offset, False
        if with_prefix and not self.prefixed:
            self.exponent = other.exponent


_PLUS_MINUS = re.compile(r"(?:±|\+\s?/\s?-|\+-|\bplus[\s/-](?:or[\s-])?minus)\s?$", re.IGNORECASE)
_PAIR_GAP = re.compile(r"\s?(?:/|,|and|&|,\s?and)\s?", re.IGNORECASE)


def sign_pairs(text: str, drafts: list[Draft]) -> list[Draft]:
    """Join ``+12/-12 V`` and mark ``±12 V`` as the two signs of one magnitude."""
    out: list[Draft] = []
    for draft in drafts:
        floor = out[-1].end if out else 0
        before = draft.start
        if before > floor and text[before - 1] in "-± sSuU":
            sign = _PLUS_MINUS.search(text, max(floor, before - 16), before)
            if sign is not None:
                draft.start, draft.plus_minus = sign.start(), True
        first = out[-1] if out else None
        if first and _is_pair(text, first, draft):
            first.borrow(draft, with_prefix=first.bare)
            first.numbers += draft.numbers
            first.end, first.plus_minus = draft.end, True
        else:
            out.append(draft)
    return out


def _is_pair(text: str, first: Draft, second: Draft) -> bool:
    if text[second.start] != "-" or text[first.start] != "+" or second.kind != "signed":
        return False
    if second.start - first.end > 8 or not _PAIR_GAP.fullmatch(text, first.end, second.start):
        return False
    opposite = first.written == -second.written if first.bare else first.value() == -second.value()
    return opposite and (first.bare or first.unit == second.unit)


_RANGE_GAP = re.compile(r"\s?(?:-|\.{2,3}|…|~)\s?|\s(?P<to>to|through|up to|and|-)\s", re.IGNORECASE)
_RANGE_LEAD = re.compile(
    r"\b(?P<word>between|from|(?:in )?(?:the |a )?range (?:of |from )?)\s?$", re.IGNORECASE
)
_COUNT_BEFORE = re.compile(
    r"\b(?:gain|q|factor|order|ratio|beta|hfe|number|count|by|times)\s?(?:of|is|=|:)?\s?$", re.IGNORECASE
)
_CONVERTS = re.compile(
    r"\b(?:convert|boost|step|shift|translat|regulat|buck|map|drop)\w*\s(?:(?:from|up|down|a|an)\s)*$",
    re.IGNORECASE,
)
_CONVERTER = re.compile(
    r"\s(?:[a-z-]+\s)?(?:boost|buck|step|converter|regulator|level|logic|translat|shift|ldo)", re.IGNORECASE
)


def ranges(text: str, drafts: list[Draft]) -> list[Draft]:
    """Join two ends into a range: ``between 3 and 12 V``, ``9-12 V``, ``20-20kHz``."""
    out: list[Draft] = []
    for draft in drafts:
        low = out[-1] if out else None
        if low is not None and draft.start - low.end <= 8 and _range(text, low, draft, out):
            continue
        out.append(draft)
    return out


def _range(text: str, low: Draft, high: Draft, out: list[Draft]) -> bool:
    """Join ``high`` into ``low`` when the two are the ends of one range."""
    gap = _RANGE_GAP.fullmatch(text, low.end, high.start)
    plain = {"plain", "signed", "code", "word", "fraction"}
    if gap is None or low.relation == "range" or low.plus_minus or not {low.kind, high.kind} <= plain:
        return False
    floor = out[-2].end if len(out) > 1 else 0
    lead = _RANGE_LEAD.search(text, max(floor, low.start - 24), low.start)
    joiner = (gap["to"] or "-").lower()
    opener = lead["word"].lower() if lead else ""
    if (joiner == "and" and opener != "between") or (joiner == "up to" and opener != "from"):
        return False
    # "a gain of 10 to 5 kHz" has a gain and a frequency, "a gain of 10 to 20 dB" has two gains.
    if low.bare and not high.bare and high.dimension not in {"decibel", "ratio"} and not lead:
        before = text[max(floor, low.start - 16) : low.start]
        if _COUNT_BEFORE.search(before):
            return False
    if not _share_range_unit(low, high):
        return False
    descending = low.value() > high.value()
    if joiner in {"to", "-"} and low.dimension == "voltage" and opener != "between":
        before = text[max(floor, low.start - 32) : low.start]
        converts = joiner == "to" and _CONVERTS.search(before)  # "convert a 0-1 V signal" starts with a range
        if descending or converts or _CONVERTER.match(text, high.end, high.end + 40):
            return False
    ends = sorted((low.value(), high.value()))
    low.low, low.high = ends
    low.relation, low.kind, low.end, low.numbers = "range", "range", high.end, low.numbers + high.numbers
    low.qualifier = low.qualifier or high.qualifier
    if lead is not None:
        low.start = lead.start()
    return True


def _share_range_unit(low: Draft, high: Draft) -> bool:
    if not low.bare and not high.bare:
        return low.unit == high.unit
    if low.bare and high.bare:
        if high.prefixed and not low.prefixed and low.written < high.written:
            low.exponent = high.exponent
        return low.unit == high.unit
    if low.bare:
        # "20-20kHz" starts at 20 Hz, "1-10 kHz" at 1 kHz: an end is never above the other by its prefix.
        low.borrow(high, with_prefix=low.written < high.written)
    else:
        high.borrow(low)
    return True


_LIST_GAP = re.compile(r"\s?(?P<comma>,)?\s?(?P<last>and|or|&|/)?\s?", re.IGNORECASE)


def lists(text: str, drafts: list[Draft]) -> list[Draft]:
    """Give the members of ``1, 2.2 and 4.7 kHz`` the unit of the last one."""
    closed = False  # an "and", "or" or "/" was seen, which tells a list from two sentences
    for i in range(len(drafts) - 2, -1, -1):
        item, following = drafts[i], drafts[i + 1]
        gap = None
        if item.bare and item.kind in {"plain", "signed", "word", "code", "fraction"} and not following.bare:
            gap = _LIST_GAP.fullmatch(text, item.end, following.start)
        if gap is None or not (gap["comma"] or gap["last"]) or following.unit in {"V/V", "%"}:
            closed = False
            continue
        closed = closed or gap["last"] is not None
        before = text[max(item.start - 16, drafts[i - 1].end if i else 0) : item.start]
        if closed and following.relation == "eq" and not _COUNT_BEFORE.search(before):
            item.borrow(following)
    return drafts


_TOLERANCE_GAP = re.compile(
    r"\s?[,;]?\s?(?P<open>\()?\s?(?:(?:and|with|at|an?|is)\s)*(?P<word>(?:tolerance|accura(?:cy|te)|precise|precision)"
    r"\s?(?:of|:|=)?\s?)?(?P<within>(?:to\s)?within\s(?:an?\s)?|to\s)?",
    re.IGNORECASE,
)
_TOLERANCE_TRAIL = re.compile(r"\s?-?(?:tolerance|tol\b\.?|accura(?:te|cy)|precision|precise)", re.IGNORECASE)
_TOLERANCE_LEAD = re.compile(
    r"\b(?:tolerance|accuracy|precision)\s(?:of\s|is\s)?(?:to\s|within\s)*(?:±)?$", re.IGNORECASE
)
_SIGNED_SCALES = frozenset({"decibel", "temperature", "angle", "level"})
_PARTS = frozenset({"resistance", "capacitance", "inductance"})


def tolerances(text: str, drafts: list[Draft]) -> list[Draft]:
    """Join a tolerance to the quantity before it: ``5 V +/- 5%``, ``20 dB ± 1 dB``, ``10k 1%``."""
    out: list[Draft] = []
    for draft in drafts:
        host = out[-1] if out else None
        trail = _TOLERANCE_TRAIL.match(text, draft.end) if draft.unit == "%" else None
        if host is not None and draft.start - host.end <= 48 and _tolerance(text, host, draft, trail):
            continue
        if draft.unit == "%" and draft.relation == "eq":
            lead = _TOLERANCE_LEAD.search(text, max(host.end if host else 0, draft.start - 32), draft.start)
            if lead or trail or draft.plus_minus:
                draft.tolerance = abs(draft.written) / 100
                draft.end = trail.end() if trail else draft.end
        out.append(draft)
    return out


def _tolerance(text: str, host: Draft, draft: Draft, trail: re.Match[str] | None) -> bool:
    if draft.unit != "%" and not draft.plus_minus and draft.start - host.end < len("within"):
        return False
    if draft.bare and draft.plus_minus and draft.unit != "%" and "," in text[host.end : draft.start]:
        return False  # "100 kHz, ±15"
    gap = _TOLERANCE_GAP.fullmatch(text, host.end, draft.start)
    if (
        host.bare
        and draft.plus_minus
        and draft.dimension == "voltage"
        and "," in text[host.end : draft.start]
    ):
        return False  # "gain 100, ±12 V"
    if gap is None or draft.relation != "eq" or host.kind == "ordinal" or host.tolerance is not None:
        return False
    end = trail.end() if trail else draft.end
    closes = gap["open"] is not None and text[end : end + 1] == ")"
    said = draft.plus_minus or (gap["within"] or "").strip().lower().endswith("within")
    said = said or bool(gap["word"]) or trail is not None
    if draft.unit == "%":
        part = host.dimension in _PARTS or host.prefixed
        if host.unit == "%" or not (said or closes or (part and gap.group().isspace())):
            return False
        host.tolerance = abs(draft.written) / 100
    else:
        if not said or not _same_scale(host, draft):
            return False
        host.absolute_tolerance = abs(draft.written * draft.factor * 10.0 ** (draft.scale + draft.exponent))
    host.numbers += draft.numbers
    host.end = end + 1 if closes else end
    return True


_RAILS = frozenset({3.0, 3.3, 5.0, 6.0, 9.0, 10.0, 12.0, 15.0, 18.0})
"""Supply pairs people have; "gain of 500 ±5 V" ends with one."""


def _same_scale(host: Draft, draft: Draft) -> bool:
    if abs(draft.scale + draft.exponent) > 300 or host.relation == "range":
        return False
    if host.bare and not draft.bare:
        # "gain 11 +/-12 V": a pair of rails after a bare number is no tolerance of it.
        large = abs(draft.written) > 0.3 * abs(host.written)
        if draft.plus_minus and draft.dimension == "voltage" and (large or abs(draft.written) in _RAILS):
            return False
        host.borrow(draft)
    elif draft.bare and not host.bare:
        draft.borrow(host)
    if host.unit != draft.unit:
        return False
    return host.dimension in _SIGNED_SCALES or abs(draft.value()) < abs(host.value())


PASSES: tuple[Callable[[str, list[Draft]], list[Draft]], ...] = (sign_pairs, ranges, lists, tolerances)
"""The order matters: a range takes its unit before lists do, and a tolerance before bounds."""
