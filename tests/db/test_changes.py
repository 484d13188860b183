"""Statements of every save: the values, the rows and the errors are what SQLAlchemy would give."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError

from webapp.db import UtcDateTime
from webapp.db.changes import Change
from webapp.db.engine import create_database_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

NOTES = Table(
    "notes_of_changes",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("at", UtcDateTime),
    Column("is_new", Boolean, nullable=False),
    Column("body", LargeBinary),
)
MOMENT = datetime(2026, 4, 22, 10, 0, 0, 123456, UTC)
NOTE = {"id": 1, "text": "Zoë's", "at": MOMENT, "is_new": True, "body": b"\x00\xff"}
ADD = Change(insert(NOTES), *NOTE)
ADD_TOLD = Change(insert(NOTES).returning(NOTES), *NOTE)
AGE = Change(
    update(NOTES)
    .where(NOTES.c.id == bindparam("note"))
    .values(is_new=False, at=None)
    .returning(NOTES.c.id, NOTES.c.is_new, NOTES.c.at),
    "text",
)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = create_database_engine(database_url)
    NOTES.metadata.drop_all(made)
    NOTES.metadata.create_all(made)
    yield made
    NOTES.metadata.drop_all(made)
    made.dispose()


def test_what_is_written_reads_as_sqlalchemy_reads_it(engine: Engine) -> None:
    with engine.begin() as connection:
        ADD.run(connection, NOTE)
        row = connection.execute(select(NOTES)).one()
    assert row._asdict() == NOTE


def test_what_is_written_is_stored_as_sqlalchemy_stores_it(engine: Engine) -> None:
    raw = text("SELECT text, at, is_new, body FROM notes_of_changes ORDER BY id")
    with engine.begin() as connection:
        ADD.run(connection, NOTE)
        connection.execute(insert(NOTES), {**NOTE, "id": 2})
        ours, theirs = connection.execute(raw).all()
    assert tuple(ours) == tuple(theirs)


def test_returning_gives_values_of_the_columns_types(engine: Engine) -> None:
    with engine.begin() as connection:
        row = ADD_TOLD.first(connection, NOTE)
    assert row is not None
    assert row._asdict() == NOTE


def test_what_the_statement_brings_itself_is_written_too(engine: Engine) -> None:
    with engine.begin() as connection:
        ADD.run(connection, NOTE)
        assert AGE.first(connection, {"note": 1, "text": "old"}) == (1, False, None)
        assert AGE.first(connection, {"note": 2, "text": "old"}) is None
        words = connection.execute(select(NOTES.c.text)).scalar_one()
    assert words == "old"


def test_it_is_part_of_the_transaction_that_it_is_run_in(engine: Engine) -> None:
    with engine.connect() as connection:
        ADD.run(connection, NOTE)
        connection.rollback()
        ADD.run(connection, NOTE)
        connection.commit()
        Change(delete(NOTES)).run(connection, {})
    with engine.connect() as connection:
        assert len(connection.execute(select(NOTES)).all()) == 1


def test_what_it_brings_is_written_alike_each_time(engine: Engine) -> None:
    date = Change(update(NOTES).values(at=MOMENT))
    with engine.begin() as connection:
        ADD.run(connection, {**NOTE, "at": None})
        for _ in range(2):
            date.run(connection, {})
            assert connection.execute(select(NOTES.c.at)).scalar_one() == MOMENT


@pytest.mark.parametrize("absent", ["id", "text", "at"])
def test_a_value_left_out_is_an_error(engine: Engine, absent: str) -> None:
    values = {name: value for name, value in NOTE.items() if name != absent}
    with pytest.raises((KeyError, DBAPIError)), engine.begin() as connection:
        ADD.run(connection, values)


def test_an_error_is_sqlalchemys_and_hides_the_values(engine: Engine) -> None:
    with engine.begin() as connection:
        ADD.run(connection, NOTE)
    with pytest.raises(IntegrityError) as caught, engine.begin() as connection:
        ADD.run(connection, NOTE)
    assert "Zoë" not in str(caught.value)


def test_a_statement_may_be_given_for_each_database(engine: Engine) -> None:
    name = engine.dialect.name
    change = Change({name: insert(NOTES), "another": delete(NOTES)}, *NOTE)
    with engine.begin() as connection:
        change.run(connection, NOTE)
        assert connection.execute(select(NOTES.c.id)).scalar_one() == 1
