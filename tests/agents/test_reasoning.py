"""From a reading to a plan: blocks, parameters, defaults that are said, and refusals with a reason."""

from __future__ import annotations

import contextlib

import pytest
from support import requirement

from voltsmith.agents.reading.reader import read
from voltsmith.agents.reasoning import Proposal, choose, propose, spoken
from voltsmith.agents.synthesis import synthesise
from voltsmith.knowledge.blocks import Asked, block, blocks
from voltsmith.schemas.errors import NeedsAnswer
from voltsmith.schemas.readings import StageRequest


def proposed(prompt: str, **excluded: list[str]) -> Proposal:
    return propose(read(prompt), excluded)


def chosen(prompt: str, **excluded: list[str]) -> list[str]:
    return [instance.block for instance in proposed(prompt, **excluded).plan.instances()]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("RC low-pass at 1 kHz", "rc_low_pass"),
        ("RL low-pass at 1 kHz", "rl_low_pass"),
        ("second-order Sallen-Key low-pass at 1 kHz", "sallen_key_low_pass"),
        ("multiple feedback low-pass at 1 kHz, second order", "multiple_feedback_low_pass"),
        ("inverting amplifier with a gain of 10", "inverting_amplifier"),
        ("non-inverting amplifier with a gain of 10", "non_inverting_amplifier"),
        ("common emitter amplifier with a gain of 10", "common_emitter_amplifier"),
        ("astable 555 at 1 kHz", "astable_555"),
        ("LM317 set to 9 V, input 15 V", "adjustable_regulator"),
        ("zener regulator, 5.1 V from 12 V at 2 mA", "zener_regulator"),
        ("red LED at 10 mA from 5 V", "led_indicator"),
        ("MOSFET switch for 2 A at 12 V from a 5 V GPIO", "mosfet_switch"),
    ],
)
def test_the_wording_chooses_the_block(prompt: str, expected: str):
    assert chosen(prompt) == [expected]


def test_the_only_block_of_a_function_is_chosen_or_says_what_it_needs():
    functions = [entry.function for entry in blocks().values()]
    for entry in blocks().values():
        if functions.count(entry.function) == 1:
            with contextlib.suppress(NeedsAnswer):
                assert choose(StageRequest(id="s1", function=entry.function), Asked()) is entry


def test_what_was_tried_is_not_tried_again():
    first = chosen("second-order low-pass at 1 kHz")[0]
    second = chosen("second-order low-pass at 1 kHz", s1=[first])[0]
    assert second != first
    assert block(second).function == "low_pass"
    every = [entry.id for entry in blocks().values() if entry.function == "low_pass"]
    with pytest.raises(NeedsAnswer, match="no other block for a low pass"):
        chosen("second-order low-pass at 1 kHz", s1=every)


def test_exclusion_is_for_one_stage_only():
    first, second = chosen("low-pass at 1 kHz followed by a high-pass at 10 Hz")
    assert chosen("low-pass at 1 kHz followed by a high-pass at 10 Hz", s9=[first, second]) == [first, second]


def test_a_topology_that_was_asked_for_is_kept_to():
    assert chosen("RC low-pass at 1 kHz") == ["rc_low_pass"]
    with pytest.raises(NeedsAnswer):
        chosen("RC low-pass at 1 kHz", s1=["rc_low_pass"])


def test_defaults_are_said_and_measured():
    found = proposed("astable 555")
    assert found.plan.assumptions
    assumed = [item for item in found.requirements if item.source == "assumed"]
    assert "frequency" in [item.quantity for item in assumed]
    assert all(item.text_span is None for item in assumed)
    (instance,) = found.plan.instances()
    assert {item.id for item in assumed} <= set(instance.requirements)
    ids = [item.id for item in found.requirements]
    assert len(set(ids)) == len(ids)


def test_a_supply_is_assumed_only_where_one_is_needed():
    assert proposed("RC low-pass at 1 kHz").plan.supply is None
    found = proposed("inverting amplifier with a gain of 2").plan
    assert found.supply is not None
    assert not found.supply.given
    assert any("supply" in sentence and "none was given" in sentence for sentence in found.assumptions)
    given = proposed("inverting amplifier with a gain of 2 from ±9 V").plan
    assert given.supply is not None
    assert (given.supply.vcc, given.supply.vee, given.supply.given) == (9.0, -9.0, True)
    assert not any("none was given" in s for s in given.assumptions if "supply of" in s)


def test_chains_keep_their_order():
    found = proposed("a preamp with a gain of 10, then a low-pass at 3 kHz, then a comparator at 1 V")
    assert [block(i.block).function for i in found.plan.instances()] == [
        "amplifier",
        "low_pass",
        "comparator",
    ]
    assert len(found.plan.chains) == 1
    assert [instance.id for instance in found.plan.instances()] == ["s1", "s2", "s3"]


def test_gains_in_decibels_reach_the_block_as_a_ratio():
    (instance,) = proposed("non-inverting amplifier with 20 dB of gain").plan.instances()
    assert instance.parameters["gain"] == pytest.approx(10.0)


def test_a_gain_follows_from_levels():
    (instance,) = proposed("amplifier for an input of 0.1 V peak and an output of 2 V peak").plan.instances()
    assert instance.parameters["gain"] == pytest.approx(20.0)


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("low-pass at 0 Hz", "above zero"),
        ("amplifier using an LM99999, gain 3", "unknown component"),
        ("RC low-pass of 2nd order at 1 kHz", "order"),
        ("voltage divider from 5 V to 12 V", ""),
        ("astable 555 at 50 MHz", ""),
        ("buffer with a gain of 5", ""),
    ],
)
def test_refusals_have_a_reason(prompt: str, words: str):
    def built() -> None:
        found = proposed(prompt)
        synthesise(found.plan, found.requirements)

    with pytest.raises(NeedsAnswer) as caught:
        built()
    assert words in str(caught.value)
    assert len(str(caught.value)) > 15


def test_proposals_are_deterministic():
    prompt = "a preamp with 20 dB of gain, then a 3 kHz low-pass from a 9 V battery"
    assert proposed(prompt) == proposed(prompt)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"quantity": "cutoff_frequency", "target": 1e3}, "-3 dB frequency 1 kHz"),
        ({"quantity": "gain", "target": 10.0}, "voltage gain 10"),
        (
            {"quantity": "gain", "target": 20.0, "unit": "dB", "condition": 1e4},
            "voltage gain 20 dB at 10 kHz",
        ),
        ({"quantity": "bandwidth", "target": 1e5, "relation": "min"}, "-3 dB bandwidth at least 100 kHz"),
        ({"quantity": "thd", "target": 0.1, "relation": "max"}, "total harmonic distortion at most 0.1 %"),
        (
            {"quantity": "gain", "target": 10.0, "relation": "range", "low": 9.0, "high": 11.0},
            "voltage gain 9 to 11",
        ),
    ],
)
def test_spoken(fields: dict[str, object], words: str):
    assert spoken(requirement(1, **fields)) == words  # type: ignore[arg-type]
