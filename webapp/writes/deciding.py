"""What a person decides about a write that nobody can confirm: give it up, or say what became.

Not here: finding out (`settling`), and the light "I have looked" (`looking`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from flask import current_app

from webapp.activity.service import record
from webapp.clock import now
from webapp.extensions import db
from webapp.writes import decisions_journal, journal, notices
from webapp.writes.models import State
from webapp.writes.rows import intent_of, outcome_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from webapp.activity.service import Actor
    from webapp.writes.models import Intent, Outcome

Word = Literal["made", "not_made"]

_FINDERS: Final = "tillside.finders"
_LONGEST_SENDING: Final = timedelta(hours=24)
_LOOKING: Final = timedelta(seconds=10)  # the budget of a look, and a margin


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that may be what a write made or changed.

    Attributes:
        detail: What tells it from others.
        reasons: Why it may be the one, in words.
    """

    record_id: str
    label: str
    detail: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What our copy has of a write of which nothing is known.

    Attributes:
        candidates: Records that it may have made, or the one that it was to change.
        copied_at: When NeroPay was asked for what our copy holds; None when it never was.
        can_tell: Whether that was after the write can last have been carried out: only then
            does it mean something that a record is there, or is not.
    """

    candidates: tuple[Candidate, ...] = ()
    copied_at: datetime | None = None
    can_tell: bool = True


Finder: TypeAlias = "Callable[[Intent], tuple[Candidate, ...]]"
CopiedAt: TypeAlias = "Callable[[Intent], datetime | None]"


def register_finder(kind: str, finder: Finder, copied_at: CopiedAt) -> None:
    """Tell the current application how the records are found that a write may have made.

    Args:
        kind: Of the write.
        finder: Finds them in our copy.
        copied_at: Gives when NeroPay was asked for what is looked through.
    """
    _finders()[kind] = finder, copied_at


def look(intent_id: str) -> Found:
    """Look in our copy for what a write may have made of which nobody knows what became."""
    with db.read() as connection:
        row = journal.get(connection, intent_id)
    if row is None or row.settled_at is None or row.kind not in _finders():
        return Found()
    intent = intent_of(row)
    finder, give_copied_at = _finders()[row.kind]
    copied_at = give_copied_at(intent)
    # It is not sent any more once it is closed, nor after a day; before we close one, we look.
    looked_at = row.settled_at if outcome_of(row).given_up_by else row.settled_at - _LOOKING
    ended_at = min(looked_at, row.created_at + _LONGEST_SENDING)
    can_tell = copied_at is not None and copied_at >= ended_at
    return Found(finder(intent) if can_tell else (), copied_at, can_tell)


def give_up(actor: Actor, intent_id: str, reason: str) -> Outcome | None:
    """Stop looking for what became of an open write; the trail and its page say why.

    Args:
        actor: Who does it.
        intent_id: Of an open write.
        reason: In their words.

    Returns:
        The closed write; None when it is being sent just now, or is settled.
    """
    answer: dict[str, object] = {
        "kind": "outcome_unknown",
        "code": "given_up",
        "reason": reason,
        "given_up_by": actor.name,
    }
    with db.write() as connection:
        row = decisions_journal.give_up(connection, intent_id, now(), answer)
        if row is None:
            return None
        _tell(connection, actor, row, "given_up", reason)
        if row.actor_id != actor.person_id:
            _leave_notice(connection, row, notices.GIVEN_UP, f"{actor.name}: {reason}")
    return outcome_of(row)


def decide(actor: Actor, intent_id: str, word: Word, record_id: str | None = None) -> bool:
    """Put a person's word in the place of "not known".

    Args:
        actor: Who looked.
        intent_id: Of a write that was closed without knowing.
        word: What they found.
        record_id: Of the record that it made or changed.

    Returns:
        Whether there is such a write.
    """
    state = State.APPLIED if word == "made" else State.REFUSED
    answer: dict[str, object] = {"code": word, "kind": word}
    with db.write() as connection:
        row = decisions_journal.decide(
            connection, intent_id, state, answer, record_id, name=actor.name
        )
        if row is None:
            return False
        _tell(connection, actor, row, "decided")
        if row.actor_id != actor.person_id:
            _leave_notice(connection, row, state)
    return True


def _leave_notice(connection: Connection, row: Row[Any], state: str, detail: str = "") -> None:
    notices.leave(
        connection,
        row.id,
        row.actor_id,
        state=state,
        kind=row.kind,
        record_type=row.record_type,
        record_id=row.record_id,
        label=row.label,
        detail=detail,
    )


def _tell(connection: Connection, actor: Actor, row: Row[Any], deed: str, reason: str = "") -> None:
    record(
        connection,
        actor=actor,
        kind=f"{row.record_type}.{deed}",
        outcome="ok" if deed == "given_up" else row.state,
        record_type=row.record_type,
        record_id=row.record_id,
        label=row.label,
        changes={"reason": (None, reason)} if reason else {},
        intent_id=row.id,
    )


def _finders() -> dict[str, tuple[Finder, CopiedAt]]:
    finders: dict[str, tuple[Finder, CopiedAt]] = current_app.extensions.setdefault(_FINDERS, {})
    return finders
