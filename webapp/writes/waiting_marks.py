"""Which records of a list have something under way: one look for a whole page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from webapp.extensions import db
from webapp.writes import decisions_journal
from webapp.writes.held_tables import held_writes

if TYPE_CHECKING:
    from collections.abc import Collection


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

    def among(self, ids: Collection[str]) -> Marks:
        """Give those of some records only."""
        return Marks(self.unknown.intersection(ids), self.held.intersection(ids))


_HELD = select(held_writes.c.record_id).where(held_writes.c.record_id.is_not(None)).distinct()


def marks_of(record_type: str) -> Marks:
    """Give every record of a type with something under way."""
    with db.read() as connection:
        unknown = decisions_journal.open_record_ids(connection, record_type)
        query = _HELD.where(held_writes.c.record_type == record_type)
        held = frozenset(connection.execute(query).scalars())
    return Marks(unknown, held)
