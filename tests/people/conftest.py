"""What the tests of people ask for: a small application, the five in it, a count of hashes."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

import argon2
import pytest
from sqlalchemy import insert

import webapp.categories.tables
import webapp.customers.tables
import webapp.writes.tables  # noqa: F401  # the fixtures empty every table, used here or not
from tests.conftest import PASSWORD, Member
from tests.people.small_app import make_small_app
from webapp.extensions import db
from webapp.people.passwords import hash_password
from webapp.people.tables import people
from webapp.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask

    from tests.conftest import Clock

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        app_env="development",
        neropay_secret_key="not-used-here",
        neropay_base_url="http://127.0.0.1:9",
        secret_key="a-key-for-tests-only",
        var_dir=tmp_path,
        database_url=database_url,
        web_threads=64,  # many may sign in at once, see test_crowd
    )


@pytest.fixture
def make_app(settings: Settings, clock: Clock) -> Iterator[Callable[..., Flask]]:
    """Makes small applications with other settings; ends what they opened."""
    made: list[Flask] = []

    def make(**changes: object) -> Flask:
        app = make_small_app(replace(settings, **changes), clock)  # type: ignore[arg-type]  # fields by name
        made.append(app)
        return app

    yield make
    for app in made:
        app.extensions["tillside.neropay"].close()
        app.extensions["tillside.db"][0].dispose()


@pytest.fixture
def cast(app: Flask) -> dict[str, Member]:
    """The five, made at once with one hash: most tests here are not about making people."""
    members = {}
    with app.app_context(), db.write() as connection:
        for role in ("owner", "manager", "staff", "viewer", "suspended"):
            row = {
                "email": f"{role}@shop.example",
                "email_key": f"{role}@shop.example",
                "name": f"{role.title()} Person",
                "role": "staff" if role == "suspended" else role,
                "is_active": role != "suspended",
                "password_hash": _hash_once(PASSWORD),
                "theme": "auto",
                "has_shortcuts": True,
                "created_at": START,
                "password_changed_at": START,
            }
            made = connection.execute(insert(people).values(row).returning(people.c.id))
            members[role] = Member(made.scalar_one(), f"{role}@shop.example", role)
    return members


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


_hash_once = cache(hash_password)
