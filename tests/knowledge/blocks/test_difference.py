from __future__ import annotations

import pytest
from opamp_support import measured_after, with_component, with_value
from support import check_block, requirement

from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply

FIVE, LOW = Supply(vcc=5.0), Supply(vcc=3.3)
SPLIT, BIG_SPLIT = Supply(vcc=5.0, vee=-5.0), Supply(vcc=15.0, vee=-15.0)
DIFFERENCE, INSTRUMENTATION = "difference_amplifier", "instrumentation_amplifier"


@pytest.mark.parametrize(
    ("name", "numbers", "supply"),
    [
        (DIFFERENCE, {}, None),
        (DIFFERENCE, {"gain": 100, "bandwidth": 10e3}, FIVE),
        (DIFFERENCE, {"gain": 1, "input_impedance": 20e3, "output_amplitude": 1.0}, FIVE),
        (DIFFERENCE, {"gain": 0.1, "operating_frequency": 50e3}, BIG_SPLIT),
        (INSTRUMENTATION, {}, None),
        (INSTRUMENTATION, {"gain": 1}, SPLIT),
        (INSTRUMENTATION, {"gain": 1000, "bandwidth": 1e3}, FIVE),
        (INSTRUMENTATION, {"gain": 50, "bandwidth": 100e3, "output_amplitude": 5.0}, BIG_SPLIT),
        (INSTRUMENTATION, {"gain": 200, "operating_frequency": 100, "output_amplitude": 1.0}, LOW),
    ],
)
def test_meets_what_is_asked(name: str, numbers: dict[str, float], supply: Supply | None) -> None:
    checked = check_block(name, numbers, supply=supply)
    assert checked.passed, checked.measured
    assert checked.value("gain") == pytest.approx(
        numbers.get("gain", 1.0 if name == DIFFERENCE else 100.0), rel=0.05
    )


@pytest.mark.parametrize(("name", "gain", "least"), [(DIFFERENCE, 10, 60.0), (INSTRUMENTATION, 100, 80.0)])
def test_rejection_holds_with_real_resistors(name: str, gain: float, least: float) -> None:
    asked = requirement(2, "common_mode_rejection", least, relation="min")
    checked = check_block(name, {"gain": gain}, extra=(asked,), runs=40)
    assert checked.passed, checked.measured
    spread = checked.measured["common_mode_rejection"].monte_carlo
    assert spread is not None
    assert spread.yield_fraction > 0.97
    # Not the 140 dB of perfect resistors.
    assert spread.lowest is not None
    assert spread.lowest < 110


def test_mismatch_shows_in_rejection() -> None:
    asked = requirement(2, "common_mode_rejection", 60.0, relation="min")
    found = measured_after(
        DIFFERENCE, {"gain": 10}, lambda circuit: with_value(circuit, "R2", "150k"), extra=(asked,)
    )
    assert not found["common_mode_rejection"].passed


def test_wrong_gain_resistor_shows() -> None:
    found = measured_after(INSTRUMENTATION, {"gain": 100}, lambda c: with_value(c, "R1", "1k"))
    assert not found["gain"].passed


def test_levels() -> None:
    numbers = {"gain": 2, "input_voltage": 1.0, "output_voltage": 2.0}
    checked = check_block(DIFFERENCE, numbers)
    assert checked.value("output_voltage") == pytest.approx(2.0, abs=0.05)
    single = check_block(INSTRUMENTATION, {"gain": 10, "output_voltage": 2.5}, supply=FIVE)
    assert single.value("output_voltage") == pytest.approx(2.5, abs=0.1)


def test_input_impedance_of_an_instrumentation_amplifier() -> None:
    least = requirement(2, "input_impedance", 10e6, relation="min")
    checked = check_block(INSTRUMENTATION, {"gain": 100}, extra=(least,))
    assert checked.passed
    assert checked.value("input_impedance") > 10e6


def test_too_slow_an_op_amp_shows() -> None:
    numbers = {"gain": 50, "bandwidth": 100e3}
    checked = check_block(INSTRUMENTATION, numbers, supply=BIG_SPLIT)
    part = next(p.component for p in checked.synthesis.circuit.parts if p.ref.startswith("U"))
    found = measured_after(
        INSTRUMENTATION,
        numbers,
        lambda circuit: with_component(circuit, "OP07", instead_of=part),
        supply=BIG_SPLIT,
    )
    assert not found["bandwidth"].passed


def test_refusals() -> None:
    with pytest.raises(Infeasible, match="74 dB that resistors"):
        check_block(DIFFERENCE, {"gain": 1, "common_mode_rejection": 100})
    with pytest.raises(Infeasible, match="instrumentation amplifier has higher"):
        check_block(DIFFERENCE, {"input_impedance": 1e9})
    with pytest.raises(Infeasible, match="passes DC"):
        check_block(DIFFERENCE, {"lower_cutoff_frequency": 10})
    with pytest.raises(Infeasible, match="differential gain of 5000"):
        check_block(INSTRUMENTATION, {"gain": 5000})
