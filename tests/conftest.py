"""What every test may ask for: a sandbox, a database of each kind, the application, a cast of five."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text

from tests.page import Page
from webapp import create_app
from webapp.db import metadata
from webapp.db.engine import create_database_engine
from webapp.db.upgrade import upgrade
from webapp.people.service import create_person
from webapp.sandbox.testing import running_sandbox
from webapp.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask

    from webapp.sandbox.testing import Sandbox

PASSWORD = "correct horse battery staple"
SINGLE_ROWS = (
    "INSERT INTO settle_counter (id, value) VALUES (1, 0)",
    "INSERT INTO activity_head (id, last_id, last_hash) VALUES (1, 0, '')",
    "INSERT INTO category_sync (id) VALUES (1)",
    "INSERT INTO sync_state (id, run, page, rows_seen, set_aside, held_back, row_count, interval)"
    " VALUES (1, 0, 0, 0, 0, 0, 0, 0)",
)


class Clock:
    """A clock that a test may move."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def advance(self, **how_long: float) -> None:
        self.ahead += timedelta(**how_long)


@dataclass(frozen=True)
class Member:
    """One of the cast."""

    id: int
    email: str
    role: str
    password: str = PASSWORD


@pytest.fixture(scope="session")
def _sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox") / "sandbox.db") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(_sandbox_process: Sandbox) -> Sandbox:
    """A NeroPay of our own, empty."""
    _sandbox_process.reset()
    return _sandbox_process


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "tillside.db"
    engine = create_database_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def _postgresql_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    from tests.servers.postgresql import running_postgresql

    with running_postgresql(tmp_path_factory) as url:
        engine = create_database_engine(url)
        upgrade(engine)
        engine.dispose()
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database at the newest schema; a test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("_sqlite_template"), tmp_path / "tillside.db")
        return f"sqlite:///{tmp_path / 'tillside.db'}"
    url: str = request.getfixturevalue("_postgresql_url")
    engine = create_engine(url)
    with engine.begin() as connection:
        tables = ", ".join(metadata.tables)
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))
        for statement in SINGLE_ROWS:
            connection.execute(text(statement))
    engine.dispose()
    return url


@pytest.fixture
def settings(tmp_path: Path, sandbox: Sandbox, database_url: str) -> Settings:
    return Settings(
        app_env="development",
        neropay_secret_key=sandbox.secret_key,
        neropay_base_url=sandbox.url,
        secret_key="a-key-for-tests-only",
        var_dir=tmp_path,
        database_url=database_url,
        public_url="http://localhost",
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_app(settings: Settings, clock: Clock) -> Iterator[Callable[..., Flask]]:
    """Makes applications with other settings; ends what they opened."""
    made: list[Flask] = []

    def make(**changes: object) -> Flask:
        app = create_app(replace(settings, **changes), clock_source=clock)  # type: ignore[arg-type]
        made.append(app)
        return app

    yield make
    for app in made:
        app.extensions["tillside.neropay"].close()
        app.extensions["tillside.db"][0].dispose()


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture
def cast(app: Flask) -> dict[str, Member]:
    """One person for each role, and one who was suspended."""
    members = {}
    with app.app_context():
        for role in ("owner", "manager", "staff", "viewer", "suspended"):
            email = f"{role}@shop.example"
            person_id = create_person(
                email=email,
                name=f"{role.title()} Person",
                role="staff" if role == "suspended" else role,
                password=PASSWORD,
                is_active=role != "suspended",
            )
            members[role] = Member(person_id, email, role)
    return members


@pytest.fixture
def page(app: Flask) -> Page:
    """A visitor who is not signed in."""
    return Page(app.test_client())


@pytest.fixture
def page_as(app: Flask, cast: dict[str, Member]) -> Callable[[str], Page]:
    """Signs one of the cast in, through the form."""

    def sign_in(role: str) -> Page:
        page = Page(app.test_client())
        answer = page.post("/login", {"email": cast[role].email, "password": PASSWORD})
        assert answer.status == 303, answer.text
        return page

    return sign_in
