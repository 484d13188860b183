"""Which records of a list have something under way: one look for a whole page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from webapp.db.prepared import Prepared
from webapp.extensions import db

_LOOK: Final = Prepared(
    text(
        "SELECT record_id, 'unknown' AS state FROM intents WHERE settled_at IS NULL"
        " AND state = 'unknown' AND record_type = :record_type AND record_id IS NOT NULL"
        " UNION ALL SELECT record_id, 'held' FROM held_writes"
        " WHERE record_type = :record_type AND record_id IS NOT NULL"
    )
)


@dataclass(frozen=True, slots=True)
class Marks:
    """Ids of records of one type.

    Attributes:
        unknown: With a write that was sent and is not confirmed.
        held: With a write that waits for NeroPay.
    """

    unknown: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.unknown or self.held)


def marks_of(record_type: str) -> Marks:
    """Give every record of a type with something under way."""
    with db.read() as connection:
        rows = _LOOK.all(connection, {"record_type": record_type})
    if not rows:
        return _NONE
    return Marks(
        frozenset(row.record_id for row in rows if row.state == "unknown"),
        frozenset(row.record_id for row in rows if row.state == "held"),
    )


_NONE: Final = Marks()
