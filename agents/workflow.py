"""The workflow: retrieval, reasoning, synthesis and verification as a LangGraph state graph.

The one loop is repair. Each round is kept only if it is a strict improvement on (fatal findings, major
findings, failed requirements, scores); otherwise the best attempt so far stands, and what failed is not
tried again. The number of rounds is a setting.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

os.environ.setdefault("LANGGRAPH_STRICT_MSGPACK", "true")

from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph

from voltsmith.agents.reading.prompts import check
from voltsmith.agents.reading.reader import read, unread_numbers
from voltsmith.agents.reasoning import propose
from voltsmith.agents.state import Settings, State
from voltsmith.agents.synthesis import synthesise
from voltsmith.knowledge.devices import component
from voltsmith.knowledge.retrieval import open_index
from voltsmith.schemas.circuits import Circuit
from voltsmith.schemas.errors import Infeasible, NeedsAnswer
from voltsmith.schemas.plans import Plan
from voltsmith.schemas.readings import Reading
from voltsmith.schemas.reports import Report
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import Testbench
from voltsmith.verification.judge import judge
from voltsmith.verification.spice.pool import shared_pool

FASTER = 4.0
"""Factor on the op-amp speed that a repair asks for first."""
_Node = Callable[[State], dict[str, Any]]


def _timed(name: str, node: _Node) -> _Node:
    """The node with its start reported, its time taken, and a refusal turned into state."""

    def run(state: State) -> dict[str, Any]:
        get_stream_writer()({"agent": name, "round": state.get("round", 0)})
        started = time.perf_counter()
        try:
            update = node(state)
        except NeedsAnswer as refusal:
            update = {"refusal": {"message": str(refusal), "questions": list(refusal.questions), "by": name}}
        spent = dict(state.get("timings", {}))
        spent[name] = round(spent.get(name, 0.0) + time.perf_counter() - started, 4)
        return {**update, "timings": spent}

    return run


def _retrieve(state: State) -> dict[str, Any]:
    """Rank functions by the meaning of the prompt; the reader needs it where no word names one."""
    check(state["prompt"])
    return {"ranking": open_index().functions(state["prompt"])}


def _reason(state: State) -> dict[str, Any]:
    ranking = [(name, score) for name, score in state["ranking"]]
    try:
        reading = read(state["prompt"], lambda _: ranking)
    except NeedsAnswer as unknown:
        # Not even the function is known, but no number of the prompt gets lost over it.
        unread = Reading(prompt=state["prompt"], not_understood=unread_numbers(state["prompt"]))
        told = {"message": str(unknown), "questions": list(unknown.questions), "by": "reasoning"}
        return {"reading": unread.model_dump(mode="json"), "refusal": told}
    update: dict[str, Any] = {"reading": reading.model_dump(mode="json")}
    try:
        proposal = propose(reading, state.get("excluded"), state.get("speed_margin", 1.0))
    except NeedsAnswer as caught:
        # Where nothing is left to try, what went wrong first says more than that.
        refusal = NeedsAnswer(setback) if (setback := state.get("setback")) else caught
        return {
            **update,
            "refusal": {"message": str(refusal), "questions": list(refusal.questions), "by": "reasoning"},
        }
    proposed = {
        "plan": proposal.plan.model_dump(mode="json"),
        "requirements": [requirement.model_dump(mode="json") for requirement in proposal.requirements],
    }
    return {**update, "proposal": proposed}


def _synthesise(state: State) -> dict[str, Any]:
    proposed = tuple(Requirement.model_validate(item) for item in state["proposal"]["requirements"])
    plan = Plan.model_validate(state["proposal"]["plan"])
    try:
        made = synthesise(plan, proposed)
    except Infeasible as refusal:
        used = {instance.id: instance.block for instance in plan.instances()}
        if (
            refusal.stage is None
            or state.get("round", 0) >= Settings.model_validate(state["settings"]).repairs
        ):
            raise
        # Another block may do what this one cannot with these values.
        excluded = _without(state, {refusal.stage: used[refusal.stage]})
        setback = state.get("setback") or str(refusal)
        return {
            "excluded": excluded,
            "setback": setback,
            "synthesis": None,
            "round": state.get("round", 0) + 1,
        }
    return {
        "setback": None,
        "synthesis": {
            "circuit": made.circuit.model_dump(mode="json"),
            "testbench": made.testbench.model_dump(mode="json"),
            "assumptions": list(made.assumptions),
            "requirements": [requirement.model_dump(mode="json") for requirement in made.requirements],
        },
    }


def _verify(state: State) -> dict[str, Any]:
    settings = Settings.model_validate(state["settings"])
    report = judge(
        Circuit.model_validate(state["synthesis"]["circuit"]),
        Testbench.model_validate(state["synthesis"]["testbench"]),
        _requirements(state),
        shared_pool(),
        seed=settings.seed,
        runs=settings.monte_carlo,
    )
    attempt = {
        "proposal": state["proposal"],
        "synthesis": state["synthesis"],
        "report": report.model_dump(mode="json"),
    }
    best = state.get("best")
    if best is None or _rank(report) < _rank(Report.model_validate(best["report"])):
        best = attempt
    return {"report": attempt["report"], "best": best}


def _rank(report: Report) -> tuple[int, int, int, float]:
    """Smaller is better."""
    severities = [finding.severity for finding in report.findings]
    failed = sum(not measurement.passed for measurement in report.measurements)
    total = report.scores.structural + report.scores.electrical
    return severities.count("fatal"), severities.count("major"), failed, -total


def _repair(state: State) -> dict[str, Any]:
    """First faster op-amps, then other blocks for the stages whose requirements failed."""
    update: dict[str, Any] = {"round": state.get("round", 0) + 1}
    if state.get("speed_margin", 1.0) == 1.0 and any(
        component(part["component"]).kind == "opamp" for part in state["synthesis"]["circuit"]["parts"]
    ):
        return {**update, "speed_margin": FASTER}
    report = Report.model_validate(state["report"])
    failed = {measurement.requirement for measurement in report.measurements if not measurement.passed}
    instances = Plan.model_validate(state["proposal"]["plan"]).instances()
    owners = {r.id: r.stage for r in _requirements(state)}
    blamed = {
        instance.id: instance.block
        for instance in instances
        if not failed
        or failed & set(instance.requirements)
        or instance.id in {owners.get(name) for name in failed}
    }
    return {**update, "excluded": _without(state, blamed)}


def _without(state: State, blocks: Mapping[str, str]) -> dict[str, list[str]]:
    """The blocks ruled out so far, and these."""
    excluded = {stage: list(names) for stage, names in state.get("excluded", {}).items()}
    for stage, name in blocks.items():
        excluded.setdefault(stage, []).append(name)
    return excluded


def _requirements(state: State) -> tuple[Requirement, ...]:
    """What the circuit is held to: the proposal's requirements, and those its blocks added."""
    added = (state.get("synthesis") or {}).get("requirements", ())
    return tuple(Requirement.model_validate(item) for item in (*state["proposal"]["requirements"], *added))


def _after(target: str) -> Callable[[State], str]:
    def route(state: State) -> str:
        # A refusal after a first attempt only ends the repair: the best attempt stands.
        return END if state.get("refusal") else target

    return route


def _after_synthesis(state: State) -> Literal["verification", "reasoning", "__end__"]:
    if state.get("refusal"):
        return "__end__"
    return "verification" if state.get("synthesis") else "reasoning"


def _after_verification(state: State) -> Literal["repair", "__end__"]:
    settings = Settings.model_validate(state["settings"])
    report = Report.model_validate(state["best"]["report"])
    if report.passed or state.get("round", 0) >= settings.repairs:
        return "__end__"
    return "repair"


def build(checkpointer: Any = None) -> Any:
    """The compiled graph."""
    graph = StateGraph(State)
    for name, node in (
        ("retrieval", _retrieve),
        ("reasoning", _reason),
        ("synthesis", _synthesise),
        ("verification", _verify),
        ("repair", _repair),
    ):
        graph.add_node(name, _timed(name, node))  # type: ignore[call-overload]
    graph.add_edge(START, "retrieval")
    graph.add_conditional_edges("retrieval", _after("reasoning"), ["reasoning", END])
    graph.add_conditional_edges("reasoning", _after("synthesis"), ["synthesis", END])
    graph.add_conditional_edges("synthesis", _after_synthesis, ["verification", "reasoning", END])
    graph.add_conditional_edges("verification", _after_verification, ["repair", END])
    graph.add_edge("repair", "reasoning")
    return graph.compile(checkpointer=checkpointer)


def events(graph: Any, start: State | None, config: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Run the graph; yields progress events ``{"agent": name, "round": n}``."""
    # Written before the next agent starts: what was done is not done again, however the run is ended.
    for mode, chunk in graph.stream(start, config, stream_mode=["custom", "updates"], durability="sync"):
        if mode == "custom":
            yield chunk
