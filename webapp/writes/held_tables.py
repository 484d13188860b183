"""What waits for NeroPay: held writes, words for their authors, whether NeroPay is away, options.

Not here: the journal of what was sent (`tables`).
"""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    select,
)

from webapp.db import UtcDateTime, metadata
from webapp.db.prepared import Prepared

# Nothing of a row was ever sent. It becomes an intent, under the same id, as it leaves.
held_writes = Table(
    "held_writes",
    metadata,
    Column("id", String(32), primary_key=True),  # will be the intent's id and Idempotency-Key
    Column("actor_id", Integer, ForeignKey("people.id")),
    Column("actor_name", Text, nullable=False),
    Column("actor_address", String(45)),
    Column("kind", String(32), nullable=False),  # e.g. customer.update
    Column("record_type", String(16), nullable=False),
    Column("record_id", String(64)),  # null for a create
    Column("label", Text, nullable=False),
    Column("payload", Text, nullable=False),  # JSON: what the feature makes the write of
    Column("state", String(12), nullable=False),  # waiting or needs_you
    Column("refusal", Text, nullable=False),  # JSON: why it needs a person; {} while it waits
    Column("version", Integer, nullable=False),  # counts changes: an old one does not leave
    Column("created_at", UtcDateTime, nullable=False),  # its place in the queue
    Column("changed_at", UtcDateTime, nullable=False),
    Column("next_try_at", UtcDateTime),  # not sent before; null: as soon as NeroPay is there
    Column("tries", Integer, nullable=False, server_default="0"),  # that NeroPay turned away
    Index("ix_held_writes_record", "record_type", "record_id"),
    Index("ix_held_writes_created", "created_at"),
)

# What became of a write after its author had gone on; told once, on the next page they open.
notices = Table(
    "notices",
    metadata,
    Column("intent_id", String(32), primary_key=True),
    Column("person_id", Integer, ForeignKey("people.id"), primary_key=True),
    Column("state", String(12), nullable=False),  # as in `notices`
    Column("kind", String(32), nullable=False),
    Column("record_type", String(16), nullable=False),
    Column("record_id", String(64)),
    Column("label", Text, nullable=False),
    Column("detail", Text, nullable=False),  # NeroPay's words, or a person's reason
    Column("created_at", UtcDateTime, nullable=False),
    Column("told_at", UtcDateTime),
    Index("ix_notices_person", "person_id", "told_at"),
)

# One row (id = 1), once NeroPay was away for the first time.
neropay_line = Table(
    "neropay_line",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("away_since", UtcDateTime),  # null while it answers
    Column("code", String(64), nullable=False),  # of the trouble
    Column("back_at", UtcDateTime),  # when it last came back
)

options = Table(
    "options",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", Text, nullable=False),
)

# What NeroPay's answers told about each operation: is it switched on for this merchant?
abilities = Table(
    "abilities",
    metadata,
    Column("name", String(32), primary_key=True),  # e.g. customers.update
    Column("is_allowed", Boolean, nullable=False),
    Column("code", String(64), nullable=False),  # of the refusal; empty when allowed
    Column("status", Integer),  # of the refusal
    Column("message", Text, nullable=False),  # NeroPay's own words
    Column("told_at", UtcDateTime, nullable=False),
)


# Whose and what is kept under an id; every save asks.
HELD_AS = Prepared(
    select(
        held_writes.c.actor_id,
        held_writes.c.kind,
        held_writes.c.record_type,
        held_writes.c.record_id,
    ).where(held_writes.c.id == bindparam("intent_id"))
)


@lru_cache(maxsize=4)
def listed_by(names: tuple[str, ...]) -> Prepared:
    """Give what selects held writes by some columns, in order; every page of a record asks."""
    query = select(held_writes).order_by(held_writes.c.created_at, held_writes.c.id)
    query = query.limit(bindparam("most"))
    return Prepared(query.where(*(held_writes.c[name] == bindparam(name) for name in names)))
