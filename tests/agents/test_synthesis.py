"""From a plan to a netlist: packages, idle units, decoupling, ports, chains, benches."""

from __future__ import annotations

from functools import cache

import pytest

from voltsmith.agents.reading.reader import read
from voltsmith.agents.reasoning import propose
from voltsmith.agents.synthesis import Synthesis, synthesise
from voltsmith.knowledge.devices import component
from voltsmith.schemas.circuits import Circuit, Part
from voltsmith.schemas.requirements import Requirement
from voltsmith.verification import erc

CHAIN = "a preamp with a gain of 10, then a second-order Sallen-Key low-pass at 3 kHz, from ±12 V"
PROMPTS = (
    "RC low-pass at 1 kHz",
    "inverting amplifier with a gain of 10 from ±12 V",
    "amplifier with a gain of 20 from a 9 V battery",
    CHAIN,
    "instrumentation amplifier with a gain of 100 from ±5 V",
    "comparator at 2.5 V from 5 V",
    "window comparator from 2 V to 3 V on 5 V",
    "low-pass at 1 kHz followed by a comparator at 1 V, from 5 V",
    "astable 555 at 1 kHz",
    "5 V regulator from 12 V at 100 mA",
    "switch a 12 V relay with 5 V logic",
    "difference amplifier with a gain of 2",
)


@cache
def made(prompt: str) -> tuple[Synthesis, tuple[Requirement, ...]]:
    proposal = propose(read(prompt))
    synthesis = synthesise(proposal.plan, proposal.requirements)
    return synthesis, (*proposal.requirements, *synthesis.requirements)


def circuit(prompt: str) -> Circuit:
    return made(prompt)[0].circuit


def of_kind(found: Circuit, *kinds: str) -> list[Part]:
    return [part for part in found.parts if component(part.component).kind in kinds]


@pytest.mark.parametrize("prompt", PROMPTS)
def test_no_rule_objects(prompt: str):
    assert [f for f in erc.check(circuit(prompt)) if f.severity in ("fatal", "major")] == []


@pytest.mark.parametrize("prompt", PROMPTS)
def test_references_count_up_by_kind(prompt: str):
    counters: dict[str, int] = {}
    for part in circuit(prompt).parts:
        prefix = component(part.component).prefix
        counters[prefix] = counters.get(prefix, 0) + 1
        assert part.ref == f"{prefix}{counters[prefix]}"


@pytest.mark.parametrize("prompt", PROMPTS)
def test_ports_are_ordered_and_connected(prompt: str):
    found = circuit(prompt)
    order = ["input", "output", "bidirectional", "power", "ground"]
    roles = [order.index(port.role) for port in found.ports]
    assert roles == sorted(roles)
    nets = {net.name for net in found.nets}
    assert {port.net for port in found.ports} <= nets
    assert [port.net for port in found.ports if port.role == "ground"] == ["0"]


@pytest.mark.parametrize("prompt", PROMPTS)
def test_pins_exist(prompt: str):
    for part in circuit(prompt).parts:
        assert set(part.pins) <= set(component(part.component).pin_names())


@pytest.mark.parametrize("prompt", PROMPTS)
def test_every_package_is_supplied_and_decoupled(prompt: str):
    found = circuit(prompt)
    capacitors = [set(part.pins.values()) for part in of_kind(found, "capacitor") if part.value == "100n"]
    for part in of_kind(found, "opamp", "comparator"):
        supplies = component(part.component).supply_pins
        assert set(supplies.values()) <= set(part.pins)
        for pin in supplies.values():
            if part.pins[pin] != "0":
                assert {part.pins[pin], "0"} in capacitors


@pytest.mark.parametrize("prompt", PROMPTS)
def test_idle_units_are_tied(prompt: str):
    found = circuit(prompt)
    members = {net.name: net.pins for net in found.nets}
    for part in of_kind(found, "opamp", "comparator"):
        for unit in component(part.component).units:
            pins = unit.pins
            inputs = [part.pins.get(pins["in_p"]), part.pins.get(pins["in_n"])]
            assert None not in inputs, f"{part.ref}: an input floats"
            out = part.pins.get(pins["out"])
            if out is not None and len(members[out]) == 2 and out == inputs[1]:
                assert inputs[0] in ("0", "vmid"), "an idle follower rests in the middle of its supply"


@pytest.mark.parametrize("prompt", PROMPTS)
def test_checks_point_at_what_exists(prompt: str):
    synthesis, requirements = made(prompt)
    names = [bench.name for bench in synthesis.testbench.benches]
    assert len(set(names)) == len(names)
    ids = {requirement.id: requirement for requirement in requirements}
    for check in synthesis.testbench.checks:
        assert check.bench in names
        assert check.second is None or check.second in names
        assert ids[check.requirement].role == "performance"
    measured = [check.requirement for check in synthesis.testbench.checks]
    assert len(set(measured)) == len(measured)
    nets = {net.name for net in synthesis.circuit.nets}
    for bench in synthesis.testbench.benches:
        assert {stimulus.net for stimulus in bench.stimuli} <= nets
        # Loads in series meet at a net of their own outside the circuit.
        ends = {net for load in bench.loads for net in (load.net, load.reference)}
        assert not bench.loads or ends & nets


@pytest.mark.parametrize("prompt", PROMPTS)
def test_synthesis_is_deterministic(prompt: str):
    proposal = propose(read(prompt))
    assert synthesise(proposal.plan, proposal.requirements) == made(prompt)[0]


def test_stages_share_packages():
    found = circuit(CHAIN)
    packages = of_kind(found, "opamp")
    assert len({part.component for part in packages}) == 1
    units = len(component(packages[0].component).units)
    followers = sum(
        part.pins[unit.pins["in_n"]].startswith("idle")
        for part in packages
        for unit in component(part.component).units
    )
    assert len(packages) * units - followers >= 2
    assert followers < units, "a package that nothing uses"


def test_three_op_amps_need_two_dual_packages_or_one_quad():
    found = circuit("instrumentation amplifier with a gain of 100 from ±5 V")
    packages = of_kind(found, "opamp")
    units = sum(len(component(part.component).units) for part in packages)
    assert units - 3 < len(component(packages[0].component).units)


def test_a_chain_hands_its_signal_on():
    found = circuit(CHAIN)
    assert [port.name for port in found.ports] == ["in", "out", "vcc", "vee", "gnd"]
    inner = [net.name for net in found.nets if net.name.startswith("s1_")]
    assert inner
    blocks = {
        net.name: {part.block for part in found.parts if net.name in part.pins.values()} for net in found.nets
    }
    shared = [
        name for name, users in blocks.items() if {"s1", "s2"} <= users and name not in ("0", "vcc", "vee")
    ]
    assert shared, "the second stage hangs on the first"
    assert blocks["in"] == {"s1"}
    assert "s2" in blocks["out"]


def test_a_single_supply_has_one_middle():
    found = circuit("amplifier with a gain of 20 from a 9 V battery")
    assert found.port("vee") is None
    assert sum(net.name == "vmid" for net in found.nets) <= 1
    assumptions = made("amplifier with a gain of 20 from a 9 V battery")[0].assumptions
    assert any("half the supply, 4.5 V" in sentence for sentence in assumptions)
    assert len(set(assumptions)) == len(assumptions)


def test_tight_tolerances_take_better_parts():
    ordinary, tight = circuit("RC low-pass at 1 kHz"), circuit("RC low-pass at 1 kHz ± 2 %")
    for part in ordinary.parts:
        better = next(other for other in tight.parts if other.component == part.component)
        assert better.parameters["tolerance"] < part.parameters["tolerance"]
    assert any(
        "because 2 % was asked for" in text for text in made("RC low-pass at 1 kHz ± 2 %")[0].assumptions
    )


def test_the_load_is_there_in_every_bench():
    testbench = made("RC low-pass at 1 kHz loaded with 100 kohm")[0].testbench
    assert testbench.benches
    for bench in testbench.benches:
        assert [(load.kind, load.value, load.net) for load in bench.loads] == [("resistor", 1e5, "out")]


def test_a_part_that_was_insisted_on_is_used():
    found = circuit("inverting amplifier with a gain of 5 using a TL072 from ±12 V")
    assert [part.component for part in of_kind(found, "opamp")] == ["TL072"]


def test_decibels_are_measured_in_decibels():
    synthesis, requirements = made("inverting amplifier with 20 dB of gain from ±12 V")
    (gain,) = [item for item in requirements if item.quantity == "gain"]
    (check,) = [item for item in synthesis.testbench.checks if item.requirement == gain.id]
    assert (gain.unit, check.measure.kind) == ("dB", "gain_db")
