"""Write transactions: one after the other, on one connection a request, and for how long kept."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from flask import g
from sqlalchemy import text

from webapp.db.engine import _KEY
from webapp.db.write_queue import WriteQueue
from webapp.extensions import db

if TYPE_CHECKING:
    from flask import Flask

COUNT = text("UPDATE settle_counter SET value = value + 1")
COUNTED = text("SELECT value FROM settle_counter")
PATIENCE = 30.0


def counted() -> int:
    with db.read() as connection:
        number: int = connection.execute(COUNTED).scalar_one()
    return number


def fail_half_way(*, is_lasting: bool = True) -> None:
    with db.write(is_lasting=is_lasting) as connection:
        connection.execute(COUNT)
        raise ZeroDivisionError


def test_writers_of_a_process_do_not_lose_each_others_work(app: Flask) -> None:
    failed: list[BaseException] = []

    def write() -> None:
        try:
            with app.app_context():
                for _ in range(10):
                    with db.write() as connection:
                        connection.execute(COUNT)
        except BaseException as error:  # noqa: BLE001  # the test's own thread tells of it
            failed.append(error)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    with app.app_context():
        assert (failed, counted()) == ([], 80)


def test_the_next_writer_begins_only_when_the_one_before_has_ended() -> None:
    queue, has_begun = WriteQueue(PATIENCE), threading.Event()

    def follow() -> None:
        with queue.turn():
            has_begun.set()

    follower = threading.Thread(target=follow)
    with queue.turn():
        follower.start()
        assert not has_begun.wait(0.05)
    assert has_begun.wait(PATIENCE)
    follower.join(PATIENCE)


def test_a_writer_that_failed_lets_the_next_one_in(app: Flask) -> None:
    for context in (app.app_context, app.test_request_context):
        with context():
            with pytest.raises(ZeroDivisionError):
                fail_half_way()
            with db.write() as connection:
                connection.execute(COUNT)
    with app.app_context():
        assert counted() == 2, "the failed ones are undone"


def test_a_request_writes_on_one_connection_and_gives_it_back(app: Flask) -> None:
    with app.test_request_context():
        seen = set()
        for _ in range(3):
            with db.write() as connection:
                connection.execute(COUNT)
                seen.add(id(connection))
            assert not connection.in_transaction()
        assert len(seen) == 1
        assert g.tillside_writer is connection
    assert not connection.closed
    with app.test_request_context(), db.write() as next_one:
        assert next_one is connection, "for the next request"


def test_what_need_not_last_is_committed_all_the_same(app: Flask) -> None:
    with app.test_request_context():
        with db.write(is_lasting=False) as connection:
            connection.execute(COUNT)
        with pytest.raises(ZeroDivisionError):
            fail_half_way(is_lasting=False)
        assert counted() == 1


@pytest.mark.parametrize("is_lasting", [True, False])
def test_only_what_need_not_last_does_not_wait_for_the_disk(
    app: Flask, *, is_lasting: bool
) -> None:
    is_sqlite = app.extensions[_KEY][0].dialect.name == "sqlite"
    asked, full = ("PRAGMA synchronous", 2) if is_sqlite else ("SHOW synchronous_commit", "on")
    found = []
    with app.test_request_context():
        with db.write() as connection:
            if not is_sqlite:  # the tests' own server has it off
                connection.execute(text("SET SESSION synchronous_commit TO on"))
        for lasts in (is_lasting, True):
            with db.write(is_lasting=lasts) as connection:
                found.append(connection.execute(text(asked)).scalar_one() == full)
        with db.write() as connection:
            if not is_sqlite:
                connection.execute(text("RESET synchronous_commit"))
    assert found == [is_lasting, True]
