"""More statements on the journal's table: what persons decide, and NeroPay's return.

Not here: everything that sending and settling need (`journal`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, or_, select, update

from webapp.writes.models import State
from webapp.writes.tables import intents

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection


def make_due(connection: Connection, now: datetime) -> None:
    """Let every open write that nobody is sending be looked at now."""
    due = (intents.c.settled_at.is_(None), intents.c.lease_until.is_(None))
    connection.execute(update(intents).where(*due).values(next_try_at=now))


def remove_unsent(connection: Connection, intent_id: str) -> None:
    """Drop a write of which it is certain that nothing came, so that its id can be used again."""
    connection.execute(
        intents.delete().where(intents.c.id == intent_id, intents.c.state == State.REFUSED)
    )


def give_up(
    connection: Connection, intent_id: str, now: datetime, answer: dict[str, object]
) -> Row[Any] | None:
    """Close an open write as never known, unless somebody is sending it just now."""
    statement = (
        update(intents)
        .where(
            intents.c.id == intent_id,
            intents.c.settled_at.is_(None),
            or_(intents.c.lease_until.is_(None), intents.c.lease_until <= now),
        )
        .values(
            state=State.UNKNOWN,
            settled_at=now,
            lease_until=None,
            next_try_at=None,
            answer=json.dumps(answer),
        )
        .returning(intents)
    )
    return connection.execute(statement).one_or_none()


def decide(
    connection: Connection,
    intent_id: str,
    state: State,
    answer: dict[str, object],
    record_id: str | None,
    *,
    name: str,
) -> Row[Any] | None:
    """Put a person's word in the place of "not known"; None when there is no such write."""
    query = select(intents).where(intents.c.id == intent_id).with_for_update()
    row = connection.execute(query).one_or_none()
    if row is None or row.state != State.UNKNOWN or row.settled_at is None:
        return None
    values = {
        "state": state,
        "answer": json.dumps({**json.loads(row.answer), **answer}),
        "record_id": record_id,
        "looked_up_by": name,
    }
    statement = update(intents).where(intents.c.id == intent_id).values(values).returning(intents)
    return connection.execute(statement).one()
