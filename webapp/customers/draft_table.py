"""What was typed in customer forms and not saved yet."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from webapp.db import UtcDateTime, metadata

drafts = Table(
    "drafts",
    metadata,
    Column("person_id", Integer, ForeignKey("people.id"), primary_key=True),
    Column("record_id", String(64), primary_key=True),  # "" for a new customer
    Column("sealed", Text, nullable=False),  # JSON of the fields, encrypted for this person
    Column("saved_at", UtcDateTime, nullable=False),  # when it was last typed in
    # Offered over a form that was sent since: what that one settles before then does not end it.
    Column("spared_until", UtcDateTime, nullable=True),
    Index("ix_drafts_saved", "saved_at"),
)
