"""Model of a voltage-feedback op-amp, written as a subcircuit ``in_p in_n vcc vee out``.

Three stages, after Boyle et al., "Macromodeling of integrated circuit operational amplifiers",
IEEE JSSC 9 (1974), with saturating sources in the place of its transistors:

1. input: ``I = gm * v``, but no more than ``SR*C``, into C, so that ``GBW = gm/(2*pi*C)`` and the slope
   does not exceed SR. ``v`` is the differential voltage with offset and noise, plus an error that grows once
   the common-mode voltage leaves its range.
2. the integrator node is clamped to the output swing, so it never winds up; one more
   pole follows, which gives the phase margin.
3. output: resistance, current limit, and the load current is taken from the rails.

Keys of ``model`` (SI): ``gbw``, ``slew_rate``, ``open_loop_gain`` (ratio), ``second_pole`` (Hz),
``offset`` (V, typical; an output of ``gain * offset`` for no input), ``bias_current`` (A, positive
into the pins), ``input_capacitance``, ``input_resistance``, ``noise_voltage`` (V/sqrt(Hz)),
``output_resistance``, ``output_current``, ``supply_current`` (per amplifier), the four headrooms (V)
and optionally ``phase_reversal`` (1: below its input range the output swings the wrong way).

Not covered: 1/f and current noise, CMRR and PSRR at low levels, asymmetric slewing, protection
diodes at the inputs, self-heating.
"""

from __future__ import annotations

import math

from voltsmith.knowledge.devices._names import model_name
from voltsmith.knowledge.devices._smooth import (
    STIR,
    common_mode_error,
    excess,
    output_stage,
    supply_current,
    swing,
)
from voltsmith.knowledge.devices._values import spice_number as num
from voltsmith.schemas.components import Component

BOLTZMANN_4KT = 4 * 1.380649e-23 * 300.15
"""4kT (J) at ngspice's nominal 27 degrees Celsius."""


def compensation(component: Component) -> float:
    """Capacitance (F) of the element ``cc``, inversely proportional to gain-bandwidth and slew rate.

    Any value does, since gm goes with it, but for rounding errors: those of a large capacitance at a
    short time step, or of amperes in a fast amplifier, exceed ngspice's ``abstol`` and the analysis
    never ends. 2 nF and 1 mA are the upper ends.
    """
    return min(2e-9, 1e-3 / component.model["slew_rate"])


def opamp_card(component: Component) -> str:
    """The subcircuit of one amplifier of ``component``."""
    m, name = component.model, model_name(component)
    gm = 2 * math.pi * m["gbw"] * compensation(component)
    # The idle current of the output stage is part of the quiescent current.
    idle = min(0.1 * m["supply_current"], 0.01 * m["output_current"])
    slew_current = m["slew_rate"] * compensation(component)
    # The resistance (40 mV at most) keeps rounding errors out of the current.
    slew = f"({num(0.04 / slew_current)}*i(vslew)+{excess('i(vslew)', slew_current, 1000.0)})"
    lines = [
        f".subckt {name} in_p in_n vcc vee out",
        f"vos ip in_p {num(m['offset'])}",
        f"rin in_p in_n {num(m['input_resistance'])}",
        f"cin in_p in_n {num(m['input_capacitance'])}",
        f"ccp in_p vee {num(m['input_capacitance'])}",
        f"ccn in_n vee {num(m['input_capacitance'])}",
        f"ibp in_p vee {num(m['bias_current'])}",
        f"ibn in_n vee {num(m['bias_current'])}",
        f"rnoise nz 0 {num(m['noise_voltage'] ** 2 / BOLTZMANN_4KT)}",
        f"bgm 0 g i={num(gm)}*(v(ip,in_n)+v(nz)+{STIR}{common_mode_error(m)})",
        f"rp g 0 {num(m['open_loop_gain'] / gm)}",
        *swing(m["output_low_headroom"], m["output_high_headroom"]),
        _clamp(gm, slew),
        f"bslew g s v={slew}",
        "vslew s c 0",
        f"cc c 0 {num(compensation(component))}",
        "gh 0 h c 0 0.01",
        "rh h 0 100",
        f"ch h 0 {num(1 / (2 * math.pi * m['second_pole'] * 100))}",
        *output_stage("v(h)", resistance=m["output_resistance"], current=m["output_current"], idle=idle),
        supply_current(m["supply_current"] - idle),
        f".ends {name}",
    ]
    return "\n".join(lines)


def _clamp(gm: float, slew: str) -> str:
    """A source that holds ``g`` between ``lo`` and ``hi``, to 1 mV a volt of overdrive at the input.

    It is nearly piecewise linear, on purpose. A diode steep enough to leave the gain alone near the
    rail makes Newton steps smaller than ngspice's tolerance (0.1 % of 15 V), which then calls a point
    converged that is still on its way. The corner of 0.1 mV costs microvolts of input error.
    """
    high, low = f"(v(c)+{slew}-v(hi))", f"(v(c)+{slew}-v(lo))"
    return f"bclamp g 0 i={num(500 * gm)}*({high}+sqrt({high}*{high}+1e-8)+{low}-sqrt({low}*{low}+1e-8))"
