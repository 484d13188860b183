"""A trail without an application around it, and one inside, filled as tests want it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import pytest
from flask import Flask

from webapp import clock as time_source
from webapp.activity.service import Actor, record
from webapp.db import metadata
from webapp.extensions import db

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Member


class Append(Protocol):
    """Appends one entry; everything but what it is about has a default."""

    def __call__(self, kind: str = ..., /, **more: object) -> None: ...


@pytest.fixture
def small_app(tmp_path: Path) -> Iterator[Flask]:
    """An application with a database and a clock, and nothing else: no triggers either."""
    app = Flask("trail")
    time_source.init_app(app, lambda: datetime(2026, 4, 22, 10, tzinfo=UTC))
    db.init_app(app, f"sqlite:///{tmp_path / 'trail.db'}")
    with app.app_context():
        metadata.create_all(db.engine)
        yield app
        db.engine.dispose()


@pytest.fixture
def append(app: Flask) -> Append:
    """Appends to the application's trail, as the moment of its clock."""

    def append(kind: str = "customer.update", /, **more: object) -> None:
        by = more.pop("by", None)
        actor = by or Actor(None, "Somebody", "192.0.2.9")
        values = {"outcome": "applied", "record_type": "customer", "record_id": "1001"} | more
        with app.app_context(), db.write() as connection:
            record(connection, actor=actor, kind=kind, **values)  # type: ignore[arg-type]  # what one test varies

    return append


@pytest.fixture
def actors(cast: dict[str, Member]) -> dict[str, Actor]:
    """The cast, as the trail names them."""
    return {
        name: Actor(member.id, f"{name.title()} Person", "192.0.2.7")
        for name, member in cast.items()
    }
