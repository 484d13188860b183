"""Which customers may be what a write made, when nobody knows any more whether it made one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from webapp.customers import directory
from webapp.customers.corrections import KIND as UPDATE
from webapp.customers.models import FIELDS
from webapp.customers.tables import sync_state
from webapp.customers.undo import KIND as UNDO
from webapp.extensions import db
from webapp.ui import messages
from webapp.ui.filters import phone
from webapp.writes.waiting import Candidate, register_finder

if TYPE_CHECKING:
    from datetime import datetime

    from webapp.customers.models import CustomerRow
    from webapp.writes.service import Intent

_MOST = 5


def register() -> None:
    """Tell the journal how to find them."""
    register_finder("customer.create", find_made, list_copied_at)
    register_finder(UPDATE, find_changed, record_copied_at)
    register_finder(UNDO, find_changed, record_copied_at)


def find_made(intent: Intent) -> tuple[Candidate, ...]:
    """Give customers of our copy with the same e-mail address, phone number or name."""
    sent = intent.sent()
    values = {name: str(sent[name]) if sent.get(name) else None for name in FIELDS}
    twins = directory.find_twins(values, limit=_MOST)
    return tuple(
        _candidate(twin.row, tuple(messages.twin_reason(reason) for reason in twin.reasons))
        for twin in twins
    )


def find_changed(intent: Intent) -> tuple[Candidate, ...]:
    """Give the record that was to be changed, and say whether it has what was sent."""
    row = directory.find(intent.record_id or "")
    if row is None:
        return ()
    values = row.values()
    has_it = all((values.get(name) or None) == (new or None) for name, new in intent.sent().items())
    return (_candidate(row, ("has what was sent" if has_it else "has something else",)),)


def list_copied_at(_: Intent) -> datetime | None:
    """Give when NeroPay was asked for the first page of the list that our copy was made of."""
    with db.read() as connection:
        row = connection.execute(select(sync_state.c.finished_at, sync_state.c.duration)).one()
    finished_at: datetime | None = row.finished_at
    return finished_at - timedelta(milliseconds=row.duration or 0) if finished_at else None


def record_copied_at(intent: Intent) -> datetime | None:
    """Give when NeroPay last told us of the record; of one that our copy has not, as the list."""
    row = directory.find(intent.record_id or "")
    return row.confirmed_at if row else list_copied_at(intent)


def _candidate(row: CustomerRow, reasons: tuple[str, ...]) -> Candidate:
    detail = (row.id, row.email, phone(row.phone), row.city, row.postcode)
    return Candidate(row.id, row.name, " · ".join(filter(None, detail)), reasons)
