"""The data files load, are consistent, and are found by name."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from voltsmith.knowledge.devices import _library, component, components, model_card, model_name
from voltsmith.schemas.errors import UnknownName

OPAMP_LIMITS = {
    "supply_min",
    "supply_max",
    "output_current",
    "input_low_headroom",
    "input_high_headroom",
    "output_low_headroom",
    "output_high_headroom",
    "gbw",
    "slew_rate",
    "offset_max",
    "min_stable_gain",
}


def test_loads_quickly():
    """Reading is lazy and fast; the limit leaves room for a busy machine."""
    _library.components.cache_clear()
    started = time.perf_counter()
    components()
    assert time.perf_counter() - started < 0.2


def test_there_is_some_of_every_kind():
    kinds = Counter(entry.kind for entry in components().values())
    assert kinds["opamp"] >= 20
    assert kinds["zener"] >= 50
    needed = {
        "resistor",
        "capacitor",
        "inductor",
        "diode",
        "led",
        "npn",
        "pnp",
        "nmos",
        "pmos",
        "comparator",
        "timer",
        "linear_regulator",
        "adjustable_regulator",
        "voltage_reference",
        "relay",
    }
    assert needed <= kinds.keys()


def test_names_are_unique():
    """Ids and aliases, whatever the case, and the names of models."""
    names = [name.casefold() for entry in components().values() for name in (entry.id, *entry.aliases)]
    assert [name for name, count in Counter(names).items() if count > 1] == []
    models = Counter(model_name(entry) for entry in components().values())
    assert [name for name, count in models.items() if count > 1] == []


@pytest.mark.parametrize("kind", ["opamp", "comparator"])
def test_amplifiers_have_supplies_and_units(kind):
    for entry in components().values():
        if entry.kind == kind:
            assert set(entry.supply_pins) == {"vcc", "vee"}
            assert all({"in_p", "in_n", "out"} <= set(unit.pins) for unit in entry.units)
            assert 0 < entry.limits["supply_min"] < entry.limits["supply_max"]


def test_opamp_limits_have_exactly_the_agreed_keys():
    for entry in components().values():
        if entry.kind == "opamp":
            assert set(entry.limits) == OPAMP_LIMITS, entry.id
            assert 0 < entry.model["offset"] <= entry.limits["offset_max"]


def test_every_entry_names_a_source():
    for entry in components().values():
        assert len(entry.source) > 20, entry.id
        assert entry.kicad_symbol is None or entry.kicad_symbol.count(":") == 1, entry.id


def test_aliases_and_case():
    assert component("7805").id == "LM7805"
    assert component("lm358").id == "LM358"
    assert component("zener_5v1").id == "BZX79-C5V1"


def test_unknown_names_suggest_the_nearest():
    with pytest.raises(UnknownName) as caught:
        component("LM385")
    assert "LM358" in caught.value.nearest
    with pytest.raises(UnknownName):
        component("")


def test_a_card_holds_the_name_that_instances_use():
    for entry in components().values():
        card = model_card(entry)
        if entry.kind in ("resistor", "capacitor", "inductor", "relay"):
            assert card is None
        else:
            first = card.split()
            assert first[0] in (".model", ".subckt")
            assert first[1] == model_name(entry)


def test_a_component_from_elsewhere_gets_its_own_card():
    entry = component("led_red")
    other = entry.model_copy(update={"id": "led_mine", "model": {**entry.model, "series_resistance": 1.0}})
    assert "m_led_mine" in model_card(other)
    assert "rs=1 " in model_card(other)
