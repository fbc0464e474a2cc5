"""What people call quantities, what bare numbers mean for each function: data of the built-in reader."""

from __future__ import annotations

from typing import NamedTuple


class QuantityCue(NamedTuple):
    """Words and the quantities they may name, in order of preference; the number's dimension decides."""

    quantities: tuple[str, ...]
    weight: float = 1.0
    """Below 1 for words that stand next to all kinds of numbers ("at", "from")."""


_SOURCES = "mic microphone sensor pickup guitar source signal thermocouple bridge transducer generator electret thing probe".split()
_SPEAKS = (
    "gives",
    "outputs",
    "makes",
    "produces",
    "puts out",
    "delivers",
    "output",
    "is",
    "that makes",
    "that gives",
)
_ENTRIES: tuple[tuple[str, str] | tuple[str, str, float], ...] = (
    ("input_amplitude", "sensor, transducer, probe", 0.8),
    ("input_amplitude", "amplify, amplifies, amplifying, boost, boosting, scale", 0.8),
    ("input_voltage supply_voltage", "source, brick, wall wart, adapter", 0.7),
    ("load_resistance", "rload, r load, zload, load r, resistive load"),
    ("source_resistance", "rs, rsource, r source, zs"),
    ("mains_frequency", "hum, hum removal, mains hum"),
    ("", "low dropout, low noise, low distortion, low power, low cost, high gain, low offset"),
    ("input_amplitude", "amplitude input, amplitude signal, peak input signal, amplitude at the input, peak amplitude input"),
    ("input_amplitude source_resistance", ", ".join(f"{noun} {verb}" for noun in _SOURCES for verb in _SPEAKS)),
    ("output_amplitude", "wants, wants to see, want, adc, sound card, recorder, i want, full scale output, at the adc, at the output"),
    ("source_resistance", "strain gauge, bridge, gauge, load cell, pickup, microphone impedance"),
    ("inputs", "audio signal, audio source, audio signals, sensor signal, line level signal, voltages, voltage, inputs each, audio input, mono input"),
    ("supply_current", "divider current, bleeder current, chain current, divider draw"),
    ("resistance", "feedback, pull up, pullup, pull up resistor, base resistor, series resistor"),
    ("gain", "louder, bigger, fold, gain of, by", 0.8),
    ("gain transresistance", "gain, amplification, voltage gain, amplification factor, multiplied by, times, gain factor, av, closed loop gain, passband gain, pass band gain"),
    ("gain", "amplify, amplify by, amplifies by, amplified by, amplifying by, boost by, boost, multiply by, amplifies, multiplies by, multiplying by, amplified, preamp, amplifier, amp, preamplifier", 0.8),
    ("gain", "divide by, divides by, attenuate by, ratio, divided by, reduce by, division ratio, divider ratio", 0.9),
    ("common_mode_rejection", "cmrr, common mode rejection, common mode rejection ratio"),
    ("cutoff_frequency lower_cutoff_frequency", "cutoff, cut off, corner, corner frequency, fc, cutoff frequency, cut off frequency, break frequency, breakpoint, turnover, turnover frequency, crossover, 3db point, 3db frequency, db point, knee, f3db, 3db, roll off at, rolls off at, db frequency, f c, pole frequency, crossover frequency, 3db corner, 3db cutoff, cut, rolling off at, cutting off at, cutting off, cuts off at, cuts off"),
    ("cutoff_frequency", "everything above, everything below, passes up to, pass up to, low pass, lowpass, lpf, high pass, highpass, hpf, anything above, anything below", 0.7),
    ("center_frequency frequency", "center, centre, centered, centred, center frequency, centre frequency, resonance, resonant, resonant frequency, resonates at, f0, fo, notch frequency, tuned, tuned to, notch, notch at, peak, peaking at, mid frequency, centred on, centered on, centred at, centered at, centered around, band pass, bandpass, resonance frequency, natural frequency"),
    ("bandwidth", "bandwidth, bw, wide, 3db bandwidth, band width, wide band, passband width, signal bandwidth, small signal bandwidth"),
    ("lower_cutoff_frequency", "lower cutoff, lower corner, low cutoff, low corner, low end, lower cut off, lower cutoff frequency, low frequency cutoff, low frequency corner, lower corner frequency, lower edge, lower limit, low cut, down to, bass response, f low, lower 3db, low frequency response, lower frequency"),
    ("upper_cutoff_frequency", "upper cutoff, upper corner, high cutoff, high corner, high end, upper cut off, upper cutoff frequency, high frequency cutoff, high frequency corner, upper corner frequency, upper edge, upper limit, high cut, f high, upper 3db, upper frequency, up to", 0.9),
    ("q_factor", "q, quality factor, q factor, qfactor, quality, selectivity"),
    ("passband_ripple ripple_voltage ripple_percent", "ripple, pass band ripple, passband ripple, ripple voltage, output ripple, peak to peak ripple, voltage ripple, pp ripple, residual ripple, of ripple"),
    ("attenuation", "attenuation, rejection, attenuate, attenuates, attenuated, stop band, stopband, suppression, suppress, reject, rejects, down, stopband attenuation, stop band attenuation, below passband, loss, attenuating, suppressed, suppresses, rejecting"),
    ("notch_depth", "depth, deep, notch depth"),
    ("rolloff", "roll off, rolloff, slope, steepness, skirt, roll off rate, roll off slope, rolls off, rolling off"),
    ("phase", "phase, phase shift, phase lag, phase lead"),
    ("operating_frequency", "operating frequency, signal frequency, input frequency, tone, sine, sine wave, sinewave, signals up to, at frequency, frequency up to, working frequency, sine input, carrier, sinusoid"),
    # levels
    ("output_voltage output_current", "output, output voltage, out, vout, outputs, produce, produces, give, gives, giving, deliver, delivers, to, get, regulated, output of, provide, provides, generate, generates, v out, out of it, produces an output, regulated to, stabilised, stabilized, outputting, regulated output, reference, delivering, supplies, need, put out, reference of, makes, make, down to", 0.75),
    ("output_amplitude output_peak_to_peak", "output amplitude, output swing, amplitude, output level, swing, peak output, output signal, peak to peak output, output signal amplitude, swinging, output signal level, vout peak"),
    ("input_amplitude", "input amplitude, input signal, signal, signal level, input level, input signal level, microphone signal, sensor signal, signal of, input swing, amplitude, peak input, input signal of, audio signal, mic level, line level, sensor output, source signal, signals, input signals, full scale input, input sine"),
    ("input_voltage", "input, input voltage, vin, v in, unregulated, secondary, transformer, winding, ac input, raw, in, input of, input supply, input range, unregulated input, transformer secondary, ac"),
    ("output_high", "output high, high level, logic high, logic level high, voh"),
    ("output_low", "output low, low level, logic low, vol"),
    ("supply_voltage", "supply, supplies, supply voltage, power supply, powered, powered by, powered from, power, rail, rails, supply rail, vcc, vdd, vs, vsupply, battery, single supply, dual supply, split supply, run, runs, run from, running from, running on, runs on, runs off, running off, run on, operate from, operates from, operating from, usb, v supply, vbat, cell, single rail, batteries, supply rails, bipolar supply, symmetric supply, supplied, supplied from, power rail, source voltage, power source, supplied with, supplied by, operated from, works from, working from, alkaline, lipo, split rails, single ended supply, single, dual, split, bus, adapter, wall wart, vcc of, symmetrical supply, power rails, works on, work from, operate on, operates on, working on, works off, pp3, coin cell, operating on, operating voltage, supply of, vdd of, psu"),
    ("supply_voltage", "from, on, off, using, only have", 0.45),
    ("supply_current", "supply current, quiescent current, quiescent, current consumption, current draw, consumption, consumes, consume, drawing less than, draws less than, idle current, drain, battery drain, bias current consumption, iq, draw, drawing, draws"),
    ("load_resistance load_current load_capacitance load_inductance load_power", "load, loads, loaded, loaded with, loaded by, output load, load resistance, load resistor, load impedance, drive, drives, driving, load of, speaker, headphone, loading, into a, headphones, adc input, input of the next stage, next stage, to drive, feeding, feeds, into, input resistance of the adc, terminated in, termination, earphones, earphone, following stage"),
    ("load_current output_current led_current supply_current", "load current, current, up to, current of, at, maximum current, max current, max, max load, output current, maximum load, full load, amps, rated, peak current, can deliver, sourcing, source up to, supplying, supply up to, capability", 0.6),
    ("load_current", "load current, max load current, maximum load current, relay, solenoid, motor, fan, pump, lamp, valve, bulb, heater, buzzer, coil current, strip, electromagnet, relay coil, dc motor, heating element, led strip, for a load"),
    ("load_resistance load_inductance", "coil, coil resistance, winding resistance, winding"),
    ("load_inductance", "inductance, coil inductance, inductive, load inductance, inductive load"),
    ("load_power", "load power, bulb, lamp, heater, motor, watt"),
    ("load_capacitance", "load capacitance, capacitive load, cable capacitance, cable"),
    ("led_current output_current", "led current, through the led, through it, led, forward current, through led, per led, diode current, if"),
    ("forward_voltage", "forward voltage, forward drop, vf, v f"),
    ("output_current", "output current, constant current, sink current, sink, sinks, sinking, current source, current sink, regulated current, constant, programmed current, draws, source, sources, pull, pulls, full scale current, current out, set current"),
    ("input_current", "input current, photocurrent, photo current, sensor current, diode current, photodiode current, signal current, full scale photocurrent, light current"),
    ("source_resistance", "source, source impedance, source resistance, output impedance of the source, sensor impedance, impedance source, signal source, source impedance of, driven from, high impedance source, sensor with, thermistor, output resistance of the source, internal resistance, generator, impedance sensor"),
    ("source_capacitance", "photodiode capacitance, junction capacitance, diode capacitance, photodiode, source capacitance, input capacitance, sensor capacitance, capacitance, detector capacitance, pin diode"),
    ("input_impedance", "input impedance, input resistance, zin, z in, rin, input impedance of, input z"),
    ("output_impedance", "output impedance, output resistance, zout, rout, z out, output z"),
    ("collector_current", "collector current, ic, collector bias, quiescent collector current, bias current, emitter current"),
    ("base_current", "base current, ib, base drive"),
    ("control_voltage", "gpio, logic, control, control voltage, microcontroller, arduino, esp32, mcu, raspberry pi, control input, logic level, logic signal, control signal, pwm, gate drive, drive signal, gpio pin, mcu pin, arduino pin, pi pin, stm32, pico, digital output, digital, command voltage, setpoint, set voltage, ttl, dac, drive level, enable signal, input signal, pin, microcontroller pin, driven by, controlled by, switched by, program voltage, uno, control pin, logic output, driven from, controlled from"),
    ("mains_frequency", "mains, line frequency, mains frequency, ac frequency, grid, line, transformer, secondary, ac"),
    ("line_regulation", "line regulation"),
    ("load_regulation", "load regulation"),
    ("dropout_voltage", "dropout, dropout voltage, drop out"),
    ("saturation_voltage", "saturation, saturation voltage, on state voltage, vce sat, voltage drop across the switch, vcesat, on voltage, switch drop, voltage drop"),
    ("power_dissipation", "dissipation, dissipate, dissipates, heat, power dissipation, dissipating"),
    ("flyback_voltage", "flyback, spike, flyback voltage, voltage spike, kick"),
    ("threshold_voltage", "threshold, trip, compare it with, compare it to, compare that to, compare that with, compares it with, trips, trip point, trip level, threshold voltage, trips at, switching point, switch at, switches at, exceeds, goes above, goes below, drops below, rises above, falls below, crosses, detect, detects, reference, reference voltage, compare with, compared with, compare to, compares to, against, when, setpoint, set point, gets above, gets below, greater than, passes, compare against, compared against, compared to, crossing, reaches, dips below, higher than, lower than, drops under, switching threshold, vref, trip voltage, compares with, comparing, compares, detection level, is above, is below, trigger at, triggers at, threshold at, center, centre, centered, centred, centered at, centred at, around, centred on, centered on, midpoint, above, below, over, under, exceeding, centered around, centred around, falls under, goes over, goes under, climbs above, sinks below"),
    ("upper_threshold", "upper threshold, upper, rising threshold, high threshold, upper trip point, turn on at, turns on at, on at, rising, upper limit, upper trip, upper level, high trip point, goes high at, switch high at, switches high at, high at, on above, upper threshold voltage, upper bound, maximum, rising edge threshold, upper switching point, positive going threshold, vth, going high at, vt plus, high when above, turn on threshold, upper switching threshold, switch on at, switches on at"),
    ("lower_threshold", "lower threshold, lower, falling threshold, low threshold, lower trip point, turn off at, turns off at, off at, falling, lower limit, lower trip, lower level, low trip point, goes low at, switch low at, switches low at, low at, off below, lower threshold voltage, lower bound, minimum, falling edge threshold, lower switching point, negative going threshold, vtl, going low at, vt minus, low when below, turn off threshold, lower switching threshold, switch off at, switches off at, back off at, back low at"),
    ("hysteresis", "hysteresis, hysteresis band, hysteresis of, hysteresis width, hyst, dead band, deadband, hysteresis voltage"),
    # time
    ("frequency", "frequency, oscillate, oscillates, oscillating, oscillate at, oscillates at, rate, oscillation frequency, at a rate of, blink, blinks, flash, flashes, times, per second, freq, output frequency, oscillator, astable, tone, beep, clock, blink rate, flash rate, blinking, flashing, square wave, repetition rate, pulse rate, tempo, f, running at, ticks, tick, metronome, beats, square wave at, sine, sine wave"),
    ("operating_frequency", "frequency, freq", 0.3),
    ("period", "period, every, interval, cycle time, once every, cycle, repetition interval, time period, once"),
    ("duty_cycle", "duty, duty cycle, dutycycle, mark space, on time, duty factor, mark, duty ratio, high time, high"),
    ("high_time", "high time, on time, high for, on for, mark, mark time, time high, time on, t high, pulse high, high, lit for, on"),
    ("low_time", "low time, off time, low for, off for, space time, time low, time off, t low, low, dark for, off, space"),
    ("pulse_width", "pulse, pulse width, duration, long, delay, pulse length, pulse duration, for, one shot, time out, timeout, on for, high for, stays on for, lasting, lasts, time delay, time, pulses, wide, monostable, stretch, stays high for, width, long pulse, on time, timer, timing, hold, period, output pulse"),
    ("time_constant", "time constant, tau, rc time constant, time constant of, integration time, integrator time constant"),
    ("rise_time", "rise time, risetime, rise, 10 90, rise times"),
    ("settling_time", "settling, settling time, settle, settles, settles within, settle within, settles in"),
    ("overshoot", "overshoot, peaking"),
    ("delay", "propagation delay, response time, delay"),
    ("slew_rate", "slew, slew rate"),
    ("thd", "distortion, thd, harmonic distortion, total harmonic distortion"),
    ("output_noise", "output noise, noise, rms noise, integrated noise, total noise"),
    ("noise_density", "noise density, input noise, noise, input referred noise, voltage noise, noise floor"),
    ("transresistance", "transimpedance, transresistance, transimpedance gain, conversion gain, sensitivity, feedback resistor, feedback resistance, scale factor, conversion factor, conversion, rf, current to voltage, gain, feedback, trans impedance, tia, scale"),
    # choices
    ("order", "order, pole, poles, pole filter, orders"),
    ("inputs", "input, inputs, channel, channels, signal, signals, source, sources, way, line, lines, microphone, microphones, audio sources, mono signals"),
    ("led_count", "led, leds, red led, blue led, green led, white led, yellow led, led in series, series led"),
    ("resistance", "resistor, resistors, resistance, r, feedback resistor", 0.85),
    ("capacitance", "capacitor, capacitors, cap, caps, capacitance, c, timing capacitor, film capacitor, ceramic capacitor"),
    ("inductance", "inductor, inductors, choke, inductance, coil, l"),
    ("temperature", "temperature, ambient, degrees, room temperature"),
)  # fmt: skip


def _merge() -> dict[str, tuple[QuantityCue, ...]]:
    merged: dict[str, list[QuantityCue]] = {}
    for quantities, phrases, *weight in _ENTRIES:
        cue = QuantityCue(tuple(str(quantities).split()), float(str(weight[0])) if weight else 1.0)
        for phrase in str(phrases).split(","):
            merged.setdefault(phrase.strip(), []).append(cue)
    return {phrase: tuple(cues) for phrase, cues in merged.items()}


QUANTITY_CUES: dict[str, tuple[QuantityCue, ...]] = _merge()
"""Quantity cues by phrase; a phrase may name several quantities, which the number's dimension tells apart."""

FILLERS = frozenset(
    "filter circuit a an the of is be at around about approximately roughly with having has should must set and equal equals nominal "
    "nominally only just value it its my this that i want like some exactly precisely will by for ideally fixed "
    "typical typically say well maybe approx point in are was being which than no more less not at least most max "
    "maximum min minimum up over under total common standard single need needs".split()
)
"""Words that may stand between a cue and its number at no cost."""

FUNCTION_DEFAULTS: dict[str, dict[str, tuple[str, ...]]] = {
    "low_pass": {
        "frequency": ("cutoff_frequency",), "decibel": ("gain",), "ratio": ("gain",), "ordinal": ("order",),
        "voltage": ("supply_voltage",), "resistance": ("load_resistance",), "capacitance": ("capacitance",),
        "inductance": ("inductance",), "rolloff": ("rolloff",), "time": ("time_constant",), "number": ("cutoff_frequency",),
    },
    "band_pass": {
        "frequency": ("center_frequency", "bandwidth"), "decibel": ("gain",), "ratio": ("gain",), "ordinal": ("order",),
        "voltage": ("supply_voltage",), "resistance": ("load_resistance",), "capacitance": ("capacitance",),
        "inductance": ("inductance",), "rolloff": ("rolloff",), "number": ("center_frequency",),
    },
    "notch": {
        "frequency": ("center_frequency", "bandwidth"), "decibel": ("notch_depth",), "ordinal": ("order",),
        "voltage": ("supply_voltage",), "resistance": ("load_resistance",), "capacitance": ("capacitance",),
        "inductance": ("inductance",), "number": ("center_frequency",),
    },
    "amplifier": {
        "frequency": ("operating_frequency",), "decibel": ("gain",), "ratio": ("gain",), "number": ("gain",),
        "voltage": ("supply_voltage",), "resistance": ("load_resistance",), "current": ("collector_current",), "percent": ("thd",),
    },
    "buffer": {
        "frequency": ("operating_frequency",), "voltage": ("supply_voltage",), "resistance": ("load_resistance",),
        "current": ("load_current",), "decibel": ("gain",), "ratio": ("gain",),
    },
    "integrator": {
        "frequency": ("frequency",), "time": ("time_constant",), "voltage": ("supply_voltage",), "decibel": ("gain",),
        "ratio": ("gain",), "resistance": ("resistance",), "capacitance": ("capacitance",), "number": ("gain",),
    },
    "transimpedance_amplifier": {
        "transresistance": ("transresistance",), "resistance": ("transresistance",), "frequency": ("bandwidth",),
        "capacitance": ("source_capacitance",), "voltage": ("supply_voltage",), "current": ("input_current",),
        "decibel": ("gain",), "number": ("transresistance",),
    },
    "comparator": {
        "voltage": ("threshold_voltage", "supply_voltage"), "time": ("delay",), "current": ("load_current",),
        "resistance": ("source_resistance",),
    },
    "schmitt_trigger": {
        "voltage": ("upper_threshold", "lower_threshold", "supply_voltage"), "percent": ("hysteresis",),
        "resistance": ("source_resistance",),
    },
    "window_comparator": {"voltage": ("lower_threshold", "upper_threshold", "supply_voltage")},
    "precision_rectifier": {
        "frequency": ("operating_frequency",), "voltage": ("input_amplitude", "supply_voltage"), "ratio": ("gain",),
        "decibel": ("gain",), "number": ("gain",),
    },
    "square_oscillator": {
        "frequency": ("frequency",), "time": ("period",), "percent": ("duty_cycle",), "voltage": ("supply_voltage",),
        "resistance": ("load_resistance",), "current": ("load_current",), "capacitance": ("capacitance",), "number": ("frequency",),
    },
    "monostable": {
        "time": ("pulse_width",), "voltage": ("supply_voltage",), "resistance": ("load_resistance",),
        "current": ("load_current",), "capacitance": ("capacitance",),
    },
    "sine_oscillator": {
        "frequency": ("frequency",), "time": ("period",), "voltage": ("output_amplitude", "supply_voltage"), "percent": ("thd",),
        "resistance": ("load_resistance",), "number": ("frequency",),
    },
    "voltage_regulator": {
        "voltage": ("output_voltage", "input_voltage"), "current": ("load_current",), "resistance": ("load_resistance",),
        "percent": ("load_regulation",), "power": ("load_power",),
    },
    "current_source": {
        "current": ("output_current",), "transconductance": ("transconductance",), "voltage": ("supply_voltage", "control_voltage"), "resistance": ("load_resistance",),
    },
    "led_indicator": {
        "voltage": ("supply_voltage", "forward_voltage"), "current": ("led_current",), "number": ("led_count",),
    },
    "low_side_switch": {
        "voltage": ("supply_voltage", "control_voltage"), "current": ("load_current",), "resistance": ("load_resistance",),
        "inductance": ("load_inductance",), "power": ("load_power",), "frequency": ("operating_frequency",),
    },
    "rectifier_supply": {
        "voltage": ("input_voltage", "output_voltage"), "current": ("load_current",), "resistance": ("load_resistance",),
        "frequency": ("mains_frequency",), "capacitance": ("capacitance",),
    },
    "voltage_divider": {
        "voltage": ("input_voltage", "output_voltage"), "ratio": ("gain",), "resistance": ("load_resistance",), "percent": ("gain",),
        "current": ("supply_current",), "decibel": ("gain",), "number": ("gain",),
    },
}  # fmt: skip
"""What a number without a name means, by function and dimension, in the order in which several are taken."""

for _same, _as in (
    ("high_pass", "low_pass"),
    ("summing_amplifier", "amplifier"),
    ("difference_amplifier", "amplifier"),
    ("instrumentation_amplifier", "amplifier"),
    ("differentiator", "integrator"),
):
    FUNCTION_DEFAULTS[_same] = FUNCTION_DEFAULTS[_as]

RENAMED: dict[str, dict[str, str]] = {
    "voltage_regulator": {
        "supply_voltage": "input_voltage", "output_current": "load_current",
        "control_voltage": "output_voltage", "led_current": "load_current", "input_amplitude": "input_voltage",
        "center_frequency": "mains_frequency", "output_amplitude": "output_voltage",
    },
    "voltage_divider": {
        "supply_voltage": "input_voltage", "attenuation": "gain",
        "input_amplitude": "input_voltage", "output_amplitude": "output_voltage", "control_voltage": "input_voltage",
        "output_high": "input_voltage", "source_resistance": "load_resistance", "load_inductance": "load_resistance",
    },
    "rectifier_supply": {
        "supply_voltage": "input_voltage", "output_current": "load_current", "operating_frequency": "mains_frequency",
        "frequency": "mains_frequency", "passband_ripple": "ripple_voltage", "input_amplitude": "input_voltage",
        "led_current": "load_current", "output_amplitude": "output_voltage", "center_frequency": "mains_frequency",
    },
    "led_indicator": {
        "input_voltage": "supply_voltage", "output_current": "led_current", "load_current": "led_current",
        "output_voltage": "supply_voltage", "supply_current": "led_current", "control_voltage": "supply_voltage",
        "output_high": "supply_voltage", "saturation_voltage": "forward_voltage",
    },
    "low_side_switch": {
        "output_current": "load_current", "input_voltage": "control_voltage", "led_current": "load_current",
        "output_high": "control_voltage", "input_amplitude": "control_voltage", "resistance": "load_resistance",
        "inductance": "load_inductance", "output_voltage": "supply_voltage", "supply_current": "load_current",
        "frequency": "operating_frequency", "collector_current": "load_current", "threshold_voltage": "control_voltage",
        "source_resistance": "load_resistance", "power_dissipation": "load_power",
    },
    "current_source": {
        "load_current": "output_current", "led_current": "output_current", "input_voltage": "control_voltage",
        "input_amplitude": "control_voltage", "supply_current": "output_current", "input_current": "output_current",
    },
    "amplifier": {
        "input_voltage": "input_amplitude", "output_voltage": "output_amplitude", "frequency": "operating_frequency",
        "cutoff_frequency": "upper_cutoff_frequency", "center_frequency": "operating_frequency", "load_inductance": "load_resistance",
        "output_current": "load_current",
    },
    "buffer": {
        "input_voltage": "input_amplitude", "frequency": "operating_frequency", "output_current": "load_current",
        "cutoff_frequency": "bandwidth", "output_voltage": "output_amplitude", "upper_cutoff_frequency": "bandwidth",
    },
    "low_pass": {
        "center_frequency": "cutoff_frequency", "frequency": "cutoff_frequency", "bandwidth": "cutoff_frequency",
        "upper_cutoff_frequency": "cutoff_frequency", "input_voltage": "input_amplitude", "source_capacitance": "capacitance",
    },
    "high_pass": {
        "center_frequency": "cutoff_frequency", "frequency": "cutoff_frequency", "lower_cutoff_frequency": "cutoff_frequency",
        "input_voltage": "input_amplitude", "source_capacitance": "capacitance",
    },
    "band_pass": {
        "cutoff_frequency": "center_frequency", "frequency": "center_frequency", "input_voltage": "input_amplitude",
        "operating_frequency": "center_frequency", "mains_frequency": "center_frequency", "source_capacitance": "capacitance",
    },
    "notch": {
        "cutoff_frequency": "center_frequency", "frequency": "center_frequency", "attenuation": "notch_depth", "input_voltage": "input_amplitude",
        "mains_frequency": "center_frequency", "operating_frequency": "center_frequency", "source_capacitance": "capacitance",
    },
    "comparator": {"input_voltage": "threshold_voltage", "output_voltage": "threshold_voltage", "output_current": "load_current", "input_amplitude": "threshold_voltage"},
    "schmitt_trigger": {"control_voltage": "supply_voltage", "input_voltage": "threshold_voltage", "output_voltage": "threshold_voltage"},
    "window_comparator": {"input_voltage": "threshold_voltage", "output_voltage": "threshold_voltage"},
    "precision_rectifier": {"input_voltage": "input_amplitude", "frequency": "operating_frequency", "output_voltage": "output_amplitude", "output_peak_to_peak": "output_amplitude"},
    "square_oscillator": {
        "cutoff_frequency": "frequency", "center_frequency": "frequency", "operating_frequency": "frequency", "input_voltage": "supply_voltage",
        "pulse_width": "high_time", "led_current": "load_current", "output_current": "load_current", "time_constant": "period",
        "source_capacitance": "capacitance",
    },
    "sine_oscillator": {
        "cutoff_frequency": "frequency", "center_frequency": "frequency", "operating_frequency": "frequency", "output_voltage": "output_amplitude",
        "input_voltage": "supply_voltage", "input_amplitude": "output_amplitude", "source_capacitance": "capacitance",
    },
    "monostable": {
        "high_time": "pulse_width", "period": "pulse_width", "delay": "pulse_width", "time_constant": "pulse_width", "input_voltage": "supply_voltage",
        "output_current": "load_current", "led_current": "load_current", "source_capacitance": "capacitance",
    },
    "transimpedance_amplifier": {
        "cutoff_frequency": "bandwidth", "upper_cutoff_frequency": "bandwidth", "operating_frequency": "bandwidth", "frequency": "bandwidth",
        "resistance": "transresistance", "capacitance": "source_capacitance", "load_capacitance": "source_capacitance",
        "output_current": "input_current", "load_current": "input_current", "output_voltage": "output_amplitude", "led_current": "input_current",
    },
    "integrator": {"cutoff_frequency": "frequency", "center_frequency": "frequency", "input_voltage": "input_amplitude", "period": "time_constant", "pulse_width": "time_constant", "source_capacitance": "capacitance"},
}  # fmt: skip
"""What a quantity really is when asked of a function: the input voltage of a regulator is no supply."""
for _name in ("summing_amplifier", "difference_amplifier", "instrumentation_amplifier"):
    RENAMED[_name] = RENAMED["amplifier"]
RENAMED["differentiator"] = RENAMED["integrator"]

SYSTEM_QUANTITIES = frozenset({"supply_voltage", "temperature"})
"""Conditions of the whole circuit, whatever stage they are mentioned in."""
