"""The queue: private, signed, and one sync for ten impatient clicks."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from webapp import jobs
from webapp.clock import now
from webapp.customers import service as customers
from webapp.extensions import neropay
from webapp.jobs import work
from webapp.jobs.queue import make_huey, open_queue
from webapp.jobs.worker import Timetable
from webapp.neropay import NeroPayError
from webapp.writes import waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask

    from tests.conftest import Clock
    from webapp.sandbox.testing import Sandbox
    from webapp.settings import Settings


@pytest.fixture(autouse=True)
def _in_app(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield
        open_queue(app).huey.storage.close()


def _run_all(app: Flask) -> int:
    """Do what the consumer does, here and now."""
    huey = open_queue(app).huey
    done = 0
    while (task := huey.dequeue()) is not None:
        huey.execute(task)
        done += 1
    return done


def test_a_sync_that_was_asked_for_is_done(app: Flask, sandbox: Sandbox) -> None:
    sandbox.seed(customers=3, categories=2)
    jobs.request_sync()

    assert customers.sync_status().state == "never"
    assert _run_all(app) == 1
    assert customers.sync_status().row_count == 3


def test_ten_clicks_are_one_sync(app: Flask, sandbox: Sandbox, clock: Clock) -> None:
    sandbox.seed(customers=3, categories=2)
    for _ in range(10):
        jobs.request_sync()

    assert _run_all(app) == 10
    lists = [request for request in sandbox.requests() if request["path"] == "/v2/customers"]
    once = len(lists)
    clock.advance(minutes=1)
    jobs.request_sync()
    _run_all(app)
    lists = [request for request in sandbox.requests() if request["path"] == "/v2/customers"]
    assert len(lists) == 2 * once


def test_after_a_failed_sync_the_next_one_is_not_left_out(app: Flask, sandbox: Sandbox) -> None:
    sandbox.seed(customers=3, categories=2)
    asked_at = now()
    sandbox.fault(action="status", status=500, times=0)
    work.refresh_copy(asked_at=asked_at)
    sandbox.clear_faults()
    work.refresh_copy(asked_at=asked_at)

    assert customers.sync_status().row_count == 3


def test_a_worker_that_stops_keeps_what_was_read(app: Flask, sandbox: Sandbox) -> None:
    sandbox.seed(customers=3, categories=0)
    app.extensions[work.STOPPING] = lambda: True
    work.refresh_copy(asked_at=now())

    assert customers.sync_status().finished_at is None
    assert not [request for request in sandbox.requests() if request["path"] == "/v2/customers"]


def test_settling_may_be_asked_for_and_may_wait(app: Flask) -> None:
    jobs.request_settle()
    jobs.request_settle(delay=60.0)
    huey = open_queue(app).huey

    assert [task.name for task in huey.pending()] == ["settle", "settle"]
    assert _run_all(app) == 2
    assert [task.name for task in huey.scheduled()] == ["settle"]


def test_the_queue_is_its_owners_alone(app: Flask, tmp_path: Path) -> None:
    jobs.request_sync()

    for path in tmp_path.glob("queue.db*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_a_job_that_is_not_signed_is_not_even_read(app: Flask, tmp_path: Path) -> None:
    jobs.request_sync()
    with sqlite3.connect(tmp_path / "queue.db") as connection:
        (job,) = connection.execute("SELECT data FROM task").fetchone()
        unsigned = bytes(job).rsplit(b":", 1)[0]
        connection.execute("UPDATE task SET data = ?", (unsigned + b":" + b"0" * 40,))
    connection.close()

    with pytest.raises(ValueError, match="mismatch"):
        open_queue(app).huey.dequeue()


def test_another_installations_jobs_are_not_taken(settings: Settings) -> None:
    huey = make_huey(settings)
    other = make_huey(replace(settings, neropay_secret_key="another-secret"))
    data = huey.serializer.serialize(b"job")

    assert huey.serializer.deserialize(data) == b"job"
    with pytest.raises(ValueError, match="mismatch"):
        other.serializer.deserialize(data)
    huey.storage.close()
    other.storage.close()


def test_a_web_process_starts_without_huey() -> None:
    code = "import sys, webapp.jobs; sys.exit('huey' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_sign_of_life(app: Flask, clock: Clock, tmp_path: Path) -> None:
    assert jobs.worker_seen_at() is None
    assert jobs.heartbeat_age() is None
    Timetable().tick()
    clock.advance(seconds=100)

    age = jobs.heartbeat_age()
    assert age is not None
    assert 99 < age < 200
    assert stat.S_IMODE((tmp_path / "worker.alive").stat().st_mode) == 0o600


def test_syncs_are_asked_for_at_the_start_and_on_the_interval(app: Flask, clock: Clock) -> None:
    timetable = Timetable()
    huey = open_queue(app).huey
    asked = []
    for seconds in (0, 10, 280, 20, 10):
        clock.advance(seconds=seconds)
        timetable.tick()
        asked.append(huey.pending_count())

    assert asked == [1, 1, 1, 2, 2]


def test_a_sync_is_asked_for_when_neropay_is_back(
    app: Flask, sandbox: Sandbox, clock: Clock
) -> None:
    assert asked_at(app, sandbox, clock, seconds=70) == [1, 1, 2, 2]


def test_none_is_asked_for_when_neropay_was_away_for_a_moment(
    app: Flask, sandbox: Sandbox, clock: Clock
) -> None:
    assert asked_at(app, sandbox, clock, seconds=10) == [1, 1, 1, 1]


def test_one_that_failed_meanwhile_is_made_up_for(
    app: Flask, sandbox: Sandbox, clock: Clock
) -> None:
    def sync(*, is_away: bool) -> None:
        if is_away:
            customers.run_sync(reason="test")

    assert asked_at(app, sandbox, clock, seconds=10, do=sync) == [1, 1, 2, 2]


def asked_at(
    app: Flask,
    sandbox: Sandbox,
    clock: Clock,
    *,
    seconds: float,
    do: Callable[..., None] = lambda **_: None,
) -> list[int]:
    """Let NeroPay be away at the second of four ticks; give how many syncs were asked for."""
    timetable = Timetable()
    huey = open_queue(app).huey
    asked = []
    for is_away in (False, True, False, False):
        sandbox.clear_faults()
        if is_away:
            sandbox.fault(action="status", status=503, times=0)
        with suppress(NeroPayError):
            neropay().account.get()
        waiting.note_line()
        do(is_away=is_away)
        timetable.tick()
        asked.append(huey.pending_count())
        clock.advance(seconds=seconds)
    return asked


def test_cleaning_up_drops_what_is_over(app: Flask, clock: Clock) -> None:
    from webapp.extensions import db
    from webapp.people.tables import sign_in_failures

    with db.write() as connection:
        connection.execute(
            sign_in_failures.insert().values(account_key="x", address="192.0.2.7", at=now())
        )
    clock.advance(days=2)
    work.clean_up()

    with db.read() as connection:
        assert connection.execute(sign_in_failures.select()).all() == []
