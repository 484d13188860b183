"""The part of a form that says who else has it open, and the way out of a form."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Response, abort, request, url_for

from webapp.customers import service
from webapp.customers.views import bp, cells_in_list, is_row_swap
from webapp.people.service import Permission, current_actor, polling, requires
from webapp.ui.htmx import is_partial, redirect_to, render_page

__all__ = ["bp"]


@bp.get("/<record_id:customer_id>/presence")
@polling
@requires(Permission.CUSTOMERS_WRITE)
def presence(customer_id: str) -> Response:
    """Renew the mark of an open form, and say who else has one; the form asks this by itself."""
    row = service.find_copy(customer_id)
    if row is None:
        abort(404)
    if not is_partial():
        return redirect_to(url_for("customers.edit", customer_id=customer_id))
    return render_page(
        "customers/edit.html",
        "customers/_presence.html",
        customer=row,
        others=service.note_open(current_actor(), customer_id),
    )


@bp.post("/<record_id:customer_id>/presence")
@polling
@requires(Permission.CUSTOMERS_WRITE)
def end_presence(customer_id: str) -> Response:
    """End the mark of a form whose page is gone; the page asks this as it goes. Drafts stay."""
    until = _moment(request.args.get("until", ""))
    if until is not None:
        service.leave_form(current_actor(), customer_id, until=until)
    return Response(status=204)


@bp.get("/<record_id:customer_id>/leave")
@requires(Permission.CUSTOMERS_WRITE)
def leave(customer_id: str) -> Response:
    """Leave a form without saving it: back to the record, or to the list's row."""
    service.leave_form(current_actor(), customer_id)
    is_ours = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    if is_ours and "offered" not in request.args:
        service.discard_draft(current_actor(), customer_id)  # the guard has asked
    row = service.find_copy(customer_id)
    if row is not None and is_row_swap():
        return render_page("customers/show.html", "customers/_row.html", rows=cells_in_list(row))
    return redirect_to(url_for("customers.show", customer_id=customer_id))


def _moment(seconds: str) -> datetime | None:
    """Read when a form last gave a sign of life; None when that is no time."""
    try:
        return datetime.fromtimestamp(float(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None
