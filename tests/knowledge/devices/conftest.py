"""A small bench around libngspice for the device tests: one process, decks in, vectors out."""

from __future__ import annotations

import glob
import logging
import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from voltsmith.knowledge.devices import component, instance_lines, model_card
from voltsmith.schemas.circuits import Part

FATAL = ("singular", "ignored", "fail", "abort", "error", "unrecognized", "unknown", "no such", "too small")
HARMLESS = ("gmin step", "source step", "dc value used")


class Bench:
    """Runs analyses in libngspice; any message that tells of trouble becomes an AssertionError."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from PySpice.Spice.NgSpice.Shared import NgSpiceShared

        class Quiet(NgSpiceShared):  # type: ignore[misc]
            def exec_command(self, command: str, join_lines: bool = True) -> object:
                try:
                    return super().exec_command(command, join_lines)
                except Exception:
                    return ""

        logging.getLogger("PySpice").setLevel(logging.CRITICAL)
        libraries = [*glob.glob("/usr/lib/*/libngspice.so*"), *glob.glob("/usr/lib/libngspice.so*")]
        if not libraries:
            pytest.skip("libngspice is not installed")
        NgSpiceShared.LIBRARY_PATH = libraries[0]
        NgSpiceShared.MAX_COMMAND_LENGTH = 4000
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._ngspice = Quiet.new_instance()
        self.messages: list[str] = []
        self._loaded = False

    def load(self, lines: Sequence[str]) -> None:
        """Makes ``lines`` (without title and ``.end``) the current circuit."""
        if self._loaded:
            self._ngspice.exec_command("destroy all")
            self._ngspice.exec_command("remcirc")
        self.messages.clear()
        self._ngspice.load_circuit("\n".join(["* bench", *lines, ".end"]))
        self._loaded = True
        self._check()

    def command(self, text: str) -> None:
        """Runs one ngspice command."""
        self._ngspice.exec_command(text)
        self._check(text)

    def analyse(self, text: str, plot: int = 0) -> dict[str, NDArray[np.complex128] | NDArray[np.float64]]:
        """Runs an analysis; its vectors by name. ``plot`` counts from the latest."""
        self.command(text)
        name = self._ngspice.plot_names[plot]
        return {key: np.asarray(vector._data) for key, vector in self._ngspice.plot(None, name).items()}

    def _check(self, text: str = "load") -> None:
        output = [*self._ngspice._stdout, *self._ngspice._stderr]
        self.messages += output
        for line in output:
            low = line.lower()
            if any(word in low for word in FATAL) and not any(word in low for word in HARMLESS):
                raise AssertionError(f"{text}: {output}")


@pytest.fixture(scope="session")
def bench() -> Bench:
    return Bench()


def place(
    ref: str,
    name: str,
    pins: Mapping[str, str],
    value: str | None = None,
    **parameters: float,
) -> list[str]:
    """Element lines of a part on nets that keep their names in the deck."""
    part = Part(ref=ref, component=component(name).id, value=value, parameters=parameters, pins=dict(pins))
    return instance_lines(part, component(name), lambda net: net)


def cards(*names: str) -> list[str]:
    """Model cards of components, as lines."""
    texts = (model_card(component(name)) for name in names)
    return [line for text in texts if text for line in text.splitlines()]


@pytest.fixture(scope="session")
def deck() -> type[Deck]:
    return Deck


class Deck:
    """What tests use to write decks."""

    place = staticmethod(place)
    cards = staticmethod(cards)
