"""A row in the place of the one with its key, whoever else writes that one now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Table

_INSERTS: Final[dict[str, Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def upsert(connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row, or change the one that has its primary key.

    Deleting and inserting is not the same: of two who do that at once on PostgreSQL, one fails.

    Args:
        connection: A write transaction.
        table: With a primary key.
        values: By column, the key's included. Columns that are missing keep what they hold.
    """
    keys = [column.name for column in table.primary_key]
    made = _INSERTS[connection.dialect.name](table).values(values)
    others = {name: value for name, value in values.items() if name not in keys}
    connection.execute(made.on_conflict_do_update(index_elements=keys, set_=others))
