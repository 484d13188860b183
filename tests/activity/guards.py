"""Taking the trail's guards away, as somebody could who owns the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection

_TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name NOT LIKE '%_fts_%'"


def take_away(connection: Connection) -> None:
    """Let a transaction do to the trail what it likes."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        return
    for name in connection.execute(text(_TRIGGERS)).scalars().all():
        connection.execute(text(f"DROP TRIGGER {name}"))
