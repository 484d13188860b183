"""The lock, ending sessions from their list, and what an open page asks about its session.

Not here: signing in and out, and the page that shows the list (views.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, make_response, render_template, request, url_for

from webapp.people import service, words
from webapp.people.answers import me, next_place, with_wait
from webapp.people.forms import UnlockForm
from webapp.people.models import SessionEnded
from webapp.people.service import (
    Permission,
    lock_allowed,
    needs_step_up,
    polling,
    requires,
    setup_allowed,
)
from webapp.ui import messages
from webapp.ui.htmx import redirect_to
from webapp.ui.requests import split_address

if TYPE_CHECKING:
    from flask import Response

blueprint = Blueprint("sessions", __name__)


@blueprint.get("/session")
@requires(Permission.SELF)
@setup_allowed
def state() -> str:
    """Tell an open page that its session goes on: whose it is, and the CSRF token from now on."""
    return render_template("people/_session.html", me=me(), left=service.seconds_until_lock())


@blueprint.get("/lock")
@requires(Permission.SELF)
@lock_allowed
@setup_allowed
@polling
def locked() -> Response:
    """Ask for the password of a locked session; any other goes on.

    `unused`: a page came here by itself after the idle lock's time, from a browser without
    JavaScript. If another window keeps the session open it stays away until somebody wants it.
    """
    if service.is_locked():
        return _lock_page(UnlockForm())
    if "unused" in request.args:
        return make_response(render_template("people/put_away.html", place=_next_place()))
    return redirect_to(_next_place())


@blueprint.post("/lock")
@requires(Permission.SELF)
@lock_allowed
@setup_allowed
def lock() -> Response:
    """Lock this browser's session until the password is given again."""
    service.lock()
    return redirect_to(url_for("sessions.locked", next=_next_place()))


@blueprint.post("/unlock")
@requires(Permission.SELF)
@lock_allowed
@setup_allowed
def unlock() -> Response:
    """Go on where the session was locked."""
    form = UnlockForm(request.form)
    if not form.validate():
        return _lock_page(form, status=422)
    try:
        service.unlock_session(me(), form.password.data)
    except service.WrongPassword:
        form.add_errors({"password": (words.NOT_YOURS,)})
        return _lock_page(form, status=422)
    except service.Throttled as error:
        form.add_errors({"password": (messages.sign_in_throttled(error.retry_after),)})
        return with_wait(_lock_page(form, status=429), error)
    except SessionEnded:
        return redirect_to(url_for("people.login", next=_next_place()))
    return redirect_to(_next_place())


@blueprint.post("/account/sessions/<session_id>/end")
@requires(Permission.SELF)
@needs_step_up
def end(session_id: str) -> Response:
    """End one of the own sessions."""
    if service.end_session(session_id):
        flash(words.SESSION_ENDED, "success")
    else:
        flash(words.SESSION_GONE, "info")
    return redirect_to(url_for("people.account", _anchor="sessions"))


@blueprint.post("/account/sessions/end-others")
@requires(Permission.SELF)
@needs_step_up
def end_others() -> Response:
    """End every session of one's own but this one."""
    flash(words.sessions_ended(service.end_other_sessions()), "success")
    return redirect_to(url_for("people.account", _anchor="sessions"))


def _next_place() -> str:
    came_from = split_address(request.referrer)
    seen = f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path
    return next_place("sessions.locked", seen=seen)


def _lock_page(form: UnlockForm, status: int = 200) -> Response:
    return make_response(
        render_template("people/lock.html", form=form, me=me(), place=_next_place()), status
    )
