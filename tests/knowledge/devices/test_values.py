"""Printed values and numbers."""

from __future__ import annotations

import eseries
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voltsmith.knowledge.devices import format_value, parse_value
from voltsmith.schemas.errors import BadQuantity


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10k", 1e4),
        ("4.7k", 4700.0),
        ("4k7", 4700.0),
        ("2R2", 2.2),
        ("15n", 15e-9),
        ("2.2u", 2.2e-6),
        ("1M", 1e6),
        ("1m", 1e-3),
        ("100R", 100.0),
        ("470", 470.0),
        ("10uF", 1e-5),
        ("1mH", 1e-3),
        ("33.2k", 33200.0),
        ("1e3", 1000.0),
    ],
)
def test_reads(text, value):
    assert parse_value(text) == value


@pytest.mark.parametrize(
    "text", ["", "k", "10x", "ten", "1.2.3k", "10 k ohm", "$(ls)", "1k\n.control", "nan", "inf"]
)
def test_refuses(text):
    with pytest.raises(BadQuantity, match="10k"):
        parse_value(text)


@given(
    st.sampled_from(list(eseries.series(eseries.ESeries.E96)) + list(eseries.series(eseries.ESeries.E24))),
    st.integers(-12, 7),
)
def test_preferred_values_survive_a_round_trip(mantissa, exponent):
    value = float(f"{mantissa}e{exponent - 2}")
    assert parse_value(format_value(value)) == pytest.approx(value, rel=1e-15)
    assert format_value(parse_value(format_value(value))) == format_value(value)


def test_prints_si_prefixes():
    printed = [format_value(x) for x in (1e4, 4700.0, 1e6, 15e-9, 2.2e-6, 470.0, 1e-3)]
    assert printed == ["10k", "4.7k", "1M", "15n", "2.2u", "470", "1m"]
