"""Units of measurement as prompts write them: one table, and a reader of the unit after a number.

Covers spelling (``uF``, ``µF``, ``microfarads``, ``k-ohm``, ``V per us``), prefixes and the ``rms``/``pp``
kind of qualifier. It does not read numbers, and does not decide what a number describes.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from quantiphy import Quantity


class Row(NamedTuple):
    """One unit: ``symbols`` take the ``prefixes`` given, ``words`` take any spelled-out prefix.

    A value in SI is ``written * factor * 10**exponent + offset``.
    """

    unit: str
    dimension: str
    symbols: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    prefixes: str = ""
    exponent: int = 0
    factor: float = 1.0
    offset: float = 0.0


class UnitMatch(NamedTuple):
    """A unit read at a place in the text; ``bare`` when it was a prefix alone, as in ``10k``."""

    end: int
    unit: str
    dimension: str
    exponent: int = 0
    factor: float = 1.0
    offset: float = 0.0
    qualifier: str | None = None
    bare: bool = False


# M is listed only where mega is plausible: elsewhere ``MA`` or ``MF`` can only be a shouted milli.
TABLE = (
    Row("V", "voltage", ("V",), ("volt",), "pnumkM"),
    Row("A", "current", ("A",), ("amp", "ampere"), "fpnumk"),
    Row("ohm", "resistance", ("Ω", "ohm"), ("ohm",), "munkMGT"),
    Row("ohm", "resistance", ("R",)),
    Row("ohm", "resistance", (), ("kilohm", "kiloohm"), exponent=3),
    Row("ohm", "resistance", (), ("megohm",), exponent=6),
    Row("F", "capacitance", ("F",), ("farad",), "fpnum"),
    Row("F", "capacitance", ("mfd", "ufd"), exponent=-6),
    Row("H", "inductance", ("H",), ("henry", "henrie"), "pnum"),
    Row("Hz", "frequency", ("Hz",), ("hertz",), "umkMGT"),
    Row("Hz", "frequency", ("bpm",), factor=1 / 60),
    Row("s", "time", ("s", "sec", "secs"), ("second",), "fpnum"),
    Row("s", "time", ("min", "mins"), ("minute",), factor=60.0),
    Row("s", "time", ("h", "hr", "hrs"), ("hour",), factor=3600.0),
    Row("s", "time", (), ("day",), factor=86400.0),
    Row("W", "power", ("W",), ("watt",), "fpnumkMG"),
    Row("VA", "apparent_power", ("VA",), (), "mkM"),
    Row("J", "energy", ("J",), ("joule",), "pnumk"),
    Row("Ah", "charge", ("Ah",), (), "um"),
    Row("Wh", "energy_hours", ("Wh",), (), "mk"),
    Row("dB", "decibel", ("dB",), ("decibel",)),
    *(Row(name, "level", (name,)) for name in ("dBm", "dBV", "dBu", "dBc", "dBFS", "dBW")),
    Row("%", "percent", ("%",), ("percent", "pct")),
    Row("ppm", "parts", ("ppm",)),
    Row("deg", "angle", ("°", "deg", "degs"), ("degree",)),
    Row("rad", "angle", ("rad",), ("radian",), "mkM"),
    Row("degC", "temperature", ("°C", "℃", "degC", "C"), ("celsius", "centigrade")),
    Row("degC", "temperature", ("°F", "℉", "degF"), ("fahrenheit",), factor=5 / 9, offset=-160 / 9),
    Row("degC", "temperature", (), ("kelvin",), offset=-273.15),
    Row("bit", "information", (), ("bit",)),
    Row("byte", "information", (), ("byte",)),
    Row("bit/s", "data_rate", ("bps", "baud", "Bd"), (), "kMG"),
    Row("S/s", "sample_rate", ("sps",), (), "kMG"),
    Row("lx", "illuminance", ("lx", "lux"), (), "mk"),
    Row("A/V", "transconductance", (), ("siemen", "mho")),
    Row("V/V", "ratio", ("x", "fold"), ("times",)),
    Row("decade", "interval", ("dec",), ("decade",)),
    Row("octave", "interval", ("oct",), ("octave",)),
    Row("rtHz", "root_frequency", ("rtHz", "√Hz")),
    Row("m", "length", ("m",), ("meter", "metre"), "num"),
    Row("m", "length", ("cm",), exponent=-2),
    Row("m", "length", ("km",), exponent=3),
    Row("m", "length", (), ("inch", "inche"), factor=0.0254),
)

COMPOUNDS = {
    "V/s": "slew",
    "V/A": "transresistance",
    "A/V": "transconductance",
    "V/V": "ratio",
    "A/A": "ratio",
    "W/W": "ratio",
    "dB/decade": "rolloff",
    "dB/octave": "rolloff",
    "V/rtHz": "noise_density",
    "A/rtHz": "current_noise_density",
    "rad/s": "angular_frequency",
    "bit/s": "data_rate",
    "V/degC": "temperature_coefficient",
    "%/degC": "temperature_coefficient",
    "ppm/degC": "temperature_coefficient",
    "degC/W": "thermal_resistance",
    "Hz/V": "frequency_sensitivity",
    "A/W": "responsivity",
}
"""Dimension of a quotient of two units; any other quotient is a ``compound``."""

# The size of each prefix is quantiphy's, so that the two never disagree about what a letter means.
PREFIXES = {letter: round(math.log10(Quantity(f"1 {letter}V").real)) for letter in "fpnumkMGT"}
_SYMBOL_PREFIXES = {**{p: (p,) for p in PREFIXES}, "k": ("k", "K"), "M": ("M", "Meg", "meg", "MEG")}
PREFIX_WORDS = {
    **{"femto": -15, "pico": -12, "nano": -9, "micro": -6, "milli": -3},
    **{"kilo": 3, "mega": 6, "meg": 6, "giga": 9, "tera": 12},
}
# A letter standing alone after a space is usually an English word or another unit ("2 m", "10 f").
_BARE_ATTACHED = {"k": 3, "K": 3, "M": 6, "G": 9, "m": -3, "u": -6, "n": -9, "p": -12}
_BARE_SPACED = {"k": 3, "K": 3, "M": 6}
_BARE_WORDS = {"meg": 6, "mega": 6, "kilo": 3}
_ATTACHED_LETTERS = {"a": "A", "f": "F"}
_QUALIFIED = frozenset({"V", "A", "W"})
_RATE_WORDS = "times cycles pulses blinks flashes beats ticks toggles events clicks samples per a each every"
_RATE_NOUNS = frozenset(_RATE_WORDS.split())


def _spellings() -> tuple[dict[str, UnitMatch], dict[str, UnitMatch]]:
    """Every spelling there is: exact ones, and lower-case ones for prompts careless of case."""
    exact: dict[str, UnitMatch] = {}
    folded: dict[str, UnitMatch] = {}
    for row in TABLE:
        plain = UnitMatch(0, row.unit, row.dimension, row.exponent, row.factor, row.offset)
        for symbol in row.symbols:
            exact[symbol] = plain
            # One letter in the wrong case is too little evidence, except where no English word is near.
            if len(symbol) > 1 or symbol in "VWsx":
                folded.setdefault(symbol.lower(), plain)
            for prefix in row.prefixes:
                scaled = plain._replace(exponent=row.exponent + PREFIXES[prefix])
                for letter in _SYMBOL_PREFIXES[prefix]:
                    exact[letter + symbol] = scaled
                    key = (letter + symbol).lower()
                    if key not in folded or (prefix == "M" and row.unit in {"Hz", "ohm", "bit/s", "S/s"}):
                        folded[key] = scaled
        for word in row.words:
            for name in (word, word + "s"):
                folded[name] = plain
                for prefix_word, exponent in PREFIX_WORDS.items():
                    folded.setdefault(prefix_word + name, plain._replace(exponent=row.exponent + exponent))
    return exact, folded


_EXACT, _FOLDED = _spellings()

_SEPARATOR = re.compile(r"\s{0,2}(?=[A-Za-zΩ°℃℉%√×])|-(?=[A-Za-zΩ°])")
_RUN = re.compile(r"%|°\s?[CFcf](?![A-Za-z])|[°℃℉×]|√Hz|[A-Za-zΩ]{1,24}")
_DENOMINATOR = re.compile(r"\s?/\s?|\s{1,2}per\s{1,2}(?:an?\s)?", re.IGNORECASE)
_ROOT_HERTZ = re.compile(
    r"(?:rt|√|(?:square\s)?root|sqrt)\s?(?:of\s)?\(?\s?(?:hz|hertz)\)?(?![A-Za-z])", re.IGNORECASE
)
_SCALE = re.compile(r"\s?[CF](?![A-Za-z0-9])|\s(?:celsius|centigrade|fahrenheit)\b", re.IGNORECASE)
_RATE = re.compile(
    r"(?:[A-Za-z]+\s)?(?:per|an?|each|every)\s(?P<base>second|sec|minute|min|hour)\b", re.IGNORECASE
)
_QUALIFIER = re.compile(
    r"[\s-]?(?:(?P<rms>rms)|(?P<pp>p-?p|p2p|pk-?pk|peak[\s-]to[\s-]peak)|(?P<peak>pk|peak(?!\s(?:det|hold|cur|pow)))"
    r"|(?P<dc>dc)|(?P<ac>ac))(?![A-Za-z0-9]|[-/\s](?:dc|ac|coupl|to\sdc))|(?P<peak_letter>p)(?![A-Za-z0-9-])",
    re.IGNORECASE,
)


def is_plain_unit(letters: str) -> bool:
    """Whether letters written straight after digits are a unit (not a prefix alone)."""
    return letters in _EXACT or letters.lower() in _FOLDED


def unit_at(text: str, pos: int, shouted: bool = False) -> UnitMatch | None:
    """Read the unit at ``pos``, just after a number.

    Args:
        text: The prompt, folded to the characters that the table uses.
        pos: Where the number ends.
        shouted: The prompt has no lower-case letter, so ``M`` does not tell milli from mega.

    Returns:
        The unit with its quotient, prefix and qualifier, or None when no unit is written there.
    """
    gap = _SEPARATOR.match(text, pos)
    if gap is None:
        return None
    start = gap.end()
    found = _atom(text, start, start > pos, shouted)
    if found is None:
        return None
    if found.unit in _QUALIFIED:
        found = _qualify(text, found)
    over = _DENOMINATOR.match(text, found.end)
    if over is None or found.bare:
        return found
    return _quotient(text, found, over.end(), shouted) or found


def _quotient(text: str, top: UnitMatch, pos: int, shouted: bool) -> UnitMatch | None:
    root = _ROOT_HERTZ.match(text, pos)
    bottom = UnitMatch(root.end(), "rtHz", "") if root else _atom(text, pos, False, shouted)
    if bottom is None or bottom.bare or bottom.unit == "V/V":
        return None
    unit = f"{top.unit}/{bottom.unit}"
    return UnitMatch(
        bottom.end,
        unit,
        COMPOUNDS.get(unit, "compound"),
        top.exponent - bottom.exponent,
        top.factor / bottom.factor,
        qualifier=top.qualifier,
    )


def _qualify(text: str, found: UnitMatch) -> UnitMatch:
    mark = _QUALIFIER.match(text, found.end)
    if mark is None or mark.lastgroup is None:
        return found
    return found._replace(end=mark.end(), qualifier=mark.lastgroup.removesuffix("_letter"))


def _atom(text: str, pos: int, spaced: bool, shouted: bool) -> UnitMatch | None:
    """Read one unit with its prefix; ``spaced`` when a space or hyphen parts it from the number."""
    run = _RUN.match(text, pos)
    if run is None:
        return None
    word, end = run.group().replace(" ", ""), run.end()
    low = word.lower()
    if end < len(text) and (text[end] == "_" or (text[end].isalpha() and text[end].isascii())):
        return None
    if low in _RATE_NOUNS:
        rate = _RATE.match(text, pos)
        if rate is not None:
            return _rate(rate)
        if low == "per" and re.match(r"per\scent\b", text[pos : pos + 9], re.IGNORECASE):
            return UnitMatch(pos + 8, "%", "percent")
    split = _split_prefix(text, word, end)
    if split is not None:
        return split
    found = _lookup(word, spaced, shouted)
    if found is not None:
        if found.unit == "deg" and (scale := _SCALE.match(text, end)):
            name = "°" + scale.group().strip()[0].upper()
            return _EXACT[name]._replace(end=scale.end())
        return found._replace(end=end)
    for size in (1, 2):
        head = _lookup(word[:size], spaced, shouted) if len(word) > size else None
        if head is not None and head.unit in _QUALIFIED:
            marked = _qualify(text, head._replace(end=pos + size))
            if marked.qualifier is not None:
                return marked
    return None


def _rate(rate: re.Match[str]) -> UnitMatch:
    per = {"s": 1.0, "m": 1 / 60, "h": 1 / 3600}[rate["base"][0].lower()]
    if rate.group().lower().startswith("samples"):
        return UnitMatch(rate.end(), "S/s", "sample_rate", factor=per)
    return UnitMatch(rate.end(), "Hz", "frequency", factor=per)


def _lookup(word: str, spaced: bool, shouted: bool) -> UnitMatch | None:
    low = word.lower()
    if word in {"x", "X", "×"} and spaced:
        return None  # "2 x 12 V" counts; only "2x" multiplies
    if word == "m" and not spaced:
        return UnitMatch(0, "1", "number", -3, bare=True)
    if word == "×":
        word = "x"
    if not spaced and word in _ATTACHED_LETTERS:
        return _EXACT[_ATTACHED_LETTERS[word]]
    if shouted and len(low) > 1 and low in _FOLDED:
        return _FOLDED[low]
    if word in _EXACT:
        return _EXACT[word]
    if low in _FOLDED:
        return _FOLDED[low]
    bare = _BARE_WORDS.get(low, (_BARE_SPACED if spaced else _BARE_ATTACHED).get(word))
    return None if bare is None else UnitMatch(0, "1", "number", bare, bare=True)


_NEXT = re.compile(r"[\s-]{1,2}([A-Za-zΩ]{1,12})(?![A-Za-z0-9_])")


def _split_prefix(text: str, word: str, end: int) -> UnitMatch | None:
    """``k ohm``, ``kilo-ohm``, ``k Hz``, ``milli volts``: a prefix parted from its unit."""
    exponent = PREFIX_WORDS.get(word.lower(), _BARE_SPACED.get(word))
    following = _NEXT.match(text, end) if exponent is not None else None
    if following is None or exponent is None:
        return None
    name = following[1]
    # A lone capital may open the next word of the sentence, but never "ohm" or "Hz".
    unit = _EXACT.get(name) if name[0].isupper() else None
    unit = unit or (_FOLDED.get(name.lower()) if len(name) > 1 else None)
    if unit is None or unit.exponent or unit.unit in {"V/V", "bit", "deg"}:
        return None
    return unit._replace(end=following.end(), exponent=exponent)
