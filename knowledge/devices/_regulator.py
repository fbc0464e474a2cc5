"""Models of linear regulators (``in ref out``) and shunt references (``k a``).

A regulator is a source that follows the reference pin by ``vref``, never comes closer to the input
than the dropout, falls steeply above the current limit and cannot sink current. Its output current
and its own consumption are taken from the input.

Keys of ``model`` (SI) of ``linear_regulator`` and ``adjustable_regulator``: ``reference`` (V, output to
GND or ADJ), ``dropout_base`` (V) and ``dropout_resistance`` (ohm; dropout is the sum at a current),
``output_current`` (A, typical limit), ``output_resistance`` (load regulation), ``line_regulation``
(V/V), ``ripple_corner`` (Hz, where input ripple would pass unattenuated: the datasheet's rejection at
120 Hz extended at 20 dB/decade), ``output_inductance`` (H), ``ground_current`` (fixed: IN to GND;
adjustable: IN to OUT, the reason for the minimum load), ``adjust_current`` (A out of ADJ).
Of ``voltage_reference``: ``reference`` (V), ``minimum_current`` (A), ``dynamic_resistance`` (ohm).

Not covered: thermal shutdown, foldback with input voltage, loop stability against the output
capacitor, noise, reverse current from output to input.
"""

from __future__ import annotations

import math

from voltsmith.knowledge.devices._names import model_name
from voltsmith.knowledge.devices._values import spice_number as num
from voltsmith.schemas.components import Component


def regulator_card(component: Component) -> str:
    """The subcircuit ``in ref out`` of a linear regulator."""
    m, name = component.model, model_name(component)
    limit = m["output_current"]
    target = f"(v(ref)+v(vr)*(1+{num(m['line_regulation'] / m['reference'])}*v(in,out))+v(ripple))"
    ceiling = f"(v(in)-{num(m['dropout_base'])}-{num(m['dropout_resistance'])}*i(vsense))"
    excess = f"(i(vsense)-{num(limit)})"
    # 200 / limit ohm above the limit: 2.5 % more current for 5 V.
    slope = num(100 / limit)
    if component.kind == "adjustable_regulator":
        consumption = [
            f"biq in out i={num(m['ground_current'])}*tanh(v(in,out)/0.3)",
            f"bia in ref i={num(m['adjust_current'])}*tanh(v(in,ref)/0.3)",
        ]
    else:
        consumption = [f"biq in ref i={num(m['ground_current'])}*tanh(v(in,ref)/0.3)"]
    lines = [
        f".subckt {name} in ref out",
        f"vref vr 0 {num(m['reference'])}",
        "crip in ripple 100p",
        f"rrip ripple 0 {num(1 / (2 * math.pi * m['ripple_corner'] * 100e-12))}",
        # The smaller of target and ceiling, rounded over 20 mV, less the drop of load and limit.
        f"bx x 0 v=0.5*({target}+{ceiling}-sqrt(({target}-{ceiling})*({target}-{ceiling})+4e-4))"
        f"-{num(m['output_resistance'])}*i(vsense)"
        f"-{slope}*({excess}+sqrt({excess}*{excess}+{num((0.002 * limit) ** 2)}))"
        f"+{_one_way('vsense', limit)}",
        "vsense x z 0",
        # bx takes its current from node 0; this gives it back and takes it from the input.
        "fin in 0 vsense 1",
        f"lout z out {num(m['output_inductance'])}",
        "rlout z out 1",
        f"cout out ref {num(1e-11)}",
        *consumption,
        f".ends {name}",
    ]
    return "\n".join(lines)


def reference_card(component: Component) -> str:
    """The subcircuit ``k a`` of a shunt reference: a zener with a very sharp knee."""
    m, name = component.model, model_name(component)
    current = m["minimum_current"]
    lines = [
        f".subckt {name} k a",
        f"bmin k a i={num(0.7 * current)}*tanh(v(k,a)/{num(m['reference'] / 2)})",
        f"vref vr 0 {num(m['reference'])}",
        f"bz x a v=v(vr)+{num(m['dynamic_resistance'])}*i(vsense)-{_one_way('vsense', 0.1)}",
        "vsense k x 0",
        f"df a k {name}_f",
        f".ends {name}",
        f".model {name}_f d(is=1e-14 n=1 rs=1 cjo=5e-11)",
    ]
    return "\n".join(lines)


def _one_way(source: str, scale: float) -> str:
    """A voltage, positive while the current of ``source`` runs backwards, through 20000 / scale ohm.

    A diode would do the same with Newton steps so small that ngspice calls a point converged which is
    still on its way; this is nearly piecewise linear. ``scale`` (A) is the largest current; the corner
    lies at a ten-millionth of it, which makes 1 mV at no load.
    """
    current = f"i({source})"
    return f"{num(1e4 / scale)}*(sqrt({current}*{current}+{num((1e-7 * scale) ** 2)})-{current})"
