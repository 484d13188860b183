"""What stands behind the application: a sandbox, databases of each kind, a clock.

`conftest` passes the fixtures on.
"""

from __future__ import annotations

import shutil
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from jinja2 import BytecodeCache
from sqlalchemy import create_engine

from webapp import create_app
from webapp.db import metadata
from webapp.db.engine import create_database_engine
from webapp.db.upgrade import upgrade
from webapp.neropay import NeroPay
from webapp.sandbox.testing import running_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from jinja2.bccache import Bucket
    from playwright.sync_api import Playwright

    from webapp.sandbox.testing import Sandbox
    from webapp.settings import Settings

__all__ = [
    "Clock",
    "database_url",
    "make_application",
    "one_sandbox",
    "playwright",
    "postgresql_url",
    "sandbox",
    "sqlite_template",
]

SINGLE_ROWS = (
    "INSERT INTO settle_counter (id, value) VALUES (1, 0)",
    "INSERT INTO activity_head (id, last_id, last_hash) VALUES (1, 0, '')",
    "INSERT INTO category_sync (id) VALUES (1)",
    (
        "INSERT INTO sync_state (id, run, page, rows_seen, set_aside, held_back, row_count,"
        " interval) VALUES (1, 0, 0, 0, 0, 0, 0, 0)"
    ),
)


class Clock:
    """A clock that a test may move."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        self.slept = 0.0

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def advance(self, **how_long: float) -> None:
        self.ahead += timedelta(**how_long)

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead.total_seconds() + self.slept

    def sleep(self, seconds: float) -> None:
        """Let the client to NeroPay believe that it waited."""
        self.slept += seconds


class CompiledTemplates(BytecodeCache):
    """Compiles each template once in a run, and not once in each test's application."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key] = bucket.bytecode_to_string()


_compiled = CompiledTemplates()


def make_application(settings: Settings, clock: Clock, /, **client_options: Any) -> Flask:
    """Make the application; its client to NeroPay is the usual one, but pauses take no time.

    Args:
        settings: Of the application.
        clock: What it and its client take for the time.
        client_options: More for the client.
    """
    client = NeroPay(
        base_url=settings.neropay_base_url,
        secret_key=settings.neropay_secret_key,
        monotonic=clock.monotonic,
        sleep=clock.sleep,
        **client_options,
    )
    app = create_app(settings, clock_source=clock, neropay=client)
    app.jinja_env.bytecode_cache = _compiled
    return app


@pytest.fixture(scope="session")
def one_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The sandbox of the whole run."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox") / "sandbox.db") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(one_sandbox: Sandbox) -> Sandbox:
    """A NeroPay of our own, empty."""
    one_sandbox.reset()
    return one_sandbox


@pytest.fixture
def no_neropay(sandbox: Sandbox) -> Iterator[None]:
    """Nobody listens where NeroPay was."""
    sandbox.stop()
    yield
    sandbox.start()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file to copy: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("template") / "tillside.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL of our own for the whole run, emptied for each test."""
    from tests.servers.postgresql import running_postgresql

    with running_postgresql() as url:
        _migrate(url)
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database at the newest schema; a test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "tillside.db")
        return f"sqlite:///{tmp_path / 'tillside.db'}"
    url: str = request.getfixturevalue("postgresql_url")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(_emptying(), execution_options={"no_parameters": True})
    engine.dispose()
    return url


def _migrate(url: str) -> None:
    engine = create_database_engine(url)
    upgrade(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What starts browsers; there can be only one in a process."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        yield started


def _emptying() -> str:
    """Statements that leave a database as the migrations made it; TRUNCATE takes far longer."""
    return ";".join(
        (
            "SET LOCAL session_replication_role = replica",  # the trail's own triggers refuse it
            *(f"DELETE FROM {table}" for table in metadata.tables),
            "SELECT setval(quote_ident(sequencename)::regclass, 1, false) FROM pg_sequences",
            *SINGLE_ROWS,
        )
    )
