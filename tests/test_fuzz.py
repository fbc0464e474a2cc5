"""Whatever is typed, and whatever a design file holds: a result or a VoltsmithError, nothing else."""

from __future__ import annotations

import contextlib
import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voltsmith.agents.reading.reader import read
from voltsmith.agents.reasoning import propose
from voltsmith.agents.runs import design
from voltsmith.agents.state import Settings
from voltsmith.agents.synthesis import synthesise
from voltsmith.exports.bundle import design_json, read_design
from voltsmith.exports.spice import circuit_file
from voltsmith.exports.spice import testbench_file as written_testbench
from voltsmith.schemas.errors import VoltsmithError
from voltsmith.verification.judge import judge
from voltsmith.verification.spice.pool import shared_pool

FRAGMENTS = (
    """
low-pass|high-pass|band-pass|notch|filter|amplifier|preamp|buffer|comparator|schmitt trigger|window comparator|555|astable
one-shot|oscillator|Wien bridge|voltage divider|regulator|LDO|zener|rectifier|LED|red|relay|MOSFET|current sink|photodiode
integrator|differentiator|summing amplifier|instrumentation amplifier|difference amplifier|precision rectifier|inverting
RC|RL|RLC|active|passive|Butterworth|Chebyshev|Bessel|Sallen-Key|twin-T|second order|9th order|followed by|then|after|and
with|at|of|from|to|between|at least|at most|about|±|gain|cut-off|Q|bandwidth|threshold|hysteresis|duty cycle|ripple|supply
battery|load|input|output|impedance|attenuation|1 kHz|20 Hz|3.4k|1e30 ohm|-5 V|±12 V|5 V|3.3V|0|1|10|1000|x100|40 dB|-3 dB
1 Vpp|10 mV|2 A|20 mA|1 uA|10k|4k7|100 nF|10 mH|1 s|5 ms|50 %|5% tolerance|2:1|half|twice|1/3|1e999|,|.|;|(|)|\n|->|TL072|LM358
LM99999|using a|NE555|2N3904|`ls`|.control|$(x)|[bold]
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
SOME = settings(
    deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
fragments = st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=12).map(" ".join)
prompts = (
    fragments | st.text(max_size=60) | st.tuples(fragments, st.text(max_size=12), fragments).map(" ".join)
)


@settings(SOME, max_examples=400)
@given(prompts)
def test_any_prompt_is_read_and_planned(prompt: str):
    with contextlib.suppress(VoltsmithError):
        found = read(prompt, lambda _: [("low_pass", 0.9)])
        assert found.prompt == prompt
        proposal = propose(found)
        made = synthesise(proposal.plan, proposal.requirements)
        assert made.circuit.parts
        assert circuit_file(made.circuit).isascii()


@cache
def original() -> dict[str, Any]:
    made = design(
        "inverting amplifier with a gain of 10 and 20 kHz of bandwidth, from ±12 V", Settings(monte_carlo=0)
    )
    assert made.status == "verified"
    data: dict[str, Any] = json.loads(design_json(made))
    return data


@pytest.fixture(scope="module")
def designed() -> None:
    """Made before hypothesis looks: running the workflow draws random numbers of its own."""
    original()


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in a JSON document."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += places(item, (*path, key))
    return found


@cache
def all_places() -> tuple[tuple[str | int, ...], ...]:
    return tuple(places(original()))


junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.sampled_from(
        [0, 1, -1, 1e-300, 1e300, 0.5, "", "0", "R1", "R2", "in", "out", "vcc", "gnd", "s1", "op", "ac"]
    ),
    st.text(max_size=8),
    st.just([]),
    st.just({}),
    st.sampled_from(
        ["gain", "order", "resistance", "thd", "value", "change", "V", "dB", "min", "range", "choice"]
    ),
)


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    data = copy.deepcopy(original())
    for _ in range(draw(st.integers(1, 3))):
        *path, last = draw(st.sampled_from(all_places()))
        holder: Any = data
        try:
            for step in path:
                holder = holder[step]
            match draw(st.sampled_from(["drop", "junk", "junk", "number", "repeat"])):
                case "drop":
                    del holder[last]
                case "junk":
                    holder[last] = draw(junk)
                case "number":
                    factor = draw(st.sampled_from([-1.0, 0.0, 1e-9, 10.0, 1e12]))
                    holder[last] = holder[last] * factor if isinstance(holder[last], int | float) else 0.0
                case "repeat" if isinstance(holder[last], list):
                    holder[last] = holder[last] * 2
        except (KeyError, IndexError, TypeError):
            continue  # an earlier mutation took the place away
    return data


@pytest.mark.usefixtures("designed")
@settings(SOME, max_examples=250)
@given(mutated())
def test_any_design_file_is_read_and_judged(tmp_path_factory: pytest.TempPathFactory, data: dict[str, Any]):
    path = Path(tmp_path_factory.getbasetemp()) / "fuzzed.json"
    path.write_text(json.dumps(data))
    with contextlib.suppress(VoltsmithError):
        found = read_design(path)
        if found.circuit is None:
            return
        # Long sweeps are a matter of the time limit, not of this test.
        for bench in found.testbench.benches:
            if bench.analysis.kind in ("dc_sweep", "transient", "noise"):
                return
        report = judge(found.circuit, found.testbench, found.requirements, shared_pool(), runs=0)
        assert {item.requirement for item in report.coverage} == {item.id for item in found.requirements}
        if report.passed:
            assert all(item.passed and item.value is not None for item in report.measurements)
        circuit_file(found.circuit)
        assert written_testbench(found).isascii()


@settings(SOME, max_examples=150)
@given(
    st.binary(max_size=80)
    | st.text(max_size=80).map(str.encode)
    | st.just(b"[" * 5000)
    | st.just(b'{"a":' * 5000)
)
def test_any_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes):
    path = Path(tmp_path_factory.getbasetemp()) / "bytes.json"
    path.write_bytes(data)
    with pytest.raises(VoltsmithError):
        read_design(path)
