"""The audit trail: append-only, each entry carrying the hash of the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, Index, Integer, String, Table, Text

from webapp.db import UtcDateTime, metadata

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Dialect


class Moment(UtcDateTime):
    """A moment; None where somebody put something else, which may not take a page away."""

    cache_ok = True

    def process_result_value(self, value: object, dialect: Dialect) -> datetime | None:
        """Give an aware UTC moment back, if it is one."""
        try:
            moment = super().process_result_value(value, dialect)
        except (ValueError, AssertionError):
            return None
        return moment if moment and moment.tzinfo else None


activity = Table(
    "activity",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 … without a gap
    Column("at", Moment, nullable=False),
    Column("actor_id", Integer),  # null: nobody who is signed in, or NeroPay
    Column("actor_name", Text, nullable=False),
    Column("address", String(45)),
    Column("kind", String(32), nullable=False),  # e.g. customer.update, sign_in.failed
    Column("record_type", String(16)),
    Column("record_id", String(64)),
    Column("label", Text, nullable=False),
    Column("changes", Text, nullable=False),  # JSON: field -> [old, new]
    Column("outcome", String(16), nullable=False),  # applied, refused, unknown, ok, failed
    Column("intent_id", String(32)),
    Column("hash", String(64), nullable=False),  # SHA-256 over the entry and the hash before
    Column("search_text", Text, nullable=False, server_default=""),  # folded; not in the hash
    Index("ix_activity_record", "record_type", "record_id", "id"),
    Index("ix_activity_actor", "actor_id", "id"),
    Index("ix_activity_actor_kind", "actor_id", "kind", "id"),
    Index("ix_activity_kind", "kind", "id"),
    Index("ix_activity_at", "at", "id"),
)

# One row (id = 1): the newest entry, so that a cut-off end shows, and the lock of appenders.
activity_head = Table(
    "activity_head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("last_id", Integer, nullable=False),
    Column("last_hash", String(64), nullable=False),
    # Where the chain begins after trimming: the newest entry that was taken out, and its hash.
    Column("trimmed_id", Integer, nullable=False, server_default="0"),
    Column("trimmed_hash", String(64), nullable=False, server_default=""),
)
