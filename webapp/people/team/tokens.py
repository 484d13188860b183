"""Tokens of links: 256 random bits, of which only the SHA-256 is kept.

Not here: what a link does.
"""

from __future__ import annotations

import hashlib
import re
import secrets

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def make_token() -> str:
    """Give a new token, for an address."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str | None:
    """Give the hash under which a token is kept.

    Args:
        token: As it came; anything at all, of any length.

    Returns:
        None when this cannot be one of ours; then nothing needs to be looked up.
    """
    if not _TOKEN.fullmatch(token):
        return None
    return hashlib.sha256(token.encode("ascii")).hexdigest()
