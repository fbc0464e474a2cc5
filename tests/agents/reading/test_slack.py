"""How much an attenuation may fall short, and which words of a prompt leave nothing."""

from __future__ import annotations

import pytest

from voltsmith.agents.reading.reader import read
from voltsmith.agents.reasoning import propose
from voltsmith.schemas.errors import NeedsAnswer


@pytest.mark.parametrize(
    ("prompt", "quantity", "low", "high"),
    [
        ("1 kHz low-pass with 40 dB at 10 kHz", "attenuation", 39.0, None),
        ("1 kHz low-pass with at least 40 dB at 10 kHz", "attenuation", 40.0, None),
        ("1 kHz Chebyshev low-pass, order 3, ripple at most 0.3 dB", "passband_ripple", None, 0.3),
    ],
)
def test_limits(prompt: str, quantity: str, low: float | None, high: float | None):
    found = next(item for item in read(prompt).requirements if item.quantity == quantity)
    assert found.limits() == (low, high)


def test_the_order_that_was_asked_for_holds_a_plain_attenuation():
    proposal = propose(read("2nd order Butterworth low-pass at 2 kHz that is 40 dB down at 20 kHz, +-15 V"))
    assert proposal.plan.instances()[0].parameters["order"] == 2


def test_a_strict_bound_needs_more_than_the_slope_gives():
    with pytest.raises(NeedsAnswer, match="needs order 3"):
        propose(read("2nd order Butterworth low-pass at 2 kHz, at least 40 dB at 20 kHz, +-15 V"))


@pytest.mark.parametrize(
    ("prompt", "part"),
    [
        ("two-transistor multivibrator at 2 Hz, 2N3904s, 5 V", "2N3904"),
        ("5 V to 3.3 V with AMS1117-3.3", "AMS1117-3.3"),
    ],
)
def test_parts_in_the_plural_and_with_a_point(prompt: str, part: str):
    assert read(prompt).stages[0].components == (part,)


def test_leds_in_series():
    assert read("six white LEDs in series on 5 V").stages[0].choices["arrangement"] == "series"
