"""The page of one write: what was sent, and what became of it. It sends nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, flash, request, url_for

from webapp.people.service import Permission, can, current_actor, polling, requires
from webapp.ui import messages, url_exists
from webapp.ui.htmx import is_partial, redirect_to, render_page, return_place
from webapp.ui.requests import split_address
from webapp.ui.toasts import Toast, flash_toasts
from webapp.writes import deciding, held, notices, open_list, service, words
from webapp.writes.leading import PAGES, record_url, undo_action

if TYPE_CHECKING:
    from flask import Response

    from webapp.writes.held import Held
    from webapp.writes.models import Outcome

bp = Blueprint("writes", __name__, url_prefix="/writes")

# Other pages that lead to a write's, and what they are called.
_LEADING_HERE = {"overview.index": "Overview", "activity.index": "Activity"}


@bp.get("/<record_id:intent_id>")
@polling
@requires(Permission.CUSTOMERS_READ)
def show(intent_id: str) -> Response:
    """Show a write; once it is settled, htmx is sent on to the record."""
    write = service.find(intent_id)
    if write is None:
        return _show_held(intent_id)
    if not write.is_open:
        notices.note_told(intent_id, current_actor().person_id)
    if is_partial() and write.state is service.State.APPLIED:
        done = messages.confirmed(write.kind, write.label)
        undo = undo_action(write.kind, write.record_id, intent_id)
        flash_toasts([Toast(done, action=undo)])
        return redirect_to(_record_url(write))
    in_a_page = write.is_open and request.headers.get("HX-Target", "").startswith("div#write-")
    return render_page(
        "writes/show.html",
        "writes/_open.html" if in_a_page else "writes/_write.html",
        write=write,
        open_write=write,
        sent=service.sent_fields(intent_id),
        back=_way_back(write),
        again_url=_again_url(write),
        may_write=may_write(write.record_type),
        is_own=may_decide(service.author_of(intent_id)) and may_write(write.record_type),
        is_author=service.author_of(intent_id) == current_actor().person_id,
        found=deciding.look(intent_id) if write.is_closed_unknown else deciding.Found(),
    )


@bp.post("/<record_id:intent_id>/looked-up")
@requires(Permission.CUSTOMERS_WRITE)
def looked_up(intent_id: str) -> Response:
    """Take a write that was never confirmed off the overview: a person has looked."""
    if not service.note_looked_up(intent_id, current_actor()):
        return show_settled(intent_id)
    flash(messages.LOOKED_UP, "success")
    return redirect_to(url_for("writes.show", intent_id=intent_id))


def _show_held(intent_id: str) -> Response:
    """Show one that waits for NeroPay; another one is nowhere."""
    waiting = held.find(intent_id)
    if waiting is None:
        abort(404)
    return render_page(
        "writes/held.html",
        "writes/_held.html",
        line=open_list.line_of(waiting),
        shown=waiting.shown,
        refusal=waiting.refusal,
        is_own=may_decide(waiting.actor.person_id) and may_write(waiting.record_type),
        record_url=_record_url(waiting),
        record_text=PAGES[waiting.record_type][3],
    )


def show_settled(intent_id: str) -> Response:
    """Lead to what became of a write that was settled while its page was open; else 404."""
    write = service.find(intent_id)
    if write is None or write.is_open:
        abort(404)
    flash(words.HAS_SETTLED, "warning")
    return redirect_to(url_for("writes.show", intent_id=intent_id))


def may_write(record_type: str) -> bool:
    """Whether the signed-in person may write records of a type."""
    is_category = record_type == "category"
    return can(Permission.CATEGORIES_WRITE if is_category else Permission.CUSTOMERS_WRITE)


def may_decide(author_id: int | None) -> bool:
    """Whether the signed-in person may give up or change a write of this author's."""
    is_own = author_id == current_actor().person_id
    return can(Permission.CUSTOMERS_WRITE) and (is_own or can(Permission.WRITES_ALL))


def _record_url(write: Outcome | Held) -> str:
    return record_url(write.record_type, write.record_id)


def _way_back(write: Outcome) -> tuple[str, str]:
    """Give where to go back to: the record, else the page that led here, else its list."""
    _, argument, listing, name = PAGES[write.record_type]
    if argument and write.record_id:
        return _record_url(write), f"Back to {write.label}"
    path, query = _came_from()
    for endpoint, text in {listing: name, **_LEADING_HERE}.items():
        if url_exists(endpoint) and path == url_for(endpoint):
            return return_place(f"{path}?{query}" if query else path, path), text
    return url_for(listing), name


def _came_from() -> tuple[str, str]:
    """Give path and query of the page that led here, as the browser says."""
    place = split_address(request.referrer)
    return place.path, place.query


def _again_url(write: Outcome) -> str:
    """Give the form that takes what was sent up again, for its author."""
    is_correctable = write.is_open and write.kind == "customer.create"
    if not (write.refusal or is_correctable) or not can(Permission.CUSTOMERS_WRITE):
        return ""
    if service.author_of(write.intent_id) != current_actor().person_id:
        return ""
    if write.kind == "customer.create":
        return url_for("customers.new", again=write.intent_id)
    if write.kind in {"customer.update", "customer.undo"} and write.record_id:
        return url_for("customers.edit", customer_id=write.record_id, again=write.intent_id)
    return ""
