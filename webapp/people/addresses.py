"""E-mail addresses: which may have an account, and the key by which an account is found.

Not here: whether anybody reads mail there.
"""

from __future__ import annotations

import unicodedata

from email_validator import EmailNotValidError, validate_email

LONGEST = 254  # characters (RFC 5321)


def email_key(text: str) -> str:
    """Give the key of an address: the same for every way of typing it.

    Args:
        text: As typed, anything at all.
    """
    return unicodedata.normalize("NFKC", text[: 2 * LONGEST]).strip().casefold()


def is_findable(key: str) -> bool:
    """Tell whether an account can have this key at all; others are not looked up."""
    return len(key) <= LONGEST and key.isascii() and key.isprintable()


def checked_email(text: str) -> str | None:
    """Give an address that may have an account, or None.

    ASCII only: letters of other scripts that look like Latin ones would make two accounts that
    nobody can tell apart. White space and line breaks inside are refused, not removed.

    Args:
        text: As typed.
    """
    trimmed = text.strip(" ")
    if not is_findable(trimmed):
        return None
    try:
        checked = validate_email(
            trimmed,
            check_deliverability=False,
            test_environment=True,  # ".test" has no mail, and is fine to sign in with
            allow_smtputf8=False,
        )
    except EmailNotValidError:
        return None
    return trimmed if checked.ascii_email else None
