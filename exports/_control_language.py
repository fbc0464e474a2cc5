"""The SPICE measurements in ngspice's own control language, for a testbench that a person runs.

``control_lines`` writes what ``voltsmith.verification.spice.measurements`` computes as lines for a
``.control`` section of plain ``ngspice -b`` (39 and later), so that a result can be checked without
voltsmith. The lines compute; they do not judge. Where ``measurements`` refuses a waveform that has no such
number, these lines print an empty value if a crossing is missing, and else whatever the formula gives.
Further differences:

- cut-offs and bandwidths interpolate straight between samples, so that a sweep has to be a fine one:
  within 1 % while ten samples lie between the edges of a peak;
- edges have no hysteresis: ringing that passes the level counts as an edge;
- high and low times are those of the first whole cycle;
- thresholds are those of the first edge in each direction of the input, not a mean over all.

Values at a point and averages are computed by indexing and ``integ``, because in ngspice 39 ``meas ...
find at`` refuses the last point of an AC or DC sweep, and ``meas ... avg`` runs a step past its window.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from voltsmith.exports import _control_sweep as sweep
from voltsmith.exports import _control_transient as transient
from voltsmith.exports._control_cards import Cards, UnableError, number
from voltsmith.schemas.testbenches import Measure, MeasureKind, Signal

_AXES = {
    "op": "",
    "dc_sweep": "v-sweep",
    "ac_sweep": "frequency",
    "transient": "time",
    "noise": "frequency",
}
_PREFIXES = {"dc": "dc_sweep", "ac": "ac_sweep", "tran": "transient", "noise": "noise", "op": "op"}


def _decibels(write: Callable[[Cards], None]) -> Callable[[Cards], None]:
    def written(c: Cards) -> None:
        write(c)
        c.let("v", "db(#v)")

    return written


_WRITERS: Mapping[MeasureKind, Callable[[Cards], None]] = {
    "value": sweep.value,
    "gain": sweep.gain,
    "gain_db": _decibels(sweep.gain),
    "phase": sweep.phase,
    "passband_gain": sweep.passband_gain,
    "passband_gain_db": _decibels(sweep.passband_gain),
    "peak_gain": sweep.maximum_gain,
    "peak_gain_db": _decibels(sweep.maximum_gain),
    "upper_cutoff": sweep.upper_cutoff,
    "lower_cutoff": sweep.lower_cutoff,
    "peak_frequency": sweep.peak_frequency,
    "notch_frequency": sweep.notch_frequency,
    "notch_depth_db": sweep.notch_depth,
    "bandwidth": sweep.bandwidth,
    "q_factor": sweep.q_factor,
    "attenuation_db": sweep.attenuation,
    "rolloff": sweep.rolloff,
    "ripple_db": sweep.ripple,
    "impedance": sweep.gain,
    "crossing": sweep.crossing,
    "slope": sweep.slope,
    "frequency": transient.frequency,
    "period": transient.period,
    "duty_cycle": transient.duty_cycle,
    "high_time": transient.high_time,
    "low_time": transient.low_time,
    "pulse_width": transient.high_time,
    "peak_to_peak": transient.peak_to_peak,
    "amplitude": transient.amplitude,
    "maximum": transient.maximum,
    "minimum": transient.minimum,
    "average": transient.average,
    "rms": transient.rms,
    "final": transient.final,
    "rise_time": transient.edge_time,
    "fall_time": transient.edge_time,
    "overshoot": transient.overshoot,
    "settling_time": transient.settling_time,
    "slew_rate": transient.slew_rate,
    "thd": transient.thd,
    "upper_threshold": transient.upper_threshold,
    "lower_threshold": transient.lower_threshold,
    "hysteresis": transient.hysteresis,
    "delay": transient.delay,
    "noise_density": sweep.noise_density,
    "noise_total": sweep.noise_total,
}
_TRANSIENT = {kind for kind, write in _WRITERS.items() if write.__module__ == transient.__name__}


def control_lines(
    check_id: str,
    measure: Measure,
    vector: Callable[[Signal], str],
    plot: str,
    *,
    analysis: str | None = None,
    axis: str | None = None,
    every: int = 1,
) -> list[str]:
    """Lines that compute ``measure`` and end by printing ``check_id = value``.

    Args:
        check_id: name of the check: letters, digits and underscores.
        measure: what is computed.
        vector: ngspice expression of a signal, e.g. ``v(out)``, ``(v(a)-v(b))``; of the output noise,
            ``onoise_spectrum``. Current signs are its business.
        plot: the plot that holds the result: ``ac1``, or ``$name`` of a variable set to ``$curplot``
            after the analysis. Of a noise analysis it is the spectrum's plot, the last but one.
        analysis: as ``Waves.analysis``; needed for a ``value`` whose plot does not begin with
            ``op``, ``dc`` or ``tran``.
        axis: ngspice name of the axis, needed where a DC sweep is not of a voltage (``i-sweep``).
        every: how many times finer the frequency sweep is than that of the bench. The depth of a notch, which
            is that of the lowest sample, is read from the samples that the bench has too.

    Returns:
        The lines. The plot is current afterwards, and no further plot is left behind.
    """
    if not check_id.replace("_", "").isalnum():
        raise ValueError(f"a check's name is made of letters, digits and underscores, got {check_id!r}")
    write = _WRITERS.get(measure.kind)
    if write is None:
        return [f'echo "{check_id} = not computed here: {measure.kind} compares two benches"']
    known = analysis or next((a for p, a in _PREFIXES.items() if plot.startswith(p)), "transient")
    cards = Cards(check_id, measure, vector, _AXES[known] if axis is None else axis)
    cards.every = every
    cards.add(f"setplot {plot}")
    try:
        if measure.kind in _TRANSIENT:
            transient.select(cards)
        write(cards)
    except UnableError as reason:
        return [f'echo "{check_id} = not computed here: {reason}"']
    if (measure.scale, measure.offset) != (1.0, 0.0):
        cards.let("v", f"#v*({number(measure.scale)}) + ({number(measure.offset)})")
    cards.add(f'echo "{check_id} = $&#v"')
    if cards.has_window:
        cards.add("destroy $curplot")
        cards.add(f"setplot {plot}")
    return cards.lines
