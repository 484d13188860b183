"""Categories: our copy of the list, adding and deleting.

NeroPay has no way to rename, reorder or hide a category, and deleting and adding it again would
lose its products; so neither is faked here. Not here: forms, words, and what a settled write does
to the copy (`settled`).
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from webapp.categories import waiting
from webapp.categories.merging import merge, note
from webapp.categories.models import FIELDS, CategoryFreshness, CategoryRow, RefreshResult
from webapp.categories.settled import Created, Deleted, lock_copy
from webapp.categories.tables import categories, category_sync
from webapp.clock import now
from webapp.extensions import db, neropay
from webapp.neropay import NeroPayError, encode_body
from webapp.writes import service as writes
from webapp.writes.service import Refusal

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Connection, Row

    from webapp.activity.service import Actor
    from webapp.writes.service import Outcome

_CREATE: Final = "category.create"
_DELETE: Final = "category.delete"
_GONE: Final = Refusal("not_found", "resource_not_found")
_MOST_OPEN: Final = 500  # writes that are looked through for the list


def init_app(app: Flask) -> None:
    """Tell the journal what settled writes of categories do to our copy."""
    with app.app_context():
        writes.register(_CREATE, Created())
        writes.register(_DELETE, Deleted())
        waiting.register()


def list_categories() -> tuple[CategoryRow, ...]:
    """Give the categories of our copy in till order."""
    return db.once("categories", _read_categories)


def find_category(category_id: str) -> CategoryRow | None:
    """Give one category of our copy."""
    return next((row for row in list_categories() if row.id == category_id), None)


def category_freshness() -> CategoryFreshness:
    """Give how fresh our copy is."""
    with db.read() as connection:
        row = connection.execute(select(category_sync)).one_or_none()
    if row is None or (row.finished_at is None and row.failed_at is None):
        return CategoryFreshness("unknown", None, None, None)
    state = "ok" if row.failed_at is None else "failed"
    return CategoryFreshness(state, row.finished_at, row.failed_at, row.error_code)


def next_position() -> int:
    """Give the position after the last category, for a new one."""
    return max((row.sort_order for row in list_categories()), default=0) + 1


def near_duplicates(name: str) -> tuple[CategoryRow, ...]:
    """Give categories whose name differs by case, accents, spaces, signs or a plural only."""
    key = _key(name)
    return tuple(row for row in list_categories() if key and _key(row.name) == key)


def create_category(
    actor: Actor,
    intent_id: str | None,
    name: str,
    sort_order: int,
    is_active: bool,
    *,
    unless: Refusal | None = None,
) -> Outcome:
    """Add a category, once.

    Args:
        actor: Who does it.
        intent_id: From the form.
        name: Validated.
        sort_order: Its place at the tills.
        is_active: Whether the tills show it.
        unless: What to say instead when one of that name is there or on its way; None: add it.

    Returns:
        What is known now. A form that came back changed after a refusal is a new attempt; with
        `is_changed_body` nothing new was sent.
    """
    # is_active is 1 or 0 on the wire (documented).
    body = encode_body({"name": name, "sort_order": sort_order, "is_active": int(is_active)})
    guard = _guard_name(name, unless) if unless else None
    outcome = _submit_new(actor, intent_id, name, body, guard)
    if outcome.is_changed_body and outcome.is_open:  # the old one first
        outcome = replace(writes.settle(outcome.intent_id), is_changed_body=True)
    if outcome.is_changed_body and outcome.refusal is not None:
        again_id = writes.derive_intent_id(outcome.intent_id, body)
        return _submit_new(actor, again_id, name, body, guard)
    return outcome


def delete_category(actor: Actor, intent_id: str | None, category_id: str) -> Outcome:
    """Ask NeroPay to delete a category; it decides ("if allowed", documented).

    Args:
        actor: Who does it.
        intent_id: From the form.
        category_id: NeroPay's id.

    Returns:
        What is known now; after a refusal the category stays in our copy, unless NeroPay does
        not have it.
    """
    path = f"/categories/{category_id}"
    replay = writes.find_replay(
        intent_id, actor=actor, kind=_DELETE, method="DELETE", path=path, body=b""
    )
    if replay is not None:
        return replay
    row = find_category(category_id)
    outcome = writes.submit(
        intent_id=intent_id,
        actor=actor,
        kind=_DELETE,
        method="DELETE",
        path=path,
        body=b"",
        record_type="category",
        record_id=category_id,
        label=row.name if row else "",
        before={name: getattr(row, name) for name in FIELDS} if row else {},
        guard=_guard_there(category_id),
    )
    waiting.take_out_gone(outcome)
    return outcome


def refresh_categories() -> RefreshResult:
    """Fetch the list from NeroPay and make our copy like it.

    What a write of ours settled while the list was fetched stays as it is, and so does a category
    with an open write. Categories that are missing from a list without unreadable rows are taken
    out. Changes are entered into the trail, after the first time.

    Returns:
        What came of it; a NeroPay that does not answer is noted down, not raised.
    """
    seq, began_at = writes.current_seq(), now()
    try:
        page = neropay().categories.list()
    except NeroPayError as error:
        with db.write() as connection:
            note(connection, failed_at=now(), error_code=error.code)
        return RefreshResult(False, 0, 0, error.code)
    with db.write() as connection:
        merge(connection, page, seq, began_at)
        note(connection, began_at=began_at, finished_at=now(), failed_at=None, error_code=None)
    return RefreshResult(True, len(page.items), page.set_aside)


def _submit_new(
    actor: Actor,
    intent_id: str | None,
    name: str,
    body: bytes,
    guard: writes.Guard | None = None,
) -> Outcome:
    return writes.submit(
        intent_id=intent_id,
        actor=actor,
        kind=_CREATE,
        method="POST",
        path="/categories",
        body=body,
        record_type="category",
        label=name,
        before={},
        guard=guard,
    )


def _guard_there(category_id: str) -> writes.Guard:
    """Refuse when it is not there, be it since a moment: NeroPay's "no longer here" is no yes."""

    def look(connection: Connection) -> Refusal | None:
        there = select(categories.c.id).where(categories.c.id == category_id)
        return None if connection.execute(there).first() else _GONE

    return look


def _guard_name(name: str, refusal: Refusal) -> writes.Guard:
    """Refuse where a category of that name is in our copy, or is being made."""

    def look(connection: Connection) -> Refusal | None:
        lock_copy(connection)
        names = set(connection.execute(select(categories.c.name)).scalars())
        names |= writes.list_ours(connection, "category", _DELETE, now()).creating
        return refusal if name.casefold() in {known.casefold() for known in names} else None

    return look


def _read_categories(connection: Connection) -> tuple[CategoryRow, ...]:
    query = select(categories).order_by(categories.c.sort_order, categories.c.name)
    rows = connection.execute(query).all()
    states = {
        outcome.record_id: str(outcome.state)
        for outcome in writes.open_writes(_MOST_OPEN, record_type="category")
    }
    return tuple(_row(row, states.get(row.id)) for row in rows)


def _row(row: Row[Any], open_state: str | None) -> CategoryRow:
    return CategoryRow(
        row.id, row.name, row.sort_order, row.is_active, row.confirmed_at, open_state
    )


def _key(name: str) -> str:
    """Reduce a name to what makes it different from others at a till."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(sign for sign in plain if sign.isalnum())
    # A name may be nothing but signs; what only joins or colours them counts for nothing.
    signs = "".join(sign for sign in plain if unicodedata.category(sign)[0] not in "MCZ")
    return letters.removesuffix("s") or letters or signs
