"""What somebody typed in a customer form and has not saved: kept here, and offered back.

One draft a person and record, encrypted, for seven days. The form sends itself here while it is
typed in, so that a session that ran out, a crash or another PC loses nothing. What was sent to
NeroPay is in the journal of writes, and is no draft any more.

Not here: who else has the form open (presence.py).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, delete, func, select, update

from webapp.clock import now
from webapp.customers.conflicts import changes_of, load_seen
from webapp.customers.draft_table import drafts
from webapp.db.prepared import Prepared
from webapp.db.upsert import upsert
from webapp.extensions import db
from webapp.sealing import DRAFT, Unreadable, seal, unseal
from webapp.writes.service import find as find_write
from webapp.writes.service import is_intent_id
from webapp.writes.waiting import find_held

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from webapp.activity.service import Actor

KEPT: Final = timedelta(days=7)
NEW: Final = ""  # in the place of a record's id
_OF: Final = (
    drafts.c.person_id == bindparam("person"),
    drafts.c.record_id == bindparam("record"),
)
_FIND: Final = Prepared(select(drafts.c.sealed, drafts.c.saved_at).where(*_OF))
_FORGET: Final = delete(drafts).where(*_OF)
_FORGET_SENT: Final = _FORGET.where(
    func.coalesce(drafts.c.spared_until, drafts.c.saved_at)
    < bindparam("until", type_=drafts.c.saved_at.type)
)
_SPARE: Final = update(drafts).where(*_OF).values(spared_until=bindparam("moment"))
_LATE: Final = timedelta(seconds=5)  # that the last keystroke may arrive after its form
_SENDING: Final = timedelta(minutes=1)  # until a form that is here now is noted down as sent


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed.

    Attributes:
        values: Field to text, as it was typed.
        seen: What the form carried of what it had shown; empty for a new customer.
        saved_at: When it was last typed in.
    """

    values: Mapping[str, str]
    seen: str
    saved_at: datetime


def keep(
    actor: Actor, record_id: str, intent_id: str, values: Mapping[str, str], seen: str
) -> None:
    """Keep what was typed, in the place of what was kept before.

    What does not differ from what the form showed is no draft, and neither is a form that was
    sent: the last keystroke may arrive after it.

    Args:
        actor: Who types.
        record_id: NeroPay's id, or `NEW`.
        intent_id: From the form.
        values: Field to text.
        seen: As in `Draft`.
    """
    typed = {name: value.strip() or None for name, value in values.items()}
    if not (changes_of(load_seen(seen), typed) if record_id else any(typed.values())):
        discard(actor, record_id)
        return
    if is_intent_id(intent_id) and (find_write(intent_id) or find_held(intent_id)):
        return
    person_id, moment = _person(actor), now()
    text = json.dumps({"values": dict(values), "seen": seen})
    row = {"sealed": seal(text, person_id=person_id, purpose=DRAFT), "saved_at": moment}
    row |= {"spared_until": None}
    with db.write() as connection:
        upsert(connection, drafts, {"person_id": person_id, "record_id": record_id, **row})


def find(actor: Actor, record_id: str) -> Draft | None:
    """Give what somebody typed for a record and has not saved.

    Args:
        actor: Who asks: nobody gets another's.
        record_id: NeroPay's id, or `NEW`.
    """
    person_id = _person(actor)
    with db.read() as connection:
        row = _FIND.first(connection, {"person": person_id, "record": record_id})
    if row is None or now() - row.saved_at >= KEPT:
        return None
    try:
        kept = json.loads(unseal(row.sealed, person_id=person_id, purpose=DRAFT).text)
    except Unreadable:  # SECRET_KEY is another one since: it will be purged in its time
        return None
    return Draft(kept["values"], kept["seen"], row.saved_at)


def discard(actor: Actor, record_id: str) -> None:
    """Forget what somebody typed for a record; nothing is written when there is nothing."""
    with db.read() as connection:
        row = _FIND.first(connection, {"person": _person(actor), "record": record_id})
    if row is not None:
        with db.write() as connection:
            forget(connection, _person(actor), record_id)


def spare(actor: Actor, record_id: str) -> None:
    """Let it outlive a form that is being saved and is not its own.

    Args:
        actor: Who typed it.
        record_id: NeroPay's id, or `NEW`.
    """
    values = {"person": _person(actor), "record": record_id, "moment": now() + _SENDING}
    with db.write() as connection:
        connection.execute(_SPARE, values)


def forget(
    connection: Connection,
    person_id: int | None,
    record_id: str | None,
    sent_at: datetime | None = None,
) -> None:
    """Forget it in a transaction of the caller's: the one that saves.

    Args:
        connection: Of that transaction.
        person_id: Who typed.
        record_id: NeroPay's id, or `NEW`.
        sent_at: When the form was sent: what was typed since is another draft, and stays.
    """
    values = {"person": person_id, "record": record_id or NEW}
    if sent_at is None:
        connection.execute(_FORGET, values)
    else:
        connection.execute(_FORGET_SENT, {**values, "until": sent_at + _LATE})


def purge(moment: datetime) -> None:
    """Drop what is older than seven days."""
    with db.write() as connection:
        connection.execute(delete(drafts).where(drafts.c.saved_at <= moment - KEPT))


def _person(actor: Actor) -> int:
    assert actor.person_id is not None, "only people type"
    return actor.person_id
