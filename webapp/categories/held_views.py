"""Changing a new category while it waits for NeroPay."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from flask import abort, flash, request, url_for

from webapp.categories import waiting
from webapp.categories.forms import CategoryForm
from webapp.categories.held_pages import held_page, may_change, moved_page
from webapp.categories.views import bp, not_added, refused_page
from webapp.people.service import Permission, current_actor, requires
from webapp.ui.htmx import redirect_to
from webapp.writes import service as writes
from webapp.writes import waiting as queue
from webapp.writes.service import Refusal
from webapp.writes.waiting import words

if TYPE_CHECKING:
    from flask import Response

__all__ = ["bp"]

# Somebody threw it away meanwhile.
_GONE: Final = Refusal("held_gone", "held_gone")


@bp.get("/waiting/<record_id:intent_id>")
@requires(Permission.CATEGORIES_WRITE)
def edit_held(intent_id: str) -> Response:
    """Show a new category that waits in its form, to be changed."""
    held = queue.find_held(intent_id)
    if held is None:  # it has left
        return redirect_to(url_for("writes.show", intent_id=intent_id))
    if not waiting.is_new(held):  # of a deletion nothing changes
        abort(404)
    if not may_change(held):
        abort(403)
    form, values = CategoryForm(), waiting.typed_in(held)
    form.name.data = values["name"]
    form.sort_order.data = str(values["sort_order"])
    form.is_active.data = bool(values["is_active"])
    return held_page(form, held)


@bp.post("/waiting/<record_id:intent_id>")
@requires(Permission.CATEGORIES_WRITE)
def save_held(intent_id: str) -> Response:
    """Put the changed form in the place of what waits, if it still waits as it was shown."""
    held = queue.find_held(intent_id)
    form = CategoryForm(request.form)
    is_valid = form.validate()
    if held is None:
        return _left(form, intent_id)
    if not waiting.is_new(held):
        abort(404)
    if request.form.get("version") != str(held.version):
        return moved_page(form, held)
    if not may_change(held):
        abort(403)
    if not is_valid:
        return held_page(form, held, status=422)
    name, position = form.name.data or "", form.sort_order.number or 0
    changed = waiting.change_held(current_actor(), held, name, position, form.is_active.data)
    if changed is None:
        now = queue.find_held(intent_id) if writes.find(intent_id) is None else None
        return moved_page(form, now) if now else _left(form, intent_id)
    flash(words.held_changed(changed.label), "info")
    return redirect_to(url_for("writes.index"))


def _left(form: CategoryForm, intent_id: str) -> Response:
    """Answer a form for what does not wait here any more; what was typed in it is not lost."""
    sent = writes.find(intent_id) if writes.is_intent_id(intent_id) else None
    if sent is None:
        return refused_page(form, _GONE)
    if sent.kind != waiting.CREATE:
        abort(404)
    typed = {
        "name": form.name.data,
        "sort_order": form.sort_order.number,
        "is_active": int(form.is_active.data),
    }
    is_changed = writes.sent_fields(intent_id) != typed
    form.intent.data = intent_id
    if sent.refusal and not is_changed:  # its own page says why
        return redirect_to(url_for("writes.show", intent_id=intent_id))
    return not_added(form, replace(sent, is_changed_body=is_changed))
