from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.writes.office import Notebook, Office, build_app, register_all
from webapp import clock as app_clock
from webapp.activity.service import Actor
from webapp.db import metadata
from webapp.extensions import db
from webapp.people.tables import people

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Clock
    from webapp.sandbox.testing import Sandbox


@pytest.fixture
def client_time() -> list[float]:
    """Seconds that the client believes to have slept: its pauses cost no time."""
    return [0.0]


@pytest.fixture
def office(
    database_url: str, sandbox: Sandbox, clock: Clock, client_time: list[float]
) -> Iterator[Office]:
    def sleep(seconds: float) -> None:
        client_time[0] += seconds

    app = build_app(
        database_url,
        sandbox.url,
        sandbox.secret_key,
        clock,
        sleep=sleep,
        monotonic=lambda: time.monotonic() + client_time[0],
    )
    with app.app_context():
        assert "intents" in metadata.tables
        anna, ben = _hire("Anna"), _hire("Ben")
        notebook = Notebook()
        register_all(notebook)
        yield Office(app, notebook, clock, anna, ben, client_time)
        app.extensions["tillside.neropay"].close()
        db.engine.dispose()


def _hire(name: str) -> Actor:
    moment = app_clock.now()
    with db.write() as connection:
        person_id = connection.execute(
            people.insert()
            .values(
                email=f"{name}@shop.example",
                email_key=name,
                name=name,
                role="staff",
                is_active=True,
                password_hash="-",
                theme="auto",
                has_shortcuts=True,
                created_at=moment,
                password_changed_at=moment,
            )
            .returning(people.c.id)
        ).scalar_one()
    return Actor(person_id, name, "192.0.2.7")
