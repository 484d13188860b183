"""Single values out of an answer: texts, codes, ids and numbers, cleaned and bounded."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

ID_RULE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
TEXT_LIMIT: Final = 1000
_CODE: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
_BROKEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
_LINE_BREAKS: Final = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"


def clean_text(value: object, limit: int = TEXT_LIMIT) -> str | None:
    """Make a text that can be stored, compared and shown; None when there is none.

    Line breaks become spaces, since an input of one line would drop them silently and so
    change the value; other control characters, NUL and lone surrogates become U+FFFD. A
    whole number is taken for its digits (a phone may arrive as one).

    Args:
        value: What stood in the answer.
        limit: The most characters kept; what is longer ends in an ellipsis.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return None
    if len(value) <= limit and value.isascii() and value.isprintable() and not value.isspace():
        return value or None  # as nearly all of them are: nothing of the below is in it
    text = value if len(value) <= limit else value[: limit - 1] + "…"
    text = _BROKEN.sub(lambda found: " " if found[0] in _LINE_BREAKS else "\ufffd", text)
    return text if _is_visible(text) else None


def clean_code(value: object) -> str | None:
    """Let an error code through if it can stand in a log line; None otherwise."""
    return value if isinstance(value, str) and _CODE.fullmatch(value) else None


def clean_id(value: object) -> str | None:
    """Make an id, which may arrive as a number or a string (documented), into a string.

    Returns:
        The id after our id rule, or None.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value if isinstance(value, str) and ID_RULE.fullmatch(value) else None


def whole_number(value: object, *, low: int, high: int) -> int | None:
    """Read a whole number within bounds; "12", true and false count; None otherwise."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value):
        value = int(value)
    return int(value) if isinstance(value, int) and low <= value <= high else None


def _is_visible(text: str) -> bool:
    # Plain letters come first in nearly every text, so this looks at one character.
    return any(unicodedata.category(sign)[0] not in "ZC" for sign in text)
