"""A chain is held to its corner from end to end, and a stage that is too slow for it shows."""

from __future__ import annotations

from voltsmith.agents.reading.reader import read
from voltsmith.agents.reasoning import propose
from voltsmith.agents.synthesis import Synthesis, synthesise
from voltsmith.schemas.reports import Measurement
from voltsmith.schemas.requirements import Requirement
from voltsmith.verification.spice.pool import shared_pool
from voltsmith.verification.spice.runner import simulate

CHAIN = "amplifier with a gain of 100 followed by a second-order 15 kHz low-pass, ±12 V"


def made(prompt: str) -> tuple[Synthesis, list[Requirement]]:
    proposal = propose(read(prompt))
    synthesis = synthesise(proposal.plan, proposal.requirements)
    return synthesis, [*proposal.requirements, *synthesis.requirements]


def whole(prompt: str) -> Measurement | None:
    synthesis, requirements = made(prompt)
    ends = {r.id for r in requirements if r.stage is None and r.quantity == "cutoff_frequency"}
    result = simulate(synthesis.circuit, synthesis.testbench, requirements, shared_pool(), runs=0)
    return next((m for m in result.measurements if m.requirement in ends), None)


def test_the_corner_of_the_chain_is_that_of_its_filter():
    found = whole(CHAIN)
    assert found is not None
    assert found.passed
    assert found.value is not None
    assert abs(found.value / 15e3 - 1) < 0.05


def test_a_slow_stage_before_the_filter_fails_the_chain():
    found = whole("LM358 " + CHAIN)
    assert found is not None
    assert not found.passed


def test_a_high_pass_close_by_leaves_no_single_corner():
    assert whole("high-pass at 300 Hz followed by a low-pass at 3.4 kHz, ±12 V") is None
    assert whole("15 kHz second-order low-pass, ±12 V") is None
