"""Active filters as a cascade of sections: amplifier, biasing, values and wiring of all topologies.

Amplifier: a gain-bandwidth of 100 times gain times frequency times Q (Texas Instruments SLOD006,
chapter 16, "Op amp selection"); where no part has that, less is accepted and the values are chosen for the
amplifier as it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from voltsmith.knowledge.blocks import _filter_sections as search
from voltsmith.knowledge.blocks._filter_amplified import (
    GAIN_LAYOUT,
    LAYOUTS,
    MULTIPLE_FEEDBACK,
    SALLEN_KEY,
    predistorted,
)
from voltsmith.knowledge.blocks._filter_passive import capacitor
from voltsmith.knowledge.blocks._filter_prototypes import Section
from voltsmith.knowledge.blocks._filter_sections import Parts, Target
from voltsmith.knowledge.blocks.base import Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.blocks.selection import OpampNeeds
from voltsmith.knowledge.preferred import at_least, nearest, ratio_pair
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import Infeasible

MARGINS = (100.0, 50.0, 25.0, 12.0, 6.0)
"""Gain-bandwidths to try for, as multiples of gain times frequency times Q."""


class Stage(NamedTuple):
    """One section to build; ``gain`` is its magnitude at the pass band."""

    topology: str
    shape: str
    section: Section
    gain: float = 1.0


class Built(NamedTuple):
    """What building a cascade brought.

    ``bias`` (V) is the DC level at its input for tests, ``corner`` (Hz) that of the coupling capacitor (0
    without one), ``gain`` the signed pass-band gain as designed.
    """

    bias: float
    corner: float
    gain: float
    amplitude: float
    part: Component


_SEARCH: dict[tuple[str, str], Callable[[Target], Parts]] = {
    (SALLEN_KEY, "low_pass"): search.sallen_key_low_pass,
    (SALLEN_KEY, "high_pass"): search.sallen_key_high_pass,
    (MULTIPLE_FEEDBACK, "low_pass"): search.multiple_feedback_low_pass,
    (MULTIPLE_FEEDBACK, "high_pass"): search.multiple_feedback_high_pass,
    (MULTIPLE_FEEDBACK, "band_pass"): search.multiple_feedback_band_pass,
}


EXACT = 2.0
"""Q of a Sallen-Key band-pass from which its gain has to be exact: Q changes by Q times as much."""

NEARLY_ONE = 0.01
"""Gain errors below this are left to stand."""


def amplifier_gain(stage: Stage) -> float:
    """Gain (V/V) of the amplifier in a Sallen-Key section; that of a band-pass makes its Q."""
    return 3 - 1 / (stage.section.q or 1.0) if stage.shape == "band_pass" else stage.gain


def share_gain(sections: Sequence[Section], gain: float) -> tuple[float, ...]:
    """Gain of each section: in equal parts on those of low Q, which amplifier and values disturb least.

    A percent more or less than 1 is not worth the resistors: every amplifier is then a follower.
    """
    if abs(gain - 1) < NEARLY_ONE:
        return (1.0,) * len(sections)
    gentle = [section for section in sections if (section.q or 0.0) <= 1.0]
    if not gentle or gain ** (1 / len(gentle)) > 5:
        gentle = list(sections)
    share: float = gain ** (1 / len(gentle))
    return tuple(share if section in gentle else 1.0 for section in sections)


def arriving_amplitude(b: Builder, p: Values) -> float | None:
    """The input amplitude asked for (V, peak), as it arrives at this stage."""
    if "input_amplitude" not in p:
        return None
    scale = abs(b.at_input(1.0) - b.at_input(0.0))
    return p["input_amplitude"] / scale


def choose_opamp(
    b: Builder, p: Values, stages: Sequence[Stage], fastest: float, total: float
) -> tuple[Component, float]:
    """One amplifier type for all stages, and the amplitude (V, peak) at the input that it was chosen for.

    ``fastest`` (Hz) is the highest frequency that is to pass at full amplitude, ``total`` the gain there.
    """
    supply = b.supply
    middle = (supply.vcc + supply.vee) / 2
    asked = arriving_amplitude(b, p)
    swing = asked * max(total, 1.0) if asked is not None else min(1.0, 0.15 * supply.span)
    demand = max(_demand(stage, fastest) for stage in stages)
    # Inputs of a Sallen-Key section move with the signal, those of multiple feedback stand still.
    inner = max(
        (swing / amplifier_gain(stage) for stage in stages if stage.topology == SALLEN_KEY), default=0.0
    )

    def needs(margin: float) -> OpampNeeds:
        return OpampNeeds(
            gain_bandwidth=float(f"{margin * demand:.2g}"),
            slew_rate=1.5 * math.tau * fastest * swing,
            output_current=swing / p.get("load_resistance", math.inf) + swing / 2e3,
            output_low=middle - swing,
            output_high=middle + swing,
            input_low=middle - inner,
            input_high=middle + inner,
            low_bias=min(stage.section.frequency for stage in stages) < 2.0,
        )

    margins: tuple[float, ...] = MARGINS
    if any(stage.shape == "high_pass" for stage in stages):
        # Its pass band lies where the amplifier gets slower: that cannot be designed around.
        margins = MARGINS[: 2 if stages[0].topology == SALLEN_KEY else 3]
    if b.named_component("opamp") is not None:
        margins = margins[-1:]
    for margin in margins[:-1]:
        try:
            return b.select_opamp(needs(margin)), swing / total
        except Infeasible:
            continue
    return b.select_opamp(needs(margins[-1])), swing / total


def _demand(stage: Stage, fastest: float) -> float:
    """Gain times frequency times Q: the least gain-bandwidth is a multiple of it (SLOD006, chapter 16)."""
    q, frequency = max(stage.section.q or 1.0, 1.0), stage.section.frequency
    gain = stage.gain if stage.topology == SALLEN_KEY else 1 + stage.gain
    if stage.shape == "band_pass" and stage.topology == SALLEN_KEY:
        return amplifier_gain(stage) * q * frequency
    if stage.shape == "band_pass":
        # The open-loop gain must also stay well above 2 Q^2, which the network attenuates by.
        return max(q, 2 * q * q / 10) * frequency
    if stage.shape == "high_pass":
        # The pass band lies above the edge, where capacitors load the amplifier of multiple feedback.
        frequency = max(frequency, fastest)
        gain *= 1 if stage.topology == SALLEN_KEY else 2
    return gain * q * frequency


class Cascade:
    """Builds stages one after the other."""

    def __init__(self, b: Builder, p: Values, stages: Sequence[Stage], fastest: float, gain: float) -> None:
        self.b, self.p, self.stages = b, p, stages
        self.part, self.amplitude = choose_opamp(b, p, stages, fastest, gain)
        self.reference = b.signal_ground(of=self.part)
        # Staggered sections have less gain together than the product of their own.
        self._gain = gain / math.prod(stage.gain for stage in stages)

    def build(self, source: str, sink: str) -> Built:
        """Place every stage between ``source`` and ``sink`` and state the transfer of the whole."""
        b = self.b
        direct = self._input_rides()
        net, corner = (source, 0.0) if direct else self._couple(source)
        for index, stage in enumerate(self.stages):
            self._first = index == 0
            end = sink if index == len(self.stages) - 1 else b.net(f"stage{index + 1}")
            self._place(stage, net, end)
            net = end
        single, middle = b.supply.vee == 0, b.supply.vcc / 2
        blocked = not direct or any(stage.shape != "low_pass" for stage in self.stages)
        bias = middle if single and direct and self.stages[0].shape == "low_pass" else 0.0
        if not single:
            b.transfer(self._gain, 0.0 if blocked and self._blocks() else None)
        elif blocked:
            b.transfer(self._gain, middle)
        else:
            b.transfer(self._gain, self._gain * (b.chain.bias - middle) + middle)
        # A negative amplitude makes the test step of an inverting filter rise at its output.
        amplitude = math.copysign(self.amplitude, self._gain)
        return Built(bias, corner, self._gain, amplitude, self.part)

    def _blocks(self) -> bool:
        return any(stage.shape != "low_pass" for stage in self.stages)

    def _input_rides(self) -> bool:
        """Whether the input may be connected directly."""
        b, supply = self.b, self.b.supply
        if supply.vee != 0 or self.stages[0].shape != "low_pass":
            return True
        middle = supply.vcc / 2
        if not b.chain.first:
            return abs(b.chain.bias - middle) < 0.05 * supply.vcc
        lowest = min(stage.section.frequency for stage in self.stages)
        if self.p.choice("coupling") == "dc" or lowest < 3.0:
            b.assume(f"the input rides on {middle:g} V, half the supply, and is connected directly")
            return True
        return False

    def _couple(self, source: str) -> tuple[str, float]:
        """A capacitor that keeps the input's DC level out, and its corner (Hz)."""
        b, stage = self.b, self.stages[0]
        lowest = min(part.section.frequency for part in self.stages)
        slow = any(name in self.p for name in ("rise_time", "overshoot", "settling_time", "slew_rate"))
        corner = max(lowest / (1e4 if slow else 1e3), 0.1)
        inner = b.net("ac")
        target = self._target(stage)
        if stage.topology == MULTIPLE_FEEDBACK:
            # The first resistor itself ends on a point at half the supply; it may come out smaller.
            resistance, least = 0.5 * target.resistor / max(stage.gain, 1.0), 0.0
        else:
            resistance = 10 * target.resistor
            # The section's capacitor to ground divides with this one.
            least = 100 * min(1 / (math.tau * lowest * target.resistor), 220e-9)
            b.resistor(nearest(resistance), inner, self.reference)
        wanted = max(1 / (math.tau * corner * resistance), least)
        value = at_least(wanted * 0.999, "E6" if wanted > 1e-6 else "E12")
        b.capacitor(value, inner, source)
        corner = 1 / (math.tau * value * resistance)
        b.assume(f"the input is coupled by a capacitor: frequencies below {corner:.2g} Hz do not pass")
        return inner, corner

    def _target(self, stage: Stage) -> Target:
        frequency = stage.section.frequency
        resistor = 10e3 if frequency < 1e5 else max(1e9 / frequency, 1.2e3)
        if stage.topology == SALLEN_KEY:
            if stage.shape == "low_pass":
                # The amplifier drives c1, whose reactance is 2 Q times less than the section's impedance.
                resistor *= math.sqrt(max(stage.section.q or 0.0, 1.0))
            elif frequency > 1e5:
                # The amplifier's input capacitance divides with c2.
                resistor *= 0.5
        elif stage.shape == "high_pass":
            # Its capacitors load the amplifier's output, which has a resistance.
            resistor *= 4 if frequency < 1e5 else 2
        source = self.p.get("source_resistance", 0.0) if self._first and self.b.chain.first else 0.0
        lowest = max(self.p.get("input_impedance", 0.0) if self._first else 0.0, 30 * source)
        if stage.topology == MULTIPLE_FEEDBACK:
            lowest *= 2 * max(stage.gain, 1.0)
        fixed = self.p.get("resistance", 0.0) or max(resistor, lowest)
        given = self.p.get("capacitance", 0.0) or None
        weight = 150.0 * len(self.stages) * (3 if stage.shape == "band_pass" else 1)
        return Target(frequency, stage.section.q or 0.0, stage.gain, fixed, given, source, weight)

    _first = True

    def _find(self, stage: Stage, target: Target, around: dict[str, float]) -> dict[str, float]:
        """Values of the section by part, designed for the amplifier in use."""
        if stage.section.q is None:
            return self._first_order(stage, target)
        layout = LAYOUTS[stage.topology, stage.shape, 2]
        if (stage.topology, stage.shape) == (SALLEN_KEY, "band_pass"):
            amplifier = 1 + around["rf"] / around["rg"]
            # The gain that the section has of itself needs no divider at its input.
            divided = stage.gain < 0.97 * (3 * target.q - 1)
            find: Callable[[Target], Parts] = partial(
                search.sallen_key_band_pass, amplifier=amplifier, divided=divided
            )
            layout = {name: ends for name, ends in layout.items() if divided or name != "r4"}
        else:
            find = _SEARCH[stage.topology, stage.shape]
        parts = predistorted(find, layout, stage.shape, target, self.part, around)
        if stage.topology == MULTIPLE_FEEDBACK:
            self._gain *= -(stage.gain if stage.shape == "band_pass" else parts.gain)
        return {**parts.resistors, **parts.capacitors}

    def _first_order(self, stage: Stage, target: Target) -> dict[str, float]:
        pair = search.first_order(target.frequency, target.resistor, target.capacitor)
        if stage.topology == SALLEN_KEY:
            return {"r1": pair.first, "c1": pair.second}
        if stage.shape == "low_pass":
            found = {"r1": nearest(pair.first / stage.gain, "E96"), "r2": pair.first, "c1": pair.second}
        else:
            found = {"r1": pair.first, "r2": nearest(pair.first * stage.gain, "E96"), "c1": pair.second}
        self._gain *= -found["r2"] / found["r1"]
        return found

    def _place(self, stage: Stage, source: str, sink: str) -> None:
        """The parts of a section, its amplifier, and for Sallen-Key what sets its gain."""
        b = self.b
        layout = LAYOUTS[stage.topology, stage.shape, stage.section.order]
        nets = {"in": source, "out": sink, "ground": b.ground(), "reference": self.reference}
        target, around = self._target(stage), {}
        if stage.topology == MULTIPLE_FEEDBACK:
            nets |= {"plus": self.reference, "minus": b.net("minus")}
        else:
            nets |= {"plus": b.net("plus"), "minus": sink}
            if abs((amplifier := amplifier_gain(stage)) - 1) > 1e-6:
                low = 1e3 if amplifier > 5 else 4.7e3
                # Input capacitance must not add a pole within the pass band.
                low *= min(1.0, 2e4 / stage.section.frequency) if stage.section.frequency < 4e5 else 0.05
                pair = ratio_pair(amplifier - 1, (low, 10 * low))
                around = {"rf": pair.first, "rg": pair.second}
                nets["minus"] = b.net("fb")
                if stage.shape != "band_pass":
                    # Q depends on the gain, so the section is designed for the one it really gets.
                    target = replace(target, gain=1 + pair.first / pair.second)
            self._gain *= target.gain
        if "joint" in {net for ends in layout.values() for net in ends}:
            nets["joint"] = b.net("node")
        found = self._find(stage, target, around)
        places = [*layout.items(), *(GAIN_LAYOUT.items() if around else ())]
        values = {**found, **around}
        exact = 0.001 if "r3" in found and stage.topology == SALLEN_KEY and target.q > EXACT else None
        if exact is not None:
            b.assume(
                f"0.1 % resistors, because a Q of {target.q:.3g} follows the gain of its amplifier closely"
            )
        for name, (a, z) in places:
            if name not in values:
                continue
            value = values[name]
            if name.startswith("r"):
                b.resistor(value, nets[a], nets[z], tolerance=exact)
            else:
                capacitor(b, value, nets[a], nets[z])
        b.opamp(nets["plus"], nets["minus"], sink, of=self.part)
