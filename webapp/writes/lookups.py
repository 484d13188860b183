"""What the journal knows, for pages and for features. Nothing is written or sent here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from webapp.extensions import db
from webapp.writes import journal
from webapp.writes.rows import intent_of, outcome_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from webapp.writes.models import Outcome

_MOST_OPEN: Final = 1_000


@dataclass(frozen=True, slots=True)
class Ours:
    """What writes of ours have to do with a list that was fetched from NeroPay.

    Attributes:
        busy: Ids of records with an open write.
        creating: Names of records whose making is not settled: one that is new in the list may
            be ours.
        gone: Ids of records that a write of ours took away since the fetching began.
    """

    busy: frozenset[str]
    creating: frozenset[str]
    gone: frozenset[str]


def find(intent_id: str) -> Outcome | None:
    """Give what is known about a write."""
    with db.read() as connection:
        row = journal.get(connection, intent_id)
    return outcome_of(row) if row else None


def sent_fields(intent_id: str) -> dict[str, object]:
    """Give the fields that a write sends; none when there is no such write, or it is a DELETE."""
    with db.read() as connection:
        row = journal.get(connection, intent_id)
    return intent_of(row).sent() if row else {}


def sent_changes(intent_id: str) -> dict[str, tuple[object, object]]:
    """Give for each field that a write sends what its author saw in it and what is sent."""
    with db.read() as connection:
        row = journal.get(connection, intent_id)
    if row is None:
        return {}
    intent = intent_of(row)
    return {name: (intent.before.get(name), value) for name, value in intent.sent().items()}


def author_of(intent_id: str) -> int | None:
    """Give the id of the person whose write it is; None when there is no such write."""
    with db.read() as connection:
        row = journal.get(connection, intent_id)
    return row.actor_id if row else None


def open_on(record_type: str, record_id: str) -> Outcome | None:
    """Give the write on a record that is not settled, if there is one."""
    with db.read() as connection:
        row = journal.get_open(connection, record_type, record_id)
    return outcome_of(row) if row else None


def open_writes(limit: int = 50, *, record_type: str | None = None) -> tuple[Outcome, ...]:
    """Give writes that are not settled, oldest first; of one type of record, when it is given."""
    with db.read() as connection:
        rows = journal.list_open(connection, limit, record_type)
    return tuple(outcome_of(row) for row in rows)


def count_open() -> int:
    """Count writes that are not settled."""
    with db.read() as connection:
        return journal.count_open(connection)


def current_seq() -> int:
    """Give how many writes were settled so far: the age of a list that is fetched now."""
    with db.read() as connection:
        return journal.current_seq(connection)


def applied_ids(kind: str, record_ids: Iterable[str]) -> frozenset[str]:
    """Give those of some records for which a write of a kind, like "customer.create", worked."""
    with db.read() as connection:
        return frozenset(journal.list_applied(connection, kind, list(record_ids)))


def list_ours(connection: Connection, record_type: str, gone_kind: str, since: datetime) -> Ours:
    """Give what writes of ours have to do with a list that was just fetched.

    Args:
        connection: The transaction that puts the list into our copy.
        record_type: "customer" or "category".
        gone_kind: The kind of write that takes a record away.
        since: When the fetching began.
    """
    rows = journal.list_open(connection, _MOST_OPEN, record_type)
    return Ours(
        busy=frozenset(row.record_id for row in rows if row.record_id is not None),
        creating=frozenset(row.label for row in rows if row.record_id is None),
        gone=frozenset(journal.list_applied(connection, gone_kind, since=since)),
    )
