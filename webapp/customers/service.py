"""Customers, for pages and for other features: what is known, and how it is changed.

Reading comes from our copy (`reading`); every write goes through the journal of writes, and
what a settled one does to the copy is in `settled`. Not here: forms, words, search, sync.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from webapp.customers import waiting
from webapp.customers.corrections import KIND as _UPDATE
from webapp.customers.corrections import Correction
from webapp.customers.directory import find as find_copy
from webapp.customers.drafts import discard as discard_draft
from webapp.customers.drafts import find as find_draft
from webapp.customers.drafts import keep as keep_draft
from webapp.customers.drafts import purge as purge_drafts
from webapp.customers.drafts import spare as spare_draft
from webapp.customers.models import FIELDS
from webapp.customers.presence import leave as leave_form
from webapp.customers.presence import note_open
from webapp.customers.presence import purge as purge_presence
from webapp.customers.reading import find_for_page as get_customer
from webapp.customers.reading import (
    find_twins,
    freshness,
    guess_from_search,
    history_of,
    open_write_on,
    overview,
    search,
    sync_status,
    values_of_write,
)
from webapp.customers.reading import refresh as refresh_customer
from webapp.customers.settled import Created, Updated
from webapp.customers.sync import run_sync
from webapp.customers.tidying import tidy as tidy_search
from webapp.customers.twins import find_under_way
from webapp.customers.undo import KIND as _UNDO
from webapp.customers.undo import Undoable, find_change, undoable_in
from webapp.extensions import settings
from webapp.neropay import encode_body
from webapp.writes import service as writes
from webapp.writes.service import State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask

    from webapp.activity.service import Actor
    from webapp.writes.service import Outcome

__all__ = [
    "create_customer",
    "discard_draft",
    "find_change",
    "find_copy",
    "find_draft",
    "find_twins",
    "find_under_way",
    "freshness",
    "get_customer",
    "guess_from_search",
    "history_of",
    "init_app",
    "keep_draft",
    "leave_form",
    "note_open",
    "open_write_on",
    "overview",
    "purge_drafts",
    "purge_presence",
    "refresh_customer",
    "run_sync",
    "search",
    "spare_draft",
    "sync_status",
    "tidy_search",
    "undo_change",
    "undoable_in",
    "update_customer",
    "values_of_write",
]

_CREATE: Final = "customer.create"


def init_app(app: Flask) -> None:
    """Tell the journal what settled writes of customers do to our copy."""
    with app.app_context():
        writes.register(_CREATE, Created())
        writes.register(_UPDATE, Updated())
        writes.register(_UNDO, Updated())
        waiting.register()


def create_customer(
    actor: Actor, intent_id: str | None, values: Mapping[str, str | None]
) -> Outcome:
    """Add a customer, once.

    A form that comes back changed under the same id was submitted before: after a refusal it is
    a new attempt; while the first is unknown, that one is settled first, and if it was applied,
    the changes are sent as a correction of the record that it made.

    Args:
        actor: Who does it.
        intent_id: From the form.
        values: The six fields, validated; None where nothing was typed.

    Returns:
        What is known now. With `is_changed_body` nothing new was sent: APPLIED means that the
        changes can be offered as an edit of `record_id`.
    """
    body = encode_body({name: values[name] for name in FIELDS if values.get(name) is not None})
    outcome = _submit_new(actor, intent_id, values, body)
    if not outcome.is_changed_body:
        return outcome
    was_unknown = outcome.state is State.UNKNOWN
    if was_unknown and outcome.is_open:
        outcome = replace(writes.settle(outcome.intent_id), is_changed_body=True)
    if outcome.state is State.REFUSED:
        again_id = writes.derive_intent_id(outcome.intent_id, body)
        return _submit_new(actor, again_id, values, body)
    if was_unknown and outcome.state is State.APPLIED and outcome.record_id is not None:
        seen = _texts(writes.sent_fields(outcome.intent_id))
        update_id = writes.derive_intent_id(outcome.intent_id, body)
        return update_customer(actor, update_id, outcome.record_id, seen, values)
    return outcome


def update_customer(
    actor: Actor,
    intent_id: str | None,
    customer_id: str,
    seen: Mapping[str, str | None],
    values: Mapping[str, str | None],
    *,
    undoes: str = "",
) -> Outcome:
    """Send what a person changed in a record, unless somebody else changed the same meanwhile.

    Args:
        actor: Who does it.
        intent_id: From the form.
        customer_id: NeroPay's id.
        seen: What the form showed when it was opened. A field that is missing here is compared
            with what NeroPay has now.
        values: What the form holds now, validated.
        undoes: The id of the write that this takes back, when that is what was begun.

    Returns:
        What is known now. Refusals of our own: changed_meanwhile (with `theirs`), write_open,
        unknown_intent. Nothing is sent then, nor when there is nothing to change
        (`is_no_change`).
    """
    kind = _UNDO if undoes and find_change(customer_id, undoes) else _UPDATE
    return _save(Correction(actor, intent_id, customer_id, dict(seen), dict(values), kind))


def undo_change(actor: Actor, intent_id: str | None, customer_id: str, change: Undoable) -> Outcome:
    """Take a change back, unless somebody has changed the same again since.

    Args:
        actor: Who does it.
        intent_id: From the form.
        customer_id: NeroPay's id.
        change: From `find_change`.

    Returns:
        As `update_customer`.
    """
    seen, values = change.after, change.before
    return _save(Correction(actor, intent_id, customer_id, seen, values, _UNDO))


def _save(correction: Correction) -> Outcome:
    return correction.save(clear_with=None if settings().neropay_clear_with == "null" else "")


def _submit_new(
    actor: Actor, intent_id: str | None, values: Mapping[str, str | None], body: bytes
) -> Outcome:
    return writes.submit(
        intent_id=intent_id,
        actor=actor,
        kind=_CREATE,
        method="POST",
        path="/customers",
        body=body,
        record_type="customer",
        label=values.get("name") or "",
        before={},
    )


def _texts(fields: Mapping[str, object]) -> dict[str, str | None]:
    return {name: str(fields[name]) if fields.get(name) else None for name in FIELDS}
