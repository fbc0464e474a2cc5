"""libngspice inside a worker process, through PySpice's shared-library binding.

PySpice raises on every line of stderr that does not start with ``Warning:``, so harmless notes
(gmin stepping, "Using SPARSE 1.3") would end good runs; here all messages are collected and judged
by :mod:`voltsmith.verification.spice.messages` instead.
"""

from __future__ import annotations

import ctypes.util
import glob
import logging
import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltsmith.schemas.errors import SimulatorMissing

INSTALL_LINE = "apt-get install ngspice libngspice0"
_PATTERNS = (
    "/usr/lib/*/libngspice.so*",
    "/usr/lib/libngspice.so*",
    "/usr/local/lib/libngspice.so*",
    "/usr/lib64/libngspice.so*",
    "/opt/homebrew/lib/libngspice*.dylib",
    "/usr/local/lib/libngspice*.dylib",
)


def library_path() -> str:
    """Path of the ngspice shared library; ``NGSPICE_LIBRARY_PATH`` goes first.

    Raises:
        SimulatorMissing: it is nowhere to be found; the message has the install line.
    """
    named = os.environ.get("NGSPICE_LIBRARY_PATH")
    if named and os.path.exists(named):
        return named
    for pattern in _PATTERNS:
        if found := sorted(glob.glob(pattern)):
            return found[0]
    if found_name := ctypes.util.find_library("ngspice"):
        return found_name
    raise SimulatorMissing(
        f"the ngspice shared library (libngspice) was not found; install it with: {INSTALL_LINE}"
    )


class Engine:
    """One libngspice instance. Not re-entrant: one to a process."""

    def __init__(self) -> None:
        logging.disable(logging.CRITICAL)
        from PySpice.Spice.NgSpice.Shared import NgSpiceShared, ffi

        messages: list[str] = []

        class Quiet(NgSpiceShared):  # type: ignore[misc]
            """PySpice's binding with every line of output collected and none of them fatal."""

            @staticmethod
            def _send_char(message: Any, ngspice_id: int, user_data: Any) -> int:
                messages.append(ffi.string(message).decode("utf8", "replace"))
                return 0

            def _get_version(self) -> None:
                # Newer than PySpice knows; its only use there is a warning on stdout.
                self._ngspice_version = None
                self._has_xspice = self._has_cider = False
                self._extensions: list[str] = []

        Quiet.LIBRARY_PATH = library_path()
        self._messages = messages
        self._ffi = ffi
        self._spice = Quiet(send_data=False)
        self._library = self._spice._ngspice_shared
        self._loaded = False

    def run(self, command: str) -> bool:
        """Run one ngspice command; False where ngspice itself reports failure."""
        code = self._library.ngSpice_Command(command.encode("ascii"))
        return bool(code == 0)

    def load(self, deck: tuple[str, ...]) -> bool:
        """Replace the circuit by ``deck``."""
        self.clear()
        lines = [self._ffi.new("char[]", line.encode("ascii")) for line in deck]
        array = self._ffi.new("char *[]", [*lines, self._ffi.NULL])
        code = self._library.ngSpice_Circ(array)
        self._loaded = True
        return bool(code == 0)

    def clear(self) -> None:
        """Drop results and the circuit; without it every run leaks about 0.08 MB."""
        if self._loaded:
            self.run("destroy all")
            self.run("remcirc")
            self._loaded = False

    def drop_results(self) -> None:
        """Drop results, keep the circuit."""
        self.run("destroy all")

    def plot(self) -> str:
        """Name of the current plot."""
        return str(self._ffi.string(self._library.ngSpice_CurPlot()).decode("ascii"))

    def vector(self, name: str, plot: str | None = None) -> NDArray[Any] | None:
        """A copy of a vector of the current plot, or None when there is no such vector."""
        full = f"{plot or self.plot()}.{name}"
        info = self._library.ngGet_Vec_Info(full.encode("ascii"))
        if info == self._ffi.NULL or info.v_length == 0:
            return None
        if info.v_compdata != self._ffi.NULL:
            size = info.v_length * self._ffi.sizeof("ngcomplex_t")
            raw = np.frombuffer(self._ffi.buffer(info.v_compdata, size), dtype=np.float64)
            return raw[0::2] + 1j * raw[1::2]
        data = np.frombuffer(self._ffi.buffer(info.v_realdata, info.v_length * 8), dtype=np.float64)
        return data.copy()

    def take_messages(self) -> tuple[str, ...]:
        """Messages since the last call, without the stream names."""
        taken = tuple(message.split(" ", 1)[-1].strip() for message in self._messages)
        self._messages.clear()
        return tuple(message for message in taken if message)
