"""Statements that every save runs: compiled once, then handed to the driver itself.

What `prepared` is for reading. SQLAlchemy begins and ends the transaction. Not here: statements
that run seldom, and those of many rows: they go through SQLAlchemy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from webapp.db.compiled import Compiled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Delete, Insert, Update

    from webapp.db.compiled import Row


class Change:
    """An INSERT, UPDATE or DELETE, compiled when it first runs; keep it in a module.

    Args:
        statement: Of Core. One that is for a certain database may be given by its name.
        columns: The columns that get a value each time, by their names.
    """

    def __init__(
        self,
        statement: Insert | Update | Delete | Mapping[str, Insert | Update | Delete],
        *columns: str,
    ) -> None:
        self._statement = statement
        self._columns = columns
        self._forms: dict[str, Compiled] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> None:
        """Do it.

        Args:
            connection: From `db.write()`.
            values: By the names of the columns and of the statement's own parameters; all of
                them have to be given.

        Raises:
            sqlalchemy.exc.DBAPIError: As SQLAlchemy would have raised it.
        """
        self.first(connection, values)

    def first(self, connection: Connection, values: Mapping[str, Any]) -> Row | None:
        """Do it, and give the row that RETURNING tells of; None when there is none.

        Arguments and errors as for `run`.
        """
        if not connection.in_transaction():
            connection.begin()  # as SQLAlchemy does before the first statement
        dialect = connection.dialect
        form = self._forms.get(dialect.name)
        if form is None:
            known = self._statement
            statement = known[dialect.name] if isinstance(known, dict) else known
            form = Compiled(statement, dialect, self._columns, is_typed=True)
            self._forms[dialect.name] = form
        rows = form.run(connection, values)
        return rows[0] if rows else None
