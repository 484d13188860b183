"""A statement in one database's words, and its way through the driver itself.

SQLAlchemy takes 0.04 ms around a statement that SQLite answers in 0.005. Here it still writes the
SQL, converts the values, gives the connection and names the errors; `prepared` is for reading so,
`changes` for writing.
"""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Connection, Dialect

# Any: what a column holds, no checker knows. A named tuple of the columns.
Row: TypeAlias = Any
_Converter: TypeAlias = "Callable[[Any], Any]"


class Compiled:
    """Made when a statement first runs on a database; all threads share it.

    Args:
        statement: Of Core, or `text` without types.
        dialect: The database's.
        columns: Those that get a value each time, in a statement that writes.
        is_typed: Whether values are converted as the columns' types say, or given as they are.
    """

    def __init__(
        self,
        statement: Any,
        dialect: Dialect,
        columns: Sequence[str] | None = None,
        *,
        is_typed: bool,
    ) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=columns)
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        inward = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bind in binds.items()
        }
        outward = [
            column.type.dialect_impl(dialect).result_processor(dialect, None)
            for column in getattr(statement, "exported_columns", ())
        ]
        self._sql = str(compiled)
        # Of the values, where the driver takes them by position.
        self._order: tuple[str, ...] | None = (
            tuple(compiled.positiontup) if dialect.positional else None
        )
        # What the statement holds itself.
        self._constants: dict[str, Any] = {
            name: value for name, value in compiled.params.items() if not binds[name].required
        }
        self._inward: tuple[tuple[str, _Converter], ...] = tuple(
            (name, convert) for name, convert in inward.items() if convert and is_typed
        )
        self._outward: tuple[tuple[int, _Converter], ...] = tuple(
            (place, convert) for place, convert in enumerate(outward) if convert
        )
        self._make: Callable[[Any], Row] | None = None

    def run(self, connection: Connection, values: Mapping[str, Any]) -> list[Row]:
        """Run it.

        Args:
            connection: One that SQLAlchemy gave.
            values: By name; all of them have to be given.

        Returns:
            The rows; none for a statement that gives none.

        Raises:
            sqlalchemy.exc.DBAPIError: As SQLAlchemy would have raised it.
        """
        given = {**self._constants, **values}
        for name, convert in self._inward:
            given[name] = convert(given[name])
        order, errors = self._order, connection.dialect.loaded_dbapi.Error
        cursor = connection.connection.cursor()
        try:
            cursor.execute(self._sql, given if order is None else [given[name] for name in order])
            description: Any = cursor.description
            if description is None:
                return []
            rows: Sequence[Any] = cursor.fetchall()
            make = self._make or self._name_columns(description)
        except errors as error:
            raise DBAPIError.instance(
                self._sql, None, error, errors, hide_parameters=True
            ) from error
        finally:
            cursor.close()
        if self._outward:
            rows = [list(row) for row in rows]
            for place, convert in self._outward:
                for row in rows:
                    row[place] = convert(row[place])
        return list(map(make, rows))

    def _name_columns(self, description: Any) -> Callable[[Any], Row]:
        names = [column[0] for column in description]
        row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # known only now
        self._make = row._make
        return row._make
