"""Production's own server with four workers, on either database, and people who use it."""

from __future__ import annotations

import http.client
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete

from tests.conftest import PASSWORD
from tests.servers.gunicorn import Web, environment, running_gunicorn
from tests.servers.processes import worker_of
from tests.workers.browser import Browser
from webapp import create_app
from webapp.extensions import db
from webapp.people.service import create_person
from webapp.people.tables import sign_in_failures
from webapp.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from flask import Flask

WORKERS = 4
ROUNDS = int(os.environ.get("RACE_ROUNDS", "3"))
PEOPLE = ("owner", "manager", "staff", "viewer")


@dataclass
class Shop:
    """A shop whose web server may be stopped and started.

    Attributes:
        env: Of the server.
        app: The application in this process, on the same database.
        folder: The server's own.
        ids: Of people, by role.
        web: The server, while it runs.
    """

    env: dict[str, str]
    app: Flask
    folder: Path
    ids: dict[str, int]
    web: Web = field(init=False)
    _running: AbstractContextManager[Web] = field(init=False)
    _browsers: list[Browser] = field(default_factory=list)

    def browser(self, address: str = "") -> Browser:
        """Open a browser somewhere."""
        connection = http.client.HTTPConnection("127.0.0.1", self.web.port, timeout=60)
        host = self.env.get("TRUSTED_HOSTS", "")
        browser = Browser(connection, host=host, address=address)
        self._browsers.append(browser)
        return browser

    def at_every_worker(self, like: Browser) -> list[Browser]:
        """Open windows of one browser until each worker has one of them; give one for each."""
        found: dict[int, Browser] = {}
        while len(found) < WORKERS:
            window = self.browser(like.address)
            window.cookies = like.cookies
            window.get("/healthz")
            found.setdefault(worker_of(window.connection, self.web.process.pid), window)
            assert len(self._browsers) < 400, f"only {len(found)} workers accept"
        return list(found.values())

    def forget_failures(self) -> None:
        with self.app.app_context(), db.write() as connection:
            connection.execute(delete(sign_in_failures))

    def start(self) -> None:
        self._running = running_gunicorn(self.env, self.folder)
        self.web = self._running.__enter__()

    def stop(self) -> None:
        """Close every browser, which the server would wait for, and then the server."""
        while self._browsers:
            self._browsers.pop().close()
        self._running.__exit__(None, None, None)


def email_of(role: str) -> str:
    return f"{role}@shop.example"


@pytest.fixture
def shop_settings() -> dict[str, str]:
    """More of the environment; a module of tests may have its own."""
    return {}


@pytest.fixture
def shop(tmp_path: Path, database_url: str, shop_settings: dict[str, str]) -> Iterator[Shop]:
    """A shop with one person for each role, on four workers."""
    env = environment(
        tmp_path,
        DATABASE_URL=database_url,
        WEB_WORKERS=str(WORKERS),
        GUNICORN_CMD_ARGS="--keep-alive 300",  # a window stays at its worker, however slow we are
        **({"PUBLIC_URL": "http://localhost", "TRUSTED_PROXIES": "1"} | shop_settings),
    )
    app = create_app(Settings.from_environment(env))
    ids = {}
    with app.app_context():
        for role in PEOPLE:
            ids[role] = create_person(
                email=email_of(role), name=f"{role.title()} Person", role=role, password=PASSWORD
            )
    made = Shop(env, app, tmp_path, ids)
    made.start()
    yield made
    made.stop()
    app.extensions["tillside.neropay"].close()
    app.extensions["tillside.db"][0].dispose()
