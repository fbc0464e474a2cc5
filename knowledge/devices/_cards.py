"""Chooses the model writer of a component by its kind."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from voltsmith.knowledge.devices import (
    _comparator,
    _library,
    _opamp,
    _regulator,
    _semiconductors,
    _timer,
)
from voltsmith.schemas.components import Component

_WRITERS: dict[str, Callable[[Component], str]] = {
    "diode": _semiconductors.diode_card,
    "led": _semiconductors.diode_card,
    "zener": _semiconductors.zener_card,
    "npn": _semiconductors.bipolar_card,
    "pnp": _semiconductors.bipolar_card,
    "nmos": _semiconductors.mosfet_card,
    "pmos": _semiconductors.mosfet_card,
    "opamp": _opamp.opamp_card,
    "comparator": _comparator.comparator_card,
    "timer": _timer.timer_card,
    "linear_regulator": _regulator.regulator_card,
    "adjustable_regulator": _regulator.regulator_card,
    "voltage_reference": _regulator.reference_card,
}


def model_card(component: Component) -> str | None:
    """The complete ``.model`` or ``.subckt`` text that instances of ``component`` refer to.

    Its name is ``m_`` and the id. None for parts that need no card: resistors, capacitors, inductors,
    relay coils, and whatever has an empty ``model``.
    """
    writer = _WRITERS.get(component.kind)
    if writer is None or not component.model:
        return None
    if _library.components().get(component.id) is component:
        return _cached(component.id)
    return writer(component)


@cache
def _cached(name: str) -> str:
    entry = _library.components()[name]
    return _WRITERS[entry.kind](entry)
