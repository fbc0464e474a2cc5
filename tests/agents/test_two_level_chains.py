"""What a comparator or a timer hands on to a switch or an LED, simulated stage by stage."""

from __future__ import annotations

import pytest

from voltsmith.agents.instances import article
from voltsmith.agents.reading.reader import read
from voltsmith.agents.reasoning import propose
from voltsmith.agents.synthesis import synthesise
from voltsmith.schemas.errors import Infeasible
from voltsmith.verification.spice.pool import shared_pool
from voltsmith.verification.spice.runner import simulate


@pytest.mark.parametrize(
    ("prompt", "part"),
    [
        (
            "comparator that trips at 2 V (5 V supply) and drives an NPN low side switch for a 50 mA buzzer",
            "BC547B",
        ),
        ("comparator that trips at 6 V, 12 V supply, then a MOSFET switch for a 2 A motor", "AO3400A"),
        ("comparator that trips at 2 V, 5 V supply, followed by a led indicator with a green LED", "BSS138"),
        ("555 oscillator at 1 Hz followed by a led indicator, 9 V", "led_red"),
        ("555 astable at 1 kHz, 12 V, driving a MOSFET switch for a 1 A load", "AO3400A"),
        ("555 astable at 1 kHz, 12 V, driving a 2N2222 NPN switch for a 100 mA load", "2N2222A"),
    ],
)
def test_chains_hold_every_requirement(prompt: str, part: str) -> None:
    proposal = propose(read(prompt))
    assert len(proposal.plan.instances()) == 2
    made = synthesise(proposal.plan, proposal.requirements)
    assert part in {entry.component for entry in made.circuit.parts}
    requirements = (*proposal.requirements, *made.requirements)
    result = simulate(made.circuit, made.testbench, requirements, shared_pool(), runs=0)
    assert len(result.measurements) >= 2
    assert all(item.passed for item in result.measurements), result.measurements
    assert not result.findings


def test_an_open_collector_cannot_feed_a_large_base() -> None:
    proposal = propose(read("LM393 comparator, 2 V threshold, 5 V supply, then an NPN switch for 300 mA"))
    with pytest.raises(Infeasible, match="open collector"):
        synthesise(proposal.plan, proposal.requirements)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Integrator", "an"),
        ("LED with resistor", "an"),
        ("NPN low-side switch", "an"),
        ("RC low-pass", "an"),
        ("LC low-pass", "an"),
        ("MOSFET low-side switch", "a"),
        ("555 astable", "a"),
        ("Wien-bridge oscillator", "a"),
        ("Op-amp current sink", "an"),
        ("active twin-T notch", "an"),
    ],
)
def test_article(title: str, expected: str) -> None:
    assert article(title) == expected
