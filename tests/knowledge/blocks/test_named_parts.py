"""Parts that the user names: which block they choose, and that they are used, doubted or refused."""

from __future__ import annotations

import pytest
from support import check_block, design_block

from voltsmith.agents.reasoning import choose
from voltsmith.knowledge.blocks import Asked
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply
from voltsmith.schemas.readings import StageRequest

FIVE, TWELVE = Supply(vcc=5.0), Supply(vcc=12.0)


@pytest.mark.parametrize(
    ("function", "numbers", "name", "expected"),
    [
        ("low_side_switch", {"load_current": 0.1, "control_voltage": 5}, "2N7000", "mosfet_switch"),
        ("low_side_switch", {"load_current": 0.05, "control_voltage": 5}, "IRLZ44N", "mosfet_switch"),
        ("low_side_switch", {"load_current": 0.35, "control_voltage": 5}, "2N2222A", "bjt_switch"),
        ("voltage_regulator", {"output_voltage": 5}, "LM317", "adjustable_regulator"),
        ("voltage_regulator", {"output_voltage": 5}, "LM7805", "fixed_regulator"),
        ("voltage_regulator", {"output_voltage": 9}, "AMS1117-ADJ", "adjustable_regulator"),
        ("voltage_regulator", {"output_voltage": 5.1}, "BZX79-C5V1", "zener_regulator"),
        ("square_oscillator", {"frequency": 10}, "TLC555", "astable_555"),
        ("square_oscillator", {"frequency": 10}, "2N3904", "transistor_multivibrator"),
        ("square_oscillator", {"frequency": 10}, "MCP6002", "relaxation_oscillator"),
    ],
)
def test_the_part_chooses_the_block(
    function: str, numbers: dict[str, float], name: str, expected: str
) -> None:
    stage = StageRequest(id="s1", function=function)
    asked = Asked(numbers, components=(name,), supply=FIVE if function != "voltage_regulator" else TWELVE)
    assert choose(stage, asked).id == expected


@pytest.mark.parametrize(
    ("block", "numbers", "name", "supply"),
    [
        ("transistor_multivibrator", {"frequency": 2}, "2N3904", FIVE),
        ("mosfet_switch", {"load_current": 0.1}, "2N7000", FIVE),
        ("bjt_switch", {"load_current": 0.1}, "2N2222A", FIVE),
        ("common_emitter_amplifier", {"gain": 10}, "2N3904", TWELVE),
        ("current_sink", {"output_current": 0.01}, "2N7000", TWELVE),
        ("astable_555", {"frequency": 1e3, "duty_cycle": 40}, "LMC555", FIVE),
        ("astable_555", {"frequency": 1e3, "duty_cycle": 40}, "BAT54", FIVE),
        ("monostable_555", {"pulse_width": 0.1}, "TLC555", FIVE),
        ("zener_regulator", {"output_voltage": 5.1, "input_voltage": 12}, "BZX79-C5V1", None),
        ("adjustable_regulator", {"output_voltage": 3.3, "input_voltage": 5}, "AMS1117-ADJ", None),
        ("fixed_regulator", {"output_voltage": 3.3, "input_voltage": 5}, "AMS1117-3.3", None),
        ("rectifier_supply", {"input_voltage": 9, "load_current": 0.3}, "1N5819", None),
        ("precision_rectifier", {"input_amplitude": 1}, "BAT54", None),
        ("led_indicator", {"led_current": 0.005}, "led_green", FIVE),
    ],
)
def test_the_part_is_used(block: str, numbers: dict[str, float], name: str, supply: Supply | None) -> None:
    checked = check_block(block, numbers, components=(name,), supply=supply)
    assert name in {part.component for part in checked.synthesis.circuit.parts}
    assert checked.passed


def test_a_flyback_diode_by_name() -> None:
    checked = check_block(
        "mosfet_switch",
        {"load_current": 0.5},
        choices={"load": "motor"},
        components=("UF4007",),
        supply=TWELVE,
    )
    assert "UF4007" in {part.component for part in checked.synthesis.circuit.parts}
    assert checked.passed


@pytest.mark.parametrize(
    ("block", "numbers", "name", "words"),
    [
        ("bjt_switch", {"load_current": 0.09}, "BC547B", "carries only 100mA"),
        ("mosfet_switch", {"load_current": 0.18}, "2N7000", "2N7000 was asked for and used"),
        (
            "zener_regulator",
            {"output_voltage": 5.1, "input_voltage": 12},
            "1N4733A",
            "1N4733A was asked for and used",
        ),
    ],
)
def test_a_part_near_its_limits_is_doubted(
    block: str, numbers: dict[str, float], name: str, words: str
) -> None:
    synthesis, _ = design_block(block, numbers, components=(name,), supply=FIVE)
    assert any(words in text for text in synthesis.assumptions)


@pytest.mark.parametrize(
    ("block", "numbers", "name", "reason"),
    [
        ("bjt_switch", {"load_current": 0.5}, "2N3904", "2N3904 does not switch 0.5 A"),
        ("bjt_switch", {"load_current": 0.05}, "2N7000", "2N7000 is a MOSFET"),
        ("mosfet_switch", {"load_current": 0.05}, "2N3904", "2N3904 is a bipolar transistor"),
        ("mosfet_switch", {"load_current": 0.1, "control_voltage": 2}, "IRF540N", "does not carry 0.1 A"),
        ("mosfet_switch", {"load_current": 2}, "2N7000", "carries 200mA"),
        ("fixed_regulator", {"output_voltage": 3.3, "input_voltage": 9}, "LM7805", "LM7805 makes 5 V"),
        ("fixed_regulator", {"output_voltage": 5, "input_voltage": 9}, "LM317", "adjustable regulator"),
        ("adjustable_regulator", {"output_voltage": 5, "input_voltage": 9}, "LM7805", "a fixed regulator"),
        ("zener_regulator", {"output_voltage": 5, "input_voltage": 9}, "LM7805", "a series regulator"),
        ("current_sink", {"output_current": 0.01}, "2N3904", "2N3904 is none"),
        ("current_sink", {"output_current": 0.5}, "2N7000", "2N7000 carries 0.2 A"),
        ("transistor_multivibrator", {"frequency": 10}, "TIP120", "Darlington"),
        ("astable_555", {"frequency": 300e3}, "NE555", "NE555 is too slow"),
    ],
)
def test_a_part_that_cannot_is_refused(block: str, numbers: dict[str, float], name: str, reason: str) -> None:
    supply = None if "regulator" in block else FIVE
    with pytest.raises(Infeasible, match=reason):
        design_block(block, numbers, components=(name,), supply=supply)


def test_a_bare_555_may_be_another_of_the_family() -> None:
    low, numbers = Supply(vcc=3.3), {"frequency": 1e3}
    synthesis, _ = design_block(
        "astable_555", numbers, choices={"topology": "555"}, components=("NE555",), supply=low
    )
    assert "TLC555" in {part.component for part in synthesis.circuit.parts}
    assert any("TLC555 of the 555 family" in text for text in synthesis.assumptions)
    with pytest.raises(Infeasible, match=r"NE555 works from 4\.5 to 16 V"):
        design_block("astable_555", numbers, components=("NE555",), supply=low)
