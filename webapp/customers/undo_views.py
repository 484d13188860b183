"""Taking a change back: at once from a toast or the history, or after a look at what clashes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from flask import abort, request, url_for

from webapp.customers import service, waiting, words
from webapp.customers.conflict_pages import conflict_of, show_conflict
from webapp.customers.conflicts import Note, merge
from webapp.customers.toasts import saved_toasts
from webapp.customers.undo import names_of
from webapp.customers.views import bp, cells_in_list
from webapp.people.service import Permission, current_actor, requires
from webapp.ui import messages
from webapp.ui.htmx import is_partial, redirect_to, render_page, return_place
from webapp.ui.requests import split_address
from webapp.ui.toasts import Toast, flash_toasts
from webapp.writes import waiting as queue
from webapp.writes.service import (
    Outcome,
    Refusal,
    State,
    derive_intent_id,
    is_intent_id,
    new_intent_id,
)
from webapp.writes.service import find as find_write

if TYPE_CHECKING:
    from flask import Response

    from webapp.customers.models import CustomerRow
    from webapp.customers.undo import Undoable

__all__ = ["bp"]

# NeroPay was away when it was tried: it can be left here.
_AWAY: Final = Refusal("unavailable", "unavailable")


@bp.get("/<record_id:customer_id>/undo/<record_id:of>")
@requires(Permission.CUSTOMERS_WRITE)
def show_undo(customer_id: str, of: str) -> Response:
    """Show what taking a change back would do; where it was changed again since, let choose."""
    row, change = _find_or_404(customer_id, of)
    clashes = merge(change.after, change.before, row.values()).clashes
    if clashes and not waiting.held_on(customer_id):
        here = row.values()
        typed = {**here, **change.before}
        seen = {**here, **change.after}
        conflict = conflict_of(seen, typed, Note(change.after, ()), clashes, row)
        return show_conflict(row, replace(conflict, undoes=of), status=200)
    return render_page(
        "customers/undo.html",
        "customers/_undo.html",
        customer=row,
        change=change,
        fields=names_of(change),
        intent_id=new_intent_id(),
        open_write=service.open_write_on(customer_id),
        refusal=_AWAY if "later" in request.args else None,
        back=return_place(request.args.get("back"), ""),
    )


@bp.post("/<record_id:customer_id>/undo/<record_id:of>")
@requires(Permission.CUSTOMERS_WRITE)
def undo(customer_id: str, of: str) -> Response:
    """Take a change back, once, unless somebody has changed the same again since."""
    row, change = _find_or_404(customer_id, of)
    intent = request.form.get("intent", "")
    # The history has one form for all its changes: each is a write of its own.
    intent_id = derive_intent_id(intent, of.encode()) if is_intent_id(intent) else None
    others = [held for held in waiting.held_on(customer_id) if held.id != intent_id]
    if others and not _is_sent(intent_id):
        return _answer(row, [Toast(words.UNDO_BEHIND, "warning")])  # NeroPay gets them in order
    if "hold" in request.form:
        return _leave_here(row, change, intent_id)
    outcome = service.undo_change(current_actor(), intent_id, customer_id, change)
    if outcome.theirs:
        return redirect_to(url_for("customers.show_undo", customer_id=customer_id, of=of))
    if outcome.refusal is not None:
        return _refused(row, change, outcome.refusal)
    if outcome.state is not State.APPLIED:
        return redirect_to(url_for("writes.show", intent_id=outcome.intent_id))
    return _answer(row, saved_toasts(outcome))


def _is_sent(intent_id: str | None) -> bool:
    return intent_id is not None and find_write(intent_id) is not None


def _refused(row: CustomerRow, change: Undoable, refusal: Refusal) -> Response:
    """Say why nothing was undone; what NeroPay did not look at can be left here for later."""
    said = messages.for_kind(refusal.kind)
    text = f"{said.title}. {said.text}"
    if refusal.kind not in queue.HOLDABLE:
        return _answer(row, [Toast(text, "warning")])
    if not queue.is_offered():
        return _answer(row, [Toast(f"{text} {words.UNDO_LATER}", "warning")])
    flash_toasts([Toast(text, "warning")])
    place = return_place(request.form.get("back"), "") or None
    of = change.intent_id
    return redirect_to(
        url_for("customers.show_undo", customer_id=row.id, of=of, later=1, back=place)
    )


def _leave_here(row: CustomerRow, change: Undoable, intent_id: str | None) -> Response:
    """Keep it until NeroPay is back, as the correction that it is; it is compared as it leaves."""
    here = row.values()
    seen, values = {**here, **change.after}, {**here, **change.before}
    kept = waiting.hold_change(current_actor(), intent_id, row.id, seen, values)
    if isinstance(kept, Outcome):  # it has left meanwhile
        return redirect_to(url_for("writes.show", intent_id=kept.intent_id))
    if kept is None:
        said = messages.for_kind("not_kept")
        return _answer(row, [Toast(f"{said.title}. {said.text} {words.UNDO_LATER}", "warning")])
    return _answer(row, [Toast(queue.words.held(kept.label), "info")])


def _find_or_404(customer_id: str, of: str) -> tuple[CustomerRow, Undoable]:
    row, change = service.get_customer(customer_id), service.find_change(customer_id, of)
    if row is None or change is None:
        abort(404)
    return row, change


def _answer(row: CustomerRow, toasts: list[Toast]) -> Response:
    """Stay in the list, with its row renewed; or show the record."""
    if is_partial() and _is_in_list():
        fresh = service.get_customer(row.id) or row
        return render_page(
            "customers/show.html",
            "customers/_undone.html",
            rows=cells_in_list(fresh),
            customer=fresh,
            toasts=toasts,
        )
    flash_toasts(toasts)
    place = return_place(request.form.get("back"), "")
    if place:
        return redirect_to(f"{place}#customer-{row.id}")
    return redirect_to(url_for("customers.show", customer_id=row.id))


def _is_in_list() -> bool:
    seen = split_address(request.headers.get("HX-Current-URL"))
    return seen.path == url_for("customers.index")
