"""Statements that every save runs: compiled once, then handed to the driver itself.

What `prepared` is for reading. SQLAlchemy writes the SQL for either database, converts the values
as the columns' types say, begins and ends the transaction and names the errors. Not here:
statements that run seldom, and those of many rows: they go through SQLAlchemy.
"""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Connection, Delete, Dialect, Insert, Update

    from webapp.db.prepared import Row


class _Form(NamedTuple):
    """A statement in one database's words."""

    sql: str
    order: tuple[str, ...] | None  # of the values, where the driver takes them by position
    constants: dict[str, Any]  # values that the statement brings itself
    inward: tuple[tuple[str, Callable[[Any], Any]], ...]  # what converts a value, by its name
    outward: tuple[tuple[int, Callable[[Any], Any]], ...]  # what converts a column, by its place
    make: Callable[[Any], Row] | None  # a row of what RETURNING gives


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
        self._forms: dict[str, _Form] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> None:
        """Do it.

        Args:
            connection: From `db.write()`.
            values: By the names of the columns and of the statement's own parameters; all of
                them have to be given.

        Raises:
            sqlalchemy.exc.DBAPIError: As SQLAlchemy would have raised it.
        """
        self._execute(connection, values)

    def first(self, connection: Connection, values: Mapping[str, Any]) -> Row | None:
        """Do it, and give the row that RETURNING tells of; None when there is none.

        Arguments and errors as for `run`.
        """
        form, rows = self._execute(connection, values)
        if not rows:
            return None
        row = list(rows[0])
        for place, convert in form.outward:
            row[place] = convert(row[place])
        assert form.make is not None, "the statement has no RETURNING"
        return form.make(row)

    def _execute(
        self, connection: Connection, values: Mapping[str, Any]
    ) -> tuple[_Form, Sequence[Any]]:
        if not connection.in_transaction():
            connection.begin()  # as SQLAlchemy does before the first statement
        dialect = connection.dialect
        form = self._forms.get(dialect.name) or self._compile(dialect)
        given = {**form.constants, **values}
        for name, convert in form.inward:
            given[name] = convert(given[name])
        cursor = connection.connection.cursor()
        try:
            cursor.execute(
                form.sql, given if form.order is None else [given[name] for name in form.order]
            )
            return form, cursor.fetchall() if form.make else ()
        except dialect.loaded_dbapi.Error as error:
            raise DBAPIError.instance(
                form.sql, None, error, dialect.loaded_dbapi.Error, hide_parameters=True
            ) from error
        finally:
            cursor.close()

    def _compile(self, dialect: Dialect) -> _Form:
        statement: Any = self._statement
        if isinstance(statement, dict):
            statement = statement[dialect.name]
        compiled = statement.compile(dialect=dialect, column_keys=list(self._columns))
        told = statement.returning_column_descriptions
        inward = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for bind, name in compiled.bind_names.items()
        }
        outward = [
            one["type"].dialect_impl(dialect).result_processor(dialect, None) for one in told
        ]
        form = _Form(
            str(compiled),
            tuple(compiled.positiontup) if dialect.positional else None,
            dict(compiled.params),
            tuple((name, convert) for name, convert in inward.items() if convert),
            tuple((place, convert) for place, convert in enumerate(outward) if convert),
            _maker([one["name"] for one in told]) if told else None,
        )
        self._forms[dialect.name] = form
        return form


def _maker(names: list[str]) -> Callable[[Any], Row]:
    row: Any = namedtuple("Row", names)  # type: ignore[misc]  # its names are not known here
    make: Callable[[Any], Row] = row._make
    return make
