"""Statements that pages run on each request: compiled once, then handed to the driver itself.

SQLAlchemy takes 0.04 ms around a statement that SQLite answers in 0.005; a page runs five. Here it
still writes the SQL, for either database, gives the connection and names the errors. Not here:
statements that change something, and those that run seldom: they go through SQLAlchemy.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from sqlalchemy import Select
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Dialect, TextClause

# Any: what a column holds, no checker knows. A named tuple of the columns.
Row: TypeAlias = Any
_Converter: TypeAlias = "Callable[[Any], Any]"


class _Form(NamedTuple):
    """A statement in one database's words."""

    sql: str
    order: tuple[str, ...] | None  # of the values, where the driver takes them by position
    constants: Mapping[str, Any]  # values that the statement itself holds
    converters: tuple[_Converter | None, ...]  # one a column; empty when none needs any


class Prepared:
    """A SELECT, compiled when it first runs; keep it in a module, where all threads share it.

    Args:
        statement: Of Core, whose columns' types are converted as ever, or `text` without types.
            Its values are texts, numbers and, on PostgreSQL, lists.
    """

    def __init__(self, statement: Select[Any] | TextClause) -> None:
        self._statement = statement
        self._forms: dict[str, _Form] = {}
        self._make: Callable[[Any], Row] | None = None

    def all(self, connection: Connection, values: Mapping[str, Any] | None = None) -> list[Row]:
        """Read every row.

        Args:
            connection: From `db.read()` or `db.write()`.
            values: By name; all of them have to be given.

        Raises:
            sqlalchemy.exc.DBAPIError: As SQLAlchemy would have raised it.
        """
        dialect = connection.dialect
        form = self._forms.get(dialect.name) or self._compile(dialect)
        given = {**form.constants, **values} if values else form.constants
        cursor = connection.connection.cursor()
        try:
            cursor.execute(
                form.sql, given if form.order is None else [given[name] for name in form.order]
            )
            rows = cursor.fetchall()
            make = self._make or self._name_columns(cursor.description)
        except dialect.loaded_dbapi.Error as error:
            raise DBAPIError.instance(
                form.sql, None, error, dialect.loaded_dbapi.Error, hide_parameters=True
            ) from error
        finally:
            cursor.close()
        if form.converters:
            rows = [
                [convert(value) if convert else value for convert, value in pairs]
                for pairs in (zip(form.converters, row, strict=True) for row in rows)
            ]
        return list(map(make, rows))

    def first(self, connection: Connection, values: Mapping[str, Any] | None = None) -> Row | None:
        """Read one row, for a statement that finds one at most; None when there is none."""
        rows = self.all(connection, values)
        return rows[0] if rows else None

    def _compile(self, dialect: Dialect) -> _Form:
        compiled = self._statement.compile(dialect=dialect)
        order = getattr(compiled, "positiontup", None)
        converters: tuple[_Converter | None, ...] = ()
        if isinstance(self._statement, Select):
            converters = tuple(
                column.type.dialect_impl(dialect).result_processor(dialect, None)
                for column in self._statement.selected_columns
            )
        form = _Form(
            str(compiled),
            tuple(order) if order is not None else None,
            {name: value for name, value in compiled.params.items() if value is not None},
            converters if any(converters) else (),
        )
        self._forms[dialect.name] = form
        return form

    def _name_columns(self, description: Any) -> Callable[[Any], Row]:
        names = [column[0] for column in description]
        row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # known only now
        self._make = row._make
        return row._make
