"""The form of a write that waits, as an answer: as it is, moved meanwhile, or not waiting any more.

Not here: routes, and what a form does to what waits (`hold_views`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from flask import abort, url_for

from webapp.customers import service, waiting
from webapp.customers.conflicts import changes_of
from webapp.customers.form_pages import (
    ADDING_AGAIN,
    create_page,
    edit_page,
    not_added,
    not_saved,
)
from webapp.customers.models import FIELDS
from webapp.customers.views import is_row_swap
from webapp.customers.words import waits_now
from webapp.people.service import Permission, can, current_actor
from webapp.ui.htmx import redirect_to, render_page
from webapp.writes import service as writes
from webapp.writes.service import Refusal, new_intent_id
from webapp.writes.waiting import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Response

    from webapp.customers.forms import CustomerForm
    from webapp.customers.models import CustomerRow
    from webapp.writes.service import Outcome
    from webapp.writes.waiting import Held

# What the form was opened for, or left here, waits in another shape by now.
_MOVED: Final = Refusal("held_changed", "held_changed")
_BEFORE: Final = Refusal("held_before", "held_before")
# Somebody threw it away meanwhile.
_GONE: Final = Refusal("held_gone", "held_gone")


def may_change(held: Held) -> bool:
    """Whether the signed-in person may change what waits: its author, or a manager."""
    return held.actor.person_id == current_actor().person_id or can(Permission.WRITES_ALL)


def held_page(form: CustomerForm, held: Held, *, status: int = 200) -> Response:
    """Show what waits in its form."""
    form.intent.data = held.id
    return _page(form, held, status=status, refusal=held.refusal)


def moved_page(form: CustomerForm, held: Held) -> Response:
    """Overwrite nothing: show what was typed, who has changed what waits, and how it waits now."""
    row = service.find_copy(held.record_id) if held.record_id else None
    if row is not None and is_row_swap():  # where the waiting form has no room
        return edit_page(form, row, refusal=_BEFORE)
    typed, there = form.values(), waiting.typed_in(held)
    differing = [name for name in FIELDS if typed[name] != (there.get(name) or None)]
    # Who may not change it may leave a change of the record behind it, but not make it twice.
    is_of_its_own = held.record_id is not None and not may_change(held)
    form.intent.data = new_intent_id() if is_of_its_own else held.id
    form.remember(waiting.seen_by(held))
    return _page(
        form,
        held,
        status=409,
        refusal=_MOVED,
        refusal_words=words.moved(
            held.actor.name,
            is_own=held.actor.person_id == current_actor().person_id,
            may_change=may_change(held),
            is_new=held.record_id is None,
            is_kept=not may_change(held) and held.record_id is None and _keep_as_draft(typed),
        ),
        notes={name: waits_now(there.get(name)) for name in differing},
    )


def _keep_as_draft(typed: Mapping[str, str | None]) -> bool:
    """Keep what was typed for a new customer, unless something else is kept there already."""
    if service.find_draft(current_actor(), "") is not None:
        return False
    values = {name: typed[name] or "" for name in FIELDS}
    service.keep_draft(current_actor(), "", "", values, "")
    return True


def left_page(form: CustomerForm, intent_id: str, record_id: str | None) -> Response:
    """Answer a form for what does not wait here any more; what was typed in it is not lost.

    Args:
        form: As it was sent.
        intent_id: Of what it was opened for.
        record_id: Of the record that it changes; None for a new one.
    """
    sent = writes.find(intent_id) if writes.is_intent_id(intent_id) else None
    if sent and (sent.record_type != "customer" or _is_of_another(sent, record_id)):
        abort(404)
    row = service.find_copy(record_id) if record_id else None
    if record_id and row is None:
        return create_page(form, refusal=ADDING_AGAIN)
    if sent is None:
        return edit_page(form, row, refusal=_GONE) if row else create_page(form, refusal=_GONE)
    if _is_as_sent(form, row, sent):
        return redirect_to(url_for("writes.show", intent_id=intent_id))
    form.intent.data = intent_id
    sent = replace(sent, is_changed_body=True)
    return not_saved(form, row, sent) if row else not_added(form, sent)


def _is_of_another(sent: Outcome, record_id: str | None) -> bool:
    return sent.kind != waiting.CREATE and sent.record_id != record_id


def _is_as_sent(form: CustomerForm, row: CustomerRow | None, sent: Outcome) -> bool:
    values = form.values()
    whole = {name: value for name, value in values.items() if value is not None}
    mine = changes_of(form.seen_values(), values) if row else whole
    fields = writes.sent_fields(sent.intent_id).items()
    return mine == {name: value or None for name, value in fields}


def _page(
    form: CustomerForm, held: Held, *, status: int, refusal: Refusal | None, **context: object
) -> Response:
    return render_page(
        "customers/held.html",
        "customers/_held_form.html",
        status=status,
        form=form,
        held=held,
        customer=service.find_copy(held.record_id) if held.record_id else None,
        may_change=may_change(held),
        refusal=refusal,
        open_write=None,
        back="",
        **context,
    )
