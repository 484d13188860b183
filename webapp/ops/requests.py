"""Around every request: its id, its line in the log, its place in the metrics; what it may not be.

A WSGI layer, not Flask hooks, so that static files, refused hosts and failures of the application
itself are covered too: their answers get the security headers here, unless they have them. Flask
adds what only it knows: the route and the person.
"""

from __future__ import annotations

import re
import secrets
from contextlib import suppress
from string import printable
from time import perf_counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import structlog
from flask import has_request_context, request

from webapp.ui.headers import CSP_NAME, security_headers
from webapp.ui.requests import is_host

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask, Response

_KEY = "tillside.request"
_GIVEN_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NO_ROUTE = "-"  # static files and addresses that nothing answers
_log = structlog.get_logger()


class Trace:
    """What is known about one request while it is answered."""

    __slots__ = ("calls", "id", "route", "status", "user")

    def __init__(self, request_id: str) -> None:
        self.id = request_id
        self.route = _NO_ROUTE
        self.status = 500
        self.user: int | None = None  # the id of who is signed in
        self.calls = 0  # to NeroPay


def init_app(app: Flask) -> None:
    """Wrap `app` in the layer and tell it route and person."""
    from webapp.ops import metrics  # when gunicorn_conf.py has said where the counts go

    settings = app.extensions["tillside.settings"]
    inner = app.wsgi_app
    takes_ids = settings.trusted_proxies > 0
    app.wsgi_app = RequestLayer(  # type: ignore[method-assign,assignment]  # Flask's own way
        inner,
        takes_ids=takes_ids,
        has_hsts=settings.is_production,
        reraises=lambda: app.testing or app.debug,
        count_calls=app.extensions["tillside.neropay"].calls_made,
        count_request=metrics.count_request,
    )
    app.after_request(_note_route_and_person)


def request_id() -> str:
    """Give the id of the request that is being answered, or an empty text outside of one."""
    return trace.id if (trace := current_trace()) else ""


def current_trace() -> Trace | None:
    """Give the trace of the request that is being answered; none outside of one."""
    if not has_request_context():
        return None
    trace: Trace | None = request.environ.get(_KEY)
    return trace


def _note_route_and_person(response: Response) -> Response:
    from webapp.people.service import current_person  # which needs this package's name

    trace = current_trace()
    if trace is not None:
        person = current_person()
        trace.user = person.id if person else None
        trace.route = request.url_rule.rule if request.url_rule else _NO_ROUTE
    return response


def _make_readable(environ: WSGIEnvironment) -> None:
    """Change what Flask takes for granted, and would fail at: in its own error page, too."""
    if not is_host(environ.get("HTTP_HOST", "")):
        environ["HTTP_HOST"] = ""
    query = environ.get("QUERY_STRING", "")
    if not query.isascii():  # bytes that browsers write as %FF
        environ["QUERY_STRING"] = quote(query, safe=printable, encoding="latin-1")


class RequestLayer:
    """The WSGI layer.

    Args:
        inner: The application inside.
        takes_ids: Whether a proxy of ours stands in front, whose X-Request-ID counts.
        has_hsts: Whether answers that have no headers of ours tell browsers to use https only.
        reraises: Whether a failure of the application goes on to the caller (tests).
        count_calls: Tells how many calls to NeroPay this thread has made, ever.
        count_request: Takes method, route, status and seconds of an answered request.
    """

    def __init__(
        self,
        inner: WSGIApplication,
        *,
        takes_ids: bool,
        has_hsts: bool,
        reraises: Callable[[], bool],
        count_calls: Callable[[], int],
        count_request: Callable[[str, str, int, float], None],
    ) -> None:
        self._inner = inner
        self._takes_ids = takes_ids
        self._headers = security_headers(hsts=has_hsts)
        self._reraises = reraises
        self._count_calls = count_calls
        self._count_request = count_request

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        trace = Trace(self._choose_id(environ))
        environ[_KEY] = trace
        _make_readable(environ)

        def start_with_id(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], object]:
            trace.status = int(status[:3])
            names = {name for name, _ in headers}
            if CSP_NAME not in names:  # refused by the part for static files, or by us below
                headers.extend(self._headers)
                if "Cache-Control" not in names:
                    headers.append(("Cache-Control", "no-store"))
            headers.append(("X-Request-ID", trace.id))
            return start(status, headers, exc_info) if exc_info else start(status, headers)

        began, calls = perf_counter(), self._count_calls()
        try:
            return self._inner(environ, start_with_id)
        except Exception:
            if self._reraises():
                raise
            _log.exception("request failed", request_id=trace.id)
            start_with_id("500 Internal Server Error", [("Content-Type", "text/plain")])
            return [b"Something went wrong. Reference: " + trace.id.encode() + b"\n"]
        finally:
            trace.calls = self._count_calls() - calls
            self._tell(trace, environ["REQUEST_METHOD"], perf_counter() - began)

    def _choose_id(self, environ: WSGIEnvironment) -> str:
        given = environ.get("HTTP_X_REQUEST_ID", "") if self._takes_ids else ""
        return given if _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)

    def _tell(self, trace: Trace, method: str, seconds: float) -> None:
        known = method if method in _METHODS else "OTHER"
        with suppress(OSError):  # a count on a full disk must not fail what it counts
            self._count_request(known, trace.route, trace.status, seconds)
        _log.info(
            "request",
            request_id=trace.id,
            method=known,
            route=trace.route,
            status=trace.status,
            ms=round(seconds * 1000, 2),
            user=trace.user,
            calls=trace.calls,
        )
