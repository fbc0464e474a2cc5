"""The quantities that a requirement can be about: the vocabulary shared by reader, blocks and measurements.

A performance is measured on the circuit; a condition is something the circuit is measured under; a
choice fixes the circuit itself and is looked up in it.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from voltsmith.schemas.base import Schema, Slug
from voltsmith.schemas.requirements import Role

Dimension = Literal[
    "frequency",
    "voltage",
    "current",
    "resistance",
    "capacitance",
    "inductance",
    "time",
    "power",
    "ratio",
    "percent",
    "angle",
    "number",
    "slew",
    "transresistance",
    "transconductance",
    "rolloff",
    "noise_density",
    "temperature",
]


class Quantity(Schema):
    """What a number can describe. ``tolerance`` (relative) or ``absolute`` (in ``unit``) is assumed unless asked."""

    name: Slug
    unit: str
    dimension: Dimension
    role: Role = "performance"
    title: str
    tolerance: float = Field(default=0.05, ge=0)
    absolute: float | None = None


def _q(
    name: str,
    unit: str,
    dimension: Dimension,
    title: str,
    role: Role = "performance",
    tolerance: float = 0.05,
    absolute: float | None = None,
) -> Quantity:
    return Quantity(
        name=name,
        unit=unit,
        dimension=dimension,
        title=title,
        role=role,
        tolerance=tolerance,
        absolute=absolute,
    )


QUANTITIES: dict[str, Quantity] = {
    quantity.name: quantity
    for quantity in (
        # gains and frequency response
        _q("gain", "V/V", "ratio", "voltage gain"),
        _q("common_mode_rejection", "dB", "ratio", "common-mode rejection", absolute=1.0),
        _q("transresistance", "V/A", "transresistance", "output voltage per input current"),
        _q("transconductance", "A/V", "transconductance", "output current per input voltage"),
        _q("cutoff_frequency", "Hz", "frequency", "-3 dB frequency"),
        _q("lower_cutoff_frequency", "Hz", "frequency", "lower -3 dB frequency", tolerance=0.10),
        _q("upper_cutoff_frequency", "Hz", "frequency", "upper -3 dB frequency", tolerance=0.10),
        _q("center_frequency", "Hz", "frequency", "centre frequency"),
        _q("bandwidth", "Hz", "frequency", "-3 dB bandwidth", tolerance=0.10),
        _q("q_factor", "1", "number", "quality factor", tolerance=0.10),
        _q("passband_ripple", "dB", "ratio", "ripple in the pass band", absolute=0.3),
        _q("attenuation", "dB", "ratio", "attenuation at a frequency", absolute=1.0),
        _q("notch_depth", "dB", "ratio", "depth of the notch", absolute=3.0),
        _q("rolloff", "dB/decade", "rolloff", "roll-off", absolute=3.0),
        _q("phase", "deg", "angle", "phase at a frequency", absolute=5.0),
        _q("operating_frequency", "Hz", "frequency", "signal frequency", role="condition"),
        # levels
        _q("output_voltage", "V", "voltage", "output voltage"),
        _q("output_amplitude", "V", "voltage", "output amplitude, peak", tolerance=0.10),
        _q("output_peak_to_peak", "V", "voltage", "output swing, peak to peak", tolerance=0.10),
        _q("output_high", "V", "voltage", "high output level", tolerance=0.10),
        _q("output_low", "V", "voltage", "low output level", absolute=0.4),
        _q("output_current", "A", "current", "output current"),
        _q("leakage_current", "A", "current", "current through the load when switched off", tolerance=0.5),
        _q("led_current", "A", "current", "current through the LED", tolerance=0.10),
        _q("base_current", "A", "current", "base current", tolerance=0.3),
        _q("supply_current", "A", "current", "supply current", tolerance=0.2),
        _q("ripple_voltage", "V", "voltage", "ripple, peak to peak", tolerance=0.2),
        _q("ripple_percent", "%", "percent", "ripple, in percent of the output", tolerance=0.2),
        _q("line_regulation", "%", "percent", "output change over the input range", absolute=0.5),
        _q("load_regulation", "%", "percent", "output change over the load range", absolute=0.5),
        _q("dropout_voltage", "V", "voltage", "dropout", tolerance=0.2),
        _q("saturation_voltage", "V", "voltage", "voltage across the closed switch", absolute=0.2),
        _q(
            "flyback_voltage",
            "V",
            "voltage",
            "peak voltage when an inductive load is switched off",
            tolerance=0.2,
        ),
        _q("threshold_voltage", "V", "voltage", "switching threshold"),
        _q("upper_threshold", "V", "voltage", "upper threshold"),
        _q("lower_threshold", "V", "voltage", "lower threshold"),
        _q("hysteresis", "V", "voltage", "hysteresis", tolerance=0.10),
        _q("collector_current", "A", "current", "collector current", tolerance=0.2),
        _q("power_dissipation", "W", "power", "power turned into heat", tolerance=0.2),
        # time
        _q("frequency", "Hz", "frequency", "frequency of oscillation"),
        _q("period", "s", "time", "period"),
        _q("duty_cycle", "%", "percent", "duty cycle", absolute=3.0),
        _q("high_time", "s", "time", "time high"),
        _q("low_time", "s", "time", "time low"),
        _q("pulse_width", "s", "time", "pulse width"),
        _q("time_constant", "s", "time", "time constant"),
        _q("rise_time", "s", "time", "rise time, 10 to 90 %", tolerance=0.10),
        _q("settling_time", "s", "time", "settling time to 1 %", tolerance=0.2),
        _q("overshoot", "%", "percent", "overshoot of a step", absolute=3.0),
        _q("delay", "s", "time", "delay", tolerance=0.10),
        _q("slew_rate", "V/s", "slew", "slew rate", tolerance=0.10),
        _q("thd", "%", "percent", "total harmonic distortion", tolerance=0.2),
        _q("output_noise", "V", "voltage", "output noise, rms", tolerance=0.2),
        _q("noise_density", "V/rtHz", "noise_density", "input-referred noise density", tolerance=0.2),
        # impedances
        _q("input_impedance", "ohm", "resistance", "input impedance", tolerance=0.10),
        _q("output_impedance", "ohm", "resistance", "output impedance", tolerance=0.10),
        # conditions
        _q("supply_voltage", "V", "voltage", "supply voltage", role="condition"),
        _q("input_voltage", "V", "voltage", "input voltage", role="condition"),
        _q("input_amplitude", "V", "voltage", "input amplitude, peak", role="condition"),
        _q("input_current", "A", "current", "input current", role="condition"),
        _q("load_resistance", "ohm", "resistance", "load resistance", role="condition"),
        _q("load_capacitance", "F", "capacitance", "load capacitance", role="condition"),
        _q("load_current", "A", "current", "load current", role="condition"),
        _q("load_inductance", "H", "inductance", "load inductance", role="condition"),
        _q("load_power", "W", "power", "load power", role="condition"),
        _q("source_resistance", "ohm", "resistance", "source resistance", role="condition"),
        _q("source_capacitance", "F", "capacitance", "source capacitance", role="condition"),
        _q("control_voltage", "V", "voltage", "voltage of the control signal", role="condition"),
        _q("mains_frequency", "Hz", "frequency", "frequency of the alternating supply", role="condition"),
        _q("temperature", "degC", "temperature", "temperature", role="condition"),
        # choices
        _q("order", "1", "number", "filter order", role="choice", tolerance=0.0),
        _q("inputs", "1", "number", "number of inputs", role="choice", tolerance=0.0),
        _q("led_count", "1", "number", "number of LEDs", role="choice", tolerance=0.0),
        _q("resistance", "ohm", "resistance", "resistor to use", role="choice", tolerance=0.0),
        _q("capacitance", "F", "capacitance", "capacitor to use", role="choice", tolerance=0.0),
        _q("inductance", "H", "inductance", "inductor to use", role="choice", tolerance=0.0),
        _q("resistor_tolerance", "%", "percent", "tolerance of the resistors", role="choice", tolerance=0.0),
        _q(
            "capacitor_tolerance", "%", "percent", "tolerance of the capacitors", role="choice", tolerance=0.0
        ),
        _q("forward_voltage", "V", "voltage", "forward voltage of the LED", role="condition"),
    )
}
"""All quantities by name."""
