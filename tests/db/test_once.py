"""What a page needs in several places is read once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from webapp.extensions import db

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Connection

COUNT = text("UPDATE settle_counter SET value = value + 1")


def counted() -> int:
    def ask(connection: Connection) -> int:
        number: int = connection.execute(text("SELECT value FROM settle_counter")).scalar_one()
        return number

    return db.once("counted", ask)


def count_elsewhere() -> None:
    with db.engine.begin() as connection:
        connection.execute(COUNT)


def test_a_request_reads_it_once(app: Flask) -> None:
    with app.test_request_context():
        assert counted() == 0
        count_elsewhere()
        assert counted() == 0
    with app.test_request_context():
        assert counted() == 1


def test_what_a_request_writes_it_sees(app: Flask) -> None:
    with app.test_request_context():
        assert counted() == 0
        with db.write() as connection:
            connection.execute(COUNT)
        assert counted() == 1


def test_one_question_is_not_answered_with_anothers_answer(app: Flask) -> None:
    with app.test_request_context():
        assert counted() == 0
        assert db.once(("counted", "twice"), lambda _: 2) == 2


def test_commands_and_the_worker_read_it_each_time(app: Flask) -> None:
    with app.app_context():
        assert counted() == 0
        count_elsewhere()
        assert counted() == 1
