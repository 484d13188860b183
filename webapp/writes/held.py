"""Writes that wait for NeroPay: kept, changed, cancelled, and sent in order when it is back.

Of what is kept here nothing was ever sent. As one leaves, it becomes an intent of the journal
under its own id, in a transaction that first makes sure that it is still kept just so; so it is
cancelled or sent, never both, and sent once, whatever dies in between.

Not here: what a write is made of (each feature gives a sender), when to send (`sending`), pages.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, insert, select, update

from webapp.activity.service import Actor, record
from webapp.clock import now
from webapp.extensions import db
from webapp.writes import journal, options
from webapp.writes.held_tables import held_writes, listed_by
from webapp.writes.ids import is_intent_id
from webapp.writes.models import Outcome, Refusal
from webapp.writes.rows import outcome_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Row

# Nothing was sent, or NeroPay did not look at it: it can be kept and sent later.
HOLDABLE: Final = frozenset({"unavailable", "rate_limited", "misconfigured", "held_before"})
_MOVED: Final = Refusal("held_changed", "held_changed")


class HeldState(StrEnum):
    """What a held write waits for."""

    WAITING = "waiting"  # for NeroPay
    NEEDS_YOU = "needs_you"  # for a person: it clashed, or NeroPay does not have the record


@dataclass(frozen=True, slots=True)
class Held:
    """One write that waits.

    Attributes:
        id: Will be the intent's id and Idempotency-Key.
        payload: What the feature makes the write of, as it gave it.
        refusal: Why it needs a person.
        version: Which version of it this is; each change makes a new one.
        created_at: When it was first kept: its place in the queue.
    """

    id: str
    actor: Actor
    kind: str
    record_type: str
    record_id: str | None
    label: str
    payload: Mapping[str, Any]
    state: HeldState
    refusal: Refusal | None
    version: int
    created_at: datetime
    changed_at: datetime

    @property
    def fields(self) -> tuple[str, ...]:
        """What it changes."""
        return tuple(self.shown)

    @property
    def shown(self) -> Mapping[str, Any]:
        """What it sends, for people."""
        shown: Mapping[str, Any] = self.payload.get("shown", {})
        return shown

    @property
    def needs_you(self) -> bool:
        """Whether a person has to decide before it can be sent."""
        return self.state is HeldState.NEEDS_YOU


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be kept.

    Attributes:
        changes: Field to (before, after), for the trail.
    """

    intent_id: str | None
    kind: str
    record_type: str
    record_id: str | None
    label: str
    payload: Mapping[str, Any]
    changes: Mapping[str, tuple[object, object]] = field(default_factory=dict)


def is_offered() -> bool:
    """Whether people may leave writes here for later; the owner can turn it off."""
    return options.is_on(options.HOLD)


def hold(actor: Actor, draft: Draft) -> Held | Outcome | None:
    """Keep a write until NeroPay is back; once: the form sent again takes its own place.

    Returns:
        What is kept; what became of it, when the same form was sent to NeroPay before; None when
        the form's id is not one that this person can use, or the owner has turned this off.
    """
    if not is_intent_id(draft.intent_id):
        return None
    moment, is_new_kept = now(), is_offered()
    with db.write() as connection:
        journal.lock_record(connection, "held", draft.intent_id)
        known = _get(connection, draft.intent_id)
        row = journal.get(connection, draft.intent_id)
        if row is not None:
            return outcome_of(row, is_replay=True) if row.actor_id == actor.person_id else None
        if known is not None:
            is_own = known.actor.person_id == actor.person_id
            return _put(connection, actor, known, draft) if is_own else None
        if not is_new_kept:
            return None
        values = {
            "id": draft.intent_id,
            "actor_id": actor.person_id,
            "actor_name": actor.name,
            "actor_address": actor.address,
            "kind": draft.kind,
            "record_type": draft.record_type,
            "record_id": draft.record_id,
            "created_at": moment,
            **_contents(draft, moment),
            "version": 1,
        }
        added = connection.execute(insert(held_writes).values(values).returning(held_writes)).one()
        _tell(connection, "held", actor, _held(added), draft.changes)
    return _held(added)


def replace_held(actor: Actor, held_id: str, draft: Draft) -> Held | None:
    """Put what a person changed in the place of what waits; it keeps its place and its id.

    Returns:
        What waits now; None when it has left or was cancelled: then nothing is changed here.
    """
    with db.write() as connection:
        known = _get(connection, held_id)
        if known is None or journal.get(connection, held_id) is not None:
            return None
        return _put(connection, actor, known, draft)


def cancel(actor: Actor, held_id: str) -> Held | None:
    """Throw away what waits; give what it was, None when it has left already or is not there."""
    with db.write() as connection:
        known = _get(connection, held_id)
        if known is None or journal.get(connection, held_id) is not None:
            return None
        forget(connection, known)
        _tell(connection, "hold_cancelled", actor, known, {})
    return known


def find(held_id: str | None) -> Held | None:
    """Give one that waits."""
    if not is_intent_id(held_id):
        return None
    with db.read() as connection:
        return _get(connection, held_id, is_locked=False)


def list_held(
    *, record_type: str | None = None, record_id: str | None = None, limit: int = 200
) -> tuple[Held, ...]:
    """Give what waits, in the order in which it is sent; of one type or record, when given."""
    given = {"record_type": record_type, "record_id": record_id}
    values = {name: value for name, value in given.items() if value is not None}
    with db.read() as connection:
        rows = listed_by(tuple(values)).all(connection, {**values, "most": limit})
    return tuple(map(_held, rows))


def count_held() -> int:
    """Count what waits."""
    with db.read() as connection:
        return connection.execute(select(func.count()).select_from(held_writes)).scalar_one()


def still_held(held: Held) -> Any:
    """Give the guard that lets a held write leave only as it was when it was read."""

    def look(connection: Connection) -> Refusal | None:
        known = _get(connection, held.id)
        return None if known is not None and known.version == held.version else _MOVED

    return look


def note_needs_you(connection: Connection, held: Held, refusal: Refusal) -> bool:
    """Note that a person has to decide; False when it was changed or cancelled meanwhile."""
    mark = (
        update(held_writes)
        .where(held_writes.c.id == held.id, held_writes.c.version == held.version)
        .values(state=HeldState.NEEDS_YOU, refusal=json.dumps(_of_refusal(refusal)))
    )
    return connection.execute(mark).rowcount == 1


def forget(connection: Connection, held: Held) -> bool:
    """Take one out; False when it was changed meanwhile or is not there."""
    just_so = (held_writes.c.id == held.id, held_writes.c.version == held.version)
    return connection.execute(delete(held_writes).where(*just_so)).rowcount == 1


def _put(connection: Connection, actor: Actor, known: Held, draft: Draft) -> Held:
    contents = {**_contents(draft, now()), "version": known.version + 1}
    if not known.needs_you and json.loads(contents["payload"]) == known.payload:
        return known
    same = held_writes.c.id == known.id
    change = update(held_writes).where(same).values(contents).returning(held_writes)
    changed = _held(connection.execute(change).one())
    _tell(connection, "hold_changed", actor, changed, draft.changes)
    return changed


def _contents(draft: Draft, moment: datetime) -> dict[str, Any]:
    shown = {name: after for name, (_, after) in draft.changes.items()}
    return {
        "label": draft.label,
        "payload": json.dumps({**draft.payload, "shown": shown}),
        "state": HeldState.WAITING,
        "refusal": "{}",
        "changed_at": moment,
    }


def _get(connection: Connection, held_id: str, *, is_locked: bool = True) -> Held | None:
    query = select(held_writes).where(held_writes.c.id == held_id)
    row = connection.execute(query.with_for_update() if is_locked else query).one_or_none()
    return _held(row) if row else None


def _held(row: Row[Any]) -> Held:
    said = json.loads(row.refusal)
    refusal = None
    if said:
        fields = {name: tuple(words) for name, words in said["fields"].items()}
        refusal = Refusal(said["kind"], said["code"], said["message"], fields, said["theirs"])
    return Held(
        id=row.id,
        actor=Actor(row.actor_id, row.actor_name, row.actor_address),
        kind=row.kind,
        record_type=row.record_type,
        record_id=row.record_id,
        label=row.label,
        payload=json.loads(row.payload),
        state=HeldState(row.state),
        refusal=refusal,
        version=row.version,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )


def _of_refusal(refusal: Refusal) -> dict[str, Any]:
    return {
        "kind": refusal.kind,
        "code": refusal.code,
        "message": refusal.message,
        "fields": {name: list(words) for name, words in refusal.fields.items()},
        "theirs": dict(refusal.theirs),
    }


def _tell(
    connection: Connection,
    deed: str,
    actor: Actor,
    held: Held,
    changes: Mapping[str, tuple[object, object]],
) -> None:
    record(
        connection,
        actor=actor,
        kind=f"{held.record_type}.{deed}",
        outcome="ok",
        record_type=held.record_type,
        record_id=held.record_id,
        label=held.label,
        changes=changes,
        intent_id=held.id,
    )
