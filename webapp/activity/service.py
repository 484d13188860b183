"""The audit trail: append an entry, read it back, prove that nothing was changed.

Entries are only ever appended, in the transaction of the change they tell of. Each carries the
SHA-256 of itself and of the entry before, and one row (`activity_head`) remembers the newest, so
that a changed, removed, moved or cut-off entry shows. Somebody who can write to the database can
make the whole chain anew: keep the newest hash elsewhere (a log, a backup) to rule that out.

Not here: the proof itself (`chain`), lists and filters (`listing`), pages.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.activity.chain import START, digest_of, verify
from webapp.activity.models import (
    COMMAND_LINE,
    NEROPAY,
    TILLSIDE,
    Actor,
    Entry,
    VerifyResult,
    nobody,
)
from webapp.activity.rows import COLUMNS, entry_of
from webapp.activity.tables import activity, activity_head
from webapp.activity.words import NOBODYS
from webapp.clock import now
from webapp.db.changes import Change
from webapp.db.prepared import Prepared
from webapp.extensions import db
from webapp.ui.filters import fold

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from sqlalchemy import Connection

__all__ = [
    "COMMAND_LINE",
    "NEROPAY",
    "NOBODYS",
    "TILLSIDE",
    "Actor",
    "Entry",
    "VerifyResult",
    "as_seen",
    "find_write",
    "history",
    "is_flooded",
    "is_protected",
    "newest_of_kind",
    "nobody",
    "record",
    "trim",
    "verify",
]

Changes = Mapping[str, tuple[object, object]]

_HEAD = 1  # id of the only row of activity_head
_TEXT_LIMIT = 500  # characters kept of one value
_SEARCH_LIMIT = 4_000  # characters of an entry that can be searched
_SECRET = ("password", "secret", "token", "signature", "hash", "cookie")
_HIDDEN = "(not shown)"
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[ ()./-]+(?=\d)")

# Built once: every page of a record and every save run them.
_HISTORY = Prepared(
    select(*COLUMNS)
    .where(
        activity.c.record_type == bindparam("record_type"),
        activity.c.record_id == bindparam("record_id"),
    )
    .order_by(activity.c.id.desc())
    .limit(bindparam("most"))
)
_APPEND = Change(insert(activity), *(column.name for column in activity.c))
_OF_HEAD = update(activity_head).where(activity_head.c.id == _HEAD)
_MOVE_HEAD = Change(_OF_HEAD, "last_hash")
_TAKE = Change(
    _OF_HEAD.values(last_id=activity_head.c.last_id + 1).returning(
        activity_head.c.last_id, activity_head.c.last_hash
    )
)


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
        "outcome": str(outcome),  # a plain text, whatever enumeration it comes from
        "intent_id": intent_id,
    }
    row["hash"] = digest_of(previous, row)
    row["search_text"] = search_text_of(row["label"], row["changes"])
    _APPEND.run(connection, row)
    _MOVE_HEAD.run(connection, {"last_hash": row["hash"]})


def history(record_type: str, record_id: str, limit: int = 20) -> tuple[Entry, ...]:
    """Give the newest entries about one record, newest first."""
    values = {"record_type": record_type, "record_id": record_id, "most": limit}
    with db.read() as connection:
        return tuple(map(entry_of, _HISTORY.all(connection, values)))


def as_seen(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Give entries as whoever is signed in may see them; see `models.Scope.see`."""
    from webapp.activity.scopes import current_scope  # it uses people, who use the trail

    return tuple(map(current_scope().see, entries))


def newest_of_kind(kind: str, limit: int) -> tuple[Entry, ...]:
    """Give the newest entries of one kind that went well, newest first.

    Args:
        kind: E.g. "category.delete".
        limit: How many entries of the kind are looked at.
    """
    query = (
        select(*COLUMNS).where(activity.c.kind == kind).order_by(activity.c.id.desc()).limit(limit)
    )
    with db.read() as connection:
        entries = [entry_of(row) for row in connection.execute(query)]
    return tuple(entry for entry in entries if entry.outcome == "applied")


def is_flooded(connection: Connection, kind: str, most: int, span: timedelta) -> bool:
    """Tell whether there are so many entries of a kind of late that one more tells nothing new.

    Args:
        connection: Any.
        kind: E.g. "sign_in.failed".
        most: So many are a flood.
        span: In this time until now.
    """
    query = (
        select(activity.c.at)
        .where(activity.c.kind == kind)
        .order_by(activity.c.id.desc())
        .offset(most - 1)
        .limit(1)
    )
    at = connection.execute(query).scalar_one_or_none()
    return at is not None and at > now() - span


def find_write(record_type: str, record_id: str, intent_id: str) -> Entry | None:
    """Give the entry about one record that tells how a write ended; None when there is none."""
    query = (
        select(*COLUMNS)
        .where(
            activity.c.record_type == record_type,
            activity.c.record_id == record_id,
            activity.c.intent_id == intent_id,
            activity.c.outcome == "applied",
        )
        .order_by(activity.c.id.desc())
        .limit(1)
    )
    with db.read() as connection:
        row = connection.execute(query).one_or_none()
    return entry_of(row) if row else None


def trim(moment: datetime) -> int:
    """Take out entries older than the setting says; see `retention.trim`."""
    from webapp.activity.retention import trim as trim_oldest  # it appends with this module

    return trim_oldest(moment)


def is_protected(connection: Connection) -> bool:
    """Tell whether the database itself keeps the trail; see `protection.is_protected`."""
    from webapp.activity import protection  # serving does without

    return protection.is_protected(connection)


def search_text_of(label: str, changes: str) -> str:
    """Give what an entry is found by: its label and the values, without case and accents.

    Args:
        label: As stored.
        changes: As stored, JSON.
    """
    values = [value for pair in json.loads(changes).values() for value in pair if value]
    text = " ".join(dict.fromkeys([label, *(str(value) for value in values)]))
    folded = " ".join(fold(text)[0].split())
    joined = _BETWEEN_DIGITS.sub("", folded)  # numbers are found however they are grouped
    return (folded if joined == folded else f"{folded} {joined}")[:_SEARCH_LIMIT]


def _take_number(connection: Connection) -> tuple[int, str]:
    """Take the next number and the newest hash; holds the head's lock until the end."""
    head = _TAKE.first(connection, {})
    if head is None:  # a new database
        newest = select(activity.c.id, activity.c.hash).order_by(activity.c.id.desc()).limit(1)
        last = connection.execute(newest).one_or_none()
        number, digest = (last.id, last.hash) if last else (0, START)
        make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        connection.execute(
            make(activity_head)
            .values(id=_HEAD, last_id=number, last_hash=digest)
            .on_conflict_do_nothing()
        )
        head = _TAKE.first(connection, {})
        assert head is not None  # it was made just now, by this transaction or another
    return head.last_id, head.last_hash


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
    if text.isprintable():
        return text[:_TEXT_LIMIT]
    return "".join(
        "\ufffd" if unicodedata.category(character) in {"Cc", "Cs"} else character
        for character in text[:_TEXT_LIMIT]
    )
