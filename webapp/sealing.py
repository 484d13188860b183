"""Texts that have to be read again by us alone, encrypted: seeds of apps, codes, drafts.

The key comes from SECRET_KEY through HKDF, one for each person and purpose, so that a text put
into another person's row does not open. While SECRET_KEY is being rotated, what was sealed under
SECRET_KEY_BEFORE still opens, and says that it should be sealed anew.

Not here: what the texts are.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from webapp.extensions import settings

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

SEED = "totp-seed"
FRESH = "shown-once"  # what a session keeps until it was shown and confirmed
DRAFT = "draft"


class Unreadable(Exception):  # noqa: N818 - as the other errors that a feature expects
    """Sealed under a key that we do not have, for somebody else, or changed."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What was sealed.

    Attributes:
        text: The secret.
        is_old: It was sealed under SECRET_KEY_BEFORE: seal it again.
    """

    text: str
    is_old: bool


def seal(text: str, *, person_id: int, purpose: str = SEED) -> str:
    """Encrypt a secret of one person under today's SECRET_KEY.

    Args:
        text: The secret.
        person_id: Whose.
        purpose: What it is for; it opens for the same person and purpose only.

    Returns:
        ASCII text.
    """
    cipher = _cipher(settings().secret_key, person_id, purpose)
    return cipher.encrypt(text.encode()).decode("ascii")


def unseal(sealed: str, *, person_id: int, purpose: str = SEED) -> Opened:
    """Decrypt what `seal` gave.

    Raises:
        Unreadable: Neither SECRET_KEY nor SECRET_KEY_BEFORE opens it.
    """
    from cryptography.fernet import InvalidToken

    keys = (settings().secret_key, settings().secret_key_before)
    for is_old, key in enumerate(keys):
        if key is None:
            continue
        try:
            text = _cipher(key, person_id, purpose).decrypt(sealed).decode()
        except (InvalidToken, ValueError):  # not ours at all, or not even ASCII
            continue
        return Opened(text, bool(is_old))
    raise Unreadable


@lru_cache(maxsize=256)
def _cipher(secret_key: str, person_id: int, purpose: str) -> Fernet:
    # Here: most requests need none of it, and it takes 6 MB of every process.
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    derived = HKDF(
        algorithm=SHA256(),
        length=32,
        salt=None,
        info=f"tillside/{purpose}/person/{person_id}".encode(),
    ).derive(secret_key.encode())
    return Fernet(urlsafe_b64encode(derived))
