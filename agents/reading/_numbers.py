"""The written numbers of a prompt: digits, IEC 60062 codes such as ``4k7``, ratios and number words.

Digits inside part names (``LM358``, ``2N3904``, ``a 555``) are names, not numbers, and a number word counts
only where it quantifies something. Units are read by ``_units``; what a number means is not decided here.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from voltsmith.agents.reading._units import is_plain_unit, unit_at


class Number(NamedTuple):
    """A written number; its value is ``value * 10**exponent``.

    ``kind`` is ``plain``, ``signed``, ``code`` (``4k7``, with its unit if the letter gives one), ``word``,
    ``ordinal``, ``fraction``, ``ratio`` (``1:10``) or ``multiple`` (``x100``).
    """

    start: int
    end: int
    value: float
    kind: str = "plain"
    exponent: int = 0
    unit: str = ""


# Same length in, same length out: spans found in the folded text hold in the prompt.
_FOLD = str.maketrans(
    {
        **{"\u00b5": "u", "\u03bc": "u", "\u2126": "\u03a9", "\u03c9": "\u03a9", "\u00ba": "\u00b0"},
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\uff0d", "-"),
        **dict.fromkeys("\u00a0\u2007\u2009\u202f\u2002\u2003\u200a\t\r\n", " "),
        **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
        **{"’": "'", "⁄": "/", "∕": "/", "：": ":"},
    }
)


def fold(text: str) -> str:
    """Replace look-alike characters (micro signs, dashes, spaces) one for one."""
    return text.translate(_FOLD)


def is_shouted(text: str) -> bool:
    """Whether words, not units alone, are all in capitals, so that case says nothing about units."""
    return text.isupper() and _CAPITALS.search(text) is not None


_CAPITALS = re.compile(r"[A-Z]{4}")
_DIGITS = r"[0-9]++"
_LITERAL = re.compile(
    rf"""(?P<grouped>[0-9]{{1,3}}+(?:(?:,[0-9]{{3}}(?![0-9]))++|(?:\.[0-9]{{3}}){{2}}(?![0-9.])|\x20[0-9]{{3}}(?:\x20[0-9]{{3}})+(?![0-9.,])
        |\x200[0-9]{{2}}(?![0-9]))(?:\.{_DIGITS})?)
      | (?P<plain>(?:{_DIGITS}(?:\.{_DIGITS})?|\.{_DIGITS})(?:[eE][+-]?[0-9]{{1,4}}(?![0-9]))?)""",
    re.VERBOSE,
)
_SCIENTIFIC = re.compile(
    r"\s?[x×*·]\s?10(?:\^(?P<caret>[+-]?[0-9]{1,3})|(?P<sup>[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}))(?![0-9])"
)
_POWER = re.compile(r"\^(?P<caret>[+-]?[0-9]{1,3})(?![0-9])|(?P<sup>[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})")
_SUPERSCRIPTS = str.maketrans("⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹", "-+0123456789")
_DECIMAL_COMMA = re.compile(r"([0-9]++),([0-9]{1,2})(?![0-9,])")
_WORD_SCALE = re.compile(r"[\s-](hundred|thousand|million|billion)\b", re.IGNORECASE)
_SCALES = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9}
_CODE = re.compile(r"([0-9]{1,4})(Meg|[RrkKMGmunpVv])([0-9]{1,2})(?![0-9])")
_CODE_LETTERS = {"r": (0, "ohm"), "v": (0, "V"), "K": (3, ""), "Meg": (6, "")} | {
    letter: (exponent, "")
    for letter, exponent in {"k": 3, "M": 6, "G": 9, "m": -3, "u": -6, "n": -9, "p": -12}.items()
}
_ORDINARY = re.compile(r"[0-9]{1,2}(?![0-9A-Za-z:/])")
_ORDINAL = re.compile(r"([0-9]{1,3})(?:st|nd|rd|th)(?![A-Za-z0-9])", re.IGNORECASE)
_RATIO = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?):([0-9]{1,6}(?:\.[0-9]{1,3})?)(?![0-9:.])")
_FRACTION = re.compile(r"([0-9]{1,3})/([0-9]{1,3})(?![0-9/]|[.A-Za-z]{0,4}/[0-9])")
_MULTIPLE = re.compile(r"x[0-9]{1,9}[a-z]{0,3}")
_MINUS = re.compile(r"(?<!plus[ /-])(?<!or[ -])\b(?:minus|negative)\s$", re.IGNORECASE)
_VULGAR = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3}

_SCAN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*+|[×](?=[0-9])|[+-]?+\.?[0-9]|[½¼¾⅓⅔]")
_RUN = re.compile(r"([0-9]{1,6}+)([A-Za-z]{1,8})[0-9]+[A-Za-z0-9]{0,24}+")
_FAMILY = re.compile(r"(?:74|54|24|25|93)[A-Z]{1,4}[0-9]{2,}|[0-9][nN][0-9]{3,}|[0-9]S[A-DJK][0-9]{2,}")
_NAME_TAIL = re.compile(r"(?:-[0-9][0-9.]*[A-Z]{0,3}(?![A-Za-z]))?(?:-[A-Z0-9]{1,4}(?![a-z]))*")
_NAMED_BEFORE = re.compile(
    r"(?:\b(?:LM|NE|SE|TL|OPA|BC|BD|BF|TIP|CD|SN|LT|LTC|IRF|RS|USB|IEC|Pi|Uno)"
    r"[ -]|\bE[ -]|\b[A-Z]{2,}-|\bBluetooth )$"
)
_DEVICE_NOUN = re.compile(
    r"s?[ -](?:ic|chip|timer|op-?\s?amp|regulator|transistor|diode|comparator|based|astable|monostable|"
    r"bistable|circuit|flasher|blinker|mosfet|bjt|type|style|audio|npn|pnp|counter|shunt)s?\b",
    re.IGNORECASE,
)
_DEVICE_NUMBERS = (
    "555 556 741 317 337 358 324 386 431 393 339 3904 3906 2222 2907 4148 4007 4001 4017 4060 4093 5532 "
    "7660 3055"
)
_DEVICES = frozenset(_DEVICE_NUMBERS.split())
_DEVICE_DIGITS = re.compile(r"[0-9]{1,6}[LM]?[0-9]{0,3}+(?![0-9])")
_DOTTED = re.compile(r"[.,][0-9]{1,6}")
_FAMOUS = re.compile(r"55[56]|741|7[89][LM]?(?:05|06|08|09|12|15|18|24)")
_VALUE_BEFORE = re.compile(
    r"(?:\b(?:of|is|than|least|most|gain|to|by|about|value)\s|[=:<>~≈]\s?)$", re.IGNORECASE
)
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
)
_WORDS = {word: float(i) for i, word in enumerate((_ONES + " seventeen eighteen nineteen").split())}
_WORDS |= {
    w: 10.0 * i
    for i, w in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
_PARTS = {"half": 0.5, "quarter": 0.25, "tenth": 0.1}
_TIMES = {"once": 1.0, "twice": 2.0, "thrice": 3.0}
_PLACES = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
_NUMBER_WORDS = frozenset([*_WORDS, *_SCALES, *_PARTS, *_TIMES, *_PLACES, "a", "an"])

_SMALL = "(?:" + "|".join(sorted(_WORDS, key=len, reverse=True)) + r")\b"
_TENS = rf"(?:(?:twen|thir|for|fif|six|seven|eigh|nine)ty[\s-]{_SMALL}|{_SMALL})"
_PHRASE = re.compile(
    rf"""(?:an?\s|one[\s-]|(?P<three>three)[\s-])?(?P<part>half|quarter|tenth)s?\b(?:[\s-](?:of\s)?an?\b)?
      | (?P<whole>(?:(?:{_TENS}|an?)(?:[\s-](?:hundred|thousand|million)\b(?:\s(?:and\s)?{_TENS})?)+
        |(?:hundred|thousand|million)\b|{_TENS})(?:\spoint(?:\s{_SMALL})+)?)(?P<plus>\sand\san?\s(?:half|quarter)\b)?""",
    re.VERBOSE | re.IGNORECASE,
)
_FOLDED_WORD = re.compile(r"([a-z]+)-?fold\b", re.IGNORECASE)
_PLACE = re.compile(r"(\w+)[\s-](?=(?:order|pole|stage|section|harmonic)s?\b)", re.IGNORECASE)
_TIMES_PER = re.compile(r"(\w+)(?=\s(?:per|an?|every|each)\s(?:second|minute)\b)", re.IGNORECASE)
_COUNTED = re.compile(
    r"[\s-](?:(?:identical|separate|independent|matched|cascaded|equal|different|additional|red|green|blue|white|"
    r"yellow|npn|pnp|analog|digital|aaa?|bipolar|external)[\s-])?(?:pole|order|stage|section|input|output|channel|"
    r"led|op[\s-]?amp|transistor|resistor|capacitor|inductor|diode|mosfet|cell|batter|bit|sensor|button|relay|"
    r"switch|motor|speaker|band|winding|terminal|wire|pin|segment|digit|gate|suppl|rail|part|component|inverter|"
    r"amplifier|filter|comparator|regulator|timer|servo|potentiometer|lamp|phase|times)(?:s|es|y|ies)?\b",
    re.IGNORECASE,
)
_QUANTIFIER_BEFORE = re.compile(
    r"\b(?:gain|factor|ratio|order|value|multiply|divide|of|by)\s(?:of\s|by\s|is\s)?$", re.I
)
_JOINED = re.compile(r"[\s-](?:(?:to|and|or)\s)?|,\s(?:and\s|or\s)?", re.IGNORECASE)


def lex(text: str) -> list[Number]:
    """Find the written numbers of a folded text, in order and without overlap."""
    found: list[Number] = []
    shouted = is_shouted(text)
    pos = 0
    while (hit := _SCAN.search(text, pos)) is not None:
        head = hit.group()
        if head[0].isascii() and (head[0].isalpha() or head[0] == "_"):
            number, pos = _from_word(text, hit, shouted)
        elif head in _VULGAR:
            number, pos = Number(hit.start(), hit.end(), _VULGAR[head], "fraction"), hit.end()
        else:
            number, pos = _from_digits(text, hit.start(), hit.end(), shouted)
        if number is not None:
            floor = found[-1].end if found else 0
            found.append(_negated(text, floor, number))
    return _keep_quantifying(text, found, shouted)


def _negated(text: str, floor: int, number: Number) -> Number:
    """Take in a spelled-out sign: ``minus ten``."""
    if number.start < 6 or text[number.start - 2] not in "sSeE" or number.kind not in {"plain", "word"}:
        return number
    minus = _MINUS.search(text, max(floor, number.start - 16), number.start)
    return number._replace(start=minus.start(), value=-number.value) if minus else number


def _from_digits(text: str, start: int, pos: int, shouted: bool) -> tuple[Number | None, int]:
    """Read the number that starts at ``start``; also returns where to go on."""
    kind, sign = "plain", 1.0
    before = text[start - 1] if start else " "
    if text[start] == "×":
        kind, start = "multiple", start + 1
    elif text[start] in "+-":
        # A sign after a digit, a closing word or another sign is a hyphen, a dash or part of "+/-".
        apart = not (before.isalnum() or before in "_.%)°+'\"" or text[max(start - 2, 0) : start] == "+/")
        kind, sign = ("signed" if apart else "plain"), (-1.0 if apart and text[start] == "-" else 1.0)
        if not apart:
            start += 1
    digits = start + 1 if text[start] in "+-" else start
    if text[digits] == "." and digits and text[digits - 1] in "0123456789.":
        digits = start = digits + 1
    if kind == "plain":
        special = _special(text, start, shouted)
        if special is not None:
            return special
    literal = _LITERAL.match(text, digits)
    if literal is None:  # "." of a range such as "3..6"
        return None, max(pos, start + 1)
    return _literal(text, start, sign, kind, literal, shouted)


def _literal(
    text: str, start: int, sign: float, kind: str, literal: re.Match[str], shouted: bool
) -> tuple[Number, int]:
    end, value, exponent = literal.end(), 0.0, 0
    comma = _DECIMAL_COMMA.match(text, literal.start()) if text[end : end + 1] == "," else None
    after_list = text[max(start - 1, 0) : start] == ","
    if literal["grouped"]:
        joined = literal.group().replace(",", "").replace(" ", "")
        value = float(joined.replace(".", "") if joined.count(".") > 1 else joined)
    elif comma and not after_list and unit_at(text, comma.end(), shouted) is not None:
        value, end = float(f"{comma[1]}.{comma[2]}"), comma.end()
    else:
        value = float(literal.group())
    code = _CODE.match(text, literal.start())
    if code is not None and not text[code.end() : code.end() + 1].isdigit():
        exponent, unit = _CODE_LETTERS.get(code[2]) or _CODE_LETTERS[code[2].lower()]
        tail = text[code.end() : code.end() + 1]
        # "12V2A" is 12 V and 2 A: a code that names its unit takes no other.
        own = None if not (tail.isalpha() and tail.isascii()) else unit_at(text, code.end(), shouted)
        if not tail.isalpha() or (own is not None and unit in {"", own.unit}):
            number = Number(start, code.end(), sign * float(f"{code[1]}.{code[3]}"), "code", exponent, unit)
            return number, code.end()
    if value == 10 and (power := _POWER.match(text, end)):
        value, exponent, end = 1.0, _power(power), power.end()
    elif power := _SCIENTIFIC.match(text, end):
        exponent, end = _power(power), power.end()
    elif scale := _WORD_SCALE.match(text, end):
        exponent, end = _SCALES[scale[1].lower()], scale.end()
    elif end < len(text) and text[end] in _VULGAR:
        value, end = value + _VULGAR[text[end]], end + 1
    return Number(start, end, sign * value, kind, exponent), _go_on(text, end, shouted)


def _go_on(text: str, end: int, shouted: bool) -> int:
    """Step over the letters of ``16x2`` and ``12V2A``, which would hide the second number."""
    if not text[end : end + 1].isalpha():
        return end
    unit = unit_at(text, end, shouted)
    after = unit.end if unit else end + (text[end] in "xX")
    return after if text[after : after + 1].isdigit() else end


def _power(match: re.Match[str]) -> int:
    return int(match["caret"] or match["sup"].translate(_SUPERSCRIPTS))


def _special(text: str, start: int, shouted: bool) -> tuple[Number | None, int] | None:
    """What digits can be besides a literal: an ordinal, a part name, a ratio or a fraction."""
    if _ORDINARY.match(text, start) and not (start > 1 and text[start - 2].isalpha()):
        return None  # the common case, told apart with one look
    if place := _ORDINAL.match(text, start):
        return Number(start, start + len(place[1]), float(place[1]), "ordinal"), place.end()
    name_end = _name_at(text, start, shouted)
    if name_end:
        return None, name_end
    if (ratio := _RATIO.match(text, start)) and float(ratio[2]):
        return Number(start, ratio.end(), float(ratio[1]) / float(ratio[2]), "ratio"), ratio.end()
    fraction = _FRACTION.match(text, start)
    if fraction and float(fraction[2]) and (start == 0 or text[start - 1] not in "/-+"):
        unit = unit_at(text, fraction.end(), shouted)
        value = float(fraction[1]) / float(fraction[2])
        # "12/24 V" lists two voltages; "1/4 W" is a quarter watt.
        if unit is None:
            return Number(start, fraction.end(), value, "ratio"), fraction.end()
        if value < 1 and (fraction[1] == "1" or unit.unit == "W"):
            return Number(start, fraction.end(), value, "fraction"), fraction.end()
    return None


def _name_at(text: str, start: int, shouted: bool) -> int:
    """Where a part name that starts with a digit ends; 0 when none starts here."""
    family = _FAMILY.match(text, start)
    run = _RUN.match(text, start)
    if family or (run and run[2] not in {"x", "X", "e", "E"} and not is_plain_unit(run[2])):
        code = _CODE.match(text, start)
        end = run.end() if run else family.end() if family else 0
        plausible = code and (code.end() == end or unit_at(text, code.end(), shouted))
        if family or not plausible:
            tail = _NAME_TAIL.match(text, end)
            return tail.end() if tail else end
    digits = _DEVICE_DIGITS.match(text, start)
    if digits is None:
        return 0
    end = digits.end()
    before = text[max(start - 24, 0) : start]
    if (start > 1 and text[start - 2].isalpha()) or text[start - 1 : start] == "-":
        dotted = _DOTTED.match(text, end)
        name_end = dotted.end() if dotted else end
        if _NAMED_BEFORE.search(before) and unit_at(text, name_end, shouted) is None:
            return name_end
    if len(digits.group()) < 3 or _DOTTED.match(text, end):
        return 0
    famous = _FAMOUS.fullmatch(digits.group())
    if not (famous or digits.group() in _DEVICES) or unit_at(text, end, shouted) is not None:
        return 0
    if famous and not _VALUE_BEFORE.search(before):
        return end
    return end if _DEVICE_NOUN.match(text, end) else 0


def _from_word(text: str, hit: re.Match[str], shouted: bool) -> tuple[Number | None, int]:
    """Read a number from a run that starts with a letter: ``x100`` or number words."""
    start, end, word = hit.start(), hit.end(), hit.group()
    low = word.lower()
    if not word.isalpha():
        if low[0] == "x" and _MULTIPLE.fullmatch(low) and not (start and text[start - 1].isalnum()):
            number, after = _from_digits(text, start + 1, start + 2, shouted)
            return (number._replace(kind="multiple") if number else None), max(after, start + 2)
        tail = _NAME_TAIL.match(text, end) if word[0].isupper() else None
        if tail is None or unit_at(text, tail.end(), shouted) is not None:
            return None, end
        return None, tail.end()
    if low not in _NUMBER_WORDS:
        fold_word = _FOLDED_WORD.fullmatch(low)
        if fold_word and fold_word[1] in _WORDS:
            return Number(start, end - len("fold"), _WORDS[fold_word[1]], "word"), end - len("fold")
        return None, end
    if low in _PLACES and (place := _PLACE.match(text, start)):
        return Number(start, end, float(_PLACES.index(low) + 1), "ordinal"), place.end()
    if low in _TIMES:
        number = Number(start, end, _TIMES[low], "word") if _TIMES_PER.match(text, start) else None
        return number, end
    phrase = _PHRASE.match(text, start)
    if phrase is None:
        return None, end
    return Number(start, phrase.end(), _phrase_value(phrase), "word"), phrase.end()


def _phrase_value(phrase: re.Match[str]) -> float:
    if phrase["part"]:
        return _PARTS[phrase["part"].lower()] * (3 if phrase["three"] else 1)
    whole, _, decimals = phrase["whole"].lower().partition(" point ")
    total = group = 0.0
    for word in re.split(r"[\s-]", whole):
        if word in _WORDS or word in {"a", "an"}:
            group += _WORDS.get(word, 1.0)
        elif word == "hundred":
            group = (group or 1.0) * 100
        elif word in _SCALES:
            total, group = total + (group or 1.0) * 10 ** _SCALES[word], 0.0
    digits = "".join(str(int(_WORDS[word])) for word in decimals.split())
    extra = _PARTS[phrase["plus"].split()[-1].lower()] if phrase["plus"] else 0.0
    return total + group + (float(f"0.{digits}") if digits else 0.0) + extra


def counts_things(text: str, end: int) -> bool:
    """Whether the number that ends at ``end`` counts things that a circuit has: poles, LEDs, inputs."""
    return _COUNTED.match(text, end) is not None


def _keep_quantifying(text: str, numbers: list[Number], shouted: bool) -> list[Number]:
    """Drop number words that count nothing ("this one"), keeping those joined to a number that stays."""
    kept: list[Number] = []
    for number in reversed(numbers):
        if number.kind != "word" or _quantifies(text, number, shouted, kept[-1] if kept else None):
            kept.append(number)
    return kept[::-1]


def _quantifies(text: str, number: Number, shouted: bool, following: Number | None) -> bool:
    word = text[number.start : number.end].lower().removeprefix("minus ")
    unit = unit_at(text, number.end, shouted)
    if unit is not None and not (
        unit.unit == "A" and text[number.end + 1 : unit.end] == "A" and word == "one"
    ):
        return True
    if word in _TIMES or (number.value not in _PARTS.values() and _COUNTED.match(text, number.end)):
        return True
    before = text[max(number.start - 24, 0) : number.start]
    if word != "one" and number.value not in _PARTS.values() and _QUANTIFIER_BEFORE.search(before):
        return True
    if word == "one" and re.search(r"(?:gain|factor) (?:of|is) $", before, re.IGNORECASE):
        return True
    if following is None or following.start - number.end > 8 or number.value < 1:
        return False
    gap = text[number.end : following.start].lower()
    return bool(_JOINED.fullmatch(gap)) and (word != "one" or "to" in gap)
