"""Leaving a customer's write here until NeroPay is back, and changing it while it waits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Response, abort, flash, request, url_for

from webapp.customers import service, waiting
from webapp.customers.conflict_pages import conflict_of, show_conflict
from webapp.customers.conflicts import Note, changes_of
from webapp.customers.forms import CustomerForm
from webapp.customers.views import bp
from webapp.people.service import Permission, can, current_actor, requires
from webapp.ui import messages
from webapp.ui.htmx import redirect_to, render_page, return_place
from webapp.writes import service as writes
from webapp.writes import waiting as queue
from webapp.writes.service import Outcome, Refusal
from webapp.writes.waiting import words

if TYPE_CHECKING:
    from webapp.customers.models import CustomerRow
    from webapp.writes.waiting import Held

# Something else waits on this record, and NeroPay gets one record's writes in their order.
_HELD_BEFORE = Refusal("held_before", "held_before")
_HELD_UNDECIDED = Refusal("held_undecided", "held_undecided")
_NOT_KEPT = Refusal("not_kept", "not_kept")


def hold_instead(form: CustomerForm, row: CustomerRow | None) -> Response | Refusal | None:
    """Keep what a form holds, if that was asked for; say why it cannot be sent before others.

    Args:
        form: Validated.
        row: The record; None for a new one.

    Returns:
        The answer when it is kept; a refusal to show in the form; None to go on and send it.
    """
    if row is not None and "held" in request.form:
        return _choose_for_held(form, row, request.form["held"])
    if "hold" in request.form or (row is None and queue.find_held(form.intent.data)):
        return _hold(form, row)
    before = waiting.held_on(row.id) if row else ()
    if not before or _was_sent(form.intent.data):
        return None
    return _HELD_UNDECIDED if before[0].needs_you else _HELD_BEFORE


def _was_sent(intent_id: str | None) -> bool:
    """Whether a form only asks what became of it; a new attempt after a refusal goes behind."""
    earlier = writes.find(intent_id) if writes.is_intent_id(intent_id) else None
    return earlier is not None and earlier.state is not writes.State.REFUSED


def _hold(form: CustomerForm, row: CustomerRow | None) -> Response | Refusal:
    actor, seen, values = current_actor(), form.seen_values(), form.values()
    if row is None:
        kept = waiting.hold_new(actor, form.intent.data, values)
    elif changes_of(seen, values):
        kept = waiting.hold_change(actor, form.intent.data, row.id, seen, values)
    else:
        flash(messages.NO_CHANGE, "success")
        return redirect_to(url_for("customers.show", customer_id=row.id))
    if kept is None:
        return _NOT_KEPT
    if isinstance(kept, Outcome):
        return redirect_to(url_for("writes.show", intent_id=kept.intent_id))
    service.discard_draft(actor, row.id if row else "")
    if row is not None:
        service.leave_form(actor, row.id)
    flash(words.held(kept.label), "info")
    if row is None:
        return redirect_to(url_for("writes.index"))
    place = return_place(request.form.get("back"), "")
    return redirect_to(place or url_for("customers.show", customer_id=row.id))


def shown_in_form(row: CustomerRow) -> dict[str, str | None]:
    """Give a record's values for its form: what waits is laid over them."""
    return waiting.laid_over(row.values(), waiting.held_on(row.id))


@bp.get("/waiting/<record_id:intent_id>")
@requires(Permission.CUSTOMERS_WRITE)
def edit_held(intent_id: str) -> Response:
    """Show a waiting write in its form, to be changed."""
    held = _find_or_leave(intent_id)
    if isinstance(held, Response):
        return held
    seen, typed = waiting.seen_by(held), waiting.typed_in(held)
    row = service.find_copy(held.record_id) if held.record_id else None
    if row is not None and held.refusal and held.refusal.theirs:
        conflict = conflict_of(seen, typed, Note({}, ()), held.refusal.theirs, row)
        return show_conflict(row, replace(conflict, held=held.id), status=200)
    form = CustomerForm()
    form.show(typed)
    form.remember(seen)
    return _page(form, held)


@bp.post("/waiting/<record_id:intent_id>")
@requires(Permission.CUSTOMERS_WRITE)
def save_held(intent_id: str) -> Response:
    """Put the changed form in the place of what waits; it goes at once if NeroPay is there."""
    held = _find_or_leave(intent_id)
    if isinstance(held, Response):
        return held
    form = CustomerForm(request.form, is_edit=held.record_id is not None)
    if not form.validate():
        return _page(form, held, status=422)
    return _put_in_place(form, held)


def _choose_for_held(form: CustomerForm, row: CustomerRow, held_id: str) -> Response:
    """Put what was chosen in a conflict in the place of what waited for the choice."""
    held = _find_or_leave(held_id)
    if isinstance(held, Response):
        return held
    if held.record_id != row.id:
        abort(404)
    return _put_in_place(form, held)


def _put_in_place(form: CustomerForm, held: Held) -> Response:
    actor, seen, values = current_actor(), form.seen_values(), form.values()
    if held.record_id and not changes_of(seen, values):
        if queue.cancel(actor, held.id) is None:
            return redirect_to(url_for("writes.show", intent_id=held.id))
        flash(messages.NO_CHANGE, "success")
    elif waiting.change_held(actor, held, seen, values) is None:
        return redirect_to(url_for("writes.show", intent_id=held.id))
    else:
        flash(words.held_changed(held.label), "info")
    return redirect_to(url_for("writes.index"))


def _find_or_leave(intent_id: str) -> Held | Response:
    """Give what waits; if it has left, its page; it is its author's, or a manager's to change."""
    held = queue.find_held(intent_id)
    if held is None:
        return redirect_to(url_for("writes.show", intent_id=intent_id))
    if held.record_type != "customer":
        abort(404)
    is_own = held.actor.person_id == current_actor().person_id
    if not (is_own or can(Permission.WRITES_ALL)):
        abort(403)
    return held


def _page(form: CustomerForm, held: Held, *, status: int = 200) -> Response:
    form.intent.data = held.id
    row = service.find_copy(held.record_id) if held.record_id else None
    return render_page(
        "customers/held.html",
        "customers/_held_form.html",
        status=status,
        form=form,
        held=held,
        customer=row,
        refusal=held.refusal,
        open_write=None,
        back="",
    )
