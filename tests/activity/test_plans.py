"""PostgreSQL walks to a person's entries by their index, however long ago they were made."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, insert

from webapp.activity.listing import list_choices, list_entries
from webapp.activity.models import Query, Scope
from webapp.activity.tables import activity
from webapp.extensions import db

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

pytestmark = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)

ROWS, LEFT_AT = 4_000, 400
GONE = 7  # every second of the first entries was theirs, and none since
MOST = 250  # rows that any step may read in vain


@pytest.fixture
def long_ago(app: Flask) -> Iterator[None]:
    """Somebody who did a lot and left; the trail is not chained, which lists do not need."""
    began = datetime(2026, 1, 1, tzinfo=UTC)
    fixed = {"label": "Ada", "changes": "{}", "outcome": "ok", "hash": "-", "search_text": "ada"}
    rows: list[dict[str, Any]] = [
        {
            "id": index + 1,
            "at": began + timedelta(minutes=index),
            "actor_id": GONE if index < LEFT_AT and index % 2 else index % 3,
            "actor_name": "Somebody",
            "kind": "category.delete" if index < LEFT_AT // 2 else "customer.update",
            **fixed,
        }
        for index in range(ROWS)
    ]
    with app.app_context():
        with db.write() as connection:
            connection.execute(insert(activity), rows)
        engine = db.engine.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE activity")
        yield


def rows_read_in_vain(work: Any) -> int:
    """Do something, and give the most rows that one step of its queries read and dropped."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, sql: str, values: Any, *_: object) -> None:
        asked.append((sql, values))

    with db.read() as connection:
        reader = connection.engine
    event.listen(reader, "before_cursor_execute", note)
    work()
    event.remove(reader, "before_cursor_execute", note)
    assert asked
    dropped = [0]
    with db.read() as connection:
        for sql, values in asked:
            plan = connection.exec_driver_sql(f"EXPLAIN ANALYZE {sql}", values).scalars()
            dropped += map(int, re.findall(r"Rows Removed by Filter: (\d+)", "\n".join(plan)))
    return max(dropped)


@pytest.mark.parametrize(
    "query",
    [
        Query(person=str(GONE)),
        Query(kind="category.delete"),
        Query(person=str(GONE), kind="category.delete"),
        Query(kind="category.delete", q="ada"),
    ],
)
def test_a_list_reads_what_it_shows(long_ago: None, query: Query) -> None:
    assert rows_read_in_vain(lambda: list_entries(query, Scope(1, is_all=True))) <= MOST


def test_the_choices_read_one_entry_each(long_ago: None) -> None:
    assert rows_read_in_vain(lambda: list_choices(Scope(1, is_all=True))) <= MOST
