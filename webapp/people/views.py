"""Sign-in, sign-out and the own account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, make_response, render_template, request, session, url_for

from webapp.people import service, words
from webapp.people.answers import me, next_place, with_wait
from webapp.people.demo import demo_people
from webapp.people.devices import device_name
from webapp.people.forms import NameForm, PasswordForm, PreferencesForm, SignInForm
from webapp.people.models import Crowded, SessionEnded
from webapp.people.service import (
    Permission,
    current_person,
    lock_allowed,
    public,
    requires,
    setup_allowed,
)
from webapp.people.sessions import is_stepped_up
from webapp.ui import messages
from webapp.ui.htmx import redirect_to

if TYPE_CHECKING:
    from flask import Response

blueprint = Blueprint("people", __name__)


@blueprint.get("/login")
@public
def login() -> Response:
    """Ask who is there; whoever is signed in goes on."""
    if current_person():
        return redirect_to(next_place())
    chosen = next((one for one in demo_people() if one.role == request.args.get("demo")), None)
    problem = session.pop(service.SIGN_IN_PROBLEM, None)
    problems = (problem,) if problem else ()
    return _login_page(SignInForm(email=chosen.email if chosen else None), *problems)


@blueprint.post("/login")
@public
def sign_in() -> Response:
    """Sign somebody in and bring them where they wanted to go."""
    form = SignInForm(request.form)
    if not form.validate():
        return _login_page(form, status=422)
    try:
        entry = service.sign_in(form.email.data or "", form.password.data)
    except service.SignInRefused:
        return _login_page(form, messages.SIGN_IN_FAILED, status=422)
    except service.Throttled as error:
        answer = _login_page(form, messages.sign_in_throttled(error.retry_after), status=429)
        return with_wait(answer, error)
    except Crowded:
        answer = _login_page(form, words.CROWDED, status=503)
        answer.headers["Retry-After"] = "2"
        return answer
    page = {"second": "factors.second", "setup": "own_factors.index"}.get(entry.step)
    return redirect_to(url_for(page, next=next_place()) if page else next_place())


@blueprint.post("/logout")
@requires(Permission.SELF)
@lock_allowed
@setup_allowed
def logout() -> Response:
    """End this browser's session and let it forget what it kept."""
    service.sign_out()
    answer = redirect_to(url_for("people.login"))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@blueprint.get("/account")
@requires(Permission.SELF)
def account() -> Response:
    """Show the own account."""
    return _account_page()


@blueprint.post("/account/name")
@requires(Permission.SELF)
def account_name() -> Response:
    """Change the own name."""
    form = NameForm(request.form)
    if not form.validate():
        return _account_page(name_form=form, status=422)
    try:
        service.change_name(me(), form.name.data or "")
    except service.InvalidPerson as error:
        form.add_errors({field: (text,) for field, text in error.fields.items()})
        return _account_page(name_form=form, status=422)
    flash(messages.NAME_SAVED, "success")
    return redirect_to(url_for("people.account"))


@blueprint.post("/account/password")
@requires(Permission.SELF)
def account_password() -> Response:
    """Change the own password, which signs every other browser out."""
    form = PasswordForm(request.form)
    if not form.validate():
        return _account_page(password_form=form, status=422)
    try:
        service.change_password(me(), form.current_password.data, form.new_password.data)
    except service.WeakPassword as error:
        form.add_errors({"new_password": (words.WEAKNESS[error.reason],)})
    except service.WrongPassword:
        form.add_errors({"current_password": (words.NOT_CURRENT,)})
    except SessionEnded:
        return redirect_to(url_for("people.login", next=url_for("people.account")))
    except service.Throttled as error:
        form.add_errors({"current_password": (messages.sign_in_throttled(error.retry_after),)})
        return with_wait(_account_page(password_form=form, status=429), error)
    else:
        flash(messages.PASSWORD_CHANGED, "success")
        return redirect_to(url_for("people.account"))
    return _account_page(password_form=form, status=422)


@blueprint.post("/account/preferences")
@requires(Permission.SELF)
def account_preferences() -> Response:
    """Keep how pages look and work."""
    form = PreferencesForm(request.form)
    if not form.validate():
        return _account_page(preferences_form=form, status=422)
    service.set_preferences(me(), theme=form.theme.data, has_shortcuts=form.shortcuts.data)
    flash(messages.PREFERENCES_SAVED, "success")
    return redirect_to(url_for("people.account"))


def _login_page(form: SignInForm, *problems: str, status: int = 200) -> Response:
    return make_response(
        render_template(
            "people/login.html", form=form, form_level=problems, demo_people=demo_people()
        ),
        status,
    )


def _account_page(
    *,
    name_form: NameForm | None = None,
    password_form: PasswordForm | None = None,
    preferences_form: PreferencesForm | None = None,
    status: int = 200,
) -> Response:
    person = me()
    return make_response(
        render_template(
            "people/account.html",
            sessions=service.list_sessions(person.id),
            device_name=device_name,
            can_end=is_stepped_up(),
            name_form=name_form or NameForm(name=person.name),
            password_form=password_form or PasswordForm(),
            preferences_form=preferences_form
            or PreferencesForm(theme=person.theme, shortcuts=person.has_shortcuts),
        ),
        status,
    )
