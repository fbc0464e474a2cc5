"""The reasoning agent: from a reading to a plan - which block for each stage, with which parameters."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from voltsmith.agents.instances import instantiate, show
from voltsmith.agents.reading.numbers_read import read_numbers
from voltsmith.knowledge.blocks import Asked, Block, blocks
from voltsmith.schemas.errors import Infeasible, NeedsAnswer
from voltsmith.schemas.plans import BlockInstance, Plan, Supply
from voltsmith.schemas.quantities import QUANTITIES
from voltsmith.schemas.readings import Reading, StageRequest
from voltsmith.schemas.requirements import Requirement


@dataclass(frozen=True)
class Proposal:
    """A plan and all requirements it is held to: the prompt's and those its assumptions add."""

    plan: Plan
    requirements: tuple[Requirement, ...]


def propose(
    reading: Reading, excluded: Mapping[str, Collection[str]] | None = None, speed_margin: float = 1.0
) -> Proposal:
    """Choose and parametrise a block for every stage.

    Args:
        reading: what was asked.
        excluded: blocks by stage that verification has already shown not to do.
        speed_margin: factor on the op-amp speed that blocks ask for.

    Raises:
        NeedsAnswer: the request contradicts itself, or no block can do a stage; the message says why.
    """
    if reading.questions:
        raise NeedsAnswer("; ".join(reading.questions), reading.questions)
    requirements = list(reading.requirements)
    chosen: list[tuple[StageRequest, Block, Asked]] = []
    for stage in reading.stages:
        asked = _asked(reading, stage)
        chosen.append((stage, choose(stage, asked, (excluded or {}).get(stage.id, ())), asked))
    if lost := _lost(reading, chosen):
        raise NeedsAnswer(lost)
    supply, sentence = _supply(reading, [block for _, block, _ in chosen])
    chosen = [(stage, block, _in_time(asked, highest(reading))) for stage, block, asked in chosen]
    assumptions = [*reading.assumptions, *([sentence] if sentence else [])]
    chains: dict[int, list[BlockInstance]] = {}
    for stage, block, asked in chosen:
        own = [r for r in reading.requirements if r.id in stage.requirements]
        made = instantiate(block, _with_supply(asked, supply), stage.id, own, len(requirements) + 1)
        requirements += made.assumed
        assumptions += made.assumptions
        chains.setdefault(stage.chain, []).append(made.instance)
    name = "_".join(instance.block for chain in chains.values() for instance in chain)[:48].rstrip("_")
    plan = Plan(
        name=name,
        chains=tuple(tuple(chain) for chain in chains.values()),
        supply=supply,
        speed_margin=speed_margin,
        assumptions=tuple(dict.fromkeys(assumptions)),
    )
    return Proposal(plan, tuple(requirements))


def _lost(reading: Reading, chosen: Sequence[tuple[StageRequest, Block, Asked]]) -> str:
    """A question about a number that was not understood, where a default would stand in for it.

    A number that nobody needed may be background. One whose like has to be assumed was very likely meant.
    """
    missing: set[str] = {
        QUANTITIES[parameter.name].dimension
        for _, block, asked in chosen
        for parameter in block.parameters
        if parameter.default is not None
        and parameter.name not in asked
        and parameter.name not in block.derive(asked)
        and parameter.name in QUANTITIES
        and parameter.name != "gain"
    }
    for stage, block, asked in chosen:
        if stage.function.endswith("amplifier") and "gain" not in asked and "gain" not in block.derive(asked):
            missing |= {"ratio", "decibel", "voltage"}  # any of them would set the gain
    tokens = {token.span: token for token in read_numbers(reading.prompt)}
    for item in reading.not_understood:
        token = tokens.get(item.text_span)
        bare = (
            token is not None
            and token.dimension == "number"
            and missing
            and (token.value >= 10 or token.value != int(token.value))
        )
        if token is not None and (token.dimension in missing or bare):
            return f"what is {item.text.strip()!r} for? It was not understood, and a default would stand in for it"
    return ""


def choose(stage: StageRequest, asked: Asked, excluded: Collection[str] = ()) -> Block:
    """The block of the stage's function that suits best.

    Raises:
        NeedsAnswer: none can do it, with the reasons.
    """
    topology = asked.choice("topology")
    candidates = [block for block in blocks().values() if block.function == stage.function]
    named = [block for block in candidates if topology and topology in block.topologies]
    candidates = [block for block in (named or candidates) if block.id not in excluded]
    refusals: list[tuple[str, str]] = []
    ranked: list[tuple[float, Block]] = []
    for block in candidates:
        try:
            ranked.append((block.fit(asked), block))
        except Infeasible as reason:
            refusals.append((block.title, str(reason)))
    if ranked:
        return max(ranked, key=lambda item: (item[0], item[1].id))[1]
    if not refusals:
        raise NeedsAnswer(f"there is no other block for a {stage.function.replace('_', ' ')}")
    reasons = list(dict.fromkeys(reason for _, reason in refusals))
    if len(reasons) == 1:
        raise NeedsAnswer(reasons[0])
    raise NeedsAnswer("; ".join(f"{title}: {reason}" for title, reason in refusals))


def _asked(reading: Reading, stage: StageRequest) -> Asked:
    numbers: dict[str, float] = {}
    by_quantity: dict[str, Requirement] = {}
    for requirement in reading.requirements:
        if requirement.id not in stage.requirements:
            continue
        value = requirement.target
        if requirement.quantity == "gain":
            value = 10 ** (value / 20) if requirement.unit == "dB" else abs(value)
        numbers[requirement.quantity] = value
        by_quantity[requirement.quantity] = requirement
        if requirement.condition is not None and requirement.quantity in ("gain", "phase"):
            numbers.setdefault("operating_frequency", requirement.condition)
    _derive(stage.function, numbers)
    return Asked(numbers, by_quantity, dict(stage.choices), stage.components, reading.supply)


def highest(reading: Reading) -> float | None:
    """The highest frequency (Hz) that a chain has to pass: its low-pass corner or the frequency asked for."""
    quantities = (
        "cutoff_frequency",
        "upper_cutoff_frequency",
        "center_frequency",
        "operating_frequency",
        "bandwidth",
    )
    low_passes = {stage.id for stage in reading.stages if stage.function in ("low_pass", "band_pass")}
    corners = [r.target for r in reading.requirements if r.quantity in quantities and r.stage in low_passes]
    return max(corners, default=None)


def _in_time(asked: Asked, frequency: float | None) -> Asked:
    """A stage beside a filter passes what the filter passes, or the chain's corner would not be the filter's."""
    said = {
        "operating_frequency",
        "bandwidth",
        "upper_cutoff_frequency",
        "cutoff_frequency",
        "center_frequency",
        "frequency",
    }
    if frequency is None or said & set(asked):
        return asked
    return Asked(
        {**asked.numbers, "operating_frequency": frequency},
        asked.requirements,
        asked.choices,
        asked.components,
        asked.supply,
    )


def _derive(function: str, numbers: dict[str, float]) -> None:
    """Numbers that follow from others whatever block is chosen: a gain from the levels before and after."""
    if "output_peak_to_peak" in numbers:
        numbers.setdefault("output_amplitude", numbers["output_peak_to_peak"] / 2)
    output = numbers.get("output_amplitude")
    if output is None:
        return
    if function == "transimpedance_amplifier" and numbers.get("input_current"):
        numbers.setdefault("transresistance", abs(output / numbers["input_current"]))
    elif function.endswith("amplifier") and numbers.get("input_amplitude"):
        numbers.setdefault("gain", abs(output / numbers["input_amplitude"]))
    elif function.endswith("amplifier") and numbers.get("gain"):
        numbers.setdefault("input_amplitude", abs(output / numbers["gain"]))


def _supply(reading: Reading, chosen: Sequence[Block]) -> tuple[Supply | None, str]:
    if reading.supply is not None:
        return reading.supply, ""
    defaults = [block.default_supply for block in chosen if block.default_supply is not None]
    if not defaults:
        return None, ""
    supply = max(defaults, key=lambda supply: supply.span)
    rails = show(supply.vcc, "V") if supply.vee == 0 else f"±{show(supply.vcc, 'V')}"
    return supply, f"a supply of {rails}, as none was given"


def _with_supply(asked: Asked, supply: Supply | None) -> Asked:
    if asked.supply is not None or supply is None:
        return asked
    return Asked(asked.numbers, asked.requirements, asked.choices, asked.components, supply)


def spoken(requirement: Requirement) -> str:
    """A requirement in words: ``cut-off frequency 1 kHz``."""
    title = QUANTITIES[requirement.quantity].title
    value = show(requirement.target, requirement.unit)
    at = "" if requirement.condition is None else f" at {show(requirement.condition, 'Hz')}"
    match requirement.relation:
        case "min":
            return f"{title} at least {value}{at}"
        case "max":
            return f"{title} at most {value}{at}"
        case "range":
            low, high = requirement.low or 0.0, requirement.high or 0.0
            return f"{title} {show(low, requirement.unit)} to {show(high, requirement.unit)}{at}"
    return f"{title} {value}{at}"
