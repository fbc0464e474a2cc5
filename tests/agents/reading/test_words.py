"""Splitting, singulars, slips of the keyboard, and phrases."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voltsmith.agents.reading.words import Found, PhraseBook, Vocabulary, Word, singular, split

KNOWN = Vocabulary(
    ("low pass filter", "comparator", "hysteresis", "threshold", "amplifier", "gain"),
    exact=("buck converter",),
)


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("filters", "filter"),
        ("batteries", "battery"),
        ("switches", "switch"),
        ("pushes", "push"),
        ("boxes", "box"),
        ("bypasses", "bypass"),
        ("bass", "bass"),
        ("hysteresis", "hysteresis"),
        ("gas", "gas"),
        ("bus", "bus"),
        ("times", "times"),
        ("series", "series"),
        ("LEDs".lower(), "led"),
        ("", ""),
    ],
)
def test_singular(word: str, stem: str):
    assert singular(word) == stem


@given(st.text(alphabet="abceghimnorstuxy", max_size=12))
@settings(derandomize=True, max_examples=100, deadline=None)
def test_singular_only_changes_the_end(word: str):
    assert word.startswith(singular(word)[:-1])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Comparator", "comparator"),
        ("comparators", "comparator"),
        ("comparater", "comparator"),
        ("compartor", "comparator"),
        ("hysteresys", "hysteresis"),
        ("treshold", "threshold"),
        ("thresholds", "threshold"),
        ("amplfier", "amplifier"),
        ("fitler", "filter"),
    ],
)
def test_slips_are_mended(written: str, meant: str):
    assert KNOWN.normalise(written) == meant


@pytest.mark.parametrize(
    "word",
    [
        "gian",
        "gein",
        "pas",
        "house",
        "qomparator",
        "amplitude",
        "converted",
        "convertor",
        "c0mparator",
        "x" * 30,
    ],
)
def test_a_wrong_guess_is_worse_than_none(word: str):
    assert KNOWN.normalise(word) == word


def test_an_ordinary_word_is_left_alone():
    assert Vocabulary(("filter",)).normalise("water") == "water"
    assert Vocabulary(("lowpass",)).normalise("lower") == "lower"


def test_many_different_words_are_not_kept():
    vocabulary = Vocabulary(("filter",))
    for number in range(25_000):
        vocabulary.normalise(f"w{number}")
    assert len(vocabulary._known) <= 20_001
    assert vocabulary.normalise("fliter") == "filter"


def test_split_keeps_places():
    text = "Low-pass, f0=1kHz;  TL072 2nd-order\nµF"
    words = split(text, KNOWN)
    assert [text[word.start : word.end] for word in words] == [
        "Low", "pass", "f0", "1kHz", "TL072", "2nd", "order", "F",
    ]  # fmt: skip
    assert words[0].text == "low"


@given(st.text(max_size=60))
@settings(derandomize=True, max_examples=100, deadline=None)
def test_split_takes_any_text(text: str):
    words = split(text, KNOWN)
    assert all(word.start < word.end <= len(text) for word in words)
    assert [word.start for word in words] == sorted(word.start for word in words)


def found(book: PhraseBook, text: str) -> list[Found]:
    return book.find([Word(word, i, i + 1) for i, word in enumerate(text.split())])


def test_the_longest_phrase_wins_and_none_overlap():
    book = PhraseBook(("low pass", "low pass filter", "pass filter bank", "filter"))
    assert found(book, "a low pass filter bank") == [Found("low pass filter", 1, 3)]
    assert found(book, "low pass low pass filter filter") == [
        Found("low pass", 0, 1),
        Found("low pass filter", 2, 4),
        Found("filter", 5, 5),
    ]
    assert found(book, "") == found(book, "low filt pass") == []


def test_phrases_are_found_in_the_singular():
    assert found(PhraseBook(("two resistors",)), "two resistor") == [Found("two resistors", 0, 1)]
