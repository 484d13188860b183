"""The customer pages that write: new, and edit as a page or in the list's row; twins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, request, url_for

from webapp.customers import service
from webapp.customers.draft_views import offer_draft, spare_offered
from webapp.customers.form_pages import (
    ADDING_AGAIN,
    CORRECTING,
    ask_once,
    create_page,
    edit_page,
    find_or_404,
    is_correction,
    likenesses,
    not_added,
    not_saved,
    offer_as_edit,
)
from webapp.customers.forms import CustomerForm
from webapp.customers.hold_views import hold_instead, shown_in_form
from webapp.customers.toasts import saved_toasts
from webapp.customers.views import bp, cells_in_list, is_row_swap
from webapp.people.service import Permission, current_actor, requires
from webapp.ui import messages
from webapp.ui.htmx import is_partial, redirect_to, render_page, return_place
from webapp.ui.toasts import flash_toasts
from webapp.writes.service import Outcome, Refusal, State

if TYPE_CHECKING:
    from flask import Response

    from webapp.customers.models import CustomerRow

__all__ = ["bp"]


@bp.get("/new")
@requires(Permission.CUSTOMERS_WRITE)
def new() -> Response:
    """Show an empty form, or one filled from a search that found nobody."""
    form = CustomerForm()
    form.show(_sent_before() or service.guess_from_search(request.args.get("q", "")))
    if is_correction(form, request.args.get("again", "")):
        return create_page(form, refusal=CORRECTING)
    return create_page(form, draft=offer_draft(form, ""))


@bp.post("/new")
@requires(Permission.CUSTOMERS_WRITE)
def create() -> Response:
    """Add a customer, once, however often the form is sent."""
    form = CustomerForm(request.form)
    if not form.validate():
        return create_page(form, status=422)
    asked = ask_once(form)
    if asked is not None:
        return asked
    spare_offered("")
    kept = hold_instead(form, None)
    if kept is not None:
        return create_page(form, refusal=kept) if isinstance(kept, Refusal) else kept
    outcome = service.create_customer(current_actor(), form.intent.data, form.values())
    if outcome.state is not State.APPLIED or outcome.is_changed_body:
        return not_added(form, outcome)
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
    return render_page("customers/new.html", "customers/_twins.html", **likenesses(form))


@bp.post("/<record_id:customer_id>/carry")
@requires(Permission.CUSTOMERS_WRITE)
def carry(customer_id: str) -> Response:
    """Carry what was typed for a new customer into the edit form of one that exists."""
    form = CustomerForm(request.form)
    return offer_as_edit(form, customer_id)


@bp.get("/<record_id:customer_id>/edit")
@requires(Permission.CUSTOMERS_WRITE)
def edit(customer_id: str) -> Response:
    """Show the record's form, in the list's row or as a page."""
    row = find_or_404(customer_id)
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
    spare_offered(row.id)
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
        return not_saved(form, row, outcome)
    if outcome.is_no_change:
        service.leave_form(current_actor(), row.id)
    if is_row_swap():
        saved = service.get_customer(row.id) or row
        return render_page(
            "customers/show.html",
            "customers/_saved_row.html",
            rows=cells_in_list(saved),
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


def _sent_before() -> dict[str, str | None]:
    """Give what a refused write of the person's held, when its page led here."""
    return service.values_of_write(current_actor(), request.args.get("again", ""))


def _tell_differences(outcome: Outcome) -> None:
    """Say which fields NeroPay keeps otherwise than they were sent."""
    if outcome.fields_differing:
        flash(messages.stored_differently(outcome.fields_differing), "warning")
