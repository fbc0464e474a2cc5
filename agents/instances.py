"""From what a stage asks for to a block instance: parameters filled, defaults stated as assumptions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voltsmith.knowledge.blocks import Asked, Block
from voltsmith.knowledge.devices import format_value
from voltsmith.schemas.blocks import Parameter
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import BlockInstance
from voltsmith.schemas.quantities import QUANTITIES
from voltsmith.schemas.requirements import Requirement

_SPOKEN = frozenset({"MOSFET"})
"""Abbreviations that are read as words."""


@dataclass(frozen=True)
class Instantiated:
    """A block instance with the requirements and sentences its defaults added."""

    instance: BlockInstance
    assumed: tuple[Requirement, ...]
    assumptions: tuple[str, ...]


def instantiate(
    block: Block, asked: Asked, identifier: str, requirements: Sequence[Requirement], first_id: int
) -> Instantiated:
    """Fill the block's parameters from ``asked``; a default becomes an assumption; what was not
    asked for in so many words and can be measured becomes a requirement of its own, with ids from ``first_id`` up.

    Raises:
        Infeasible: a parameter lies outside the block's range.
    """
    derived = block.derive(asked)
    numbers = {**derived, **asked.numbers}
    assumed: list[Requirement] = []
    sentences: list[str] = []
    stated = set(asked.requirements)
    for parameter in block.parameters:
        if parameter.name not in numbers and parameter.default is not None:
            numbers[parameter.name] = parameter.default
            sentences.append(
                f"{parameter.description}: {show(parameter.default, parameter.unit)}, as none was given"
            )
        if parameter.name not in numbers:
            continue
        _within(block, parameter, numbers[parameter.name])
        quantity = QUANTITIES.get(parameter.name)
        measurable = (
            quantity is not None and quantity.role == "performance" and parameter.name in block.measures
        )
        if quantity is not None and measurable and parameter.name not in stated:
            # A default, or what follows from other numbers (a corner from R and C): held to it all the same.
            assumed.append(
                Requirement(
                    id=f"R{first_id + len(assumed)}",
                    quantity=parameter.name,
                    target=numbers[parameter.name],
                    unit=quantity.unit,
                    tolerance=quantity.tolerance,
                    absolute_tolerance=quantity.absolute,
                    stage=identifier,
                    source="assumed",
                )
            )
    instance = BlockInstance(
        id=identifier,
        block=block.id,
        parameters=numbers,
        choices=dict(asked.choices),
        components=asked.components,
        requirements=tuple(requirement.id for requirement in (*requirements, *assumed)),
    )
    return Instantiated(instance, tuple(assumed), tuple(sentences))


def show(value: float, unit: str) -> str:
    """A number for people: ``15.9 nF``; ratios and percentages without a prefix."""
    if unit in ("", "1", "V/V", "%", "dB", "deg", "degC", "dB/decade"):
        return f"{value:.4g}" + ("" if unit in ("", "1", "V/V") else f" {unit}")
    text = format_value(float(f"{value:.4g}"))
    digits = text.rstrip("TGMkmunpf")
    return f"{digits} {text[len(digits) :]}{unit}"


def article(title: str) -> str:
    """``a`` or ``an``, as the sound that ``title`` begins with asks for.

    A word in capitals is spelled out: an LED, an NPN switch, a UART.
    """
    first = title.split(maxsplit=1)[0] if title.strip() else ""
    letters = first.split("-")[0]
    spelled = len(letters) > 1 and letters.isupper() and letters not in _SPOKEN
    sounds = "AEFHILMNORSX" if spelled else "AEIOU"
    return "an" if first[:1].upper() in sounds or first.startswith("8") else "a"


def _within(block: Block, parameter: Parameter, value: float) -> None:
    low, high = parameter.low, parameter.high
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = f"{'' if low is None else show(low, parameter.unit)} to {'' if high is None else show(high, parameter.unit)}"
        raise Infeasible(
            f"{parameter.description} of {show(value, parameter.unit)} is outside what "
            f"{article(block.title)} {block.title} can do ({bounds})"
        )
