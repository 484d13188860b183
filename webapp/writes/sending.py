"""Sending what waits, in order, when NeroPay is back.

Whatever dies in between: as long as there is no intent under a held write's id, nothing of it was
sent; once there is one, the journal finds out what became of it, and only then it stops waiting.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from flask import current_app

from webapp.clock import now
from webapp.extensions import db
from webapp.writes import authors, away, backoff, decisions_journal, held, journal, notices
from webapp.writes.held_models import ORPHANED
from webapp.writes.models import Guard, Outcome, Refusal, State
from webapp.writes.pacing import Pace
from webapp.writes.rows import outcome_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from webapp.writes.held import Held

logger = logging.getLogger(__name__)

_SENDERS: Final = "tillside.held"
_LATER: Final = frozenset({"held_changed", "write_open"})
# The look before gave nothing that can be read. Of the record itself, that is for a person.
_UNREADABLE: Final = "bad_response"
_OF_THE_RECORD: Final = frozenset({"bad_record", "unreadable_data"})
_MOST: Final = 1_000  # that are looked through for those that can go
_MOVED: Final = "moved_while_looking"
_AWAY: Final = held.HOLDABLE


# Submits what waits under its own id. The guard has to look in the transaction that notes it down.
Sender: TypeAlias = "Callable[[Held, Guard], Outcome]"


def register(kind: str, sender: Sender) -> None:
    """Tell the current application how a held write of a kind is sent."""
    _senders()[kind] = sender


def send_held(pause: Callable[[float], object] = time.sleep, *, limit: int = 50) -> int:
    """Send what waits, oldest first, at most two calls a second.

    Args:
        pause: Waits so many seconds; when it gives True, we stop there.
        limit: The most that are tried.

    Returns:
        How many have left.
    """
    waiting = held.list_held(limit=_MOST)
    if not any(not one.needs_you or one.is_orphan for one in waiting):
        return 0
    left, moment = 0, now()
    behind: set[tuple[str, str | None]] = set()  # records with something that has to go first
    pace = Pace(pause)
    for one in map(authors.resumed, waiting):
        record_key = (one.record_type, one.record_id)
        if one.record_id is not None and record_key in behind:
            continue
        if one.needs_you or backoff.is_put_off(one, moment):
            behind.add(record_key)
            continue
        if limit <= 0 or not pace.goes_on():
            break
        limit -= 1
        try:
            has_left = send_one(one)
        except Exception:  # one that cannot be worked on must not keep the others waiting
            logger.exception("held write %s could not be sent", one.id)
            has_left = False
        away.note()
        left += has_left
        if not has_left:
            behind.add(record_key)
            if away.current() is not None:
                break
    return left


def send_one(one: Held) -> bool:
    """Send one that waits, unless it was sent; tell whether it waits no more."""
    with db.read() as connection:
        row = journal.get(connection, one.id)
        refusal = None if row else authors.refusal_of(connection, one)
    if row is not None:
        return _finish(one, outcome_of(row), has_row=True)
    if refusal is not None:
        return _ask_somebody(one, refusal)
    outcome = _senders()[one.kind](one, authors.may_leave(one))
    with db.read() as connection:
        row = journal.get(connection, one.id)
    return _finish(one, outcome_of(row) if row else outcome, has_row=row is not None)


def _finish(one: Held, outcome: Outcome, *, has_row: bool) -> bool:
    """Do what follows from what is known of a held write's sending."""
    if outcome.state is State.PENDING:
        return False  # it is being sent; or its process died, and the journal finds out
    refusal = outcome.refusal
    if refusal is None:
        with db.write() as connection:
            _let_go(connection, one, outcome)
        return True
    is_unreadable = refusal.kind == _UNREADABLE and refusal.code not in _OF_THE_RECORD
    if refusal.kind in _AWAY or is_unreadable:
        with db.write() as connection:
            if has_row:  # nothing was changed: the same id may go again
                decisions_journal.remove_unsent(connection, one.id)
            backoff.put_off(connection, one, refusal, now())
        return False
    if refusal.kind in _LATER or refusal.code == _MOVED:
        return False
    if not has_row:
        return _ask_somebody(one, refusal)
    with db.write() as connection:
        _let_go(connection, one, outcome)
    return True


def _ask_somebody(one: Held, refusal: Refusal) -> bool:
    """Let it wait on, for a person: its author, or whoever may when that one may not any more."""
    is_orphan = refusal.kind in ORPHANED
    with db.write() as connection:
        if held.note_needs_you(connection, one, refusal):
            state = notices.STOPPED if is_orphan else notices.NEEDS_YOU
            _leave_notice(connection, one, state, detail=refusal.message)
            deed = "hold_stopped" if is_orphan else "hold_clashed"
            held.tell(connection, deed, replace(one.actor, address=None), one, {})
    return False


def _let_go(connection: Connection, one: Held, outcome: Outcome) -> None:
    """Take out what was sent; its author is told unless it is not known yet: later then.

    They may have been told already: when the process that sent it died, the journal found out.
    """
    if not held.forget(connection, one) or outcome.is_open:
        return
    if notices.is_left(connection, one.id, outcome.state):
        return
    detail = outcome.refusal.message if outcome.refusal else ""
    _leave_notice(connection, one, outcome.state, outcome=outcome, detail=detail)


def _leave_notice(
    connection: Connection,
    one: Held,
    state: str,
    *,
    outcome: Outcome | None = None,
    detail: str = "",
) -> None:
    notices.leave(
        connection,
        one.id,
        one.actor.person_id,
        state=state,
        kind=one.kind,
        record_type=one.record_type,
        record_id=outcome.record_id if outcome else one.record_id,
        label=outcome.label if outcome else one.label,
        detail=detail,
    )


def _senders() -> dict[str, Sender]:
    senders: dict[str, Sender] = current_app.extensions.setdefault(_SENDERS, {})
    return senders
