"""The built-in reader: a deterministic grammar, no language model.

It finds the functions asked for, binds every number to what it describes, and says what it did not
understand. Where no known word names a function, it asks ``guess``, which ranks functions by meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from voltsmith.agents.reading.binding import Item, bind, items_of, rivals
from voltsmith.agents.reading.equations import equation_in
from voltsmith.agents.reading.levels import bounded_after, by_levels, by_part, is_signal, split_levels
from voltsmith.agents.reading.lexicon import CHOICES, CONNECTORS, FUNCTIONS, REVERSED, UNSUPPORTED
from voltsmith.agents.reading.named_parts import named_parts, unknown_parts
from voltsmith.agents.reading.numbers_read import read_numbers, structural, without_units
from voltsmith.agents.reading.objections import logic_level, objections
from voltsmith.agents.reading.prompts import check
from voltsmith.agents.reading.quantities import QuantityToken
from voltsmith.agents.reading.quantity_cues import (
    FUNCTION_DEFAULTS,
    QUANTITY_CUES,
    RENAMED,
    SYSTEM_QUANTITIES,
)
from voltsmith.agents.reading.requirements import Drafts, whole_prompt_tolerance, with_tolerance
from voltsmith.agents.reading.sense import sense_of
from voltsmith.agents.reading.stages import Segment, segments, unsupported
from voltsmith.agents.reading.words import Vocabulary, Word, split
from voltsmith.knowledge.blocks import blocks
from voltsmith.schemas.errors import NeedsAnswer
from voltsmith.schemas.plans import Supply
from voltsmith.schemas.quantities import QUANTITIES
from voltsmith.schemas.readings import Reading, StageRequest
from voltsmith.schemas.requirements import NotUnderstood, Requirement

_CONDITIONED = frozenset(
    "gain phase attenuation input_impedance output_impedance notch_depth thd noise_density common_mode_rejection".split()
)
_STATED = frozenset({"summing_amplifier", "difference_amplifier", "instrumentation_amplifier"})
"""Functions whose equation says no more than their name."""
Guess = Callable[[str], Sequence[tuple[str, float]]]
"""Functions by meaning, best first, with a similarity of 0 to 1."""
CERTAIN = 0.62
"""Similarity from which a guess is taken."""

_VOCABULARY = Vocabulary((*FUNCTIONS, *CHOICES, *QUANTITY_CUES), (*CONNECTORS, *REVERSED, *UNSUPPORTED))
_SYMMETRIC = frozenset({"dual", "split", "bipolar", "symmetric", "symmetrical"})
_ALWAYS_RELEVANT = frozenset(
    {
        "resistance",
        "capacitance",
        "inductance",
        "supply_voltage",
        "load_resistance",
        "load_current",
        "load_capacitance",
        "source_resistance",
        "supply_current",
    }
)


def read(prompt: str, guess: Guess | None = None) -> Reading:
    """Read a prompt.

    Args:
        prompt: what the user wrote.
        guess: ranks functions by meaning where no word names one.

    Raises:
        BadInput: the prompt is empty, too long or not text.
        NeedsAnswer: it asks for nothing that can be designed; the message says what came nearest.
    """
    check(prompt)
    words = split(prompt, _VOCABULARY)
    tokens = read_numbers(prompt)
    naming = without_units(words, tokens)
    parts = segments(prompt, naming)
    if (outside := unsupported(words, bool(parts))) is not None:
        raise NeedsAnswer(
            f"{outside[0]!r} belongs to {outside[1]}, which voltsmith cannot design; "
            "'voltsmith blocks list' shows what it can"
        )
    assumptions: list[str] = []
    if (stated := equation_in(prompt)) is not None and not any(part.function in _STATED for part in parts):
        parts = [
            Segment(stated.function, 0, len(prompt), {"topology": "inverting"} if stated.inverting else {})
        ]
    if not parts:
        parts = [by_part(prompt, naming) or by_levels(prompt, tokens) or _guessed(prompt, guess, assumptions)]
    return _Reader(prompt, words, tokens, parts, assumptions).run()


def unread_numbers(prompt: str) -> tuple[NotUnderstood, ...]:
    """Every number of a prompt whose circuit is not known."""
    return tuple(NotUnderstood(text_span=token.span, text=token.text) for token in read_numbers(prompt))


def _guessed(prompt: str, guess: Guess | None, assumptions: list[str]) -> Segment:
    ranked = list(guess(prompt)) if guess is not None else []
    if ranked and ranked[0][0] == "voltage_regulator" and is_signal(prompt):
        ranked = ranked[1:]  # a signal that has to fit a converter's range is no supply
    if ranked and ranked[0][1] >= CERTAIN:
        function = ranked[0][0]
        assumptions.append(
            f"read as a request for a {_spoken(function)}; no word in it names a circuit outright"
        )
        return Segment(function, 0, len(prompt))
    nearest = ", ".join(_spoken(function) for function, _ in ranked[:3])
    raise NeedsAnswer(
        "no circuit that voltsmith knows is named in this request"
        + (f"; the nearest are: {nearest}" if nearest else "")
        + ". 'voltsmith blocks list' shows all of them",
        questions=["Which circuit do you need?"],
    )


def _spoken(function: str) -> str:
    return function.replace("_", " ")


def relevant(function: str) -> frozenset[str]:
    """Quantities that blocks of a function know."""
    found = set(_ALWAYS_RELEVANT)
    for entry in blocks().values():
        if entry.function == function:
            found.update(parameter.name for parameter in entry.parameters)
            found.update(entry.measures)
    for quantities in FUNCTION_DEFAULTS.get(function, {}).values():
        found.update(quantities)
    found.update(RENAMED.get(function, {}).values())
    return frozenset(found)


class _Reader:
    """The state of one reading."""

    def __init__(
        self,
        prompt: str,
        words: Sequence[Word],
        tokens: list[QuantityToken],
        parts: Sequence[Segment],
        assumptions: list[str],
    ) -> None:
        self.prompt, self.words, self.tokens, self.parts = prompt, words, tokens, parts
        self.assumptions = assumptions
        self.drafts = Drafts()
        self.accounted: set[int] = set()
        self.repeats: list[tuple[int, int]] = []

    def run(self) -> Reading:
        names = [f"s{index + 1}" for index in range(len(self.parts))]
        for index, token in enumerate(self.tokens):
            if token.dimension == "absurd":
                self.accounted.add(index)
                self.drafts.problems.append(f"{token.text.strip()!r} is not a value anything can have")
        general: list[QuantityToken] = []
        for name, part in zip(names, self.parts, strict=True):
            general += self._bind_stage(name, part)
        self.drafts.problems += self._contradictions(names)
        requirements = self.drafts.requirements
        for token in general:
            loosened = list(with_tolerance(requirements, token))
            if loosened == requirements:
                self.accounted.discard(self.tokens.index(token))  # there is nothing that it could apply to
            requirements = loosened
        self._logic_levels(names)
        requirements = [self._with_repeats(requirement) for requirement in requirements]
        supply = self._supply(requirements)
        self.drafts.problems += unknown_parts(self.prompt)
        self.drafts.problems += objections(self.prompt, self.words, self.parts, self.tokens)
        stages = tuple(
            StageRequest(
                id=name,
                function=part.function,
                choices=self._choices(part, requirements, name),
                components=named_parts(
                    self.prompt if len(self.parts) == 1 else self.prompt[part.start : part.end]
                ),
                requirements=tuple(r.id for r in requirements if r.stage in (name, None)),
                text=self.prompt[part.start : part.end].strip()[:400],
            )
            for name, part in zip(names, self.parts, strict=True)
        )
        return Reading(
            prompt=self.prompt,
            stages=stages,
            requirements=tuple(requirements),
            supply=supply,
            not_understood=tuple(
                NotUnderstood(text_span=token.span, text=token.text)
                for index, token in enumerate(self.tokens)
                if index not in self.accounted
            ),
            assumptions=tuple(self.assumptions),
            questions=tuple(dict.fromkeys(self.drafts.problems)),
        )

    def _bind_stage(self, name: str, part: Segment) -> list[QuantityToken]:
        """Bind the numbers of one stage; returns tolerances that apply to everything."""
        items = items_of(self.prompt, self.words, self.tokens, part.start, part.end)
        general: list[QuantityToken] = []
        kept: list[Item] = []
        for index, item in enumerate(items):
            if item.kind == "token":
                token = self.tokens[item.token]
                if self._is_definition(items, index):
                    # "-3 dB at 1 kHz" defines the corner; the words stay as its cue.
                    self.accounted.add(item.token)
                    kept.append(Item("word", item.start, item.end, "cutoff"))
                    continue
                if (parts_of := self._component_tolerance(items, index)) is not None:
                    self._add(item.token, parts_of, part, name)
                    continue
                if structural(self.prompt, token):
                    self.accounted.add(item.token)
                    continue
                if whole_prompt_tolerance(token):
                    self.accounted.add(item.token)
                    general.append(token)
                    continue
            kept.append(item)
        kept = split_levels(kept, self.tokens, part.function)
        for bound in bind(kept, self.tokens, part.function, relevant(part.function)):
            if bound.repeats is not None:
                self.accounted.add(bound.token)
                self.repeats.append((bound.repeats, bound.token))
                continue
            bounded_after(kept, self.tokens, bound.token)
            self._add(bound.token, bound.quantity, part, name, bound.condition)
        return general

    def _add(self, token: int, quantity: str, part: Segment, name: str, condition: int | None = None) -> None:
        self.accounted.add(token)
        known = self.tokens[token]
        stage = None if quantity in SYSTEM_QUANTITIES else name
        other = None if condition is None else self.tokens[condition]
        filters = part.function in ("low_pass", "high_pass", "band_pass", "notch")
        conditioned = other is not None and not self._says_gain(token)
        if (
            quantity == "gain"
            and known.dimension == "decibel"
            and filters
            and (known.value < 0 or conditioned)
        ):
            # "-40 dB at 10 kHz" of a filter is an attenuation, and so is "40 dB at 10 kHz" unless called a gain.
            quantity = "attenuation"
        if other is not None and quantity not in _CONDITIONED:
            other = None
        if condition is not None:
            self.accounted.add(condition)
        if known.dimension == "number" and QUANTITIES[quantity].dimension not in ("number", "ratio"):
            self.assumptions.append(
                f"{known.text.strip()!r} is read as {QUANTITIES[quantity].title} in {QUANTITIES[quantity].unit}"
            )
        self.drafts.add(known, quantity, part.function, stage, other, named_gain=self._says_gain(token))

    def _says_gain(self, token: int) -> bool:
        """Whether the word gain stands close to a number."""
        start, end = self.tokens[token].span
        near = [word.text for word in self.words if start - 16 <= word.start < end + 12]
        return "gain" in near or "amplification" in near

    def _is_definition(self, items: Sequence[Item], index: int) -> bool:
        token = self.tokens[items[index].token]
        if token.dimension != "decibel" or abs(abs(token.value) - 3) > 0.05:
            return False
        after = [item.text for item in items[index + 1 : index + 3]]
        before = items[index - 1].text if index else ""
        near = before in ("f", "fc") or (
            bool(after)
            and after[0]
            in (
                "point",
                "frequency",
                "corner",
                "cutoff",
                "bandwidth",
                "at",
                "bw",
                "down",
                "cut",
                "freq",
            )
        )
        return near or any(
            item.text in ("bandwidth", "cutoff", "corner") for item in items[max(0, index - 2) : index]
        )

    def _component_tolerance(self, items: Sequence[Item], index: int) -> str | None:
        if self.tokens[items[index].token].dimension != "percent":
            return None
        after = [item.text for item in items[index + 1 : index + 4] if item.kind == "word"]
        if any(word in ("resistor", "resistors") for word in after):
            return "resistor_tolerance"
        if any(word in ("capacitor", "capacitors", "cap", "caps") for word in after):
            return "capacitor_tolerance"
        return None

    def _contradictions(self, names: Sequence[str]) -> list[str]:
        """Numbers left over that are named like a quantity which has another value already."""
        problems = []
        for name, part in zip(names, self.parts, strict=True):
            items = items_of(self.prompt, self.words, self.tokens, part.start, part.end)
            for token, quantity in rivals(items, self.tokens, part.function, relevant(part.function)):
                known = self.tokens[token]
                holder = next(
                    (
                        r
                        for r in self.drafts.requirements
                        if r.stage in (name, None) and r.quantity == quantity and token not in self.accounted
                    ),
                    None,
                )
                if holder is None:
                    continue
                self.accounted.add(token)
                if abs(abs(holder.target) - abs(known.value)) > 1e-6 * abs(known.value):
                    problems.append(
                        f"the request gives two values for the {QUANTITIES[quantity].title}: "
                        f"{holder.text.strip()!r} and {known.text.strip()!r}; which one holds?"
                    )
        return problems

    def _logic_levels(self, names: Sequence[str]) -> None:
        """A board that drives a switch says its logic level by its name."""
        for name, part in zip(names, self.parts, strict=True):
            told = any(r.quantity == "control_voltage" and r.stage == name for r in self.drafts.requirements)
            level = logic_level(self._words_of(part))
            if part.function != "low_side_switch" or told or level is None:
                continue
            known = QUANTITIES["control_voltage"]
            self.drafts.requirements.append(
                Requirement(
                    id=f"R{len(self.drafts.requirements) + 1}",
                    quantity=known.name,
                    target=level,
                    unit=known.unit,
                    role=known.role,
                    stage=name,
                    source="assumed",
                )
            )
            self.assumptions.append(
                f"a control signal of {level:g} V, the logic level of the board that is named"
            )

    def _with_repeats(self, requirement: Requirement) -> Requirement:
        """The requirement with the places where its number is said again."""
        again = tuple(
            self.tokens[other].span
            for first, other in self.repeats
            if self.tokens[first].span == requirement.text_span
        )
        return (
            requirement.model_copy(update={"also_from": (*requirement.also_from, *again)})
            if again
            else requirement
        )

    def _supply(self, requirements: Sequence[Requirement]) -> Supply | None:
        found = [r for r in requirements if r.quantity == "supply_voltage"]
        if not found:
            return None
        voltages = [requirement.target for requirement in found]
        if any(self._symmetric(requirement) for requirement in found):
            peak = max(abs(voltage) for voltage in voltages)
            return Supply(vcc=peak, vee=-peak, given=True)
        positive = [voltage for voltage in voltages if voltage > 0]
        negative = [voltage for voltage in voltages if voltage < 0]
        if not positive:
            self.drafts.problems.append("only a negative supply is named; which positive supply is there?")
            return None
        return Supply(vcc=max(positive), vee=min(negative, default=0.0), given=True)

    def _symmetric(self, requirement: Requirement) -> bool:
        if requirement.text_span is None:
            return False
        start, end = requirement.text_span
        token = next((token for token in self.tokens if token.span == (start, end)), None)
        if token is not None and token.plus_minus:
            return True
        near = [word.text for word in self.words if start - 30 <= word.start < end + 30]
        return bool(_SYMMETRIC & set(near))

    def _choices(self, part: Segment, requirements: Sequence[Requirement], name: str) -> dict[str, str]:
        choices = dict(part.choices)
        gains = [r for r in requirements if r.stage == name and r.quantity == "gain" and r.unit != "dB"]
        if part.function == "amplifier" and any(r.text.strip().startswith(("-", "minus")) for r in gains):
            choices["topology"] = "inverting"
        if part.function == "square_oscillator" and "led" in self._words_of(part):
            choices.setdefault("color", "red")
        if part.function in ("comparator", "schmitt_trigger") and (sense := sense_of(self._words_of(part))):
            choices.setdefault("topology", sense)
        return choices

    def _words_of(self, part: Segment) -> list[str]:
        """Words of a part, those inside numbers ("above 3 V") included."""
        return [word.text for word in self.words if part.start <= word.start < part.end]
