"""What was noted in the answers of writes is kept when it moves to a column of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from tests.db.test_schema import MIGRATIONS
from webapp.db.engine import create_database_engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

_ADD = text(
    "INSERT INTO intents (id, actor_name, kind, method, path, body, record_type, label, before,"
    " state, created_at, attempts, settled_at, answer) VALUES (:id, 'Anna', 'customer.create',"
    " 'POST', '/customers', x'', 'customer', 'Jane', '{}', :state, '2026-01-01', 2,"
    " '2026-01-02', :answer)"
)
OLD = {
    "given_up": {"code": "given_up", "reason": "gone", "looked_up_by": "Ben"},
    "looked": {"code": "not_known", "looked_up_by": "Ben"},
    "asked": {"code": "not_known"},
}


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = create_database_engine(f"sqlite:///{tmp_path}/old.db")
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def migrate(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    go = command.upgrade if revision == "0015" else command.downgrade
    go(config, revision)


def read(connection: Connection) -> dict[str, tuple[str | None, dict[str, str]]]:
    rows = connection.execute(text("SELECT * FROM intents")).mappings()
    return {row["id"]: (row.get("looked_up_by"), json.loads(row["answer"])) for row in rows}


def test_who_gave_up_has_not_looked_and_it_can_be_taken_back(connection: Connection) -> None:
    migrate(connection, "0015")
    migrate(connection, "0014")
    for name, answer in OLD.items():
        row = {"id": name, "state": "unknown", "answer": json.dumps(answer)}
        connection.execute(_ADD, row)
    migrate(connection, "0015")
    assert read(connection) == {
        "given_up": (None, {"code": "given_up", "reason": "gone", "given_up_by": "Ben"}),
        "looked": ("Ben", {"code": "not_known"}),
        "asked": (None, {"code": "not_known"}),
    }
    migrate(connection, "0014")
    assert read(connection) == {name: (None, answer) for name, answer in OLD.items()}
