"""Words of a prompt: split with their spans, put into the singular, typing errors mended; phrases found in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

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
    "concert variable "
    "ring king wing song wrong long strong kong gone done none tone bone cone lone zone phone count court".split()
)
"""Ordinary words that a typing error would otherwise be suspected in."""
_NO_PLURAL = frozenset({"times", "bass", "plus", "less", "this", "across", "series"})


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

    def __init__(self, phrases: Iterable[str], exact: Iterable[str] = ()) -> None:
        """``exact`` phrases are known too, but no typing error is ever mended into one of them."""
        mendable = frozenset(singular(word) for phrase in phrases for word in phrase.split())
        self.words = mendable | {singular(word) for phrase in exact for word in phrase.split()}
        # Short words have too many neighbours to guess at.
        self._mendable = sorted(word for word in mendable if len(word) >= 5 and word.isalpha())
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
        stem = singular(word)
        if stem in self.words or len(stem) < 5 or len(stem) > 20 or not stem.isalpha():
            return stem
        if word in _LEFT_ALONE or stem in _LEFT_ALONE:
            return stem
        slips = 1 if len(stem) < 7 else 2
        match = process.extractOne(
            stem, self._mendable, scorer=DamerauLevenshtein.distance, score_cutoff=slips
        )
        # People rarely mistype the first letter, and a wrong guess is worse than none.
        return str(match[0]) if match is not None and match[0][0] == stem[0] else stem


@cache
def singular(word: str) -> str:
    """A crude stem, applied to prompts and phrases alike: only that both come out equal matters."""
    if len(word) < 4 or not word.endswith("s") or word in _NO_PLURAL or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word[:-1]


def split(text: str, vocabulary: Vocabulary) -> list[Word]:
    """The words of ``text`` in order."""
    return [Word(vocabulary.normalise(m.group()), m.start(), m.end()) for m in _WORD.finditer(text)]


class PhraseBook:
    """Finds phrases, the longest first, never two over the same words."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for phrase in phrases:
            parts = tuple(singular(word) for word in phrase.split())
            self._by_first.setdefault(parts[0], []).append((parts, phrase))
        for entries in self._by_first.values():
            entries.sort(key=lambda entry: len(entry[0]), reverse=True)

    def find(self, words: Sequence[Word]) -> list[Found]:
        """All phrases in ``words``, in order."""
        texts = [word.text for word in words]
        found: list[Found] = []
        position = 0
        while position < len(texts):
            for parts, phrase in self._by_first.get(texts[position], ()):
                if tuple(texts[position : position + len(parts)]) == parts:
                    found.append(Found(phrase, position, position + len(parts) - 1))
                    position += len(parts) - 1
                    break
            position += 1
        return found
