"""What a requirement accepts, for each relation."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from voltsmith.schemas.quantities import QUANTITIES
from voltsmith.schemas.requirements import Requirement


def asked(**fields: object) -> Requirement:
    return Requirement.model_validate(
        {"id": "R1", "quantity": "gain", "target": 10.0, "unit": "V/V"} | fields
    )


@pytest.mark.parametrize(
    ("fields", "low", "high"),
    [
        ({}, 9.5, 10.5),
        ({"tolerance": 0.01}, 9.9, 10.1),
        ({"tolerance": 0.0}, 10.0, 10.0),
        ({"target": -10.0, "tolerance": 0.1}, -11.0, -9.0),
        ({"target": 0.0}, 0.0, 0.0),
        ({"absolute_tolerance": 3.0}, 7.0, 13.0),
        ({"absolute_tolerance": 0.0, "tolerance": 0.5}, 10.0, 10.0),
        ({"target": 0.0, "absolute_tolerance": 0.4}, -0.4, 0.4),
        ({"relation": "min"}, 10.0, None),
        ({"relation": "min", "absolute_tolerance": 5.0}, 5.0, None),
        ({"relation": "max", "absolute_tolerance": 0.5}, None, 10.5),
        ({"relation": "max"}, None, 10.0),
        ({"relation": "max", "tolerance": 0.5}, None, 10.0),
        ({"relation": "range", "low": 2.0, "high": 3.0}, 2.0, 3.0),
        ({"relation": "range", "low": -1.0, "high": -1.0}, -1.0, -1.0),
        ({"relation": "range", "low": 0.0, "high": 3.0, "tolerance": 0.5}, 0.0, 3.0),
    ],
)
def test_limits(fields: dict[str, object], low: float | None, high: float | None):
    assert asked(**fields).limits() == pytest.approx((low, high))


@pytest.mark.parametrize(
    "fields",
    [
        {"relation": "range"},
        {"relation": "range", "low": 1.0},
        {"relation": "range", "high": 1.0},
        {"relation": "range", "low": 2.0, "high": 1.0},
        {"relation": "about"},
        {"id": "1"},
        {"id": "R1234"},
        {"id": "R1\n"},
        {"tolerance": -0.1},
        {"absolute_tolerance": -1.0},
        {"unit": "x" * 13},
        {"text": "x" * 401},
        {"source": "guessed"},
        {"role": "wish"},
        {"text_span": (1, 2, 3)},
        {"quantity": "cut off"},
    ],
)
def test_refused(fields: dict[str, object]):
    with pytest.raises(ValidationError):
        asked(**fields)


def test_round_trip():
    made = asked(relation="range", low=1.0, high=2.0, text_span=(3, 9), also_from=((12, 15),), stage="s1")
    assert Requirement.model_validate_json(made.model_dump_json()) == made


def test_quantities_are_consistent():
    for name, quantity in QUANTITIES.items():
        assert quantity.name == name
        assert quantity.title
        if quantity.role == "choice":
            assert quantity.tolerance == 0.0
