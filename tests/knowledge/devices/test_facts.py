"""The data against an independent source: KiCad's symbol library.

Numbers and functions of pins, units of amplifiers, footprints, and the ratings that the library's descriptions
name. Skipped where the library is not installed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from voltsmith.knowledge.devices import component, components
from voltsmith.schemas.components import Component

SYMBOLS = Path("/usr/share/kicad/symbols")
INSTALL = (
    "no symbols; as root: apt-get install --no-install-recommends kicad-symbols (bookworm-backports: 9.0)"
)
needs_symbols = pytest.mark.skipif(not SYMBOLS.is_dir(), reason=INSTALL)

NO_SYMBOL: dict[str, str] = {}
"""Entries for which the library has nothing to draw, and why."""

STAND_INS = {
    "OPA2350": "not in the library; the OPA2340 has the same pins",
    "AD8605": "not in the library; the AD8603 has the same pins (its footprint is a thin SOT-23)",
    "MCP6041": "not in the library; the MCP601 has the same pins",
    "AD8055": "not in the library; the LM6171 has the same pins",
    "LT1818": "not in the library; the LM6171 has the same pins",
    "OPA657": "not in the library; the LM6171 has the same pins",
    "MCP6541": "not in the library; the MCP6561 has the same pins",
    "HT7333": "not in the library; the HT75xx-1 has the same pins in SOT-89",
    "2N2222A": "a metal can in the library of others; the PN2222A is the same die in a TO-92",
    "2N2907A": "the PN2907A is not in the library; the 2N3906 has the same pins in a TO-92",
    "IRLML6344": "not in the library before 9.0; the AO3400A has the same pins",
    "BC547B": "the library has no gain groups",
    "BC557B": "the library has no gain groups",
    "BC337-25": "the library has no gain groups",
    "BD139-16": "the library has no gain groups",
    "LM4040-2.5": "the DBZ suffix is the SOT-23",
    "LM4040-4.096": "the library calls it 4.1 V; the DBZ suffix is the SOT-23",
    "LM4040-5.0": "the DBZ suffix is the SOT-23",
    "AMS1117-ADJ": "the library leaves the suffix out",
    "relay_coil": "a coil alone, without its contacts, is drawn as an inductor",
    "relay_coil_5v": "a coil alone, without its contacts, is drawn as an inductor",
}
"""Entries drawn with the symbol of another name, and why that is right."""

NEWER = {"TLV3501": "its symbol came after version 6"}
"""Symbols that an older library lacks."""

RATINGS_DIFFER = {
    "LM7805": "the library says 1 A, the datasheets (TI SLVS056) up to 1.5 A",
    "LM7809": "the library says 1 A, the datasheets of the series up to 1.5 A",
    "LM7812": "the library says 1 A, the datasheets (TI SLVS056) up to 1.5 A",
}
"""Entries whose limits exceed what the description of the symbol says."""

GENERIC = ("Device", "Motor")
"""Libraries of symbols that stand for a kind of part."""

SYNONYMS = {
    **{"VI": "IN", "VIN": "IN", "VO": "OUT", "VOUT": "OUT"},
    **{"RST": "RESET", "R": "RESET", "TR": "TRIG", "THR": "THRES", "DIS": "DISCH", "CV": "CONT", "Q": "OUT"},
}
"""Names of pins in the library, and ours. The timers of version 6 have short ones."""


@dataclass(frozen=True)
class SymbolPin:
    number: str
    name: str
    type: str
    unit: int


@dataclass(frozen=True)
class Symbol:
    pins: tuple[SymbolPin, ...]
    footprint: str
    description: str


def parsed(text: str) -> list:
    """An S-expression as nested lists of strings."""
    stack: list[list] = [[]]
    for quoted, bracket, word in re.findall(r'("(?:[^"\\]|\\.)*")|([()])|([^\s()"]+)', text):
        if bracket == "(":
            stack.append([])
        elif bracket == ")":
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(quoted[1:-1] if quoted else word)
    return stack[0][0]


def children(node: list, name: str) -> list[list]:
    return [item for item in node if isinstance(item, list) and item and item[0] == name]


@cache
def library(name: str) -> dict[str, list]:
    text = (SYMBOLS / f"{name}.kicad_sym").read_text(encoding="utf-8")
    return {node[1]: node for node in children(parsed(text), "symbol")}


@cache
def symbol(identifier: str) -> Symbol | None:
    """What the library says; a symbol that extends another has its pins, and properties of its own."""
    name, _, key = identifier.partition(":")
    node = library(name).get(key)
    if node is None:
        return None
    properties = {item[1]: item[2] for item in children(node, "property")}
    parent = children(node, "extends")
    if parent:
        inherited = symbol(f"{name}:{parent[0][1]}")
        assert inherited is not None
        pins = inherited.pins
    else:
        pins = tuple(
            SymbolPin(
                number=children(pin, "number")[0][1],
                name=re.sub(r"~\{(.+)\}", r"\1", children(pin, "name")[0][1]),
                type=pin[1],
                unit=int(part[1].rsplit("_", 2)[1]),
            )
            for part in children(node, "symbol")
            for pin in children(part, "pin")
        )
    description = properties.get("Description") or properties.get("ki_description") or ""
    return Symbol(pins, properties.get("Footprint", ""), description)


def drawn() -> list[Component]:
    return [entry for entry in components().values() if entry.kicad_symbol is not None]


def found(entry: Component) -> Symbol:
    """The symbol of ``entry``; skips where an older library may lack it."""
    assert entry.kicad_symbol is not None
    result = symbol(entry.kicad_symbol)
    if result is None and entry.id in NEWER:
        pytest.skip(NEWER[entry.id])
    assert result is not None, f"{entry.id}: the library has no {entry.kicad_symbol}"
    return result


def our_functions(entry: Component) -> dict[str, str]:
    """Function of each pin by number: a role of an amplifier, or the pin's name."""
    roles = {name: role for role, name in entry.supply_pins.items()} if is_amplifier(entry) else {}
    if is_amplifier(entry):
        roles |= {name: role for unit in entry.units for role, name in unit.pins.items()}
    functions = {}
    for pin in entry.pins:
        function = roles.get(pin.name, re.sub(r"\W?\d$", "", pin.name) or pin.name)
        functions[pin.number] = "NC" if pin.type == "no_connect" else function
    return functions


def is_amplifier(entry: Component) -> bool:
    return entry.kind in ("opamp", "comparator")


def library_function(entry: Component, pin: SymbolPin) -> str:
    if pin.type == "no_connect":
        return "NC"
    if not is_amplifier(entry):
        return SYNONYMS.get(pin.name, pin.name)
    if pin.name == "~":
        assert pin.type in ("output", "open_collector")
        return "out"
    named = {"+": "in_p", "-": "in_n", "V+": "vcc", "V-": "vee", "GND": "emitter"}
    named |= {"NULL": "OFFSET", "VOS": "OFFSET", "BAL": "BALANCE", "STRB": "BAL/STRB"}
    return named.get(pin.name, pin.name)


def differences(entry: Component, drawing: Symbol) -> dict[str, tuple[str | None, str | None]]:
    """Pins by number whose function is one thing here and another there.

    Symbols of two-terminal parts without polarity name no pins; pin 1 of a capacitor is the positive one.
    Older symbols leave out a pin that is not connected.
    """
    theirs = {pin.number: library_function(entry, pin) for pin in drawing.pins}
    ours = our_functions(entry)
    if len(theirs) == 2 and set(theirs.values()) <= {"~", "1", "2"}:
        return {} if ours.keys() == theirs.keys() else {"": (str(ours), str(theirs))}
    either = {number: (ours.get(number), theirs.get(number)) for number in ours | theirs}
    left_out = ("NC", None)
    return {number: pair for number, pair in either.items() if pair[0] != pair[1] and pair != left_out}


def test_every_entry_has_a_symbol_or_a_reason():
    without = {entry.id for entry in components().values() if entry.kicad_symbol is None}
    assert without == NO_SYMBOL.keys()


def test_a_symbol_of_another_name_has_a_reason():
    for entry in drawn():
        group, _, name = entry.kicad_symbol.partition(":")
        ours = entry.id.upper().replace("-", "")
        theirs = re.sub(r"X+", ".*", re.sub(r"[-_]", "", name.upper()))
        same = (
            re.match(theirs, ours) or theirs.startswith(ours) or re.match(theirs, (entry.mpn or "").upper())
        )
        same = same or (entry.kind == "zener" and re.match(r"1N47", ours))
        generic = group in GENERIC and entry.kind not in ("relay",)
        known = entry.kind == "linear_regulator" and name.startswith("MCP1700x")
        motor = entry.id == "dc_motor"
        assert same or generic or known or motor or entry.id in STAND_INS, f"{entry.id}: {entry.kicad_symbol}"
    unused = [name for name in (*STAND_INS, *NEWER, *RATINGS_DIFFER) if name not in components()]
    assert unused == []


@needs_symbols
@pytest.mark.parametrize("name", [entry.id for entry in drawn() if entry.kind != "zener"])
def test_pins(name):
    """Same numbers, same functions."""
    entry = component(name)
    assert differences(entry, found(entry)) == {}


@needs_symbols
def test_wrong_pins_are_found():
    """A TO-92 with collector and emitter exchanged, a dual op-amp in the pins of a comparator."""
    entry = component("2N3904")
    pins = [
        pin.model_copy(update={"number": {"1": "3", "3": "1"}.get(pin.number, pin.number)})
        for pin in entry.pins
    ]
    assert differences(entry.model_copy(update={"pins": tuple(pins)}), found(entry)).keys() == {"1", "3"}
    assert differences(component("LM324"), found(component("LM339")))


@needs_symbols
def test_pins_of_zeners():
    for entry in drawn():
        if entry.kind == "zener":
            theirs = {pin.number: pin.name for pin in found(entry).pins}
            assert {pin.number: pin.name for pin in entry.pins} == theirs == {"1": "K", "2": "A"}


@needs_symbols
@pytest.mark.parametrize("name", [entry.id for entry in drawn() if is_amplifier(entry)])
def test_units(name):
    """Inputs and output that belong together here belong together there."""
    entry = component(name)
    numbers = {pin.name: pin.number for pin in entry.pins}
    ours = {frozenset(numbers[pin] for pin in unit.pins.values()) for unit in entry.units}
    grouped = defaultdict(set)
    for pin in found(entry).pins:
        if library_function(entry, pin) in ("in_p", "in_n", "out", "emitter"):
            grouped[pin.unit].add(pin.number)
    assert ours == {frozenset(group) for group in grouped.values()}


@needs_symbols
def test_footprints():
    """Where the symbol is for one package, it is the entry's."""
    for entry in drawn():
        drawing = symbol(entry.kicad_symbol)
        if drawing is not None and drawing.footprint and entry.id != "AD8605":
            assert entry.kicad_footprint == drawing.footprint, entry.id


@needs_symbols
def test_limits_do_not_exceed_what_the_library_says():
    """Voltage and current in the descriptions, such as "0.2A Ic, 40V Vce" or "100V 0.15A"."""
    patterns = {
        "collector_current_max": r"([\d.]+)A Ic",
        "collector_emitter_max": r"([\d.]+)V Vce",
        "drain_current_max": r"([\d.]+)A Id",
        "drain_source_max": r"([\d.]+)V Vds",
        "reverse_voltage_max": r"^([\d.]+)V [\d.]+A .*[Dd]iode",
        "forward_current_max": r"^[\d.]+V ([\d.]+)A .*[Dd]iode",
        "output_current": r"([\d.]+)(m?)A .*(?:[Rr]egulator|LDO)",
        "output_voltage": r"([\d.]+)V (?:fixed )?(?:output|Precision)",
    }
    checked = 0
    for entry in drawn():
        drawing = symbol(entry.kicad_symbol)
        if drawing is None or (entry.id in STAND_INS and "same pins" in STAND_INS[entry.id]):
            continue
        for key, pattern in patterns.items():
            hit = re.search(pattern, drawing.description)
            if hit and key in entry.limits and entry.id not in RATINGS_DIFFER:
                rating = float(hit[1]) * (1e-3 if "m" in hit.groups() else 1)
                assert entry.limits[key] <= rating * 1.001, f"{entry.id} {key}: {drawing.description}"
                checked += 1
    assert checked >= 40


def test_discrete_parts_name_their_package():
    """The numbers of their pins hold for one package only."""
    for entry in components().values():
        if entry.kind in ("npn", "pnp", "nmos", "pmos", "diode", "zener") and entry.kicad_footprint:
            package = re.search(r"TO-\d+|SOT-\d+|SOD-\d+|DO-\d+", entry.kicad_footprint)
            assert package is not None
            assert package[0] in entry.description, entry.id


def test_zeners_are_within_their_grade():
    """The spread covers the range that the datasheet guarantees, and typical is not above the largest."""
    for entry in components().values():
        if entry.kind == "zener" and "zener_voltage_min" in entry.limits:
            nominal, reach = entry.model["zener_voltage"], entry.spread["zener_voltage"]
            assert nominal * (1 - reach) <= entry.limits["zener_voltage_min"] * 1.001, entry.id
            assert nominal * (1 + reach) >= entry.limits["zener_voltage_max"] * 0.999, entry.id
            assert entry.model["zener_resistance"] <= entry.limits["zener_resistance_max"], entry.id


def test_guaranteed_resistance_of_mosfets_is_not_below_the_typical_one():
    for entry in components().values():
        if entry.kind in ("nmos", "pmos"):
            assert entry.limits["on_resistance"] <= entry.limits["on_resistance_max"], entry.id
