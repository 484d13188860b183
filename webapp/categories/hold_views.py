"""Leaving a category's write here until NeroPay is back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import flash, request, url_for

from webapp.categories import waiting
from webapp.categories.held_pages import moved_page
from webapp.people.service import current_actor
from webapp.ui.htmx import redirect_to
from webapp.writes import waiting as queue
from webapp.writes.service import Outcome, Refusal
from webapp.writes.waiting import words

if TYPE_CHECKING:
    from flask import Response

    from webapp.categories.forms import CategoryForm, DeleteForm
    from webapp.categories.models import CategoryRow
    from webapp.writes.waiting import Held

_NOT_KEPT: Final = Refusal("not_kept", "not_kept")


def hold_new(form: CategoryForm) -> Response | Refusal | None:
    """Keep a new category, if that was asked for.

    A form that waits already, and comes back, is changed in its place.

    Returns:
        The answer when it is kept; a refusal to show when it cannot be; None to go on and send it,
        or to tell what became of it when it was sent.
    """
    if "hold" not in request.form and not queue.find_held(form.intent.data):
        return None
    name, position = form.name.data or "", form.sort_order.number or 0
    actor = current_actor()
    kept = waiting.hold_new(actor, form.intent.data, name, position, form.is_active.data)
    if isinstance(kept, Outcome):  # sent before: what became of it is told as of any other
        return kept.refusal
    known = queue.find_held(form.intent.data) if kept is None else None
    return moved_page(form, known) if known and waiting.is_new(known) else _answer(kept)


def hold_deletion(form: DeleteForm, category: CategoryRow) -> Response | Refusal:
    """Keep a deletion until NeroPay is back; gives why not, if it cannot be kept."""
    return _answer(waiting.hold_deletion(current_actor(), form.intent.data, category))


def _answer(kept: Held | Outcome | None) -> Response | Refusal:
    if kept is None:
        return _NOT_KEPT
    if isinstance(kept, Outcome):
        return redirect_to(url_for("writes.show", intent_id=kept.intent_id))
    flash(words.held(kept.label), "info")
    return redirect_to(url_for("writes.index"))
