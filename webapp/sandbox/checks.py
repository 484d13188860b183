"""Who calls, and is the call theirs: bearer key, account, signature, idempotency key.

The signature check is the sandbox's own code, written from the documented formula alone:
lower-case hex HMAC-SHA256 over timestamp + "." + raw body, keyed with the secret.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from flask import Request

from webapp.sandbox.answers import Refusal

TOLERANCE_SECONDS = 300
TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)


def check_bearer(request: Request, secret_key: str) -> None:
    """Check the Authorization header (documented).

    Raises:
        Refusal: authentication_failed.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    known = hmac.compare_digest(token.encode("latin-1", "replace"), secret_key.encode())
    if scheme != "Bearer" or not known:
        raise Refusal(401, "authentication_failed", "The API key is missing, wrong or disabled.")


def check_account(request: Request, account_id: str | None) -> None:
    """Check NeroPay-Account, when a call carries it (documented).

    Raises:
        Refusal: account_not_found, when it names an account other than this merchant's.
    """
    named = request.headers.get("NeroPay-Account")
    if named is not None and named != account_id:
        raise Refusal(404, "account_not_found", "The connected account was not found.")


def check_signature(request: Request, secret_key: str, now: float) -> None:
    """Check timestamp and signature over the raw bytes of the body.

    Args:
        request: the call.
        secret_key: the merchant's secret.
        now: Unix time in seconds; 300 s either way are accepted (assumed, not documented).

    Raises:
        Refusal: invalid_signature.
    """
    timestamp = request.headers.get("X-NeroPay-Timestamp", "")
    given = request.headers.get("X-NeroPay-Signature", "")
    if not TIMESTAMP.fullmatch(timestamp):
        raise _bad_signature("The request timestamp is missing or is not a Unix time.")
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        raise _bad_signature("The request timestamp is too far from our clock.")
    expected = sign(secret_key, timestamp, request.get_data(cache=True))
    if not hmac.compare_digest(given.encode("latin-1", "replace"), expected.encode()):
        raise _bad_signature("The request signature is missing or wrong.")


def sign(secret_key: str, timestamp: str, body: bytes) -> str:
    """Return the signature that a call must carry (documented formula).

    Args:
        secret_key: the merchant's secret.
        timestamp: Unix time in seconds, as sent.
        body: the raw bytes of the body; empty for a DELETE.
    """
    message = timestamp.encode("ascii") + b"." + body
    return hmac.new(secret_key.encode(), message, hashlib.sha256).hexdigest()


def check_key(request: Request) -> str:
    """Return the Idempotency-Key of a write.

    The vendor names the header for every write; that a call without it is refused is the
    sandbox's own strictness.

    Raises:
        Refusal: validation_failed, when it is missing or unusable.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not KEY.fullmatch(key):
        raise Refusal(
            422, "validation_failed", "The Idempotency-Key header is missing or malformed."
        )
    return key


def _bad_signature(message: str) -> Refusal:
    return Refusal(401, "invalid_signature", message)
