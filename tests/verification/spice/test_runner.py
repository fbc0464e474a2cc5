"""A testbench on a circuit: right numbers, and circuits that must not pass."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from netlists import netlist
from support import requirement

from voltsmith.schemas.circuits import Circuit
from voltsmith.schemas.reports import Measurement
from voltsmith.schemas.requirements import Requirement
from voltsmith.schemas.testbenches import (
    Ac,
    AcSweep,
    Analysis,
    Bench,
    Check,
    Dc,
    Load,
    Measure,
    MeasureKind,
    Noise,
    Op,
    Pulse,
    Signal,
    Stimulus,
    Testbench,
    Transient,
    Waveform,
)
from voltsmith.verification.spice.messages import finding_from
from voltsmith.verification.spice.pool import SimulatorPool, shared_pool
from voltsmith.verification.spice.runner import Simulation, operating_points, simulate
from voltsmith.verification.spice.spread import alterations

OHM, FARAD = 10e3, 10e-9
CORNER = 1 / (2 * math.pi * OHM * FARAD)
RC = "R1 resistor {r} 1=in 2=out .tolerance={t}\nC1 capacitor {c} 1=out 2=0 .tolerance={t}"
PORTS = "i:in o:out g:gnd"
OUT, IN = Signal(net="out"), Signal(net="in")


@pytest.fixture(scope="module")
def pool() -> Iterator[SimulatorPool]:
    return shared_pool()


def rc(r: str = "10k", c: str = "10n", t: float = 0.01) -> Circuit:
    return netlist(RC.format(r=r, c=c, t=t), PORTS)


def bench(wave: Waveform, analysis: Analysis, name: str = "b", *loads: Load) -> Bench:
    stimulus = Stimulus(name="in", net="in", waveform=wave)
    return Bench(name=name, stimuli=(stimulus,), loads=loads, analysis=analysis)


AC = bench(Ac(), AcSweep(start=CORNER / 100, stop=CORNER * 1000), "ac")
STEP = bench(
    Pulse(low=0, high=1, delay=1e-4, rise=1e-8, fall=1e-8, width=1.0, period=2.0),
    Transient(stop=1.2e-3, step=1e-6),
    "step",
)
NOISE = bench(Ac(), Noise(net="out", source="in", start=1, stop=1e8), "noise")


def run(
    circuit: Circuit,
    pool: SimulatorPool,
    *asked: tuple[Bench, str, float, MeasureKind, dict[str, object]],
    runs: int = 0,
    **options: object,
) -> tuple[Simulation, list[Measurement]]:
    """Simulate with one requirement per (bench, quantity, target, kind, fields of the measure)."""
    requirements: list[Requirement] = []
    checks: list[Check] = []
    benches: dict[str, Bench] = {}
    for index, (where, quantity, target, kind, fields) in enumerate(asked, 1):
        requirements.append(requirement(index, quantity, target))
        benches[where.name] = where
        measure = Measure.model_validate({"kind": kind, "signal": OUT} | fields)
        checks.append(Check(requirement=f"R{index}", bench=where.name, measure=measure))
    testbench = Testbench(benches=tuple(benches.values()), checks=tuple(checks))
    made = simulate(circuit, testbench, requirements, pool, runs=runs, **options)  # type: ignore[arg-type]
    return made, made.measurements


CUTOFF = (AC, "cutoff_frequency", CORNER, "upper_cutoff", {"reference": IN})


def test_an_rc_low_pass_against_its_equations(pool: SimulatorPool):
    current = Signal(source="in")
    made, found = run(
        rc(),
        pool,
        CUTOFF,
        (AC, "gain", 1 / math.sqrt(101), "gain", {"reference": IN, "at": 10 * CORNER}),
        (AC, "phase", -45.0, "phase", {"reference": IN, "at": CORNER}),
        (
            AC,
            "input_impedance",
            OHM * math.sqrt(2),
            "impedance",
            {"signal": IN, "reference": current, "at": CORNER},
        ),
        (STEP, "rise_time", math.log(9) * OHM * FARAD, "rise_time", {}),
        (NOISE, "output_noise", math.sqrt(1.380649e-23 * 300.15 / FARAD), "noise_total", {}),
    )
    assert made.findings == []
    for measurement, item in zip(found, (1e-3, 1e-3, 1e-3, 2e-3, 5e-3, 5e-3), strict=True):
        assert measurement.passed
        middle = (measurement.min + measurement.max) / 2
        assert measurement.value == pytest.approx(middle, rel=item)
        assert measurement.monte_carlo is None
    assert [m.analysis for m in found] == ["ac"] * 4 + ["tran", "noise"]


def test_the_current_of_a_source_is_positive_out_of_it(pool: SimulatorPool):
    circuit = netlist("R1 resistor 1k 1=in 2=out\nR2 resistor 1k 1=out 2=0", PORTS)
    at_rest = bench(Dc(value=4.0), Op())
    _, (current, voltage, inverse) = run(
        circuit,
        pool,
        (at_rest, "supply_current", 2e-3, "value", {"signal": Signal(source="in")}),
        (at_rest, "output_voltage", 2.0, "value", {}),
        (at_rest, "output_voltage", -2.0, "value", {"signal": Signal(net="0", reference="out")}),
    )
    assert (current.value, voltage.value, inverse.value) == pytest.approx((2e-3, 2.0, -2.0))


def test_a_current_stimulus_raises_its_net(pool: SimulatorPool):
    push = Stimulus(name="push", type="current", net="out", waveform=Dc(value=1e-3))
    where = Bench(name="b", stimuli=(push,), analysis=Op())
    _, (found,) = run(
        netlist("R1 resistor 1k 1=out 2=0", "o:out g:gnd"), pool, (where, "output_voltage", 1.0, "value", {})
    )
    assert found.value == pytest.approx(1.0)


def test_scale_and_offset(pool: SimulatorPool):
    _, (found,) = run(
        netlist("R1 resistor 1k 1=in 2=out\nR2 resistor 1k 1=out 2=0", PORTS),
        pool,
        (bench(Dc(value=4.0), Op()), "output_voltage", 7.0, "value", {"scale": 3.0, "offset": 1.0}),
    )
    assert found.value == pytest.approx(7.0)


@pytest.mark.parametrize("circuit", [rc(r="4.7k"), rc(c="22n"), rc(r="10M"), rc(c="10p")])
def test_a_wrong_value_fails(pool: SimulatorPool, circuit: Circuit):
    made, (found,) = run(circuit, pool, CUTOFF)
    assert not found.passed
    assert found.value is None or not found.min <= found.value <= found.max
    assert made.findings == []


AMPLIFIER = (
    "R1 resistor 1k 1=fb 2=0\nR2 resistor 99k 1=out 2=fb\nU1 {part} {p}=in {n}=fb {o}=out V+=vcc V-=vee"
)
SPLIT = "i:in o:out p:vcc=5 p:vee=-5 g:gnd"


def gain_at(frequency: float):
    where = bench(Ac(), AcSweep(start=10, stop=1e6), "ac")
    return where, "gain", 100.0, "gain", {"reference": IN, "at": frequency}


def amplifier(part: str, p: str = "IN1+", n: str = "IN1-", o: str = "OUT1") -> Circuit:
    return netlist(AMPLIFIER.format(part=part, p=p, n=n, o=o), SPLIT)


def test_an_op_amp_that_is_fast_enough_passes_and_a_slow_one_does_not(pool: SimulatorPool):
    asked = (gain_at(50e3), gain_at(100.0))
    _, (high, low) = run(amplifier("OPA2350"), pool, *asked)
    assert high.passed
    assert low.passed
    _, (high, low) = run(amplifier("LM358"), pool, *asked)
    assert not high.passed
    assert high.value == pytest.approx(20, rel=0.4), "about its gain-bandwidth product over 50 kHz"
    assert low.passed, "at 100 Hz it is good enough"


def test_swapped_inputs_fail(pool: SimulatorPool):
    """Positive feedback has an operating point like any amplifier's; only a transient shows that it is unstable."""
    wave = Pulse(low=0, high=0.02, delay=1e-4, rise=1e-6, fall=1e-6, width=1.0, period=2.0)
    asked = (bench(wave, Transient(stop=2e-3, step=1e-6), "step"), "output_voltage", 2.0, "final", {})
    _, (right,) = run(amplifier("OPA2350"), pool, asked)
    _, (swapped,) = run(amplifier("OPA2350", p="IN1-", n="IN1+"), pool, asked)
    assert right.passed
    assert not swapped.passed


def test_a_supply_the_wrong_way_round_fails(pool: SimulatorPool):
    text = AMPLIFIER.format(part="OPA2350", p="IN1+", n="IN1-", o="OUT1").replace(
        "V+=vcc V-=vee", "V+=vee V-=vcc"
    )
    _, (found,) = run(netlist(text, SPLIT), pool, gain_at(100.0))
    assert not found.passed


def test_a_reversed_diode_fails(pool: SimulatorPool):
    text = "R1 resistor 330 1=in 2=a\nD1 led_red {a}=a {k}=0"
    ask = (bench(Dc(value=5.0), Op()), "led_current", 9e-3, "value", {"signal": Signal(source="in")})
    _, (good,) = run(netlist(text.format(a="A", k="K"), "i:in g:gnd"), pool, ask)
    _, (turned,) = run(netlist(text.format(a="K", k="A"), "i:in g:gnd"), pool, ask)
    assert good.passed
    assert not turned.passed


FLOATING = [
    ("between capacitors", "R1 resistor 1k 1=in 2=0\nC1 capacitor 1n 1=in 2=out\nC2 capacitor 1n 1=out 2=0"),
    ("a gate", "R1 resistor 1k 1=in 2=out\nQ1 2N7000 D=out G=g S=0"),
    (
        "a loop of ideal sources",
        "R1 resistor 1k 1=in 2=out\nL1 inductor 1m 1=in 2=0 .series_resistance=0\nR2 resistor 1k 1=out 2=0",
    ),
]


@pytest.mark.parametrize(("what", "text"), FLOATING, ids=[case[0] for case in FLOATING])
def test_an_undefined_node_is_a_finding_and_never_a_pass(pool: SimulatorPool, what: str, text: str):
    asked = (bench(Dc(value=0.0), Op()), "output_voltage", 0.0, "value", {})
    made, (found,) = run(netlist(text, PORTS), pool, asked)
    assert [f.code for f in made.findings] == ["SPICE_SINGULAR"]
    assert made.findings[0].severity == "fatal"
    assert not found.passed
    assert found.value is None
    assert found.reason


def test_a_signal_that_does_not_exist_is_not_measured(pool: SimulatorPool):
    asked = (bench(Dc(value=0.0), Op()), "output_voltage", 0.0, "value", {"signal": Signal(net="nowhere")})
    _, (found,) = run(netlist("R1 resistor 1k 1=in 2=0", "i:in g:gnd"), pool, asked)
    assert (found.value, found.passed) == (None, False)
    asked = (*asked[:4], {"signal": Signal(source="nobody")})
    _, (found,) = run(netlist("R1 resistor 1k 1=in 2=0", "i:in g:gnd"), pool, asked)
    assert (found.value, found.passed) == (None, False)


def test_a_sweep_without_points_is_not_measured(pool: SimulatorPool):
    _, (found,) = run(rc(), pool, (bench(Ac(), AcSweep(start=1e6, stop=1.0)), *CUTOFF[1:]))
    assert (found.value, found.passed) == (None, False)


@pytest.mark.parametrize(
    "line", ["cbroken out 0 1n colour=4", "dbroken out 0 nomodel", "rbroken out 0 {nothing}", "zbroken out 0"]
)
def test_a_line_that_ngspice_does_not_take_fails_the_bench(monkeypatch: pytest.MonkeyPatch, line: str):
    from voltsmith.verification.spice import runner

    real = runner.deck

    def spoiled(*arguments: object) -> list[str]:
        lines = real(*arguments)  # type: ignore[arg-type]
        return [*lines[:-1], line, lines[-1]]

    monkeypatch.setattr(runner, "deck", spoiled)
    with SimulatorPool(workers=1) as own:
        made, (found,) = run(rc(), own, CUTOFF)
    assert made.findings
    assert all(finding.severity == "fatal" for finding in made.findings)
    assert (found.value, found.passed) == (None, False)


def test_what_could_not_be_measured_says_why(pool: SimulatorPool):
    flat = (AC, "lower_cutoff_frequency", 10.0, "lower_cutoff", {"reference": IN, "at": CORNER / 10})
    _, (found,) = run(rc(), pool, flat)
    assert (found.value, found.passed) == (None, False)
    assert found.reason


# --- Monte Carlo ---------------------------------------------------------------------------------


def spread_of(pool: SimulatorPool, circuit: Circuit, tolerance: float, seed: int = 0, runs: int = 100):
    asked = requirement(1, "cutoff_frequency", CORNER, tolerance=tolerance)
    check = Check(
        requirement="R1", bench="ac", measure=Measure(kind="upper_cutoff", signal=OUT, reference=IN)
    )
    testbench = Testbench(benches=(AC,), checks=(check,))
    (found,) = simulate(circuit, testbench, [asked], pool, seed=seed, runs=runs).measurements
    return found


def test_monte_carlo_is_seeded(pool: SimulatorPool):
    first, again = (spread_of(pool, rc(t=0.05), 0.05) for _ in range(2))
    assert first == again
    assert spread_of(pool, rc(t=0.05), 0.05, seed=1).monte_carlo != first.monte_carlo


def test_monte_carlo_does_not_depend_on_how_the_runs_are_shared_out(pool: SimulatorPool):
    with SimulatorPool(workers=1) as one:
        assert spread_of(one, rc(t=0.05), 0.05) == spread_of(pool, rc(t=0.05), 0.05)


def test_yield_falls_where_the_tolerance_is_tight(pool: SimulatorPool):
    yields = []
    for tolerance in (0.2, 0.05, 0.02, 0.005):
        found = spread_of(pool, rc(t=0.05), tolerance)
        assert found.monte_carlo is not None
        assert found.monte_carlo.runs == 100
        yields.append(found.monte_carlo.yield_fraction)
    assert yields == sorted(yields, reverse=True)
    assert yields[0] == 1.0
    assert yields[-1] < 0.4


def test_spread_grows_with_the_tolerance_of_the_parts(pool: SimulatorPool):
    tight, wide = (spread_of(pool, rc(t=t), 0.05).monte_carlo for t in (0.01, 0.1))
    assert tight is not None
    assert wide is not None
    # Two parts with a third of their tolerance as standard deviation: sqrt(2)/3 of it.
    assert wide.deviation == pytest.approx(CORNER * 0.1 * math.sqrt(2) / 3, rel=0.3)
    assert tight.deviation == pytest.approx(wide.deviation / 10, rel=0.15)
    assert tight.lowest > wide.lowest
    assert tight.highest < wide.highest


def test_the_verdict_hangs_on_the_nominal_circuit(pool: SimulatorPool):
    found = spread_of(pool, rc(t=0.2), 0.001)
    assert found.monte_carlo is not None
    assert found.monte_carlo.yield_fraction < 0.5
    assert found.passed


def test_draws_stay_within_the_tolerance():
    drawn = alterations(rc(t=0.01), 500, seed=3)
    assert len(drawn) == 500
    assert len({len(run) for run in drawn}) == 1
    ohms = [float(command.split("=")[1]) for run in drawn for command in run if "r1" in command.lower()]
    assert len(ohms) == 500
    assert all(OHM * 0.99 - 1e-6 <= ohm <= OHM * 1.01 + 1e-6 for ohm in ohms)
    assert max(ohms) > OHM * 1.008
    assert alterations(rc(), 0, seed=3) == []


def test_more_runs_begin_with_the_same_draws():
    assert alterations(rc(), 50, seed=7)[:20] == alterations(rc(), 20, seed=7)


# --- two benches -----------------------------------------------------------------------------------


def test_change_is_first_less_second(pool: SimulatorPool):
    circuit = netlist("R1 resistor 1k 1=in 2=out", PORTS)
    load = Load(kind="current", value=1e-3, net="out")
    benches = (bench(Dc(value=5.0), Op(), "free"), bench(Dc(value=5.0), Op(), "loaded", load))
    for first, second, value in (("free", "loaded", 1.0), ("loaded", "free", -1.0)):
        check = Check(requirement="R1", bench=first, second=second, measure=Measure(kind="value", signal=OUT))
        made = simulate(
            circuit,
            Testbench(benches=benches, checks=(check,)),
            [requirement(1, "output_voltage", value)],
            pool,
            runs=10,
        )
        (found,) = made.measurements
        assert found.value == pytest.approx(value)
        assert found.passed
        assert found.monte_carlo is not None
        assert found.monte_carlo.runs == 10


def test_a_change_of_which_one_half_fails_is_not_measured(pool: SimulatorPool):
    circuit = netlist("R1 resistor 1k 1=in 2=out", PORTS)
    other = Bench(name="odd", analysis=AcSweep(start=1, stop=10), stimuli=AC.stimuli)
    check = Check(requirement="R1", bench="b", second="odd", measure=Measure(kind="value", signal=OUT))
    testbench = Testbench(benches=(bench(Dc(value=5.0), Op()), other), checks=(check,))
    (found,) = simulate(
        circuit, testbench, [requirement(1, "output_voltage", 0.0)], pool, runs=0
    ).measurements
    assert (found.value, found.passed) == (None, False)
    assert found.reason


def test_a_check_of_an_unknown_requirement_is_left_out(pool: SimulatorPool):
    check = Check(requirement="R9", bench="ac", measure=Measure(kind="upper_cutoff", signal=OUT))
    made = simulate(rc(), Testbench(benches=(AC,), checks=(check,)), [], pool, runs=0)
    assert (made.measurements, made.findings) == ([], [])


def test_waves_are_brought_back_on_request(pool: SimulatorPool):
    made, _ = run(rc(), pool, CUTOFF, keep_waves=True)
    axis, signals = made.waves["ac"]
    assert len(axis) == len(signals[OUT])
    assert run(rc(), pool, CUTOFF)[0].waves == {}


def test_operating_points_of_distinct_benches(pool: SimulatorPool):
    testbench = Testbench(
        benches=(
            bench(Dc(value=4.0), Op(), "low"),
            bench(Dc(value=4.0), Op(), "same"),
            bench(Dc(value=8.0), Op(), "high"),
            Bench(
                name="inside",
                stimuli=(Stimulus(name="x", net="mid", waveform=Dc(value=1.0)),),
                analysis=Op(),
            ),
        )
    )
    circuit = netlist("R1 resistor 1k 1=in 2=mid\nR2 resistor 3k 1=mid 2=0", "i:in g:gnd")
    points = operating_points(circuit, testbench, pool)
    assert [point["mid"] for point in points] == pytest.approx([3.0, 6.0])
    assert all(point["0"] == 0.0 for point in points)


def test_a_simulation_that_fails_never_counts_as_a_rest_point(pool: SimulatorPool):
    circuit = netlist(FLOATING[0][1], PORTS)
    assert operating_points(circuit, Testbench(benches=(bench(Dc(value=1.0), Op()),)), pool) == []
    assert finding_from("the simulation took longer than 30 s and was stopped", "b").severity == "fatal"
