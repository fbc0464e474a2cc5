from __future__ import annotations

import math

import numpy as np
import pytest
from support import altered, check_block, design_block, remeasured, requirement

from voltsmith.knowledge.blocks import Asked, block
from voltsmith.knowledge.blocks._filter_ladder import (
    Ends,
    doubly_terminated,
    elements,
    response_db,
    singly_terminated,
)
from voltsmith.knowledge.blocks._filter_prototypes import low_pass_loss, low_pass_sections
from voltsmith.schemas.errors import Infeasible

LADDERS = ["rlc_low_pass", "rlc_high_pass"]


def test_element_values_of_zverevs_tables() -> None:
    assert doubly_terminated("butterworth", 3, 0.0) == pytest.approx((1.0, 2.0, 1.0))
    # Singly terminated Butterworth of order 3, from the resistor: 0.5, 4/3, 3/2.
    assert singly_terminated(low_pass_sections("butterworth", 3)) == pytest.approx((0.5, 4 / 3, 1.5))
    ripple_edge = math.cosh(math.acosh(1 / math.sqrt(10**0.05 - 1)) / 3)
    chebyshev = tuple(value / ripple_edge for value in doubly_terminated("chebyshev", 3, 0.5))
    assert chebyshev == pytest.approx((1.5963, 1.0967, 1.5963), rel=1e-4)


@pytest.mark.parametrize("order", range(2, 8))
@pytest.mark.parametrize("response", ["butterworth", "chebyshev", "bessel"])
def test_ladder_has_the_response_of_its_prototype(order, response) -> None:
    sections = low_pass_sections(response, order)
    ends = Ends(0.0, 1e3)
    # At 1 GHz windings cost 1 % of the reactance; this is about the lossless shape well below the edge.
    ladder = elements(singly_terminated(sections), ends, 1e6, False)
    grid = np.array([1e3, 0.2e6, 0.5e6, 2e6])
    made = response_db(ladder, ends, grid, 1e6)
    wanted = [-low_pass_loss(sections, frequency / 1e6) for frequency in grid]
    assert made == pytest.approx(wanted, abs=0.6)


@pytest.mark.parametrize("name", LADDERS)
@pytest.mark.parametrize("cutoff", [1e3, 100e3, 1e7, 1e8])
def test_own_resistor(name, cutoff) -> None:
    checked = check_block(name, {"cutoff_frequency": cutoff})
    assert checked.value("cutoff_frequency") == pytest.approx(cutoff, rel=0.03)


@pytest.mark.parametrize("name", LADDERS)
@pytest.mark.parametrize(
    ("order", "response", "ends"),
    [
        (2, "butterworth", {"load_resistance": 50.0}),
        (3, "butterworth", {"load_resistance": 50.0, "source_resistance": 50.0}),
        (5, "chebyshev", {"load_resistance": 50.0, "source_resistance": 50.0}),
        (7, "chebyshev", {"load_resistance": 75.0, "source_resistance": 75.0}),
        (7, "butterworth", {"load_resistance": 600.0}),
        (4, "bessel", {"source_resistance": 50.0}),
        (3, "butterworth", {"load_resistance": 200.0, "source_resistance": 50.0}),
    ],
)
def test_terminated(name, order, response, ends) -> None:
    numbers = {"cutoff_frequency": 1e7, "order": order, "rolloff": 20.0 * order, **ends}
    checked = check_block(name, numbers, choices={"response": response})
    assert checked.value("cutoff_frequency") == pytest.approx(1e7, rel=0.045)
    assert checked.value("rolloff") == pytest.approx(20 * order, abs=3)


@pytest.mark.parametrize("name", LADDERS)
def test_ripple_in_a_50_ohm_system(name) -> None:
    numbers = {
        "cutoff_frequency": 1e6,
        "passband_ripple": 0.5,
        "load_resistance": 50.0,
        "source_resistance": 50.0,
        "gain": 0.5,
    }
    checked = check_block(name, numbers)
    assert checked.passed
    assert checked.value("passband_ripple") == pytest.approx(0.5, abs=0.3)


@pytest.mark.parametrize("name", LADDERS)
@pytest.mark.parametrize("q", [0.5, 2.0])
def test_second_order_with_a_q(name, q) -> None:
    checked = check_block(name, {"cutoff_frequency": 100e3, "q_factor": q})
    assert checked.value("cutoff_frequency") == pytest.approx(100e3, rel=0.03)
    assert checked.value("q_factor") == pytest.approx(q, rel=0.08)


@pytest.mark.parametrize("name", LADDERS)
@pytest.mark.parametrize("given", [{"inductance": 1e-3}, {"capacitance": 1e-9}])
def test_given_parts(name, given) -> None:
    checked = check_block(name, {"cutoff_frequency": 100e3, **given})
    assert checked.value("cutoff_frequency") == pytest.approx(100e3, rel=0.045)
    assert {"1m", "1n"} & {part.value for part in checked.synthesis.circuit.parts}


def test_order_from_an_attenuation() -> None:
    extra = (requirement(9, "attenuation", 60.0, relation="min", condition=4e7),)
    numbers = {"cutoff_frequency": 1e7, "load_resistance": 50.0, "source_resistance": 50.0}
    checked = check_block("rlc_low_pass", numbers, extra=extra)
    assert checked.passed
    assert checked.value("attenuation") > 60


@pytest.mark.parametrize("name", ["rlc_band_pass", "rlc_notch"])
@pytest.mark.parametrize(
    ("center", "q", "around"),
    [
        (1e3, 1.0, {}),
        (100e3, 5.0, {}),
        (1e7, 20.0, {}),
        (1e6, 10.0, {"load_resistance": 1e3, "source_resistance": 50.0}),
        (1e6, 10.0, {"inductance": 100e-6}),
    ],
)
def test_resonance(name, center, q, around) -> None:
    numbers = {"center_frequency": center, "bandwidth": center / q, **around}
    checked = check_block(name, numbers)
    assert checked.passed
    assert checked.value("center_frequency") == pytest.approx(center, rel=0.03)
    assert checked.value("bandwidth") == pytest.approx(center / q, rel=0.06)


def test_depth_is_what_the_winding_leaves() -> None:
    extra = (requirement(9, "notch_depth", 25.0, relation="min"),)
    checked = check_block("rlc_notch", {"center_frequency": 1e6, "q_factor": 3.0}, extra=extra)
    assert 25 < checked.value("notch_depth") < 40


@pytest.mark.parametrize(
    ("name", "numbers", "choices", "reason"),
    [
        ("rlc_low_pass", {"cutoff_frequency": 1e6, "gain": 2.0}, {}, "no gain"),
        ("rlc_low_pass", {"cutoff_frequency": 1e6, "order": 9}, {}, "up to order 7"),
        (
            "rlc_low_pass",
            {"cutoff_frequency": 1e6, "order": 4, "load_resistance": 50.0, "source_resistance": 50.0},
            {"response": "chebyshev"},
            "odd order",
        ),
        ("rlc_low_pass", {"cutoff_frequency": 1.0}, {"topology": "rlc"}, "outside"),
        ("rlc_band_pass", {"center_frequency": 1e3, "q_factor": 30.0}, {}, "windings allow"),
        ("rlc_band_pass", {"center_frequency": 1e6, "order": 4}, {}, "second order"),
        ("rlc_notch", {"center_frequency": 1e6, "q_factor": 10.0, "notch_depth": 60.0}, {}, "winding"),
        ("rlc_notch", {"center_frequency": 1e6}, {"topology": "twin_t"}, "twin t"),
    ],
)
def test_refusals(name, numbers, choices, reason) -> None:
    with pytest.raises(Infeasible, match=reason):
        design_block(name, numbers, choices=choices)


def test_preferred_at_radio_frequencies() -> None:
    radio = Asked(numbers={"cutoff_frequency": 5e6, "order": 3})
    audio = Asked(numbers={"cutoff_frequency": 1e3, "order": 3})
    assert block("rlc_low_pass").fit(radio) > block("sallen_key_low_pass").fit(radio)
    assert block("rlc_low_pass").fit(audio) < block("sallen_key_low_pass").fit(audio)


@pytest.mark.parametrize(
    ("name", "quantity"),
    [
        ("rlc_low_pass", "cutoff_frequency"),
        ("rlc_high_pass", "cutoff_frequency"),
        ("rlc_notch", "notch_depth"),
    ],
)
def test_damage_is_noticed(name, quantity) -> None:
    numbers = {"cutoff_frequency": 1e6} if quantity == "cutoff_frequency" else {"center_frequency": 1e6}
    extra = (requirement(9, "notch_depth", 25.0, relation="min"),) if quantity == "notch_depth" else ()
    checked = check_block(name, numbers, extra=extra)
    assert checked.passed
    circuit = checked.synthesis.circuit
    coil = next(part for part in circuit.parts if part.component == "inductor")
    lossy = altered(circuit, coil.ref, parameters={**coil.parameters, "series_resistance": 500.0})
    assert not remeasured(checked, lossy)[quantity].passed
    capacitor = next(part for part in circuit.parts if part.component == "capacitor")
    shifted = remeasured(checked, altered(circuit, capacitor.ref, value="1u"))
    assert not shifted["cutoff_frequency" if "cutoff_frequency" in shifted else "center_frequency"].passed


@pytest.mark.parametrize("name", ["rlc_low_pass", "rlc_high_pass"])
@pytest.mark.parametrize(
    "ends",
    [{"load_resistance": 1e3}, {"load_resistance": 100.0}, {"source_resistance": 600.0}],
)
def test_one_end_is_padded_where_coils_come_in_coarse_steps(name, ends) -> None:
    checked = check_block(name, {"cutoff_frequency": 20e3, **ends})
    assert checked.value("cutoff_frequency") == pytest.approx(20e3, rel=0.02)
    assert [part.component for part in checked.synthesis.circuit.parts].count("resistor") == 1
