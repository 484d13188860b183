"""The statements on the journal's table that every save, form and page of a record runs, prepared.

Not here: those that run seldom, and what any of them means (`journal`).
"""

from __future__ import annotations

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.db.changes import Change
from webapp.db.prepared import Prepared
from webapp.writes.tables import intents, settle_counter

OPEN_ON = Prepared(
    select(intents)
    .where(
        intents.c.settled_at.is_(None),
        intents.c.record_type == bindparam("record_type"),
        intents.c.record_id == bindparam("record_id"),
    )
    .order_by(intents.c.created_at.desc())
    .limit(1)
)
GET = Prepared(select(intents).where(intents.c.id == bindparam("intent_id")))
_SET_LATER = {"settled_at", "request_id", "looked_up_by"}
_ADDED = (column.name for column in intents.columns if column.name not in _SET_LATER)
ADD = Change(
    {
        "postgresql": postgresql.insert(intents).on_conflict_do_nothing().returning(intents),
        "sqlite": sqlite.insert(intents).on_conflict_do_nothing().returning(intents),
    },
    *_ADDED,
)
_SETTLE = (
    update(intents)
    .where(intents.c.id == bindparam("intent_id"), intents.c.settled_at.is_(None))
    .values(lease_until=None, next_try_at=None)
    .returning(intents)
)
_SETTLED = ("state", "settled_at", "answer", "request_id")
CLOSE = Change(_SETTLE, *_SETTLED)
CLOSE_ATTEMPT = Change(_SETTLE.where(intents.c.attempts == bindparam("attempt")), *_SETTLED)
NOTE_APPLIED = Change(
    update(intents).where(intents.c.id == bindparam("intent_id")).returning(intents),
    *("record_id", "label", "answer"),
)
COUNT_UP = Change(
    update(settle_counter)
    .where(settle_counter.c.id == 1)
    .values(value=settle_counter.c.value + 1)
    .returning(settle_counter.c.value)
)
COUNTED = Prepared(select(settle_counter.c.value))
