"""The journal of intended writes."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from webapp.db import UtcDateTime, metadata

intents = Table(
    "intents",
    metadata,
    Column("id", String(32), primary_key=True),  # the Idempotency-Key: 128 random bits in hex
    Column("actor_id", Integer, ForeignKey("people.id")),
    Column("actor_name", Text, nullable=False),
    Column("actor_address", String(45)),  # network address, for the activity entry
    Column("kind", String(32), nullable=False),  # e.g. customer.create
    Column("method", String(8), nullable=False),
    Column("path", String(128), nullable=False),
    Column("body", LargeBinary, nullable=False),  # the exact bytes that are signed and sent
    Column("record_type", String(16), nullable=False),  # customer or category
    Column("record_id", String(64)),  # null until a create is applied
    Column("label", Text, nullable=False),  # the record's name, for words to staff
    Column("before", Text, nullable=False),  # JSON: what the user saw, of the fields sent
    # pending, applied, refused or unknown. An unknown one with settled_at is closed as not known.
    Column("state", String(8), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("held_since", UtcDateTime),  # null: it never waited for NeroPay
    Column("lease_until", UtcDateTime),  # some process is sending it until then
    Column("attempts", Integer, nullable=False),
    Column("next_try_at", UtcDateTime),  # null once settled
    Column("settled_at", UtcDateTime),
    Column("answer", Text, nullable=False),  # JSON: error kind, code, message, fields; or data
    Column("request_id", String(64)),
    Column("looked_up_by", Text),  # who has looked what became of one that was closed as not known
    Index("ix_intents_next_try", "next_try_at"),
    Index("ix_intents_record", "record_type", "record_id", "state"),
    Index("ix_intents_settled", "settled_at"),
    # Of whole columns: one with a condition on `state` would make SQLite prepare every statement
    # that binds a state anew, each time it runs (0.1 ms).
    Index("ix_intents_state", "state", "created_at"),
)

# One row (id = 1): counts settled writes. A page of the list that was asked for before a write
# settled carries a smaller number than the record, and so does not overwrite it.
settle_counter = Table(
    "settle_counter",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("value", Integer, nullable=False),
)
