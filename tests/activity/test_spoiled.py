"""An entry that somebody spoiled takes no page away: it is shown as such, others as ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from tests.activity import guards
from webapp.activity.service import is_flooded, trim
from webapp.extensions import db

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.activity.conftest import Append
    from tests.backing import Clock
    from tests.page import Page
    from webapp.activity.service import Actor

NOTE = "Damaged: run “activity verify”"
CHANGES = ("nope", '{"a": 1}', '{"a": [1]}', "[]", "7", '{"a": [[], {}]}', '{"a": {"b": 1}}',
           '{"a": ["\\ud800", null]}', "[" * 100_000, f'{{"a": [{"1" * 5_000}, 2]}}')  # fmt: skip
ON_SQLITE = [
    ("at", "'garbage'"),
    ("at", "'2026-01-01'"),
    ("at", "x'00'"),
    *((column, "x'ff00'") for column in ("label", "actor_name", "kind", "changes", "outcome")),
    *((column, "x'ff00'") for column in ("address", "record_id", "record_type", "intent_id")),
    ("actor_id", "'me'"),
]


@pytest.fixture(autouse=True)
def _entries(copied: object, append: Append, actors: dict[str, Actor]) -> None:
    for label in ("Before", "Spoiled", "After"):
        append(by=actors["staff"], label=label, changes={"city": ("Leeds", "York")})


def _spoil(app: Flask, column: str, value: str) -> None:
    with app.app_context(), db.write() as connection:
        guards.take_away(connection)
        connection.execute(text(f"UPDATE activity SET {column} = {value} WHERE label = 'Spoiled'"))


def _see_all(page_as: Callable[[str], Page], *, is_about_it: bool = True) -> None:
    page = page_as("owner")
    for path in ("/activity", "/activity?q=york", "/activity?kind=customers&person=neropay"):
        assert page.get(path).status == 200
    answer = page.get("/activity")
    assert NOTE in answer.text
    assert "Before" in answer.text
    assert "After" in answer.text
    record = page.get("/customers/1001")
    assert record.status == 200
    assert (NOTE in record.text) is is_about_it
    assert page.get("/categories").status == 200
    file = page.get("/activity/export").response.get_data(as_text=True)
    assert NOTE in file
    assert "Before" in file


@pytest.mark.parametrize("changes", CHANGES, ids=range(len(CHANGES)))
def test_changes_that_are_none(app: Flask, page_as: Callable[[str], Page], changes: str) -> None:
    with app.app_context(), db.write() as connection:
        guards.take_away(connection)
        spoil = text("UPDATE activity SET changes = :changes WHERE label = 'Spoiled'")
        connection.execute(spoil, {"changes": changes})
    _see_all(page_as)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("column", "value"), ON_SQLITE)
def test_values_of_another_type(
    app: Flask, page_as: Callable[[str], Page], column: str, value: str
) -> None:
    _spoil(app, column, value)
    _see_all(page_as, is_about_it=not column.startswith("record"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_trimming_stops_at_it_and_signing_in_does_not(
    make_app: Callable[..., Flask], clock: Clock
) -> None:
    app = make_app(activity_days=1)
    _spoil(app, "at", "'garbage'")
    clock.advance(days=3)
    with app.app_context():
        assert trim(clock()) == 1
        with db.read() as connection:
            is_flooded(connection, "customer.update", 2, clock() - clock())
