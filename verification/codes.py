"""What each finding code means: the rules explain themselves, the other findings are explained here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from voltsmith.schemas.errors import UnknownName
from voltsmith.schemas.reports import Severity
from voltsmith.verification.erc import RULES, STRESS_RULES
from voltsmith.verification.erc._registry import Area


@dataclass(frozen=True)
class Explanation:
    """A finding code in words. ``area`` tells which of the two scores a finding lowers."""

    code: str
    title: str
    severity: Severity
    why: str
    fix: str
    example: str
    area: Area = "electrical"


_OTHERS = (
    Explanation(
        code="RULE_NOT_JUDGED",
        title="A rule could not decide",
        severity="info",
        why="something the rule needs, such as a supply voltage, is not known before simulation",
        fix="state the voltage of every power port; what remains open is looked at in the operating point",
        example="whether a coupling capacitor between two signal nets is the right way round",
        area="structural",
    ),
    Explanation(
        code="SPICE_SINGULAR",
        title="The equations of the circuit have no unique solution",
        severity="fatal",
        why="a node without a DC path to ground, or a loop of ideal sources, has no defined voltage",
        fix="give every node a DC path to ground and every loop of sources or inductors a resistance",
        example="two capacitors in series, and nothing else on the node between them",
    ),
    Explanation(
        code="SPICE_IGNORED",
        title="The simulator left out a line of the deck",
        severity="fatal",
        why="what was simulated is then another circuit than the one drawn",
        fix="report it with the design.json: decks are written by voltsmith, so the fault is its own",
        example="an element whose model name ngspice does not know",
    ),
    Explanation(
        code="SPICE_FAILED",
        title="The simulation found no solution",
        severity="fatal",
        why="without a converged solution nothing is known about the circuit",
        fix="look for extreme values, missing feedback or shorted supplies near the nodes named; "
        "a circuit that switches faster than its bench resolves needs a shorter step",
        example="timestep too small in an oscillator whose timing capacitor is 1 fF",
    ),
    Explanation(
        code="MEASUREMENT_FAILED",
        title="A requirement is not met",
        severity="major",
        why="the simulated value lies outside the limits that the request, or an assumption, sets",
        fix="choose better parts or another topology, or relax the tolerance as far as the measurement shows",
        example="a cut-off frequency of 880 Hz where 950 Hz to 1050 Hz was asked for",
    ),
    Explanation(
        code="NOT_MEASURABLE",
        title="A requirement could not be measured",
        severity="major",
        why="the waveform does not contain what was to be measured: the circuit does not do what was asked, "
        "or the bench does not show it",
        fix="look at the waveform: an oscillator may not start, a response may never reach its cut-off",
        example="the frequency of an output that stays at 2.5 V",
    ),
    Explanation(
        code="YIELD_LOW",
        title="Too many copies of the circuit miss a requirement",
        severity="minor",
        why="with parts anywhere inside their tolerances, a noticeable share of the circuits built will fail",
        fix="use tighter parts, shift the nominal value to the middle of the limits, or relax the limits",
        example="of 200 simulated circuits with 5 % capacitors, 60 miss a cut-off frequency of 1 kHz +- 2 %",
    ),
    Explanation(
        code="FEEDBACK_POSITIVE",
        title="An amplifier has positive feedback only",
        severity="major",
        why="it latches at a rail, while a small-signal analysis around its balance shows an ordinary gain",
        fix="swap the inputs of the op-amp, or bring the feedback to the minus input",
        example="the inputs of a transimpedance amplifier exchanged",
    ),
    Explanation(
        code="NOTHING_MEASURED",
        title="Not one requirement was measured",
        severity="major",
        why="without a measurement nothing shows that the circuit does what it is for",
        fix="state a figure that can be measured; a design.json whose testbench was removed has to be made anew",
        example="a design.json whose list of checks was emptied",
    ),
    Explanation(
        code="MONTE_CARLO_INCOMPLETE",
        title="Some Monte Carlo runs brought no result",
        severity="minor",
        why="runs that were stopped count as not met, so the yield may look worse than it is",
        fix="run the check again on a less busy machine, or with fewer runs: --monte-carlo N",
        example="an oscillator that takes longer than the time limit with some draws of its parts",
    ),
    Explanation(
        code="REQUIREMENT_NOT_CHECKED",
        title="A requirement was not checked",
        severity="minor",
        why="no measurement of it is known for this circuit, so the request may or may not be met",
        fix="measure it on the bench, or ask for a related quantity that is simulated",
        example="an ambient temperature range; electromagnetic emissions",
        area="structural",
    ),
)


@cache
def explanations() -> Mapping[str, Explanation]:
    """Every code of the program: rules on the netlist, rules on an operating point, and the rest."""
    found = {
        entry.code: Explanation(
            entry.code, entry.title, entry.severity, entry.why, entry.fix, entry.example, entry.area
        )
        for entry in (*RULES.values(), *STRESS_RULES.values())
    }
    return found | {entry.code: entry for entry in _OTHERS}


def explain(code: str) -> Explanation:
    """What a finding code means; case and hyphens do not matter.

    Raises:
        UnknownName: there is no such code; the nearest are named.
    """
    known = explanations()
    wanted = code.strip().upper().replace("-", "_").replace(" ", "_")
    if (found := known.get(wanted)) is not None:
        return found
    from rapidfuzz import process  # slow to import, and only a mistake needs it

    near = [match for match, _, _ in process.extract(wanted, list(known), limit=3, score_cutoff=50)]
    raise UnknownName("finding code", code, near)


def area_of(code: str) -> Area:
    """The score that a finding with this code lowers; a code without an explanation counts as electrical."""
    found = explanations().get(code)
    return "electrical" if found is None else found.area
