"""What every block is: a parametric circuit with its equations, its limits and its measurements."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from voltsmith.schemas.blocks import BlockInfo, Parameter
from voltsmith.schemas.plans import Supply
from voltsmith.schemas.requirements import Requirement

if TYPE_CHECKING:
    from voltsmith.knowledge.blocks.builder import Builder


@dataclass(frozen=True)
class Asked:
    """What one stage of a request asks for, as a block sees it when it is considered.

    ``numbers`` are by quantity, in the unit of :data:`voltsmith.schemas.quantities.QUANTITIES` (a gain is a
    ratio, never dB; a range gives its middle); ``requirements`` are the full documents. ``choices`` are words
    such as ``response`` (butterworth, chebyshev, bessel), ``topology`` (rc, rl, rlc, sallen_key,
    multiple_feedback, passive, active), ``color``. ``supply`` is None where the prompt names none.
    """

    numbers: Mapping[str, float] = field(default_factory=dict)
    requirements: Mapping[str, Requirement] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    components: tuple[str, ...] = ()
    supply: Supply | None = None

    def __contains__(self, quantity: object) -> bool:
        return quantity in self.numbers

    def __getitem__(self, quantity: str) -> float:
        return self.numbers[quantity]

    def __iter__(self) -> Iterator[str]:
        return iter(self.numbers)

    def get(self, quantity: str, default: float) -> float:
        """The number asked for, or ``default``."""
        return self.numbers.get(quantity, default)

    def choice(self, name: str, default: str = "") -> str:
        """The word chosen, or ``default``."""
        return self.choices.get(name, default)


@dataclass(frozen=True)
class Values:
    """The parameters a block instance is built with: every parameter that was asked, derived or defaulted."""

    numbers: Mapping[str, float]
    choices: Mapping[str, str] = field(default_factory=dict)
    requirements: Mapping[str, Requirement] = field(default_factory=dict)

    def __getitem__(self, name: str) -> float:
        return self.numbers[name]

    def __contains__(self, name: object) -> bool:
        return name in self.numbers

    def get(self, name: str, default: float) -> float:
        """The parameter, or ``default``."""
        return self.numbers.get(name, default)

    def choice(self, name: str, default: str = "") -> str:
        """The word chosen, or ``default``."""
        return self.choices.get(name, default)

    def relation(self, name: str) -> str:
        """``eq``, ``min``, ``max`` or ``range`` of the requirement behind a parameter; ``eq`` where there is none."""
        found = self.requirements.get(name)
        return found.relation if found is not None else "eq"


class Block(ABC):
    """A parametric circuit.

    A subclass states what it is in class attributes, says in :meth:`fit` whether and how well it suits a
    request, and places its parts in :meth:`build`. It must not know about other blocks.
    """

    id: ClassVar[str]
    function: ClassVar[str]
    """What it does; blocks with the same function are alternatives, among which :meth:`fit` decides."""
    title: ClassVar[str]
    summary: ClassVar[str]
    equations: ClassVar[tuple[str, ...]]
    sources: ClassVar[tuple[str, ...]]
    phrases: ClassVar[tuple[str, ...]]
    parameters: ClassVar[tuple[Parameter, ...]]
    measures: ClassVar[tuple[str, ...]]
    topologies: ClassVar[tuple[str, ...]] = ()
    """Topology words (:attr:`Asked.choices` ``topology``) that this block answers to."""
    carries_load: ClassVar[bool] = True
    """Whether a load that is asked for hangs between the output and ground; where it does not, the block's
    own benches connect it."""
    default_supply: ClassVar[Supply | None] = None
    """Supply assumed when the prompt names none; None for a block without a supply."""

    def info(self) -> BlockInfo:
        """The catalogue entry."""
        return BlockInfo(
            id=self.id,
            function=self.function,
            title=self.title,
            summary=self.summary,
            equations=self.equations,
            sources=self.sources,
            phrases=self.phrases,
            parameters=self.parameters,
            measures=self.measures,
        )

    def fit(self, asked: Asked) -> float:
        """How well the block suits: larger is better, 1 is ordinary, 0 a last resort.

        Raises:
            Infeasible: it cannot do what is asked, with the reason.
        """
        return 1.0

    def derive(self, asked: Asked) -> dict[str, float]:
        """Parameters that follow from what was asked (a period from a frequency, Q from a bandwidth)."""
        return {}

    @abstractmethod
    def build(self, b: Builder, p: Values) -> None:
        """Place parts and offer measurements.

        Raises:
            Infeasible: the values lead outside what the parts can do, with the reason.
        """
