"""Stages in signal order, and which words belong to each."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voltsmith.agents.reading.lexicon import CONNECTORS, FUNCTIONS, REVERSED
from voltsmith.agents.reading.stages import Segment, segments, unsupported
from voltsmith.agents.reading.words import Vocabulary, split
from voltsmith.knowledge.blocks import blocks

WORDS = Vocabulary((*FUNCTIONS, *CONNECTORS, *REVERSED))


def staged(text: str) -> list[Segment]:
    return segments(text, split(text, WORDS))


def functions(text: str) -> str:
    return " ".join(segment.function for segment in staged(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("low-pass filter", "low_pass"),
        ("a filter", ""),
        ("", ""),
        ("low-pass filter followed by a comparator", "low_pass comparator"),
        ("low-pass filter after a high-pass filter", "high_pass low_pass"),
        ("comparator preceded by a low-pass filter", "low_pass comparator"),
        ("comparator fed by a low-pass", "low_pass comparator"),
        ("high-pass -> low-pass -> comparator", "high_pass low_pass comparator"),
        ("1) high-pass 2) low-pass 3) schmitt trigger", "high_pass low_pass schmitt_trigger"),
        ("high-pass, then low-pass, then schmitt trigger", "high_pass low_pass schmitt_trigger"),
        ("low-pass RC filter, a simple low-pass", "low_pass"),
        ("schmitt trigger comparator", "schmitt_trigger"),
        ("photodiode transimpedance amplifier", "transimpedance_amplifier"),
        ("instrumentation amplifier", "instrumentation_amplifier"),
        ("window comparator", "window_comparator"),
        ("Wien bridge oscillator", "sine_oscillator"),
        ("555 timer as a monostable", "monostable"),
    ],
)
def test_functions_in_signal_order(text: str, expected: str):
    assert functions(text) == expected


def test_segments_cover_the_text_without_overlap():
    text = "a preamp with 20 dB, then a low-pass at 3 kHz, then a comparator at 1 V"
    found = staged(text)
    assert [text[part.start : part.end] for part in found]
    assert found[0].start == 0
    assert found[-1].end == len(text)
    assert all(a.end == b.start for a, b in itertools.pairwise(found))
    for part, number in zip(found, ("20 dB", "3 kHz", "1 V"), strict=True):
        assert number in text[part.start : part.end]


def test_choices_stay_with_their_stage():
    first, second = staged("inverting amplifier followed by a Bessel low-pass")
    assert first.choices.get("topology") == "inverting"
    assert "response" not in first.choices
    assert second.choices == {"response": "bessel"}


def test_a_topology_that_means_nothing_here_is_left_aside():
    (only,) = staged("non-inverting low-pass")
    assert (only.function, only.choices) == ("low_pass", {})


@pytest.mark.parametrize(
    ("text", "named", "topic"),
    [
        ("a buck converter", False, "switching converters"),
        ("H-bridge for a motor", False, "motor inverters and mains control"),
        ("a low-pass for an ultrasound receiver", True, None),
        ("an ultrasound receiver", False, "radio and microwave circuits"),
        ("a low-pass filter", True, None),
    ],
)
def test_what_is_outside_the_catalogue(text: str, named: bool, topic: str | None):
    found = unsupported(split(text, Vocabulary(("low pass",))), named)
    assert (found and found[1]) == topic


def test_every_cue_names_a_function_that_exists():
    known = {block.function for block in blocks().values()}
    assert {cue.function for cue in FUNCTIONS.values()} <= known
    assert known <= {cue.function for cue in FUNCTIONS.values()}, "a function that no word names"


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.lists(
        st.sampled_from([*list(FUNCTIONS)[::9], *CONNECTORS[::4], *REVERSED, ",", ".", "1", "x"]), max_size=9
    )
)
def test_any_words_give_ordered_parts(words: list[str]):
    text = " ".join(words)
    found = sorted(staged(text), key=lambda part: part.start)
    assert all(0 <= part.start <= part.end <= len(text) for part in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
