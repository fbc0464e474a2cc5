"""Component values of Sallen-Key and multiple-feedback sections, searched as sets.

Capacitors come from E12 and fix the choice; resistors are solved for, put on E96, and the set whose
natural frequency, Q and gain come nearest wins, with a preference for handy impedances.

Equations: Texas Instruments SLOD006 (Op Amps for Everyone), chapter 16, with the sections' general
forms as in SLOA024 (Sallen-Key) and SLOA049 (multiple feedback).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from voltsmith.knowledge.preferred import Pair, nearest, product_pair, values
from voltsmith.schemas.errors import Infeasible

TAU = 2 * math.pi
R_LIMITS = (150.0, 4.7e6)
C_LIMITS = (22e-12, 4.7e-6)


@dataclass(frozen=True)
class Target:
    """What a section shall do. ``frequency`` Hz, ``gain`` its magnitude at the pass band (V/V).

    ``resistor`` (ohm) is the impedance to aim at, ``capacitor`` (F) one that the user insists on, and
    ``source`` (ohm) a resistance in front that counts as part of the first resistor. ``weight`` is how much
    being right counts against handy values; more where errors of several sections add up.
    """

    frequency: float
    q: float
    gain: float
    resistor: float = 10e3
    capacitor: float | None = None
    source: float = 0.0
    weight: float = 150.0


@dataclass(frozen=True)
class Parts:
    """Resistors (ohm) and capacitors (F) of a section by name, with what they make."""

    resistors: dict[str, float]
    capacitors: dict[str, float]
    frequency: float
    q: float
    gain: float
    cost: float = field(default=0.0, compare=False)


Analyse = Callable[[dict[str, float], dict[str, float]], tuple[float, float, float]]


def _neighbours(value: float) -> tuple[float, ...]:
    near = values("E96", value / 1.03, value * 1.03)
    below = [entry for entry in near if entry <= value]
    above = [entry for entry in near if entry > value]
    return (*below[-1:], *above[:1])


def _combinations(wanted: dict[str, float]) -> Iterator[dict[str, float]]:
    names = list(wanted)
    pools = [_neighbours(wanted[name]) for name in names]

    def expand(index: int, chosen: dict[str, float]) -> Iterator[dict[str, float]]:
        if index == len(names):
            yield dict(chosen)
            return
        for value in pools[index]:
            chosen[names[index]] = value
            yield from expand(index + 1, chosen)

    yield from expand(0, {})


def _cost(target: Target, made: tuple[float, float, float]) -> float:
    frequency, q, gain = made
    error = (
        abs(frequency / target.frequency - 1)
        + 0.5 * abs(q / target.q - 1)
        + 0.5 * abs(gain / target.gain - 1)
    )
    return target.weight * error


def _comfort(target: Target, resistors: dict[str, float], capacitors: dict[str, float]) -> float:
    """Less for impedances near the target, for values that are not far apart, for common capacitors."""
    logs = [math.log(value / target.resistor) for value in resistors.values()]
    spread = max(logs) - min(logs)
    mean = sum(logs) / len(logs)
    rare = sum(1 for value in capacitors.values() if value not in _e6())
    large = sum(math.log(value / 220e-9) for value in capacitors.values() if value > 220e-9)
    apart = math.log(max(capacitors.values()) / min(capacitors.values()))
    # Input and wiring capacitance, a few picofarads, must not matter.
    least = min(330e-12, 0.5 / (TAU * target.frequency * target.resistor))
    small = sum(math.log(least / value) for value in capacitors.values() if value < least)
    return 0.5 * abs(mean) + 0.12 * spread + 0.2 * apart + 0.12 * rare + 0.5 * large + 0.5 * small


def _e6() -> frozenset[float]:
    return frozenset(values("E6", *C_LIMITS))


def _search(
    target: Target,
    capacitors: Iterable[dict[str, float]],
    solve: Callable[[Target, dict[str, float]], Iterable[dict[str, float]]],
    analyse: Analyse,
    what: str,
) -> Parts:
    drafts: list[tuple[float, dict[str, float], dict[str, float]]] = []
    for chosen in capacitors:
        drafts += [
            (_comfort(target, wanted, chosen), wanted, chosen)
            for wanted in solve(target, chosen)
            if all(R_LIMITS[0] <= value <= R_LIMITS[1] for value in wanted.values())
        ]
    drafts.sort(key=lambda draft: draft[0])
    best: Parts | None = None
    for comfort, wanted, chosen in drafts:
        if best is not None and comfort >= best.cost:
            break
        for resistors in _combinations(wanted):
            made = analyse(_with_source(resistors, target.source), chosen)
            cost = comfort + _cost(target, made)
            if best is None or cost < best.cost:
                best = Parts(resistors, chosen, *made, cost=cost)
    if best is None:
        raise Infeasible(
            f"a {what} section at {target.frequency:.4g} Hz with Q {target.q:.3g} and gain "
            f"{target.gain:.3g} needs resistors or capacitors that are not made"
        )
    return best


def _with_source(resistors: dict[str, float], source: float) -> dict[str, float]:
    return {**resistors, "r1": resistors["r1"] + source} if source else resistors


def _caps(target: Target, spread: float) -> Iterator[tuple[float, float]]:
    """Pairs of capacitors around the target impedance whose ratio is at most ``spread``."""
    middle = 1 / (TAU * target.frequency * target.resistor)
    low = max(C_LIMITS[0], min(middle / 100, C_LIMITS[1] / 100))
    high = min(C_LIMITS[1], max(middle * 30, C_LIMITS[0] * 30))
    pool = values("E12", low, high)
    fixed = () if target.capacitor is None else (target.capacitor,)
    for second in fixed or pool:
        for first in values("E12", max(second / spread, C_LIMITS[0]), min(second * spread, C_LIMITS[1])):
            yield first, second
    for first in fixed:
        yield first, first


def _roots(a: float, b: float, c: float) -> tuple[float, ...]:
    """Positive roots of a x^2 + b x + c."""
    if abs(a) < 1e-30 * max(abs(b), 1e-300):
        return (-c / b,) if b and -c / b > 0 else ()
    inside = b * b - 4 * a * c
    if inside < 0:
        return ()
    root = math.sqrt(inside)
    return tuple(x for x in ((-b + root) / (2 * a), (-b - root) / (2 * a)) if x > 0)


# --- Sallen-Key ------------------------------------------------------------------------------------


def sallen_key_low_pass(target: Target) -> Parts:
    """r1 in series, r2 to the amplifier; c1 from its output to their junction, c2 to ground.

    w0^2 = 1/(r1 r2 c1 c2), w0/Q = (r1 c2 + r2 c2 + r1 c1 (1 - K)) w0^2; K is exactly ``target.gain``.
    """
    gain = target.gain

    def solve(target: Target, caps: dict[str, float]) -> Iterator[dict[str, float]]:
        c1, c2 = caps["c1"], caps["c2"]
        w0 = TAU * target.frequency
        product = 1 / (w0 * w0 * c1 * c2)
        for r1 in _roots(c2 + c1 * (1 - gain), -1 / (w0 * target.q), c2 * product):
            if r1 > 1.5 * target.source:
                yield {"r1": r1 - target.source, "r2": product / r1}

    def analyse(r: dict[str, float], c: dict[str, float]) -> tuple[float, float, float]:
        w0 = 1 / math.sqrt(r["r1"] * r["r2"] * c["c1"] * c["c2"])
        damping = r["r1"] * c["c2"] + r["r2"] * c["c2"] + r["r1"] * c["c1"] * (1 - gain)
        return w0 / TAU, 1 / (w0 * damping) if damping > 0 else math.inf, gain

    # At unity gain c1/c2 must be at least 4 Q^2.
    spread = max(12.0, 12 * target.q**2)
    sets = ({"c1": c1, "c2": c2} for c1, c2 in _caps(target, spread))
    return _search(target, sets, solve, analyse, "Sallen-Key low-pass")


def sallen_key_high_pass(target: Target) -> Parts:
    """c1 in series, c2 to the amplifier; r1 from its output to their junction, r2 to ground; c1 = c2.

    w0^2 = 1/(r1 r2 c1 c2), w0/Q = (1/c1 + 1/c2)/r2 + (1 - K)/(r1 c1).
    """
    gain = target.gain

    def solve(target: Target, caps: dict[str, float]) -> Iterator[dict[str, float]]:
        c = caps["c1"]
        w0 = TAU * target.frequency
        for y in _roots(2.0, -w0 * c / target.q, (1 - gain) * (w0 * c) ** 2):
            yield {"r1": y / (w0 * c) ** 2, "r2": 1 / y}

    def analyse(r: dict[str, float], c: dict[str, float]) -> tuple[float, float, float]:
        w0 = 1 / math.sqrt(r["r1"] * r["r2"] * c["c1"] * c["c2"])
        damping = (1 / c["c1"] + 1 / c["c2"]) / r["r2"] + (1 - gain) / (r["r1"] * c["c1"])
        return w0 / TAU, w0 / damping if damping > 0 else math.inf, gain

    return _search(replace(target, source=0.0), _equal_caps(target), solve, analyse, "Sallen-Key high-pass")


def _equal_caps(target: Target) -> Iterator[dict[str, float]]:
    pool = values("E12", *C_LIMITS) if target.capacitor is None else (target.capacitor,)
    for value in pool:
        yield {"c1": value, "c2": value}


def sallen_key_band_pass(target: Target, amplifier: float, *, divided: bool) -> Parts:
    """r1 in, r3 from the output to the junction, r2 at the amplifier; c1 to ground, c2 = c1 to the amplifier.

    ``divided``: r4 from the junction to ground takes part of the input, for less gain than the section has of
    itself. With K = ``amplifier`` and g = 1/r1 + 1/r3 + 1/r4: w0^2 = g/(r2 c1 c2),
    w0/Q = (g + (c1 + c2)/(c2 r2) - K/r3)/c1, gain at f0 = K/r1 over the same bracket. With equal values these
    are f0 = 1/(2 pi R C), Q = 1/(3 - K), gain = K/(3 - K).
    """

    def solve(target: Target, caps: dict[str, float]) -> Iterator[dict[str, float]]:
        y = TAU * target.frequency * caps["c1"]
        into = target.gain * y / target.q / amplifier
        for r2 in (2 / y,) if divided else (2 * factor / y for factor in (0.8, 0.9, 1.0, 1.1, 1.25)):
            whole = y * y * r2
            back = (whole + 2 / r2 - y / target.q) / amplifier
            rest = whole - back - into
            if back <= 0 or whole <= back or (divided and rest <= 0):
                continue
            r1 = 1 / into if divided else 1 / (whole - back)
            if r1 > 1.5 * target.source:
                found = {"r1": r1 - target.source, "r2": r2, "r3": 1 / back}
                yield {**found, "r4": 1 / rest} if divided else found

    def analyse(r: dict[str, float], c: dict[str, float]) -> tuple[float, float, float]:
        whole = sum(1 / r[name] for name in r if name != "r2")
        bracket = whole + (1 + c["c1"] / c["c2"]) / r["r2"] - amplifier / r["r3"]
        w0 = math.sqrt(whole / (r["r2"] * c["c1"] * c["c2"]))
        if bracket <= 0:
            return w0 / TAU, math.inf, math.inf
        return w0 / TAU, w0 * c["c1"] / bracket, amplifier / r["r1"] / bracket

    return _search(target, _equal_caps(target), solve, analyse, "Sallen-Key band-pass")


# --- multiple feedback -----------------------------------------------------------------------------


def multiple_feedback_low_pass(target: Target) -> Parts:
    """r1 in, r2 feedback, r3 to the inverting input; c1 to ground, c2 feedback.

    gain = -r2/r1, w0^2 = 1/(r2 r3 c1 c2), w0/Q = (1/r1 + 1/r2 + 1/r3)/c1.
    """

    def solve(target: Target, caps: dict[str, float]) -> Iterator[dict[str, float]]:
        c1, c2 = caps["c1"], caps["c2"]
        w0 = TAU * target.frequency
        product = w0 * w0 * c1 * c2
        for x in _roots(1 + target.gain, -w0 * c1 / target.q, product):
            if 1 / x / target.gain > 1.5 * target.source:
                yield {"r1": 1 / x / target.gain - target.source, "r2": 1 / x, "r3": x / product}

    def analyse(r: dict[str, float], c: dict[str, float]) -> tuple[float, float, float]:
        w0 = 1 / math.sqrt(r["r2"] * r["r3"] * c["c1"] * c["c2"])
        damping = (1 / r["r1"] + 1 / r["r2"] + 1 / r["r3"]) / c["c1"]
        return w0 / TAU, w0 / damping, r["r2"] / r["r1"]

    # c1/c2 must be at least 4 Q^2 (1 + gain).
    spread = 20 * max(target.q**2, 0.5) * (1 + target.gain)
    sets = ({"c1": c1, "c2": c2} for c2, c1 in _caps(target, spread) if c1 > c2)
    return _search(target, sets, solve, analyse, "multiple-feedback low-pass")


def multiple_feedback_high_pass(target: Target) -> Parts:
    """c1 in, c2 feedback, c3 = c1 to the inverting input; r1 to ground, r2 feedback.

    gain = -c1/c2, w0^2 = 1/(r1 r2 c2 c3), w0/Q = (c1 + c2 + c3)/(r2 c2 c3).
    """

    def solve(target: Target, caps: dict[str, float]) -> Iterator[dict[str, float]]:
        c1, c2, c3 = caps["c1"], caps["c2"], caps["c3"]
        w0 = TAU * target.frequency
        r2 = target.q * (c1 + c2 + c3) / (w0 * c2 * c3)
        yield {"r1": 1 / (w0 * w0 * r2 * c2 * c3), "r2": r2}

    def analyse(r: dict[str, float], c: dict[str, float]) -> tuple[float, float, float]:
        w0 = 1 / math.sqrt(r["r1"] * r["r2"] * c["c2"] * c["c3"])
        return w0 / TAU, w0 * r["r2"] * c["c2"] * c["c3"] / sum(c.values()), c["c1"] / c["c2"]

    def sets() -> Iterator[dict[str, float]]:
        pool = values("E12", *C_LIMITS) if target.capacitor is None else (target.capacitor,)
        for c1 in pool:
            wanted = c1 / target.gain
            for c2 in values("E12", max(wanted / 1.06, C_LIMITS[0]), min(wanted * 1.06, C_LIMITS[1])):
                yield {"c1": c1, "c2": c2, "c3": c1}

    return _search(replace(target, source=0.0), sets(), solve, analyse, "multiple-feedback high-pass")


def multiple_feedback_band_pass(target: Target) -> Parts:
    """r1 in, r3 to ground, r2 feedback; c1 feedback to the junction, c2 = c1 to the inverting input.

    f0 = sqrt(1/r1 + 1/r3)/(2 pi c sqrt(r2)), Q = pi f0 r2 c, gain at f0 = -r2/(2 r1); gain < 2 Q^2.
    """
    if target.gain > 1.8 * target.q**2:
        raise Infeasible(
            f"a multiple-feedback band-pass with Q {target.q:.3g} has a gain of at most "
            f"{1.8 * target.q**2:.3g}, and {target.gain:.3g} is needed"
        )

    def solve(target: Target, caps: dict[str, float]) -> Iterator[dict[str, float]]:
        c = caps["c1"]
        r2 = target.q / (math.pi * target.frequency * c)
        r1 = r2 / (2 * target.gain)
        rest = (TAU * target.frequency * c) ** 2 * r2 - 1 / r1
        if rest > 0 and r1 > 1.5 * target.source:
            yield {"r1": r1 - target.source, "r2": r2, "r3": 1 / rest}

    def analyse(r: dict[str, float], c: dict[str, float]) -> tuple[float, float, float]:
        f0 = math.sqrt((1 / r["r1"] + 1 / r["r3"]) / r["r2"]) / (TAU * c["c1"])
        return f0, math.pi * f0 * r["r2"] * c["c1"], r["r2"] / (2 * r["r1"])

    return _search(target, _equal_caps(target), solve, analyse, "multiple-feedback band-pass")


def first_order(frequency: float, resistor: float, capacitor: float | None = None) -> Pair:
    """Resistor and capacitor of a first-order corner at ``frequency`` (Hz), near ``resistor`` (ohm)."""
    product = 1 / (TAU * frequency)
    if capacitor is not None:
        value = nearest(product / capacitor, "E96")
        return Pair(value, capacitor, abs(value * capacitor / product - 1))
    low = max(min(resistor, 1e6) / 30, R_LIMITS[0])
    try:
        return product_pair(product, (low, R_LIMITS[1]), C_LIMITS, target_resistor=resistor)
    except ValueError:
        raise Infeasible(f"a pole at {frequency:.4g} Hz needs values that are not made") from None
