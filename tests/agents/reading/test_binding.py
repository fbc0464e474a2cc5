"""Numbers and what they are bound to."""

from __future__ import annotations

import pytest

from voltsmith.agents.reading.binding import Item, bind, compatible, items_of
from voltsmith.agents.reading.numbers_read import read_numbers
from voltsmith.agents.reading.quantities import QuantityToken
from voltsmith.agents.reading.quantity_cues import FUNCTION_DEFAULTS, QUANTITY_CUES, RENAMED
from voltsmith.agents.reading.reader import relevant
from voltsmith.agents.reading.words import Vocabulary, split
from voltsmith.knowledge.blocks import blocks
from voltsmith.schemas.quantities import QUANTITIES

WORDS = Vocabulary(QUANTITY_CUES)


def items(text: str) -> tuple[list[Item], list[QuantityToken]]:
    tokens = read_numbers(text)
    return items_of(text, split(text, WORDS), tokens, 0, len(text)), tokens


def bound(text: str, function: str) -> dict[str, str]:
    """Words of the number by quantity; ``@`` gives the condition's."""
    found, tokens = items(text)
    result = {}
    for entry in bind(found, tokens, function, relevant(function)):
        at = "" if entry.condition is None else f" @ {tokens[entry.condition].text.strip()}"
        result[entry.quantity] = tokens[entry.token].text.strip() + at
    return result


@pytest.mark.parametrize(
    ("text", "function", "expected"),
    [
        ("1 kHz", "low_pass", {"cutoff_frequency": "1 kHz"}),
        (
            "cut-off 1 kHz, load 10 kohm",
            "low_pass",
            {"cutoff_frequency": "1 kHz", "load_resistance": "10 kohm"},
        ),
        (
            "1 kHz, attenuation of 40 dB at 10 kHz",
            "low_pass",
            {"cutoff_frequency": "1 kHz", "attenuation": "40 dB @ 10 kHz"},
        ),
        ("gain 10, supply 12 V", "amplifier", {"gain": "10", "supply_voltage": "12 V"}),
        ("gain: 10; supply: 12 V", "amplifier", {"gain": "10", "supply_voltage": "12 V"}),
        ("12 V supply and gain of 10", "amplifier", {"supply_voltage": "12 V", "gain": "10"}),
        ("gain of 20 dB at 1 kHz", "amplifier", {"gain": "20 dB @ 1 kHz"}),
        ("12 V in, 5 V out", "voltage_regulator", {"input_voltage": "12 V", "output_voltage": "5 V"}),
        ("5 V out from 12 V in", "voltage_regulator", {"output_voltage": "5 V", "input_voltage": "12 V"}),
        (
            "threshold 2.5 V hysteresis 0.2 V",
            "schmitt_trigger",
            {"threshold_voltage": "2.5 V", "hysteresis": "0.2 V"},
        ),
        (
            "thresholds of 2 V and 1 V",
            "schmitt_trigger",
            {"upper_threshold": "2 V", "lower_threshold": "1 V"},
        ),
        ("±12 V", "amplifier", {"supply_voltage": "±12 V"}),
        ("20 mA", "led_indicator", {"led_current": "20 mA"}),
        ("1 Hz, duty cycle 30 %", "square_oscillator", {"frequency": "1 Hz", "duty_cycle": "30 %"}),
        ("Q of 5 at 2 kHz", "band_pass", {"q_factor": "5", "center_frequency": "2 kHz"}),
    ],
)
def test_numbers_find_their_quantity(text: str, function: str, expected: dict[str, str]):
    assert bound(text, function) == expected


def test_a_number_of_no_use_stays_unbound():
    assert bound("20 lux", "low_pass") == {}
    assert bound("1 kHz 2 kHz 3 kHz 4 kHz 5 kHz", "comparator") == {}


def test_each_quantity_is_bound_once():
    found, tokens = items("gain 10 gain 20 gain 30")
    quantities = [entry.quantity for entry in bind(found, tokens, "amplifier", relevant("amplifier"))]
    assert len(quantities) == len(set(quantities))


def test_what_is_taken_is_not_bound_again():
    found, tokens = items("1 kHz")
    assert bind(found, tokens, "low_pass", relevant("low_pass"), taken=("cutoff_frequency",)) == []


def test_items_are_words_numbers_and_breaks():
    found, _ = items("gain of 2.5, then 5 V.")
    assert [(item.kind, item.text.strip()) for item in found] == [
        ("word", "gain"),
        ("word", "of"),
        ("token", "2.5"),
        ("break", ","),
        ("word", "then"),
        ("token", "5 V"),
        ("break", "."),
    ]


@pytest.mark.parametrize(
    ("text", "quantity", "fits"),
    [
        ("5 V", "supply_voltage", True),
        ("5 V", "cutoff_frequency", False),
        ("1 kHz", "cutoff_frequency", True),
        ("20 dB", "gain", True),
        ("20 dB", "attenuation", True),
        ("20", "attenuation", False),
        ("20 %", "attenuation", False),
        ("50 %", "gain", True),
        ("10k", "load_resistance", True),
        ("10", "order", True),
        ("2.5", "order", False),
        ("2nd", "order", True),
        ("2nd", "gain", False),
        ("10 mA", "gain", False),
    ],
)
def test_compatible(text: str, quantity: str, fits: bool):
    (token,) = read_numbers(text)
    assert (compatible(token, quantity) > 0) is fits


def test_the_tables_name_quantities_and_functions_that_exist():
    functions = {block.function for block in blocks().values()}
    for entries in QUANTITY_CUES.values():
        for entry in entries:
            assert set(entry.quantities) <= set(QUANTITIES)
    for function, by_dimension in FUNCTION_DEFAULTS.items():
        assert function in functions
        assert {name for names in by_dimension.values() for name in names} <= set(QUANTITIES)
    for function, names in RENAMED.items():
        assert function in functions
        assert set(names) | set(names.values()) <= set(QUANTITIES)
