"""Changing a new category while it waits for NeroPay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, request, url_for

from webapp.categories import service, waiting
from webapp.categories.forms import CategoryForm
from webapp.categories.views import bp
from webapp.people.service import Permission, can, current_actor, requires
from webapp.ui.htmx import redirect_to, render_page
from webapp.writes import waiting as queue
from webapp.writes.waiting import words

if TYPE_CHECKING:
    from flask import Response

    from webapp.writes.waiting import Held

__all__ = ["bp"]


@bp.get("/waiting/<record_id:intent_id>")
@requires(Permission.CATEGORIES_WRITE)
def edit_held(intent_id: str) -> Response:
    """Show a new category that waits in its form, to be changed."""
    held = queue.find_held(intent_id)
    if held is None:  # it has left
        return redirect_to(url_for("writes.show", intent_id=intent_id))
    _check(held)
    form, values = CategoryForm(), waiting.typed_in(held)
    form.name.data = values["name"]
    form.sort_order.data = str(values["sort_order"])
    form.is_active.data = bool(values["is_active"])
    return _page(form, held)


@bp.post("/waiting/<record_id:intent_id>")
@requires(Permission.CATEGORIES_WRITE)
def save_held(intent_id: str) -> Response:
    """Put the changed form in the place of what waits."""
    held = queue.find_held(intent_id)
    if held is None:
        return redirect_to(url_for("writes.show", intent_id=intent_id))
    _check(held)
    form = CategoryForm(request.form)
    if not form.validate():
        return _page(form, held, status=422)
    name, position = form.name.data or "", form.sort_order.number or 0
    changed = waiting.change_held(current_actor(), held, name, position, form.is_active.data)
    if changed is None:
        return redirect_to(url_for("writes.show", intent_id=intent_id))
    flash(words.held_changed(changed.label), "info")
    return redirect_to(url_for("writes.index"))


def _check(held: Held) -> None:
    """Let pass its author, or who may change what others left; of a deletion nothing changes."""
    if not waiting.is_new(held):
        abort(404)
    if held.actor.person_id != current_actor().person_id and not can(Permission.WRITES_ALL):
        abort(403)


def _page(form: CategoryForm, held: Held, *, status: int = 200) -> Response:
    form.intent.data = held.id
    return render_page(
        "categories/held.html",
        "categories/_held_form.html",
        status=status,
        form=form,
        held=held,
        near=service.near_duplicates(form.name.data or ""),
    )
