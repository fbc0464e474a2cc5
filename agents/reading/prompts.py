"""What a prompt has to be before it is read: text, and not too much of it."""

from __future__ import annotations

import re

from voltsmith.schemas.errors import BadInput

LONGEST = 8_000
"""Characters; a longer prompt is a document, not a request."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def check(prompt: str) -> None:
    """Refuse what is no text.

    Raises:
        BadInput: with what is wrong and where.
    """
    if not prompt.strip():
        raise BadInput('the prompt is empty; describe a circuit, for example "a 1 kHz low-pass filter"')
    if len(prompt) > LONGEST:
        raise BadInput(f"the prompt has {len(prompt)} characters; at most {LONGEST} are read")
    if (match := _CONTROL.search(prompt)) is not None:
        raise BadInput(
            f"the prompt holds the control character {match.group()!r} at position {match.start()}; send plain text"
        )
    unreadable = sum(not (char.isprintable() or char.isspace()) for char in prompt)
    if unreadable:
        raise BadInput(f"the prompt holds {unreadable} unprintable characters; send plain text")
