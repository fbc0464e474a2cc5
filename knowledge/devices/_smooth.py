"""Pieces of subcircuits that the behavioural models share, all of them smooth.

Every expression here has continuous derivatives, for a Newton iteration that meets a corner can
bounce across it for ever. A ``tanh`` saturates without overflow, so it is preferred to ``exp``.
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


def output_stage(target: str, *, resistance: float, current: float, idle: float) -> list[str]:
    """Drives node ``out`` towards node ``target`` from the rails ``vcc`` and ``vee``.

    The output looks like ``resistance`` (ohm) for small currents and saturates at ``current`` (A):
    ``I = current * (tanh(x) + x / 200)`` with ``x = (V(target) - V(out)) / (resistance * current)``. The
    source half of it is taken from vcc and the sink half goes to vee, blended like a class AB stage
    with ``idle`` (A).
    """
    limit, blend = num(current / 2), num((2 * idle / current) ** 2)
    # A milliohm node adds no visible thermal noise.
    return [
        # The slope that is left in the limit keeps the matrix regular while an open output saturates.
        f"bt 0 t i=1000*tanh(v({target},out)/{num(resistance * current)})"
        f"+{num(5 / (resistance * current))}*v({target},out)",
        "rt t 0 1m",
        f"cout out vee {num(OUTPUT_CAPACITANCE)}",
        f"bsrc vcc out i={limit}*(v(t)+sqrt(v(t)*v(t)+{blend}))",
        f"bsnk out vee i={limit}*(sqrt(v(t)*v(t)+{blend})-v(t))",
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
