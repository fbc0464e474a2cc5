"""Which way round a comparator works: what the prompt says of its output when the input is high or low."""

from __future__ import annotations

from collections.abc import Sequence

_ON = frozenset(
    "high on light trip trigger alarm active activate enable close sound glow lit warn flag".split()
)
_OFF = frozenset("low off extinguish disable open".split())
_WHEN = frozenset("when if once while as whenever until only".split())
_ABOVE = frozenset("above exceed more over greater higher rise climb reach cross".split())
_BELOW = frozenset("below less under drop fall lower dip sink beneath".split())


def sense_of(words: Sequence[str]) -> str | None:
    """``inverting``, ``non_inverting``, or None where nothing is said.

    Looks for an output word followed by a condition and a direction ("goes low when ... rises above"), or
    the condition first ("when it drops below 11 V the LED lights").
    """
    stems = [word.removesuffix("ing").removesuffix("ed").removesuffix("s") for word in words]
    outputs = [(i, stem in _ON) for i, stem in enumerate(stems) if stem in _ON or stem in _OFF]
    directions = [(i, stem in _ABOVE) for i, stem in enumerate(stems) if stem in _ABOVE or stem in _BELOW]
    conditions = [i for i, stem in enumerate(stems) if stem in _WHEN]
    for condition in conditions:
        after = next((above for i, above in directions if i > condition), None)
        if after is None:
            continue
        before = [on for i, on in outputs if i < condition and condition - i <= 4]
        later = [on for i, on in outputs if i > condition]
        on = before[-1] if before else (later[0] if later else None)
        if on is not None:
            return "non_inverting" if on == after else "inverting"
    return None
