"""Adding a category again that was deleted: from the toast, or from the list below the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, request, url_for

from webapp.categories import words
from webapp.categories.deleted import add_again, find_deleted
from webapp.categories.views import bp, list_page, toasts_of
from webapp.people.service import Permission, current_actor, requires
from webapp.ui import messages
from webapp.ui.htmx import is_partial, redirect_to
from webapp.ui.toasts import Toast, flash_toasts
from webapp.writes.service import State

if TYPE_CHECKING:
    from flask import Response

    from webapp.writes.service import Outcome

__all__ = ["bp"]


@bp.post("/<record_id:category_id>/add-again")
@requires(Permission.CATEGORIES_WRITE)
def restore(category_id: str) -> Response:
    """Add a category with the name, position and state of one that was deleted."""
    deleted = find_deleted(category_id)
    if deleted is None:
        abort(404)
    outcome = add_again(current_actor(), request.form.get("intent"), deleted)
    if outcome.refusal is None and outcome.state is not State.APPLIED:
        return redirect_to(url_for("writes.show", intent_id=outcome.intent_id))
    toasts = _toasts(outcome)
    marked = None if outcome.refusal else outcome.record_id
    if is_partial():
        return list_page(marked=marked, toasts=toasts)
    flash_toasts(toasts)
    anchor = f"category-{marked}" if marked else "deleted"
    return redirect_to(url_for("categories.index", _anchor=anchor))


def _toasts(outcome: Outcome) -> list[Toast]:
    if outcome.refusal is None:
        return toasts_of(outcome, words.added_again(outcome.label))
    if outcome.refusal.kind == "already_there":
        return [Toast(words.NOTHING_SENT, "warning")]
    said = messages.for_kind(outcome.refusal.kind)
    return [Toast(f"{said.title}. {said.text}", "warning")]
