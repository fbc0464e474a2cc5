"""What people call things: the words of the built-in reader, as data.

A phrase is matched on normalised words (lower case, singular, typing errors mended), the longest one
first. Phrases are written the way :func:`voltsmith.agents.reading.words.normalise` leaves them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Cue(NamedTuple):
    """Words that name a function, with the choices they imply."""

    function: str
    choices: Mapping[str, str] = {}
    weak: bool = False
    """A word that may also describe another function of the same stage ("amplifier", "filter")."""


def _cues(function: str, text: str, *, weak: bool = False, **choices: str) -> dict[str, Cue]:
    return {phrase.strip(): Cue(function, choices, weak) for phrase in text.split(",")}


FUNCTIONS: dict[str, Cue] = {
    **_cues(
        "low_pass",
        "low pass, lowpass, lpf, lp filter, high cut, hi cut, treble cut, anti alias, antialias, anti aliasing, "
        "antialiasing, smoothing filter, reconstruction filter, noise filter, filter out high frequency, "
        "remove high frequency, block high frequency, attenuate high frequency, cut high frequency, "
        "pass low frequency, passes low frequency, dac filter, pwm filter, pwm to analog, pwm to dc, "
        "roll off above, subwoofer filter, reject above, block everything above, kill everything above, "
        "remove everything above, cut everything above, filter everything above, filter out everything above, "
        "get rid of everything above",
    ),
    **_cues(
        "high_pass",
        "high pass, highpass, hpf, hp filter, low cut, lo cut, bass cut, rumble filter, dc block, dc blocking, "
        "dc blocker, remove low frequency, block low frequency, filter out low frequency, "
        "attenuate low frequency, cut low frequency, pass high frequency, subsonic filter, block everything below, "
        "kill everything below, remove everything below, cut everything below, filter out everything below, "
        "get rid of everything below, roll off below, reject below, ac coupling filter",
    ),
    **_cues(
        "band_pass",
        "band pass, bandpass, bpf, bp filter, tone detector filter, tone filter, voice band filter, "
        "speech filter, select a band, passes only, pass only, pick out, resonant filter, tuned filter, peaking filter",
    ),
    **_cues(
        "notch",
        "notch, band stop, bandstop, band reject, band rejection, bandreject, bsf, hum filter, hum trap, "
        "mains hum remover, mains hum, remove mains hum, reject mains, line hum, trap, bridged t, "
        "power line interference, mains interference, hum rejection, hum reject",
    ),
    **_cues("notch", "twin t, twin tee", topology="twin_t"),
    **_cues(
        "amplifier",
        "amplifier, preamplifier, preamp, pre amp, amp, gain stage, booster, amplify, amplifies, amplification, boost the signal, "
        "amplifying, amplified, amplify a signal, voltage amplifier, boost, scale up, signal booster",
        weak=True,
    ),
    **_cues(
        "amplifier",
        "microphone amplifier, microphone preamp, mic amp, mic preamp, mic amplifier, audio preamp, audio amplifier, "
        "electret preamp, electret amplifier, guitar preamp, phono preamp, sensor amplifier, line amplifier, "
        "headphone amplifier, microphone preamplifier, mic preamplifier, audio preamplifier, guitar preamplifier",
    ),
    **_cues(
        "amplifier",
        "inverting amplifier, inverting amp, inverting opamp, inverting gain, inverting stage, inverting op amp, "
        "inverting op amp amplifier, inverting opamp amplifier, inverting amplifier stage, inverting gain stage",
        topology="inverting",
    ),
    **_cues(
        "amplifier",
        "non inverting amplifier, noninverting amplifier, non inverting amp, noninverting amp, non inverting opamp, "
        "non inverting gain, noninverting gain, non inverting op amp, noninverting op amp, non inverting stage, "
        "non inverting op amp amplifier, non inverting opamp amplifier, noninverting opamp, non inverting gain stage",
        topology="non_inverting",
    ),
    **_cues(
        "amplifier",
        "common emitter, ce amplifier, ce stage, common emitter amplifier, common emitter stage, common emitter amp, "
        "transistor amplifier, bjt amplifier, single transistor amplifier, one transistor amplifier, "
        "transistor preamp, bjt preamp, single transistor stage, transistor amp, bjt amp, ce amp, one transistor amp, "
        "single transistor amp, transistor gain stage",
        topology="common_emitter",
    ),
    **_cues(
        "buffer",
        "buffer, voltage follower, unity gain buffer, unity gain amplifier, follower, opamp buffer, op amp buffer, "
        "impedance converter, isolate the source, unity gain follower, op amp follower, opamp follower, buffer amplifier, "
        "unity follower, buffer amp, unity gain amp",
    ),
    **_cues(
        "summing_amplifier",
        "summing amplifier, summing amp, summer, adder, audio mixer, mix, mixes, add together, sum of, "
        "mixing amplifier, summing, voltage adder, inverting summer, inverting adder, sums, adds, mixer, mixing",
    ),
    **_cues(
        "difference_amplifier",
        "difference amplifier, differential amplifier, difference amp, diff amp, differential amp, subtractor, "
        "subtract, subtracts, difference between, balanced to single ended, differential to single ended, "
        "balanced line receiver, amplify the difference",
    ),
    **_cues(
        "instrumentation_amplifier",
        "instrumentation amplifier, instrumentation amp, inamp, in amp, ina, 3 op amp, three op amp, "
        "strain gauge amplifier, load cell amplifier, bridge amplifier, wheatstone bridge amplifier, strain gauge, "
        "load cell, wheatstone bridge, instrument amplifier, three opamp, 3 opamp, ecg amplifier, ecg front end",
    ),
    **_cues(
        "integrator",
        "integrator, integrating amplifier, integrate, integrates, miller integrator, integrating",
    ),
    **_cues(
        "differentiator", "differentiator, differentiate, differentiates, derivative of, differentiating"
    ),
    **_cues(
        "transimpedance_amplifier",
        "transimpedance amplifier, transimpedance amp, transimpedance, tia, photodiode amplifier, photodiode amp, "
        "current to voltage, current to voltage converter, i to v converter, i v converter, photodiode front end, "
        "photodiode preamp, photodiode receiver, photodiode, photo diode, i to v, photodetector amplifier, "
        "trans impedance amplifier, trans impedance, current to voltage amplifier",
    ),
    **_cues(
        "comparator",
        "comparator, compare, compares, level detector, threshold detector, zero crossing detector, "
        "zero cross detector, over voltage detector, overvoltage detector, under voltage detector, "
        "undervoltage detector, voltage detector, voltage level detector, low battery detector, battery low detector, "
        "goes high when, trips when, trip when, voltage comparator, low battery indicator, low battery warning, "
        "zero crossing, switches when, crosses, level sensor",
    ),
    **_cues("comparator", "zero crossing detector, zero cross detector, zero crossing", threshold="zero"),
    **_cues(
        "schmitt_trigger",
        "schmitt trigger, schmitt, schmidt trigger, schmidt, shmitt, hysteresis comparator, comparator with hysteresis, "
        "hysteretic comparator, schmitt inverter, regenerative comparator, schmitt trigger comparator, "
        "clean up a noisy signal, debounce a slow signal",
    ),
    **_cues(
        "window_comparator",
        "window comparator, window detector, voltage window, in range detector, window discriminator, "
        "window comparator circuit, window monitor, range detector, within a window, inside a window, inside the window",
    ),
    **_cues(
        "precision_rectifier",
        "precision rectifier, superdiode, super diode, ideal diode rectifier, active rectifier",
    ),
    **_cues(
        "precision_rectifier",
        "precision half wave rectifier, half wave precision rectifier, op amp half wave rectifier, "
        "opamp half wave rectifier, active half wave rectifier, half wave rectifier, half wave superdiode, "
        "precision half wave, half wave precision, half wave active rectifier",
        wave="half",
    ),
    **_cues(
        "precision_rectifier",
        "precision full wave rectifier, full wave precision rectifier, op amp full wave rectifier, "
        "opamp full wave rectifier, absolute value circuit, absolute value, active full wave rectifier, abs value, "
        "absolute value amplifier, absolute value converter, precision full wave, full wave precision, "
        "full wave active rectifier, magnitude circuit",
        wave="full",
    ),
    **_cues(
        "square_oscillator",
        "astable, square wave oscillator, square wave generator, square oscillator, square wave, pulse generator, "
        "clock generator, clock oscillator, clock source, flasher, blinker, blink, blinks, flash, flashes, metronome, "
        "blinking, flashing, tone generator, beeper, pwm generator, clock signal, pulse train, square generator, "
        "rectangular wave, rectangular oscillator, flip flop led, clock, pulses per second, buzzer driver, "
        "square wave source, clock pulse, astable circuit, astable timer, rectangular wave generator, audio tone",
    ),
    **_cues(
        "square_oscillator",
        "oscillator, oscillate, oscillates, oscillating, multivibrator, vibrator, waveform generator",
        weak=True,
    ),
    **_cues(
        "square_oscillator",
        "555 astable, astable 555, 555 oscillator, 555 timer oscillator, 555 timer astable, 555 square wave, "
        "555 flasher, 555 blinker, 555 clock, 555 pulse generator, 555 tone generator, 555 pwm, 555 metronome, "
        "555 timer blinker, 555 timer flasher, 555 timer circuit, 555 timer clock, 555 square wave generator",
        topology="555",
    ),
    **_cues(
        "square_oscillator",
        "relaxation oscillator, op amp oscillator, opamp oscillator, op amp square wave, opamp square wave, "
        "op amp square wave oscillator, op amp square wave generator, opamp square wave generator, "
        "opamp square wave oscillator, op amp relaxation oscillator, opamp relaxation oscillator, "
        "comparator oscillator, comparator relaxation oscillator, op amp astable, opamp astable, schmitt oscillator",
        topology="relaxation",
    ),
    **_cues(
        "square_oscillator",
        "two transistor astable, transistor astable, transistor multivibrator, two transistor multivibrator, "
        "2 transistor astable, 2 transistor multivibrator, bjt astable, bjt multivibrator, astable multivibrator, "
        "two transistor flasher, transistor flasher, two transistor blinker, cross coupled transistor, discrete astable, "
        "two transistor oscillator, transistor astable multivibrator, two transistor astable multivibrator, "
        "2 transistor astable multivibrator, bjt astable multivibrator, discrete multivibrator, 2 transistor flasher, "
        "collector coupled multivibrator, transistor blinker, two transistor led flasher, transistor led flasher, "
        "two bjt astable, two transistor flip flop, transistor oscillator",
        topology="transistor",
    ),
    **_cues(
        "monostable",
        "monostable, one shot, oneshot, single shot, pulse stretcher, delay timer, timer that gives, one pulse, single pulse, "
        "555 monostable, monostable 555, 555 one shot, 555 delay, stays on for, on for, turns on for, "
        "monostable multivibrator, mono stable, 555 timer monostable, off delay, timed output, single output pulse, "
        "press a button, stays high for, high for, when triggered, when i press, after a trigger",
    ),
    **_cues(
        "sine_oscillator",
        "wien bridge, wien, wein bridge, wein, sine oscillator, sine wave oscillator, sine generator, "
        "sine wave generator, sinewave generator, sinewave oscillator, sinusoidal oscillator, sine wave, sinewave, "
        "sinusoid, wien bridge oscillator, wien oscillator, wein bridge oscillator, sinusoidal generator, "
        "pure tone, test tone, audio oscillator, sine source, low distortion oscillator, harmonic oscillator",
    ),
    **_cues(
        "voltage_regulator",
        "voltage regulator, regulator, linear regulator, ldo, regulated supply, regulated output, voltage reference, "
        "regulated power supply, stabilised, stabilized, stabiliser, stabilizer, regulate, regulates, regulated, "
        "step down, drop down, low dropout regulator, linear supply, power supply, psu, ldo regulator, drop, "
        "low dropout, fixed regulator, bench supply, linear power supply, voltage stabiliser, voltage stabilizer",
    ),
    **_cues(
        "voltage_regulator",
        "zener regulator, zener, zener diode, zener shunt regulator, shunt regulator, zener reference, zener stabiliser, "
        "zener stabilizer, zener diode regulator, zener supply, zener voltage regulator, zener diode voltage regulator, "
        "zener diode reference, zener voltage reference, shunt zener regulator",
        topology="zener",
    ),
    **_cues(
        "voltage_regulator",
        "lm317, lm 317, lm317 regulator, adjustable regulator, lm317 supply, adjustable linear regulator, "
        "lm317 voltage regulator, adjustable voltage regulator, variable regulator, lm317t",
        topology="lm317",
    ),
    **_cues("voltage_regulator", "ldo, ldo regulator, low dropout, low dropout regulator", topology="ldo"),
    **_cues(
        "current_source",
        "current sink, current source, constant current, constant current source, constant current sink, "
        "voltage controlled current, electronic load, current regulator, constant current driver, "
        "precision current sink, precision current source, current sinks, led current driver, constant current led driver, "
        "voltage to current, voltage to current converter, v to i converter, programmable current, dummy load, "
        "voltage controlled current sink, voltage controlled current source, constant current load",
    ),
    **_cues(
        "led_indicator",
        "led, light emitting diode, indicator, led indicator, power led, status led, power indicator, pilot light, "
        "indicator led, led circuit, led with resistor, led with a resistor, led series resistor, led resistor, "
        "current limiting resistor, light up an led, led string, led strip, white led, red led, blue led, green led, yellow led",
    ),
    **_cues(
        "low_side_switch",
        "low side switch, low side driver, relay driver, solenoid driver, motor switch, motor driver, "
        "switch a relay, drive a relay, switch a motor, drive a motor, switch a solenoid, drive a solenoid, relay, "
        "transistor switch, load switch, switch a load, drive a load, solenoid, solenoid valve, valve driver, pump, "
        "drive a pump, switch a pump, drive a fan, switch a fan, fan driver, pump driver, dc motor, fan, motor, "
        "turn on a motor, turn on a relay, turn on a fan, turn on a pump, lamp driver, switch a lamp, bulb, "
        "switching transistor, valve, buzzer, electromagnet, switch on and off, heater, drive a heater, switch a heater, "
        "led strip driver, led strip switch, lamp",
    ),
    **_cues(
        "low_side_switch",
        "mosfet switch, mosfet low side switch, mosfet driver, nmos switch, n channel switch, fet switch, "
        "n channel mosfet switch, logic level mosfet, low side mosfet, low side mosfet switch, mosfet relay driver, "
        "nmos low side switch, n channel mosfet, low side n mosfet, mosfet solenoid driver, mosfet motor driver, nfet switch",
        topology="mosfet",
    ),
    **_cues(
        "low_side_switch",
        "bjt switch, npn switch, npn low side switch, bjt low side switch, npn relay driver, bjt relay driver, "
        "npn transistor switch, bipolar switch, transistor low side switch, npn driver, transistor relay driver, "
        "bipolar transistor switch, low side npn switch, low side npn, bjt driver, low side transistor switch",
        topology="bjt",
    ),
    **_cues(
        "rectifier_supply",
        "bridge rectifier, full wave bridge, diode bridge, rectifier bridge, graetz bridge, rectifier and reservoir, "
        "full wave rectifier, full bridge rectifier, unregulated supply, unregulated power supply, "
        "full wave bridge rectifier, rectifier with smoothing capacitor, reservoir capacitor, smoothing capacitor, "
        "ac to dc, rectify, rectified, rectifier, ac dc supply, ac to dc converter, smoothing cap, reservoir cap, "
        "filter capacitor, bridge rectifier supply, rectifies, ac to dc supply",
    ),
    **_cues(
        "voltage_divider",
        "voltage divider, potential divider, resistor divider, resistive divider, divider, divide down, "
        "scale down, attenuator, voltage divider circuit, resistor voltage divider, resistive attenuator, divide by, "
        "level shift down, resistive voltage divider, divides, pot divider, resistor network, battery monitor, "
        "battery sense, battery sensing, measure battery voltage, reduce voltage, l pad, pad",
    ),
    **_cues(
        "low_pass",
        "low pas, lo pass, smooth, smooths, rc filter, smooth out, take out the high frequency, hiss filter, rc low pas, averaging filter",
        weak=True,
    ),
    **_cues("high_pass", "high pas, hi pass, ac couple, high frequency passing, pass the high", weak=True),
    **_cues("band_pass", "band pas", weak=True),
    **_cues("schmitt_trigger", "hysteresis"),
    **_cues("schmitt_trigger", "clean up, squarer, crisp logic, noisy signal into", weak=True),
    **_cues(
        "comparator",
        "detect, detects, detect when, exceeds, rises above, falls below, drops below, goes above, goes below, gets above, gets below, low when, high when, alarm, too high, too low, trips, trip",
        weak=True,
    ),
    **_cues(
        "amplifier",
        "non inverting, noninverting, inverting, gain, gain of, louder, times louder, times bigger, bigger, line driver, headphone driver, op amp, opamp",
        weak=True,
    ),
    **_cues(
        "square_oscillator",
        "555, 555 timer, ne555, timer 555, beep, beeps, toggle, toggling, toggles, ticks, tick, chirp",
    ),
    **_cues(
        "low_side_switch",
        "switch, switches, switching, turn on, turn off, control a motor, control a relay",
        weak=True,
    ),
    **_cues(
        "voltage_divider",
        "level shift, two resistor, equal resistor, two equal resistor, pair of resistor, 2 resistor, resistive level shifter",
        weak=True,
    ),
    **_cues(
        "rectifier_supply",
        "full bridge, unregulated dc supply, unregulated dc, wall transformer, bridge and reservoir, raw dc",
    ),
    **_cues("voltage_regulator", "supply of, adjustable supply", weak=True),
    **_cues("led_indicator", "forward drop, forward voltage", weak=True),
    **_cues("sine_oscillator", "sine, generate sine, sine tone", weak=True),
    **_cues(
        "schmitt_trigger",
        "sine to square, into a square wave, to a square wave, squaring circuit, square up, sine into square, to square wave, into square wave",
    ),
    **_cues("current_source", "sink, sinks, constant current of", weak=True),
    **_cues(
        "voltage_divider", "sense a battery, measure a battery, monitor a battery, scale a battery", weak=True
    ),
    **_cues("low_pass", "lp", weak=True),
    **_cues("high_pass", "hp", weak=True),
    **_cues("band_pass", "bp", weak=True),
    **_cues("low_side_switch", "pwm dimming, fet switch, with a fet, led strip dimmer", topology="mosfet"),
    **_cues("voltage_regulator", "stable reference, precision reference, reference", weak=True),
    **_cues("band_pass", "peak at, tank circuit, resonator, resonance at", weak=True),
}
"""Function cues by phrase."""

WEAK: frozenset[str] = frozenset(
    phrase.strip()
    for phrase in (
        "white led, red led, blue led, green led, yellow led, amp, boost, booster, power supply, psu, regulated, regulate, regulates, drop, clock, sine wave, sinewave, "
        "sinusoid, square wave, test tone, pure tone, audio tone, mains hum, line hum, relay, solenoid, solenoid valve, "
        "valve, pump, fan, motor, dc motor, lamp, bulb, buzzer, electromagnet, heater, led, indicator, trap, pad, "
        "led strip, compare, compares, crosses, level sensor, smoothing capacitor, reservoir capacitor, filter capacitor, "
        "smoothing cap, reservoir cap, mix, mixes, mixing, adds, sums, rectified, rectify, photodiode, photo diode, "
        "switches when, voltage reference, current limiting resistor, within a window, pulse train, clock signal, "
        "clock pulse, resistor network, strain gauge, load cell, wheatstone bridge, press a button, on for, high for, "
        "divider, zener diode, zener reference, zener voltage reference, step down, mains interference, power line interference, "
        "pass only, passes only, sensor amplifier, power led, status led, sine source, noise filter, dc block, "
        "when triggered, after a trigger, harmonic oscillator, zero crossing, half wave rectifier, full wave rectifier, "
        "half wave, blink, blinks, mixer, divides, reduce voltage, attenuator, waveform generator, ldo, reject above"
    ).split(",")
)
"""Cues that describe a signal, a load or a supply as often as they name the circuit; a plain cue outranks them."""

CHOICES: dict[str, tuple[str, str]] = {
    "butterworth": ("response", "butterworth"),
    "maximally flat": ("response", "butterworth"),
    "chebyshev": ("response", "chebyshev"),
    "tschebyscheff": ("response", "chebyshev"),
    "chebychev": ("response", "chebyshev"),
    "equiripple": ("response", "chebyshev"),
    "bessel": ("response", "bessel"),
    "elliptic": ("response", "elliptic"),
    "elliptical": ("response", "elliptic"),
    "cauer": ("response", "elliptic"),
    "gaussian": ("response", "gaussian"),
    "inverse chebyshev": ("response", "inverse chebyshev"),
    "type ii chebyshev": ("response", "inverse chebyshev"),
    "linear phase": ("response", "bessel"),
    "maximally flat delay": ("response", "bessel"),
    "sallen key": ("topology", "sallen_key"),
    "sallen and key": ("topology", "sallen_key"),
    "vcvs": ("topology", "sallen_key"),
    "multiple feedback": ("topology", "multiple_feedback"),
    "mfb": ("topology", "multiple_feedback"),
    "rauch": ("topology", "multiple_feedback"),
    "rc": ("topology", "rc"),
    "rl": ("topology", "rl"),
    "rlc": ("topology", "rlc"),
    "lrc": ("topology", "rlc"),
    "lcr": ("topology", "rlc"),
    "lc": ("topology", "rlc"),
    "passive": ("topology", "passive"),
    "active": ("topology", "active"),
    "op amp": ("topology", "active"),
    "opamp": ("topology", "active"),
    "twin t": ("topology", "twin_t"),
    "inverting": ("topology", "inverting"),
    "inverted": ("topology", "inverting"),
    "non inverting": ("topology", "non_inverting"),
    "noninverting": ("topology", "non_inverting"),
    "common emitter": ("topology", "common_emitter"),
    "zener": ("topology", "zener"),
    "ldo": ("topology", "ldo"),
    "low dropout": ("topology", "ldo"),
    "mosfet": ("topology", "mosfet"),
    "nmos": ("topology", "mosfet"),
    "n channel": ("topology", "mosfet"),
    "npn": ("topology", "bjt"),
    "bjt": ("topology", "bjt"),
    "adjustable": ("topology", "lm317"),
    "adjustable type": ("topology", "lm317"),
    "variable": ("topology", "lm317"),
    "relay": ("load", "relay"),
    "solenoid": ("load", "solenoid"),
    "solenoid valve": ("load", "solenoid"),
    "electromagnet": ("load", "solenoid"),
    "valve": ("load", "valve"),
    "motor": ("load", "motor"),
    "fan": ("load", "motor"),
    "pump": ("load", "motor"),
    "coil": ("load", "coil"),
    "inductive": ("load", "inductive"),
    "inductive load": ("load", "inductive"),
    "flyback": ("load", "inductive"),
    "flyback diode": ("load", "inductive"),
    "freewheel": ("load", "inductive"),
    "freewheeling diode": ("load", "inductive"),
    "transistor": ("topology", "transistor"),
    "two transistor": ("topology", "transistor"),
    "2 transistor": ("topology", "transistor"),
    "555": ("topology", "555"),
    "relaxation": ("topology", "relaxation"),
    "in series": ("arrangement", "series"),
    "half wave": ("wave", "half"),
    "full wave": ("wave", "full"),
    "ac coupled": ("coupling", "ac"),
    "ac coupling": ("coupling", "ac"),
    "capacitively coupled": ("coupling", "ac"),
    "dc coupled": ("coupling", "dc"),
    "dc coupling": ("coupling", "dc"),
    "red": ("color", "red"),
    "green": ("color", "green"),
    "blue": ("color", "blue"),
    "yellow": ("color", "yellow"),
    "orange": ("color", "orange"),
    "amber": ("color", "orange"),
    "white": ("color", "white"),
    "infrared": ("color", "infrared"),
    "ir": ("color", "infrared"),
    "gpio": ("drive", "gpio"),
    "gpio pin": ("drive", "gpio"),
    "microcontroller pin": ("drive", "gpio"),
    "arduino pin": ("drive", "gpio"),
    "mcu pin": ("drive", "gpio"),
    "output pin": ("drive", "gpio"),
    "logic output": ("drive", "gpio"),
}
"""Words that choose among alternatives of one function."""

TOPOLOGY_OF: dict[str, frozenset[str]] = {
    "low_pass": frozenset({"rc", "rl", "rlc", "passive", "active", "sallen_key", "multiple_feedback"}),
    "high_pass": frozenset({"rc", "rl", "rlc", "passive", "active", "sallen_key", "multiple_feedback"}),
    "band_pass": frozenset({"rc", "rl", "rlc", "passive", "active", "sallen_key", "multiple_feedback"}),
    "notch": frozenset({"rc", "rl", "rlc", "passive", "active", "twin_t"}),
    "amplifier": frozenset({"inverting", "non_inverting", "common_emitter"}),
    "comparator": frozenset({"inverting", "non_inverting"}),
    "schmitt_trigger": frozenset({"inverting", "non_inverting"}),
    "summing_amplifier": frozenset({"inverting", "non_inverting"}),
    "precision_rectifier": frozenset({"inverting", "non_inverting"}),
    "square_oscillator": frozenset({"555", "transistor", "relaxation"}),
    "monostable": frozenset({"555"}),
    "voltage_regulator": frozenset({"zener", "lm317", "ldo"}),
    "low_side_switch": frozenset({"bjt", "mosfet"}),
    "current_source": frozenset({"bjt", "mosfet"}),
}
"""Topology words that mean something for a function; others are left aside."""

CONNECTORS: tuple[str, ...] = (
    "after it", "and after it", "after which", "after this", "and after that", "that switches", "which switches",
    "that drives", "which drives", "then a", "then an", "then the", "followed by", "then", "and then", "into", "feeding", "feeds", "going into", "goes into", "cascaded with",
    "in series with", "driving", "drives", "whose output", "the output of which", "connected to", "fed to",
    "fed into", "leading to", "leads into", "next stage", "second stage", "after that", "afterwards", "its output",
    "to drive", "plus", "with a", "with an", "and a", "and an", "and", "before", "ahead of", "in front of",
    "output goes to", "which then", "that then", "sent to", "chain",
)  # fmt: skip
"""What stands between two stages."""

REVERSED: tuple[str, ...] = (
    "after",
    "preceded by",
    "following",
    "fed by",
    "driven by",
    "fed from",
    "driven from",
)
"""Connectors after which the earlier stage is named."""

UNSUPPORTED: dict[str, str] = {
    phrase.strip(): topic
    for topic, phrases in {
        "switching converters": "buck, boost converter, buck converter, step up, flyback converter, smps, buck boost, "
        "switching regulator, switch mode, switched mode, charge pump, dc dc converter, boost regulator, sepic, "
        "switching supply, switching power supply, push pull converter, forward converter",
        "radio and microwave circuits": "radio, fm transmitter, fm receiver, fm radio, am radio, am receiver, rf, antenna, mhz receiver, lna, "
        "transmitter, receiver, superheterodyne, walkie talkie, radar, modulator, demodulator, pll, phase locked loop, vco",
        "power amplifiers": "class d, class ab, class a, class b, power amplifier, speaker amplifier, loudspeaker amplifier",
        "digital logic and processors": "fpga, cpu, microprocessor, state machine, counter, shift register, flip flop, "
        "nuclear reactor, rocket, robot, drone, computer, laptop, smartphone, logic gate, adc converter, sigma delta",
        "high-side switches": "high side switch, high side, high side driver, high side load switch",
        "motor inverters and mains control": "h bridge, brushless, three phase, dimmer, triac, thyristor, scr, vfd, "
        "inverter from, mains inverter, stepper",
        "circuits on the mains without isolation": "mains straight, without a transformer, without transformer, transformerless, no transformer, "
        "capacitive dropper, directly from mains, direct from mains, straight from mains, straight from the mains, straight from the wall, "
        "directly from the mains, mains powered, off the mains, off line",
        "battery chargers": "battery charger, charger, charge a battery, lipo charger, solar charger, mppt",
        "crystal and quartz oscillators": "crystal oscillator, quartz, colpitts, hartley, pierce",
    }.items()
    for phrase in phrases.split(",")
}
"""What is asked for now and then and is outside the catalogue; named so that a near block is not mistaken for it."""

SURROUNDINGS = frozenset(
    "receiver transmitter rf antenna counter charger computer laptop smartphone robot drone cpu microprocessor modulator demodulator "
    "radar quartz lna step up stepper rocket".split()
)
"""Topics of :data:`UNSUPPORTED` that may also be where a circuit is used."""

PART_FUNCTIONS: dict[str, str] = {
    "linear_regulator": "voltage_regulator",
    "adjustable_regulator": "voltage_regulator",
    "zener": "voltage_regulator",
    "timer": "square_oscillator",
    "comparator": "comparator",
    "opamp": "amplifier",
    "nmos": "low_side_switch",
    "npn": "low_side_switch",
    "led": "led_indicator",
}
"""What naming a part of a kind suggests where no other word names a circuit."""
