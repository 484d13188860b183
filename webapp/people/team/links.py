"""Addresses of links that are sent or shown.

Absolute ones come from PUBLIC_URL alone: a Host header could lead a letter astray. The demo sends
no letters, and takes what the browser called it.

Not here: tokens, and what a link does.
"""

from __future__ import annotations

from flask import request

from webapp.extensions import settings
from webapp.people.factors.totp import qr_of

_INVITATION = "/invitations/"
_RESET = "/reset/"


def invitation_link(token: str) -> str:
    """Give the address of an invitation; a path alone when PUBLIC_URL is not set."""
    return f"{_site()}{_INVITATION}{token}"


def reset_link(token: str) -> str:
    """Give the address at which a new password is set; as above."""
    return f"{_site()}{_RESET}{token}"


def qr_code(link: str) -> str:
    """Draw a link as a `data:` address of an image; empty when it has no host to go to."""
    return "" if link.startswith("/") else qr_of(link)


def _site() -> str:
    """Give PUBLIC_URL; in the demo, which has none, what the browser called us; else nothing."""
    if settings().app_env == "demo" and not settings().public_url:
        return request.host_url.rstrip("/")
    return settings().public_url or ""
