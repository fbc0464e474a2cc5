"""Model of a comparator, a subcircuit ``in_p in_n vcc vee out`` (and ``emitter`` where it has one).

The decision is a first-order lag towards ``tanh(v / 0.1 mV)``, which crosses zero ``propagation_delay``
after a step; the output is an open collector with a saturation resistance, or a push-pull stage.

Keys of ``model`` (SI): ``propagation_delay`` (s, at large overdrive), ``offset``, ``hysteresis`` (V,
full width; optional), ``bias_current``, ``input_capacitance``, ``supply_current`` (per comparator),
``input_low_headroom`` and ``input_high_headroom``, ``output_current`` (A), ``output_resistance`` (of
the low state, and of both with ``push_pull`` = 1).

Not covered: longer delay at small overdrive, output leakage, input noise, balance and strobe pins.
"""

from __future__ import annotations

import math

from voltsmith.knowledge.devices._names import model_name
from voltsmith.knowledge.devices._smooth import (
    STIR,
    common_mode_error,
    open_collector,
    output_stage,
    supply_current,
)
from voltsmith.knowledge.devices._values import spice_number as num
from voltsmith.schemas.components import Component

_SCALE = 1e-4


def comparator_card(component: Component) -> str:
    """The subcircuit of one comparator of ``component``."""
    m, name = component.model, model_name(component)
    has_emitter = any("emitter" in unit.pins for unit in component.units)
    feedback = f"+{num(_feedback(m['hysteresis']))}*v(c)" if m.get("hysteresis") else ""
    lines = [
        f".subckt {name} in_p in_n vcc vee out" + (" emitter" if has_emitter else ""),
        f"vos ip in_p {num(m['offset'])}",
        f"cin in_p in_n {num(m['input_capacitance'])}",
        f"ccp in_p vee {num(m['input_capacitance'])}",
        f"ccn in_n vee {num(m['input_capacitance'])}",
        f"ibp in_p vee {num(m['bias_current'])}",
        f"ibn in_n vee {num(m['bias_current'])}",
        f"bc 0 c i=tanh((v(ip,in_n)+{STIR}{feedback}{common_mode_error(m)})/{num(_SCALE)})",
        "rc c 0 1",
        f"cc c 0 {num(m['propagation_delay'] / math.log(2))}",
    ]
    current, resistance = m["output_current"], m["output_resistance"]
    idle = min(0.1 * m["supply_current"], 0.01 * current)
    if m.get("push_pull"):
        target = "v(vee)+0.5*(1+tanh(10*v(c)))*v(vcc,vee)"
        lines += output_stage(target, resistance=resistance, current=current, idle=idle)
    else:
        low = "emitter" if has_emitter else "vee"
        # Shifted, so that a pull-up of kilohms sees the edge where c crosses zero.
        on = "0.5*(1-tanh(10*v(c)-5))*tanh(v(vcc,vee)/0.3)"
        lines += open_collector("out", low, on, resistance=resistance, current=current)
    lines += [supply_current(m["supply_current"] - (idle if m.get("push_pull") else 0.0)), f".ends {name}"]
    return "\n".join(lines)


def _feedback(hysteresis: float) -> float:
    """Feedback (V) from the decision to the input that gives this hysteresis (V, full width).

    ``c = tanh((v + f*c) / s)`` loses one of its solutions where ``dv/dc = 0``, at ``c0 = sqrt(1 - s/f)``
    and ``v = s*atanh(c0) - f*c0``; solved for f by iteration.
    """
    feedback = hysteresis / 2 + _SCALE
    for _ in range(30):
        corner = math.sqrt(1 - _SCALE / feedback)
        feedback = (hysteresis / 2 + _SCALE * math.atanh(corner)) / corner
    return feedback
