"""The one JSON serialisation, and the signature over exactly those bytes.

What is signed is what is sent: nothing after this module may touch the body.
"""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def encode_body(fields: Mapping[str, object]) -> bytes:
    """Serialise a body: compact JSON, UTF-8, the fields in the order given.

    Args:
        fields: JSON values only.

    Returns:
        The raw body, to be kept, signed and sent as it is.

    Raises:
        ValueError: NaN, infinity, or text that is not Unicode (a lone surrogate).
    """
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def sign(secret_key: str, timestamp: int, body: bytes) -> str:
    """Compute X-NeroPay-Signature: HMAC-SHA256 over timestamp, a dot and the body (documented).

    Args:
        secret_key: The secret, which is the key of the HMAC.
        timestamp: Unix time in seconds, the same as in X-NeroPay-Timestamp.
        body: The raw body; empty for a DELETE.

    Returns:
        64 lower-case hexadecimal digits.
    """
    message = str(timestamp).encode("ascii") + b"." + body
    return hmac.new(secret_key.encode("utf-8"), message, "sha256").hexdigest()


def write_headers(secret_key: str, timestamp: int, body: bytes, key: str) -> dict[str, str]:
    """Make the headers that a write has and a read has not (documented).

    Args:
        secret_key: The secret.
        timestamp: Unix time in seconds, now: each attempt is signed afresh.
        body: The raw body.
        key: The Idempotency-Key, the same for each attempt.
    """
    return {
        "Content-Type": "application/json",
        "X-NeroPay-Timestamp": str(timestamp),
        "X-NeroPay-Signature": sign(secret_key, timestamp, body),
        "Idempotency-Key": key,
    }
