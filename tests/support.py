"""What the tests of several rooms share: from block parameters to measurements in one call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from voltsmith.agents.instances import instantiate
from voltsmith.agents.synthesis import Synthesis, synthesise
from voltsmith.knowledge.blocks import Asked, block
from voltsmith.schemas.circuits import Circuit
from voltsmith.schemas.plans import Plan, Supply
from voltsmith.schemas.quantities import QUANTITIES
from voltsmith.schemas.reports import Finding, Measurement
from voltsmith.schemas.requirements import Requirement
from voltsmith.verification.spice.pool import shared_pool
from voltsmith.verification.spice.runner import simulate


@dataclass(frozen=True)
class Checked:
    """A block design and what simulating it gave."""

    synthesis: Synthesis
    requirements: tuple[Requirement, ...]
    measured: dict[str, Measurement]
    findings: tuple[Finding, ...]

    def value(self, quantity: str) -> float:
        """The measured value of a quantity."""
        found = self.measured[quantity].value
        assert found is not None, f"{quantity}: {self.measured[quantity].reason}"
        return found

    @property
    def passed(self) -> bool:
        """Whether everything asked and assumed was met."""
        return not self.findings and all(item.passed for item in self.measured.values())


def requirement(index: int, quantity: str, target: float, **fields: object) -> Requirement:
    """A requirement with the defaults of its quantity."""
    known = QUANTITIES[quantity]
    values: dict[str, object] = {
        "id": f"R{index}",
        "quantity": quantity,
        "target": target,
        "unit": known.unit,
        "tolerance": known.tolerance,
        "absolute_tolerance": known.absolute if fields.get("relation", "eq") == "eq" else None,
        "role": known.role,
    }
    return Requirement.model_validate(values | fields)


def design_block(
    name: str,
    numbers: Mapping[str, float],
    *,
    choices: Mapping[str, str] | None = None,
    supply: Supply | None = None,
    components: tuple[str, ...] = (),
    conditions: Mapping[str, float] | None = None,
    extra: tuple[Requirement, ...] = (),
) -> tuple[Synthesis, tuple[Requirement, ...]]:
    """Design one block from numbers (by quantity); ``conditions`` gives ``Requirement.condition`` by quantity."""
    conditions = conditions or {}
    asked_requirements = [
        requirement(index, quantity, target, condition=conditions.get(quantity))
        for index, (quantity, target) in enumerate(numbers.items(), 1)
    ]
    asked_requirements += extra
    entry = block(name)
    asked = Asked(
        numbers={item.quantity: item.target for item in asked_requirements},
        requirements={item.quantity: item for item in asked_requirements},
        choices=dict(choices or {}),
        components=components,
        supply=supply,
    )
    entry.fit(asked)
    made = instantiate(entry, asked, "s1", asked_requirements, len(asked_requirements) + 1)
    plan = Plan(name=name, chains=((made.instance,),), supply=supply or entry.default_supply)
    everything = (*asked_requirements, *made.assumed)
    synthesis = synthesise(plan, everything)
    return synthesis, (*everything, *synthesis.requirements)


def check_block(name: str, numbers: Mapping[str, float], runs: int = 0, **options: object) -> Checked:
    """Design one block and simulate it; options as for :func:`design_block`."""
    synthesis, everything = design_block(name, numbers, **options)  # type: ignore[arg-type]
    result = simulate(synthesis.circuit, synthesis.testbench, everything, shared_pool(), runs=runs)
    by_id = {item.id: item.quantity for item in everything}
    measured = {by_id[item.requirement]: item for item in result.measurements}
    return Checked(synthesis, everything, measured, tuple(result.findings))


def altered(circuit: Circuit, ref: str, **fields: object) -> Circuit:
    """``circuit`` with fields of the part ``ref`` replaced and its nets derived anew: one that must fail."""
    assert any(part.ref == ref for part in circuit.parts), f"no part {ref}"
    parts = tuple(part.model_copy(update=fields) if part.ref == ref else part for part in circuit.parts)
    return Circuit(name=circuit.name, ports=circuit.ports, parts=parts)


def remeasured(checked: Checked, circuit: Circuit) -> dict[str, Measurement]:
    """What the testbench of ``checked`` says of another circuit, by quantity."""
    result = simulate(circuit, checked.synthesis.testbench, checked.requirements, shared_pool(), runs=0)
    by_id = {item.id: item.quantity for item in checked.requirements}
    return {by_id[item.requirement]: item for item in result.measurements}
