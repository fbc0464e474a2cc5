"""Model of a comparator, a subcircuit ``in_p in_n vcc vee out`` (and ``emitter`` where it has one).

The decision is a first-order lag towards ``tanh(v / 0.5 mV)``, which crosses zero ``propagation_delay``
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
    common_mode_error,
    open_collector,
    output_stage,
    supply_current,
)
from voltsmith.knowledge.devices._values import spice_number as num
from voltsmith.schemas.components import Component

_SCALE = 5e-4


def comparator_card(component: Component) -> str:
    """The subcircuit of one comparator of ``component``."""
    m, name = component.model, model_name(component)
    has_emitter = any("emitter" in unit.pins for unit in component.units)
    hysteresis = m.get("hysteresis", 0.0)
    feedback = f"+{num(hysteresis / 2)}*v(c)" if hysteresis else ""
    lines = [
        f".subckt {name} in_p in_n vcc vee out" + (" emitter" if has_emitter else ""),
        f"vos ip in_p {num(m['offset'])}",
        f"cin in_p in_n {num(m['input_capacitance'])}",
        f"ccp in_p vee {num(m['input_capacitance'])}",
        f"ccn in_n vee {num(m['input_capacitance'])}",
        f"ibp in_p vee {num(m['bias_current'])}",
        f"ibn in_n vee {num(m['bias_current'])}",
        f"bc 0 c i=tanh((v(ip,in_n){feedback}{common_mode_error(m)})/{num(_SCALE)})",
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
        on = "0.5*(1-tanh(10*v(c)))*tanh(v(vcc,vee)/0.3)"
        lines += open_collector("out", low, on, resistance=resistance, current=current)
    lines += [supply_current(m["supply_current"] - (idle if m.get("push_pull") else 0.0)), f".ends {name}"]
    return "\n".join(lines)
