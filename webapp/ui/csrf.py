"""Protection against cross-site requests: Flask-WTF's check, with a token that never repeats.

The token in a page is Flask-WTF's signed token XORed with fresh random bytes for every answer,
with those bytes in front. Two compressed answers therefore never share the secret's bytes, which
is what BREACH guesses at (see also `compress`). Tokens have no time limit: a form may stay open
over lunch; the session decides how long anyone is signed in.

Not here: the failure page (templates/errors) and the handlers that show it (webapp.errors).
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from typing import TYPE_CHECKING

from flask import current_app, g, request, session
from flask_wtf.csrf import CSRFProtect, generate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer

from webapp.ui.requests import split_address

if TYPE_CHECKING:
    from flask import Flask

FIELD = "csrf_token"
HEADER = "X-CSRFToken"

_SALT = "wtf-csrf-token"  # Flask-WTF's
_LONGEST = 512  # characters; ours are about 250
_NEVER_KEPT = ("password", "token", "secret", FIELD)  # in a field's name
_NOR_THESE = frozenset({"code", "credential"})  # as a whole: a postcode is kept
_MOST_KEPT = 40  # fields


class CsrfProtect(CSRFProtect):  # type: ignore[misc]  # Flask-WTF ships no types
    """Flask-WTF's protection with masked tokens.

    Use it as `CSRFProtect`: `csrf = CsrfProtect(); csrf.init_app(app)`; `csrf.exempt(view)`.
    """

    def init_app(self, app: Flask) -> None:
        """Check every unsafe request of `app` and give templates `csrf_token()`.

        Args:
            app: The application; a `SECRET_KEY` must be set before the first request.
        """
        app.config["WTF_CSRF_TIME_LIMIT"] = None
        app.config["WTF_CSRF_FIELD_NAME"] = FIELD
        app.config["WTF_CSRF_HEADERS"] = [HEADER]
        super().init_app(app)
        # Flask-WTF adds a context processor with the bare token, which would win over a global.
        app.template_context_processors[None].pop()
        app.jinja_env.globals["csrf_token"] = masked_token
        app.jinja_env.globals.pop("csrf_meta_tag", None)

    def _get_csrf_token(self) -> str | None:
        sent = _sent()
        token = unmask(sent) if sent else None
        return _under_todays_key(token) if token else None


def is_form_of_ours() -> bool:
    """Tell whether what was sent has a token, right or wrong, as every form of ours has."""
    return bool(_sent())


def _sent() -> str | None:
    return request.form.get(FIELD) or request.headers.get(HEADER)


def _under_todays_key(token: str) -> str:
    """Sign a token anew whose page is older than the SECRET_KEY of today; any other stays itself.

    Flask-WTF knows one key. The session's secret is compared in any case.
    """
    former = current_app.config["SECRET_KEY_FALLBACKS"]
    if not former:
        return token
    try:
        secret = URLSafeTimedSerializer([*former, current_app.secret_key], salt=_SALT).loads(token)
    except BadData:
        return token
    return _signed(current_app.secret_key, secret)


def masked_token() -> str:
    """Give the token for this answer: masked anew per request, the same within one.

    Returns:
        URL-safe text for the hidden field `csrf_token` and the header `X-CSRFToken`.
    """
    token: str | None = g.get("tillside_csrf")
    if token is None:
        secret = session.get(FIELD)
        signed = _signed(current_app.secret_key, secret) if secret else generate_csrf()
        token = g.tillside_csrf = mask(signed)
    return token


@lru_cache(maxsize=1024)
def _signed(secret_key: str, secret: str) -> str:
    """Sign a session's secret as Flask-WTF does: once, for a token has no time limit."""
    token: str = URLSafeTimedSerializer(secret_key, salt=_SALT).dumps(secret)
    return token


def renew_token() -> None:
    """Forget the session's token, so that the next page gets a new one. Call it at sign-in."""
    session.pop(FIELD, None)
    g.pop(FIELD, None)
    g.pop("tillside_csrf", None)


def mask(token: str) -> str:
    """Hide `token` under random bytes of its own length, which are put in front of it."""
    plain = token.encode("ascii")
    pad = secrets.token_bytes(len(plain))
    return urlsafe_b64encode(pad + _xor(pad, plain)).decode("ascii")


def unmask(sent: str) -> str | None:
    """Undo `mask`.

    Args:
        sent: What came with the request; anything at all.

    Returns:
        The token, or None when this cannot be one of ours.
    """
    if len(sent) > _LONGEST:
        return None
    try:
        raw = urlsafe_b64decode(sent.encode("ascii"))
        half, odd = divmod(len(raw), 2)
        return None if odd else _xor(raw[:half], raw[half:]).decode("ascii")
    except ValueError:
        return None


def kept_fields() -> tuple[tuple[str, str], ...]:
    """Give what was typed into the form whose token was refused, to show it and send it again.

    Secrets and tokens are left out. A form that another site sent gets nothing back: its values
    are that site's, and offering them for sending would hand it the very thing we refused.

    Returns:
        Name and value in the form's order, at most 40.
    """
    if not _is_from_our_own_page():
        return ()
    return tuple(
        (name, value)
        for name, value in request.form.items(multi=True)
        if name.lower() not in _NOR_THESE and not any(word in name.lower() for word in _NEVER_KEPT)
    )[:_MOST_KEPT]


def _is_from_our_own_page() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    host = split_address(request.headers.get("Origin") or request.referrer).netloc
    return host != "" and host == request.host


def _xor(pad: bytes, text: bytes) -> bytes:
    number = int.from_bytes(pad, "big") ^ int.from_bytes(text, "big")
    return number.to_bytes(len(pad), "big")
