"""Places in a list, as opaque text for URLs.

A cursor names the row that a page begins after, or ends before, by the key that the list is
sorted by. It gives no right to anything, so it is checked for its form and not signed: one that
was tampered with is another place in the same list, or nothing.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

_LONGEST = 4_000  # characters; a sort key has at most 512
_HIGHEST_PK = 2**31 - 1
_HIGHEST_INDEX = 10**9


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list.

    Attributes:
        sort: What the list is sorted by; a cursor of another sort is not valid here.
        is_backwards: The page ends before this row, instead of beginning after it.
        key: The row's sort key; its tier (1 to 3) where the best come first.
        pk: The row's number, which breaks ties.
        index: 1-based position of the row, or 0 when that is not known.
    """

    sort: str
    is_backwards: bool
    key: str | int
    pk: int
    index: int


def to_text(cursor: Cursor) -> str:
    """Write a cursor for a URL."""
    parts = [cursor.sort, int(cursor.is_backwards), cursor.key, cursor.pk, cursor.index]
    packed = json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def from_text(value: str | None, sort: str) -> Cursor | None:
    """Read a cursor from a URL.

    Args:
        value: What came in, from anyone.
        sort: What the list at hand is sorted by.

    Returns:
        The place, or None when the text is none of ours for this list.
    """
    if not value or len(value) > _LONGEST:
        return None
    try:
        packed = base64.b64decode(value + "=" * (-len(value) % 4), b"-_", validate=True)
        parts = json.loads(packed)
    except (binascii.Error, ValueError, RecursionError):
        return None
    if not isinstance(parts, list) or len(parts) != 5:
        return None
    its_sort, is_backwards, key, pk, index = parts
    is_ours = (
        its_sort == sort
        and _is_number(is_backwards, 1)
        and _is_key(key, sort)
        and _is_number(pk, _HIGHEST_PK)
        and _is_number(index, _HIGHEST_INDEX)
    )
    return Cursor(sort, bool(is_backwards), key, pk, index) if is_ours else None


def _is_key(key: object, sort: str) -> bool:
    if sort == "best":
        return _is_number(key, 3)
    if not isinstance(key, str) or "\0" in key:  # PostgreSQL takes no NUL
        return False
    try:
        key.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_number(value: object, highest: int) -> bool:
    return type(value) is int and 0 <= value <= highest
