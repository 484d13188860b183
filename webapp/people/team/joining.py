"""What people without a password see: an invitation, a forgotten password, a link to set one.

Every page here is public. A link that does nothing any more gets one page, whatever the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, make_response, render_template, request, url_for

from webapp.jobs.service import request_reset_mail
from webapp.people import mail
from webapp.people import words as people_words
from webapp.people.answers import with_wait
from webapp.people.service import (
    InvalidPerson,
    Throttled,
    WeakPassword,
    current_person,
    public,
)
from webapp.people.team import accepting, resets
from webapp.people.team.forms import AcceptForm, ForgottenForm, NewPasswordForm
from webapp.people.team.models import LinkRefused
from webapp.ui import messages
from webapp.ui.htmx import redirect_to, return_place

if TYPE_CHECKING:
    from flask import Response

blueprint = Blueprint("joining", __name__)

_SECOND_FACTOR = "/account/second-factor"


@blueprint.get("/invitations/<token>")
@public
def invitation(token: str) -> Response:
    """Show an invitation; looking at it does not use it up."""
    return _invitation_page(token, AcceptForm(name=accepting.find_invitation(token).name))


@blueprint.post("/invitations/<token>")
@public
def accept(token: str) -> Response:
    """Make the account, sign in, and go on to the second factor."""
    form = AcceptForm(request.form)
    if not form.validate():
        return _invitation_page(token, form, status=422)
    try:
        accepting.accept(token, name=form.name.data or "", password=form.password.data)
    except WeakPassword as error:
        form.add_errors({"password": (people_words.WEAKNESS[error.reason],)})
        return _invitation_page(token, form, status=422)
    except InvalidPerson as error:
        form.add_errors({field: (text,) for field, text in error.fields.items()})
        return _invitation_page(token, form, status=409)
    return redirect_to(return_place(_SECOND_FACTOR, url_for("overview.index")))


@blueprint.get("/forgotten")
@public
def forgotten() -> Response:
    """Ask whose password is forgotten, or say who can help when no letters can be sent."""
    return _forgotten_page(ForgottenForm())


@blueprint.post("/forgotten")
@public
def send_link() -> Response:
    """Have a letter sent if there is such an account; the answer is the same if there is none."""
    form = ForgottenForm(request.form)
    if not mail.can_send():
        return _forgotten_page(form)
    if not form.validate():
        return _forgotten_page(form, status=422)
    try:
        resets.count_request(form.email.data or "")
    except Throttled as error:
        form.add_errors({"email": (messages.sign_in_throttled(error.retry_after),)})
        return with_wait(_forgotten_page(form, status=429), error)
    request_reset_mail(form.email.data or "", request.remote_addr or "")
    return _page("people/forgotten_sent.html")


@blueprint.get("/reset/<token>")
@public
def new_password(token: str) -> Response:
    """Ask for a new password; looking at the link does not use it up."""
    return _reset_page(token, NewPasswordForm())


@blueprint.post("/reset/<token>")
@public
def set_password(token: str) -> Response:
    """Set the new password; signing in with it is the next step, second factor and all."""
    form = NewPasswordForm(request.form)
    if not form.validate():
        return _reset_page(token, form, status=422)
    try:
        resets.reset_password(token, form.password.data)
    except WeakPassword as error:
        form.add_errors({"password": (people_words.WEAKNESS[error.reason],)})
        return _reset_page(token, form, status=422)
    return _page("people/reset_done.html")


@blueprint.errorhandler(LinkRefused)
def _refused(_error: LinkRefused) -> Response:
    return _page("people/link_refused.html", status=404)


def _invitation_page(token: str, form: AcceptForm, *, status: int = 200) -> Response:
    found = accepting.find_invitation(token)
    return _page(
        "people/invitation.html",
        status=status,
        invitation=found,
        form=form,
        me=current_person(),
    )


def _forgotten_page(form: ForgottenForm, *, status: int = 200) -> Response:
    return _page("people/forgotten.html", status=status, form=form, can_send=mail.can_send())


def _reset_page(token: str, form: NewPasswordForm, *, status: int = 200) -> Response:
    return _page("people/reset.html", status=status, owner=resets.find_reset(token), form=form)


def _page(template: str, *, status: int = 200, **context: object) -> Response:
    return make_response(render_template(template, **context), status)
