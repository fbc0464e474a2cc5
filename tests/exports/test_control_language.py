"""ngspice's own control language and the Python measurements give the same numbers."""

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from voltsmith.exports._control_language import control_lines
from voltsmith.schemas.testbenches import Measure, MeasureKind, Signal
from voltsmith.verification.spice.measurements import Waves, evaluate

# Everything in one deck: RC low-pass and high-pass, parallel resonance (Q = 5), series notch (Q = 2),
# a soft comparator, a relaxing switch with hysteresis, a ringing step, and distorted sines.
DECK = """* measurements in two languages
vin in 0 dc 1 ac 1 pulse(0 5 0.5m 2u 2u 0.3m 1m)
r1 in lp 1k
c1 lp 0 159.155n
c2 in hp 159.155n
r2 hp 0 1k
r3 in bp 1k
l3 bp 0 31.831m
c3 bp 0 795.775n
r4 in no 1k
l4 no na 318.31m
c4 na nb 79.5775n
r5 nb 0 20
bdc cmp 0 v = 2.5 + 2.5*tanh(2*(v(in)-2))
vstep st 0 dc 0 pulse(0 2 1m 1u 1u 1 2)
rs st sa 200
ls sa rg 31.831m
cs rg 0 795.775n
vfall fa 0 dc 3 pulse(3 1 1m 1u 1u 1 2)
rf fa fo 1k
cf fo 0 200n
vram ram 0 dc 0 pwl(0 0 1m 0 2m 4 20m 4)
rr ram 0 1k
vtri tri 0 dc 0 pulse(-3 3 0 5m 5m 1n 10m)
vcc cc 0 5
rsw cc sw 1k
ssw sw 0 tri 0 hyst
.model hyst sw(vt=0.5 vh=1 ron=1 roff=1meg)
vs1 sn 0 dc 0 sin(0.5 1 1k)
bs di 0 v = v(sn) + 0.04*v(sn)*v(sn)*v(sn)
.control
set numdgt=12
set wr_singlescale
set wr_vecnames
"""

ANALYSES = {
    "op": "op",
    "dc_sweep": "dc vin 0 5 0.02",
    "ac_sweep": "ac dec 100 10 1meg",
    "noise": "noise v(lp) vin dec 60 1 10meg",
    "transient": "tran 2u 20m 0 2u",
}
CURRENT = Signal(source="vin")
TRI = Signal(net="tri")
STEP = Signal(net="st")
SIGNALS = [CURRENT] + [
    Signal(net=net)
    for net in ("in", "lp", "hp", "bp", "no", "cmp", "st", "rg", "fo", "ram", "tri", "sw", "sn", "di")
]

CASES: list[tuple[str, MeasureKind, str, dict[str, object]]] = [
    ("op", "value", "lp", {"scale": 2.0, "offset": -0.5}),
    ("op", "value", "cmp", {"reference": Signal(net="in")}),
    ("dc_sweep", "value", "cmp", {"at": 5.0}),
    ("dc_sweep", "value", "cmp", {"at": 1.511}),
    ("dc_sweep", "crossing", "cmp", {"level": 2.5}),
    ("dc_sweep", "crossing", "in", {"level": 2.0, "reference": Signal(net="cmp")}),
    ("dc_sweep", "slope", "cmp", {"at": 2.0}),
    ("dc_sweep", "slope", "cmp", {"low": 1.8, "high": 2.2, "reference": Signal(net="lp")}),
    ("ac_sweep", "gain", "lp", {"at": 1e6}),
    ("ac_sweep", "gain", "bp", {"at": 987.0, "reference": Signal(net="lp")}),
    ("ac_sweep", "gain_db", "lp", {"at": 3333.0}),
    ("ac_sweep", "phase", "lp", {"at": 1e3}),
    ("ac_sweep", "phase", "hp", {"at": 300.0, "reference": Signal(net="lp")}),
    ("ac_sweep", "passband_gain", "bp", {"at": 800.0}),
    ("ac_sweep", "passband_gain", "bp", {}),
    ("ac_sweep", "passband_gain_db", "bp", {"at": 500.0}),
    ("ac_sweep", "peak_gain", "bp", {"low": 100.0, "high": 500.0}),
    ("ac_sweep", "peak_gain_db", "lp", {"low": 1e3, "high": 1e5}),
    ("ac_sweep", "upper_cutoff", "lp", {}),
    ("ac_sweep", "upper_cutoff", "lp", {"at": 100.0, "level": 20.0, "low": 50.0, "high": 5e5}),
    ("ac_sweep", "lower_cutoff", "hp", {}),
    ("ac_sweep", "lower_cutoff", "bp", {"level": 6.0}),
    ("ac_sweep", "peak_frequency", "bp", {"scale": 1e-3}),
    ("ac_sweep", "notch_frequency", "no", {}),
    ("ac_sweep", "notch_depth_db", "no", {"at": 10.0}),
    ("ac_sweep", "bandwidth", "bp", {}),
    ("ac_sweep", "bandwidth", "no", {"low": 20.0, "high": 1e5}),
    ("ac_sweep", "q_factor", "bp", {"low": 30.0, "high": 1e5}),
    ("ac_sweep", "q_factor", "no", {}),
    ("ac_sweep", "attenuation_db", "lp", {"at": 1e5}),
    ("ac_sweep", "attenuation_db", "lp", {"at": 1e5, "low": 1e3}),
    ("ac_sweep", "rolloff", "lp", {"low": 1e5, "high": 1e6}),
    ("ac_sweep", "ripple_db", "lp", {"low": 100.0, "high": 1e3}),
    ("ac_sweep", "impedance", "in", {"at": 1e3, "reference": CURRENT}),
    ("noise", "noise_density", "lp", {"at": 1234.0, "scale": 1e9}),
    ("noise", "noise_total", "lp", {"scale": 1e6}),
    ("noise", "noise_total", "lp", {"low": 20.0, "high": 20e3, "scale": 1e6}),
    ("transient", "value", "lp", {"at": 20e-3}),
    ("transient", "frequency", "lp", {}),
    ("transient", "frequency", "sn", {"low": 3.3e-3, "high": 17e-3}),
    ("transient", "period", "in", {"level": 1.0}),
    ("transient", "duty_cycle", "in", {}),
    ("transient", "duty_cycle", "sn", {"level": 1.0}),
    ("transient", "high_time", "in", {"low": 0.6e-3}),
    ("transient", "low_time", "lp", {"low": 5e-3}),
    ("transient", "pulse_width", "lp", {"level": 2.0, "high": 1.4e-3}),
    ("transient", "peak_to_peak", "sn", {}),
    ("transient", "amplitude", "sn", {"low": 5e-3}),
    ("transient", "maximum", "rg", {}),
    ("transient", "minimum", "fo", {"low": 1e-3, "high": 1.2e-3}),
    ("transient", "average", "in", {"low": 5e-3, "high": 15e-3}),
    ("transient", "average", "in", {}),
    ("transient", "rms", "sn", {"low": 5e-3}),
    ("transient", "final", "fo", {}),
    ("transient", "rise_time", "rg", {"at": 1e-3}),
    ("transient", "rise_time", "ram", {"level": 20.0}),
    ("transient", "fall_time", "fo", {"low": 0.9e-3, "high": 3e-3}),
    ("transient", "overshoot", "rg", {}),
    ("transient", "settling_time", "fo", {"at": 1e-3}),
    ("transient", "settling_time", "rg", {"at": 1e-3, "level": 5.0}),
    ("transient", "slew_rate", "ram", {}),
    ("transient", "thd", "di", {"at": 1e3, "low": 2e-3}),
    ("transient", "thd", "di", {}),
    ("transient", "upper_threshold", "sw", {"reference": TRI}),
    ("transient", "lower_threshold", "sw", {"reference": TRI}),
    ("transient", "hysteresis", "sw", {"reference": TRI, "low": 0.1e-3}),
    ("transient", "delay", "rg", {"reference": STEP}),
    ("transient", "delay", "fo", {"at": 1e-3, "level": 2.5, "low": 0.5e-3}),
]


def built(case: tuple[str, MeasureKind, str, dict[str, object]]) -> Measure:
    _, kind, net, fields = case
    return Measure(kind=kind, signal=Signal(net=net), **fields)


def vector(signal: Signal) -> str:
    if signal.source is not None:
        return f"(-i({signal.source}))"
    return f"v({signal.net})"


@cache
def simulated() -> tuple[dict[str, Waves], dict[str, str], str]:
    """Waveforms by analysis, printed results by check, and everything ngspice said."""
    text = DECK
    for analysis, command in ANALYSES.items():
        text += f"{command}\nset vs_plot = $curplot\n"
        if analysis == "noise":
            text += "setplot previous\nset vs_plot = $curplot\n"
            vectors = ["onoise_spectrum"]
        else:
            vectors = [vector(signal) for signal in SIGNALS]
        text += f"wrdata {analysis}.txt {' '.join(vectors)}\n"
        for index, case in enumerate(CASES):
            if case[0] == analysis:
                name = (lambda signal: "onoise_spectrum") if analysis == "noise" else vector
                text += "\n".join(
                    control_lines(f"R{index}", built(case), name, "$vs_plot", analysis=analysis)
                )
                text += "\n"
    text += ".endc\n.end\n"
    waves = {}
    with TemporaryDirectory() as folder:
        Path(folder, "deck.cir").write_text(text, encoding="ascii")
        done = subprocess.run(
            ["ngspice", "-b", "deck.cir"], cwd=folder, capture_output=True, text=True, timeout=60, check=False
        )
        said = done.stdout + done.stderr
        for analysis in ANALYSES:
            table = np.loadtxt(Path(folder, f"{analysis}.txt"), skiprows=1, ndmin=2)
            columns = table[:, 1:].T
            if analysis == "ac_sweep":
                columns = columns[0::2] + 1j * columns[1::2]
            keys = [Signal(net="lp")] if analysis == "noise" else SIGNALS
            assert len(columns) == len(keys), (analysis, columns.shape)
            axis = np.zeros(1) if analysis == "op" else table[:, 0]
            waves[analysis] = Waves(analysis, axis, dict(zip(keys, columns, strict=True)))
    printed = dict(re.findall(r"^(R\d+) = *(.*)$", done.stdout, re.MULTILINE))
    return waves, printed, said


@pytest.mark.skipif(shutil.which("ngspice") is None, reason="needs ngspice: apt-get install ngspice")
@pytest.mark.parametrize("index", range(len(CASES)), ids=[f"{c[1]}-{c[2]}-{i}" for i, c in enumerate(CASES)])
def test_both_agree(index: int) -> None:
    waves, printed, said = simulated()
    case = CASES[index]
    ours = evaluate(built(case), waves[case[0]])
    assert printed[f"R{index}"], said[-3000:]
    assert float(printed[f"R{index}"]) == pytest.approx(ours, rel=0.01)


@pytest.mark.skipif(shutil.which("ngspice") is None, reason="needs ngspice: apt-get install ngspice")
def test_ngspice_has_no_complaints() -> None:
    assert not re.findall(r"(?im)^.*\b(?:error|failed|warning)\b.*$", simulated()[2])


def test_every_kind_has_lines_and_a_case() -> None:
    kinds = set(MeasureKind.__args__)
    assert {case[1] for case in CASES} == kinds - {"change"}
    assert all(case[1] for case in CASES)


def test_what_cannot_be_computed_says_why() -> None:
    change = Measure(kind="change", signal=STEP)
    assert control_lines("R1", change, vector, "op1") == [
        'echo "R1 = not computed here: change compares two benches"'
    ]
    for kind in ("gain", "crossing", "slope", "delay", "hysteresis", "rolloff", "noise_density"):
        (line,) = control_lines("R1", Measure(kind=kind, signal=STEP), vector, "tran1")
        assert line.startswith('echo "R1 = not computed here: ')


@pytest.mark.parametrize("name", ["", "R1; shell ls", "R1\n", "`x`", "$R"])
def test_names_that_could_hold_a_command_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="letters"):
        control_lines(name, Measure(kind="final", signal=STEP), vector, "tran1")


def test_branch_currents_keep_their_name() -> None:
    lines = control_lines("R1", Measure(kind="final", signal=CURRENT), lambda _: "vin#branch", "tran1")
    assert "let vs_r1_y = vin#branch" in lines
