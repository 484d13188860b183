"""The tables of people, their sessions, and failed sign-ins."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from webapp.db import UtcDateTime, metadata

people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("email", Text, nullable=False),  # as typed
    Column("email_key", Text, nullable=False, unique=True),  # normalised; one account each
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),  # owner, manager, staff, viewer
    Column("is_active", Boolean, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("theme", String(8), nullable=False),  # light, dark, auto
    Column("has_shortcuts", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("password_changed_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id_hash", String(64), primary_key=True),  # SHA-256 of the cookie's 256-bit id
    Column("person_id", Integer, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("data", Text, nullable=False),  # JSON: CSRF secret, messages to show
    Column("created_at", UtcDateTime, nullable=False),  # absolute end: 12 hours later
    Column("seen_at", UtcDateTime, nullable=False),  # idle end: 30 minutes later
    Column("address", String(45)),
    Column("user_agent", String(200)),
    Index("ix_sessions_person", "person_id"),
    Index("ix_sessions_seen", "seen_at"),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("account_key", String(64), nullable=False),  # SHA-256 of the address tried
    Column("address", String(45), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_sign_in_failures_account", "account_key", "at"),
    Index("ix_sign_in_failures_address", "address", "at"),
    Index("ix_sign_in_failures_at", "at"),
)
