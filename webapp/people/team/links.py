"""Addresses of links that are sent or shown; absolute ones come from PUBLIC_URL alone.

Not here: tokens, and what a link does.
"""

from __future__ import annotations

from webapp.extensions import settings
from webapp.people.factors.totp import qr_of

_INVITATION = "/invitations/"
_RESET = "/reset/"


def invitation_link(token: str) -> str:
    """Give the address of an invitation; a path alone when PUBLIC_URL is not set."""
    return f"{settings().public_url or ''}{_INVITATION}{token}"


def reset_link(token: str) -> str:
    """Give the address at which a new password is set; as above."""
    return f"{settings().public_url or ''}{_RESET}{token}"


def qr_code(link: str) -> str:
    """Draw a link as a `data:` address of an image; empty when it has no host to go to."""
    return "" if link.startswith("/") else qr_of(link)
