from __future__ import annotations

import math
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voltsmith.agents.reading.quantities import QuantityToken, find_quantities, numbers_in

# What is written, the value in SI, the unit, the dimension.
SINGLE: list[tuple[str, float, str, str]] = [
    ("10k", 1e4, "1", "number"),
    ("4k7", 4700, "1", "number"),
    ("2R2", 2.2, "ohm", "resistance"),
    ("4.7k", 4700, "1", "number"),
    ("2.2 uF", 2.2e-6, "F", "capacitance"),
    ("2.2\u00b5F", 2.2e-6, "F", "capacitance"),
    ("2.2\u03bcF", 2.2e-6, "F", "capacitance"),
    ("2u2", 2.2e-6, "1", "number"),
    ("4u7F", 4.7e-6, "F", "capacitance"),
    ("4k7 ohm", 4700, "ohm", "resistance"),
    ("100n", 1e-7, "1", "number"),
    ("100nF", 1e-7, "F", "capacitance"),
    ("15 nanofarad", 1.5e-8, "F", "capacitance"),
    ("15 nanofarads", 1.5e-8, "F", "capacitance"),
    ("-3 dB", -3, "dB", "decibel"),
    ("−3 dB", -3, "dB", "decibel"),
    ("1.5 MHz", 1.5e6, "Hz", "frequency"),
    ("1.5mhz", 1.5e6, "Hz", "frequency"),
    ("100 mHz", 0.1, "Hz", "frequency"),
    ("5 KHZ", 5e3, "Hz", "frequency"),
    ("3 Khz", 3e3, "Hz", "frequency"),
    ("50 hz", 50, "Hz", "frequency"),
    ("10K ohms", 1e4, "ohm", "resistance"),
    ("10 kΩ", 1e4, "ohm", "resistance"),
    ("10 k\u2126", 1e4, "ohm", "resistance"),
    ("8Ω", 8, "ohm", "resistance"),
    ("220R", 220, "ohm", "resistance"),
    ("1 meg", 1e6, "1", "number"),
    ("1Meg", 1e6, "1", "number"),
    ("10 megohm", 1e7, "ohm", "resistance"),
    ("10 mohm", 1e-2, "ohm", "resistance"),
    ("10 kilo ohm", 1e4, "ohm", "resistance"),
    ("10 k-ohm", 1e4, "ohm", "resistance"),
    ("1kohm", 1e3, "ohm", "resistance"),
    ("1k Hz", 1e3, "Hz", "frequency"),
    ("1 k", 1e3, "1", "number"),
    ("1 M", 1e6, "1", "number"),
    (".1uF", 1e-7, "F", "capacitance"),
    ("0.1uF", 1e-7, "F", "capacitance"),
    ("10 mF", 1e-2, "F", "capacitance"),
    ("10 MF", 1e-2, "F", "capacitance"),
    ("100 uA", 1e-4, "A", "current"),
    ("10ma", 1e-2, "A", "current"),
    ("20mA", 2e-2, "A", "current"),
    ("1 amp", 1, "A", "current"),
    ("500 milliamps", 0.5, "A", "current"),
    ("0.5 A", 0.5, "A", "current"),
    ("2a", 2, "A", "current"),
    ("10 mH", 1e-2, "H", "inductance"),
    ("10 microhenries", 1e-5, "H", "inductance"),
    ("1 ms", 1e-3, "s", "time"),
    ("2.5 seconds", 2.5, "s", "time"),
    ("100 us", 1e-4, "s", "time"),
    ("1 minute", 60, "s", "time"),
    ("10 ns", 1e-8, "s", "time"),
    ("4 h", 14400, "s", "time"),
    ("500 mW", 0.5, "W", "power"),
    ("1/4 W", 0.25, "W", "power"),
    ("1/4W", 0.25, "W", "power"),
    ("½ W", 0.5, "W", "power"),
    ("10 VA", 10, "VA", "apparent_power"),
    ("2000 mAh", 2, "Ah", "charge"),
    ("45 degrees", 45, "deg", "angle"),
    ("90°", 90, "deg", "angle"),
    ("25 °C", 25, "degC", "temperature"),
    ("25 degrees Celsius", 25, "degC", "temperature"),
    ("77 °F", 25, "degC", "temperature"),
    ("300 kelvin", 26.85, "degC", "temperature"),
    ("0.5 V/us", 5e5, "V/s", "slew"),
    ("10 V/µs", 1e7, "V/s", "slew"),
    ("20 dB/decade", 20, "dB/decade", "rolloff"),
    ("-40 dB/dec", -40, "dB/decade", "rolloff"),
    ("12 dB/oct", 12, "dB/octave", "rolloff"),
    ("12 dB per octave", 12, "dB/octave", "rolloff"),
    ("100k V/A", 1e5, "V/A", "transresistance"),
    ("1 V/uA", 1e6, "V/A", "transresistance"),
    ("1 mV per nA", 1e6, "V/A", "transresistance"),
    ("5 mA/V", 5e-3, "A/V", "transconductance"),
    ("5 nV/rtHz", 5e-9, "V/rtHz", "noise_density"),
    ("5 nV/√Hz", 5e-9, "V/rtHz", "noise_density"),
    ("5 nV per root hertz", 5e-9, "V/rtHz", "noise_density"),
    ("10 mV/°C", 1e-2, "V/degC", "temperature_coefficient"),
    ("10 rad/s", 10, "rad/s", "angular_frequency"),
    ("10 dBm", 10, "dBm", "level"),
    ("12-bit", 12, "bit", "information"),
    ("100 ksps", 1e5, "S/s", "sample_rate"),
    ("9600 baud", 9600, "bit/s", "data_rate"),
    ("60 bpm", 1, "Hz", "frequency"),
    ("2 times per second", 2, "Hz", "frequency"),
    ("30 blinks per minute", 0.5, "Hz", "frequency"),
    ("twice a second", 2, "Hz", "frequency"),
    ("3.3V", 3.3, "V", "voltage"),
    ("3V3", 3.3, "V", "voltage"),
    ("5v0", 5, "V", "voltage"),
    ("+5V", 5, "V", "voltage"),
    ("-12 V", -12, "V", "voltage"),
    ("5 VOLTS", 5, "V", "voltage"),
    ("5-volt", 5, "V", "voltage"),
    ("12-V", 12, "V", "voltage"),
    ("10-kHz", 1e4, "Hz", "frequency"),
    ("100-ohm", 100, "ohm", "resistance"),
    ("3-dB", 3, "dB", "decibel"),
    ("50HZ", 50, "Hz", "frequency"),
    ("x100", 100, "V/V", "ratio"),
    ("×100", 100, "V/V", "ratio"),
    ("100x", 100, "V/V", "ratio"),
    ("100×", 100, "V/V", "ratio"),
    ("10 times", 10, "V/V", "ratio"),
    ("tenfold", 10, "V/V", "ratio"),
    ("ten-fold", 10, "V/V", "ratio"),
    ("100 V/V", 100, "V/V", "ratio"),
    ("1:10", 0.1, "1", "ratio"),
    ("10:1", 10, "1", "ratio"),
    ("2/3", 2 / 3, "1", "ratio"),
    ("50%", 50, "%", "percent"),
    ("50 %", 50, "%", "percent"),
    ("50 percent", 50, "%", "percent"),
    ("50 per cent", 50, "%", "percent"),
    ("1e3 Hz", 1e3, "Hz", "frequency"),
    ("1.5e-6 F", 1.5e-6, "F", "capacitance"),
    ("1.5×10^3 Hz", 1500, "Hz", "frequency"),
    ("10⁶ Hz", 1e6, "Hz", "frequency"),
    ("1,000 Hz", 1e3, "Hz", "frequency"),
    ("1,5 kHz", 1500, "Hz", "frequency"),
    ("10 000 Hz", 1e4, "Hz", "frequency"),
    ("1.000.000 Hz", 1e6, "Hz", "frequency"),
    ("5 million ohms", 5e6, "ohm", "resistance"),
    ("twenty millivolts", 2e-2, "V", "voltage"),
    ("two point five volts", 2.5, "V", "voltage"),
    ("two and a half volts", 2.5, "V", "voltage"),
    ("half a volt", 0.5, "V", "voltage"),
    ("three quarters of a volt", 0.75, "V", "voltage"),
    ("one-tenth of a volt", 0.1, "V", "voltage"),
    ("minus three dB", -3, "dB", "decibel"),
    ("minus 12 V", -12, "V", "voltage"),
    ("quarter-watt", 0.25, "W", "power"),
    ("a hundred kilohertz", 1e5, "Hz", "frequency"),
    ("two hundred and fifty millivolts", 0.25, "V", "voltage"),
    ("twenty-five volts", 25, "V", "voltage"),
    ("one kilohertz", 1e3, "Hz", "frequency"),
    ("1 rpm", 1, "1", "number"),
    ("2 m", 2, "m", "length"),
    ("1e30 ohm", 1e30, "ohm", "resistance"),
]


@pytest.mark.parametrize(("written", "value", "unit", "dimension"), SINGLE)
def test_reads_a_number_with_its_unit_in_a_sentence(
    written: str, value: float, unit: str, dimension: str
) -> None:
    prompt = f"make it {written}, please"
    (token,) = find_quantities(prompt)
    assert token.value == pytest.approx(value, rel=1e-9)
    assert (token.unit, token.dimension, token.relation) == (unit, dimension, "eq")
    assert prompt[slice(*token.span)] == token.text
    if dimension != "number":
        assert token.text == written


# What is written, then the fields that matter.
EXPRESSIONS: list[tuple[str, dict[str, Any]]] = [
    ("5 V +/- 5%", {"value": 5, "tolerance": 0.05, "plus_minus": False}),
    ("5V±5%", {"value": 5, "tolerance": 0.05}),
    ("5 volts plus or minus 5 percent", {"value": 5, "tolerance": 0.05}),
    ("1 kHz to within 1%", {"value": 1e3, "tolerance": 0.01}),
    ("1 kHz within 2 percent", {"value": 1e3, "tolerance": 0.02}),
    ("1 kHz (1%)", {"value": 1e3, "tolerance": 0.01}),
    ("10kΩ (±1%)", {"value": 1e4, "tolerance": 0.01}),
    ("2 kHz with 5% tolerance", {"value": 2e3, "tolerance": 0.05}),
    ("2 kHz 1% accurate", {"value": 2e3, "tolerance": 0.01}),
    ("10k 1%", {"value": 1e4, "tolerance": 0.01}),
    ("5% tolerance", {"unit": "%", "value": 5, "tolerance": 0.05}),
    ("5 V +/- 0.1 V", {"value": 5, "absolute_tolerance": 0.1}),
    ("5 ± 0.1 V", {"value": 5, "unit": "V", "absolute_tolerance": 0.1}),
    ("5 V within 10 mV", {"value": 5, "absolute_tolerance": 0.01}),
    ("20 dB ± 1 dB", {"value": 20, "absolute_tolerance": 1}),
    ("0 dB ± 1 dB", {"value": 0, "absolute_tolerance": 1}),
    ("1 kHz (±5 Hz)", {"value": 1e3, "absolute_tolerance": 5}),
    ("between 3 and 12 V", {"relation": "range", "low": 3, "high": 12, "value": 7.5}),
    ("between -5 and +5 V", {"relation": "range", "low": -5, "high": 5}),
    ("between three and twelve volts", {"relation": "range", "low": 3, "high": 12}),
    ("from one to ten volts", {"relation": "range", "low": 1, "high": 10}),
    ("from 9V to 15V", {"relation": "range", "low": 9, "high": 15}),
    ("from -40 to +85 °C", {"relation": "range", "low": -40, "high": 85, "unit": "degC"}),
    ("9-12 V", {"relation": "range", "low": 9, "high": 12}),
    ("9–12V", {"relation": "range", "low": 9, "high": 12}),
    ("3.0..3.6 V", {"relation": "range", "low": 3.0, "high": 3.6}),
    ("20 Hz to 20 kHz", {"relation": "range", "low": 20, "high": 2e4, "value": math.sqrt(4e5)}),
    ("20-20kHz", {"relation": "range", "low": 20, "high": 2e4}),
    ("1-10 kHz", {"relation": "range", "low": 1e3, "high": 1e4}),
    ("20Hz-20k", {"relation": "range", "low": 20, "high": 2e4, "unit": "Hz"}),
    ("10% to 90%", {"relation": "range", "low": 10, "high": 90}),
    ("at least 40 dB", {"relation": "min", "value": 40}),
    ("at least about 40 dB", {"relation": "min", "approximate": True}),
    ("no more than 10 mA", {"relation": "max", "value": 0.01}),
    ("no less than 3 V", {"relation": "min"}),
    ("not below 3 V", {"relation": "min"}),
    ("less than 5 V", {"relation": "max"}),
    ("less than or equal to 5 V", {"relation": "max"}),
    ("below 6 V", {"relation": "max"}),
    ("under 7 V", {"relation": "max"}),
    ("up to 8 V", {"relation": "max"}),
    ("up to about 10 kHz", {"relation": "max", "approximate": True}),
    ("max 10 mA", {"relation": "max"}),
    ("max. 10 mA", {"relation": "max"}),
    ("a maximum of 3 A", {"relation": "max"}),
    ("min 12 V", {"relation": "min"}),
    ("minimum of 13 V", {"relation": "min"}),
    (">= 40 dB", {"relation": "min"}),
    ("> 5 V", {"relation": "min"}),
    ("≥40 dB", {"relation": "min"}),
    ("<1%", {"relation": "max", "value": 1, "unit": "%"}),
    ("≤3V", {"relation": "max"}),
    ("at most 5 V", {"relation": "max"}),
    ("not exceed 10 mA", {"relation": "max"}),
    ("exceeds 20 dB", {"relation": "min"}),
    ("above 10 kHz", {"relation": "min", "value": 1e4}),
    ("better than 1%", {"relation": "max"}),
    ("better than 60 dB", {"relation": "min"}),
    ("40 dB or more", {"relation": "min"}),
    ("10 mA or less", {"relation": "max"}),
    ("40 dB or better", {"relation": "min"}),
    ("1% or better", {"relation": "max"}),
    ("40 dB min", {"relation": "min"}),
    ("10 mA max", {"relation": "max"}),
    ("about 5 V", {"approximate": True, "value": 5}),
    ("~10 kHz", {"approximate": True, "value": 1e4}),
    ("approx. 3 kHz", {"approximate": True}),
    ("5V or so", {"approximate": True}),
    ("±12 V", {"plus_minus": True, "value": 12, "unit": "V"}),
    ("±15", {"plus_minus": True, "value": 15, "unit": "1"}),
    ("+/-12V", {"plus_minus": True, "value": 12}),
    ("+12V/-12V", {"plus_minus": True, "value": 12}),
    ("+12/-12 V", {"plus_minus": True, "value": 12, "unit": "V"}),
    ("plus minus 15 volts", {"plus_minus": True, "value": 15}),
    ("1 Vpp", {"qualifier": "pp", "unit": "V"}),
    ("2 V peak-to-peak", {"qualifier": "pp"}),
    ("100 mVp-p", {"qualifier": "pp", "value": 0.1}),
    ("100mVrms", {"qualifier": "rms", "value": 0.1}),
    ("5 volts rms", {"qualifier": "rms"}),
    ("1 Vpk", {"qualifier": "peak"}),
    ("230 VAC", {"qualifier": "ac"}),
    ("12VDC", {"qualifier": "dc"}),
    ("10 dBm", {"qualifier": None, "unit": "dBm"}),
]


@pytest.mark.parametrize(("written", "fields"), EXPRESSIONS)
def test_reads_the_whole_expression(written: str, fields: dict[str, Any]) -> None:
    prompt = f"I want {written}, please"
    (token,) = find_quantities(prompt)
    assert token.text == written
    for name, expected in fields.items():
        actual = getattr(token, name)
        assert actual == (pytest.approx(expected) if isinstance(expected, float | int) else expected), name
    assert [prompt[a:b] for a, b in token.number_spans] == [prompt[a:b] for a, b in numbers_in(prompt)]


# A sentence, and each quantity in it as (text, value, unit).
SENTENCES: list[tuple[str, list[tuple[str, float, str]]]] = [
    ("12 V and 5 V", [("12 V", 12, "V"), ("5 V", 5, "V")]),
    ("10 Hz, 1 kHz", [("10 Hz", 10, "Hz"), ("1 kHz", 1e3, "Hz")]),
    ("1, 2.2 and 4.7 kHz", [("1", 1e3, "Hz"), ("2.2", 2.2e3, "Hz"), ("4.7 kHz", 4.7e3, "Hz")]),
    ("10k and 22k resistors", [("10k", 1e4, "ohm"), ("22k", 2.2e4, "ohm")]),
    ("12/24 V", [("12", 12, "V"), ("24 V", 24, "V")]),
    ("gain of 10 and 5 V supply", [("10", 10, "1"), ("5 V", 5, "V")]),
    ("gain of 10 up to 5 kHz", [("10", 10, "1"), ("up to 5 kHz", 5e3, "Hz")]),
    ("a gain of ten", [("ten", 10, "1")]),
    ("a gain of minus ten", [("minus ten", -10, "1")]),
    ("two second-order filters", [("two", 2, "1"), ("second", 2, "1")]),
    ("10K resistor", [("10K", 1e4, "ohm")]),
    ("10n capacitor", [("10n", 1e-8, "F")]),
    ("a 100n bypass cap", [("100n", 1e-7, "F")]),
    ("10u inductor", [("10u", 1e-5, "H")]),
    ("10 resistors", [("10", 10, "1")]),
    ("two-pole", [("two", 2, "1")]),
    ("two transistors", [("two", 2, "1")]),
    ("3-op-amp", [("3", 3, "1")]),
    ("2-transistor", [("2", 2, "1")]),
    ("three op amp", [("three", 3, "1")]),
    ("500 ohm speaker", [("500 ohm", 500, "ohm")]),
    ("5 a day", [("5", 5, "1")]),
    ("10 f", [("10", 10, "1")]),
    ("12 V to 5 V regulator", [("12 V", 12, "V"), ("5 V", 5, "V")]),
    ("boost 5 V to 12 V", [("5 V", 5, "V"), ("12 V", 12, "V")]),
    ("12V -> 5V", [("12V", 12, "V"), ("5V", 5, "V")]),
    ("12V2A", [("12V", 12, "V"), ("2A", 2, "A")]),
    ("16x2 LCD", [("16", 16, "1"), ("2", 2, "1")]),
    ("2x 12 V", [("2", 2, "1"), ("12 V", 12, "V")]),
    ("+12 V, -5 V", [("+12 V", 12, "V"), ("-5 V", -5, "V")]),
    ("2 100 ohm resistors", [("2", 2, "1"), ("100 ohm", 100, "ohm")]),
    ("1,2,5 kHz", [("1", 1, "1"), ("2", 2, "1"), ("5 kHz", 5e3, "Hz")]),
    ("10 mA max 5 V", [("10 mA max", 0.01, "A"), ("5 V", 5, "V")]),
    ("min 5 V max 10 V", [("min 5 V", 5, "V"), ("max 10 V", 10, "V")]),
    ("5 V with 10% ripple", [("5 V", 5, "V"), ("10%", 10, "%")]),
    ("GAIN OF 10 AT 10 MHZ, 20 MA", [("10", 10, "1"), ("10 MHZ", 1e7, "Hz"), ("20 MA", 0.02, "A")]),
    ("R1 = 10k, C3=100n, f=1kHz", [("10k", 1e4, "1"), ("100n", 1e-7, "1"), ("1kHz", 1e3, "Hz")]),
    ("12 V DC-DC converter", [("12 V", 12, "V")]),
    ("555 timer at 555 Hz", [("555 Hz", 555, "Hz")]),
    ("a gain of 741", [("741", 741, "1")]),
    ("LM358 at 5 V", [("5 V", 5, "V")]),
    ("one-shot of one second", [("one second", 1, "s")]),
]


@pytest.mark.parametrize(("prompt", "expected"), SENTENCES)
def test_reads_sentences(prompt: str, expected: list[tuple[str, float, str]]) -> None:
    tokens = find_quantities(prompt)
    assert [(t.text, t.unit) for t in tokens] == [(text, unit) for text, _, unit in expected]
    assert [t.value for t in tokens] == pytest.approx([value for _, value, _ in expected])


PART_NAMES = (
    "LM358;TL072;a 555;NE555 timer;2N3904;1N4148;LM317;7805;BC547;MCP6002;74HC14;RP2040;E24;E96;E12 series;"
    "IRLZ44N;OPA2134;555 timer;741 op-amp;a 3904 transistor;78L05;NE 555;LM 358;ESP-32;"
    "24LC256;2n2222;1n4148;12AX7;ESP32-S3;TO-92;RS-485;AMS1117-3.3;1N4148W-7-F;E-24;USB 2.0"
)


@pytest.mark.parametrize("name", PART_NAMES.split(";"))
def test_part_names_hold_no_number(name: str) -> None:
    assert numbers_in(f"build it with {name}") == []
    assert find_quantities(f"{name}, please") == []


@pytest.mark.parametrize(
    "prompt",
    [
        "one that blinks",
        "this one",
        "a filter",
        "half-wave rectifier",
        "a couple of LEDs",
        "the second one",
        "",
    ],
)
def test_words_that_quantify_nothing_are_left(prompt: str) -> None:
    assert find_quantities(prompt) == []


@pytest.mark.parametrize(
    ("prompt", "place"),
    [
        ("2nd-order", 2),
        ("second order", 2),
        ("5th", 5),
        ("third-order", 3),
        ("a first-order RC", 1),
        ("1st", 1),
    ],
)
def test_places_are_ordinals(prompt: str, place: int) -> None:
    (token,) = find_quantities(prompt)
    assert (token.value, token.ordinal, token.dimension, token.unit) == (place, True, "ordinal", "1")


@pytest.mark.parametrize(
    ("prompt", "relation", "text"),
    [
        ("minimum stopband attenuation of 40 dB", "min", "40 dB"),
        ("maximum output current 20 mA", "max", "20 mA"),
        ("minimum parts 1 kHz filter", "eq", "1 kHz"),
        ("10 V maximum current", "eq", "10 V"),
    ],
)
def test_a_bound_said_of_a_noun_leaves_the_noun_outside(prompt: str, relation: str, text: str) -> None:
    (token,) = find_quantities(prompt)
    assert (token.relation, token.text) == (relation, text)


@pytest.mark.parametrize(
    "prompt", ["1e400 V", "9" * 400 + " V", "1e308 kV to 1e308 MV", "10^999 Hz", "-1e999 A"]
)
def test_a_value_beyond_floats_is_absurd_and_finite(prompt: str) -> None:
    (token,) = find_quantities(prompt)
    assert token.dimension == "absurd"
    assert math.isfinite(token.value)


REPEATED = (
    "1 |x1|1/|1x|5 V +/- 5% |a |one |+-|E9|1,000|ten and |"
    "1-|(|µ|a1-A|1|at least |hundred |10 k|1:|1e|1V|1.|LM-1-"
)


@pytest.mark.parametrize("piece", REPEATED.split("|"))
def test_time_grows_no_faster_than_the_text(piece: str) -> None:
    text = (piece * 100_000)[:100_000]
    begin = time.process_time()
    find_quantities(text)
    # Half a second is usual on an idle core; a quadratic reader takes a minute.
    assert time.process_time() - begin < 4


FRAGMENTS = (
    "5 V;±;+/-; ;-;10k;4k7; to ; and ;between ;at least ;1%;, ;.;/;:;x;×;2N3904;555;one ;half a ;hundred ;"
    "second ;order;°C;µ;Ω; per ;²;10^;e5;1e;(;);dB;Hz;within ;or more;max;İ;½;"
    "+12/-12 V;1,5;\x00;\n;2nd;M;peak;DC"
)
PIECES = st.sampled_from(FRAGMENTS.split(";"))
PROMPTS = st.one_of(st.text(), st.lists(PIECES, max_size=24).map("".join))


@settings(max_examples=400, deadline=None)
@given(PROMPTS)
def test_any_text_gives_ordered_spans_that_hold_every_number(text: str) -> None:
    tokens: list[QuantityToken] = find_quantities(text)
    floor = 0
    for token in tokens:
        assert floor <= token.span[0] < token.span[1] <= len(text)
        assert text[slice(*token.span)] == token.text
        assert math.isfinite(token.value)
        assert (token.low is None) == (token.high is None) == (token.relation != "range")
        assert all(token.span[0] <= a < b <= token.span[1] for a, b in token.number_spans)
        floor = token.span[1]
    assert [span for token in tokens for span in token.number_spans] == numbers_in(text)


PREFIXES = {
    "p": ("pico", -12),
    "n": ("nano", -9),
    "u": ("micro", -6),
    "m": ("milli", -3),
    "": ("", 0),
    "k": ("kilo", 3),
}
UNITS = {"V": "volt", "A": "amp", "F": "farad", "H": "henry", "s": "second", "Hz": "hertz", "ohm": "ohm"}
# The symbols in use: nobody writes pico-ohms or kilofarads.
WRITTEN: dict[str, set[str]] = {
    **{"V": {"p", "n", "u", "m", "", "k"}, "A": {"p", "n", "u", "m", "", "k"}, "F": {"p", "n", "u", "m", ""}},
    **{"H": {"p", "n", "u", "m", ""}, "s": {"p", "n", "u", "m", ""}, "Hz": {"u", "m", "", "k"}},
    **{"ohm": {"n", "u", "m", "", "k"}},
}


@settings(max_examples=300, deadline=None)
@given(
    thousandths=st.integers(1, 999_999),
    prefix=st.sampled_from(sorted(PREFIXES)),
    unit=st.sampled_from(sorted(UNITS)),
)
def test_every_way_of_writing_a_value_reads_the_same(thousandths: int, prefix: str, unit: str) -> None:
    word, exponent = PREFIXES[prefix]
    digits = f"{thousandths / 1000:g}"
    ways = [f"{digits} {word}{UNITS[unit]}", f"{digits}-{word}{UNITS[unit]}"]
    if prefix in WRITTEN[unit]:
        ways += [f"{digits}{prefix}{unit}", f"{digits} {prefix}{unit}"]
        if prefix == "u":
            ways += [f"{digits}\u00b5{unit}", f"{digits} \u03bc{unit}"]
        if unit == "ohm":
            ways += [f"{digits}{prefix}\u03a9", f"{digits} {prefix}\u2126"]
    for way in ways:
        (token,) = find_quantities(f"use {way} here")
        assert token.value == pytest.approx(float(digits) * 10.0**exponent, rel=1e-9), way
        assert token.unit == unit, way


def test_ohm_symbols_and_shouted_prompts_agree_with_plain_ones() -> None:
    assert find_quantities("10 K\u2126")[0].value == find_quantities("10 kohm")[0].value
    assert find_quantities("LOAD OF 10 MOHM")[0].value == 1e7
    assert find_quantities("SUPPLY OF 5 MV")[0].value == 5e-3
    assert find_quantities("5 MV")[0].value == 5e6
