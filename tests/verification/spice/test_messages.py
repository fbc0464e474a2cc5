"""What ngspice prints, and which of it means that a run cannot be trusted."""

from __future__ import annotations

import pytest

from voltsmith.verification.spice.messages import failure_in, finding_from

HARMLESS = [
    "Note: No compatibility mode selected!",
    "Using SPARSE 1.3 as Direct Linear Solver",
    "Warning: vin: no DC value, transient time 0 value used",
    "Note: Starting dynamic gmin stepping",
    "Warning: Dynamic gmin stepping failed",
    "Note: Starting source stepping",
    "Warning: source stepping failed",
    "Note: Dynamic gmin stepping completed",
    "Doing analysis at TEMP = 27.000000 and TNOM = 27.000000",
    "No. of Data Rows : 361",
    "Circuit: * test",
    "Reducing trtol to 1 for xspice 'A' devices",
    "Warning: vin: dc value used for op instead of transient time=0 value.",
]
FATAL = [
    ("Warning: singular matrix:  check node xdut.out", "SPICE_SINGULAR"),
    ("Warning: singular matrix:  check nodes a and b", "SPICE_SINGULAR"),
    ("doAnalyses: iteration limit reached", "SPICE_FAILED"),
    ("doAnalyses: TRAN:  Timestep too small; time = 1e-9, timestep = 1e-19", "SPICE_FAILED"),
    ("tran simulation(s) aborted", "SPICE_FAILED"),
    ("Error: no convergence in DC operating point", "SPICE_FAILED"),
    ("Error: unknown subckt: x1 a b nothing", "SPICE_IGNORED"),
    ("Error: unknown parameter (nonsense)", "SPICE_IGNORED"),
    ("Warning: ... - line ignored", "SPICE_IGNORED"),
    ("Error: circuit not parsed.", "SPICE_IGNORED"),
    ("Undefined parameter [x]", "SPICE_IGNORED"),
    ("Error: could not find a valid modelname: too few parameters", "SPICE_FAILED"),
    ("Unable to find definition of model d1", "SPICE_FAILED"),
    ("fatal error in ngspice", "SPICE_FAILED"),
]


@pytest.mark.parametrize("message", HARMLESS)
def test_harmless(message: str):
    assert failure_in([message]) == ""


@pytest.mark.parametrize(("message", "code"), FATAL)
def test_fatal(message: str, code: str):
    assert failure_in([*HARMLESS, message, *HARMLESS]) == message
    finding = finding_from(message, "s1_ac")
    assert (finding.code, finding.severity) == (code, "fatal")
    assert message in finding.message
    assert "s1_ac" in finding.message
    assert finding.why
    assert finding.fix


def test_nothing_said():
    assert failure_in([]) == ""


def test_the_first_failure_counts():
    assert failure_in([FATAL[2][0], FATAL[0][0]]) == FATAL[2][0]


@pytest.mark.parametrize(
    ("message", "where"),
    [
        ("Warning: singular matrix:  check node xdut.out", ("net:out",)),
        ("Warning: singular matrix: check node out.", ("net:out",)),
        ("Warning: singular matrix:  check nodes xdut.a, b", ("net:a",)),
        ("Warning: singular matrix", ()),
        ("Warning: singular matrix:  check node l.xdut.l1#branch", ("L1",)),
        ("Warning: singular matrix:  check node m.xdut.mq1#gate", ("Q1",)),
    ],
)
def test_a_singular_matrix_names_its_net_or_part(message: str, where: tuple[str, ...]):
    assert finding_from(message, "b").where == where
