"""Control lines of the operating-point, DC-sweep, AC-sweep and noise measurements."""

from __future__ import annotations

import math

from voltsmith.exports._control_cards import Cards, given, number

HALF_POWER_DB = 10 * math.log10(2)
"""Drop (dB) at a cut-off that names no level; the same number as the simulated measurements use."""

# --- operating point, DC sweep --------------------------------------------------------------------


def value(c: Cards) -> None:
    expression = c.signal if c.reference is None else f"({c.signal})/({c.reference})"
    if not c.axis:
        c.let("v", expression)
        return
    c.load(expression)
    c.find("v", "y", number(given(c.measure.at, "at", c.measure)))


def crossing(c: Cards) -> None:
    level = number(given(c.measure.level, "level", c.measure))
    c.let("d", f"{c.signal} - ({level})")
    if c.reference is None:
        c.when("dc", "v", "d", "cross=1", c.window())
        return
    c.let("r", c.reference)
    c.add(f"meas dc #v find #r when #d=0 cross=1{c.window()}")


def slope(c: Cards) -> None:
    if c.measure.at is not None:
        slope = f"deriv({c.signal})" + (f"/deriv({c.reference})" if c.reference else "")
        c.load(slope)
        c.find("v", "y", number(c.measure.at))
        return
    given(c.measure.low, "at, or low and high", c.measure)
    given(c.measure.high, "at, or low and high", c.measure)
    c.load(c.signal)
    c.let("m", c.inside())
    c.let("xc", "#x - mean(#m*#x)/mean(#m)")
    c.let("v", "mean(#m*#xc*#y)/mean(#m*#xc*#xc)")
    if c.reference is not None:
        c.let("r", c.reference)
        c.let("v", "#v*mean(#m*#xc*#xc)/mean(#m*#xc*#r)")


# --- AC sweep -------------------------------------------------------------------------------------


def response(c: Cards) -> None:
    h = c.signal if c.reference is None else f"({c.signal})/({c.reference})"
    c.load(f"mag({h})", axis="real(frequency)")


def gain(c: Cards) -> None:
    response(c)
    c.find_log("v", "y", given(c.measure.at, "at", c.measure))


def phase(c: Cards) -> None:
    h = c.signal if c.reference is None else f"({c.signal})/({c.reference})"
    c.load(f"cph({h})*180/pi", axis="real(frequency)")
    c.find("v", "y", number(given(c.measure.at, "at", c.measure)))
    c.let("v", "#v - 360*ceil((#v-180)/360)")


def maximum_gain(c: Cards) -> None:
    response(c)
    c.largest("v", "y")


def passband(c: Cards) -> None:
    """#y as |H|, and #ref as |H| in the passband."""
    response(c)
    if c.measure.at is not None:
        c.find_log("ref", "y", c.measure.at)
    else:
        c.largest("ref", "y")


def passband_gain(c: Cards) -> None:
    passband(c)
    c.let("v", "#ref")


def threshold_distance(c: Cards) -> None:
    passband(c)
    drop = HALF_POWER_DB if c.measure.level is None else c.measure.level
    c.let("d", f"db(#y/#ref) + {number(drop)}")


def upper_cutoff(c: Cards) -> None:
    threshold_distance(c)
    c.when("ac", "v", "d", "fall=last", c.window())


def lower_cutoff(c: Cards) -> None:
    threshold_distance(c)
    c.when("ac", "v", "d", "rise=1", c.window())


def extreme_frequency(c: Cards, shape: str) -> None:
    """Vertex of the parabola through the largest 1/shape and its neighbours, on a logarithmic axis."""
    c.let("w", shape)
    c.let("m", f"(1/#w)*{c.inside()}")
    c.let("k", "vecmax(#i*(#m ge vecmax(#m)))")
    c.let("t", "(#w[#k-1]-#w[#k+1])/(2*(#w[#k-1]-2*#w[#k]+#w[#k+1]))")
    c.let("v", "#x[#k]*(#x[#k+1]/#x[#k])^#t")


def peak_frequency(c: Cards) -> None:
    response(c)
    extreme_frequency(c, "1/#y^2")


def notch_frequency(c: Cards) -> None:
    response(c)
    extreme_frequency(c, "#y^2")


def least(c: Cards) -> str:
    return f"1/vecmax({c.inside()}/#y)"


def notch_depth(c: Cards) -> None:
    passband(c)
    shared = "" if c.every == 1 else f"*(#i - {c.every}*floor(#i/{c.every} + 1e-6) lt 0.5)"
    c.let("v", f"db(#ref*vecmax({c.inside()}{shared}/#y))")


def band_edges(c: Cards) -> None:
    """#a and #b: the lower and upper edge of the peak or notch."""
    threshold_distance(c)
    for end, edge in (("a", c.measure.low), ("b", c.measure.high)):
        if edge is None:
            c.let(f"end{end}", "#d[0]" if end == "a" else "#d[#n-1]")
        else:
            c.find(f"end{end}", "d", number(edge))
    c.let("least", least(c))
    c.let("k", f"vecmax(#i*((#y*{c.inside()}) le #least*1.0000001)*((#y*{c.inside()}) gt 0))")
    c.let("f0", "#x[#k]")
    # A notch: both ends in the passband, and more than 6 dB above the minimum.
    c.add("if #enda > 0 & #endb > 0 & #enda - #d[#k] > 6.0206 & #endb - #d[#k] > 6.0206")
    c.let("below", "#d*(#x le #f0) + #d[#k]*(#x gt #f0)")
    c.let("above", "#d*(#x ge #f0) + #d[#k]*(#x lt #f0)")
    c.when("ac", "a", "below", "fall=last", c.window())
    c.when("ac", "b", "above", "rise=1", c.window())
    c.add("else")
    c.when("ac", "a", "d", "rise=1", c.window())
    c.when("ac", "b", "d", "fall=last", c.window())
    c.add("end")


def bandwidth(c: Cards) -> None:
    band_edges(c)
    c.let("v", "#b - #a")


def q_factor(c: Cards) -> None:
    band_edges(c)
    c.let("v", "sqrt(#a*#b)/(#b - #a)")


def attenuation(c: Cards) -> None:
    at = given(c.measure.at, "at", c.measure)
    response(c)
    if c.measure.low is not None and c.measure.high is None:
        c.find_log("ref", "y", c.measure.low)
    else:
        c.largest("ref", "y")
    c.find_log("v", "y", at)
    c.let("v", "db(#ref/#v)")


def rolloff(c: Cards) -> None:
    low, high = (given(v, n, c.measure) for v, n in ((c.measure.low, "low"), (c.measure.high, "high")))
    response(c)
    c.find_log("a", "y", low)
    c.find_log("b", "y", high)
    c.let("v", f"db(#b/#a)/log10({number(high)}/{number(low)})")


def ripple(c: Cards) -> None:
    given(c.measure.low, "low", c.measure)
    given(c.measure.high, "high", c.measure)
    response(c)
    c.let("w", "1/#y")
    c.largest("a", "y")
    c.largest("b", "w")
    c.let("v", "db(#a*#b)")


# --- noise ----------------------------------------------------------------------------------------


def noise_density(c: Cards) -> None:
    c.load(c.signal)
    c.find_log("v", "y", given(c.measure.at, "at", c.measure))


def noise_total(c: Cards) -> None:
    c.load(c.signal)
    c.let("j", "integ(#y*#y)")
    c.find("a", "j", "#x[0]" if c.measure.low is None else number(c.measure.low))
    c.find("b", "j", "#x[#n-1]" if c.measure.high is None else number(c.measure.high))
    c.let("v", "sqrt(#b - #a)")
