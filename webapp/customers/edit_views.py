"""The customer pages that write: new, and edit as a page or in the list's row; twins."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from flask import abort, flash, request, url_for

from webapp.customers import service
from webapp.customers.cells import cells_of
from webapp.customers.conflict_pages import conflict_page
from webapp.customers.conflicts import changes_of
from webapp.customers.draft_views import offer_draft
from webapp.customers.forms import CustomerForm
from webapp.customers.hold_views import hold_instead, shown_in_form
from webapp.customers.toasts import saved_toasts
from webapp.customers.views import bp, is_row_swap, list_place
from webapp.people.service import Permission, current_actor, requires
from webapp.ui import messages
from webapp.ui.htmx import is_partial, redirect_to, render_page, return_place
from webapp.ui.refusals import explain_in
from webapp.ui.toasts import flash_toasts
from webapp.writes.service import Outcome, Refusal, State, new_intent_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Response

    from webapp.customers.drafts import Draft
    from webapp.customers.models import CustomerRow

__all__ = ["bp"]

# Another form was sent under this id before, and nobody knows yet what became of it.
_NOT_CONFIRMED = Refusal("outcome_unknown", "outcome_unknown")
# It was saved before: what was changed since is offered, and is not saved yet.
_SAVED_BEFORE = Refusal("saved_before", "saved_before")
# NeroPay has it no more: what was typed is offered as a new customer.
ADDING_AGAIN = Refusal("adding_again", "adding_again")


@bp.get("/new")
@requires(Permission.CUSTOMERS_WRITE)
def new() -> Response:
    """Show an empty form, or one filled from a search that found nobody."""
    form = CustomerForm()
    form.show(_sent_before() or service.guess_from_search(request.args.get("q", "")))
    return create_page(form, draft=offer_draft(form, ""))


@bp.post("/new")
@requires(Permission.CUSTOMERS_WRITE)
def create() -> Response:
    """Add a customer, once, however often the form is sent."""
    form = CustomerForm(request.form)
    if not form.validate():
        return create_page(form, status=422)
    kept = hold_instead(form, None)
    if kept is not None:
        return create_page(form, refusal=kept) if isinstance(kept, Refusal) else kept
    outcome = service.create_customer(current_actor(), form.intent.data, form.values())
    if outcome.state is not State.APPLIED or outcome.is_changed_body:
        return _not_added(form, outcome)
    flash(messages.added(outcome.label), "success")
    _tell_differences(outcome)
    if "another" in request.form:
        return redirect_to(url_for("customers.new"))
    return redirect_to(url_for("customers.show", customer_id=outcome.record_id))


@bp.post("/twins")
@requires(Permission.CUSTOMERS_WRITE)
def twins() -> Response:
    """Show customers who may be the one being typed."""
    form = CustomerForm(request.form)
    if not is_partial():
        return create_page(form)
    twins = service.find_twins(form.values())
    return render_page("customers/new.html", "customers/_twins.html", twins=twins)


@bp.post("/<record_id:customer_id>/carry")
@requires(Permission.CUSTOMERS_WRITE)
def carry(customer_id: str) -> Response:
    """Carry what was typed for a new customer into the edit form of one that exists."""
    form = CustomerForm(request.form)
    return _offer_as_edit(form, customer_id)


@bp.get("/<record_id:customer_id>/edit")
@requires(Permission.CUSTOMERS_WRITE)
def edit(customer_id: str) -> Response:
    """Show the record's form, in the list's row or as a page."""
    row = _find_or_404(customer_id)
    form = CustomerForm()
    shown = shown_in_form(row)
    form.show({**shown, **_sent_before()})
    form.remember(shown)
    return edit_page(form, row, draft=offer_draft(form, row.id))


@bp.post("/<record_id:customer_id>/edit")
@requires(Permission.CUSTOMERS_WRITE)
def update(customer_id: str) -> Response:
    """Save a correction, unless somebody else changed the same field meanwhile."""
    form = CustomerForm(request.form, is_edit=True)
    row = service.get_customer(customer_id)
    return gone(form) if row is None else save(form, row)


def save(form: CustomerForm, row: CustomerRow) -> Response:
    """Save a correction, or the choices that were made in one."""
    if not form.validate():
        return edit_page(form, row, status=422)
    kept = hold_instead(form, row)
    if kept is not None:
        return edit_page(form, row, refusal=kept) if isinstance(kept, Refusal) else kept
    outcome = service.update_customer(
        current_actor(),
        form.intent.data,
        row.id,
        form.seen_values(),
        form.values(),
        undoes=request.form.get("undoes", ""),
    )
    if outcome.state is not State.APPLIED or outcome.is_changed_body:
        return _not_saved(form, row, outcome)
    if outcome.is_no_change:
        service.leave_form(current_actor(), row.id)
    if is_row_swap():
        saved = service.get_customer(row.id) or row
        return render_page(
            "customers/show.html",
            "customers/_saved_row.html",
            rows=cells_of([saved]),
            toasts=saved_toasts(outcome, form),
        )
    flash_toasts(saved_toasts(outcome, form))
    place = return_place(request.form.get("back"), "")
    if place:
        return redirect_to(f"{place}#customer-{row.id}")
    return redirect_to(url_for("customers.show", customer_id=row.id))


def gone(form: CustomerForm) -> Response:
    """Answer a form whose record is not there: it was, when the form says what it showed."""
    if is_row_swap() or not form.seen_values():
        abort(404)
    return create_page(form, refusal=ADDING_AGAIN)


def _find_or_404(customer_id: str) -> CustomerRow:
    row = service.get_customer(customer_id)
    if row is None:
        abort(404)
    return row


def _sent_before() -> dict[str, str | None]:
    """Give what a refused write of the person's held, when its page led here."""
    return service.values_of_write(current_actor(), request.args.get("again", ""))


def _not_added(form: CustomerForm, outcome: Outcome) -> Response:
    """Answer a form that did not add a customer just now."""
    if outcome.state is State.REFUSED and outcome.record_id is not None:
        return _refused_correction(form, outcome.record_id, outcome)
    if outcome.state is State.REFUSED:
        return create_page(form, outcome)
    if outcome.state is State.APPLIED:  # Back, changed, sent again: an edit of what was added
        sent = service.values_of_write(current_actor(), outcome.intent_id)
        return _offer_as_edit(form, str(outcome.record_id), _SAVED_BEFORE, sent)
    if outcome.is_changed_body:
        return create_page(form, refusal=_NOT_CONFIRMED)
    return redirect_to(url_for("writes.show", intent_id=outcome.intent_id))


def _not_saved(form: CustomerForm, row: CustomerRow, outcome: Outcome) -> Response:
    """Answer a form that did not change the customer just now."""
    if outcome.theirs:
        return conflict_page(form, row, outcome)
    if outcome.state is State.REFUSED:
        return edit_page(form, row, outcome)
    if outcome.state is State.APPLIED:  # Back, changed, sent again: an edit of what was saved
        mine = changes_of(form.seen_values(), form.values())
        return _open_edit(form, row, mine, _SAVED_BEFORE)
    if outcome.is_changed_body:
        return edit_page(form, row, refusal=_NOT_CONFIRMED)
    return redirect_to(url_for("writes.show", intent_id=outcome.intent_id))


def _tell_differences(outcome: Outcome) -> None:
    """Say which fields NeroPay keeps otherwise than they were sent."""
    if outcome.fields_differing:
        flash(messages.stored_differently(outcome.fields_differing), "warning")


def _show_refusal(form: CustomerForm, refusal: Refusal | None, status: int) -> int:
    """Put a refusal into the form, which then is a new attempt; give the page's status."""
    if refusal is None:
        form.intent.data = form.intent.data or new_intent_id()
        return status
    if refusal is not _NOT_CONFIRMED:  # that one is settled when the same form comes again
        form.intent.data = new_intent_id()
    return explain_in(form, refusal.kind, refusal.fields)


def create_page(
    form: CustomerForm,
    outcome: Outcome | None = None,
    *,
    refusal: Refusal | None = None,
    draft: Draft | None = None,
    status: int = 200,
) -> Response:
    refusal = outcome.refusal if outcome else refusal
    status = _show_refusal(form, refusal, status)
    return render_page(
        "customers/new.html",
        "customers/_form.html",
        status=status,
        form=form,
        customer=None,
        refusal=refusal,
        open_write=None,
        draft=draft,
        twins=service.find_twins(form.values()),
        back="",
    )


def edit_page(
    form: CustomerForm,
    row: CustomerRow,
    outcome: Outcome | None = None,
    *,
    refusal: Refusal | None = None,
    notes: Mapping[str, str] = MappingProxyType({}),
    draft: Draft | None = None,
    status: int = 200,
) -> Response:
    refusal = outcome.refusal if outcome else refusal
    status = _show_refusal(form, refusal, status)
    return render_page(
        "customers/edit.html",
        "customers/_edit_row.html" if is_row_swap() else "customers/_form.html",
        status=status,
        form=form,
        customer=row,
        refusal=refusal,
        open_write=service.open_write_on(row.id),
        others=service.note_open(current_actor(), row.id),
        draft=draft,
        notes=notes,
        twins=(),
        back=return_place(request.form.get("back"), "") or list_place(),
    )


def _refused_correction(form: CustomerForm, customer_id: str, outcome: Outcome) -> Response:
    """Show the record that the form made already, with the refusal of what it sent since."""
    row = _find_or_404(customer_id)
    if outcome.theirs:
        return conflict_page(form, row, outcome)
    form.remember(row.values())
    return edit_page(form, row, outcome)


def _offer_as_edit(
    form: CustomerForm,
    customer_id: str,
    refusal: Refusal | None = None,
    sent: Mapping[str, str | None] = MappingProxyType({}),
) -> Response:
    """Show the record's form holding what was typed for a new one.

    Empty fields keep the record's value, but for those that were emptied since they were `sent`.
    """
    typed = {name: value for name, value in form.values().items() if value or sent.get(name)}
    return _open_edit(form, _find_or_404(customer_id), typed, refusal)


def _open_edit(
    form: CustomerForm,
    row: CustomerRow,
    mine: Mapping[str, str | None],
    refusal: Refusal | None,
) -> Response:
    """Show a record's form anew, with some fields changed already."""
    form.show({**row.values(), **mine})
    form.remember(row.values())
    form.intent.data = new_intent_id()
    return edit_page(form, row, refusal=refusal)
