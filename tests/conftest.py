"""What every test may ask for: NeroPay, databases, the application, a cast of five."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher
from sqlalchemy import insert

from tests.backing import (
    Clock,
    database_url,
    make_application,
    no_neropay,
    one_sandbox,
    playwright,
    postgresql_url,
    sandbox,
    sqlite_template,
)
from tests.page import Page
from webapp.categories.service import refresh_categories
from webapp.customers.service import run_sync
from webapp.extensions import db
from webapp.people.addresses import email_key
from webapp.people.tables import people
from webapp.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask

    from webapp.sandbox.testing import Sandbox

__all__ = ["Clock", "database_url", "no_neropay", "one_sandbox", "playwright", "postgresql_url",
           "sandbox", "sqlite_template"]  # fmt: skip

PASSWORD = "correct horse battery staple"
CAST = ("owner", "manager", "staff", "viewer", "suspended")
LONG = ("workers", "browser", "matrix", "deploy", "jobs")  # folders of tests


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long ones: at the end of a run they would keep but one core busy."""
    items.sort(key=lambda item: item.path.parent.name not in LONG)


@dataclass(frozen=True)
class Member:
    """One of the cast."""

    id: int
    email: str
    role: str
    password: str = PASSWORD


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
        changed = replace(settings, **changes)  # type: ignore[arg-type]  # what the test gives
        made.append(make_application(changed, clock))
        return made[-1]

    yield make
    for app in made:
        app.extensions["tillside.neropay"].close()
        app.extensions["tillside.db"][0].dispose()


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture
def copied(app: Flask, sandbox: Sandbox) -> Sandbox:
    """A NeroPay with 12 customers from 1001 on and 4 categories, all of them in our copy."""
    sandbox.seed(customers=12, categories=4)
    with app.app_context():
        assert run_sync(reason="test").state == "done"
        assert refresh_categories().is_complete
    sandbox.forget_requests()
    return sandbox


@pytest.fixture(scope="session")
def password_hash() -> str:
    """The cast's password, hashed once, and so that comparing costs next to nothing."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@pytest.fixture
def cast(app: Flask, clock: Clock, password_hash: str) -> dict[str, Member]:
    """One person for each role, and one who was suspended."""
    fixed = {"password_hash": password_hash, "theme": "auto", "has_shortcuts": True}
    fixed |= {"created_at": clock(), "password_changed_at": clock()}
    members: dict[str, Member] = {}
    with app.app_context(), db.write() as connection:
        for name in CAST:
            email, role = f"{name}@shop.example", "staff" if name == "suspended" else name
            row = {"email": email, "email_key": email_key(email), "role": role, **fixed}
            row |= {"name": f"{name.title()} Person", "is_active": name != "suspended"}
            made = connection.execute(insert(people).values(row).returning(people.c.id))
            members[name] = Member(made.scalar_one(), email, name)
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
