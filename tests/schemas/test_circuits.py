"""A circuit whose nets, pins or names disagree cannot be made."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from voltsmith.schemas.circuits import Circuit, Net, Part, Port, nets_of

R1 = Part(ref="R1", component="resistor", value="1k", pins={"1": "in", "2": "out"})
C1 = Part(ref="C1", component="capacitor", value="1n", pins={"1": "out", "2": "0"})
IN = Port(name="in", net="in", role="input")


def circuit(*parts: Part, ports: tuple[Port, ...] = (IN,), **fields: object) -> Circuit:
    return Circuit.model_validate({"name": "c", "ports": ports, "parts": parts, **fields})


def test_nets_are_derived_in_order():
    assert circuit(R1, C1).nets == (
        Net(name="in", pins=("R1.1",)),
        Net(name="out", pins=("R1.2", "C1.1")),
        Net(name="0", pins=("C1.2",)),
    )


def test_nets_are_derived_from_json_too():
    data = circuit(R1, C1).model_dump(mode="json")
    assert Circuit.model_validate({**data, "nets": []}) == Circuit.model_validate(data) == circuit(R1, C1)


def test_the_order_of_declared_nets_and_pins_does_not_matter():
    nets = tuple(Net(name=n.name, pins=n.pins[::-1]) for n in reversed(nets_of((R1, C1))))
    assert circuit(R1, C1, nets=nets).nets == nets


@pytest.mark.parametrize(
    ("name", "pins"),
    [
        ("out", ("R1.2",)),
        ("out", ("R1.2", "C1.1", "C1.2")),
        ("out", ("R1.2", "C1.1", "R9.1")),
        ("other", ("R1.2", "C1.1")),
    ],
)
def test_nets_that_disagree_are_named(name: str, pins: tuple[str, ...]):
    nets = (Net(name="in", pins=("R1.1",)), Net(name=name, pins=pins), Net(name="0", pins=("C1.2",)))
    with pytest.raises(ValidationError, match=r"nets disagree with the pins of the parts: .*out"):
        circuit(R1, C1, nets=nets)


def test_a_net_without_pins_is_refused():
    with pytest.raises(ValidationError, match="nets disagree"):
        circuit(R1, nets=(*nets_of((R1,)), Net(name="floating", pins=())))


def test_repeated_references_are_named():
    with pytest.raises(ValidationError, match="reference designators repeat: R1"):
        circuit(R1, R1.model_copy(update={"value": "2k"}))


def test_repeated_ports_are_named():
    with pytest.raises(ValidationError, match="port names repeat: in"):
        circuit(R1, ports=(IN, Port(name="in", net="out", role="output")))


def test_repeated_nets_are_refused():
    nets = (Net(name="in", pins=("R1.2",)), *nets_of((R1,)))
    with pytest.raises(ValidationError):
        circuit(R1, nets=nets)


def test_port_by_name():
    assert circuit(R1).port("in") is IN
    assert circuit(R1).port("nowhere") is None


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["1", "2", "IN+", "V-"]), st.sampled_from(["0", "a", "b", "vcc"]), min_size=1
        ),
        min_size=1,
        max_size=6,
    )
)
def test_round_trip(pins: list[dict[str, str]]):
    parts = tuple(Part(ref=f"U{i}", component="LM358", pins=p) for i, p in enumerate(pins, 1))
    made = Circuit(name="c", ports=(), parts=parts)
    assert Circuit.model_validate_json(made.model_dump_json()) == made
    members = [pin for net in made.nets for pin in net.pins]
    assert sorted(members) == sorted(f"{part.ref}.{pin}" for part in parts for pin in part.pins)
