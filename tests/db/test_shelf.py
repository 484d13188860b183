"""Connections that go from request to request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from webapp.db.engine import _KEY, _SHELVES
from webapp.extensions import db

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Connection

COUNT = text("UPDATE settle_counter SET value = value + 1")
COUNTED = text("SELECT value FROM settle_counter")


def fail_half_way(app: Flask) -> None:
    with app.test_request_context(), db.write() as connection:
        connection.execute(COUNT)
        raise ZeroDivisionError


def read_once(app: Flask) -> Connection:
    with app.test_request_context(), db.read() as connection:
        connection.execute(COUNTED).scalar_one()
    return connection


def test_the_next_request_gets_the_one_that_the_last_has_left(app: Flask) -> None:
    first = read_once(app)
    assert read_once(app) is first
    assert not first.in_transaction()


def test_two_requests_at_once_never_share_one(app: Flask) -> None:
    shelf = app.extensions[_SHELVES]["tillside_reader"]
    first = read_once(app)
    taken = [shelf.take(), shelf.take()]
    assert taken[0] is not taken[1]
    assert first in taken
    for connection in taken:
        shelf.put_back(connection)


def test_a_writer_leaves_nothing_undone_behind(app: Flask) -> None:
    for _ in range(2):
        with app.test_request_context(), db.write() as connection:
            connection.execute(COUNT)
        with pytest.raises(ZeroDivisionError):
            fail_half_way(app)
    with app.test_request_context(), db.read() as connection:
        assert connection.execute(COUNTED).scalar_one() == 2


def test_one_that_failed_or_is_broken_is_not_passed_on(app: Flask) -> None:
    first = read_once(app)
    with (
        app.test_request_context(),
        pytest.raises(SQLAlchemyError),
        db.read() as connection,
    ):
        connection.execute(text("SELECT nothing FROM nowhere"))
    assert first.closed
    with app.test_request_context(), db.read() as connection:
        connection.invalidate()
    assert read_once(app) is not connection


def test_disposing_of_the_engine_closes_those_that_lie_there(app: Flask) -> None:
    first = read_once(app)
    engine, reader = app.extensions[_KEY]
    with app.app_context():
        db.engine.dispose()
    assert first.closed
    assert reader.pool.checkedout() == engine.pool.checkedout() == 0
    assert read_once(app) is not first
