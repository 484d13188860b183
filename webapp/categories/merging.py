"""Our copy of the categories made like NeroPay's list, or like its word that one is gone.

Not here: fetching the list (`service`), and what our own writes do to the copy (`settled`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from webapp.activity.service import NEROPAY, record
from webapp.categories.models import FIELDS
from webapp.categories.settled import lock_copy
from webapp.categories.tables import categories, category_sync
from webapp.clock import now
from webapp.extensions import db
from webapp.writes import service as writes

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from webapp.neropay import Category, Page


def merge(connection: Connection, page: Page[Category], seq: int, began_at: datetime) -> None:
    """Make our copy like a list.

    Args:
        connection: A write transaction.
        page: The list, whole.
        seq: The settle counter when the fetching began.
        began_at: When that was.
    """
    lock_copy(connection)
    finished_at = select(category_sync.c.finished_at)
    is_first = connection.execute(finished_at).scalar_one_or_none() is None
    known = {row.id: row for row in connection.execute(select(categories))}
    listed = {category.id: category for category in page.items}
    ours = writes.list_ours(connection, "category", "category.delete", began_at)
    for category in page.items:
        row = known.get(category.id)
        if category.id in ours.busy or category.id in ours.gone:
            continue
        if row is None:
            _insert(connection, category)
            is_told = is_first or category.name in ours.creating
            if not is_told:
                _tell(connection, "added", None, category)
        elif row.settled_seq <= seq:
            _update(connection, category)
            _tell(connection, "changed", row, category)
    if page.set_aside:
        return
    for row in known.values():
        if row.id in listed or row.id in ours.busy or row.settled_seq > seq:
            continue
        _remove(connection, row)


def _insert(connection: Connection, category: Category) -> None:
    connection.execute(categories.insert().values(id=category.id, **_columns(category)))


def _update(connection: Connection, category: Category) -> None:
    same = categories.c.id == category.id
    connection.execute(update(categories).where(same).values(_columns(category)))


def _columns(category: Category) -> dict[str, Any]:
    return {name: getattr(category, name) for name in FIELDS} | {"confirmed_at": now()}


def _tell(connection: Connection, what: str, old: Row[Any] | None, new: Category | None) -> None:
    """Enter a change that was not ours into the trail, if there is one."""
    pairs = {name: (getattr(old, name, None), getattr(new, name, None)) for name in FIELDS}
    changes = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    told_of = new or old
    if changes and told_of is not None:
        record(
            connection,
            actor=NEROPAY,
            kind=f"category.{what}_in_neropay",
            outcome="applied",
            record_type="category",
            record_id=told_of.id,
            label=told_of.name,
            changes=changes,
        )


def note(connection: Connection, **columns: object) -> None:
    """Note when the list was fetched, or could not be; `columns` are those of category_sync."""
    if not connection.execute(update(category_sync).values(columns)).rowcount:
        connection.execute(category_sync.insert().values(id=1, **columns))


def take_out(category_id: str) -> None:
    """Take a category out of our copy of which NeroPay has said that it is not there."""
    with db.write() as connection:
        lock_copy(connection)
        row = connection.execute(select(categories).where(categories.c.id == category_id)).first()
        if row is not None:
            _remove(connection, row)


def _remove(connection: Connection, row: Row[Any]) -> None:
    connection.execute(categories.delete().where(categories.c.id == row.id))
    _tell(connection, "gone", row, None)
