"""Whether the author of a write that waits may still send it, and taking it over.

What somebody left here is theirs to send for as long as they might send it themselves. After that
it stays where it is, until they may again, or somebody who may sends it as their own or throws it
away.

Not here: who may decide about others' writes (`views`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import update

from webapp.clock import now
from webapp.extensions import db
from webapp.people.service import Permission, missing_right
from webapp.writes import held, journal, notices
from webapp.writes.held_tables import held_writes
from webapp.writes.models import Refusal

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from webapp.activity.service import Actor
    from webapp.writes.held import Held
    from webapp.writes.models import Guard

_TAKES: Final = {
    "customer": Permission.CUSTOMERS_WRITE,
    "category": Permission.CATEGORIES_WRITE,
}
_WHY: Final = {
    "suspended": Refusal("author_suspended", "author_suspended"),
    "role": Refusal("author_role", "author_role"),
}


def refusal_of(connection: Connection, one: Held) -> Refusal | None:
    """Give why its author may not send it any more; None when they may."""
    why = missing_right(connection, one.actor.person_id, _TAKES[one.record_type])
    return _WHY[why] if why else None


def may_leave(one: Held) -> Guard:
    """Give the guard that lets a held write leave as it was read, and by somebody who may."""
    is_just_so = held.still_held(one)

    def look(connection: Connection) -> Refusal | None:
        return is_just_so(connection) or refusal_of(connection, one)

    return look


def resumed(one: Held) -> Held:
    """Give what waits, for NeroPay again if its author may send it again."""
    if not one.is_orphan:
        return one
    with db.read() as connection:
        if refusal_of(connection, one) is not None:
            return one
    just_so = (held_writes.c.id == one.id, held_writes.c.version == one.version)
    values = {"state": held.HeldState.WAITING, "refusal": "{}"}
    change = update(held_writes).where(*just_so).values(values).returning(held_writes)
    with db.write() as connection:
        row = connection.execute(change).one_or_none()
    return held.held_of(row) if row else one


def take_over(actor: Actor, held_id: str) -> Held | None:
    """Make what its author may not send somebody's own, to be sent as it is.

    Args:
        actor: Who decides so; has to be somebody who may.
        held_id: Of one that waits for that decision.

    Returns:
        What waits now; None when it does not wait for that: then nothing is changed.
    """
    with db.write() as connection:
        known = held.lock(connection, held_id)
        if known is None or not known.is_orphan or journal.get(connection, held_id) is not None:
            return None
        values = {
            **held.owner(actor),
            "state": held.HeldState.WAITING,
            "refusal": "{}",
            "version": known.version + 1,
            "changed_at": now(),
        }
        change = update(held_writes).where(held_writes.c.id == held_id).values(values)
        taken = held.held_of(connection.execute(change.returning(held_writes)).one())
        held.tell(connection, "hold_taken_over", actor, taken, {})
        held.leave_word(connection, known, notices.TAKEN_OVER, actor)
    return taken
