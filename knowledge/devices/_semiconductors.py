"""Models of diodes, zeners, LEDs, transistors: datasheet figures turned into SPICE parameters.

Keys of ``model`` (SI), by kind:

- ``diode``, ``led``: ``forward_voltage`` at ``forward_current`` and ``low_voltage`` at ``low_current``
  fix IS and N together with ``series_resistance``; ``junction_capacitance`` (at 0 V), ``breakdown``,
  ``recovery_time`` (TT), ``bandgap`` (eV), ``temperature_exponent``.
- ``zener``: ``zener_voltage`` at ``zener_current`` with ``zener_resistance``; ``junction_capacitance``.
- ``npn``, ``pnp``: ``current_gain`` (largest), ``base_emitter_voltage`` at ``base_emitter_current``,
  ``early_voltage``, ``knee_current`` (where the gain has halved), ``transition_frequency``,
  ``base_collector_capacitance`` and ``base_emitter_capacitance`` (at 0 V), ``base_resistance``,
  ``collector_resistance``, ``emitter_resistance``, ``reverse_gain``, ``leakage_current`` (ISE, which
  lowers the gain at small currents). ``darlington`` = 1 makes two of them with the resistors
  ``first_resistance`` and ``second_resistance`` from base to emitter and a diode across them.
- ``nmos``, ``pmos``: ``threshold`` (positive for both), ``transconductance`` (KP, A/V^2),
  ``drain_resistance``, ``source_resistance``, ``gate_resistance``, ``lambda``, ``triode`` (MTRIODE),
  ``gate_source_capacitance``, ``gate_drain_capacitance_max`` and ``_min``, ``output_capacitance``,
  ``body_diode_voltage`` at ``body_diode_current``, ``breakdown``.

Not covered: temperature dependence beyond SPICE's own, transit time at high current, avalanche
energy, self-heating.
"""

from __future__ import annotations

import math

from voltsmith.knowledge.devices._names import model_name
from voltsmith.knowledge.devices._values import spice_number as num
from voltsmith.schemas.components import Component

THERMAL_VOLTAGE = 0.0258650
"""kT/q (V) at ngspice's nominal 27 degrees Celsius."""


def diode_card(component: Component) -> str:
    """A ``.model`` of type D through two points of the forward curve."""
    m = component.model
    saturation, emission = junction(m)
    parameters = {
        "is": saturation,
        "n": emission,
        "rs": m["series_resistance"],
        "cjo": m.get("junction_capacitance", 1e-12),
        "m": 0.4,
        "vj": 0.7,
        "tt": m.get("recovery_time", 0.0),
        "eg": m.get("bandgap", 1.11),
        "xti": m.get("temperature_exponent", 3.0),
    }
    if "breakdown" in m:
        parameters |= {"bv": m["breakdown"], "ibv": 1e-5}
    return _model(model_name(component), "d", parameters)


def junction(m: dict[str, float]) -> tuple[float, float]:
    """Saturation current (A) and emission coefficient of ``V = N*Vt*ln(I/IS) + RS*I`` through two points."""
    high, low = m["forward_current"], m["low_current"]
    v_high = m["forward_voltage"] - high * m["series_resistance"]
    v_low = m["low_voltage"] - low * m["series_resistance"]
    slope = (v_high - v_low) / math.log(high / low)
    return high * math.exp(-v_high / slope), slope / THERMAL_VOLTAGE


def zener_card(component: Component) -> str:
    """A subcircuit ``a k``: forward diode, and the breakdown as source, resistance and soft knee.

    The source ``vz`` sets the breakdown voltage, so a Monte Carlo run can alter it. The knee is an
    exponential whose slope makes up half of the dynamic resistance at the test current: zeners below
    5 V are that soft, and above it the share does not matter.
    """
    m, name = component.model, model_name(component)
    voltage, current, resistance = m["zener_voltage"], m["zener_current"], m["zener_resistance"]
    slope = max(0.5 * resistance * current, THERMAL_VOLTAGE)
    rest = max(resistance - slope / current, 0.05 * resistance)
    knee = min(voltage - current * rest, 25 * slope)
    lines = [
        f".subckt {name} a k",
        f"df a k {name}_f",
        f"dz k x {name}_z",
        f"rz x y {num(rest)}",
        f"vz y a {num(voltage - knee - current * rest)}",
        f".ends {name}",
        _model(
            f"{name}_f",
            "d",
            {
                "is": 2e-15,
                "n": 1.05,
                "rs": 0.5,
                "cjo": m.get("junction_capacitance", 1e-10),
                "m": 0.4,
                "vj": 0.7,
            },
        ),
        # The saturation current must not follow silicon's bandgap: breakdown hardly moves with heat.
        _model(
            f"{name}_z",
            "d",
            {"is": current * math.exp(-knee / slope), "n": slope / THERMAL_VOLTAGE, "eg": 0.1, "xti": 0},
        ),
    ]
    return "\n".join(lines)


def zener_source(component: Component) -> float:
    """Value (V) of the element ``vz`` in the subcircuit of a zener."""
    card = zener_card(component)
    return next(float(line.split()[-1]) for line in card.splitlines() if line.startswith("vz "))


def bipolar_card(component: Component) -> str:
    """A Gummel-Poon ``.model``, or a subcircuit ``c b e`` of two for a Darlington."""
    m, name = component.model, model_name(component)
    kind = component.kind
    parameters = {
        "is": m["base_emitter_current"] * math.exp(-m["base_emitter_voltage"] / THERMAL_VOLTAGE),
        "bf": m["current_gain"],
        "br": m.get("reverse_gain", 4.0),
        "vaf": m["early_voltage"],
        # Gummel-Poon halves the gain at IKF.
        "ikf": m["knee_current"],
        "ise": m.get("leakage_current", 0.0),
        "ne": 1.5,
        "rb": m["base_resistance"],
        "rc": m["collector_resistance"],
        "re": m.get("emitter_resistance", 0.0),
        "cje": m["base_emitter_capacitance"],
        "mje": 0.33,
        "vje": 0.75,
        "cjc": m["base_collector_capacitance"],
        "mjc": 0.33,
        "vjc": 0.75,
        # fT = 1/(2 pi TF) far above the current where the junction capacitances matter.
        "tf": 1 / (2 * math.pi * m["transition_frequency"]),
        "tr": m.get("storage_time", 1e-7),
        "xtb": 1.5,
    }
    if not m.get("darlington"):
        return _model(name, kind, parameters)
    anode, cathode = ("e", "c") if kind == "npn" else ("c", "e")
    return "\n".join(
        [
            f".subckt {name} c b e",
            f"q1 c b x {name}_q",
            f"q2 c x e {name}_q 5",
            f"r1 b x {num(m['first_resistance'])}",
            f"r2 x e {num(m['second_resistance'])}",
            f"d1 {anode} {cathode} {name}_d",
            f".ends {name}",
            _model(f"{name}_q", kind, parameters),
            _model(f"{name}_d", "d", {"is": 1e-12, "n": 1.1, "rs": 0.05, "cjo": 5e-11}),
        ]
    )


def mosfet_card(component: Component) -> str:
    """A ``.model`` of ngspice's vertical MOSFET (VDMOS), body diode included."""
    m = component.model
    sign = 1 if component.kind == "nmos" else -1
    parameters = {
        "vto": sign * m["threshold"],
        "kp": m["transconductance"],
        "lambda": m.get("lambda", 0.005),
        "rd": m["drain_resistance"],
        "rs": m["source_resistance"],
        "rg": m.get("gate_resistance", 3.0),
        "mtriode": m.get("triode", 1.0),
        "ksubthres": 0.1,
        "cgs": m["gate_source_capacitance"],
        "cgdmax": m["gate_drain_capacitance_max"],
        "cgdmin": m["gate_drain_capacitance_min"],
        "a": 0.5,
        "cjo": m["output_capacitance"],
        "is": m["body_diode_current"] * math.exp(-m["body_diode_voltage"] / (1.2 * THERMAL_VOLTAGE)),
        "n": 1.2,
        "bv": m["breakdown"],
        "ibv": 2.5e-4,
        "rds": 1e8,
    }
    channel = "nchan" if component.kind == "nmos" else "pchan"
    return _model(model_name(component), f"vdmos({channel} ", parameters)


def _model(name: str, kind: str, parameters: dict[str, float]) -> str:
    values = " ".join(f"{key}={num(value)}" for key, value in parameters.items())
    return f".model {name} {kind if '(' in kind else kind + '('}{values})"
