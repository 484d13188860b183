"""The table of our copy of the categories."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, String, Table, Text

from webapp.db import UtcDateTime, metadata

categories = Table(
    "categories",
    metadata,
    Column("id", String(64), primary_key=True),  # NeroPay's
    Column("name", Text, nullable=False),
    Column("sort_order", Integer, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("confirmed_at", UtcDateTime, nullable=False),  # when NeroPay last told us
    # Value of the settle counter when one of our own writes last settled here (0: never).
    Column("settled_seq", Integer, nullable=False, server_default="0"),
)

# One row (id = 1): how fresh the copy is.
category_sync = Table(
    "category_sync",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("began_at", UtcDateTime),  # when NeroPay was asked for what the copy holds
    Column("finished_at", UtcDateTime),
    Column("failed_at", UtcDateTime),
    Column("error_code", String(64)),
)
