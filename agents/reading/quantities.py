"""Every number in a prompt, with its unit, bound, tolerance and the exact words it was written in.

The reader does not decide what a number describes; it only classifies its dimension. A number whose unit is
not known is returned all the same, with unit ``"1"``, so that nothing written is lost.
"""

from __future__ import annotations

import math
import re
import sys
from dataclasses import dataclass

from voltsmith.agents.reading import _numbers
from voltsmith.agents.reading._bounds import bounds
from voltsmith.agents.reading._relations import PASSES, Draft
from voltsmith.agents.reading._units import UnitMatch, unit_at


@dataclass(frozen=True, slots=True)
class QuantityToken:
    """One quantity as written.

    Attributes:
        span: Where the whole expression is, with its bounding words and tolerance.
        number_spans: Where each written number inside it is.
        text: The prompt between the ends of ``span``.
        value: In SI units (``%`` and ``dB`` as written); the middle of a range.
        unit: Canonical unit, ``"1"`` when none was written.
        dimension: ``"voltage"``, ``"frequency"``, ``"number"``, ``"ordinal"``, ``"absurd"`` and so on.
        relation: ``"eq"``, ``"min"``, ``"max"`` or ``"range"``.
        low: Lower end of a range.
        high: Upper end of a range.
        tolerance: Relative, from ``± 5 %``; on a percentage that stands alone, its own fraction.
        absolute_tolerance: In ``unit``, from ``± 0.1 V``.
        plus_minus: A pair of signs was written: ``±12 V``, ``+12/-12 V``.
        qualifier: ``"rms"``, ``"pp"``, ``"peak"``, ``"dc"`` or ``"ac"`` when written with the unit.
        ordinal: Written as a place: ``2nd``, ``third-order``.
        approximate: Softened by ``about``, ``~``, ``or so``.
    """

    span: tuple[int, int]
    number_spans: tuple[tuple[int, int], ...]
    text: str
    value: float
    unit: str
    dimension: str
    relation: str = "eq"
    low: float | None = None
    high: float | None = None
    tolerance: float | None = None
    absolute_tolerance: float | None = None
    plus_minus: bool = False
    qualifier: str | None = None
    ordinal: bool = False
    approximate: bool = False


# "10k resistor" has said its unit; "10 resistors" has counted, so only a prefix or code lends itself.
_PART_UNITS = re.compile(
    r"[\s-](?:(?:feedback|series|load|input|bypass|ceramic|film|pull-?up|pull-?down|coupling|decoupling|electrolytic)\s)?"
    r"(?:(?P<ohm>resist(?:or|ance)s?|pot(?:entiometer|s)?|trim(?:mer|pot)s?|pull-?(?:up|down)s?|load|thermistor|ntc|impedance)"
    r"|(?P<F>cap(?:acit(?:or|ance))?s?)|(?P<H>induct(?:or|ance)s?|coils?|chokes?))\b",
    re.IGNORECASE,
)
_PART_DIMENSIONS = {"ohm": "resistance", "F": "capacitance", "H": "inductance"}
_UNIT_DIMENSIONS = {"ohm": "resistance", "V": "voltage"}
_NUMBER_NEXT = re.compile(r"\s?[0-9]")


def find_quantities(text: str) -> list[QuantityToken]:
    """Find every quantity in ``text``, in order and without overlap.

    Args:
        text: Free English. Any string is accepted; none raises.

    Returns:
        One token for each expression; every span of :func:`numbers_in` lies inside one of them.
    """
    folded = _numbers.fold(text)
    shouted = _numbers.is_shouted(folded)
    numbers = _numbers.lex(folded)
    ceilings = [*(number.start for number in numbers[1:]), len(folded)]
    drafts = [_draft(folded, n, ceiling, shouted) for n, ceiling in zip(numbers, ceilings, strict=False)]
    for join in PASSES:
        drafts = join(folded, drafts)
    return [_token(text, draft) for draft in bounds(folded, drafts)]


def numbers_in(text: str) -> list[tuple[int, int]]:
    """Spans of every written number in ``text``; digits of part names are not numbers."""
    return [(number.start, number.end) for number in _numbers.lex(_numbers.fold(text))]


def _draft(text: str, number: _numbers.Number, ceiling: int, shouted: bool) -> Draft:
    start = number.start - 1 if number.kind == "multiple" else number.start
    draft = Draft(
        start, number.end, ((number.start, number.end),), number.value, number.kind, number.exponent
    )
    if number.kind == "ordinal":
        suffix = re.compile(r"(?:st|nd|rd|th)\b", re.IGNORECASE).match(text, number.end)
        draft.dimension, draft.end = "ordinal", suffix.end() if suffix else number.end
        return draft
    if number.kind == "ratio":
        draft.dimension = "ratio"
        return draft
    if number.unit:
        draft.unit, draft.dimension, draft.bare = number.unit, _UNIT_DIMENSIONS[number.unit], False
    draft.prefixed = number.kind == "code"
    unit = unit_at(text, number.end, shouted)
    if number.kind == "multiple" and unit is not None and unit.dimension == "current":
        unit = None  # "x100 amp" is an amplifier
    if unit is not None and unit.end > ceiling:
        unit = None  # "two second-order filters" are not two seconds
    if number.kind == "multiple" and (unit is None or unit.bare):
        draft.wear(UnitMatch(unit.end if unit else number.end, "V/V", "ratio", unit.exponent if unit else 0))
    elif unit is not None and not (unit.unit == "V/V" and _counts(text, unit)):
        draft.wear(_without_repeated(unit, number))
    if draft.bare and draft.prefixed and (part := _PART_UNITS.match(text, draft.end)):
        draft.unit = part.lastgroup or "1"
        draft.dimension, draft.bare = _PART_DIMENSIONS[draft.unit], False
    return draft


def _without_repeated(unit: UnitMatch, number: _numbers.Number) -> UnitMatch:
    """``4k7 ohm`` has had its prefix; a second one ("4k7 k") would be a slip, not a million."""
    return unit._replace(exponent=0) if number.kind == "code" and unit.bare else unit


def _counts(text: str, unit: UnitMatch) -> bool:
    """Whether "2x" counts, as in ``2x 12 V`` or ``4x LED``, and does not multiply."""
    next_is_number = _NUMBER_NEXT.match(text, unit.end) is not None
    return text[unit.end - 1] in "xX×" and (next_is_number or _numbers.counts_things(text, unit.end))


def _token(text: str, draft: Draft) -> QuantityToken:
    value, dimension = draft.value(), draft.dimension
    if draft.plus_minus and dimension != "percent":
        value = abs(value)
    if draft.low is not None and draft.high is not None:
        value = _middle(draft.low, draft.high, dimension)
    low, high = _clamp(draft.low), _clamp(draft.high)
    if not math.isfinite(value) or low != draft.low or high != draft.high:
        value, dimension = _clamp(value) or 0.0, "absurd"
    return QuantityToken(
        (draft.start, draft.end),
        draft.numbers,
        text[draft.start : draft.end],
        value,
        draft.unit,
        dimension,
        draft.relation,
        low,
        high,
        draft.tolerance,
        draft.absolute_tolerance,
        draft.plus_minus,
        draft.qualifier,
        draft.kind == "ordinal",
        draft.approximate,
    )


_LOGARITHMIC = frozenset({"frequency", "resistance", "capacitance", "inductance", "time"})


def _middle(low: float, high: float, dimension: str) -> float:
    """Geometric for what is drawn on a logarithmic axis, arithmetic for the rest."""
    if dimension in _LOGARITHMIC and low > 0:
        return math.sqrt(low) * math.sqrt(high)
    return low / 2 + high / 2


def _clamp(value: float | None) -> float | None:
    """Keep to what a float can hold, so that no infinity or NaN gets into a document."""
    if value is None or math.isfinite(value):
        return value
    return None if math.isnan(value) else math.copysign(sys.float_info.max, value)
