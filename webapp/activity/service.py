"""The audit trail: append an entry, read a record's history, prove that nothing was changed.

Entries are only ever appended, in the transaction of the change they tell of. Each carries the
SHA-256 of itself and of the entry before, and one row (`activity_head`) remembers the newest, so
that a changed, removed, moved or cut-off entry shows. Somebody who can write to the database can
make the whole chain anew: keep the newest hash elsewhere (a log, a backup) to rule that out.

Not here: pages, filters, and what words staff read.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, RowMapping, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.activity.tables import activity, activity_head
from webapp.clock import now
from webapp.extensions import db

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

Changes = Mapping[str, tuple[object, object]]

_START = ""  # the hash before the first entry; the migration begins with the same
_HEAD = 1  # id of the only row of activity_head
_CHUNK = 1_000  # rows read at a time by verify()
_TEXT_LIMIT = 500  # characters kept of one value
_SECRET = ("password", "secret", "token", "signature", "hash", "cookie")
_HIDDEN = "(not shown)"
_HASHED = (
    "id",
    "actor_id",
    "actor_name",
    "address",
    "kind",
    "record_type",
    "record_id",
    "label",
    "changes",
    "outcome",
    "intent_id",
)

# Built once: every save runs them.
_APPEND = insert(activity)
_MOVE_HEAD = update(activity_head).where(activity_head.c.id == _HEAD)
_TAKE = _MOVE_HEAD.values(last_id=activity_head.c.last_id + 1).returning(
    activity_head.c.last_id, activity_head.c.last_hash
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: a person, or NeroPay itself.

    Attributes:
        person_id: Id in our table of people; None when nobody is signed in.
        name: The name as it was then.
        address: Network address the request came from.
    """

    person_id: int | None
    name: str
    address: str | None


NEROPAY = Actor(None, "NeroPay", None)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as pages show it."""

    id: int
    at: datetime
    actor_name: str
    kind: str
    outcome: str
    record_type: str | None
    record_id: str | None
    label: str
    changes: dict[str, tuple[object, object]]
    intent_id: str | None


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What verify() found.

    Attributes:
        ok: Whether every entry is as it was written.
        checked: Entries that were found sound before the first bad one.
        first_bad_id: Id of the first entry that is wrong or missing; None when all is well.
        reason: "changed" (or moved), "removed", "added" or "cut_off"; None when all is well.
    """

    ok: bool
    checked: int
    first_bad_id: int | None = None
    reason: str | None = None


def record(
    connection: Connection,
    *,
    actor: Actor,
    kind: str,
    outcome: str,
    record_type: str | None = None,
    record_id: str | None = None,
    label: str = "",
    changes: Changes | None = None,
    intent_id: str | None = None,
) -> None:
    """Append one entry in the caller's write transaction.

    Appenders queue for the row of `activity_head` until their transactions end, so keep what
    follows in the transaction short.

    Args:
        connection: An open write transaction.
        actor: Who did it.
        kind: What was done, e.g. "customer.update" (at most 32 characters).
        outcome: "applied", "refused", "unknown", "ok" or "failed".
        record_type: "customer", "category" or "person", when it is about one.
        record_id: Its id.
        label: What staff call the record, usually its name.
        changes: Field to (old, new). Values of fields named like secrets are not kept.
        intent_id: The write that this entry tells of.
    """
    number, previous = _take_number(connection)
    row: dict[str, Any] = {
        "id": number,
        "at": now(),
        "actor_id": actor.person_id,
        "actor_name": _clean(actor.name),
        "address": actor.address and _clean(actor.address)[:45],
        "kind": kind,
        "record_type": record_type,
        "record_id": record_id,
        "label": _clean(label),
        "changes": _dump_changes(changes or {}),
        "outcome": outcome,
        "intent_id": intent_id,
    }
    row["hash"] = _digest(previous, row)
    connection.execute(_APPEND, row)
    connection.execute(_MOVE_HEAD, {"last_hash": row["hash"]})


def verify() -> VerifyResult:
    """Check the whole chain, oldest entry first, a thousand rows in memory at a time.

    Returns:
        All well, or the first entry that was changed, removed, moved, added or cut off.
    """
    previous, checked = _START, 0
    for row in _stream():
        number = row["id"]
        if number != checked + 1:
            is_early = number <= checked
            bad_id = number if is_early else checked + 1
            return VerifyResult(False, checked, bad_id, "added" if is_early else "removed")
        previous = _digest(previous, row)
        if row["hash"] != previous:
            return VerifyResult(False, checked, number, "changed")
        checked += 1
    return _compare_with_head(checked, previous)


def history(record_type: str, record_id: str, limit: int = 20) -> tuple[Entry, ...]:
    """Give the newest entries about one record, newest first."""
    query = (
        select(activity)
        .where(activity.c.record_type == record_type, activity.c.record_id == record_id)
        .order_by(activity.c.id.desc())
        .limit(limit)
    )
    with db.read() as connection:
        return tuple(_entry(row) for row in connection.execute(query))


def _take_number(connection: Connection) -> tuple[int, str]:
    """Take the next number and the newest hash; holds the head's lock until the end."""
    head = connection.execute(_TAKE).one_or_none()
    if head is None:  # a new database
        newest = select(activity.c.id, activity.c.hash).order_by(activity.c.id.desc()).limit(1)
        last = connection.execute(newest).one_or_none()
        number, digest = (last.id, last.hash) if last else (0, _START)
        make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        connection.execute(
            make(activity_head)
            .values(id=_HEAD, last_id=number, last_hash=digest)
            .on_conflict_do_nothing()
        )
        head = connection.execute(_TAKE).one()
    return head.last_id, head.last_hash


def _stream() -> Iterator[RowMapping]:
    last: int | None = None
    while True:
        query = select(activity).order_by(activity.c.id).limit(_CHUNK)
        if last is not None:
            query = query.where(activity.c.id > last)
        with db.read() as connection:
            rows = connection.execute(query).mappings().all()
        if not rows:
            return
        yield from rows
        last = rows[-1]["id"]


def _compare_with_head(checked: int, newest: str) -> VerifyResult:
    """Compare the end of the chain with what the head remembers.

    Appenders commit entry and head together, so a head that is ahead of the entries read a moment
    before may only mean that somebody appended meanwhile: the entry is looked for again.
    """
    following = select(activity.c.id).where(activity.c.id == checked + 1)
    with db.read() as connection:
        head = connection.execute(select(activity_head)).one_or_none()
        has_next = connection.execute(following).one_or_none() is not None
    if head is None:
        return VerifyResult(checked == 0, checked, *((checked, "cut_off") if checked else ()))
    if head.last_id > checked:
        if has_next:  # appended while we read
            return VerifyResult(True, checked)
        return VerifyResult(False, checked, checked + 1, "cut_off")
    if head.last_id < checked:
        return VerifyResult(False, head.last_id, head.last_id + 1, "added")
    if head.last_hash != newest:
        return VerifyResult(False, checked - 1, checked, "changed")
    return VerifyResult(True, checked)


def _digest(previous: str, row: Mapping[Any, Any]) -> str:
    """Hash one entry together with the hash before it."""
    values = {name: row[name] for name in _HASHED}
    values["at"] = row["at"].isoformat(timespec="microseconds")
    canonical = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()


def _dump_changes(changes: Changes) -> str:
    kept = {
        _clean(field): [_plain(field, old), _plain(field, new)]
        for field, (old, new) in changes.items()
    }
    return json.dumps(kept, sort_keys=True, ensure_ascii=False)


def _plain(field: str, value: object) -> object:
    if any(word in field.lower() for word in _SECRET):
        return _HIDDEN
    if value is None or isinstance(value, bool | int):
        return value
    return _clean(str(value))


def _clean(text: str) -> str:
    """Bound a text and mark what no database or page can carry (NUL, controls, surrogates)."""
    return "".join(
        "\ufffd" if unicodedata.category(character) in {"Cc", "Cs"} else character
        for character in text[:_TEXT_LIMIT]
    )


def _entry(row: Row[Any]) -> Entry:
    changes = {field: (old, new) for field, (old, new) in json.loads(row.changes).items()}
    return Entry(
        id=row.id,
        at=row.at,
        actor_name=row.actor_name,
        kind=row.kind,
        outcome=row.outcome,
        record_type=row.record_type,
        record_id=row.record_id,
        label=row.label,
        changes=changes,
        intent_id=row.intent_id,
    )
