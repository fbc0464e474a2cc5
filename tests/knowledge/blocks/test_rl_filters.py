from __future__ import annotations

import pytest
from support import altered, check_block, design_block, remeasured

from voltsmith.knowledge.blocks import Asked, block
from voltsmith.schemas.errors import Infeasible

BOTH = ["rl_low_pass", "rl_high_pass"]


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("cutoff", [300.0, 10e3, 1e6, 1e8])
def test_corner_over_the_range(name, cutoff) -> None:
    checked = check_block(name, {"cutoff_frequency": cutoff})
    assert checked.value("cutoff_frequency") == pytest.approx(cutoff, rel=0.02)


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize(
    "around",
    [
        {"load_resistance": 1e3},
        {"load_resistance": 50.0, "source_resistance": 50.0},
        {"inductance": 1e-3},
        {"resistance": 1e3},
    ],
)
def test_source_load_and_given_parts_count(name, around) -> None:
    checked = check_block(name, {"cutoff_frequency": 100e3, **around})
    assert checked.value("cutoff_frequency") == pytest.approx(100e3, rel=0.04)


def test_a_speaker_behind_a_choke() -> None:
    numbers = {"cutoff_frequency": 1e3, "load_resistance": 8.0, "gain": 1.0}
    checked = check_block("rl_low_pass", numbers)
    assert checked.value("cutoff_frequency") == pytest.approx(1e3, rel=0.02)
    # The winding has a resistance, and it shows.
    assert 0.8 < checked.value("gain") < 0.97


@pytest.mark.parametrize("name", BOTH)
def test_time_constant(name) -> None:
    assert check_block(name, {"time_constant": 10e-6}).value("time_constant") == pytest.approx(
        10e-6, rel=0.02
    )


@pytest.mark.parametrize(
    ("numbers", "choices", "reason"),
    [
        ({"cutoff_frequency": 1e5, "gain": 3.0}, {}, "no gain"),
        ({"cutoff_frequency": 1e5, "order": 3}, {}, "first order"),
        ({"cutoff_frequency": 1e5, "capacitance": 1e-9}, {}, "no capacitor"),
        ({"cutoff_frequency": 10.0}, {}, "outside"),
        ({"cutoff_frequency": 1e5}, {"topology": "rc"}, "rc circuit"),
    ],
)
def test_refusals(numbers, choices, reason) -> None:
    with pytest.raises(Infeasible, match=reason):
        design_block("rl_low_pass", numbers, choices=choices)


def test_preferred_only_where_coils_are_asked_for() -> None:
    plain = Asked(numbers={"cutoff_frequency": 1e4})
    named = Asked(numbers={"cutoff_frequency": 1e4}, choices={"topology": "rl"})
    assert block("rl_low_pass").fit(plain) < block("rc_low_pass").fit(plain) < block("rl_low_pass").fit(named)


@pytest.mark.parametrize("name", BOTH)
def test_damage_is_noticed(name) -> None:
    checked = check_block(name, {"cutoff_frequency": 100e3})
    circuit = checked.synthesis.circuit
    coil = next(part for part in circuit.parts if part.component == "inductor")
    resistor = next(part for part in circuit.parts if part.component == "resistor")
    assert not remeasured(checked, altered(circuit, coil.ref, value="10n"))["cutoff_frequency"].passed
    exchanged = altered(circuit, resistor.ref, pins=coil.pins)
    exchanged = altered(exchanged, coil.ref, pins=resistor.pins)
    assert not remeasured(checked, exchanged)["cutoff_frequency"].passed
