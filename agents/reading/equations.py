"""Transfer functions written as equations: ``Vout = -3*Vin``, ``Vo = 10 (V2 - V1)``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from voltsmith.agents.reading.quantities import QuantityToken

_OUT = r"\bv_?o(?:ut)?\s*=\s*"
_FACTOR = r"(?P<sign>[-\u2212])?\s*(?P<factor>[0-9]+(?:\.[0-9]+)?)?\s*[*x\u00d7\u00b7]?\s*"
_SINGLE = re.compile(_OUT + _FACTOR + r"v_?(?:in|i)\b", re.IGNORECASE)
_DIFFERENCE = re.compile(
    _OUT + _FACTOR + r"[(\[]?\s*v_?[0-9a-b]\s*[-\u2212]\s*v_?[0-9a-b]\s*[)\]]?", re.IGNORECASE
)
_SUM = re.compile(
    _OUT
    + r"(?P<sign>[-\u2212])?\s*(?P<factor>[0-9]+(?:\.[0-9]+)?)?\s*[*x\u00d7\u00b7]?\s*[(\[]"
    + r"(?P<terms>[^)\]]*v_?[0-9a-d][^)\]]*)[)\]]",
    re.IGNORECASE,
)
_TERM = re.compile(r"(?P<weight>[0-9]+(?:\.[0-9]+)?)?\s*[*x\u00d7\u00b7]?\s*v_?[0-9a-d]\b", re.IGNORECASE)


class Equation:
    """An equation found: the function it asks for, whether it inverts, and its factors."""

    def __init__(
        self, span: tuple[int, int], function: str, inverting: bool, factors: Sequence[float]
    ) -> None:
        self.span, self.function, self.inverting, self.factors = span, function, inverting, tuple(factors)


def equation_in(text: str) -> Equation | None:
    """The first transfer function of ``text`` that is written as an equation."""
    if (found := _SINGLE.search(text)) is not None:
        return Equation(found.span(), "amplifier", bool(found["sign"]), (float(found["factor"] or 1),))
    if (found := _DIFFERENCE.search(text)) is not None:
        return Equation(found.span(), "difference_amplifier", False, (float(found["factor"] or 1),))
    if (found := _SUM.search(text)) is not None and "+" in found["terms"]:
        common = float(found["factor"] or 1)
        weights = [common * float(term["weight"] or 1) for term in _TERM.finditer(found["terms"])]
        return Equation(found.span(), "summing_amplifier", bool(found["sign"]), weights)
    return None


def with_equations(text: str, tokens: list[QuantityToken]) -> list[QuantityToken]:
    """``tokens`` with those inside an equation replaced by the gain it states.

    A sum with different weights keeps one gain for each of them, which nothing can bind twice: it ends as a
    question instead of as a circuit with the wrong gains.
    """
    found = equation_in(text)
    if found is None:
        return tokens
    start, end = found.span
    inner = [token for token in tokens if token.span[0] < end and start < token.span[1]]
    numbers = tuple(span for token in inner for span in token.number_spans)
    gains = dict.fromkeys(found.factors)
    made = [QuantityToken(found.span, numbers, text[start:end], gain, "V/V", "ratio") for gain in gains]
    kept = [token for token in tokens if token not in inner]
    return sorted([*kept, *made], key=lambda token: token.span)
