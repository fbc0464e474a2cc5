"""Control lines of the transient measurements.

``select`` cuts the window out into a plot of its own; the others work on its whole vectors #y (the
signal), #r (the reference) and #x (time).
"""

from __future__ import annotations

from voltsmith.exports._control_cards import Cards, UnableError, given, number

_TAIL = 0.05


def select(c: Cards) -> None:
    """#y, #r and #x within [``low``, ``high``]."""
    low, high = c.measure.low, c.measure.high
    c.let("y", c.signal)
    if c.reference is not None:
        c.let("r", c.reference)
    if low is not None or high is not None:
        c.add(f"let cut-tstart = {'time[0]' if low is None else number(low)}")
        c.add(f"let cut-tstop = {'time[length(time)-1]' if high is None else number(high)}")
        c.add("cutout #y" + ("" if c.reference is None else " #r"))
        c.has_window = True
    c.let("x", "time")
    c.let("n", "length(#x)")
    c.let("i", "vector(#n)")


def _crossing(c: Cards, name: str, y: str, edge: str) -> None:
    c.when("tran", name, y, edge)


def _after(c: Cards, name: str, y: str, start: str) -> None:
    """#name: #y, held at its value just before ``start`` for all earlier times."""
    c.index(start)
    c.let(name, f"#{y}*(#x gt {start}) + #{y}[#k]*(#x le {start})")


def _centred(c: Cards, name: str, y: str, level: float | None) -> None:
    middle = f"(vecmax(#{y})+vecmin(#{y}))/2" if level is None else f"({number(level)})"
    c.let(name, f"#{y} - {middle}")


def period(c: Cards) -> None:
    """First to last rising edge over the cycles in between, counted by the length of the first."""
    _centred(c, "d", "y", c.measure.level)
    _crossing(c, "a", "d", "rise=1")
    _crossing(c, "b", "d", "rise=2")
    _crossing(c, "c", "d", "rise=last")
    c.let("v", "(#c-#a)/floor((#c-#a)/(#b-#a)+0.5)")


def frequency(c: Cards) -> None:
    """The inverse of the period."""
    period(c)
    c.let("v", "1/#v")


def _cycle(c: Cards, edges: str) -> None:
    """#a, #b, #c: the first rising edge, the falling one after it, the rising one after that."""
    _centred(c, "d", "y", c.measure.level)
    for name, start, direction in (("a", "", "rise"), ("b", "a", "fall"), ("c", "b", "rise"))[: len(edges)]:
        if start:
            _after(c, "d", "d", f"#{start}")
        _crossing(c, name, "d", f"{direction}=1")


def high_time(c: Cards) -> None:
    """First rising edge to the next falling one."""
    _cycle(c, "ab")
    c.let("v", "#b - #a")


def low_time(c: Cards) -> None:
    """The falling edge of the first cycle to its end."""
    _cycle(c, "abc")
    c.let("v", "#c - #b")


def duty_cycle(c: Cards) -> None:
    """High time over period of the first cycle, in %."""
    _cycle(c, "abc")
    c.let("v", "100*(#b-#a)/(#c-#a)")


def maximum(c: Cards) -> None:
    """Largest value."""
    c.let("v", "vecmax(#y)")


def minimum(c: Cards) -> None:
    """Smallest value."""
    c.let("v", "vecmin(#y)")


def peak_to_peak(c: Cards) -> None:
    """Largest less smallest value."""
    c.let("v", "vecmax(#y) - vecmin(#y)")


def amplitude(c: Cards) -> None:
    """Half of peak to peak."""
    c.let("v", "(vecmax(#y) - vecmin(#y))/2")


def average(c: Cards) -> None:
    """Integral over time."""
    c.let("j", "integ(#y)")
    c.let("v", "#j[#n-1]/(#x[#n-1]-#x[0])")


def rms(c: Cards) -> None:
    """Root of the integral of the square over time."""
    c.let("j", "integ(#y*#y)")
    c.let("v", "sqrt(#j[#n-1]/(#x[#n-1]-#x[0]))")


def final(c: Cards) -> None:
    """Average over the last 5 % of the window."""
    c.let("j", "integ(#y)")
    c.let("span", f"{_TAIL}*(#x[#n-1]-#x[0])")
    c.find("v", "j", "(#x[#n-1]-#span)")
    c.let("v", "(#j[#n-1]-#v)/#span")


def _step(c: Cards) -> None:
    """#z: the signal scaled to go from 0 to 1 after the step, and 0 before it."""
    final(c)
    if c.measure.at is None:
        c.let("at", "#x[0]")
        c.let("start", "#y[0]")
    else:
        c.let("at", number(c.measure.at))
        c.find("start", "y", "#at")
    c.let("z", "(#y-#start)/(#v-#start)*(#x ge #at)")


def edge_time(c: Cards) -> None:
    """Time from ``level`` % to 100 - ``level`` % of the step, in either direction."""
    level = 10.0 if c.measure.level is None else c.measure.level
    _step(c)
    c.let("d", f"#z - {number(level / 100)}")
    c.let("e", f"#z - {number(1 - level / 100)}")
    _crossing(c, "a", "d", "rise=1")
    _after(c, "e", "e", "#a")
    _crossing(c, "b", "e", "rise=1")
    c.let("v", "#b - #a")


def overshoot(c: Cards) -> None:
    """Largest value beyond the final one, in % of the step."""
    _step(c)
    c.let("v", "100*(vecmax(#z)-1)")
    c.let("v", "#v*(#v gt 0)")


def settling_time(c: Cards) -> None:
    """Time from the step until the error last comes down to ``level`` %."""
    level = 1.0 if c.measure.level is None else c.measure.level
    _step(c)
    c.let("e", f"abs(#z-1) - {number(level / 100)}")
    _crossing(c, "b", "e", "fall=last")
    c.let("v", "#b - #at")


def slew_rate(c: Cards) -> None:
    """Largest slope between neighbouring samples, of those that touch the middle 60 % of the swing."""
    # Not by ``deriv``, whose polynomial fit crashes ngspice where time steps are very uneven.
    c.let("p", "(#y-vecmin(#y))/(vecmax(#y)-vecmin(#y))")
    c.let("a", "#p[0,#n-2]")
    c.let("b", "#p[1,#n-1]")
    c.let("h", "#x[1,#n-1]-#x[0,#n-2]")
    c.let("m", "(((#a gt 0.2)+(#b gt 0.2)) gt 0)*(((#a lt 0.8)+(#b lt 0.8)) gt 0)")
    # Steps of a billionth of the window only show rounding errors of the time axis.
    c.let("m", "#m*(#h gt 1e-9*(#x[#n-1]-#x[0]))")
    c.let("v", "vecmax(abs(#b-#a)/#h*#m)*(vecmax(#y)-vecmin(#y))")


def thd(c: Cards) -> None:
    """Harmonics 2 to 10 over the fundamental, by Fourier integrals over the last whole periods, in %.

    The ``fourier`` command would do, but it numbers its results by how often it was called.
    """
    if c.measure.at is None:
        frequency(c)
        c.let("at", "#v")
    else:
        c.let("at", number(c.measure.at))
    c.let("q", "floor((#x[#n-1]-#x[0])*#at + 1e-6)")
    c.let("q", "#q - (#q-16)*(#q gt 16)")
    c.let("begin", "#x[#n-1] - #q/#at")
    c.let("h", "1")
    c.let("first", "0")
    c.let("v", "0")
    c.add("repeat 10")
    for name, wave in (("jc", "cos"), ("js", "sin")):
        c.let(name, f"integ(#y*{wave}(2*pi*#h*#at*(#x-#begin)))")
        c.find(f"{name}0", name, "#begin")
    c.let("p", "(#jc[#n-1]-#jc0)^2 + (#js[#n-1]-#js0)^2")
    c.let("first", "#first + #p*(#h lt 2)")
    c.let("v", "#v + #p*(#h ge 2)")
    c.let("h", "#h + 1")
    c.add("end")
    c.let("v", "100*sqrt(#v/#first)")


def _require_reference(c: Cards) -> None:
    if c.reference is None:
        raise UnableError(f"{c.measure.kind} needs the input in `reference`")


def _threshold(c: Cards, wrong_way: str) -> None:
    """The input at the first edge of the output, or at the second if it moves the wrong way at the first."""
    _require_reference(c)
    _centred(c, "d", "y", c.measure.level)
    _crossing(c, "a", "d", "cross=1")
    # Not by ``deriv``, for the reason given in ``slew_rate``.
    c.index("#a")
    c.let("step", "#r[#k+1] - #r[#k]")
    c.add(f"if #step {wrong_way} 0")
    c.add("meas tran #v find #r when #d=0 cross=2")
    c.add("else")
    c.add("meas tran #v find #r when #d=0 cross=1")
    c.add("end")


def upper_threshold(c: Cards) -> None:
    """The input where the output changes while the input rises."""
    _threshold(c, "lt")


def lower_threshold(c: Cards) -> None:
    """The input where the output changes while the input falls."""
    _threshold(c, "gt")


def hysteresis(c: Cards) -> None:
    """Distance of the inputs at the first rise and the first fall of the output."""
    _require_reference(c)
    _centred(c, "d", "y", c.measure.level)
    c.add("meas tran #a find #r when #d=0 rise=1")
    c.add("meas tran #b find #r when #d=0 fall=1")
    c.let("v", "abs(#a-#b)")


def delay(c: Cards) -> None:
    """The reference's first crossing of its mid level, or ``at``, to the signal's next crossing."""
    if c.reference is not None:
        _centred(c, "e", "r", None)
        _crossing(c, "a", "e", "cross=1")
    else:
        c.let("a", number(given(c.measure.at, "`reference` or `at`", c.measure)))
    _centred(c, "d", "y", c.measure.level)
    _after(c, "d", "d", "#a")
    _crossing(c, "b", "d", "cross=1")
    c.let("v", "#b - #a")
