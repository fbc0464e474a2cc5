"""The verdict on a circuit: electrical rules, simulation against every requirement, coverage, scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from voltsmith.knowledge.devices import parse_value
from voltsmith.schemas.circuits import Circuit
from voltsmith.schemas.errors import BadInput
from voltsmith.schemas.quantities import QUANTITIES
from voltsmith.schemas.reports import Coverage, Finding, Measurement, Report
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import Testbench
from voltsmith.verification import erc
from voltsmith.verification.erc.stress import stress
from voltsmith.verification.feedback import misleading
from voltsmith.verification.scoring import passed, score
from voltsmith.verification.spice.pool import SimulatorPool
from voltsmith.verification.spice.runner import operating_points, simulate

LOW_YIELD = 0.9
"""Below this share of good units in Monte Carlo a finding says so."""


def judge(
    circuit: Circuit,
    testbench: Testbench,
    requirements: Sequence[Requirement],
    pool: SimulatorPool,
    *,
    seed: int = 0,
    runs: int | None = None,
) -> Report:
    """Check ``circuit`` by rules and by simulation.

    A circuit that names parts or pins which do not exist is not simulated: there is no model of it.

    Args:
        circuit: the circuit.
        testbench: how its requirements are measured.
        requirements: what it is held to.
        pool: the simulator processes.
        seed: seed of the Monte Carlo draw.
        runs: Monte Carlo runs; see :func:`simulate`.

    Raises:
        BadInput: a check names a bench, or a requirement a quantity, that does not exist.
        Unreachable: the simulator cannot be started.
    """
    if strange := sorted({r.quantity for r in requirements if r.quantity not in QUANTITIES}):
        raise BadInput(f"requirements are about quantities that do not exist: {', '.join(strange)}")
    if missing := testbench.missing_benches():
        raise BadInput(f"checks name benches that do not exist: {', '.join(missing)}")
    findings = [*erc.check(circuit), *erc.unjudged(circuit)]
    measurements: list[Measurement] = []
    if not any(finding.severity == "fatal" for finding in findings):
        simulation = simulate(circuit, testbench, requirements, pool, seed=seed, runs=runs)
        findings += simulation.findings
        points = operating_points(circuit, testbench, pool)
        findings += _stress(circuit, points)
        if points:
            # The operating point shows which way round a capacitor is charged; the rule alone cannot.
            findings = [f for f in findings if not f.message.startswith("POLARITY was not judged")]
        measurements = simulation.measurements
        findings += misleading(circuit, testbench)
    by_id = {requirement.id: requirement for requirement in requirements}
    for measurement in measurements:
        findings += _findings(by_id[measurement.requirement], measurement)
    if requirements and not measurements and not any(finding.severity == "fatal" for finding in findings):
        findings.append(_NOTHING)
    simulated = {measurement.requirement: measurement for measurement in measurements}
    coverage = [_coverage(requirement, simulated, circuit, testbench) for requirement in requirements]
    for item in coverage:
        if item.how == "not_checked":
            findings.append(_unchecked(by_id[item.requirement], item.why))
    return Report(
        passed=passed(findings, measurements),
        measurements=tuple(measurements),
        findings=tuple(findings),
        coverage=tuple(coverage),
        scores=score(findings, measurements, coverage),
    )


_NOTHING = Finding(
    code="NOTHING_MEASURED",
    severity="major",
    message="not one requirement was measured on this circuit",
    why="a circuit that nothing was measured on is a drawing, not a verified design",
    fix="ask for something that can be measured, such as an output voltage, a current or a frequency",
)


def _stress(circuit: Circuit, points: Sequence[Mapping[str, float]]) -> list[Finding]:
    """What is overloaded at rest in any bench, each thing once."""
    found: dict[tuple[str, tuple[str, ...]], Finding] = {}
    for point in points:
        for finding in stress(circuit, point):
            found.setdefault((finding.code, finding.where), finding)
    return list(found.values())


def _findings(requirement: Requirement, measurement: Measurement) -> list[Finding]:
    title = QUANTITIES[requirement.quantity].title
    if measurement.value is None:
        return [
            Finding(
                code="NOT_MEASURABLE",
                severity="major",
                message=f"{title} ({requirement.id}) could not be measured: {measurement.reason}",
                why="a circuit on which a requirement cannot be measured does not do what was asked",
                fix="look at the output of the bench; the stage may be saturated, unstable or not oscillating",
            )
        ]
    unit = f" {measurement.unit}" if measurement.unit not in ("1", "") else ""
    if not measurement.passed:
        low = "" if measurement.min is None else f"{measurement.min:.4g}"
        high = "" if measurement.max is None else f"{measurement.max:.4g}"
        return [
            Finding(
                code="MEASUREMENT_FAILED",
                severity="major",
                message=(
                    f"{title} ({requirement.id}) is {measurement.value:.4g}{unit}, "
                    f"and {low or 'anything'} to {high or 'anything'}{unit} was asked for"
                ),
                why="the simulated circuit does not meet the number that was asked for",
                fix="relax the requirement, or let another part or topology be chosen",
            )
        ]
    spread = measurement.monte_carlo
    if spread is not None and spread.runs >= 10 and spread.yield_fraction < LOW_YIELD:
        return [
            Finding(
                code="YIELD_LOW",
                severity="minor",
                message=(
                    f"with part tolerances, {spread.yield_fraction * 100:.0f} % of units meet {title} "
                    f"({requirement.id}); it spreads from {_number(spread.lowest)} to {_number(spread.highest)}{unit}"
                ),
                why="real parts differ from their printed values, and some units would fail",
                fix="choose parts with a tighter tolerance, trim the value, or allow a wider tolerance",
            )
        ]
    return []


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:.4g}"


def _coverage(
    requirement: Requirement, simulated: dict[str, Measurement], circuit: Circuit, testbench: Testbench
) -> Coverage:
    if requirement.id in simulated:
        return Coverage(
            requirement=requirement.id, how="simulated", why=f"{simulated[requirement.id].analysis} analysis"
        )
    if any(check.requirement == requirement.id for check in testbench.checks):
        return Coverage(
            requirement=requirement.id,
            how="not_checked",
            why="rules found a fatal fault, so nothing was simulated",
        )
    if requirement.role == "condition":
        if testbench.checks:
            return Coverage(
                requirement=requirement.id,
                how="simulated",
                why="a condition that the other requirements are measured under",
            )
        return Coverage(
            requirement=requirement.id, how="not_checked", why="there was no measurement to apply it in"
        )
    if requirement.role == "choice":
        return _choice(requirement, circuit)
    return Coverage(
        requirement=requirement.id,
        how="not_checked",
        why="no testbench of the blocks used measures this quantity",
    )


def _choice(requirement: Requirement, circuit: Circuit) -> Coverage:
    kinds = {"resistance": "resistor", "capacitance": "capacitor", "inductance": "inductor"}
    kind = kinds.get(requirement.quantity)
    if kind is None:
        return Coverage(requirement=requirement.id, how="rule", why="the blocks were built with this number")
    for part in circuit.parts:
        if not part.component.startswith(kind) or part.value is None:
            continue
        if abs(parse_value(part.value) - requirement.target) < 1e-3 * abs(requirement.target):
            return Coverage(requirement=requirement.id, how="rule", why=f"{part.ref} has this value")
    return Coverage(
        requirement=requirement.id, how="not_checked", why=f"no {kind} of this value is in the circuit"
    )


def _unchecked(requirement: Requirement, why: str) -> Finding:
    return Finding(
        code="REQUIREMENT_NOT_CHECKED",
        severity="minor",
        message=f"{QUANTITIES[requirement.quantity].title} ({requirement.id}) was not checked: {why}",
        why="a number that nothing checked is a hope, not a property of the circuit",
        fix="check it by hand, or ask for it in a form the block measures ('voltsmith blocks show')",
    )
