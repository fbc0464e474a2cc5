"""Model of a 555 timer: divider, two comparators, latch, output and discharge transistor.

The subcircuit's pins are ``gnd trig out reset cont thres disch vcc``. The latch is a bistable
``q = tanh(2.5 q + ...)`` with a time constant: the trigger outweighs the threshold and the reset
outweighs both, as in the datasheet's function table (TI SLFS022, table 8-1).

Keys of ``model`` (SI): ``divider_resistance`` (each of three), ``supply_current`` (at 5 V; it grows
with the supply as a resistor would), ``output_current``, ``output_high_drop`` (V below vcc without
load), ``output_high_resistance``, ``output_low_resistance``, ``discharge_resistance``,
``discharge_current``, ``threshold_current``, ``trigger_current``, ``reset_threshold``,
``reset_resistance`` (pulls an open RESET up), ``latch_delay`` (s).

No capacitance loads the output and discharge pins: a few picofarads there make a transient analysis
ring by half a volt. Not covered: the current spike while the output switches, pin leakage.
"""

from __future__ import annotations

from voltsmith.knowledge.devices._names import model_name
from voltsmith.knowledge.devices._smooth import excess, open_collector
from voltsmith.knowledge.devices._values import spice_number as num
from voltsmith.schemas.components import Component

PINS = ("gnd", "trig", "out", "reset", "cont", "thres", "disch", "vcc")
"""Terminals of the subcircuit, which are the roles in a timer's unit."""

_POWER_UP = "40*exp(-time/5e-8)"
"""Holds the latch reset at time 0, as at power-up: outweighs every input, and is gone after 0.5 us.

Without it the operating point of an astable circuit is the balance of its comparators, where a transient
analysis that starts from it hovers instead of oscillating.
"""


def timer_card(component: Component) -> str:
    """The subcircuit of a 555 timer."""
    m, name = component.model, model_name(component)
    divider = m["divider_resistance"]
    quiescent = m["supply_current"] - 5 / (3 * divider)
    current = m["output_current"]
    on, off = "0.5*(1+tanh(12*v(d)))", "0.5*(1-tanh(12*v(d)))"
    resistance = f"({num(m['output_high_resistance'])}*{on}+{num(m['output_low_resistance'])}*{off})"
    # A drop of the high level that vanishes with the supply instead of turning negative.
    high = f"{on}*(v(vcc,gnd)-{num(m['output_high_drop'])}*tanh(v(vcc,gnd)/2))"
    lines = [
        f".subckt {name} {' '.join(PINS)}",
        f"ra vcc cont {num(divider)}",
        f"rb cont mid {num(divider)}",
        f"rc mid gnd {num(divider)}",
        f"rq vcc gnd {num(5 / quiescent)}",
        f"rr reset vcc {num(m['reset_resistance'])}",
        f"ith thres gnd {num(m['threshold_current'])}",
        f"itr gnd trig {num(m['trigger_current'])}",
        "cth thres gnd 2p",
        "ctr trig gnd 2p",
        "bq 0 q i=tanh(2.5*v(q)-0.3+6*(1+tanh((v(mid)-v(trig))/0.002))"
        "-3*(1+tanh((v(thres)-v(cont))/0.002))"
        f"-15*(1-tanh((v(reset,gnd)-{num(m['reset_threshold'])})/0.02))-{_POWER_UP})",
        "rq1 q 0 1",
        f"cq q 0 {num(m['latch_delay'])}",
        # What the latch drives follows once it has gone past the point of no return. Without this, the
        # capacitor's own reaction could hold the latch half-way for ever.
        "bd 0 d i=tanh(2.5*v(d)+3*(v(q)-0.2))",
        "rd d 0 1",
        f"cd d 0 {num(0.2 * m['latch_delay'])}",
        f"bo y 0 v=v(gnd)+{high}-{resistance}*i(vo)-{excess('i(vo)', current)}",
        "vo y out 0",
        "bsrc vcc 0 i=0.5*(sqrt(i(vo)*i(vo)+1e-12)+i(vo))",
        "bsnk 0 gnd i=0.5*(sqrt(i(vo)*i(vo)+1e-12)-i(vo))",
        *open_collector(
            "disch",
            "gnd",
            f"{off}*tanh(v(vcc,gnd)/0.3)",
            resistance=m["discharge_resistance"],
            current=m["discharge_current"],
            tag="x",
            capacitance=0.0,
        ),
        f".ends {name}",
    ]
    return "\n".join(lines)
