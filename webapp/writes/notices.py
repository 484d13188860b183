"""What became of a write after its author had gone on: told once, on the next page they open.

Kept beside the journal, so that it is not lost with a session.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select, update

from webapp.clock import now
from webapp.db.upsert import upsert
from webapp.extensions import db
from webapp.writes.held_tables import notices

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from webapp.activity.service import Actor

_MOST: Final = 5  # at once on a page; the others on the next
_KEPT: Final = timedelta(days=30)
GIVEN_UP: Final = "given_up"
NEEDS_YOU: Final = "needs_you"
STOPPED: Final = "stopped"  # its author may not send it any more
CANCELLED: Final = "cancelled"  # somebody else threw it away: it has no page
CHANGED: Final = "changed"  # somebody else changed it while it waited, and sends it as theirs
TAKEN_OVER: Final = "taken_over"  # somebody else sends as theirs what its author may not send


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell.

    Attributes:
        state: applied, refused, unknown, given_up, needs_you, stopped, cancelled, changed or
            taken_over.
        detail: NeroPay's words, a person's reason, or for the last three their name.
    """

    intent_id: str
    state: str
    kind: str
    record_type: str
    record_id: str | None
    label: str
    detail: str
    created_at: datetime


def leave(
    connection: Connection,
    intent_id: str,
    person_id: int | None,
    *,
    state: str,
    kind: str,
    record_type: str,
    record_id: str | None,
    label: str,
    detail: str = "",
) -> None:
    """Note, in the transaction that settles a write, what its author is to be told.

    A newer word takes the place of an older one about the same write to the same person: what
    waits may pass to another. Commands have no author.
    """
    if person_id is None:
        return
    row = {
        "intent_id": intent_id,
        "person_id": person_id,
        "state": state,
        "kind": kind,
        "record_type": record_type,
        "record_id": record_id,
        "label": label,
        "detail": detail,
        "created_at": now(),
        "told_at": None,
    }
    upsert(connection, notices, row)


def note_cancelled(connection: Connection, intent_id: str, actor: Actor) -> None:
    """Take back what was left about a write to whoever throws it away; others are told of that."""
    mine = (notices.c.intent_id == intent_id, notices.c.person_id == actor.person_id)
    connection.execute(delete(notices).where(*mine))
    theirs = (notices.c.intent_id == intent_id, notices.c.told_at.is_(None))
    word = {"state": CANCELLED, "detail": actor.name}
    connection.execute(update(notices).where(*theirs).values(word))


def is_left(connection: Connection, intent_id: str, state: str) -> bool:
    """Tell whether this word about a write was left already, told or not."""
    same = (notices.c.intent_id == intent_id, notices.c.state == state)
    return connection.execute(select(notices.c.intent_id).where(*same)).first() is not None


def take(person_id: int) -> tuple[Notice, ...]:
    """Give what a person is to be told now, oldest first; it is not given again."""
    columns = [notices.c[name] for name in Notice.__dataclass_fields__]
    with db.write() as connection:
        query = (
            select(*columns)
            .where(notices.c.person_id == person_id, notices.c.told_at.is_(None))
            .order_by(notices.c.created_at, notices.c.intent_id)
            .limit(_MOST)
            .with_for_update()
        )
        found = tuple(Notice(*row) for row in connection.execute(query))
        if found:
            ids = [notice.intent_id for notice in found]
            theirs = (notices.c.person_id == person_id, notices.c.intent_id.in_(ids))
            connection.execute(update(notices).where(*theirs).values(told_at=now()))
    return found


def note_told(intent_id: str, person_id: int | None) -> None:
    """Note that a person has just seen for themself what became of a write."""
    mine = (notices.c.intent_id == intent_id, notices.c.person_id == person_id)
    query = select(notices.c.intent_id).where(*mine, notices.c.told_at.is_(None))
    with db.read() as connection:
        if connection.execute(query).first() is None:
            return
    with db.write() as connection:
        connection.execute(update(notices).where(*mine).values(told_at=now()))


def remove_old(connection: Connection, moment: datetime) -> None:
    """Drop what was noted more than 30 days ago."""
    connection.execute(delete(notices).where(notices.c.created_at < moment - _KEPT))
