"""The synthesis agent: a plan becomes a netlist and the testbench that decides it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from voltsmith.agents.chains import Ends, whole_chain
from voltsmith.knowledge.blocks import Values, block
from voltsmith.knowledge.blocks.assembly import Assembly, ChainState, Probe
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.schemas.circuits import Circuit
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import BlockInstance, Plan
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import Bench, Check, Load, Testbench

_DECIBEL_KIND = {"gain": "gain_db", "passband_gain": "passband_gain_db", "peak_gain": "peak_gain_db"}
_LOADS = {
    "load_resistance": "resistor",
    "load_capacitance": "capacitor",
    "load_current": "current",
}


@dataclass(frozen=True)
class Synthesis:
    """A circuit, how it is measured, what was assumed on the way, and what blocks hold themselves to."""

    circuit: Circuit
    testbench: Testbench
    assumptions: tuple[str, ...]
    requirements: tuple[Requirement, ...] = ()


def synthesise(plan: Plan, requirements: Sequence[Requirement]) -> Synthesis:
    """Build the circuit of ``plan``.

    Raises:
        Infeasible: a block cannot be built with its parameters; the message says why.
    """
    last = plan.instances()[-1]
    load = _load(requirements) if block(last.block).carries_load else None
    assembly = Assembly(plan.name, plan.supply, plan.speed_margin, load=load)
    assembly.assumptions += plan.assumptions
    _tighten(assembly, requirements)
    by_id = {requirement.id: requirement for requirement in requirements}
    ends: list[Ends] = []
    for index, chain in enumerate(plan.chains):
        state = ChainState(suffix="" if len(plan.chains) == 1 else str(index + 1))
        for position, instance in enumerate(chain):
            state.first = position == 0
            builder = Builder(assembly, instance.id, state, instance.components)
            builder.is_last = position == len(chain) - 1
            try:
                block(instance.block).build(builder, _values(instance, by_id))
            except Infeasible as reason:
                raise Infeasible(str(reason), reason.questions, instance.id) from reason
            except ValueError as reason:
                # Preferred values end somewhere; what lies beyond cannot be bought.
                words = f"a {block(instance.block).title} with these numbers needs parts that are not made: {reason}"
                raise Infeasible(words, stage=instance.id) from reason
        ends.append(Ends(state.input, state.output or state.input))
    circuit = assembly.finish()
    added = _added(plan, assembly, by_id)
    wholes = _wholes(plan, ends, assembly, by_id, len(by_id) + len(added))
    owners = {
        instance.id: (
            *instance.requirements,
            *(made.id for made in added if made.stage == instance.id),
        )
        for instance in plan.instances()
    }
    testbench = _testbench(owners, assembly, by_id | {made.id: made for made in added}, wholes)
    assumptions = tuple(dict.fromkeys(assembly.assumptions))
    return Synthesis(circuit, testbench, assumptions, (*added, *(made for made, _ in wholes)))


def _wholes(
    plan: Plan, ends: Sequence[Ends], assembly: Assembly, by_id: Mapping[str, Requirement], last: int
) -> list[tuple[Requirement, Probe]]:
    """What chains are held to from end to end."""
    found: list[tuple[Requirement, Probe]] = []
    for chain, nets in zip(plan.chains, ends, strict=True):
        made = whole_chain(chain, nets, assembly, by_id, last + len(found) + 1)
        if made is not None:
            found.append(made)
    return found


def _added(plan: Plan, assembly: Assembly, by_id: dict[str, Requirement]) -> tuple[Requirement, ...]:
    """What blocks require of themselves, numbered on, without what was asked for anyway."""
    asked = {
        (instance.id, by_id[name].quantity)
        for instance in plan.instances()
        for name in instance.requirements
        if name in by_id
    }
    number = max((int(name[1:]) for name in by_id), default=0)
    made = []
    for owner, requirement in assembly.required:
        if (owner, requirement.quantity) not in asked and requirement.quantity in assembly.offers[owner]:
            asked.add((owner, requirement.quantity))
            number += 1
            made.append(requirement.model_copy(update={"id": f"R{number}"}))
    return tuple(made)


def _values(instance: BlockInstance, by_id: dict[str, Requirement]) -> Values:
    own = [by_id[identifier] for identifier in instance.requirements if identifier in by_id]
    return Values(
        instance.parameters, instance.choices, {requirement.quantity: requirement for requirement in own}
    )


def _load(requirements: Iterable[Requirement]) -> Load | None:
    for requirement in requirements:
        if (kind := _LOADS.get(requirement.quantity)) is not None and requirement.target > 0:
            return Load(kind=kind, value=requirement.target, net="out")
    return None


def _tighten(assembly: Assembly, requirements: Iterable[Requirement]) -> None:
    """Better parts where a tolerance asked for is tighter than ordinary ones can hold."""
    asked = [
        requirement.tolerance
        for requirement in requirements
        if requirement.source == "prompt"
        and requirement.role == "performance"
        and requirement.relation == "eq"
        and requirement.absolute_tolerance is None
    ]
    if asked and min(asked) < 0.03:
        assembly.resistor_tolerance = 0.001
        assembly.capacitor_tolerance = 0.01
        assembly.assumptions.append(
            f"0.1 % resistors and 1 % capacitors, because {min(asked) * 100:g} % was asked for"
        )


def _testbench(
    owners: Mapping[str, Sequence[str]],
    assembly: Assembly,
    by_id: Mapping[str, Requirement],
    wholes: Sequence[tuple[Requirement, Probe]],
) -> Testbench:
    benches: dict[str, Bench] = {}
    checks: list[Check] = []
    for owner, identifiers in owners.items():
        offers = assembly.offers[owner]
        for identifier in identifiers:
            requirement = by_id.get(identifier)
            offer = None if requirement is None else offers.get(requirement.quantity)
            if requirement is None or offer is None or requirement.role != "performance":
                continue
            probe = _in_unit_of(requirement, offer(requirement))
            first = _keep(benches, probe.bench)
            second = None if probe.second is None else _keep(benches, probe.second)
            checks.append(Check(requirement=identifier, bench=first, second=second, measure=probe.measure))
    for requirement, probe in wholes:
        name = _keep(benches, probe.bench)
        checks.append(Check(requirement=requirement.id, bench=name, measure=probe.measure))
    return Testbench(benches=tuple(benches.values()), checks=tuple(checks))


def _in_unit_of(requirement: Requirement, probe: Probe) -> Probe:
    kind = _DECIBEL_KIND.get(probe.measure.kind)
    if requirement.unit != "dB" or kind is None:
        return probe
    return probe._replace(measure=probe.measure.model_copy(update={"kind": kind}))


def _keep(benches: dict[str, Bench], bench: Bench) -> str:
    """The name under which an equal bench is already kept, or a new one."""
    content = bench.model_copy(update={"name": "x"})
    for name, known in benches.items():
        if known.model_copy(update={"name": "x"}) == content:
            return name
    name, count = bench.name, 1
    while name in benches:
        count += 1
        name = f"{bench.name}_{count}"
    benches[name] = bench.model_copy(update={"name": name})
    return name
