"""Putting the parts of SQLite's full-text table together."""

from __future__ import annotations

from base64 import b32encode
from hashlib import sha512
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from tests.customers.makers import fill, make_customer
from webapp.customers import directory, tidying
from webapp.customers.models import Query
from webapp.extensions import db

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

# Long names of all letters, so that a part is of many pages.
NAMES = [b32encode(sha512(str(n).encode()).digest() * 2).decode() for n in range(1_000)]


@pytest.fixture(autouse=True)
def _app(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def add(first: int, last: int) -> None:
    fill([make_customer(n, NAMES[n]) for n in range(first, last)])


def parts() -> int:
    with db.read() as connection:
        if connection.dialect.name != "sqlite":
            return 0
        count = text("SELECT count(DISTINCT segid) FROM customers_fts_idx")
        number: int = connection.execute(count).scalar_one()
        return number


def found(n: int) -> list[str]:
    return [row.id for row in directory.search(Query(q=NAMES[n][:20])).rows]


def is_sqlite() -> bool:
    return db.dialect == "sqlite"


def test_many_parts_become_one_and_everything_is_still_found() -> None:
    for first in range(0, 1_000, 100):
        add(first, first + 100)
    waited: list[float] = []
    pieces = tidying.tidy(pause=waited.append)
    assert (pieces > 1, len(waited)) == ((True, pieces - 1) if is_sqlite() else (False, 0))
    assert parts() == (1 if is_sqlite() else 0)
    assert [found(n) for n in (0, 99, 512, 999)] == [["0"], ["99"], ["512"], ["999"]]
    if is_sqlite():
        with db.write() as connection:  # raises when the table and the rows do not agree
            check = "INSERT INTO customers_fts (customers_fts, rank) VALUES ('integrity-check', 1)"
            connection.execute(text(check))


def test_what_is_nearly_one_part_is_left() -> None:
    add(0, 999)
    tidying.tidy(pause=lambda _: None)
    add(999, 1_000)
    assert tidying.tidy(pause=lambda _: None) == 0
    assert parts() == (2 if is_sqlite() else 0)


def test_it_stops_when_told_and_goes_on_another_time() -> None:
    for first in range(0, 1_000, 250):
        add(first, first + 250)
    assert tidying.tidy(should_stop=lambda: True) == 0
    answers = iter((False, True))
    assert tidying.tidy(should_stop=lambda: next(answers), pause=lambda _: None) == is_sqlite()
    tidying.tidy(pause=lambda _: None)
    assert parts() == (1 if is_sqlite() else 0)
    assert found(700) == ["700"]


def test_writers_in_between_are_let_in_and_do_not_keep_it_going() -> None:
    add(0, 400)
    add(400, 800)
    left = iter(range(800, 1_000))
    tidying.tidy(pause=lambda _: add(new := next(left), new + 1))
    assert next(left) < 999
    assert [found(n) for n in (3, 799, 800)] == [["3"], ["799"], ["800"] if is_sqlite() else []]
