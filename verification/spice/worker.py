"""The simulator worker: ``python -m voltsmith.verification.spice.worker``.

Reads pickled jobs from standard input and writes pickled outcomes to standard output, one at a time.
It is its own process because libngspice is not re-entrant and a hard error inside it ends the process.
"""

from __future__ import annotations

import os
import pickle
import struct
import sys
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from voltsmith.schemas.testbenches import Signal
from voltsmith.verification.spice.engine import Engine
from voltsmith.verification.spice.jobs import Job, Outcome, Ready
from voltsmith.verification.spice.measurements import NotMeasurable, Waves, evaluate
from voltsmith.verification.spice.messages import failure_in

_AXES = {"ac_sweep": "frequency", "noise": "frequency", "transient": "time"}


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Say whether the library loads, then answer jobs until the pipe closes."""
    try:
        engine = Engine()
    except Exception as trouble:  # whatever a broken library does, the pool has to hear of it
        send(sink, Ready(f"{type(trouble).__name__}: {trouble}"))
        return
    send(sink, Ready())
    while (job := receive(source)) is not None:
        send(sink, perform(engine, job))


def perform(engine: Engine, job: Job) -> Outcome:
    """Run all runs of ``job`` and measure them."""
    engine.take_messages()
    loaded = engine.load(job.deck)
    messages = engine.take_messages()
    refusal = failure_in(messages) or ("" if loaded else "ngspice refused the deck")
    if refusal:
        # After some errors the library refuses whatever comes next; a new process is the sure cure.
        return Outcome.failed(job, refusal, messages, worn=not loaded or "detached" in " ".join(messages))
    values = np.full((len(job.runs), len(job.measures)), np.nan)
    reasons = [[""] * len(job.measures) for _ in job.runs]
    kept_axis, kept_waves = None, {}
    error = ""
    for index, alters in enumerate(job.runs):
        engine.drop_results()
        for line in alters:
            engine.run(line)
        ran = engine.run(job.command)
        said = engine.take_messages()
        trouble = failure_in(said) or ("" if ran else "the analysis failed")
        if index == 0:
            messages += said
            error = trouble
        waves = None if trouble else collect(engine, job)
        for column, measure in enumerate(job.measures):
            try:
                if waves is None:
                    raise NotMeasurable(trouble or "the simulation gave no result")
                values[index, column] = evaluate(measure, waves)
            except NotMeasurable as reason:
                reasons[index][column] = str(reason)
        if index == 0 and waves is not None and job.keep_waves:
            kept_axis, kept_waves = waves.axis, dict(waves.signals)
    engine.clear()
    return Outcome(values, reasons, messages, error, axis=kept_axis, waves=kept_waves)


def collect(engine: Engine, job: Job) -> Waves | None:
    """The signals of the current plot; None where a vector is missing."""
    if job.analysis == "noise":
        return _collect_noise(engine, job)
    plot = engine.plot()
    signals: dict[Signal, NDArray[Any]] = {}
    for signal, (plus, minus) in job.vectors.items():
        first = engine.vector(plus, plot) if plus else None
        second = engine.vector(minus, plot) if minus else None
        if (plus and first is None) or (minus and second is None):
            return None
        combined: NDArray[Any] = np.subtract(
            0.0 if first is None else first, 0.0 if second is None else second
        )
        # ngspice counts source current into the plus terminal; ours leaves it.
        signals[signal] = -combined if signal.source is not None else combined
    if not signals:
        return None
    length = len(next(iter(signals.values())))
    if job.analysis == "op":
        axis: NDArray[Any] | None = np.zeros(1)
    elif job.analysis == "dc_sweep":
        axis = next((v for n in ("v-sweep", "i-sweep") if (v := engine.vector(n, plot)) is not None), None)
    else:
        axis = engine.vector(_AXES[job.analysis], plot)
    if axis is None or len(axis) != length:
        return None
    if job.analysis != "ac_sweep":
        signals = {signal: np.real(data) for signal, data in signals.items()}
    return Waves(job.analysis, np.real(axis), signals)


def _collect_noise(engine: Engine, job: Job) -> Waves | None:
    # A noise analysis leaves two plots: spectra in the last but one, totals in the last.
    last = engine.plot()
    spectra = f"noise{int(last.removeprefix('noise')) - 1}" if last.startswith("noise") else last
    for plot in (spectra, last):
        density, axis = engine.vector("onoise_spectrum", plot), engine.vector("frequency", plot)
        if density is not None and axis is not None:
            return Waves("noise", np.real(axis), {signal: np.abs(density) for signal in job.vectors})
    return None


def send(sink: BinaryIO, message: object) -> None:
    """Write one length-prefixed pickle."""
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    sink.write(struct.pack("<Q", len(data)) + data)
    sink.flush()


def receive(source: BinaryIO) -> Any:
    """Read one message; None at the end of the stream."""
    head = source.read(8)
    if len(head) < 8:
        return None
    (size,) = struct.unpack("<Q", head)
    data = source.read(size)
    return pickle.loads(data) if len(data) == size else None


def main() -> None:
    """Entry point: keeps the protocol off file descriptor 1, which libngspice prints to."""
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, sink)


if __name__ == "__main__":
    main()
