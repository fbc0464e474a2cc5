"""Equations, contradictions, danger, and numbers that are asked about because a default would replace them."""

from __future__ import annotations

import pytest

from voltsmith.agents.reading.reader import read
from voltsmith.agents.reasoning import propose
from voltsmith.schemas.errors import NeedsAnswer


@pytest.mark.parametrize(
    ("prompt", "function", "gain", "topology"),
    [
        ("op-amp circuit with Vout = -3*Vin, ±9 V", "amplifier", 3.0, "inverting"),
        ("Vo = 4 Vin from ±5 V", "amplifier", 4.0, None),
        ("subtractor, Vout = 10*(V2-V1), ±15 V", "difference_amplifier", 10.0, None),
    ],
)
def test_an_equation_states_a_gain(prompt: str, function: str, gain: float, topology: str | None):
    reading = read(prompt)
    (stage,) = reading.stages
    assert stage.function == function
    assert stage.choices.get("topology") == topology
    assert [r.target for r in reading.requirements if r.quantity == "gain"] == [gain]
    assert reading.not_understood == ()


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("adder: Vout = -(2 V1 + 4 V2), ±10 V", "weighted differently"),
        ("a Butterworth Chebyshev low-pass at 1 kHz", "one response"),
        ("elliptic low-pass at 10 kHz", "outside the catalogue"),
        ("LED indicator for 230 V mains", "dangerous"),
        ("RL high-pass filter, cut-off frequency 2.2 kc/s", "2.2"),
    ],
)
def test_what_is_asked_instead_of_designed(prompt: str, words: str):
    with pytest.raises(NeedsAnswer, match=words):
        propose(read(prompt))


def test_background_numbers_do_not_stop_a_design():
    reading = read("1 kHz low-pass before a 12 bit ADC")
    assert [item.text for item in reading.not_understood] == ["12 bit"]
    assert propose(reading).plan.instances()
