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
    Column("totp_seed", Text),  # encrypted; null: none
    Column("totp_confirmed_at", UtcDateTime),  # null: set up, but no code was entered yet
    Column("totp_step", Integer, nullable=False, server_default="0"),  # newest step used
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
    # full, or setup: signed in, but can do nothing except set up a second factor
    Column("level", String(8), nullable=False, server_default="full"),
    Column("stepped_up_at", UtcDateTime),  # when the password or second factor was last given
    Column("locked_at", UtcDateTime),  # null: not locked
    Index("ix_sessions_person", "person_id"),
    Index("ix_sessions_seen", "seen_at"),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("account_key", String(64), nullable=False),  # SHA-256 of what was tried
    Column("address", String(45), nullable=False),  # of the network, or "person 7" within a session
    Column("at", UtcDateTime, nullable=False),
    Index("ix_sign_in_failures_account", "account_key", "at"),
    Index("ix_sign_in_failures_address", "address", "at"),
    Index("ix_sign_in_failures_at", "at"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False),
    Column("name", Text, nullable=False, server_default=""),  # what the inviter calls them
    Column("role", String(16), nullable=False),
    Column("invited_by", Integer, ForeignKey("people.id", ondelete="SET NULL")),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Column("cancelled_at", UtcDateTime),
    Column("person_id", Integer, ForeignKey("people.id", ondelete="SET NULL")),  # who it became
    Index("ix_invitations_email", "email_key"),
)

password_resets = Table(
    "password_resets",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("person_id", Integer, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("created_by", Integer, ForeignKey("people.id", ondelete="SET NULL")),  # null: by e-mail
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Index("ix_password_resets_person", "person_id"),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("person_id", Integer, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("code_hash", String(64), nullable=False),
    Column("used_at", UtcDateTime),
    Index("ix_recovery_codes_person", "person_id", "code_hash", unique=True),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("person_id", Integer, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("credential_id", Text, nullable=False, unique=True),  # base64url
    Column("public_key", Text, nullable=False),  # base64url
    Column("sign_count", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime),
    Index("ix_passkeys_person", "person_id"),
)

# Sign-ins that gave the password and wait for the second factor; short-lived, one row a try.
second_steps = Table(
    "second_steps",
    metadata,
    Column("token_hash", String(64), primary_key=True),  # of the value in the visitor's cookie
    Column("person_id", Integer, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Index("ix_second_steps_created", "created_at"),
)
