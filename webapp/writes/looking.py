"""Writes that were given up without knowing what became of them, until a person has looked.

Not here: finding out about those that are still open (settling.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from webapp.activity.service import record
from webapp.extensions import db
from webapp.writes import journal
from webapp.writes.rows import outcome_of

if TYPE_CHECKING:
    from webapp.activity.service import Actor
    from webapp.writes.models import Outcome

KIND: Final = "write.looked_up"


def list_not_known() -> tuple[Outcome, ...]:
    """Give the closed writes that nobody has looked up yet, oldest first.

    They end by themselves when the journal is purged, 30 days after they were closed.
    """
    with db.read() as connection:
        rows = journal.list_closed_unknown(connection)
    return tuple(outcome_of(row) for row in rows)


def note_looked_up(intent_id: str, actor: Actor) -> bool:
    """Note that a person has looked up at NeroPay what became of a write.

    Args:
        intent_id: Of a write that was closed without knowing.
        actor: Who looked.

    Returns:
        Whether there is such a write; noting it twice keeps the first.
    """
    with db.write() as connection:
        row = journal.get(connection, intent_id)
        outcome = outcome_of(row) if row else None
        if outcome is None or not outcome.is_closed_unknown:
            return False
        if journal.note_looked_up(connection, intent_id, actor.name):
            record(
                connection,
                actor=actor,
                kind=KIND,
                outcome="ok",
                record_type=outcome.record_type,
                record_id=outcome.record_id,
                label=outcome.label,
                intent_id=intent_id,
            )
    return True
