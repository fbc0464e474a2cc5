"""Low-side switches: a transistor between the load and ground, with a flyback diode for inductive loads."""

from __future__ import annotations

import math

from voltsmith.knowledge.blocks._switching import (
    DERATING,
    MEASURES,
    PARAMETERS,
    PIN_CURRENT,
    Duty,
    behind,
    check_supply,
    derive_load,
    duty_of,
    filled,
    offer_switch,
    place_flyback,
    supply_of,
    unfit,
)
from voltsmith.knowledge.blocks.assembly import Drive
from voltsmith.knowledge.blocks.base import Asked, Block, Values
from voltsmith.knowledge.blocks.builder import Builder
from voltsmith.knowledge.devices import component, components, format_value
from voltsmith.knowledge.preferred import at_least, at_most, nearest
from voltsmith.schemas.components import Component
from voltsmith.schemas.errors import Infeasible
from voltsmith.schemas.plans import Supply

BIPOLAR_LIMIT = 0.3
"""A up to which a bipolar transistor is the ordinary choice."""
FORCED_GAIN = (10.0, 20.0)
"""Collector over base current of a saturated switch: the usual value, and the most."""
THERMAL = 0.02585
DARLINGTON_DROP = 0.75
"""V across a closed Darlington."""


class BipolarSwitch(Block):
    """An NPN transistor driven far into saturation."""

    id = "bjt_switch"
    function = "low_side_switch"
    title = "NPN low-side switch"
    summary = (
        "A saturated NPN transistor that connects a load to ground, for loads up to a few hundred "
        "milliamperes from a logic output."
    )
    equations = ("I_B = I_load / 10 (forced gain)", "R_B = (V_control - V_BE) / I_B")
    sources = ("P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., sections 2.2.1 and 1.6.7",)
    phrases = (
        "transistor switch",
        "switch a relay with a transistor",
        "NPN low-side switch",
        "drive a relay from a microcontroller",
        "drive a buzzer from a GPIO pin",
        "relay driver",
    )
    parameters = PARAMETERS
    measures = MEASURES
    topologies = ("bjt", "npn", "transistor", "bipolar")
    carries_load = False
    default_supply = Supply(vcc=12.0)

    def fit(self, asked: Asked) -> float:
        """For small loads; larger ones take more base current than a pin has."""
        _refuse_other(asked.components, "npn", "nmos", "a MOSFET")
        duty = duty_of(filled(self, asked), supply_of(self, asked))
        check_supply(duty)
        self._choose(duty, asked.components)
        if asked.choice("topology") in self.topologies or _of_kind(asked.components, "npn"):
            return 4.0
        return 2.0 if duty.current <= BIPOLAR_LIMIT else 0.5

    def derive(self, asked: Asked) -> dict[str, float]:
        """Load current from a resistance or a power."""
        return derive_load(asked, supply_of(self, asked))

    @staticmethod
    def _choose(duty: Duty, names: tuple[str, ...]) -> tuple[Component, float]:
        """The transistor and its base current (A).

        Raises:
            Infeasible: none saturates with what a pin delivers.
        """
        named = _of_kind(names, "npn")
        every = named or [e for e in components().values() if e.kind == "npn"]
        margin = 1.0 if named else DERATING
        fitting = [
            entry
            for entry in every
            if entry.limits["collector_emitter_max"] >= duty.supply * margin
            and entry.limits["collector_current_max"] >= duty.current * margin
        ]
        if not fitting:
            raise Infeasible(
                f"{named[0].id if named else 'no NPN transistor in the library'} "
                f"{'does not switch' if named else 'switches'} {duty.current:.3g} A at {duty.supply:g} V"
            )
        most = min(PIN_CURRENT, duty.base or PIN_CURRENT)
        base = min(duty.current / FORCED_GAIN[0], most)
        # A Darlington saturates at a tenth of its least gain, but never below a volt.
        plain = [entry for entry in fitting if "darlington" not in entry.features]
        gain = duty.current / base
        enough = [e for e in plain if gain <= _largest_gain(e)]
        if enough:
            return min(enough, key=lambda entry: (entry.cost, entry.id)), base
        if named and plain:
            # Asked for, and it saturates with more base current than others need.
            needed = duty.current / _largest_gain(plain[0])
            if needed <= most:
                return plain[0], needed
        pairs = [entry for entry in fitting if "darlington" in entry.features]
        if pairs and duty.control > 3.0 and (duty.drop > DARLINGTON_DROP or named):
            entry = min(pairs, key=lambda entry: entry.cost)
            return entry, min(10 * duty.current / entry.limits["current_gain_min"], most)
        least = min((duty.current / _largest_gain(e) for e in plain), default=duty.current / FORCED_GAIN[1])
        raise Infeasible(
            f"{duty.current:.3g} A through {named[0].id if named else 'an NPN switch'} needs "
            f"{least * 1e3:.3g} mA or more of base current, and "
            f"{'a pin delivers' if most == PIN_CURRENT else 'there may be'} {most * 1e3:.3g} mA; a MOSFET does it"
        )

    def build(self, b: Builder, p: Values) -> None:
        """Base resistor, transistor, flyback diode."""
        duty = behind(b, p, duty_of(p, b.supply.vcc))
        check_supply(duty)
        entry, base_current = self._choose(duty, b.components)
        on = 1.6 if "darlington" in entry.features else 0.75 + 0.1 * min(duty.current, 1.0)
        if duty.control < on + 0.3:
            raise Infeasible(
                f"{duty.control:g} V hardly opens {entry.id}; it needs {on + 0.5:.2g} V at least"
            )
        pull_up = 0.0
        if b.arriving is not None and b.arriving.sink is not None:
            base_current, pull_up = _through_pull_up(duty, entry, base_current, on, b.arriving)
        if duty.current / base_current > FORCED_GAIN[0] * 1.01 and "darlington" not in entry.features:
            b.assume(
                f"a forced gain of {duty.current / base_current:.2g}, to spare the pin that drives the base"
            )
        _doubt(b, entry, _weakness(entry, duty))
        vcc = b.assembly.add_port("vcc", "power", duty.supply)
        control, base, out, ground = b.input(), b.net("base"), b.output(), b.ground()
        if b.arriving is not None and b.arriving.sink is not None:
            if pull_up:
                b.resistor(pull_up, vcc, control)
            before = _parallel(pull_up, b.arriving.resistance)
            resistor = at_most(max((duty.control - on) / base_current - before, 100.0))
        elif duty.base is None:
            resistor = at_most((duty.control - on) / base_current)
        else:
            # The current is bounded: count with the drop that the junction really has.
            drop = _base_emitter(entry, duty.current, base_current) if on < 1 else on - 0.3
            ideal = (duty.control - drop) / base_current
            resistor = nearest(ideal, "E24") if p.relation("base_current") == "eq" else at_least(ideal, "E24")
        b.resistor(resistor, control, base)
        b.part(entry.id, {"B": base, "C": out, "E": ground})
        place_flyback(b, duty, vcc, out)
        offer_switch(b, duty, control, vcc, out)


class MosfetSwitch(Block):
    """An N-channel MOSFET whose gate a logic level opens fully."""

    id = "mosfet_switch"
    function = "low_side_switch"
    title = "MOSFET low-side switch"
    summary = (
        "An N-channel MOSFET that connects a load to ground, for loads up to several amperes; with 3.3 V or "
        "5 V of control it is a logic-level type. A resistor keeps it off while nothing drives the gate."
    )
    equations = ("P = I^2 R_DS(on)", "R_DS(on) = R_D + R_S + 1 / (K_p (V_GS - V_th))")
    sources = ("P. Horowitz, W. Hill, The Art of Electronics, 3rd ed., sections 3.5 and 1.6.7",)
    phrases = (
        "MOSFET switch",
        "switch a motor with a MOSFET",
        "logic-level MOSFET low-side switch",
        "drive an LED strip from a microcontroller",
        "solenoid driver",
        "switch 2 A from 3.3 V logic",
    )
    parameters = PARAMETERS
    measures = tuple(name for name in MEASURES if name != "base_current")
    topologies = ("mosfet", "fet", "nmos")
    carries_load = False
    default_supply = Supply(vcc=12.0)

    def fit(self, asked: Asked) -> float:
        """For loads above a few hundred milliamperes."""
        _refuse_other(asked.components, "nmos", "npn", "a bipolar transistor")
        duty = duty_of(filled(self, asked), supply_of(self, asked))
        check_supply(duty)
        self._choose(duty, asked.components)
        if asked.choice("topology") in self.topologies or _of_kind(asked.components, "nmos"):
            return 4.0
        return 2.0 if duty.current > BIPOLAR_LIMIT else 1.0

    def derive(self, asked: Asked) -> dict[str, float]:
        """Load current from a resistance or a power."""
        return derive_load(asked, supply_of(self, asked))

    @staticmethod
    def _choose(duty: Duty, names: tuple[str, ...]) -> Component:
        named = _of_kind(names, "nmos")
        reasons: dict[str, str] = {}
        fitting = []
        for entry in named or [e for e in components().values() if e.kind == "nmos"]:
            if reason := impossible(entry, duty) if named else unfit(entry, duty):
                reasons[entry.id] = reason
            else:
                fitting.append(entry)
        if not fitting:
            raise Infeasible(
                f"no MOSFET {'that was named' if named else 'in the library'} switches "
                f"{duty.current:.3g} A at {duty.supply:g} V from a {duty.control:g} V signal: "
                + "; ".join(f"{key} {why}" for key, why in reasons.items())
            )
        return min(fitting, key=lambda entry: (entry.cost, entry.id))

    def build(self, b: Builder, p: Values) -> None:
        """Gate resistor, pull-down, MOSFET, flyback diode."""
        duty = behind(b, p, duty_of(p, b.supply.vcc))
        check_supply(duty)
        entry = self._choose(duty, b.components)
        _doubt(b, entry, unfit(entry, duty))
        vcc = b.assembly.add_port("vcc", "power", duty.supply)
        control, gate, out, ground = b.input(), b.net("gate"), b.output(), b.ground()
        # 100 ohm or more keeps the gate's charging current within what a pin delivers.
        b.resistor(max(100.0, at_most(duty.control / PIN_CURRENT)), control, gate)
        b.resistor(100e3, gate, ground)
        b.part(entry.id, {"G": gate, "D": out, "S": ground})
        place_flyback(b, duty, vcc, out)
        offer_switch(b, duty, control, vcc, out)


def impossible(entry: Component, duty: Duty) -> str:
    """Why a MOSFET, taken at its ratings and a typical threshold, cannot do ``duty``, or an empty string."""
    limits, model = entry.limits, entry.model
    if limits["drain_source_max"] < duty.supply:
        return f"stands {limits['drain_source_max']:g} V"
    if limits["drain_current_max"] < duty.current:
        return f"carries {format_value(limits['drain_current_max'])}A"
    if limits["gate_source_max"] < duty.control:
        return f"stands {limits['gate_source_max']:g} V at its gate"
    drive = duty.control * 0.98 - model["threshold"]
    if drive <= 0 or duty.current > 0.9 * model["transconductance"] * drive**2 / 2:
        return f"does not carry {duty.current:.3g} A with {duty.control:g} V at its gate"
    resistance = model["drain_resistance"] + model["source_resistance"]
    resistance += 1 / (model["transconductance"] * drive)
    if (watts := duty.current**2 * resistance) > limits["power_max"]:
        return f"would turn {watts:.2g} W into heat"
    return ""


def _base_emitter(entry: Component, current: float, base: float) -> float:
    """Base-emitter voltage (V) of a saturated transistor at its collector and ``base`` currents (A)."""
    model = entry.model
    rise = THERMAL * math.log(current / model["base_emitter_current"])
    return model["base_emitter_voltage"] + rise + base * model["base_resistance"]


def _largest_gain(entry: Component) -> float:
    """Collector over base current with which a transistor surely saturates."""
    return min(FORCED_GAIN[1], entry.limits["current_gain_min"] / 3)


def _weakness(entry: Component, duty: Duty) -> str:
    """What speaks against an NPN transistor that is within its ratings, or an empty string."""
    limits = entry.limits
    if limits["collector_emitter_max"] < duty.supply * DERATING:
        return f"stands only {limits['collector_emitter_max']:g} V"
    if limits["collector_current_max"] < duty.current * DERATING:
        return f"carries only {format_value(limits['collector_current_max'])}A"
    if "darlington" in entry.features and duty.drop <= DARLINGTON_DROP:
        return f"keeps about {DARLINGTON_DROP:g} V when closed"
    return ""


PULL_UP_SHARE = 0.42
"""Part of the resistance to the base that lies before it: the level there must still be high for others."""


def _through_pull_up(
    duty: Duty, entry: Component, base: float, on: float, arriving: Drive
) -> tuple[float, float]:
    """Base current (A) and a further pull-up resistor (ohm, 0 for none) behind an open collector.

    Raises:
        Infeasible: the stage before cannot pull down what the base needs.
    """
    assert arriving.sink is not None
    least = duty.current / (1000.0 if "darlington" in entry.features else _largest_gain(entry))
    for amperes in (base, math.sqrt(max(base, least) * least), least * 1.001):
        room = PULL_UP_SHARE * (duty.control - on) / amperes
        if room >= arriving.resistance:
            return amperes, 0.0
        if duty.control / room <= arriving.sink:
            return amperes, at_most(1 / (1 / room - 1 / arriving.resistance))
    raise Infeasible(
        f"{entry.id} needs {least * 1e3:.3g} mA of base current for {duty.current:.3g} A, more than the open "
        f"collector before it allows, which pulls down {arriving.sink * 1e3:.3g} mA; a MOSFET does it"
    )


def _parallel(a: float, b: float) -> float:
    """Two resistors (ohm) in parallel, of which ``a`` is 0 where there is none."""
    return a * b / (a + b) if a else b


def _doubt(b: Builder, entry: Component, reason: str) -> None:
    """Say what speaks against a part that is used because it was asked for."""
    if reason:
        b.assume(f"{entry.id} was asked for and used, although it {reason}")


def _of_kind(names: tuple[str, ...], kind: str) -> list[Component]:
    return [component(name) for name in names if component(name).kind == kind]


def _refuse_other(names: tuple[str, ...], own: str, other: str, words: str) -> None:
    """Refuse a request that insists on a transistor of the other kind."""
    if (wrong := _of_kind(names, other)) and not _of_kind(names, own):
        raise Infeasible(f"{wrong[0].id} is {words}")


BLOCKS: tuple[Block, ...] = (BipolarSwitch(), MosfetSwitch())
