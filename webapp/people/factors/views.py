"""Being asked: the second step of signing in, signing in with a passkey, and stepping up.

Not here: setting factors up and taking them away (own_views.py).
"""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    render_template,
    request,
    session,
    url_for,
)

from webapp.people import words as people_words
from webapp.people.answers import me, next_place, with_wait
from webapp.people.factors import passkeys, second_step, step_up, words
from webapp.people.factors.challenges import Purpose
from webapp.people.factors.forms import CodeForm, PasskeyForm, StepUpForm
from webapp.people.factors.models import FactorInfo, StepOver, WrongCode
from webapp.people.factors.service import factors_of
from webapp.people.models import Crowded, SessionEnded
from webapp.people.service import (
    SIGN_IN_PROBLEM,
    Permission,
    SignInRefused,
    Throttled,
    WrongPassword,
    current_person,
    public,
    requires,
    setup_allowed,
    sign_in_with_passkey,
)
from webapp.ui import messages
from webapp.ui.htmx import redirect_to

blueprint = Blueprint("factors", __name__)

_JSON = "application/json"


@blueprint.post("/login/passkey/options")
@public
def sign_in_options() -> Response:
    """Give what the browser needs to sign in with a passkey."""
    return Response(passkeys.options_for_using(Purpose.SIGN_IN), mimetype=_JSON)


@blueprint.post("/login/passkey")
@public
def sign_in() -> Response:
    """Sign somebody in with a passkey alone."""
    try:
        sign_in_with_passkey(PasskeyForm(request.form).credential.data or "")
    except SignInRefused:
        return _back_to_sign_in(words.WRONG_PASSKEY)
    except Throttled as error:
        return _back_to_sign_in(messages.sign_in_throttled(error.retry_after))
    except Crowded:
        return _back_to_sign_in(people_words.CROWDED)
    return redirect_to(_next_place())


@blueprint.get("/login/second")
@public
def second() -> Response:
    """Ask for the second factor of whoever gave the password."""
    if current_person():
        return redirect_to(_next_place())
    return _second_page(CodeForm())


@blueprint.post("/login/second")
@public
def check_second() -> Response:
    """Sign in with a code from the app, or a recovery code."""
    form = CodeForm(request.form)
    if not form.validate():
        return _second_page(form, status=422)
    try:
        second_step.finish_with_code(form.code.data or "")
    except WrongCode:
        form.add_errors({"code": (words.WRONG_CODE,)})
        return _second_page(form, status=422)
    except StepOver:
        return _back_to_sign_in(words.STEP_OVER)
    except Throttled as error:
        return _throttled(_second_page, form, error)
    return redirect_to(_next_place())


@blueprint.post("/login/second/passkey/options")
@public
def second_options() -> Response:
    """Give what the browser needs to use one of the person's passkeys."""
    try:
        return Response(second_step.passkey_options(), mimetype=_JSON)
    except StepOver:
        return Response("{}", status=409, mimetype=_JSON)


@blueprint.post("/login/second/passkey")
@public
def check_second_passkey() -> Response:
    """Sign in with a passkey, after the password."""
    try:
        second_step.finish_with_passkey(PasskeyForm(request.form).credential.data or "")
    except WrongCode:
        return _second_page(CodeForm(), words.WRONG_PASSKEY, status=422)
    except StepOver:
        return _back_to_sign_in(words.STEP_OVER)
    except Throttled as error:
        return _throttled(_second_page, CodeForm(), error)
    return redirect_to(_next_place())


@blueprint.get("/account/step-up")
@requires(Permission.SELF)
@setup_allowed
def ask_again() -> Response:
    """Ask for the password or a second factor again."""
    return _step_up_page(StepUpForm())


@blueprint.post("/account/step-up")
@requires(Permission.SELF)
@setup_allowed
def check_again() -> Response:
    """Take the password or a code, and go on to where it was asked for."""
    form = StepUpForm(request.form)
    if not form.validate():
        return _step_up_page(form, status=422)
    try:
        if form.password.data:
            step_up.with_password(me(), form.password.data)
        else:
            step_up.with_code(me(), form.code.data or "")
    except WrongPassword:
        form.add_errors({"password": (people_words.NOT_YOURS,)})
        return _step_up_page(form, status=422)
    except WrongCode:
        form.add_errors({"code": (words.WRONG_CODE,)})
        return _step_up_page(form, status=422)
    except Throttled as error:
        return _throttled(_step_up_page, form, error)
    except SessionEnded:
        return redirect_to(url_for("people.login", next=_next_place()))
    return _confirmed()


@blueprint.post("/account/step-up/passkey/options")
@requires(Permission.SELF)
@setup_allowed
def step_up_options() -> Response:
    """Give what the browser needs to use one of the own passkeys."""
    return Response(passkeys.options_for_using(Purpose.STEP_UP, me().id), mimetype=_JSON)


@blueprint.post("/account/step-up/passkey")
@requires(Permission.SELF)
@setup_allowed
def step_up_passkey() -> Response:
    """Take a passkey, and go on to where it was asked for."""
    try:
        step_up.with_passkey(me(), PasskeyForm(request.form).credential.data or "")
    except WrongCode:
        return _step_up_page(StepUpForm(), words.WRONG_PASSKEY, status=422)
    except Throttled as error:
        return _throttled(_step_up_page, StepUpForm(), error)
    except SessionEnded:
        return redirect_to(url_for("people.login", next=_next_place()))
    return _confirmed()


def _next_place() -> str:
    return next_place("factors.ask_again")


def _confirmed() -> Response:
    """Go on; to get a file, its link has to be pressed again (`sends_file`)."""
    if "again" in request.args:
        flash(words.PRESS_AGAIN, "success")
    return redirect_to(_next_place())


def _back_to_sign_in(problem: str) -> Response:
    session[SIGN_IN_PROBLEM] = problem
    return redirect_to(url_for("people.login", next=_next_place()))


def _second_page(form: CodeForm, *problems: str, status: int = 200) -> Response:
    person_id = second_step.waiting_person()
    if person_id is None:
        return redirect_to(url_for("people.login", next=_next_place()))
    return _page("people/second.html", person_id, form, *problems, status=status)


def _step_up_page(form: StepUpForm, *problems: str, status: int = 200) -> Response:
    return _page("people/step_up.html", me().id, form, *problems, status=status)


def _page(
    template: str, person_id: int, form: CodeForm | StepUpForm, *problems: str, status: int
) -> Response:
    info: FactorInfo = factors_of((person_id,))[person_id]
    body = render_template(
        template,
        form=form,
        form_level=problems,
        factors=info,
        place=_next_place(),
        again="1" if "again" in request.args else None,
    )
    return make_response(body, status)


def _throttled(page: Any, form: CodeForm | StepUpForm, error: Throttled) -> Response:
    return with_wait(page(form, messages.sign_in_throttled(error.retry_after), status=429), error)
