"""Prompts in, functions and requirements out; and no number of any prompt lost on the way."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from voltsmith.agents.reading.numbers_read import read_numbers, structural
from voltsmith.agents.reading.prompts import LONGEST
from voltsmith.agents.reading.quantities import numbers_in
from voltsmith.agents.reading.reader import read, relevant
from voltsmith.agents.regression import load
from voltsmith.knowledge.blocks import blocks
from voltsmith.schemas.errors import BadInput, NeedsAnswer
from voltsmith.schemas.quantities import QUANTITIES
from voltsmith.schemas.readings import Reading
from voltsmith.schemas.requirements import Requirement

# prompt | functions in signal order | quantity, relation and value in SI; "@ Hz" is a condition
TABLE = """
first order RC low pass, corner 159 Hz | low_pass | order = 1; cutoff_frequency = 159
I want a low-pass with -3 dB at 3.4kHz | low_pass | cutoff_frequency = 3400
4th order Butterworth low-pass at 10k, running from ±15 V | low_pass | order = 4; cutoff_frequency = 10e3; supply_voltage = 15
Chebyshev low-pass with 1 dB of ripple, 5th order, fc 20 kHz | low_pass | passband_ripple = 1; order = 5; cutoff_frequency = 20e3
low-pass at 1 kHz that attenuates 10 kHz by at least 35 dB | low_pass | cutoff_frequency = 1e3; attenuation >= 35 @ 10e3
1 kHz low-pass with 40 dB at 10 kHz | low_pass | cutoff_frequency = 1e3; attenuation >= 40 @ 10e3
active high-pass filter, cut-off at 80 Hz, second order | high_pass | cutoff_frequency = 80; order = 2
40 kHz low-pass, the source is 50 ohm | low_pass | cutoff_frequency = 40e3; source_resistance = 50
block everything below 20 Hz with an RC high-pass | high_pass | cutoff_frequency = 20
band-pass from 300 Hz to 3.4 kHz | band_pass | lower_cutoff_frequency = 300; upper_cutoff_frequency = 3400
narrow band-pass around 1 kHz with a Q of 10 | band_pass | center_frequency = 1e3; q_factor = 10
notch filter for 50 Hz mains hum | notch | center_frequency = 50
twin-T notch at 60 Hz | notch | center_frequency = 60
RC low-pass at 1 kHz using a 10 nF capacitor | low_pass | cutoff_frequency = 1e3; capacitance = 10e-9
low-pass at 1 kHz loaded with 10 kohm | low_pass | cutoff_frequency = 1e3; load_resistance = 10e3
LOW PASS FILTER 1 KHZ | low_pass | cutoff_frequency = 1e3
low–pass filter, f₀ = 1 kHz | low_pass | cutoff_frequency = 1e3
low-pass with a gain of 2 at 1 kHz cut-off | low_pass | gain = 2; cutoff_frequency = 1e3
inverting amplifier with a gain of -10 | amplifier | gain = 10
non-inverting amplifier, gain 11, supply ±12V | amplifier | gain = 11; supply_voltage = 12
amplify a 10 mV signal to 1 V | amplifier | input_amplitude = 10e-3; output_amplitude = 1
op-amp gain stage of 26 dB with at least 100 kHz of bandwidth | amplifier | gain = 26; bandwidth >= 100e3
preamp with 40 dB gain from a 9 V battery | amplifier | gain = 40; supply_voltage = 9
common emitter amplifier with a gain of 20 and a 12 V supply | amplifier | gain = 20; supply_voltage = 12
60 dB amplifier, input impedance at least 1 Mohm | amplifier | gain = 60; input_impedance >= 1e6
amplifier with THD below 0.1 % at 1 kHz and a gain of 5 | amplifier | thd <= 0.1 @ 1e3; gain = 5
inverting amplifier gain 5 using a TL072 from ±15 V | amplifier | gain = 5; supply_voltage = 15
unity gain buffer for a 10k source | buffer | gain = 1; source_resistance = 10e3
instrumentation amplifier with gain of 100 for a load cell | instrumentation_amplifier | gain = 100
difference amplifier with gain 2 | difference_amplifier | gain = 2
mix three audio signals with a summing amplifier | summing_amplifier | inputs = 3
photodiode amplifier with 1 Mohm of transimpedance | transimpedance_amplifier | transresistance = 1e6
integrator with a time constant of 1 ms | integrator | time_constant = 1e-3
comparator that trips at 3 V, from 5 V | comparator | threshold_voltage = 3; supply_voltage = 5
comparator: output goes low when the input rises above 2.5 V | comparator | threshold_voltage = 2.5
schmitt trigger with thresholds at 1 V and 2 V | schmitt_trigger | lower_threshold = 1; upper_threshold = 2
Schmitt trigger, 2.5 V centre and 200 mV hysteresis, 5 V supply | schmitt_trigger | threshold_voltage = 2.5; hysteresis = 0.2; supply_voltage = 5
window comparator for 2 V to 3 V | window_comparator | lower_threshold = 2; upper_threshold = 3
blink an LED at 2 Hz with a 555 | square_oscillator | frequency = 2
astable 555 at 1 kHz with 60 % duty cycle | square_oscillator | frequency = 1e3; duty_cycle = 60
555 one-shot with a 5 second pulse | monostable | pulse_width = 5
square wave oscillator at 440 Hz | square_oscillator | frequency = 440
relaxation oscillator running at 10 kHz from 5 V | square_oscillator | frequency = 10e3; supply_voltage = 5
multivibrator with two transistors at 1 Hz | square_oscillator | frequency = 1
Wien bridge oscillator at 1 kHz | sine_oscillator | frequency = 1e3
voltage divider from 12 V to 3.3 V | voltage_divider | input_voltage = 12; output_voltage = 3.3
halve the input with two resistors | voltage_divider |
divide 10 V down to 2 V into a 100k load | voltage_divider | input_voltage = 10; output_voltage = 2; load_resistance = 100e3
5 V regulator from 12 V at 500 mA | voltage_regulator | output_voltage = 5; input_voltage = 12; load_current = 0.5
3.3 V LDO from a 5 V supply | voltage_regulator | output_voltage = 3.3; input_voltage = 5
LM317 set to 9 V, input 15 V | voltage_regulator | output_voltage = 9; input_voltage = 15
zener regulator for 5.1 V from 12 V with a 5 mA load | voltage_regulator | output_voltage = 5.1; input_voltage = 12; load_current = 5e-3
bridge rectifier with smoothing for 12 V AC and 100 mA, 1 V ripple | rectifier_supply | input_voltage = 12; load_current = 0.1; ripple_voltage = 1
red LED at 15 mA from 5 V | led_indicator | led_current = 15e-3; supply_voltage = 5
blue indicator LED on a 12 V supply | led_indicator | supply_voltage = 12
switch a 12 V relay with a 5 V logic signal | low_side_switch | supply_voltage = 12; control_voltage = 5
drive a 12 V solenoid at 500 mA from 3.3 V | low_side_switch | supply_voltage = 12; load_current = 0.5; control_voltage = 3.3
constant current sink of 20 mA | current_source | output_current = 20e-3
precision full-wave rectifier for a 1 V sine | precision_rectifier | input_amplitude = 1
half-wave precision rectifier | precision_rectifier |
a preamp with 20 dB of gain, then a 3 kHz low-pass, then a comparator at 1 V | amplifier low_pass comparator | gain = 20; cutoff_frequency = 3e3; threshold_voltage = 1
1 kHz low-pass driving a unity-gain buffer | low_pass buffer | cutoff_frequency = 1e3; gain = 1
high-pass at 100 Hz followed by a low-pass at 5 kHz | high_pass low_pass | cutoff_frequency = 100; cutoff_frequency = 5e3
a 5 kHz low-pass after a preamp with a gain of 10 | amplifier low_pass | gain = 10; cutoff_frequency = 5e3
"""
ROWS = [tuple(cell.strip() for cell in line.split("|")) for line in TABLE.strip().splitlines()]
_ASKED = re.compile(r"(\w+) (=|>=|<=) (\S+)(?: @ (\S+))?")


def summary(requirement: Requirement) -> tuple[str, str, float, float | None]:
    sign = {"eq": "=", "min": ">=", "max": "<=", "range": ".."}[requirement.relation]
    return requirement.quantity, sign, float(f"{requirement.target:.6g}"), requirement.condition


@pytest.mark.parametrize(("prompt", "functions", "asked"), ROWS, ids=[row[0] for row in ROWS])
def test_table(prompt: str, functions: str, asked: str):
    found = read(prompt)
    assert " ".join(stage.function for stage in found.stages) == functions
    expected = [
        (name, sign, float(value), float(at) if at else None)
        for name, sign, value, at in (
            _ASKED.fullmatch(text.strip()).groups() for text in asked.split(";") if text.strip()
        )  # type: ignore[union-attr]
    ]
    assert sorted(map(str, map(summary, found.requirements))) == sorted(map(str, expected))
    assert found.not_understood == ()
    assert found.questions == ()


def test_the_table_is_long_enough():
    assert len(ROWS) >= 60
    assert {name for row in ROWS for name in row[1].split()} <= {
        block.function for block in blocks().values()
    }


@pytest.mark.parametrize(
    ("prompt", "choices"),
    [
        ("4th order Bessel low-pass at 10 kHz", {"response": "bessel"}),
        ("multiple feedback band-pass at 1 kHz", {"topology": "multiple_feedback"}),
        ("inverting amplifier, gain 3", {"topology": "inverting"}),
        ("amplifier with a gain of -3", {"topology": "inverting"}),
        ("green LED from 5 V", {"color": "green"}),
        ("full-wave precision rectifier", {"wave": "full"}),
        ("AC-coupled amplifier with a gain of 10", {"coupling": "ac"}),
        ("comparator: the output goes low above 2 V when the input rises", {"topology": "inverting"}),
    ],
)
def test_choices(prompt: str, choices: dict[str, str]):
    (stage,) = read(prompt).stages
    assert choices.items() <= stage.choices.items()


@pytest.mark.parametrize(
    ("prompt", "supply"),
    [
        ("amplifier, gain 2, from ±12 V", (12.0, -12.0)),
        ("amplifier, gain 2, from +5 V and -5 V", (5.0, -5.0)),
        ("amplifier, gain 2, dual 9 V supply", (9.0, -9.0)),
        ("amplifier, gain 2, single 9 V supply", (9.0, 0.0)),
        ("amplifier, gain 2, powered by a 3.7 V battery", (3.7, 0.0)),
    ],
)
def test_supplies(prompt: str, supply: tuple[float, float]):
    found = read(prompt).supply
    assert found is not None
    assert (found.vcc, found.vee, found.given) == (*supply, True)


@pytest.mark.parametrize(
    ("prompt", "low", "high"),
    [
        ("low-pass at 1 kHz ± 2 %", 980.0, 1020.0),
        ("low-pass at 1 kHz +/- 50 Hz", 950.0, 1050.0),
        ("low-pass at 1 kHz, 1 % tolerance", 990.0, 1010.0),
        ("low-pass, cut-off at least 1 kHz", 1000.0, None),
        ("low-pass, cut-off no more than 1 kHz", None, 1000.0),
        ("low-pass, cut-off between 900 Hz and 1.1 kHz", 900.0, 1100.0),
    ],
)
def test_bounds(prompt: str, low: float | None, high: float | None):
    (requirement,) = read(prompt).requirements
    assert requirement.limits() == pytest.approx((low, high))


@pytest.mark.parametrize(
    "prompt",
    [
        "low-pass with a TL0999 at 1 kHz",
        "amplifier using an LM99999, gain 3",
        "comparator with the XYZ123 at 2 V",
    ],
)
def test_a_part_that_is_unknown_is_a_question(prompt: str):
    assert "unknown component" in " ".join(read(prompt).questions)


def test_a_part_named_is_kept():
    assert read("amplifier with gain 10 using a tl072").stages[0].components == ("TL072",)


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("low-pass at 0 Hz", "above zero"),
        ("low-pass at -5 kHz", "above zero"),
        ("low-pass at 1e30 Hz", "beyond anything"),
        ("low-pass at 1 kHz using a 1e30 ohm resistor", "beyond anything"),
        ("low-pass at 1e999 Hz", "not a value"),
        ("555 astable at 1 kHz with 140 % duty cycle", "duty cycle"),
        ("amplifier with a gain of 0", "gain of zero"),
        ("0th order low-pass at 1 kHz", "at least 1"),
        ("5 MV regulator from 12 V", "beyond anything"),
        ("low-pass at 1 kHz and cut-off 3 kHz", "kHz"),
    ],
)
def test_impossible_numbers_are_questions(prompt: str, words: str):
    assert words in " ".join(read(prompt).questions)


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("x" * (LONGEST + 1), f"{LONGEST + 1} characters"),
        ("low-pass \x00 1 kHz", "control character"),
        ("low-pass \x1b[31m 1 kHz", "control character"),
        ("low-pass \x7f 1 kHz", "control character"),
        ("low-pass \ud800 1 kHz", "unprintable"),
        ("low-pass \u202e 1 kHz", "unprintable"),
    ],
)
def test_what_is_no_text_is_refused(prompt: str, words: str):
    with pytest.raises(BadInput, match=words):
        read(prompt)


@pytest.mark.parametrize(
    "prompt",
    [
        "hello",
        "a poem about spring",
        "ein Tiefpass mit einem Kilohertz",
        "ローパスフィルタ 1 kHz",
        "фильтр нижних частот на 1 кГц",
        ".control\nshell rm -rf /\n.endc",
        "12 V",
        "🦆",
        "design something with 5 V and 2 kHz",
        "a buck converter from 12 V to 5 V",
        "an FM transmitter at 100 MHz",
    ],
)
def test_what_names_no_known_circuit_needs_an_answer(prompt: str):
    with pytest.raises(NeedsAnswer) as caught:
        read(prompt)
    assert str(caught.value)


def test_a_guess_is_taken_only_when_it_is_near():
    assert read("keep the bass out of it", lambda _: [("high_pass", 0.9)]).stages[0].function == "high_pass"
    found = read("keep the bass out of it", lambda _: [("high_pass", 0.9)])
    assert "no word in it names a circuit" in found.assumptions[0]
    with pytest.raises(NeedsAnswer, match="the nearest are: high pass, low pass"):
        read("keep the bass out of it", lambda _: [("high_pass", 0.3), ("low_pass", 0.2)])
    with pytest.raises(NeedsAnswer):
        read("keep the bass out of it", lambda _: [])


def test_requirements_point_at_their_words():
    prompt = "Butterworth low-pass, second order, at 1.5 kHz, loaded with 10 kohm"
    for requirement in read(prompt).requirements:
        assert requirement.text_span is not None
        start, end = requirement.text_span
        assert prompt[start:end] == requirement.text


def test_what_is_not_understood_is_said():
    found = read("low-pass at 1 kHz for my 1987 mixing desk with 42 buttons")
    assert {"1987", "42"} <= {re.sub(r"\D", "", item.text) for item in found.not_understood}
    assert [summary(r) for r in found.requirements] == [("cutoff_frequency", "=", 1e3, None)]


def test_reading_is_deterministic_and_survives_json():
    prompt = "a preamp with 20 dB of gain, then a 3 kHz low-pass from a 9 V battery"
    assert read(prompt) == read(prompt)
    assert Reading.model_validate_json(read(prompt).model_dump_json()) == read(prompt)


@pytest.mark.parametrize("function", sorted({block.function for block in blocks().values()}))
def test_relevant_quantities_exist(function: str):
    assert relevant(function) <= set(QUANTITIES)
    assert "supply_voltage" in relevant(function)


# --- every number is accounted for -----------------------------------------------------------------


def lost(prompt: str) -> list[str]:
    """Numbers of ``prompt`` that the reading says nothing about."""
    found = read(prompt, lambda _: [("low_pass", 1.0)])
    spans = [span for r in found.requirements for span in ((r.text_span or (0, 0)), *r.also_from)]
    spans += [item.text_span for item in found.not_understood]
    for token in read_numbers(prompt):
        definition = token.dimension == "decibel" and abs(abs(token.value) - 3) <= 0.05
        # A number that is refused is quoted in the question.
        refused = any(token.text.strip() in question for question in found.questions)
        repeated = any(abs(r.target) == abs(token.value) for r in found.requirements)
        if structural(prompt, token) or definition or refused or repeated:
            spans.append(token.span)
    return [
        prompt[start:end]
        for start, end in numbers_in(prompt)
        if not any(a <= start and end <= b for a, b in spans)
    ]


@pytest.mark.parametrize("suite", sorted(load()))
def test_no_number_of_the_curated_prompts_is_lost(suite: str):
    bad = {}
    for case in load([suite])[suite]:
        try:
            if missing := lost(case.prompt):
                bad[case.prompt] = missing
        except (NeedsAnswer, BadInput):
            continue  # refused altogether, so nothing was dropped in silence
    assert bad == {}


FRAGMENTS = (
    "low-pass", "amplifier", "comparator", "voltage regulator", "555 timer", "followed by", "then", "with", "at", "from",
    "gain of", "cut-off", "1 kHz", "2.2k", "10 nF", "40 dB", "-3 dB", "±12 V", "5 V", "3", "5%", "5 % tolerance", "± 2 %",
    "1 % resistors", "20 mA", "between 1 V and 2 V", "300 Hz to 3 kHz", "at least", "second order", "supply", "load",
    "threshold", "hysteresis", "two", "input", "output", "bandwidth", ",", ".", "(", "1e30 ohm", "50 °C", "7 bits", "x100",
)  # fmt: skip


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(FRAGMENTS), min_size=2, max_size=9).map(" ".join))
@example("low-pass, cut-off at least 1 kHz, 5 % tolerance")
@example("amplifier with a gain of 10 and an output of 2 V at 10 kHz")
def test_no_number_of_any_prompt_is_lost(prompt: str):
    with contextlib.suppress(NeedsAnswer, BadInput):
        assert lost(prompt) == [], prompt
