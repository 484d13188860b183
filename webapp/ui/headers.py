"""The security headers of every answer: pages, parts, errors and static files alike.

Not here: cookies (the session's own module) and `X-Request-ID` (webapp.errors).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask, Response

CSP_NAME: Final = "Content-Security-Policy"
CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "object-src 'none'; frame-ancestors 'none'"
)
_ALWAYS: Final = (
    (CSP_NAME, CSP),
    ("X-Content-Type-Options", "nosniff"),
    # Not no-referrer: over https the CSRF check needs the page's own origin.
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    (
        "Permissions-Policy",
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
)
_VARY: Final = {  # by what compression has put there: reading the header takes longer
    "": "Cookie, HX-Request",
    "Accept-Encoding": "Accept-Encoding, Cookie, HX-Request",
}
_HSTS: Final = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")


def security_headers(*, hsts: bool) -> tuple[tuple[str, str], ...]:
    """Give name and value of each header that every answer carries.

    Args:
        hsts: Whether browsers are told to use https only, for a year.
    """
    return (*_ALWAYS, _HSTS) if hsts else _ALWAYS


def init_app(app: Flask, *, hsts: bool) -> None:
    """Put the headers on every answer of `app`, and keep answers out of every cache.

    A view may set `Cache-Control` itself; all else is set here and nowhere else.

    Args:
        app: The application.
        hsts: Whether to send `Strict-Transport-Security` (production).
    """
    app.after_request(_adder(security_headers(hsts=hsts)))


def _adder(fixed: tuple[tuple[str, str], ...]) -> Callable[[Response], Response]:
    def add(response: Response) -> Response:
        headers = response.headers
        headers.extend(fixed)
        headers.setdefault("Cache-Control", "no-store")
        vary = _VARY.get(headers.get("Vary", ""))
        if vary:
            headers["Vary"] = vary
        else:
            response.vary.update(("Cookie", "HX-Request"))
        return response

    return add
