"""The journal of intended writes, as other features use it.

A write is noted down and committed before it is sent, so that whatever dies in between, it is
known that it may have taken effect, and it is found out. Every write to NeroPay goes this way.

Not here: what a write means for our copy (each feature registers a handler for its kinds), and
which values may be sent (its form and service).
"""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from webapp.clock import now
from webapp.extensions import db
from webapp.writes import journal, notices, settling
from webapp.writes.due import settle, settle_due
from webapp.writes.held_tables import HELD_AS
from webapp.writes.ids import derive_intent_id, is_intent_id, new_intent_id
from webapp.writes.looking import list_not_known, note_looked_up
from webapp.writes.lookups import (
    Ours,
    applied_ids,
    author_of,
    count_open,
    current_seq,
    find,
    list_ours,
    open_on,
    open_writes,
    sent_fields,
)
from webapp.writes.models import (
    NOT_CONFIRMED,
    Applied,
    Decision,
    Guard,
    Handler,
    Intent,
    Outcome,
    Refusal,
    State,
    Verdict,
)
from webapp.writes.rows import outcome_of
from webapp.writes.settling import kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Connection, Row

    from webapp.activity.service import Actor

__all__ = [
    "NOT_CONFIRMED",
    "Applied",
    "Decision",
    "Guard",
    "Handler",
    "Intent",
    "Ours",
    "Outcome",
    "Refusal",
    "State",
    "Verdict",
    "applied_ids",
    "author_of",
    "count_open",
    "current_seq",
    "derive_intent_id",
    "find",
    "find_replay",
    "is_intent_id",
    "kind_of",
    "list_not_known",
    "list_ours",
    "new_intent_id",
    "note_looked_up",
    "open_on",
    "open_writes",
    "purge",
    "register",
    "sent_fields",
    "settle",
    "settle_due",
    "submit",
]

_KEPT: Final = timedelta(days=30)
_REPLAY_WAIT: Final = 2.0  # seconds that a second click waits for the first one's answer
_REPLAY_LOOK: Final = 0.05


def register(kind: str, handler: Handler) -> None:
    """Tell the current application what a settled write of a kind does to our copy."""
    settling.handlers()[kind] = handler


def submit(
    *,
    intent_id: str | None,
    actor: Actor,
    kind: str,
    method: str,
    path: str,
    body: bytes,
    record_type: str,
    record_id: str | None = None,
    label: str,
    before: Mapping[str, object],
    guard: Guard | None = None,
    held_since: datetime | None = None,
) -> Outcome:
    """Note a write down, send it, and settle it; once, however often the same form comes.

    Args:
        intent_id: From the form.
        actor: Who does it.
        kind: What is done; a handler is registered for it.
        method: POST, PATCH or DELETE.
        path: From NeroPay's base URL on, e.g. "/customers/1001".
        body: The exact bytes to sign and send; empty for DELETE.
        record_type: "customer" or "category".
        record_id: Of the record that is changed; None for a create.
        label: The record's name, for words to staff.
        before: What the person saw of the fields that are sent.
        guard: Looks at our copy in the transaction that notes the write down; its refusal
            means that nothing is noted down or sent.
        held_since: When its person left it to be sent later; None: it is sent as it is made.

    Returns:
        What is known now. Nothing is raised for what NeroPay says; refusals of our own have
        the kinds unknown_intent and write_open.
    """
    values = {
        "id": intent_id,
        "actor_id": actor.person_id,
        "actor_name": actor.name,
        "actor_address": actor.address,
        "kind": kind,
        "method": method,
        "path": path,
        "body": body,
        "record_type": record_type,
        "record_id": record_id,
        "label": label,
        "before": json.dumps(dict(before)),
        "held_since": held_since,
    }
    if not is_intent_id(intent_id):
        return refuse(values, Refusal("unknown_intent", "unknown_intent"))
    taken = _note_down(values, guard)
    if isinstance(taken, Intent):
        return settling.send(taken, budget=settling.PAGE_BUDGET)
    if isinstance(taken, Refusal):
        return refuse(values, taken)
    return _replay(taken, values)


def find_replay(
    intent_id: str | None, *, actor: Actor, kind: str, method: str, path: str, body: bytes
) -> Outcome | None:
    """Give what became of a form that was submitted before, without sending anything.

    Returns:
        None when the id is new. Otherwise as `submit`.
    """
    with db.read() as connection:
        row = journal.get(connection, intent_id) if intent_id and is_intent_id(intent_id) else None
    if row is None:
        return None
    given = {
        "actor_id": actor.person_id,
        "actor_name": actor.name,
        "kind": kind,
        "method": method,
        "path": path,
        "body": body,
    }
    return _replay(row, {"id": intent_id, "record_type": "", "label": "", **given})


def refuse(values: Mapping[str, Any], refusal: Refusal) -> Outcome:
    """Make the outcome of a write that we did not even note down."""
    moment = now()
    return Outcome(
        intent_id=values["id"] or "",
        state=State.REFUSED,
        kind=values["kind"],
        record_type=values["record_type"],
        record_id=values.get("record_id"),
        label=values["label"],
        created_at=moment,
        settled_at=moment,
        refusal=refusal,
    )


def purge(moment: datetime | None = None) -> int:
    """Drop rows that were settled more than 30 days ago; give how many."""
    moment = moment or now()
    with db.write() as connection:
        notices.remove_old(connection, moment)
        return journal.remove_settled(connection, moment - _KEPT)


def _note_down(values: dict[str, Any], guard: Guard | None) -> Intent | Refusal | Row[Any]:
    """Commit the intent; or give why not: a refusal, or the row that has its id."""
    with db.write() as connection:
        if values["record_id"] is not None:
            journal.lock_record(connection, values["record_type"], values["record_id"])
        is_refusable = values["record_id"] is not None or guard is not None
        row = journal.get(connection, values["id"]) if is_refusable else None
        if row is not None:  # what became of the first one goes before any refusal
            return row
        if values["held_since"] is None and _waits_as_another(connection, values):
            return Refusal("unknown_intent", "unknown_intent")
        if values["record_id"] is not None and journal.get_open(
            connection, values["record_type"], values["record_id"]
        ):
            return Refusal("write_open", "write_open")
        # After the look for open writes: one that settled just before shows in our copy now.
        refusal = guard(connection) if guard else None
        if refusal is not None:
            return refusal
        intent = journal.add(connection, values, now())
        if intent is not None:
            return intent
        row = journal.get(connection, values["id"])
    assert row is not None
    return row


def _waits_as_another(connection: Connection, values: Mapping[str, Any]) -> bool:
    """Whether an id is of something that waits here and is not this write of this person.

    The ids of what waits are no secret among colleagues. Sent under such an id, another write
    would pass for the one that waits: that would never be sent, and be told as if it were.
    """
    waits = HELD_AS.first(connection, {"intent_id": values["id"]})
    return waits is not None and any(values[name] != here for name, here in waits._asdict().items())


def _replay(row: Row[Any], values: Mapping[str, Any]) -> Outcome:
    """Answer a form whose id is taken: what became of the first one."""
    # A person may have another name by now; only commands have no id.
    who = "actor_id" if row.actor_id is not None else "actor_name"
    if (row.actor_id, getattr(row, who)) != (values["actor_id"], values[who]):
        return refuse(values, Refusal("unknown_intent", "unknown_intent"))
    same = ("kind", "method", "path", "body")
    is_same = all(getattr(row, name) == values[name] for name in same)
    row = _wait_while_sending(row)
    return outcome_of(row, is_replay=is_same, is_changed_body=not is_same)


def _wait_while_sending(row: Row[Any]) -> Row[Any]:
    """Look again for a moment while the first one is being sent; no transaction is open."""
    until = time.monotonic() + _REPLAY_WAIT
    while row.state == State.PENDING and row.lease_until > now() and time.monotonic() < until:
        time.sleep(_REPLAY_LOOK)
        with db.read() as connection:
            row = journal.get(connection, row.id) or row
    return row
