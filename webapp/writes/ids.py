"""Ids of intended writes, which are their Idempotency-Keys (32 hex characters in the examples)."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Final, TypeGuard

_ID: Final = re.compile(r"[0-9a-f]{32}")


def new_intent_id() -> str:
    """Make an id for a form: 128 random bits, which become the Idempotency-Key."""
    return secrets.token_hex(16)


def is_intent_id(text: str | None) -> TypeGuard[str]:
    """Whether a text has the form of an intent id."""
    return bool(text and _ID.fullmatch(text))


def derive_intent_id(intent_id: str, body: bytes) -> str:
    """Make the id of a new attempt of a form that came back changed under its old id.

    The same form makes the same id however often it is sent, so a double click of the changed
    form is one intent as well.
    """
    return hashlib.sha256(intent_id.encode() + b"\n" + body).hexdigest()[:32]
