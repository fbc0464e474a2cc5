"""The graph: repair keeps only what is better, ends, and gives the same design twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from voltsmith.agents import workflow
from voltsmith.agents.runs import design
from voltsmith.agents.state import Settings
from voltsmith.knowledge.devices import component
from voltsmith.schemas.circuits import Circuit
from voltsmith.schemas.designs import Design
from voltsmith.schemas.errors import BadInput, Infeasible, NeedsAnswer, SimulatorMissing
from voltsmith.schemas.plans import Plan
from voltsmith.schemas.reports import Finding, Measurement, Report, Scores

PROMPT = "5 V regulator from 12 V at 5 mA"
"""Three blocks can do it, none of them with an op-amp."""
FILTER = "second-order low-pass at 1 kHz from ±12 V"


def report(majors: int, score: float = 5.0, failed: bool = True) -> Report:
    found = tuple(Finding(code="X", severity="major", message=f"m{i}") for i in range(majors))
    measured = Measurement(requirement="R1", analysis="ac_sweep", value=1.0, unit="Hz", passed=not failed)
    return Report(
        passed=majors == 0 and not failed,
        findings=found,
        measurements=(measured,),
        scores=Scores(structural=score, electrical=score),
    )


class Script:
    """A judge that says what it is told to, and notes what it was shown."""

    def __init__(self, reports: Sequence[Report]) -> None:
        self.reports = list(reports)
        self.shown: list[Circuit] = []

    def __call__(self, circuit: Circuit, *_: object, **__: object) -> Report:
        self.shown.append(circuit)
        return self.reports[min(len(self.shown), len(self.reports)) - 1]


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Script]:
    def install(*reports: Report) -> Script:
        made = Script(reports)
        monkeypatch.setattr(workflow, "judge", made)
        return made

    return install


def run(prompt: str = PROMPT, **settings: object) -> tuple[Design, list[tuple[str, int]]]:
    events: list[tuple[str, int]] = []
    made = design(
        prompt,
        Settings.model_validate({"monte_carlo": 0} | settings),
        lambda agent, turn: events.append((agent, turn)),
    )
    return made, events


def rounds(events: list[tuple[str, int]]) -> int:
    return sum(agent == "repair" for agent, _ in events)


def test_a_good_first_attempt_needs_no_repair(script: Callable[..., Script]):
    judge = script(report(0, failed=False))
    made, events = run()
    assert made.status == "verified"
    assert [agent for agent, _ in events] == ["retrieval", "reasoning", "synthesis", "verification"]
    assert len(judge.shown) == 1


def test_repair_tries_another_block_and_never_the_same_again(script: Callable[..., Script]):
    judge = script(report(3), report(2), report(1))
    made, _ = run()
    names = [circuit.name for circuit in judge.shown]
    assert len(set(names)) == len(names) == 3
    assert made.report == judge.reports[2]
    assert made.circuit == judge.shown[2]


def test_what_is_no_improvement_is_rolled_back(script: Callable[..., Script]):
    first = report(1, score=5.0)
    for later in (report(2), report(1, score=5.0), report(1, score=4.0)):
        judge = script(first, later)
        made, events = run()
        assert rounds(events) >= 1
        assert made.circuit == judge.shown[0] != judge.shown[1]
        assert made.report == first
        assert made.plan is not None
        assert made.plan.name == made.circuit.name
        assert made.status == "failed"


@pytest.mark.parametrize("better", [report(1, score=5.1), report(0), report(0, failed=False)])
def test_a_strict_improvement_is_kept(script: Callable[..., Script], better: Report):
    judge = script(report(1, score=5.0), better)
    made, _ = run()
    assert made.circuit == judge.shown[1]
    assert made.report == better
    assert made.status == ("verified" if better.passed else "failed")


def test_the_best_of_all_rounds_stands(script: Callable[..., Script]):
    judge = script(report(3), report(1), report(2))
    made, _ = run()
    assert len(judge.shown) == 3
    assert made.circuit == judge.shown[1]


def test_a_refusal_during_repair_keeps_the_best_attempt(script: Callable[..., Script]):
    judge = script(report(1))
    made, events = run("RC low-pass at 1 kHz")  # only one block answers to that
    assert made.questions == ()
    assert len(judge.shown) == 1
    assert [agent for agent, _ in events][-2:] == ["repair", "reasoning"]
    assert made.status == "failed"
    assert made.circuit == judge.shown[0]


def test_faster_op_amps_are_tried_before_another_block(script: Callable[..., Script]):
    judge = script(report(3), report(2), report(1))
    made, _ = run(FILTER)
    first, faster, other = (circuit.name for circuit in judge.shown[:3])
    assert first == faster != other
    assert made.circuit == judge.shown[2]


@pytest.mark.parametrize("repairs", [0, 1, 2])
def test_repair_is_bounded(script: Callable[..., Script], repairs: int):
    judge = script(*(report(9 - number) for number in range(9)))
    _, events = run(repairs=repairs)
    assert rounds(events) == repairs
    assert len(judge.shown) == repairs + 1


def test_every_setting_of_repairs_fits_the_recursion_limit(script: Callable[..., Script], monkeypatch):
    judge = script(report(1))
    real = workflow.propose
    monkeypatch.setattr(workflow, "propose", lambda reading, *_: real(reading))
    _, events = run(repairs=20)
    assert rounds(events) == 20
    assert len(judge.shown) == 21


def test_the_rounds_are_told(script: Callable[..., Script]):
    script(report(2), report(1), report(0, failed=False))
    _, events = run()
    assert [turn for agent, turn in events if agent == "verification"] == [0, 1, 2]


def test_only_the_stage_that_failed_is_changed():
    state = {
        "prompt": "non-inverting amplifier with a gain of 10, then a second-order low-pass at 1 kHz, from ±12 V",
        "settings": Settings().model_dump(mode="json"),
        "ranking": [],
        "speed_margin": 9.0,
    }
    for node in (workflow._reason, workflow._synthesise):
        state |= node(state)  # type: ignore[arg-type]
    failed = next(r["id"] for r in state["proposal"]["requirements"] if r["quantity"] == "cutoff_frequency")
    measured = Measurement(requirement=failed, analysis="ac_sweep", value=1.0, unit="Hz", passed=False)
    state["report"] = Report(passed=False, measurements=(measured,)).model_dump(mode="json")
    amplifier, filtering = Plan.model_validate(state["proposal"]["plan"]).instances()
    assert workflow._repair(state)["excluded"] == {filtering.id: [filtering.block]}  # type: ignore[arg-type]
    again = state | {"excluded": {amplifier.id: ["x"]}}
    excluded = workflow._repair(again)["excluded"]  # type: ignore[arg-type]
    assert excluded == {amplifier.id: ["x"], filtering.id: [filtering.block]}
    assert again["excluded"] == {amplifier.id: ["x"]}, "the state of before is left as it was"


def test_a_block_that_cannot_be_built_gives_way_to_another(monkeypatch: pytest.MonkeyPatch):
    real = workflow.synthesise
    refused: list[str] = []

    def refuse_first(plan: Plan, *rest: object):
        if not refused:
            (instance,) = plan.instances()
            refused.append(instance.block)
            trouble = Infeasible("not with these values")
            trouble.stage = instance.id
            raise trouble
        return real(plan, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(workflow, "synthesise", refuse_first)
    made, _ = run()
    assert made.status == "verified"
    assert made.plan is not None
    assert made.plan.instances()[0].block != refused[0]


def test_a_question_ends_the_run():
    made, events = run("low-pass at 0 Hz")
    assert [agent for agent, _ in events] == ["retrieval", "reasoning"]
    assert made.status == "needs_clarification"
    assert "above zero" in " ".join(made.questions)
    assert made.circuit is None


def test_a_builder_that_refuses_ends_in_a_question(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise NeedsAnswer("it cannot be built so")

    monkeypatch.setattr(workflow, "synthesise", refuse)
    made, _ = run()
    assert (made.status, made.questions) == ("needs_clarification", ("it cannot be built so",))


@pytest.mark.parametrize("trouble", [BadInput("no"), SimulatorMissing("gone")])
def test_other_errors_come_through(monkeypatch: pytest.MonkeyPatch, trouble: Exception):
    def fail(*_: object, **__: object) -> None:
        raise trouble

    monkeypatch.setattr(workflow, "judge", fail)
    with pytest.raises(type(trouble)):
        run("RC low-pass at 1234 Hz")


def comparable(made: Design) -> str:
    provenance = made.provenance.model_copy(update={"timings_s": {}})
    return made.model_copy(update={"provenance": provenance}).model_dump_json()


@pytest.mark.parametrize(
    "prompt", [FILTER, "a preamp with 20 dB of gain, then a 3 kHz low-pass from a 9 V battery", "hello"]
)
def test_two_runs_give_the_same_design(prompt: str):
    first, second = (run(prompt, monte_carlo=16)[0] for _ in range(2))
    assert comparable(first) == comparable(second)
    assert first.provenance.timings_s.keys() == second.provenance.timings_s.keys()


def test_the_seed_only_changes_the_spread():
    first, second = (run("RC low-pass at 1 kHz", monte_carlo=16, seed=seed)[0] for seed in (1, 2))
    assert first.circuit == second.circuit
    assert first.report is not None
    assert second.report is not None
    (one,), (other,) = first.report.measurements, second.report.measurements
    assert one.value == other.value
    assert one.monte_carlo != other.monte_carlo


@pytest.mark.parametrize(
    "prompt",
    [
        "RC low-pass at 1 kHz",
        "voltage divider that halves 10 V",
        "red LED from 5 V",
        "drive a 100 mA lamp at 12 V from a 5 V GPIO pin",
        "switch a 12 V relay with 5 V logic",
        "half-wave precision rectifier",
        "comparator",
        "integrator",
        "buffer",
    ],
)
def test_nothing_is_verified_that_was_not_measured(prompt: str):
    """Physics decides: without a single measurement there is no verdict."""
    made, _ = run(prompt)
    assert made.status == "verified"
    assert made.report is not None
    assert made.report.measurements


@pytest.mark.parametrize("load", ["relay", "solenoid", "motor"])
def test_a_coil_gets_its_flyback_diode(load: str):
    made, _ = run(f"switch a 12 V {load} of 100 mA with a 5 V logic signal")
    assert made.circuit is not None
    kinds = {component(part.component).kind for part in made.circuit.parts}
    assert "diode" in kinds
