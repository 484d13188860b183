"""The form of a new category that waits, as an answer: as it is, or changed meanwhile.

Not here: routes, and what a form does to what waits (`held_views`, `hold_views`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.categories import service, waiting
from webapp.categories.words import waits_now
from webapp.people.service import Permission, can, current_actor
from webapp.ui.htmx import render_page
from webapp.writes.waiting import words

if TYPE_CHECKING:
    from flask import Response

    from webapp.categories.forms import CategoryForm
    from webapp.writes.waiting import Held


def may_change(held: Held) -> bool:
    """Whether the signed-in person may change what waits: its author, or a manager."""
    return held.actor.person_id == current_actor().person_id or can(Permission.WRITES_ALL)


def held_page(form: CategoryForm, held: Held, *, status: int = 200, **context: object) -> Response:
    """Show what waits in its form."""
    form.intent.data = held.id
    return render_page(
        "categories/held.html",
        "categories/_held_form.html",
        status=status,
        form=form,
        held=held,
        may_change=may_change(held),
        near=service.near_duplicates(form.name.data or ""),
        **context,
    )


def moved_page(form: CategoryForm, held: Held) -> Response:
    """Overwrite nothing: show what was typed, who has changed what waits, and how it waits now."""
    there = waiting.typed_in(held)
    typed = {
        "name": form.name.data,
        "sort_order": form.sort_order.number,
        "is_active": int(form.is_active.data),
    }
    return held_page(
        form,
        held,
        status=409,
        moved=words.moved(
            held.actor.name,
            is_own=held.actor.person_id == current_actor().person_id,
            may_change=may_change(held),
        ),
        notes={name: waits_now(name, there[name]) for name in there if typed[name] != there[name]},
    )
