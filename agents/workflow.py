"""The workflow: retrieval, reasoning, synthesis and verification as a LangGraph state graph.

The one loop is repair. Each round is kept only if it is a strict improvement on (fatal findings, major
findings, failed requirements, scores); otherwise the best attempt so far stands, and what failed is not
tried again. The number of rounds is a setting.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import Any, Literal

os.environ.setdefault("LANGGRAPH_STRICT_MSGPACK", "true")

from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph

from voltsmith.agents.reading.reader import check, read
from voltsmith.agents.reasoning import propose
from voltsmith.agents.state import Settings, State
from voltsmith.agents.synthesis import synthesise
from voltsmith.knowledge.retrieval import open_index
from voltsmith.schemas.circuits import Circuit
from voltsmith.schemas.errors import NeedsAnswer
from voltsmith.schemas.plans import Plan
from voltsmith.schemas.reports import Report
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import Testbench
from voltsmith.verification.judge import judge
from voltsmith.verification.spice.pool import shared_pool

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
    reading = read(state["prompt"], lambda _: ranking)
    update: dict[str, Any] = {"reading": reading.model_dump(mode="json")}
    try:
        proposal = propose(reading, state.get("excluded"))
    except NeedsAnswer as refusal:
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
    made = synthesise(Plan.model_validate(state["proposal"]["plan"]), proposed)
    return {
        "synthesis": {
            "circuit": made.circuit.model_dump(mode="json"),
            "testbench": made.testbench.model_dump(mode="json"),
            "assumptions": list(made.assumptions),
            "requirements": [requirement.model_dump(mode="json") for requirement in made.requirements],
        }
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
    """Rule out the blocks whose requirements failed, so that the next best is tried."""
    report = Report.model_validate(state["report"])
    failed = {m.requirement for m in report.measurements if not m.passed}
    excluded = {stage: list(names) for stage, names in state.get("excluded", {}).items()}
    for instance in Plan.model_validate(state["proposal"]["plan"]).instances():
        if failed & set(instance.requirements) or not failed:
            excluded.setdefault(instance.id, []).append(instance.block)
    return {"excluded": excluded, "round": state.get("round", 0) + 1}


def _requirements(state: State) -> tuple[Requirement, ...]:
    """What the circuit is held to: the proposal's requirements, and those its blocks added."""
    added = state.get("synthesis", {}).get("requirements", ())
    return tuple(Requirement.model_validate(item) for item in (*state["proposal"]["requirements"], *added))


def _after(target: str) -> Callable[[State], str]:
    def route(state: State) -> str:
        # A refusal after a first attempt only ends the repair: the best attempt stands.
        return END if state.get("refusal") else target

    return route


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
    graph.add_conditional_edges("synthesis", _after("verification"), ["verification", END])
    graph.add_conditional_edges("verification", _after_verification, ["repair", END])
    graph.add_edge("repair", "reasoning")
    return graph.compile(checkpointer=checkpointer)


def events(graph: Any, start: State | None, config: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Run the graph; yields progress events ``{"agent": name, "round": n}``."""
    for mode, chunk in graph.stream(start, config, stream_mode=["custom", "updates"]):
        if mode == "custom":
            yield chunk
