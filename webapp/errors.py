"""Exceptions to pages or fragments. Each has a sentence for staff, a reference, and a log line.

Not here: the words (`ui.messages`), and refusals of a write, which come back in their form.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from flask import g, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, default_exceptions

from webapp.clock import now
from webapp.neropay.errors import NeroPayError, RateLimited
from webapp.ops.requests import request_id
from webapp.people.service import current_person, is_locked, is_setup
from webapp.ui import messages, outcomes
from webapp.ui.asked_first import ASKED_FIRST
from webapp.ui.csrf import is_form_of_ours, kept_fields
from webapp.ui.filters import iso_time
from webapp.ui.htmx import render_page
from webapp.writes import service as writes

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask, Response
    from werkzeug.wrappers import Response as AnyResponse

logger = logging.getLogger("tillside.errors")

# A form that ends in one of these is shown, to be sent again: its intent id makes that safe.
_KEEPING = frozenset({401, 404, 429, 500, 502, 503})
_SAVING = frozenset({"customers", "categories"})  # blueprints whose forms lead to NeroPay
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_UNCERTAIN = frozenset({500, 503})  # what was asked for may have been done


def init_app(app: Flask) -> None:
    """Register a handler for everything that can be raised."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(NeroPayError, _neropay)
    app.register_error_handler(SQLAlchemyError, _database)
    app.register_error_handler(OSError, _disk)
    app.register_error_handler(Exception, _bug)
    app.add_template_global(reference)


def reference(code: str, at: datetime | None = None) -> str:
    """Give what support needs to find an event in the log; shown under every error.

    Args:
        code: NeroPay's of the failure, or ours.
        at: When it was, if not in this request.

    Returns:
        Time in UTC and code, and the request's id when it was this request.
    """
    if at:
        return f"{iso_time(at)} · {code}"
    return f"{iso_time(now())} · {code} · {request_id() or '–'}"


def _http(error: HTTPException) -> AnyResponse:
    if error.response is not None:  # a view that aborted with an answer of its own
        return cast("AnyResponse", error.response)
    code = error.code or 500
    if code < 400:  # a redirect to the same page with the slash in its place
        return error.get_response()
    response = _page(
        code if code in default_exceptions else 500,
        ASKED_FIRST.get(g.get("asked_first", "")),
    )
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    if isinstance(error, RequestEntityTooLarge):
        response.headers["Connection"] = "close"  # the rest of the body was not read
    return response


def _csrf(error: CSRFError) -> Response:
    logger.warning("csrf_refused", extra={"reason": error.description})
    message = messages.CSRF_FAILED if is_form_of_ours() else messages.NOT_A_FORM
    return _page(400, message, code="csrf_failed", kept=kept_fields())


def _neropay(error: NeroPayError) -> Response:
    kind = type(error).__name__
    logger.warning("neropay_failed", extra={"kind": kind, "code": error.code})
    response = _page(502, code=error.code)
    if isinstance(error, RateLimited) and error.after:
        response.headers["Retry-After"] = str(max(1, round(error.after)))
    return response


def _database(error: SQLAlchemyError) -> Response:
    logger.error("database_failed", extra={"kind": type(error).__name__}, exc_info=error)
    return _unavailable("database_failed")


def _disk(error: OSError) -> Response:
    logger.error("disk_failed", extra={"kind": type(error).__name__}, exc_info=error)
    return _unavailable("disk_failed")


def _unavailable(code: str) -> Response:
    is_save = request.method == "POST" and request.blueprint in _SAVING
    is_sent = g.get("is_write_sent") or (is_save and _may_have_been_sent_before())
    message = messages.NOTHING_SENT if is_save and not is_sent else None
    response = _page(503, message, code=code)
    response.headers["Retry-After"] = "5"
    return response


def _may_have_been_sent_before() -> bool:
    """Tell whether the same form may have been sent to NeroPay by an earlier click."""
    try:
        intent_id = request.form.get("intent")
        if not writes.is_intent_id(intent_id):
            return False
        # One form of the history, or of what was deleted, makes an id for each of its lines.
        lines = (request.view_args or {}).values()
        made_of_it = [writes.derive_intent_id(intent_id, str(line).encode()) for line in lines]
        return any(writes.find(one) is not None for one in (intent_id, *made_of_it))
    except (HTTPException, SQLAlchemyError, OSError):
        return True


def _bug(error: Exception) -> Response:
    logger.error("bug", extra={"kind": type(error).__name__}, exc_info=error)
    return _page(500)


def _page(
    status: int,
    message: messages.Message | None = None,
    *,
    code: str = "",
    kept: tuple[tuple[str, str], ...] = (),
) -> Response:
    g.error_code = code or f"http_{status}"
    return render_page(
        "errors/error.html",
        "errors/_error.html",
        status=status,
        http_status=status,
        message=message or _message(status),
        code=g.error_code,
        kept=kept or _typed(status),
        action=request.path,
        home=url_for("overview.index"),
        is_covered=is_locked() or is_setup(),
        asked_first=g.get("asked_first", ""),
        asked_at=g.get("asked_at"),
    )


def _message(status: int) -> messages.Message:
    """Give the words for a status; who was saving something is told that it may be saved."""
    said = messages.for_status(status)
    is_saving = request.method not in _SAFE and current_person() is not None
    if status not in _UNCERTAIN or not is_saving:
        return said
    return replace(said, text=f"{said.text} {outcomes.MAY_BE_SAVED}")


def _typed(status: int) -> tuple[tuple[str, str], ...]:
    """Give what was typed into the form that ended here, if it could be read at all."""
    if request.method != "POST" or status not in _KEEPING:
        return ()
    try:
        return kept_fields()
    except HTTPException:
        return ()
