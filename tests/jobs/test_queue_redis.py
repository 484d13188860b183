"""The queue in Redis: the same jobs, as often and as safe as in a file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.servers.redis import running_redis
from webapp import jobs
from webapp.customers import service as customers
from webapp.jobs.queue import make_huey, open_queue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask

    from webapp.sandbox.testing import Sandbox
    from webapp.settings import Settings

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_redis(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture
def app(make_app: Callable[..., Flask], redis_url: str) -> Iterator[Flask]:
    app = make_app(redis_url=redis_url)
    with app.app_context():
        huey = open_queue(app).huey
        huey.flush()
        yield app
        huey.storage.conn.close()


def test_a_job_goes_through(app: Flask, sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.seed(customers=3, categories=2)
    jobs.request_sync()
    huey = open_queue(app).huey

    assert huey.pending_count() == 1
    assert not list(tmp_path.glob("queue.db*"))
    huey.execute(huey.dequeue())
    assert customers.sync_status().row_count == 3
    assert huey.dequeue() is None


def test_a_job_may_wait(app: Flask) -> None:
    jobs.request_settle(delay=60.0)
    huey = open_queue(app).huey
    huey.execute(huey.dequeue())

    assert [task.name for task in huey.scheduled()] == ["settle"]
    assert huey.pending_count() == 0


def test_another_installations_job_is_not_run(app: Flask, settings: Settings) -> None:
    jobs.request_sync()
    mine = app.extensions["tillside.settings"].redis_url
    other = make_huey(replace(settings, redis_url=mine, neropay_secret_key="another-secret"))

    with pytest.raises(ValueError, match="mismatch"):
        other.dequeue()
    other.storage.conn.close()
