"""Statements handed to the driver itself: the same rows and errors as through SQLAlchemy."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    insert,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError

from webapp.db import UtcDateTime
from webapp.db.engine import create_database_engine
from webapp.db.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

_things = Table(
    "prepared_things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", String(20)),
    Column("is_good", Boolean),
    Column("at", UtcDateTime),
)
_MOMENT = datetime(2026, 4, 22, 10, 0, 0, 5, tzinfo=UTC)


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    engine = create_database_engine(database_url)
    with engine.connect() as connection:
        _things.create(connection)
        rows: list[dict[str, object]] = [
            {"id": 1, "name": "100%", "is_good": True, "at": _MOMENT},
            {"id": 2, "name": None, "is_good": False, "at": None},
        ]
        connection.execute(insert(_things), rows)
        yield connection
        connection.rollback()
    engine.dispose()


def test_types_are_those_of_the_columns(connection: Connection) -> None:
    query = select(_things).where(_things.c.id <= bindparam("most")).order_by(_things.c.id)
    rows = Prepared(query).all(connection, {"most": 2})
    usual = connection.execute(query, {"most": 2})
    assert [tuple(row) for row in rows] == [tuple(row) for row in usual]
    assert rows[0].is_good is True
    assert rows[0].at == _MOMENT
    assert rows[1].at is None


def test_values_that_the_statement_holds(connection: Connection) -> None:
    query = Prepared(select(_things.c.name).where(_things.c.id == 1))
    row = query.first(connection)
    assert row is not None
    assert row.name == "100%"


def test_written_out_sql(connection: Connection) -> None:
    sql = "SELECT t.id, count(*) FROM prepared_things t WHERE t.name LIKE :name AND t.id = :id"
    query = Prepared(text(f"{sql} GROUP BY t.id"))
    assert [tuple(row) for row in query.all(connection, {"id": 1, "name": "1%"})] == [(1, 1)]
    assert query.first(connection, {"id": 7, "name": "1%"}) is None


def test_one_statement_on_many_connections(connection: Connection) -> None:
    query = Prepared(text("SELECT t.id AS id FROM prepared_things t WHERE t.name = :name"))
    hostile = "x' OR '1' = '1"
    for name, ids in (("100%", [1]), (hostile, []), ("%s :name ?", []), ("100%", [1])):
        assert [row.id for row in query.all(connection, {"name": name})] == ids


def test_errors_are_sqlalchemys_without_the_values(connection: Connection) -> None:
    query = Prepared(text("SELECT nothing FROM prepared_things WHERE name = :name"))
    with pytest.raises(DBAPIError) as caught:
        query.all(connection, {"name": "Ada Lovelace"})
    assert "Ada" not in str(caught.value)


def test_a_value_left_out_is_an_error(connection: Connection) -> None:
    query = Prepared(text("SELECT id FROM prepared_things WHERE name = :name"))
    with pytest.raises((KeyError, DBAPIError)):
        query.all(connection)
