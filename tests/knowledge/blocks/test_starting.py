"""Oscillators start by themselves, in whatever way a person runs the exported circuit in ngspice."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from support import design_block

from voltsmith.knowledge.decks import instance, number, subcircuit
from voltsmith.schemas.circuits import Circuit
from voltsmith.schemas.plans import Supply

pytestmark = pytest.mark.skipif(shutil.which("ngspice") is None, reason="ngspice is not installed")

FIVE, SPLIT = Supply(vcc=5.0), Supply(vcc=12.0, vee=-12.0)


def run(
    circuit: Circuit, supply: Supply, sources: list[str], analysis: str, measures: list[str], folder: Path
) -> dict[str, float]:
    """Values of ``meas`` lines after a transient analysis with ngspice's own options."""
    lines = ["* start", *subcircuit(circuit), instance(circuit), *sources]
    lines += [] if supply.vee == 0 else [f"ve vee 0 dc {number(supply.vee)}"]
    lines += [".control", "save out", analysis, *measures, "quit", ".endc", ".end"]
    deck = folder / "start.cir"
    deck.write_text("\n".join(lines))
    command = ["ngspice", "-b", str(deck)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "too small" not in done.stdout + done.stderr
    return {k: float(v) for k, v in re.findall(r"^(\w+)\s*=\s*([-+.\de]+)", done.stdout, re.MULTILINE)}


@pytest.mark.parametrize("start", ["operating point", "uic", "ramp"])
@pytest.mark.parametrize(
    ("block", "numbers", "supply"),
    [
        ("astable_555", {"frequency": 1.0, "duty_cycle": 66.0}, FIVE),
        ("astable_555", {"frequency": 1e3, "duty_cycle": 66.0}, Supply(vcc=12.0)),
        ("astable_555", {"frequency": 1e3, "duty_cycle": 25.0}, FIVE),
        ("astable_555", {"frequency": 1e5, "duty_cycle": 60.0}, FIVE),
        ("relaxation_oscillator", {"frequency": 1e3}, FIVE),
        ("relaxation_oscillator", {"frequency": 1e3}, SPLIT),
        ("transistor_multivibrator", {"frequency": 1e3}, FIVE),
    ],
)
def test_square_oscillators_start(
    block: str, numbers: dict[str, float], supply: Supply, start: str, tmp_path: Path
) -> None:
    circuit = design_block(block, numbers, supply=supply)[0].circuit
    period = 1 / numbers["frequency"]
    volts = number(supply.vcc)
    source = f"vs vcc 0 pwl(0 0 {number(period / 10)} {volts})" if start == "ramp" else f"vs vcc 0 {volts}"
    level = number((supply.vcc + supply.vee) / 2 - 0.1 * supply.vcc)
    crossings = [
        f"meas tran {name} when v(out)={level} rise=1 from={number(cycle * period)}"
        for name, cycle in (("t1", 11.1), ("t2", 15.3))
    ]
    step = number(period / 500)
    analysis = f"tran {step} {number(18 * period)} 0 {step}" + (" uic" if start == "uic" else "")
    found = run(circuit, supply, [source], analysis, crossings, tmp_path)
    cycles = (found["t2"] - found["t1"]) / period
    # Start-up shifts the phase, so that a whole number of cycles fits in, whichever it is.
    assert cycles == pytest.approx(round(cycles), abs=0.12)
    assert 3 <= round(cycles) <= 6


@pytest.mark.parametrize("supply", [SPLIT, Supply(vcc=9.0)])
def test_wien_bridge_starts(supply: Supply, tmp_path: Path) -> None:
    circuit = design_block("wien_bridge", {"frequency": 1e3}, supply=supply)[0].circuit
    swing = ["meas tran swing pp v(out) from=40m to=42m"]
    source = [f"vs vcc 0 {number(supply.vcc)}"]
    found = run(circuit, supply, source, "tran 5u 42m 0 5u", swing, tmp_path)
    assert found["swing"] > 1.5


@pytest.mark.parametrize("start", ["", " uic"])
def test_monostable_rests_low_and_gives_one_pulse(start: str, tmp_path: Path) -> None:
    circuit = design_block("monostable_555", {"pulse_width": 1e-3}, supply=FIVE)[0].circuit
    measures = [
        "meas tran idle max v(out) from=20u to=1.9m",
        "meas tran t1 when v(out)=2 rise=1 from=1.9m",
        "meas tran t2 when v(out)=2 fall=1 from=1.9m",
        "meas tran rest max v(out) from=4m to=6m",
    ]
    sources = ["vs vcc 0 5", "vt in 0 dc 5 pulse(5 0 2m 0.1u 0.1u 50u 1)"]
    found = run(circuit, FIVE, sources, "tran 2u 6m 0 2u" + start, measures, tmp_path)
    assert found["idle"] < 0.2
    assert found["t2"] - found["t1"] == pytest.approx(1e-3, rel=0.03)
    assert found["rest"] < 0.2
