"""An application of sign-in, sessions and permissions alone, with a route for each permission."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import argon2
import pytest
from flask import Blueprint, Flask

import webapp.categories.tables
import webapp.customers.tables
import webapp.writes.tables  # noqa: F401  # the fixtures empty every table, used here or not
from webapp import clock as application_clock
from webapp import errors, ops, people, ui
from webapp.extensions import csrf, db, htmx, login_manager
from webapp.neropay import NeroPay
from webapp.people.commands import user_commands
from webapp.people.service import Permission, current_person, polling, public, requires
from webapp.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Clock


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        app_env="development",
        neropay_secret_key="not-used-here",
        neropay_base_url="http://127.0.0.1:9",
        secret_key="a-key-for-tests-only",
        var_dir=tmp_path,
        database_url=database_url,
    )


@pytest.fixture
def make_app(settings: Settings, clock: Clock) -> Iterator[Callable[..., Flask]]:
    """Makes small applications with other settings; ends what they opened."""
    made: list[Flask] = []

    def make(**changes: object) -> Flask:
        app = _small_app(replace(settings, **changes), clock)  # type: ignore[arg-type]
        made.append(app)
        return app

    yield make
    for app in made:
        app.extensions["tillside.neropay"].close()
        app.extensions["tillside.db"][0].dispose()


class Hashes:
    """Counts the comparisons that argon2 makes, and how many it makes at once."""

    def __init__(self) -> None:
        self.made = self.most_at_once = self._now = 0
        self._lock = threading.Lock()
        self._verify = argon2.PasswordHasher.verify

    def verify(self, hasher: argon2.PasswordHasher, stored: str, password: bytes) -> bool:
        with self._lock:
            self.made += 1
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            return self._verify(hasher, stored, password)
        finally:
            with self._lock:
                self._now -= 1


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> Hashes:
    counted = Hashes()

    def verify(hasher: argon2.PasswordHasher, stored: str, password: bytes) -> bool:
        return counted.verify(hasher, stored, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", verify)  # the library's, not ours
    return counted


def _small_app(settings: Settings, clock: Clock) -> Flask:
    app = Flask("webapp", template_folder="../templates", static_folder=None)
    app.config.update(SECRET_KEY=settings.secret_key, MAX_CONTENT_LENGTH=64 * 1024)
    app.extensions["tillside.settings"] = settings
    app.extensions["tillside.neropay"] = NeroPay(
        base_url=settings.neropay_base_url, secret_key=settings.neropay_secret_key
    )
    application_clock.init_app(app, clock)
    db.init_app(app, settings.database_url)
    for extension in (login_manager, csrf, htmx):
        extension.init_app(app)
    ops.init_app(app)
    ui.init_app(app, is_sandbox=False, has_hsts=False)
    errors.init_app(app)
    people.init_app(app)
    app.context_processor(lambda: {"person": current_person()})
    app.cli.add_command(user_commands)
    app.register_blueprint(_overview())
    app.register_blueprint(_records())
    return app


def _overview() -> Blueprint:
    overview = Blueprint("overview", __name__)

    @overview.get("/")
    @requires(Permission.SELF)
    def index() -> str:
        return "overview"

    return overview


def _records() -> Blueprint:
    """One route for each permission, one for all, one that pages poll, and one without a mark."""
    records = Blueprint("records", __name__, url_prefix="/records")
    for permission in Permission:
        view = requires(permission)(lambda permission=permission: str(permission))
        records.add_url_rule(
            f"/{permission}", permission.name.lower(), view, methods=["GET", "POST"]
        )
    records.add_url_rule("/public", "public", public(lambda: "public"))
    records.add_url_rule("/unmarked", "unmarked", lambda: "unmarked")
    polled = polling(requires(Permission.SELF)(lambda: "polled"))
    records.add_url_rule("/polled", "polled", polled)
    return records
