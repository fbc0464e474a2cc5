"""Altering circuits that were designed, to see that their benches notice."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from support import Checked, design_block

from voltsmith.knowledge.devices import component, components
from voltsmith.schemas.circuits import Circuit, Part
from voltsmith.schemas.reports import Measurement
from voltsmith.verification.spice.pool import shared_pool
from voltsmith.verification.spice.runner import simulate


def rebuilt(circuit: Circuit, change: Callable[[Part], Part]) -> Circuit:
    """The circuit with every part passed through ``change``."""
    return Circuit(name=circuit.name, ports=circuit.ports, parts=tuple(map(change, circuit.parts)))


def with_value(circuit: Circuit, ref: str, value: str) -> Circuit:
    return rebuilt(
        circuit, lambda part: part.model_copy(update={"value": value}) if part.ref == ref else part
    )


def with_component(circuit: Circuit, component: str, *, instead_of: str) -> Circuit:
    """Another component with the same pins."""

    def change(part: Part) -> Part:
        return part.model_copy(update={"component": component}) if part.component == instead_of else part

    return rebuilt(circuit, change)


def with_slower_opamp(circuit: Circuit) -> Circuit:
    """Every op-amp replaced by the slowest one of the same pins, so that the rest stays as it is."""

    def change(part: Part) -> Part:
        entry = component(part.component)
        if entry.kind != "opamp":
            return part
        same = [
            other
            for other in components().values()
            if other.kind == "opamp" and set(other.pin_names()) >= set(part.pins)
        ]
        return part.model_copy(update={"component": min(same, key=lambda other: other.limits["gbw"]).id})

    return rebuilt(circuit, change)


def swapped(circuit: Circuit, ref: str, first: str, second: str) -> Circuit:
    """Two pins of one part exchanged."""

    def change(part: Part) -> Part:
        if part.ref != ref:
            return part
        pins = {**part.pins, first: part.pins[second], second: part.pins[first]}
        return part.model_copy(update={"pins": pins})

    return rebuilt(circuit, change)


def measured_after(
    name: str,
    numbers: Mapping[str, float],
    damage: Callable[[Circuit], Circuit],
    **options: object,
) -> dict[str, Measurement]:
    """Measurements by quantity of a design that was damaged afterwards."""
    synthesis, requirements = design_block(name, numbers, **options)  # type: ignore[arg-type]
    circuit = damage(synthesis.circuit)
    assert circuit != synthesis.circuit
    result = simulate(circuit, synthesis.testbench, requirements, shared_pool(), runs=0)
    by_id = {item.id: item.quantity for item in requirements}
    return {by_id[item.requirement]: item for item in result.measurements}


def refs(checked: Checked, component: str) -> list[Part]:
    """The parts of one component."""
    return [part for part in checked.synthesis.circuit.parts if part.component == component]


def values_of(checked: Checked, component: str = "resistor") -> list[str | None]:
    return [part.value for part in refs(checked, component)]
