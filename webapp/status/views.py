"""The status page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, url_for

from webapp.ops.requests import request_id
from webapp.people.service import Permission, requires
from webapp.status import service, words
from webapp.ui.htmx import redirect_to, render_page
from webapp.writes import waiting

if TYPE_CHECKING:
    from flask import Response

bp = Blueprint("status", __name__)


@bp.get("/status")
@requires(Permission.CUSTOMERS_READ)
def index() -> Response:
    """Show how things stand."""
    state = service.current()
    away = state.away
    return render_page(
        "status/index.html",
        "status/_status.html",
        state=state,
        says=words,
        why=away and waiting.words.away(away.reason, away.since, state.at),
        support=words.for_support(state, request_id()),
    )


@bp.post("/status/ask")
@requires(Permission.CUSTOMERS_READ)
def ask() -> Response:
    """Ask NeroPay now, and show what came of it."""
    code = service.ask()
    if code is None:
        flash(words.ASKED, "success")
    else:
        flash(words.not_answered(code), "warning")
    return redirect_to(url_for("status.index"))
