"""Leaving a customer's write here until NeroPay is back, and changing it while it waits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Response, abort, flash, request, url_for

from webapp.customers import service, waiting
from webapp.customers.conflict_pages import conflict_of, show_conflict
from webapp.customers.conflicts import Note, changes_of
from webapp.customers.forms import CustomerForm
from webapp.customers.held_pages import held_page, left_page, may_change, moved_page
from webapp.customers.views import bp
from webapp.people.service import Permission, current_actor, requires
from webapp.ui import messages
from webapp.ui.htmx import redirect_to, return_place
from webapp.ui.routing import record_id_in
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
# What waits under the form's id is something else.
_UNKNOWN_FORM = Refusal("unknown_intent", "unknown_intent")


def hold_instead(form: CustomerForm, row: CustomerRow | None) -> Response | Refusal | None:
    """Keep what a form holds, if that was asked for; say why it cannot be sent before others.

    Args:
        form: Validated.
        row: The record; None for a new one.

    Returns:
        The answer when it is kept; a refusal to show in the form; None to go on and send it, or
        to tell what became of it when it was sent.
    """
    if row is not None and "held" in request.form:
        return _choose_for_held(form, row, request.form["held"])
    known = queue.find_held(form.intent.data)
    if "hold" in request.form or known:
        return _hold(form, row, known)
    before = waiting.held_on(row.id) if row else ()
    if not before or _was_sent(form.intent.data):
        return None
    return _HELD_UNDECIDED if before[0].needs_you else _HELD_BEFORE


def _was_sent(intent_id: str | None) -> bool:
    """Whether a form only asks what became of it; a new attempt after a refusal goes behind."""
    earlier = writes.find(intent_id) if writes.is_intent_id(intent_id) else None
    return earlier is not None and earlier.state is not writes.State.REFUSED


def _hold(
    form: CustomerForm, row: CustomerRow | None, known: Held | None
) -> Response | Refusal | None:
    seen, values = form.seen_values(), form.values()
    if known and (known.record_type, known.record_id) != ("customer", row.id if row else None):
        return _UNKNOWN_FORM
    if row is None:
        return _after(form, None, waiting.hold_new(current_actor(), form.intent.data, values))
    if changes_of(seen, values):
        kept = waiting.hold_change(current_actor(), form.intent.data, row.id, seen, values)
        return _after(form, row, kept)
    if known or _was_sent(form.intent.data):  # it is to be as it was before that
        return moved_page(form, known) if known else None
    flash(messages.NO_CHANGE, "success")
    return redirect_to(url_for("customers.show", customer_id=row.id))


def _after(
    form: CustomerForm, row: CustomerRow | None, kept: Held | Outcome | None
) -> Response | Refusal | None:
    if isinstance(kept, Outcome):  # sent before: what became of it is told as of any other
        return kept.refusal
    if kept is None:
        known = queue.find_held(form.intent.data)
        return moved_page(form, known) if known else _NOT_KEPT
    if "offered" not in request.form:
        service.discard_draft(current_actor(), row.id if row else "")
    if row is not None:
        service.leave_form(current_actor(), row.id)
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
    held = queue.find_held(intent_id)
    if held is None:
        return redirect_to(url_for("writes.show", intent_id=intent_id))
    if held.record_type != "customer":
        abort(404)
    if not may_change(held):
        abort(403)
    seen, typed = waiting.seen_by(held), waiting.typed_in(held)
    row = service.find_copy(held.record_id) if held.record_id else None
    if row is not None and held.refusal and held.refusal.theirs:
        conflict = conflict_of(seen, typed, Note({}, ()), held.refusal.theirs, row)
        conflict = replace(conflict, held=held.id, version=str(held.version))
        return show_conflict(row, conflict, status=200)
    form = CustomerForm()
    form.show(typed)
    form.remember(seen)
    return held_page(form, held)


@bp.post("/waiting/<record_id:intent_id>")
@requires(Permission.CUSTOMERS_WRITE)
def save_held(intent_id: str) -> Response:
    """Put the changed form in the place of what waits; it goes at once if NeroPay is there."""
    held = queue.find_held(intent_id)
    record_id = held.record_id if held else record_id_in(request.form.get("record", ""))
    form = CustomerForm(request.form, is_edit=record_id is not None)
    is_valid = form.validate()
    if held is None:
        return left_page(form, intent_id, record_id)
    if held.record_type != "customer":
        abort(404)
    if not is_valid and request.form.get("version") == str(held.version) and may_change(held):
        return held_page(form, held, status=422)
    return _put_in_place(form, held)


def _choose_for_held(form: CustomerForm, row: CustomerRow, held_id: str) -> Response:
    """Put what was chosen in a conflict in the place of what waited for the choice."""
    held = queue.find_held(held_id)
    if held is None:
        return left_page(form, held_id, row.id)
    if (held.record_type, held.record_id) != ("customer", row.id):
        abort(404)
    return _put_in_place(form, held)


def _put_in_place(form: CustomerForm, held: Held) -> Response:
    """Change what waits, if it still waits as the form was opened for it."""
    if request.form.get("version") != str(held.version):
        return moved_page(form, held)
    if not may_change(held):
        abort(403)
    actor, seen, values = current_actor(), form.seen_values(), form.values()
    if held.record_id and not changes_of(seen, values):
        is_done = queue.cancel(actor, held.id, shown=held) is not None
        told, tone = messages.NO_CHANGE, "success"
    else:
        is_done = waiting.change_held(actor, held, seen, values) is not None
        told, tone = words.held_changed(held.label), "info"
    if not is_done:
        now = queue.find_held(held.id) if writes.find(held.id) is None else None
        return moved_page(form, now) if now else left_page(form, held.id, held.record_id)
    flash(told, tone)
    return redirect_to(url_for("writes.index"))
