"""Every statement on the journal's table. No calls to NeroPay and no decisions here.

A lease says that some process is sending an intent now. The number of the attempt is the lease's
token: a process that was asleep longer than its lease cannot undo what a later attempt found out.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, func, insert, or_, select, text, update

from webapp.writes import statements
from webapp.writes.models import Intent, State
from webapp.writes.rows import intent_of
from webapp.writes.tables import intents, settle_counter

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Select

LEASE = timedelta(seconds=30)  # the budget of a write (15 s), of a look before it, and a margin


def lock_record(connection: Connection, record_type: str, record_id: str) -> None:
    """Queue submitters for one record; SQLite's write transactions queue by themselves."""
    if connection.dialect.name == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock(hashtext(:record))")
        connection.execute(lock, {"record": f"{record_type} {record_id}"})


def add(connection: Connection, values: dict[str, Any], now: datetime) -> Intent | None:
    """Note an intent down as pending, leased to this process; None if the id is taken."""
    row = {
        **values,
        "state": State.PENDING.value,
        "created_at": now,
        "lease_until": now + LEASE,
        "next_try_at": now + LEASE,  # should this process die, it is looked at then
        "attempts": 1,
        "answer": "{}",
    }
    added = statements.ADD.first(connection, row)
    return None if added is None else intent_of(added)


def get(connection: Connection, intent_id: str) -> Row[Any] | None:
    """Give a row by its id."""
    return statements.GET.first(connection, {"intent_id": intent_id})


def get_open(connection: Connection, record_type: str, record_id: str) -> Row[Any] | None:
    """Give the newest open write on a record."""
    record = {"record_type": record_type, "record_id": record_id}
    return statements.OPEN_ON.first(connection, record)


def list_open(connection: Connection, limit: int, record_type: str | None = None) -> list[Row[Any]]:
    """Give open writes, oldest first."""
    query = _open().order_by(intents.c.created_at).limit(limit)
    if record_type is not None:
        query = query.where(intents.c.record_type == record_type)
    return list(connection.execute(query))


def list_applied(
    connection: Connection,
    kind: str,
    record_ids: list[str] | None = None,
    since: datetime | None = None,
) -> list[str]:
    """Give the records, or those of some, for which a write of a kind was applied."""
    query = select(intents.c.record_id).where(
        intents.c.kind == kind, intents.c.state == State.APPLIED
    )
    if record_ids is not None:
        query = query.where(intents.c.record_id.in_(record_ids))
    if since is not None:
        query = query.where(intents.c.settled_at >= since)
    return list(connection.execute(query).scalars())


def count_open(connection: Connection) -> int:
    """Count open writes."""
    query = select(func.count()).select_from(intents).where(intents.c.settled_at.is_(None))
    return connection.execute(query).scalar_one()


def list_closed_unknown(connection: Connection) -> list[Row[Any]]:
    """Give the writes of which nobody knows what became, and nobody has looked, oldest first."""
    query = select(intents).where(
        intents.c.state == State.UNKNOWN,
        intents.c.settled_at.is_not(None),
        intents.c.looked_up_by.is_(None),
    )
    return list(connection.execute(query.order_by(intents.c.created_at)))


def list_due(connection: Connection, now: datetime, limit: int) -> list[str]:
    """Give the ids of writes that are to be looked at now, the longest due first."""
    query = (
        select(intents.c.id)
        .where(intents.c.settled_at.is_(None), intents.c.next_try_at <= now)
        .order_by(intents.c.next_try_at)
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def claim(connection: Connection, intent_id: str, now: datetime) -> tuple[Intent, State] | None:
    """Take the lease of an open write that nobody is sending.

    Returns:
        The intent with its new attempt, and the state that it was in; None when somebody is
        sending it or it is settled.
    """
    query = select(intents.c.state).where(intents.c.id == intent_id).with_for_update()
    before = connection.execute(query).scalar_one_or_none()
    take = (
        update(intents)
        .where(
            intents.c.id == intent_id,
            intents.c.settled_at.is_(None),
            or_(intents.c.lease_until.is_(None), intents.c.lease_until <= now),
        )
        .values(
            state=State.UNKNOWN,
            lease_until=now + LEASE,
            next_try_at=now + LEASE,
            attempts=intents.c.attempts + 1,
        )
        .returning(intents)
    )
    row = connection.execute(take).one_or_none()
    if row is None or before is None:
        return None
    return intent_of(row), State(before)


def close(
    connection: Connection,
    intent: Intent,
    state: State,
    now: datetime,
    *,
    answer: dict[str, object],
    request_id: str | None = None,
    any_attempt: bool = False,
) -> Row[Any] | None:
    """Settle an intent, unless it is settled.

    Args:
        connection: The settling transaction.
        intent: The attempt that found out.
        state: What it found.
        now: The time.
        answer: What to keep of the answer.
        request_id: NeroPay's reference of the answer.
        any_attempt: Also when a later attempt has begun: for a yes, which holds for all.

    Returns:
        Its row, if this call settled it.
    """
    values: dict[str, Any] = {
        "intent_id": intent.id,
        "state": state.value,
        "settled_at": now,
        "answer": json.dumps(answer),
        "request_id": request_id,
    }
    if any_attempt:
        return statements.CLOSE.first(connection, values)
    values["attempt"] = intent.attempts
    return statements.CLOSE_ATTEMPT.first(connection, values)


def note_applied(
    connection: Connection,
    intent_id: str,
    *,
    record_id: str | None,
    label: str,
    answer: dict[str, object],
) -> Row[Any]:
    """Add to a settled intent what its handler made of the answer; give its row."""
    values = {"record_id": record_id, "label": label, "answer": json.dumps(answer)}
    row: Row[Any] | None = statements.NOTE_APPLIED.first(
        connection, {"intent_id": intent_id, **values}
    )
    assert row is not None  # it was closed a moment ago, in this transaction
    return row


def note_looked_up(connection: Connection, intent_id: str, name: str) -> bool:
    """Add who has looked up a closed write; False when somebody else was first."""
    first = (intents.c.id == intent_id, intents.c.looked_up_by.is_(None))
    noted = connection.execute(update(intents).where(*first).values(looked_up_by=name))
    return noted.rowcount == 1


def postpone(
    connection: Connection,
    intent: Intent,
    next_try_at: datetime,
    *,
    answer: dict[str, object] | None = None,
    is_counted: bool = True,
) -> bool:
    """Give the lease back and look again later; False when another attempt has taken over.

    Args:
        connection: A write transaction.
        intent: The attempt that ended without a clear answer.
        next_try_at: When to look again.
        answer: What to keep of the unclear answer.
        is_counted: Whether the attempt was one; not when nothing was sent.
    """
    statement = (
        update(intents)
        .where(
            intents.c.id == intent.id,
            intents.c.settled_at.is_(None),
            intents.c.attempts == intent.attempts,
        )
        .values(
            state=State.UNKNOWN,
            lease_until=None,
            next_try_at=next_try_at,
            attempts=intent.attempts if is_counted else intent.attempts - 1,
        )
    )
    if answer is not None:
        statement = statement.values(answer=json.dumps(answer))
    return connection.execute(statement.returning(intents.c.id)).one_or_none() is not None


def next_seq(connection: Connection) -> int:
    """Count one more settled write."""
    counted = statements.COUNT_UP.first(connection, {})
    if counted is None:  # the migration makes the row; a database made otherwise has none
        connection.execute(insert(settle_counter).values(id=1, value=1))
        return 1
    value: int = counted.value
    return value


def current_seq(connection: Connection) -> int:
    """Give how many writes were settled so far."""
    counted = statements.COUNTED.first(connection)
    return counted.value if counted else 0


def remove_settled(connection: Connection, before: datetime) -> int:
    """Drop what was settled before a moment; give how many."""
    gone = connection.execute(intents.delete().where(intents.c.settled_at < before))
    return gone.rowcount


def _open() -> Select[Any]:
    return select(intents).where(intents.c.settled_at.is_(None))
