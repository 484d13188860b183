"""Writes that wait for NeroPay: kept, changed, cancelled, and sent in order when it is back.

Of what is kept here nothing was ever sent. As one leaves, it becomes an intent of the journal
under its own id, in a transaction that first makes sure that it is still kept just so; so it is
cancelled or sent, never both, and sent once, whatever dies in between.

Not here: what a write is made of (each feature gives a sender), when to send (`sending`), pages.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, insert, select, update

from webapp.clock import now
from webapp.extensions import db
from webapp.writes import journal, notices, options
from webapp.writes.held_models import Draft, Held, HeldState, dump_refusal, held_of
from webapp.writes.held_tables import held_writes, listed_by
from webapp.writes.ids import is_intent_id
from webapp.writes.models import Refusal
from webapp.writes.rows import outcome_of
from webapp.writes.telling import leave_word, tell

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from webapp.activity.service import Actor
    from webapp.writes.models import Guard, Outcome

__all__ = [
    "HOLDABLE",
    "MOST",
    "Draft",
    "Held",
    "HeldState",
    "cancel",
    "count_held",
    "find",
    "forget",
    "held_of",
    "hold",
    "is_offered",
    "leave_word",
    "list_held",
    "lock",
    "note_needs_you",
    "owner",
    "replace_held",
    "still_held",
    "tell",
]

# Nothing was sent, or NeroPay did not look at it: it can be kept and sent later.
HOLDABLE: Final = frozenset(
    {"unavailable", "rate_limited", "misconfigured", "held_before", "held_undecided"}
)
MOST: Final = 100  # of one person
_MOVED: Final = Refusal("held_changed", "held_changed")


def is_offered() -> bool:
    """Whether people may leave writes here for later; the owner can turn it off."""
    return options.is_on(options.HOLD)


def hold(actor: Actor, draft: Draft) -> Held | Outcome | None:
    """Keep a write until NeroPay is back; once: the form sent again takes its own place.

    Returns:
        What is kept; what became of it, when the same form was sent to NeroPay before; None when
        the form's id is not one that this person can use, what waits under it was changed since,
        the owner has turned this off, or as many as one person may leave (`MOST`) wait already.
    """
    if not is_intent_id(draft.intent_id):
        return None
    moment, is_new_kept = now(), is_offered()
    with db.write() as connection:
        journal.lock_record(connection, "held", draft.intent_id)
        known = lock(connection, draft.intent_id)
        row = journal.get(connection, draft.intent_id)
        if row is not None:
            return outcome_of(row, is_replay=True) if row.actor_id == actor.person_id else None
        if known is not None:
            return _put(connection, actor, known, draft) if _is_mine(actor, known, draft) else None
        if not is_new_kept or _count_own(connection, actor) >= MOST:
            return None
        values = {
            "id": draft.intent_id,
            **owner(actor),
            "kind": draft.kind,
            "record_type": draft.record_type,
            "record_id": draft.record_id,
            "created_at": moment,
            **_contents(draft, moment),
            "version": 1,
        }
        added = connection.execute(insert(held_writes).values(values).returning(held_writes)).one()
        tell(connection, "held", actor, held_of(added), draft.changes)
    return held_of(added)


def replace_held(actor: Actor, held: Held, draft: Draft) -> Held | None:
    """Put what a person changed in the place of what waits; it keeps its place and its id.

    Args:
        actor: Who changed it; it is theirs to send from now on.
        held: As they were shown it.
        draft: What they made of it.

    Returns:
        What waits now; None when it has left, was cancelled, or is another one since: then
        nothing is changed here.
    """
    with db.write() as connection:
        known = lock(connection, held.id)
        if known is None or not _is_as_shown(connection, known, held):
            return None
        return _put(connection, actor, known, draft)


def cancel(actor: Actor, held_id: str, *, shown: Held | None = None) -> Held | None:
    """Throw away what waits, and tell its author if that is somebody else.

    Args:
        actor: Who does it.
        held_id: Of what waits.
        shown: As they were shown it, when it may be thrown away only so.

    Returns:
        What it was; None when it has left already, is not there, or not as it was shown.
    """
    with db.write() as connection:
        known = lock(connection, held_id)
        if known is None or not _is_as_shown(connection, known, shown or known):
            return None
        forget(connection, known)
        tell(connection, "hold_cancelled", actor, known, {})
        notices.note_cancelled(connection, held_id, actor)
        leave_word(connection, known, notices.CANCELLED, actor)
    return known


def _is_as_shown(connection: Connection, known: Held, shown: Held) -> bool:
    return known.version == shown.version and journal.get(connection, known.id) is None


def _is_mine(actor: Actor, known: Held, draft: Draft) -> bool:
    """Whether a form that comes back may take the place of what it left here before."""
    is_own = known.actor.person_id == actor.person_id
    is_same = (known.kind, known.record_id) == (draft.kind, draft.record_id)
    is_first = known.version == 1 or _payload(draft) == known.payload
    return is_own and is_same and is_first


def find(held_id: str | None) -> Held | None:
    """Give one that waits."""
    if not is_intent_id(held_id):
        return None
    with db.read() as connection:
        row = connection.execute(select(held_writes).where(held_writes.c.id == held_id)).first()
    return held_of(row) if row else None


def list_held(
    *, record_type: str | None = None, record_id: str | None = None, limit: int = 200
) -> tuple[Held, ...]:
    """Give what waits, in the order in which it is sent; of one type or record, when given."""
    given = {"record_type": record_type, "record_id": record_id}
    values = {name: value for name, value in given.items() if value is not None}
    listed = listed_by(tuple(values))
    rows = db.once(
        ("held_writes", record_type, record_id, limit),
        lambda connection: listed.all(connection, {**values, "most": limit}),
    )
    return tuple(map(held_of, rows))


def count_held() -> int:
    """Count what waits."""
    with db.read() as connection:
        return connection.execute(select(func.count()).select_from(held_writes)).scalar_one()


def _count_own(connection: Connection, actor: Actor) -> int:
    own = held_writes.c.actor_id == actor.person_id
    query = select(func.count()).select_from(held_writes).where(own)
    return connection.execute(query).scalar_one()


def still_held(held: Held) -> Guard:
    """Give the guard that lets a held write leave only as it was when it was read."""

    def look(connection: Connection) -> Refusal | None:
        known = lock(connection, held.id)
        return None if known is not None and known.version == held.version else _MOVED

    return look


def note_needs_you(connection: Connection, held: Held, refusal: Refusal) -> bool:
    """Note that a person has to decide; False when it was changed or cancelled meanwhile."""
    mark = (
        update(held_writes)
        .where(held_writes.c.id == held.id, held_writes.c.version == held.version)
        .values(state=HeldState.NEEDS_YOU, refusal=dump_refusal(refusal))
    )
    return connection.execute(mark).rowcount == 1


def forget(connection: Connection, held: Held) -> bool:
    """Take one out; False when it was changed meanwhile or is not there."""
    just_so = (held_writes.c.id == held.id, held_writes.c.version == held.version)
    return connection.execute(delete(held_writes).where(*just_so)).rowcount == 1


def _put(connection: Connection, actor: Actor, known: Held, draft: Draft) -> Held:
    if not known.needs_you and _payload(draft) == known.payload:
        return known
    # Whoever changes it sends it as their own.
    contents = {**_contents(draft, now()), **owner(actor), "version": known.version + 1}
    same = held_writes.c.id == known.id
    change = update(held_writes).where(same).values(contents).returning(held_writes)
    changed = held_of(connection.execute(change).one())
    tell(connection, "hold_changed", actor, changed, draft.changes)
    leave_word(connection, known, notices.CHANGED, actor)
    return changed


def _payload(draft: Draft) -> dict[str, Any]:
    """Give what is kept of a draft, as it is read again."""
    shown = {name: after for name, (_, after) in draft.changes.items()}
    payload: dict[str, Any] = json.loads(json.dumps({**draft.payload, "shown": shown}))
    return payload


def _contents(draft: Draft, moment: datetime) -> dict[str, Any]:
    return {
        "label": draft.label,
        "payload": json.dumps(_payload(draft)),
        "state": HeldState.WAITING,
        "refusal": "{}",
        "changed_at": moment,
    }


def lock(connection: Connection, held_id: str) -> Held | None:
    """Give one that waits, as nobody else can change it until the transaction ends."""
    query = select(held_writes).where(held_writes.c.id == held_id).with_for_update()
    row = connection.execute(query).one_or_none()
    return held_of(row) if row else None


def owner(actor: Actor) -> dict[str, Any]:
    """Give the columns that say whose it is."""
    return {
        "actor_id": actor.person_id,
        "actor_name": actor.name,
        "actor_address": actor.address,
    }
