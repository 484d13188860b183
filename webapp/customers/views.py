"""The customer pages that read: the list, one record, and how fresh our copy is."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from flask import Blueprint, abort, flash, request, url_for

from webapp.customers import service, waiting, words
from webapp.customers.cells import cells_of
from webapp.customers.differences import differences_in
from webapp.customers.forms import (
    query_arguments,
    query_from_request,
    typed_words,
    unread_date,
)
from webapp.customers.keys import terms_of
from webapp.jobs import service as jobs
from webapp.people.service import Permission, can, polling, requires
from webapp.ui import messages
from webapp.ui.htmx import is_partial, redirect_to, reload_page, render_page, return_place
from webapp.ui.requests import split_address
from webapp.writes.service import new_intent_id

if TYPE_CHECKING:
    from flask import Response

    from webapp.customers.models import CustomerRow
    from webapp.customers.reading import Refreshed
    from webapp.ui.cells import Rows

bp = Blueprint("customers", __name__, url_prefix="/customers")


@bp.get("")
@requires(Permission.CUSTOMERS_READ)
def index() -> Response:
    """List customers: everything, or what a query finds."""
    query = query_from_request()
    arguments, unread = query_arguments(query), unread_date()
    listing = service.search(query)
    response = render_page(
        "customers/index.html",
        "customers/_results.html",
        query=query,
        arguments=arguments,
        listing=listing,
        rows=cells_of(listing.rows, listing.terms),
        nobody="" if listing.rows else words.nobody_found(query, listing),
        unread_date=unread,
        no_date=words.no_date(unread),
        is_copied=bool(listing.customers_in_all) or service.sync_status().state == "ok",
    )
    if request.headers.get("HX-Source") == "form#filters":  # typing: the address without gaps
        response.headers["HX-Replace-Url"] = url_for("customers.index", **arguments)
    return response


@bp.get("/<record_id:customer_id>")
@requires(Permission.CUSTOMERS_READ)
def show(customer_id: str) -> Response:
    """Show one customer from our copy; the page then refreshes itself from NeroPay."""
    row = service.get_customer(customer_id)
    if row is None:
        abort(404)
    if is_row_swap():  # Cancel in the list's row
        return render_page("customers/show.html", "customers/_row.html", rows=cells_in_list(row))
    return _record_page(row)


@bp.get("/<record_id:customer_id>/refresh")
@requires(Permission.CUSTOMERS_READ)
def refresh(customer_id: str) -> Response:
    """Ask NeroPay for the record now and show what changed."""
    refreshed = service.refresh_customer(customer_id)
    if refreshed.row is None:
        abort(404)
    if is_partial() or refreshed.problem:  # which stays there, with its reference
        return _record_page(refreshed.row, refreshed)
    flash(messages.refreshed(len(refreshed.changes)), "status")
    place = list_place() or None
    return redirect_to(url_for("customers.show", customer_id=customer_id, back=place))


@bp.get("/sync")
@polling
@requires(Permission.CUSTOMERS_READ)
def sync_progress() -> Response:
    """Show how far the first copy is; the list's page polls this, and is loaded anew at its end."""
    sync = service.sync_status()
    if is_partial() and sync.finished_at:
        return reload_page()  # where the person is, with the search that they have typed
    return render_page("customers/sync.html", "customers/_sync.html", sync=sync)


@bp.post("/sync")
@requires(Permission.CUSTOMERS_READ)
def sync_now() -> Response:
    """Ask the worker for a sync now."""
    jobs.request_sync()
    flash(messages.SYNC_REQUESTED, "status")
    return redirect_to(return_place(request.form.get("back"), url_for("customers.index")))


def _record_page(row: CustomerRow, refreshed: Refreshed | None = None) -> Response:
    history, open_write = service.history_of(row.id), service.open_write_on(row.id)
    is_free = open_write is None and not waiting.held_on(row.id)
    may_undo = is_free and can(Permission.CUSTOMERS_WRITE)
    return render_page(
        "customers/show.html",
        "customers/_record.html",
        customer=row,
        history=history,
        undoable=service.undoable_in(history, row) if may_undo else frozenset(),
        undo_intent=new_intent_id(),
        differences=differences_in(history, row) if history else {},
        open_write=open_write,
        back=list_place() or url_for("customers.index"),
        refreshed=refreshed,
        said_quietly=_said_quietly(refreshed),
    )


def _said_quietly(refreshed: Refreshed | None) -> str:
    """Say what is no news where the page asked by itself; the button is no request of htmx."""
    if refreshed is None or not is_partial():
        return ""
    if refreshed.is_not_given:
        return words.NOT_GIVEN
    return words.NOT_ASKED if refreshed.problem == "busy" else ""


def is_row_swap() -> bool:
    """Whether htmx puts the answer in the place of one row of the list."""
    return is_partial() and request.headers.get("HX-Target", "").startswith("tr#")


def cells_in_list(row: CustomerRow) -> Rows:
    """Give the cells of a row that comes back into a list, marked as the others there are."""
    typed = parse_qs(split_address(list_place()).query).get("q", [""])
    return cells_of([row], terms_of(typed_words(typed[0])))


def list_place() -> str:
    """Give the list that the person came from, with its search; empty when it was another page."""
    index_url = url_for("customers.index")
    place = split_address(request.args.get("back") or request.referrer)
    if place.path != index_url:
        return ""
    return return_place(f"{place.path}?{place.query}" if place.query else place.path, "")
