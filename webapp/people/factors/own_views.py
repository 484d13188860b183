"""The own second factors: setting them up, naming them, taking them away, recovery codes.

Not here: being asked for one (views.py).
"""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    render_template,
    request,
    url_for,
)

from webapp.people import words as people_words
from webapp.people.answers import me
from webapp.people.factors import own, passkeys, recovery, service, totp, words
from webapp.people.factors.forms import CodeForm, NewPasskeyForm, PasskeyNameForm
from webapp.people.factors.models import LastFactor, NoSuchFactor, PasskeyRefused, WrongCode
from webapp.people.models import SessionEnded
from webapp.people.service import (
    Permission,
    needs_step_up,
    requires,
    sends_file,
    setup_allowed,
)
from webapp.ui.htmx import redirect_to

blueprint = Blueprint("own_factors", __name__, url_prefix="/account/second-factor")

_ID = "<int(max=2147483647):passkey_id>"


@blueprint.get("")
@requires(Permission.SELF)
@setup_allowed
def index() -> Response:
    """Show what is set up, and what could be."""
    own.remember_place(request.args.get("next"))
    return _page("people/factors.html")


@blueprint.get("/app")
@requires(Permission.SELF)
@setup_allowed
@needs_step_up
def new_app() -> Response:
    """Show a seed to scan or to type."""
    return _app_page(CodeForm())


@blueprint.post("/app")
@requires(Permission.SELF)
@setup_allowed
@needs_step_up
def add_app() -> Response:
    """Take the app on once it has shown a right code."""
    form = CodeForm(request.form)
    if not form.validate():
        return _app_page(form, status=422)
    try:
        ended = own.add_app(me(), form.code.data or "")
    except WrongCode:
        form.add_errors({"code": (words.WRONG_SETUP_CODE,)})
        return _app_page(form, status=422)
    return _added(words.APP_ADDED, ended)


@blueprint.get("/app/remove")
@requires(Permission.SELF)
@needs_step_up
def confirm_remove_app() -> Response:
    """Ask once before codes from the app are turned off."""
    return _page("people/factors_remove.html", action=url_for(".remove_app"), passkey=None)


@blueprint.post("/app/remove")
@requires(Permission.SELF)
@needs_step_up
def remove_app() -> Response:
    """Forget the app."""
    try:
        service.remove_totp(me())
    except (LastFactor, NoSuchFactor) as error:
        return _not_removed(error)
    return _back(words.APP_REMOVED)


@blueprint.get("/passkeys/new")
@requires(Permission.SELF)
@setup_allowed
@needs_step_up
def new_passkey() -> Response:
    """Ask what the new passkey shall be called."""
    return _page("people/factors_passkey.html", form=NewPasskeyForm(name=own.device_name()))


@blueprint.post("/passkeys/options")
@requires(Permission.SELF)
@setup_allowed
@needs_step_up
def passkey_options() -> Response:
    """Give what the browser needs to make a passkey."""
    return Response(passkeys.options_for_adding(me()), mimetype="application/json")


@blueprint.post("/passkeys/new")
@requires(Permission.SELF)
@setup_allowed
@needs_step_up
def add_passkey() -> Response:
    """Keep the passkey that the browser made."""
    form = NewPasskeyForm(request.form)
    if not form.validate():
        return _page("people/factors_passkey.html", status=422, form=form)
    try:
        ended = own.add_passkey(me(), form.credential.data or "", form.name.data or "")
    except PasskeyRefused:
        problems = (words.PASSKEY_REFUSED,)
        return _page("people/factors_passkey.html", status=422, form=form, form_level=problems)
    return _added(words.PASSKEY_ADDED, ended)


@blueprint.get(f"/passkeys/{_ID}")
@requires(Permission.SELF)
@needs_step_up
def edit_passkey(passkey_id: int) -> Response:
    """Ask for another name."""
    passkey = own.find_passkey(me(), passkey_id)
    if passkey is None:
        return _back(words.GONE, "info")
    form = PasskeyNameForm(name=passkey.name)
    return _page("people/factors_rename.html", form=form, passkey=passkey)


@blueprint.post(f"/passkeys/{_ID}")
@requires(Permission.SELF)
@needs_step_up
def rename_passkey(passkey_id: int) -> Response:
    """Call a passkey something else."""
    passkey, form = own.find_passkey(me(), passkey_id), PasskeyNameForm(request.form)
    if passkey and not form.validate():
        return _page("people/factors_rename.html", status=422, form=form, passkey=passkey)
    try:
        own.rename_passkey(me(), passkey_id, form.name.data or "")
    except NoSuchFactor:
        return _back(words.GONE, "info")
    return _back(words.PASSKEY_RENAMED)


@blueprint.get(f"/passkeys/{_ID}/remove")
@requires(Permission.SELF)
@needs_step_up
def confirm_remove_passkey(passkey_id: int) -> Response:
    """Ask once before a passkey is removed."""
    passkey = own.find_passkey(me(), passkey_id)
    if passkey is None:
        return _back(words.GONE, "info")
    action = url_for(".remove_passkey", passkey_id=passkey_id)
    return _page("people/factors_remove.html", action=action, passkey=passkey)


@blueprint.post(f"/passkeys/{_ID}/remove")
@requires(Permission.SELF)
@needs_step_up
def remove_passkey(passkey_id: int) -> Response:
    """Forget a passkey."""
    try:
        service.remove_passkey(me(), passkey_id)
    except (LastFactor, NoSuchFactor) as error:
        return _not_removed(error)
    return _back(words.PASSKEY_REMOVED)


@blueprint.get("/codes")
@requires(Permission.SELF)
@setup_allowed
def codes() -> Response:
    """Show new recovery codes, until they are said to be kept: 15 minutes at most."""
    shown = own.fresh_codes(me())
    if not shown:
        return _back(words.CODES_GONE, "info")
    return _page("people/factors_codes.html", codes=shown)


@blueprint.get("/codes.txt")
@requires(Permission.SELF)
@setup_allowed
@sends_file
def download_codes() -> Response:
    """Give them as a file; whoever may see them need not say once more who they are."""
    shown = own.fresh_codes(me())
    if not shown:
        return _back(words.CODES_GONE, "info")
    answer = Response(recovery.as_text(shown, me().email), mimetype="text/plain")
    answer.headers["Content-Disposition"] = 'attachment; filename="tillside-recovery-codes.txt"'
    return answer


@blueprint.post("/codes/kept")
@requires(Permission.SELF)
@setup_allowed
def codes_kept() -> Response:
    """Stop showing them, and go on."""
    own.forget_fresh_codes()
    flash(words.CODES_KEPT, "success")
    return redirect_to(own.take_place(url_for("people.account")))


@blueprint.get("/codes/new")
@requires(Permission.SELF)
@needs_step_up
def confirm_new_codes() -> Response:
    """Ask once before the codes until now stop working."""
    return _page("people/factors_codes_new.html")


@blueprint.post("/codes/new")
@requires(Permission.SELF)
@needs_step_up
def new_codes() -> Response:
    """Make new codes and show them."""
    try:
        own.renew_codes(me())
    except NoSuchFactor:
        return redirect_to(url_for(".index"))
    return redirect_to(url_for(".codes"))


@blueprint.errorhandler(SessionEnded)
def _session_ended(_error: SessionEnded) -> Response:
    """Have them sign in; whoever sent the same form twice is in, and goes on from there."""
    return redirect_to(url_for("people.login", next=url_for(".index")))


def _added(text: str, ended: int) -> Response:
    """Go on to the new recovery codes, if there are any to show."""
    flash(text, "success")
    if ended:
        flash(people_words.sessions_ended(ended), "info")
    if own.fresh_codes(me()):
        return redirect_to(url_for(".codes"))
    return redirect_to(own.take_place(url_for("people.account")))


def _not_removed(error: Exception) -> Response:
    if isinstance(error, LastFactor):
        return _back(words.LAST_FACTOR, "warning")
    return _back(words.GONE, "info")


def _back(text: str, tone: str = "success") -> Response:
    flash(text, tone)
    return redirect_to(url_for(".index"))


def _app_page(form: CodeForm, *, status: int = 200) -> Response:
    seed = own.seed_to_scan(me())
    return _page(
        "people/factors_app.html",
        status=status,
        form=form,
        qr=totp.qr_of(totp.address_of(seed, me().email)),
        key=seed,
        key_groups=" ".join(seed[at : at + 4] for at in range(0, len(seed), 4)),
    )


def _page(template: str, *, status: int = 200, **context: object) -> Response:
    return make_response(render_template(template, **context), status)
