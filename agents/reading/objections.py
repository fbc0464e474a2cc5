"""What in a request contradicts itself, is dangerous, or says a number without writing it."""

from __future__ import annotations

from collections.abc import Sequence

from voltsmith.agents.reading.equations import equation_in
from voltsmith.agents.reading.lexicon import CHOICES
from voltsmith.agents.reading.quantities import QuantityToken
from voltsmith.agents.reading.stages import Segment
from voltsmith.agents.reading.words import PhraseBook, Word

DANGEROUS = 60.0
"""Volts; above it a supply can hurt (IEC 61140 extra-low voltage, DC 120 V, AC 50 V: between the two)."""
_RESPONSES = PhraseBook(phrase for phrase, (name, _) in CHOICES.items() if name == "response")
_KNOWN_RESPONSES = frozenset({"butterworth", "chebyshev", "bessel"})
_MAINS = frozenset({"main", "mains", "wall", "outlet", "line", "socket"})
_BOARDS = {
    3.3: frozenset(
        "raspberry rpi pi esp32 esp8266 esp pico rp2040 stm32 teensy microbit nrf52 samd21 bluepill".split()
    ),
    5.0: frozenset("arduino uno nano mega atmega atmega328 attiny atmega328p leonardo".split()),
}


def objections(
    prompt: str, words: Sequence[Word], parts: Sequence[Segment], tokens: Sequence[QuantityToken]
) -> list[str]:
    """Why a request cannot be designed as it stands, in sentences."""
    found: list[str] = []
    for part in parts:
        inside = [word for word in words if part.start <= word.start < part.end]
        responses = sorted({CHOICES[hit.phrase][1] for hit in _RESPONSES.find(inside)})
        if strange := [name for name in responses if name not in _KNOWN_RESPONSES]:
            found.append(
                f"a filter with {strange[0]} response is outside the catalogue; "
                "Butterworth, Chebyshev and Bessel are inside"
            )
        elif len(responses) > 1:
            found.append(
                f"a filter has one response, and {' and '.join(responses)} are asked for; which one?"
            )
    high = [token for token in tokens if token.dimension == "voltage" and abs(token.value) > DANGEROUS]
    if high and _MAINS & {word.text for word in words}:
        found.append(
            f"{high[0].text.strip()} from the mains is dangerous and needs an isolated, approved supply; "
            "give the low voltage behind it instead"
        )
    stated = equation_in(prompt)
    if stated is not None and len(set(stated.factors)) > 1:
        weights = ", ".join(f"{factor:g}" for factor in stated.factors)
        found.append(
            f"the inputs are to be weighted differently ({weights}), and the summing block weighs them alike"
        )
    return found


def logic_level(words: Sequence[str]) -> float | None:
    """The logic level (V) of a board that is named, where it is known."""
    return next((volts for volts, names in _BOARDS.items() if names & set(words)), None)
