"""The chain of hashes: what is hashed, and the proof that nothing was changed since.

Each entry carries the SHA-256 of itself and of the hash before it. The form that is hashed never
changes: entries of years ago are proven by it.

Not here: writing entries (`service`), taking the oldest out (`retention`).
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC
from hashlib import sha256
from json.encoder import encode_basestring_ascii as quoted
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, select

from webapp.activity.models import VerifyResult
from webapp.activity.tables import activity, activity_head
from webapp.extensions import db

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

START = ""  # the hash before the first entry; the migration begins with the same
TRIMMED = "activity.trimmed"  # kind of the entry that tells what was taken out
UP_TO = "up to"  # and in its changes: the number of the newest of that
_CHUNK = 5_000  # rows that PostgreSQL sends at a time
# In the order of the alphabet, as JSON with sorted keys has them.
_HASHED = (
    *("actor_id", "actor_name", "address", "at", "changes", "id"),
    *("intent_id", "kind", "label", "outcome", "record_id", "record_type"),
)
# Written out once: building the same text with json.dumps took two thirds of verify's time.
_FORM = "%s\n{" + ",".join(f'"{name}":%s' for name in _HASHED) + "}"
# A moment as Python writes it in UTC. Nothing is made good: any other text hashes differently.
_AT = {
    "sqlite": "replace(at, 'Z', '+00:00')",
    "postgresql": "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US') || '+00:00'",
}


class _Ends(NamedTuple):
    """What the database remembers of the chain's ends.

    Attributes:
        head: The row of `activity_head`, or None.
        is_only_head: Whether there is no other row.
        is_trimming_told: Whether the newest entry about trimming says up to where, as the head
            does; those of before migration 0016 did not say it.
    """

    head: Any
    is_only_head: bool
    is_trimming_told: bool


def digest_of(previous: str, row: Mapping[str, Any]) -> str:
    """Hash one entry together with the hash before it.

    Args:
        previous: Hash of the entry before.
        row: The entry's columns.
    """
    return _digest(previous, [row[name] if name != "at" else _text(row["at"]) for name in _HASHED])


def verify() -> VerifyResult:
    """Check the whole chain in one snapshot, oldest entry first, a few rows in memory at a time.

    The chain begins after the newest entry that was trimmed.

    Returns:
        All well, or the first entry that was changed, removed, moved, added or cut off; and where
        the trail ends.
    """
    with _snapshot() as (ends, rows):
        result = _walk(ends, rows)
    if ends.head is None:
        return result
    return replace(result, last_id=ends.head.last_id, last_hash=ends.head.last_hash)


def _walk(ends: _Ends, rows: Iterable[Sequence[Any]]) -> VerifyResult:
    if not ends.is_only_head:
        return VerifyResult(False, 0, None, "added")
    head = ends.head
    previous = head.trimmed_hash if head else START
    first = expected = (head.trimmed_id if head else 0) + 1
    iterator = iter(rows)
    while True:
        try:
            number, its_hash, *values = next(iterator)
        except StopIteration:
            break
        except sqlite3.OperationalError:  # bytes that are no text
            return VerifyResult(False, expected - first, expected, "changed")
        if number != expected:
            return _gap(number, expected, expected - first)
        previous = _digest(previous, values)
        if its_hash != previous:
            return VerifyResult(False, expected - first, number, "changed")
        expected += 1
    return _compare_with_head(ends, expected - first, expected - 1, previous)


def _gap(number: int, expected: int, checked: int) -> VerifyResult:
    is_early = number < expected
    return VerifyResult(
        False, checked, number if is_early else expected, "added" if is_early else "removed"
    )


def _compare_with_head(ends: _Ends, checked: int, newest: int, last_hash: str) -> VerifyResult:
    """Compare both ends of the chain with what the head remembers."""
    head = ends.head
    if head is None:  # the first migration made it
        return VerifyResult(False, checked, max(newest, 1), "cut_off")
    if head.last_id > newest:
        return VerifyResult(False, checked, newest + 1, "cut_off")
    if head.last_id < newest:
        kept = max(0, checked - (newest - head.last_id))
        return VerifyResult(False, kept, head.last_id + 1, "added")
    if head.last_hash != last_hash:
        return VerifyResult(False, max(0, checked - 1), newest, "changed")
    if head.trimmed_id and not ends.is_trimming_told:
        return VerifyResult(False, 0, head.trimmed_id, "cut_off")
    return VerifyResult(True, checked)


@contextmanager
def _snapshot() -> Iterator[tuple[_Ends, Iterable[Sequence[Any]]]]:
    """Open one view of head and entries that no writer disturbs and that disturbs no writer.

    Rows come from the driver itself: two hashes and the values in the order of `_HASHED`.
    """
    dialect = db.dialect
    columns = ", ".join(_AT[dialect] if name == "at" else name for name in _HASHED)
    query = f"SELECT id, hash, {columns} FROM activity ORDER BY id"  # noqa: S608 - constants
    if dialect == "sqlite":
        with db.read() as connection:
            connection.exec_driver_sql("BEGIN")
            try:
                yield _ends(connection), _driver(connection).execute(query)
            finally:
                connection.exec_driver_sql("ROLLBACK")
        return
    engine = db.engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        ends = _ends(connection)
        with _driver(connection).cursor(name="verify") as cursor:
            cursor.itersize = _CHUNK
            cursor.execute(query)
            yield ends, cursor


def _ends(connection: Connection) -> _Ends:
    head = connection.execute(select(activity_head).where(activity_head.c.id == 1)).one_or_none()
    others = select(func.count()).where(activity_head.c.id != 1)
    has_others = connection.execute(others).scalar_one() > 0
    last = head.trimmed_id if head else 0
    # The database compares: what stands there may not even be text.
    told = (
        select(activity.c.changes.in_([f'{{"{UP_TO}": [null, {last}]}}', "{}"]))
        .where(activity.c.kind == TRIMMED)
        .order_by(activity.c.id.desc())
        .limit(1)
    )
    is_told = bool(connection.execute(told).scalar_one_or_none())
    return _Ends(head, is_only_head=not has_others, is_trimming_told=is_told)


def _driver(connection: Connection) -> Any:
    """Give the driver's own connection: SQLAlchemy's rows would double the time of verify."""
    return connection.connection.driver_connection


def _digest(previous: str, values: Iterable[Any]) -> str:
    texts = [
        quoted(value) if isinstance(value, str) else "null" if value is None else str(value)
        for value in values
    ]
    return sha256((_FORM % (previous, *texts)).encode("utf-8", "surrogatepass")).hexdigest()


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
