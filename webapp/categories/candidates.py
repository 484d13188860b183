"""Which categories may be what a write made or deleted, when nobody knows what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from webapp.categories import service, words
from webapp.categories.tables import category_sync
from webapp.extensions import db
from webapp.writes.waiting import Candidate, register_finder

if TYPE_CHECKING:
    from datetime import datetime

    from webapp.categories.models import CategoryRow
    from webapp.writes.service import Intent


def register() -> None:
    """Tell the journal how to find them."""
    register_finder("category.create", find_made, copied_at)
    register_finder("category.delete", find_deleted, copied_at)


def find_made(intent: Intent) -> tuple[Candidate, ...]:
    """Give categories of our copy that are called so, or much so."""
    name = intent.label.casefold()
    return tuple(
        _candidate(row, words.SAME_NAME if row.name.casefold() == name else words.NEAR_NAME)
        for row in service.near_duplicates(intent.label)
    )


def find_deleted(intent: Intent) -> tuple[Candidate, ...]:
    """Give the category that was to be deleted, if our copy still has it."""
    row = service.find_category(intent.record_id or "")
    return (_candidate(row, words.STILL_THERE),) if row else ()


def copied_at(_: Intent) -> datetime | None:
    """Give when NeroPay was asked for the list that our copy was made of."""
    with db.read() as connection:
        return connection.execute(select(category_sync.c.began_at)).scalar_one_or_none()


def _candidate(row: CategoryRow, reason: str) -> Candidate:
    return Candidate(row.id, row.name, words.detail(row.sort_order, row.is_active), (reason,))
