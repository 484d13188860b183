"""The merchant that the key belongs to."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, Table, Text

from webapp.db import UtcDateTime, metadata

# One row: the merchant that the key belongs to, when NeroPay last said so.
merchant = Table(
    "merchant",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("name", Text),
    Column("status", Text),
    Column("country", Text),
    Column("clock_offset", Float),  # seconds that our clock is ahead; null: not known
    Column("told_at", UtcDateTime, nullable=False),
)
