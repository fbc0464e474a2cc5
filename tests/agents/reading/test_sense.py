"""Which way round a comparator is asked for."""

from __future__ import annotations

import re

import pytest

from voltsmith.agents.reading.sense import sense_of


def sense(text: str) -> str | None:
    return sense_of(re.findall(r"[a-z]+", text.lower()))


@pytest.mark.parametrize(
    "text",
    [
        "output goes high when the input is above 2 V",
        "output high if the voltage exceeds 3 V",
        "the LED lights when it gets above 30 degrees",
        "alarm when the level rises over the mark",
        "goes low when the input drops below 1 V",
        "when the input exceeds 2 V the output goes high",
        "turn off once the battery falls below 11 V",
        "trips when the current is greater than the limit",
    ],
)
def test_non_inverting(text: str):
    assert sense(text) == "non_inverting"


@pytest.mark.parametrize(
    "text",
    [
        "output goes low when the input rises above 2 V",
        "output high while the input is below 1 V",
        "light the LED when the battery drops under 11 V",
        "when it gets below 5 degrees the alarm sounds",
        "switch off when the input is higher than 4 V",
        "warn when the level sinks beneath the mark",
    ],
)
def test_inverting(text: str):
    assert sense(text) == "inverting"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "comparator at 2 V",
        "compare the input with 2 V",
        "output goes high",
        "when the input is above 2 V",
        "above 2 V",
        "high when ready",
        "a low power comparator with a threshold of 3 V",
    ],
)
def test_nothing_said(text: str):
    assert sense(text) is None
