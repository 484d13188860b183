"""Who we are to a browser's passkeys, and the challenge that each use of one answers.

A challenge waits in the session (for visitors: in their signed cookie) for five minutes. That it
is answered once only is seen to where the answer is used (passkeys.py).
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from flask import request, session

from webapp.clock import now
from webapp.extensions import settings
from webapp.people.factors.models import WrongCode

LIFETIME = timedelta(minutes=5)

_KEY = "passkey_challenge"
_BYTES = 32


class Purpose(StrEnum):
    """What a passkey is asked for; an answer to one is none to another."""

    ADD = "add"
    SIGN_IN = "sign_in"
    SECOND_STEP = "second_step"
    STEP_UP = "step_up"


@dataclass(frozen=True, slots=True)
class Site:
    """What a passkey is bound to.

    Attributes:
        id: The host's name.
        origin: Scheme, host and port, as the browser writes them.
    """

    id: str
    origin: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the browser's answer has to contain, and since when it could."""

    value: bytes
    issued_at: datetime


def our_site() -> Site:
    """Give PUBLIC_URL; outside of production without one, whatever the browser called us."""
    public = settings().public_url
    address = public or request.host_url
    parts = urlsplit(address.lower())
    default = {"https": 443, "http": 80}.get(parts.scheme)
    port = f":{parts.port}" if parts.port and parts.port != default else ""
    host = parts.hostname or ""
    return Site(host, f"{parts.scheme}://{host}{port}")


def issue(purpose: Purpose) -> bytes:
    """Make a challenge and remember it in the session, in place of an earlier one."""
    value = secrets.token_bytes(_BYTES)
    session[_KEY] = {
        "value": urlsafe_b64encode(value).decode("ascii"),
        "at": now().isoformat(),
        "for": purpose.value,
    }
    return value


def take(purpose: Purpose) -> Challenge:
    """Take the session's challenge out.

    Raises:
        WrongCode: There is none, it is too old, or was for something else.
    """
    kept = session.pop(_KEY, None)
    if kept is None or kept["for"] != purpose.value:
        raise WrongCode
    issued_at = datetime.fromisoformat(kept["at"])
    if not timedelta() <= now() - issued_at < LIFETIME:
        raise WrongCode
    return Challenge(urlsafe_b64decode(kept["value"]), issued_at)
