"""Printed component values: ``10k``, ``15n``, ``4k7`` to numbers in SI and back.

What is printed follows SI, not SPICE: ``M`` is mega and ``m`` is milli. Numbers go to a deck as
plain floats (:func:`spice_number`), so the two conventions never meet.
"""

from __future__ import annotations

import re

from quantiphy import Quantity

from voltsmith.schemas.errors import BadQuantity

_PREFIX = "TGMkKmuµμnpf"
_PLAIN = re.compile(rf"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([{_PREFIX}]?)(?:[RFHΩ]|[oO]hms?)?")
_INFIX = re.compile(rf"([+-]?\d+)([R{_PREFIX}])(\d+)")


def parse_value(text: str) -> float:
    """The number, in SI, that a printed value stands for.

    Understands a decimal number with an SI prefix (``4.7k``, ``100n``, ``1M`` = mega, ``1m`` = milli),
    an optional unit letter (``100R``, ``10uF``) and the IEC 60062 form (``4k7``, ``2R2``).

    Raises:
        BadQuantity: ``text`` is none of these.
    """
    stripped = text.strip()
    if infix := _INFIX.fullmatch(stripped):
        whole, prefix, fraction = infix.groups()
        number, prefix = f"{whole}.{fraction}", prefix.replace("R", "")
    elif plain := _PLAIN.fullmatch(stripped):
        number, prefix = plain.groups()
    else:
        raise BadQuantity(f"cannot read {text!r} as a component value; write it like 10k, 15n, 4.7u or 2R2")
    return float(Quantity(number + prefix))


def format_value(x: float) -> str:
    """``x`` (SI) as it is printed on a schematic: ``4.7k``, ``15n``, ``1M``.

    Up to eight significant digits, so values of every E series survive ``parse_value`` unchanged.
    """
    return str(Quantity(x).render(form="si", prec=8, show_units=False))


def spice_number(x: float) -> str:
    """``x`` as a deck writes it: no prefix letter that SPICE could read its own way."""
    return f"{x:.9g}"
