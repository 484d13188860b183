"""Statements that pages run on each request: compiled once, then handed to the driver itself.

A page runs five. Not here: statements that change something (`changes`), and those that run
seldom: they go through SQLAlchemy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from webapp.db.compiled import Compiled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Select, TextClause

    from webapp.db.compiled import Row


class Prepared:
    """A SELECT, compiled when it first runs; keep it in a module, where all threads share it.

    Args:
        statement: Of Core, whose columns' types are converted as ever, or `text` without types.
            Its values are texts, numbers and, on PostgreSQL, lists.
    """

    def __init__(self, statement: Select[Any] | TextClause) -> None:
        self._statement = statement
        self._forms: dict[str, Compiled] = {}

    def all(self, connection: Connection, values: Mapping[str, Any] | None = None) -> list[Row]:
        """Read every row.

        Args:
            connection: From `db.read()` or `db.write()`.
            values: By name; all of them have to be given.

        Raises:
            sqlalchemy.exc.DBAPIError: As SQLAlchemy would have raised it.
        """
        dialect = connection.dialect
        form = self._forms.get(dialect.name)
        if form is None:
            form = self._forms[dialect.name] = Compiled(self._statement, dialect, is_typed=False)
        return form.run(connection, values or {})

    def first(self, connection: Connection, values: Mapping[str, Any] | None = None) -> Row | None:
        """Read one row, for a statement that finds one at most; None when there is none."""
        rows = self.all(connection, values)
        return rows[0] if rows else None
