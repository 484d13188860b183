"""Passwords: which are taken, and how they are kept (Argon2id).

Not here: who they belong to, and how often somebody may try (throttle.py).
"""

from __future__ import annotations

import re
import threading
import unicodedata
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12  # characters, after NFKC
LONGEST = 128

_RAW_LIMIT = 4 * LONGEST  # characters looked at before NFKC, which can grow a text 18-fold
_LEAST_LEFT = 8  # characters that must be left without the own name, address and ours
_LEAST_DIFFERENT = 5  # different characters
_OURS = ("tillside", "neropay")
_LISTED = Path(__file__).with_name("common_passwords.txt")
_LOOKS_LIKE = str.maketrans("013457@$!|", "oleastasil")
_LINES = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "1qaz 2wsx 3edc 4rfv 5tgb 6yhn 7ujm 8ik 9ol 0p",  # a keyboard's columns
    "azertyuiop",
    "!@#$%^&*()_+",
    '!"£$%^&*()_+',
    "qwertzuiop",
)
_FORWARD = frozenset(one + two for line in _LINES for one, two in pairwise(line))
_STEPS = _FORWARD | {pair[::-1] for pair in _FORWARD}

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_places = threading.BoundedSemaphore(2)  # 19 MiB each: so many at once in one process

# Of a random password that nobody knows: unknown accounts cost one hash, as known ones do.
_NOBODYS = (
    "$argon2id$v=19$m=19456,t=2,p=1$gLnOSwcZ1MbWc6Rf00ZHlA$"
    "9UI5t/pZDtPP+8IOm0XuHl+iCw9Qu7nAY1onW9fBX/8"
)


class Weakness(StrEnum):
    """Why a new password is not taken."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    UNREADABLE = "unreadable"
    REPEATED = "repeated"
    SEQUENCE = "sequence"
    COMMON = "common"
    PERSONAL = "personal"
    UNCHANGED = "unchanged"


def find_weakness(password: str, *, email: str = "", name: str = "") -> Weakness | None:
    """Tell what is wrong with a new password; no network is asked.

    Args:
        password: As typed; nothing is trimmed.
        email: The person's address.
        name: The person's name.

    Returns:
        The first thing that is wrong, or None when it is taken.
    """
    if len(password) > _RAW_LIMIT:
        return Weakness.TOO_LONG
    text = _normal(password)
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
        return Weakness.UNREADABLE
    if len(text) < SHORTEST:
        return Weakness.TOO_SHORT
    if len(text) > LONGEST:
        return Weakness.TOO_LONG
    return _find_pattern(text.casefold(), email.casefold(), name.casefold())


def hash_password(password: str) -> str:
    """Hash a password that `find_weakness` took; waits for one of two places."""
    with _places:
        return _hasher.hash(_bytes(_normal(password)))


def is_password(password: str, password_hash: str | None) -> bool:
    """Compare a password with a hash; costs one hash whatever comes in.

    Args:
        password: As typed, of any length.
        password_hash: Argon2id's own format; None when there is no such account.
    """
    is_possible = password_hash is not None and len(password) <= _RAW_LIMIT
    text = _normal(password[:_RAW_LIMIT])
    is_possible = is_possible and len(text) <= LONGEST
    expected = password_hash if is_possible and password_hash else _NOBODYS
    with _places:
        try:
            _hasher.verify(expected, _bytes(text[:LONGEST]))
        except (VerificationError, InvalidHashError):
            return False
    return is_possible


def is_same(one: str, other: str) -> bool:
    """Tell whether two passwords, as typed, are one to us."""
    return _normal(one[:_RAW_LIMIT]) == _normal(other[:_RAW_LIMIT])


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _find_pattern(text: str, email: str, name: str) -> Weakness | None:
    if len(set(text)) < _LEAST_DIFFERENT or _is_repetition(text) or _is_repetition(_letters(text)):
        return Weakness.REPEATED
    if _is_sequence(text):
        return Weakness.SEQUENCE
    if _is_common(text):
        return Weakness.COMMON
    if _is_personal(text, email, name):
        return Weakness.PERSONAL
    return None


def _is_repetition(text: str) -> bool:
    """Whether it is one short piece again and again, the last time perhaps cut."""
    sizes = range(1, len(text) + 1)
    period = next((size for size in sizes if text.startswith(text[size:])), SHORTEST)
    return period < SHORTEST and period <= len(text) // 2


def _is_sequence(text: str) -> bool:
    """Whether it is runs along the alphabet or a keyboard, four characters each or longer."""
    runs = 1 + sum(one != two and one + two not in _STEPS for one, two in pairwise(text))
    return runs <= len(text) // 4


def _is_common(text: str) -> bool:
    """Whether it, or what is left without decoration, is one that everybody thinks of."""
    listed = _common()
    plain = text.translate(_LOOKS_LIKE)
    forms = {form for whole in (text, plain) for form in (whole, _letters(whole))}
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)
    forms |= {core, core.translate(_LOOKS_LIKE), _letters(core.translate(_LOOKS_LIKE))}
    return not forms.isdisjoint(listed)


def _is_personal(text: str, email: str, name: str) -> bool:
    words = {*_OURS, *re.split(r"[\W_]+", name), *re.split(r"[\W_]+", email), email}
    left = text
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= 4:
            left = left.replace(word, "")
    return len(left) < min(_LEAST_LEFT, len(text))


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


@cache
def _common() -> frozenset[str]:
    lines = _LISTED.read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))
