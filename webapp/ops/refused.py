"""A page of ours for what is no request: too long an address, broken headers.

The web server refuses these before the application sees them, and would answer in its own words,
with neither our headers nor a request id. So it asks the application for the page instead. Not
here: what is refused (gunicorn_conf.py), the words (ui.messages).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication
    from flask import Flask

_KEY = "tillside.refused"  # in the environment of a request; no header can set it
_NO_ROUTE = "/-"


def init_app(app: Flask) -> None:
    """Refuse what the web server has refused, before anything else looks at it."""
    app.before_request_funcs.setdefault(None, []).insert(0, _refuse)


def answer(app: WSGIApplication, status: int, address: str) -> bytes:
    """Give the whole answer, as it goes over the wire.

    Args:
        app: The application.
        status: Why it is refused, as an HTTP status from 400 to 499.
        address: Network address that it came from.

    Returns:
        Status line, headers and page; the connection ends with it.
    """
    from werkzeug.test import create_environ, run_wsgi_app  # seldom needed

    environ = create_environ(_NO_ROUTE, environ_base={_KEY: status, "REMOTE_ADDR": address})
    parts, line, headers = run_wsgi_app(app, environ, buffered=True)
    body = b"".join(parts)
    headers.set("Connection", "close")
    headers.set("Content-Length", str(len(body)))
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {line}\r\n{head}\r\n".encode("latin-1") + body


def _refuse() -> None:
    status = request.environ.get(_KEY)
    if status is not None:
        abort(status)
