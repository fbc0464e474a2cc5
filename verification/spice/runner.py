"""Runs a testbench: jobs out of benches and checks, Monte Carlo, measurements held against requirements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from voltsmith.knowledge.decks import Nodes, command, deck
from voltsmith.schemas.base import GROUND
from voltsmith.schemas.circuits import Circuit
from voltsmith.schemas.reports import Finding, Measurement, MonteCarlo
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import Bench, Check, Measure, Op, Signal, Testbench
from voltsmith.verification.spice.jobs import Job, Outcome
from voltsmith.verification.spice.measurements import signals_of
from voltsmith.verification.spice.messages import finding_from
from voltsmith.verification.spice.pool import SimulatorPool
from voltsmith.verification.spice.spread import alterations

DEFAULT_RUNS = 200
"""Monte Carlo runs of an AC, DC or noise bench."""
ANALYSES = {"op": "op", "dc_sweep": "dc", "ac_sweep": "ac", "transient": "tran", "noise": "noise"}
"""What reports call an analysis: SPICE's own words."""
TRANSIENT_RUNS = 20
"""Monte Carlo runs of a transient bench, which takes longer."""


@dataclass
class Simulation:
    """What simulating a testbench brought. ``waves`` holds (axis, signals) by bench where they were kept."""

    measurements: list[Measurement] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    waves: dict[str, tuple[NDArray[np.float64], Mapping[Signal, NDArray[np.generic]]]] = field(
        default_factory=dict
    )


def simulate(
    circuit: Circuit,
    testbench: Testbench,
    requirements: Sequence[Requirement],
    pool: SimulatorPool,
    *,
    seed: int = 0,
    runs: int | None = None,
    keep_waves: bool = False,
) -> Simulation:
    """Run every bench and decide every check.

    Args:
        circuit: the circuit under test.
        testbench: benches and checks; a check whose requirement is not in ``requirements`` is ignored.
        requirements: what the measurements are held against.
        pool: the simulator processes.
        seed: seed of the Monte Carlo draw.
        runs: Monte Carlo runs; 0 for none, None for the defaults of each kind of analysis.
        keep_waves: bring back the nominal waveforms.
    """
    wanted = {requirement.id: requirement for requirement in requirements}
    checks = [check for check in testbench.checks if check.requirement in wanted]
    benches = {bench.name: bench for bench in testbench.benches}
    per_bench: dict[str, list[Measure]] = {}
    for check in checks:
        for name in (check.bench, check.second):
            if name is not None:
                measures = per_bench.setdefault(name, [])
                if check.measure not in measures:
                    measures.append(check.measure)
    draws = {name: _runs_of(benches[name], runs) for name in per_bench}
    altered = alterations(circuit, max(draws.values(), default=0), seed)
    # The nominal runs are jobs of their own: a spread that takes too long must not cost the verdict.
    nominal = [
        _job(circuit, benches[name], tuple(measures), [()], keep_waves)
        for name, measures in per_bench.items()
    ]
    spread = [replace(job, runs=tuple(altered[: draws[job.name]]), keep_waves=False) for job in nominal]
    done = pool.run([*nominal, *(job for job in spread if job.runs)])
    outcomes = dict(zip(per_bench, done[: len(nominal)], strict=True))
    varied = {
        job.name: outcome
        for job, outcome in zip((job for job in spread if job.runs), done[len(nominal) :], strict=True)
    }
    result = Simulation()
    for name, outcome in outcomes.items():
        if outcome.error:
            result.findings.append(finding_from(outcome.error, name))
        if outcome.axis is not None:
            result.waves[name] = (outcome.axis, outcome.waves)
    for name, outcome in varied.items():
        if outcome.lost and not outcomes[name].error:
            result.findings.append(_incomplete(name, outcome.lost, len(outcome.values)))
    for check in checks:
        values, reason = _series(check, per_bench, outcomes)
        deviating, _ = _series(check, per_bench, varied) if varied else (np.empty(0), "")
        requirement = wanted[check.requirement]
        result.measurements.append(
            _judge(requirement, benches[check.bench], np.concatenate([values[:1], deviating]), reason)
        )
    return result


def _incomplete(bench: str, lost: int, runs: int) -> Finding:
    return Finding(
        code="MONTE_CARLO_INCOMPLETE",
        severity="minor",
        message=f"{lost} of {runs} Monte Carlo runs of bench {bench} were stopped and count as not met",
        why="the spread over part tolerance is only partly known",
        fix="run it again on a less busy machine, or with fewer runs: --monte-carlo N",
    )


def operating_points(circuit: Circuit, testbench: Testbench, pool: SimulatorPool) -> list[dict[str, float]]:
    """DC voltages (V) by net of the circuit at rest in each bench that drives its ports only."""
    ports = {port.net for port in circuit.ports}
    signals = [Signal(net=net.name) for net in circuit.nets if net.name != GROUND]
    measures = tuple(Measure(kind="value", signal=signal) for signal in signals)
    seen: dict[str, Job] = {}
    for bench in testbench.benches:
        if any(stimulus.net not in ports for stimulus in bench.stimuli):
            continue
        resting = Bench(name="rest", stimuli=bench.stimuli, loads=bench.loads, analysis=Op())
        job = _job(circuit, resting, measures, [()], keep=False)
        seen.setdefault("\n".join(job.deck), job)
    points = []
    for outcome in pool.run(list(seen.values())):
        if not outcome.error:
            voltages = zip(signals, outcome.values[0], strict=True)
            points.append({str(s.net): float(v) for s, v in voltages if np.isfinite(v)} | {GROUND: 0.0})
    return points


def _runs_of(bench: Bench, runs: int | None) -> int:
    if runs is not None:
        return runs
    return TRANSIENT_RUNS if bench.analysis.kind == "transient" else DEFAULT_RUNS


def _job(
    circuit: Circuit, bench: Bench, measures: tuple[Measure, ...], runs: list[tuple[str, ...]], keep: bool
) -> Job:
    signals = tuple(dict.fromkeys(signal for measure in measures for signal in signals_of(measure)))
    nodes = Nodes(circuit)

    def plain(net: str | None) -> str | None:
        return None if net is None or net == GROUND else nodes.outside(net)

    vectors: dict[Signal, tuple[str | None, str | None]] = {}
    for signal in signals:
        if signal.source is not None:
            vectors[signal] = (f"v_{signal.source}#branch", None)
        else:
            vectors[signal] = (plain(signal.net), plain(signal.reference))
    return Job(
        deck=tuple(deck(circuit, bench, signals)),
        command=command(circuit, bench),
        analysis=bench.analysis.kind,
        vectors=vectors,
        measures=measures,
        runs=tuple(runs),
        keep_waves=keep,
        name=bench.name,
    )


def _series(
    check: Check, per_bench: Mapping[str, list[Measure]], outcomes: Mapping[str, Outcome]
) -> tuple[NDArray[np.float64], str]:
    """Values of a check over all runs, nominal first, and why the nominal one is missing."""
    column = per_bench[check.bench].index(check.measure)
    first = outcomes[check.bench]
    values, reason = first.values[:, column], first.reasons[0][column]
    if check.second is not None:
        other_column = per_bench[check.second].index(check.measure)
        second = outcomes[check.second]
        size = min(len(values), len(second.values))
        values = values[:size] - second.values[:size, other_column]
        reason = reason or second.reasons[0][other_column]
    return values, reason


def _judge(requirement: Requirement, bench: Bench, series: NDArray[np.float64], reason: str) -> Measurement:
    low, high = requirement.limits()
    inside = np.isfinite(series)
    if low is not None:
        inside &= series >= low - abs(low) * 1e-9
    if high is not None:
        inside &= series <= high + abs(high) * 1e-9
    nominal = float(series[0])
    spread = series[1:]
    monte_carlo = None
    if len(spread):
        good = spread[np.isfinite(spread)]
        monte_carlo = MonteCarlo(
            runs=len(spread),
            yield_fraction=float(np.mean(inside[1:])),
            lowest=float(good.min()) if len(good) else None,
            highest=float(good.max()) if len(good) else None,
            mean=float(good.mean()) if len(good) else None,
            deviation=float(good.std()) if len(good) else None,
        )
    measured = bool(np.isfinite(nominal))
    return Measurement(
        requirement=requirement.id,
        analysis=ANALYSES[bench.analysis.kind],
        value=nominal if measured else None,
        unit=requirement.unit,
        min=low,
        max=high,
        passed=bool(inside[0]),
        reason="" if measured else reason,
        monte_carlo=monte_carlo,
    )


__all__ = ["DEFAULT_RUNS", "TRANSIENT_RUNS", "Simulation", "simulate"]
