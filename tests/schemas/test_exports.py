"""The names that the package of schemas promises."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from pydantic import BaseModel

import voltsmith.schemas as schemas

EXPORTED = [
    "BlockInfo",
    "BlockInstance",
    "Circuit",
    "Component",
    "Coverage",
    "DOCUMENTS",
    "Design",
    "Finding",
    "Measurement",
    "Net",
    "Parameter",
    "Part",
    "Plan",
    "Port",
    "Quantity",
    "Reading",
    "Report",
    "Requirement",
    "Schema",
    "Supply",
    "Testbench",
]


def test_the_exported_names_are_pinned():
    assert sorted(schemas.__all__) == sorted(EXPORTED)


@pytest.mark.parametrize("name", [name for name in EXPORTED if name != "DOCUMENTS"])
def test_every_exported_name_is_a_schema(name: str):
    assert issubclass(getattr(schemas, name), BaseModel)
    assert getattr(schemas, name).__name__ == name


def test_a_name_that_does_not_exist():
    with pytest.raises(AttributeError, match="Circut"):
        schemas.Circut  # noqa: B018


@pytest.mark.parametrize("name", schemas.DOCUMENTS)
def test_every_document_has_a_json_schema(name: str):
    document = getattr(schemas, schemas.DOCUMENTS[name]).model_json_schema()
    assert document["type"] == "object"
    assert document["additionalProperties"] is False
    assert json.loads(json.dumps(document)) == document


def test_the_package_loads_without_pydantic():
    code = "import sys, voltsmith.schemas; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
