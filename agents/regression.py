"""The curated prompts: loading suites, running each prompt through the whole workflow, checking what came out.

The expectations are data (``regression/*.toml``; its README describes the format). The electrical ones are
checked on the exported circuit by a bench of this module's own, not by the testbench of the design.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from voltsmith.schemas.base import ComponentId, NetName, Schema, Slug
from voltsmith.schemas.circuits import Circuit
from voltsmith.schemas.designs import Design
from voltsmith.schemas.errors import BadDocument, UnknownName, VoltsmithError
from voltsmith.schemas.requirements import Relation, Requirement
from voltsmith.schemas.testbenches import (
    Ac,
    AcSweep,
    Bench,
    Check,
    Dc,
    Load,
    Measure,
    Op,
    Signal,
    Stimulus,
    Testbench,
)

FOLDER = Path(__file__).resolve().parent.parent / "regression"


class Expected(Schema):
    """A requirement that must be read from the prompt."""

    quantity: Slug
    target: float
    unit: str
    relation: Relation = "eq"
    tolerance: float | None = None
    low: float | None = None
    high: float | None = None
    condition: float | None = None


class SpiceCheck(Schema):
    """A check on the exported circuit: ``gain_db`` at ``at`` (Hz), or DC ``output`` at DC ``input`` (V)."""

    analysis: Literal["ac", "op"]
    at: float | None = None
    gain_db: tuple[float, float] | None = None
    input: float | None = None
    output: tuple[float, float] | None = None


class Case(Schema):
    """One prompt and what must come of it."""

    id: str
    prompt: str
    exit: int | tuple[int, ...]
    functions: tuple[Slug, ...] | None = None
    topology: tuple[str, ...] = ()
    requirements: tuple[Expected, ...] = ()
    ignored: tuple[str, ...] = ()
    supply: tuple[float, float] | None = None
    parts: tuple[ComponentId, ...] = ()
    ports: tuple[NetName, ...] = ()
    says: tuple[str, ...] = ()
    spice: tuple[SpiceCheck, ...] = ()


class Result(Schema):
    """What came of one case; ``problems`` is empty where it passed."""

    id: str
    passed: bool
    exit: int
    problems: tuple[str, ...] = ()
    seconds: float = Field(ge=0)


def load(names: Sequence[str] = ()) -> dict[str, tuple[Case, ...]]:
    """Suites by name; all of them where none is named. A name may be a path to a file.

    Raises:
        UnknownName: there is no such suite.
        BadDocument: a suite cannot be read.
    """
    known = {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}
    wanted = {}
    for name in names or known:
        path = known.get(name) or (Path(name) if name.endswith(".toml") and Path(name).is_file() else None)
        if path is None:
            raise UnknownName("suite", name, known)
        wanted[path.stem] = path
    return {name: _load(path) for name, path in wanted.items()}


def _load(path: Path) -> tuple[Case, ...]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        cases = data.get("case", [])
        if not isinstance(cases, list):
            raise BadDocument(f"{path}: case has to be a list of tables, written [[case]]")
        return tuple(Case.model_validate(case) for case in cases)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as trouble:
        raise BadDocument(f"{path} cannot be read: {trouble}") from trouble
    except ValidationError as trouble:
        first = trouble.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise BadDocument(f"{path}: {place}: {first['msg']}") from trouble


def run(cases: Sequence[Case], workers: int) -> Iterator[Result]:
    """Run cases in parallel, in order."""
    if workers == 1:
        yield from map(run_case, cases)
        return
    # Spawned, because a fork would share the simulators' pipes.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(run_case, cases)


def run_case(case: Case) -> Result:
    """Run one case and check it."""
    import time

    from voltsmith.agents.runs import design
    from voltsmith.agents.state import Settings

    started = time.perf_counter()
    made, message, code = None, "", 0
    try:
        # The verdict does not hang on the spread, and curated prompts are many.
        made = design(case.prompt, Settings(monte_carlo=0))
        code = {"verified": 0, "failed": 3, "needs_clarification": 4}[made.status]
        message = " ".join(made.questions)
    except VoltsmithError as problem:
        message, code = str(problem), problem.exit_code
    except Exception as fault:  # a fault is a result like any other here
        message, code = f"{type(fault).__name__}: {fault}", 1
    problems = list(_problems(case, made, message, code))
    return Result(
        id=case.id,
        passed=not problems,
        exit=code,
        problems=tuple(problems),
        seconds=round(time.perf_counter() - started, 3),
    )


def _problems(case: Case, made: Design | None, message: str, code: int) -> Iterator[str]:
    accepted = case.exit if isinstance(case.exit, tuple) else (case.exit,)
    if code not in accepted:
        failed = (
            [f.message for f in made.report.findings if f.severity in ("fatal", "major")]
            if made and made.report
            else []
        )
        yield f"exit {code}, not {' or '.join(map(str, accepted))}: {message or '; '.join(failed)}"
        return
    if case.says and code != 0 and not any(fragment in message.lower() for fragment in case.says):
        yield f"the message says none of {', '.join(case.says)}: {message}"
    if code != 0 or made is None or made.circuit is None or made.plan is None:
        return
    yield from _reading_problems(case, made)
    if case.supply is not None:
        supply = made.plan.supply
        found = None if supply is None else (supply.vcc, supply.vee)
        if found != case.supply:
            yield f"supply {found}, not {case.supply}"
    used = {part.component for part in made.circuit.parts}
    for part in case.parts:
        if part not in used:
            yield f"{part} is not used, but {', '.join(sorted(used))}"
    for port in case.ports:
        if made.circuit.port(port) is None:
            yield f"there is no port {port}"
    yield from _spice_problems(case, made.circuit)


def _reading_problems(case: Case, made: Design) -> Iterator[str]:
    from voltsmith.knowledge.blocks import block

    assert made.plan is not None
    entries = [block(instance.block) for instance in made.plan.instances()]
    functions = tuple(entry.function for entry in entries)
    if case.functions is not None and functions != case.functions:
        yield f"read as {' -> '.join(functions)}, not {' -> '.join(case.functions)}"
    for word in case.topology:
        if not any(word in entry.topologies for entry in entries):
            yield f"no block answers to {word}: {', '.join(entry.id for entry in entries)}"
    read = [requirement for requirement in made.requirements if requirement.source == "prompt"]
    left = list(read)
    for expected in case.requirements:
        match = next((item for item in left if _same(expected, item)), None)
        if match is None:
            alike = [f"{r.quantity} {r.relation} {r.target:g} {r.unit}" for r in read]
            wanted = f"{expected.quantity} {expected.relation} {expected.target:g} {expected.unit}"
            yield f"not read: {wanted} (read: {'; '.join(alike)})"
        else:
            left.remove(match)
    for fragment in case.ignored:
        taken = next((item for item in read if item not in left and item.text.strip() == fragment), None)
        if taken is not None:
            yield f"{fragment!r} was read as {taken.quantity}, and is none of the listed requirements"


def _same(expected: Expected, found: Requirement) -> bool:
    if (expected.quantity, expected.relation) != (found.quantity, found.relation):
        return False
    if expected.unit != found.unit:
        return False
    pairs: list[tuple[float | None, float | None]] = []
    if expected.condition is not None:
        pairs.append((expected.condition, found.condition))
    if expected.tolerance is not None:
        pairs.append((expected.tolerance, found.tolerance))
    if expected.relation == "range":
        pairs += [(expected.low, found.low), (expected.high, found.high)]
    elif expected.quantity == "gain":
        pairs.append((abs(expected.target), abs(found.target)))
    else:
        pairs.append((expected.target, found.target))
    return all(_close(a, b) for a, b in pairs)


def _close(a: float | None, b: float | None) -> bool:
    return a is not None and b is not None and abs(a - b) <= 0.01 * abs(a) + 1e-15


def _spice_problems(case: Case, circuit: Circuit) -> Iterator[str]:
    from voltsmith.verification.spice.pool import shared_pool
    from voltsmith.verification.spice.runner import simulate

    middle = case.supply[0] / 2 if case.supply is not None and case.supply[1] == 0 else 0.0
    loads = tuple(
        Load(kind="resistor", value=item.target, net="out")
        for item in case.requirements
        if item.quantity == "load_resistance"
    )
    for number, check in enumerate(case.spice):
        if circuit.port("in") is None or circuit.port("out") is None:
            yield "the circuit has no ports in and out to check"
            return
        requirement, bench, measure = _bench(check, f"check{number}", middle, loads)
        testbench = Testbench(
            benches=(bench,), checks=(Check(requirement="R1", bench=bench.name, measure=measure),)
        )
        found = simulate(circuit, testbench, [requirement], shared_pool(), runs=0).measurements[0]
        if not found.passed:
            value = found.reason if found.value is None else f"{found.value:.4g}"
            where = f"{check.at:g} Hz" if check.at is not None else f"{check.input:g} V in"
            yield f"{check.analysis} at {where}: {value}, not {found.min:g} to {found.max:g} {found.unit}"


def _bench(
    check: SpiceCheck, name: str, middle: float, loads: tuple[Load, ...]
) -> tuple[Requirement, Bench, Measure]:
    limits = check.gain_db if check.analysis == "ac" else check.output
    if limits is None:
        raise BadDocument(
            f"an {check.analysis} check needs {'gain_db' if check.analysis == 'ac' else 'output'}"
        )
    low, high = limits
    ac = check.analysis == "ac"
    requirement = Requirement(
        id="R1",
        quantity="gain" if ac else "output_voltage",
        target=(low + high) / 2,
        unit="dB" if ac else "V",
        relation="range",
        low=low,
        high=high,
    )
    if ac:
        at = check.at or 1e3
        stimulus = Stimulus(name="in", net="in", waveform=Ac(offset=middle))
        bench = Bench(
            name=name, stimuli=(stimulus,), loads=loads, analysis=AcSweep(start=at / 10, stop=at * 10)
        )
        return (
            requirement,
            bench,
            Measure(kind="gain_db", signal=Signal(net="out"), reference=Signal(net="in"), at=at),
        )
    stimulus = Stimulus(name="in", net="in", waveform=Dc(value=check.input or 0.0))
    bench = Bench(name=name, stimuli=(stimulus,), loads=loads, analysis=Op())
    return requirement, bench, Measure(kind="value", signal=Signal(net="out"))


__all__ = ["Case", "Result", "load", "run", "run_case"]
