"""Rules on an operating point: what each part is exposed to, beside what it stands.

Currents follow from Kirchhoff's law where resistors surround a node; where they do not, the rule is
silent. Only the operating point is looked at: peaks, ripple and ambient temperature are not covered.
"""

from __future__ import annotations

from collections.abc import Mapping

from voltsmith.knowledge.decks import Nodes
from voltsmith.schemas.circuits import Circuit
from voltsmith.schemas.reports import Finding
from voltsmith.verification.erc._context import BIPOLAR, DIODES, MOSFETS, Context, Placed, Use, value_of
from voltsmith.verification.erc._registry import STRESS_RULES, Verdicts, Violation, stress_rule

DEFAULT_POWER = 0.25
"""Rating (W) of a resistor that names none."""
_REVERSE_SLACK = 0.05
_DEPTH = 12


class OperatingPoint:
    """DC voltages (V) of the nets of a circuit, and the currents that follow from them."""

    def __init__(self, circuit: Circuit, values: Mapping[str, float]) -> None:
        self.context = Context(circuit)
        self._values = {name.lower(): value for name, value in values.items()}
        self._nodes = Nodes(circuit)

    def volt(self, net: str | None) -> float | None:
        """Voltage of ``net`` against ground, found under the name of the net, port or deck node."""
        if net is None:
            return None
        if net in self.context.grounds:
            return 0.0
        for name in (net, self._nodes.outside(net), f"v({self._nodes.outside(net)})"):
            if name in self._values:
                return self._values[name]
        return None

    def across(self, placed: Placed, plus: str, minus: str) -> float | None:
        """Voltage between two pins."""
        high, low = self.volt(placed.net(plus)), self.volt(placed.net(minus))
        return None if high is None or low is None else high - low

    def into(self, placed: Placed, pin: str) -> float | None:
        """Current (A) into a pin; None where it does not follow from voltages and resistances."""
        if placed.kind == "resistor":
            return self._resistor(placed, pin)
        here = self._kirchhoff(placed, pin, _DEPTH)
        if here is None and (other := _opposite(placed, pin)) is not None:
            # A two-terminal part carries one current, so either of its nets may give it away.
            there = self._kirchhoff(placed, other, _DEPTH)
            return None if there is None else -there
        return here

    def _kirchhoff(self, placed: Placed, pin: str, depth: int) -> float | None:
        net = placed.net(pin)
        if net is None or net in self.context.stiff or self.context.has_port(net):
            return None
        total = 0.0
        for use in self.context.on(net):
            if (use.placed.ref, use.pin) == (placed.ref, pin) or self._draws_nothing(use):
                continue
            if use.placed.kind == "resistor":
                current = self._resistor(use.placed, use.pin)
            elif (other := _opposite(use.placed, use.pin)) is not None and depth > 0:
                beyond = self._kirchhoff(use.placed, other, depth - 1)
                current = None if beyond is None else -beyond
            else:
                current = None
            if current is None:
                return None
            total += current
        return -total

    def _draws_nothing(self, use: Use) -> bool:
        # Base currents are left out: they are a hundredth of what limits are about.
        kind = use.placed.kind
        idle = kind == "capacitor" or use.type in ("input", "no_connect")
        return idle or (kind in MOSFETS and use.pin == "G") or (kind in BIPOLAR and use.pin == "B")

    def _resistor(self, placed: Placed, pin: str) -> float | None:
        value, names = value_of(placed.part), placed.entry.pin_names()
        other = names[1] if pin == names[0] else names[0]
        voltage = self.across(placed, pin, other)
        return None if not value or value < 0 or voltage is None else voltage / value


def _opposite(placed: Placed, pin: str) -> str | None:
    names = placed.entry.pin_names()
    if placed.kind not in (*DIODES, "inductor", "relay") or pin not in names[:2]:
        return None
    return names[1] if pin == names[0] else names[0]


def _excess(name: str, where: str, verb: str, value: float, limit: float, unit: str) -> Violation:
    return Violation(f"{name} {verb} {value:.3g} {unit}; its limit is {limit:g} {unit}", (where,))


def stress(circuit: Circuit, values: Mapping[str, float]) -> list[Finding]:
    """What is overloaded at an operating point.

    Args:
        circuit: the circuit.
        values: DC voltages (V) by name of net, port or deck node (``xdut.s1_sum``); nets that are not
            in it are left unjudged.
    """
    point = OperatingPoint(circuit, values)
    return [
        entry.finding(verdict)
        for entry in STRESS_RULES.values()
        for verdict in entry.judge(point)
        if isinstance(verdict, Violation)
    ]


@stress_rule(
    "RESISTOR_POWER",
    title="A resistor turns more power into heat than it is rated for",
    why="an overloaded resistor drifts, chars and finally opens",
    fix="use a resistor of a higher rating, several in series, or a higher value",
    example="100 ohm across 12 V: 1.44 W in a part for 0.25 W",
)
def resistor_power(point: OperatingPoint) -> Verdicts:
    """V^2 / R stays below the rating of the part, else of its component, else 0.25 W."""
    for placed in point.context.of("resistor"):
        value, ends = value_of(placed.part), placed.ends()
        volts = [point.volt(net) for net in ends or ()]
        if not value or value < 0 or len(volts) != 2 or volts[0] is None or volts[1] is None:
            continue
        default = placed.entry.limits.get("power_max", DEFAULT_POWER)
        rating = placed.part.parameters.get("power_rating", default)
        power = (volts[0] - volts[1]) ** 2 / value
        if power > rating:
            name = f"{placed.ref} ({placed.part.value})"
            yield _excess(name, placed.ref, "dissipates", power, rating, "W")


@stress_rule(
    "CAPACITOR_VOLTAGE",
    title="A capacitor has more voltage across it than it is rated for",
    why="above its rating the dielectric breaks down, at once or within months",
    fix="use a capacitor with a higher rating; half as much again as the working voltage is usual",
    example="a 16 V electrolytic capacitor across a 24 V rail",
)
def capacitor_voltage(point: OperatingPoint) -> Verdicts:
    """The DC voltage stays below the rating of the part, else of its component."""
    for placed in point.context.of("capacitor"):
        first, second = placed.entry.pin_names()[:2]
        rating = placed.part.parameters.get("voltage_rating", placed.entry.limits.get("voltage_max"))
        voltage = point.across(placed, first, second)
        if rating is not None and voltage is not None and abs(voltage) > rating:
            yield _excess(placed.describe(), placed.ref, "stands at", abs(voltage), rating, "V")


@stress_rule(
    "CAPACITOR_REVERSED",
    title="A polarised capacitor is reverse biased",
    why="an electrolytic capacitor under reverse voltage heats, leaks and can burst",
    fix="exchange its pins, or use a film or bipolar capacitor where the sign can change",
    example="an output coupling capacitor with its + pin on the side of the grounded load",
)
def capacitor_reversed(point: OperatingPoint) -> Verdicts:
    """The voltage from + to - is not negative."""
    for placed in point.context.of("capacitor"):
        if "polarized" not in placed.entry.features:
            continue
        voltage = point.across(placed, *placed.entry.pin_names()[:2])
        allowed = placed.entry.limits.get("reverse_voltage_max", 0.0) + _REVERSE_SLACK
        if voltage is not None and voltage < -allowed:
            yield Violation(f"{placed.describe()} has {-voltage:.3g} V of reverse voltage", (placed.ref,))


@stress_rule(
    "DIODE_CURRENT",
    title="A diode or LED carries more current than it stands",
    why="the junction overheats; an LED dims for good or fails",
    fix="raise the series resistance, or use a part for the current",
    example="a red LED on 12 V through 220 ohm: 45 mA through a part for 30 mA",
)
def diode_current(point: OperatingPoint) -> Verdicts:
    """The forward current stays below the limit, and a zener's power below its own."""
    for placed in point.context.of(*DIODES):
        limits = placed.entry.limits
        current = point.into(placed, "A")
        if current is None:
            continue
        # A shunt reference works in reverse; of a zener the reverse current is limited by its power.
        limit = limits.get("forward_current_max", limits.get("current_max"))
        through = -current if placed.kind == "voltage_reference" else current
        if limit is not None and through > limit:
            yield _excess(placed.describe(), placed.ref, "carries", through, limit, "A")
        voltage, power = point.across(placed, "A", "K"), limits.get("power_max")
        if power is not None and voltage is not None and current * voltage > power:
            yield _excess(placed.describe(), placed.ref, "dissipates", current * voltage, power, "W")


@stress_rule(
    "DIODE_REVERSE_VOLTAGE",
    title="A diode blocks more voltage than it stands",
    why="beyond its reverse voltage a diode breaks down and is destroyed unless the current is limited",
    fix="use a diode for a higher voltage; for an LED put an ordinary diode in antiparallel",
    example="an LED across a 12 V relay coil as its flyback diode: LEDs stand 5 V",
)
def diode_reverse_voltage(point: OperatingPoint) -> Verdicts:
    """The reverse voltage stays below the limit."""
    for placed in point.context.of("diode", "led"):
        limit = placed.entry.limits.get("reverse_voltage_max")
        voltage = point.across(placed, "K", "A")
        if limit is not None and voltage is not None and voltage > limit:
            yield _excess(placed.describe(), placed.ref, "blocks", voltage, limit, "V")


@stress_rule(
    "TRANSISTOR_VOLTAGE",
    title="A transistor has more voltage across it than it stands",
    why="junctions break down, and the gate oxide of a MOSFET is punctured for good",
    fix="use a transistor for a higher voltage, or limit the gate voltage with a zener",
    example="a 2N3904 (40 V) switching a 48 V load; a gate driven to 24 V",
)
def transistor_voltage(point: OperatingPoint) -> Verdicts:
    """Collector-emitter, drain-source and gate-source voltages stay below their limits."""
    for placed in point.context.of(*BIPOLAR, *MOSFETS):
        bipolar = placed.kind in BIPOLAR
        pairs = [("C", "E", "collector_emitter_max")] if bipolar else []
        pairs += [] if bipolar else [("D", "S", "drain_source_max"), ("G", "S", "gate_source_max")]
        for plus, minus, name in pairs:
            limit, voltage = placed.entry.limits.get(name), point.across(placed, plus, minus)
            if limit is not None and voltage is not None and abs(voltage) > limit:
                name = f"{plus}-{minus} of {placed.describe()}"
                yield _excess(name, f"{placed.ref}.{plus}", "stands at", abs(voltage), limit, "V")


@stress_rule(
    "TRANSISTOR_CURRENT",
    title="A transistor carries more current than it stands",
    why="above its limit the gain collapses, the voltage drop rises and bond wires melt",
    fix="use a transistor for the current, or raise the resistance in its path",
    example="a 2N3904 (200 mA) switching 12 V into 33 ohm",
)
def transistor_current(point: OperatingPoint) -> Verdicts:
    """Collector or drain current stays below its limit."""
    for placed in point.context.of(*BIPOLAR, *MOSFETS):
        pin, name = ("C", "collector_current_max") if placed.kind in BIPOLAR else ("D", "drain_current_max")
        limit, current = placed.entry.limits.get(name), point.into(placed, pin)
        if limit is not None and current is not None and abs(current) > limit:
            yield _excess(placed.describe(), f"{placed.ref}.{pin}", "carries", abs(current), limit, "A")


@stress_rule(
    "TRANSISTOR_POWER",
    title="A transistor turns more power into heat than it stands",
    why="the junction overheats and the transistor is destroyed",
    fix="use a transistor in a larger package with a heat sink, or lower voltage or current",
    example="a 2N3904 (0.625 W) dropping 10 V at 100 mA",
)
def transistor_power(point: OperatingPoint) -> Verdicts:
    """Voltage times current stays below the limit."""
    for placed in point.context.of(*BIPOLAR, *MOSFETS):
        pin, foot = ("C", "E") if placed.kind in BIPOLAR else ("D", "S")
        limit, current = placed.entry.limits.get("power_max"), point.into(placed, pin)
        voltage = point.across(placed, pin, foot)
        if limit is None or current is None or voltage is None:
            continue
        power = abs(current * voltage)
        if power > limit:
            yield _excess(placed.describe(), placed.ref, "dissipates", power, limit, "W")
