"""Pieces of subcircuits that the behavioural models share, all of them smooth.

Every expression here has continuous derivatives, for a Newton iteration that meets a corner can
bounce across it for ever, and none that grows like ``exp``.
"""

from __future__ import annotations

from collections.abc import Mapping

from voltsmith.knowledge.devices._values import spice_number as num

# The window for the common-mode voltage opens 0.1 V outside the datasheet range, so that the
# rounding of its edge is not felt inside.
_EDGE, _MARGIN = 0.0125, 0.1

OUTPUT_CAPACITANCE = 5e-12
"""Capacitance (F) of an output pin. Without it the output is an algebraic node, and a transient
analysis cannot step through the jump of a positive feedback loop."""


STIR = "1e-5*tanh(time/2e-6)"
"""V at the input of an amplifier or comparator once time runs: ten microvolts, as little as a good one's offset.

Without it a transient analysis starts in the operating point and stays there, even where that is a balance
on a knife's edge, as in an oscillator. At time 0, and so in every other analysis, it is nothing.
"""


def excess(current: str, limit: float, volts: float = 200.0) -> str:
    """Volts that a ``current`` (an expression) beyond +-``limit`` (A) meets: ``volts`` / limit ohm.

    Limits are written as a voltage that depends on a current, not the other way round. A saturating
    current source is flat where Newton's iteration needs a slope: it overshoots from one end of the
    characteristic to the other and ends in gmin stepping. A steep voltage has no such end. The corner
    is rounded over 0.2 % of the limit.
    """
    over, under = f"({current}-{num(limit)})", f"({current}+{num(limit)})"
    corner = num((0.002 * limit) ** 2)
    above, below = f"{over}+sqrt({over}*{over}+{corner})", f"{under}-sqrt({under}*{under}+{corner})"
    return f"{num(volts / 2 / limit)}*({above}+{below})"


def output_stage(target: str, *, resistance: float | str, current: float, idle: float) -> list[str]:
    """Drives node ``out`` towards the voltage ``target`` (an expression) from ``vcc`` and ``vee``.

    The output looks like ``resistance`` (ohm, or an expression) and is limited to ``current`` (A). The
    source half of its current is taken from vcc and the sink half goes to vee, blended like a class AB
    stage with ``idle`` (A).
    """
    ohms = resistance if isinstance(resistance, str) else num(resistance)
    blend = num((2 * idle) ** 2)
    return [
        f"bo y 0 v={target}-{ohms}*i(vo)-{excess('i(vo)', current)}",
        "vo y out 0",
        f"cout out vee {num(OUTPUT_CAPACITANCE)}",
        # bo takes its current from node 0; these give it back and take it from the rails.
        f"bsrc vcc 0 i=0.5*(sqrt(i(vo)*i(vo)+{blend})+i(vo))",
        f"bsnk 0 vee i=0.5*(sqrt(i(vo)*i(vo)+{blend})-i(vo))",
    ]


def open_collector(
    pin: str,
    low: str,
    on: str,
    *,
    resistance: float,
    current: float,
    tag: str = "o",
    capacitance: float = OUTPUT_CAPACITANCE,
) -> list[str]:
    """A transistor from ``pin`` to ``low`` that conducts where the expression ``on`` is 1, not where it is 0.

    Conducting, it looks like ``resistance`` (ohm) and sinks at most ``current`` (A); else like 100 Mohm.
    ``tag`` tells its elements from those of another one in the same subcircuit.
    """
    sense = f"i(v{tag})"
    return [
        f"b{tag} p{tag} {low} v={sense}*({num(resistance)}+1e8*(1-{on}))+{excess(sense, current)}",
        f"v{tag} {pin} p{tag} 0",
        *([f"c{tag} {pin} {low} {num(capacitance)}"] if capacitance else []),
    ]


def supply_current(amperes: float, plus: str = "vcc", minus: str = "vee") -> str:
    """Quiescent current from ``plus`` to ``minus`` that vanishes with the supply (scale 0.3 V)."""
    return f"biq {plus} {minus} i={num(amperes)}*tanh(v({plus},{minus})/0.3)"


def swing(low_headroom: float, high_headroom: float, low: str = "lo", high: str = "hi") -> list[str]:
    """Nodes ``low`` and ``high`` (V to node 0): how far the output can go for the present supply.

    With a supply shorter than the two headrooms the window closes smoothly instead of turning inside
    out, and both ends lie between the rails.
    """
    total = low_headroom + high_headroom
    # 20 mV of rounding where the window closes; 0.1 mV of it is left at 4 V.
    return [
        f"b{low} {low} 0 v=v(vee)+{num(low_headroom)}*tanh(2*v(vcc,vee)/{num(total + 0.1)})",
        f"b{high} {high} 0 v=v({low})+0.5*(v(vcc,vee)-{num(total)}"
        f"+sqrt((v(vcc,vee)-{num(total)})*(v(vcc,vee)-{num(total)})+0.0016))",
    ]


def common_mode_error(m: Mapping[str, float]) -> str:
    """Terms of an expression that pull the output away once the common mode leaves its range.

    With a slope of 2 a follower simply stops at the end of the range; with more, it turns back, as
    JFET inputs do below theirs (TI SLOS080, section on phase reversal).
    """
    low = f"(v(vee){m['input_low_headroom'] - _MARGIN:+.9g}-0.5*(v(ip)+v(in_n)))"
    high = f"(0.5*(v(ip)+v(in_n))-v(vcc){m['input_high_headroom'] - _MARGIN:+.9g})"
    slope = 10 if m.get("phase_reversal") else 2
    return (
        f"+{num(slope / 2)}*{low}*(1+tanh({low}/{num(_EDGE)}))"
        f"-{num(1.0)}*{high}*(1+tanh({high}/{num(_EDGE)}))"
    )
