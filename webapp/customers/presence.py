"""Who has the form of a record open just now, so that two people need not meet at "Save".

A mark is written when a form opens and renewed by the page every few seconds; one that was not
renewed for 45 seconds counts for nothing. It is a courtesy and protects nothing: what protects is
the comparison in `corrections`. So a form never waits for it, and a crash may lose it.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, bindparam, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError

from webapp.clock import now
from webapp.customers.presence_table import presence
from webapp.db import UtcDateTime
from webapp.db.changes import Change
from webapp.db.prepared import Prepared
from webapp.extensions import db

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from webapp.activity.service import Actor

LASTS: Final = timedelta(seconds=45)  # without a sign of life; the page gives one every 20
_TYPE: Final = "customer"
_MOST: Final = 5  # names shown
_WAIT: Final = 50  # milliseconds that a mark waits for SQLite's one writer
_USUAL_WAIT: Final = 5_000  # as `db.engine` sets it


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody else who has the form open.

    Attributes:
        name: Who.
        since: When they opened it.
    """

    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Others:
    """Who else has a form open, as somebody is told when they open it themselves.

    Attributes:
        present: The first one first.
        at: When their own mark was renewed.
    """

    present: tuple[Present, ...]
    at: datetime


def note_open(actor: Actor, customer_id: str) -> Others:
    """Note that somebody has a record's form open; again and again while it is so.

    Args:
        actor: Who.
        customer_id: NeroPay's id.

    Returns:
        Who else has it open.
    """
    moment = now()
    values = {
        "record_type": _TYPE,
        "record_id": customer_id,
        "person_id": actor.person_id,
        "person_name": actor.name,
        "opened_at": moment,
        "seen_at": moment,
        "expired": moment - LASTS,
    }
    with _lightly() as connection:
        _MARK.run(connection, values)
    return Others(list_others(actor, customer_id), moment)


def list_others(actor: Actor, customer_id: str) -> tuple[Present, ...]:
    """Give who else has a record's form open, the first one first."""
    with db.read() as connection:
        expired = UtcDateTime().process_bind_param(now() - LASTS, connection.dialect)
        values = {"record": customer_id, "me": actor.person_id, "expired": expired}
        return tuple(Present(*row) for row in _OTHERS.all(connection, values))


def leave(actor: Actor, customer_id: str, *, until: datetime | None = None) -> None:
    """Note that somebody has closed a record's form.

    Args:
        actor: Who.
        customer_id: NeroPay's id.
        until: When the form that was closed last gave a sign of life: what has been renewed
            since is of another one, or of the same page loaded anew.
    """
    values = {"record": customer_id, "me": actor.person_id}
    with _lightly() as connection:
        if until is None:
            _FORGET.run(connection, values)
        else:
            _FORGET_UNTIL.run(connection, {**values, "until": until})


def forget(connection: Connection, person_id: int | None, customer_id: str | None) -> None:
    """Take somebody's mark away in a transaction of the caller's, e.g. the one that saves."""
    _FORGET.run(connection, {"record": customer_id, "me": person_id})


def purge(moment: datetime) -> None:
    """Drop marks that count for nothing any more."""
    with db.write() as connection:
        connection.execute(delete(presence).where(presence.c.seen_at < moment - LASTS))


@contextmanager
def _lightly() -> Iterator[Connection]:
    """Give a connection for one statement that is committed by itself.

    On SQLite it does not wait for a writer that is at work for long, nor for the disk; a mark
    that cannot be written is left out.
    """
    try:
        with db.read() as connection:
            is_sqlite = connection.dialect.name == "sqlite"
            if is_sqlite:
                _set(connection, f"busy_timeout={_WAIT}", "synchronous=NORMAL")
            try:
                yield connection
            finally:
                if is_sqlite:
                    _set(connection, f"busy_timeout={_USUAL_WAIT}", "synchronous=FULL")
    except OperationalError:
        return


def _set(connection: Connection, *pragmas: str) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None
    for pragma in pragmas:
        driver.execute(f"PRAGMA {pragma}").close()


def _mark(insert: sqlite.Insert | postgresql.Insert) -> sqlite.Insert | postgresql.Insert:
    """Write a mark, or renew it; one that had run out begins anew."""
    is_over = presence.c.seen_at < bindparam("expired", type_=presence.c.seen_at.type)
    return insert.on_conflict_do_update(
        index_elements=["record_type", "record_id", "person_id"],
        set_={
            "opened_at": case((is_over, insert.excluded.opened_at), else_=presence.c.opened_at),
            "person_name": insert.excluded.person_name,
            "seen_at": insert.excluded.seen_at,
        },
    )


_COLUMNS: Final = ("record_type", "record_id", "person_id", "person_name", "opened_at", "seen_at")
# Every form that opens runs these.
_MARK: Final = Change(
    {
        "postgresql": _mark(postgresql.insert(presence)),
        "sqlite": _mark(sqlite.insert(presence)),
    },
    *_COLUMNS,
)
_OF_RECORD: Final = and_(
    presence.c.record_type == _TYPE, presence.c.record_id == bindparam("record")
)
_OTHERS: Final = Prepared(
    select(presence.c.person_name, presence.c.opened_at)
    .where(
        _OF_RECORD,
        presence.c.person_id != bindparam("me"),
        presence.c.seen_at >= bindparam("expired"),
    )
    .order_by(presence.c.opened_at)
    .limit(_MOST)
)
_OWN: Final = and_(_OF_RECORD, presence.c.person_id == bindparam("me"))
_FORGET: Final = Change(delete(presence).where(_OWN))
_FORGET_UNTIL: Final = Change(
    delete(presence).where(
        _OWN, presence.c.seen_at <= bindparam("until", type_=presence.c.seen_at.type)
    )
)
