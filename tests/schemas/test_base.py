"""Names that could mean something to SPICE or a shell are refused, and so is whatever a schema does not know."""

from __future__ import annotations

import json

import pytest
from pydantic import TypeAdapter, ValidationError

from voltsmith.schemas.base import ComponentId, FindingCode, NetName, PinName, Reference, Schema, Slug
from voltsmith.schemas.circuits import Part, Port
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import Dc, Load, Pulse, Stimulus

GOOD = {
    Reference: ("R1", "SW12", "ABCD9999"),
    NetName: ("0", "in", "vcc", "s1_fb_2", "a" * 48),
    PinName: ("1", "IN1+", "IN1-", "BAL/STRB", "V+", "~CS", "OUT_A", "x" * 24),
    ComponentId: ("resistor", "LM358", "AMS1117-3.3", "BZX79-C5V1", "2N3904", "a" * 48),
    Slug: ("s1", "sallen_key_low_pass", "a" * 48),
    FindingCode: ("NO_DC_PATH", "SPICE_SINGULAR", "A", "E2_3"),
}
HOSTILE = (
    "",
    " ",
    "a b",
    " in",
    "in ",
    "in\n",
    "in\n.control",
    "in\r",
    "in\t",
    "in\x00",
    "in\x0b",
    "*comment",
    "; rm",
    "$(rm)",
    "`rm`",
    "'quoted'",
    '"quoted"',
    "a=b",
    "{a}",
    "v(in)",
    "a,b",
    "a|b",
    "a&b",
    "a>b",
    "<a",
    "a\\b",
    "a#branch",
    "a@b",
    "a!b",
    "a%b",
    "\u00e4",
    "in\u2028",
    "in\u00a0out",
    "\uff11",
    "\u0661",
    "a" * 49 + "1",
)
OWN = {
    Reference: ("r1", "R", "1", "R12345", "ABCDE1", "R1A", "R-1", "R+1", "R1.2", ".R1"),
    NetName: ("IN", "1in", "_in", "00", "-in", "in.x", "in-x", "in/x", "-", ".control"),
    PinName: ("a*", "(a)", "[a]", "a:b"),  # ".1" is a pin
    ComponentId: ("-x", "+x", "_x", "a/b", ".include"),
    Slug: ("Aa", "1a", "_a", "a-b", "a.b", "0", ".control"),
    FindingCode: ("lower", "_A", "A__B", "A_", "1A", "A-B"),
}


NAMES = ["reference", "net", "pin", "component", "slug", "code"]


@pytest.mark.parametrize("kind", GOOD, ids=NAMES)
def test_names(kind: object):
    adapter: TypeAdapter[str] = TypeAdapter(kind)
    for name in GOOD[kind]:
        assert adapter.validate_python(name) == name
    for name in (*HOSTILE, *OWN[kind]):
        with pytest.raises(ValidationError):
            adapter.validate_python(name)
        with pytest.raises(ValidationError):
            adapter.validate_json(json.dumps(name))


@pytest.mark.parametrize("value", ["10k", "4.7u", "1e-9", "100", "+5"])
def test_printed_values_that_fit(value: str):
    assert Part(ref="R1", component="resistor", value=value, pins={"1": "a"}).value == value


@pytest.mark.parametrize(
    "value", ["", "10 k", "10k\n", "10k\n.control", "{x}", "'1+1'", "`ls`", "10k;rm", "x" * 17]
)
def test_printed_values_that_do_not(value: str):
    with pytest.raises(ValidationError):
        Part(ref="R1", component="resistor", value=value, pins={"1": "a"})


def test_hostile_keys_are_refused():
    with pytest.raises(ValidationError):
        Part(ref="R1", component="resistor", pins={"1 2": "a"})
    with pytest.raises(ValidationError):
        Part(ref="R1", component="resistor", pins={"1": "a"}, parameters={"x=1 .control": 1.0})


def test_unknown_fields_are_refused():
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Port.model_validate({"name": "in", "net": "in", "role": "input", "shell": "rm"})


def test_documents_cannot_be_changed():
    port = Port(name="in", net="in", role="input")
    with pytest.raises(ValidationError, match="frozen"):
        port.net = "out"


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize(
    "make",
    [
        lambda x: Dc(value=x),
        lambda x: Load(kind="resistor", value=x, net="a"),
        lambda x: Port(name="vcc", net="vcc", role="power", voltage=x),
        lambda x: Part(ref="R1", component="resistor", pins={}, parameters={"tolerance": x}),
        lambda x: Requirement(id="R1", quantity="gain", target=x, unit="dB"),
        lambda x: Requirement(id="R1", quantity="gain", target=1.0, unit="dB", condition=x),
        lambda x: Pulse(low=0, high=x, rise=1, fall=1, width=1, period=1),
    ],
)
def test_numbers_are_finite(make, number: float):
    with pytest.raises(ValidationError):
        make(number)


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_json_numbers_are_finite(word: str):
    with pytest.raises(ValidationError):
        Dc.model_validate_json(f'{{"kind": "dc", "value": {word}}}')


def test_a_stimulus_cannot_carry_text():
    with pytest.raises(ValidationError):
        Stimulus(name="in\n.control", net="in", waveform=Dc(value=1.0))
    with pytest.raises(ValidationError):
        Stimulus.model_validate({"name": "in", "net": "in", "waveform": {"kind": "shell", "value": 1.0}})


def test_every_schema_is_strict_and_immutable():
    import importlib
    import pkgutil

    import voltsmith.schemas

    for module in pkgutil.iter_modules(voltsmith.schemas.__path__):
        importlib.import_module(f"voltsmith.schemas.{module.name}")
    seen, left = set(), [Schema]
    while left:
        left += (found := left.pop().__subclasses__())
        seen |= set(found)
    assert len(seen) > 25
    for schema in seen:
        config = schema.model_config
        assert (config.get("extra"), config.get("frozen")) == ("forbid", True), schema
        assert config.get("allow_inf_nan") is False, schema
