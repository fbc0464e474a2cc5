"""Words of a prompt: split with their spans, put into the singular, typing errors mended; phrases found in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

_WORD = re.compile(r"[A-Za-z]+[0-9][A-Za-z0-9]*|[A-Za-z]+|[0-9]+[A-Za-z]*")
_LEFT_ALONE = frozenset(
    "about above again also another around because being board build cheap could design every first from given "
    "great going have ideally input large level light makes maker might needs never nice other output pass please "
    "point power quite really right shall should small some sorry source state still test than thanks that their "
    "them then there these they thing think this those three through tight under until using very want water well "
    "what when where which while with within without would write years your house horse past lower power poem "
    "hello friend tiger paper pizza story order older border gate date late rate mate game game tame bend band "
    "bland brand hand land sand wand coin join file fill fall full pull hull ball call tall wall will mill sing "
    "ring king wing song wrong long strong kong gone done none tone bone cone lone zone phone count court".split()
)
"""Ordinary words that a typing error would otherwise be suspected in."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word: as written at ``start:end``, and normalised."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase found at the word positions ``first`` to ``last``, both inclusive."""

    phrase: str
    first: int
    last: int


class Vocabulary:
    """The words of all phrases, against which typing errors are mended."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self.words = frozenset(word for phrase in phrases for word in phrase.split())
        # Short words have too many neighbours to guess at.
        self._mendable = sorted(word for word in self.words if len(word) >= 5 and word.isalpha())
        self._known: dict[str, str] = {}

    def normalise(self, word: str) -> str:
        """Lower case, singular where only that is known, and the nearest known word for a slip."""
        lowered = word.lower()
        if lowered not in self._known:
            if len(self._known) > 20_000:  # a 100 kB prompt must not grow this for ever
                self._known.clear()
            self._known[lowered] = self._look_up(lowered)
        return self._known[lowered]

    def _look_up(self, word: str) -> str:
        if word in self.words:
            return word
        for ending, replacement in (("ies", "y"), ("es", ""), ("s", ""), ("es", "e")):
            if word.endswith(ending) and word[: -len(ending)] + replacement in self.words:
                return word[: -len(ending)] + replacement
        if len(word) < 5 or len(word) > 20 or not word.isalpha() or word in _LEFT_ALONE:
            return word
        slips = 1 if len(word) < 7 else 2
        for candidate in (word, word.rstrip("s")):
            match = process.extractOne(
                candidate, self._mendable, scorer=DamerauLevenshtein.distance, score_cutoff=slips
            )
            # People rarely mistype the first letter, and a wrong guess is worse than none.
            if match is not None and match[0][0] == candidate[0]:
                return str(match[0])
        return word


def split(text: str, vocabulary: Vocabulary) -> list[Word]:
    """The words of ``text`` in order."""
    return [Word(vocabulary.normalise(m.group()), m.start(), m.end()) for m in _WORD.finditer(text)]


class PhraseBook:
    """Finds phrases, the longest first, never two over the same words."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for phrase in phrases:
            parts = tuple(phrase.split())
            self._by_first.setdefault(parts[0], []).append(parts)
        for entries in self._by_first.values():
            entries.sort(key=len, reverse=True)

    def find(self, words: Sequence[Word]) -> list[Found]:
        """All phrases in ``words``, in order."""
        texts = [word.text for word in words]
        found: list[Found] = []
        position = 0
        while position < len(texts):
            for parts in self._by_first.get(texts[position], ()):
                if tuple(texts[position : position + len(parts)]) == parts:
                    found.append(Found(" ".join(parts), position, position + len(parts) - 1))
                    position += len(parts) - 1
                    break
            position += 1
        return found
