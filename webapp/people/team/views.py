"""The team's pages: people, invitations, who may do what.

Not here: what invited people and people without a password see (joining.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, current_app, flash, request, url_for
from werkzeug.exceptions import Forbidden, NotFound

from webapp.people import mail
from webapp.people.answers import me
from webapp.people.service import (
    ROLES,
    Permission,
    current_actor,
    needs_step_up,
    requires,
)
from webapp.people.team import invitations, links, listing, resets, service, words
from webapp.people.team.forms import InvitationForm, RoleForm
from webapp.people.team.models import InvalidInvitation, NobodyThere, NotAllowed
from webapp.people.team.rules import grantable_roles, may_change_role
from webapp.ui.htmx import is_partial, redirect_to, render_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response
    from flask.typing import ResponseReturnValue

    from webapp.activity.service import Actor
    from webapp.people.team.models import Link, Member

blueprint = Blueprint("team", __name__, url_prefix="/team")

_PERSON = "/<int(max=2147483647):person_id>"  # what an Integer column holds
_INVITATION = "/invitations/<int(max=2147483647):invitation_id>"


@blueprint.get("")
@requires(Permission.PEOPLE_MANAGE)
def index() -> Response:
    """List people and invitations, and say who may do what."""
    return _people_part()


@blueprint.get(_PERSON)
@requires(Permission.PEOPLE_MANAGE)
@needs_step_up
def manage(person_id: int) -> Response:
    """Show what can be done about somebody."""
    return _manage_page(_find_manageable(person_id))


@blueprint.post(f"{_PERSON}/role")
@requires(Permission.PEOPLE_MANAGE)
@needs_step_up
def change_role(person_id: int) -> Response:
    """Give somebody another role."""
    member = _find_manageable(person_id)
    form = RoleForm(request.form, roles=grantable_roles(me().role))
    if not form.validate():
        return _manage_page(member, form, status=422)
    name, is_new = service.change_role(current_actor(), person_id, form.role.data)
    return _done(words.role_changed(name, form.role.data, is_new=is_new), person_id)


@blueprint.post(f"{_PERSON}/suspend")
@requires(Permission.PEOPLE_MANAGE)
@needs_step_up
def suspend(person_id: int) -> Response:
    """Shut somebody out at once."""
    return _change(service.suspend, person_id, words.suspended)


@blueprint.post(f"{_PERSON}/reactivate")
@requires(Permission.PEOPLE_MANAGE)
@needs_step_up
def reactivate(person_id: int) -> Response:
    """Let somebody in again."""
    return _change(service.reactivate, person_id, words.reactivated)


@blueprint.post(f"{_PERSON}/sign-out")
@requires(Permission.PEOPLE_MANAGE)
@needs_step_up
def sign_out(person_id: int) -> Response:
    """End every session of somebody."""
    return _change(service.sign_out_everywhere, person_id, words.signed_out)


@blueprint.post(f"{_PERSON}/second-factor")
@requires(Permission.PEOPLE_MANAGE)
@needs_step_up
def reset_second_factor(person_id: int) -> Response:
    """Take somebody's second factor away."""
    return _change(service.reset_second_factor, person_id, words.factor_reset)


@blueprint.post(f"{_PERSON}/password-link")
@requires(Permission.PEOPLE_MANAGE)
@needs_step_up
def make_password_link(person_id: int) -> Response:
    """Make a link with which somebody sets a new password, and show it once."""
    link = resets.make_reset_link(current_actor(), person_id)
    address = links.reset_link(link.token)
    return render_page(
        "team/reset_made.html",
        "team/_link.html",
        link=link,
        address=address,
        qr=links.qr_code(address),
    )


@blueprint.get("/invitations/new")
@requires(Permission.PEOPLE_MANAGE)
@needs_step_up
def new_invitation() -> Response:
    """Ask whom to invite."""
    return _invitation_page(InvitationForm(roles=grantable_roles(me().role)))


@blueprint.post("/invitations/new")
@requires(Permission.PEOPLE_MANAGE)
@needs_step_up
def invite() -> Response:
    """Invite somebody, and show the link once."""
    form = InvitationForm(request.form, roles=grantable_roles(me().role))
    if not form.validate():
        return _invitation_page(form, status=422)
    try:
        link = invitations.invite(
            current_actor(),
            email=form.email.data or "",
            name=form.name.data or "",
            role=form.role.data,
        )
    except InvalidInvitation as error:
        form.add_errors({field: (text,) for field, text in error.fields.items()})
        return _invitation_page(form, status=422)
    return _invited_page(link)


@blueprint.post(f"{_INVITATION}/renew")
@requires(Permission.PEOPLE_MANAGE)
@needs_step_up
def renew_invitation(invitation_id: int) -> Response:
    """Make a new link for an invitation, send it again, and show it once."""
    try:
        link = invitations.renew(current_actor(), invitation_id)
    except InvalidInvitation as error:
        flash(next(iter(error.fields.values())), "warning")
        return redirect_to(url_for("team.index"))
    return _invited_page(link)


@blueprint.post(f"{_INVITATION}/cancel")
@requires(Permission.PEOPLE_MANAGE)
@needs_step_up
def cancel_invitation(invitation_id: int) -> Response:
    """Withdraw an invitation."""
    email = invitations.cancel(current_actor(), invitation_id)
    if is_partial():
        return render_page(
            "team/index.html",
            "team/_invitations.html",
            invitations=invitations.list_invitations(me()),
            toast=words.cancelled(email),
        )
    flash(words.cancelled(email), "success")
    return redirect_to(url_for("team.index", _anchor="invitations"))


@blueprint.errorhandler(NotAllowed)
def _not_allowed(_error: NotAllowed) -> ResponseReturnValue:
    return current_app.handle_http_exception(Forbidden())


@blueprint.errorhandler(NobodyThere)
def _nobody_there(_error: NobodyThere) -> ResponseReturnValue:
    return current_app.handle_http_exception(NotFound())


def _find_manageable(person_id: int) -> Member:
    member = listing.find_member(me(), person_id)
    if member is None:
        raise NobodyThere
    if not member.is_manageable:
        raise NotAllowed
    return member


def _change(
    change: Callable[[Actor, int], str], person_id: int, say: Callable[[str], str]
) -> Response:
    return _done(say(change(current_actor(), person_id)), person_id)


def _done(text: str, person_id: int) -> Response:
    if is_partial():
        return _people_part(marked=person_id, toast=text)
    flash(text, "success")
    return redirect_to(url_for("team.index", _anchor=f"person-{person_id}"))


def _people_part(*, marked: int | None = None, toast: str = "") -> Response:
    query = request.values.get("q", "")[:200]
    people = listing.list_people(me(), query)
    return render_page(
        "team/index.html",
        "team/_people.html",
        people=people,
        count=len(people) if not query.strip() else listing.count_people(),
        query=query,
        terms=query.split(),
        invitations=() if is_partial() else invitations.list_invitations(me()),
        roles=tuple(reversed(ROLES)),
        deeds=words.permission_table(),
        marked=marked,
        toast=toast,
    )


def _manage_page(member: Member, form: RoleForm | None = None, *, status: int = 200) -> Response:
    person = me()
    response = render_page(
        "team/manage.html",
        "team/_manage_row.html",
        status=status,
        member=member,
        form=form or RoleForm(role=member.role.value, roles=grantable_roles(person.role)),
        can_change_role=may_change_role(person.id, person.role, member.id, member.role),
    )
    if status != 200:  # a refused form aims at the list, where a good one would go
        response.headers["HX-Retarget"] = f"#person-{member.id}"
    return response


def _invitation_page(form: InvitationForm, *, status: int = 200) -> Response:
    return render_page(
        "team/invite.html",
        "team/_invite.html",
        status=status,
        form=form,
        can_send=mail.can_send(),
    )


def _invited_page(link: Link) -> Response:
    address = links.invitation_link(link.token)
    state = _send_invitation(link, address) if mail.can_send() else "not_set_up"
    return render_page(
        "team/invited.html",
        "team/_link.html",
        link=link,
        mail=state,
        address=address,
        qr=links.qr_code(address),
    )


def _send_invitation(link: Link, address: str) -> str:
    try:
        mail.send(mail.invitation_letter(link, address, me().name))
    except mail.MailFailed:
        return "failed"
    return "sent"
