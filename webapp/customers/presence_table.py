"""The table of forms that are open just now."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from webapp.db import UtcDateTime, metadata

# A row lasts as long as the page says every few seconds that it is still there.
presence = Table(
    "presence",
    metadata,
    Column("record_type", String(16), primary_key=True),
    Column("record_id", String(64), primary_key=True),
    Column("person_id", Integer, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("person_name", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Index("ix_presence_seen", "seen_at"),
)
