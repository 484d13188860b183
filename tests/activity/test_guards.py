"""What the triggers refuse, and that no trimming goes through without an entry that tells of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.activity import guards
from webapp.activity.models import TILLSIDE, VerifyResult
from webapp.activity.service import record, trim, verify
from webapp.extensions import db

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from tests.activity.conftest import Append
    from tests.backing import Clock

TO_THE_END = "UPDATE activity_head SET trimmed_id = last_id, trimmed_hash = last_hash"
TO_FIVE = (
    "UPDATE activity_head SET trimmed_id = 5,"
    " trimmed_hash = (SELECT hash FROM activity WHERE id = 5)"
)
COLUMNS = "id, at, actor_name, kind, label, changes, outcome, hash"
OVER_THREE = f"INTO activity ({COLUMNS}) SELECT 3, at, actor_name, kind, 'Me', changes, outcome,"
OVER_THREE += " hash FROM activity WHERE id = 3"
HEAD = "INTO activity_head (id, last_id, last_hash, trimmed_id, trimmed_hash) VALUES"
REFUSED = [
    TO_THE_END,
    TO_FIVE,
    f"INSERT {HEAD} (2, 0, '', 999, '')",
    f"INSERT {HEAD} (1, 0, '', 0, '') ON CONFLICT (id) DO UPDATE SET trimmed_id = 999",
    "UPDATE activity_head SET id = 2",
    "DELETE FROM activity_head",
]
ON_SQLITE = [
    f"INSERT OR REPLACE {OVER_THREE}",
    f"REPLACE {HEAD} (1, 10, '', 10, '')",
    "UPDATE activity_head SET rowid = 2",
    "UPDATE OR REPLACE activity SET id = 3 WHERE id = 4",
]


@pytest.fixture
def ten(make_app: Callable[..., Flask], append: Append, clock: Clock) -> Iterator[Flask]:
    """Ten entries, a day between each; five days are kept."""
    for number in range(10):
        append(label=f"E{number}")
        clock.advance(days=1)
    app = make_app(activity_days=5)
    with app.app_context():
        yield app


def _run(*statements: str, is_guarded: bool = True) -> None:
    with db.write() as connection:
        if not is_guarded:
            guards.take_away(connection)
        for statement in statements:
            connection.execute(text(statement))


def _trim_to_five(**more: object) -> None:
    """Take five out, as anybody could whom no trigger stops, and tell of it so."""
    _run(TO_FIVE, "DELETE FROM activity WHERE id <= 5", is_guarded=False)
    if more:
        with db.write() as connection:
            record(connection, actor=TILLSIDE, outcome="ok", **more)  # type: ignore[arg-type]  # what one test varies


@pytest.mark.parametrize("statement", REFUSED)
def test_the_trail_refuses(ten: Flask, statement: str) -> None:
    with pytest.raises(DBAPIError, match=r"trimmed|one head"):
        _run(statement)
    assert verify() == VerifyResult(True, 10)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("statement", ON_SQLITE)
def test_what_only_sqlite_would_do(ten: Flask, statement: str) -> None:
    with pytest.raises(DBAPIError, match=r"append-only|one head"):
        _run(statement)
    assert verify() == VerifyResult(True, 10)


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("statement", ["TRUNCATE activity", "TRUNCATE activity_head"])
def test_what_only_postgresql_would_do(ten: Flask, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        _run(statement)
    assert verify() == VerifyResult(True, 10)


def test_trimming_tells_how_far_it_went(ten: Flask, clock: Clock) -> None:
    assert trim(clock()) == 5
    with db.read() as connection:
        told = connection.execute(text("SELECT changes FROM activity ORDER BY id DESC LIMIT 1"))
        assert told.scalar_one() == '{"up to": [null, 5]}'


def test_a_trail_wiped_without_a_word_is_found(ten: Flask) -> None:
    _run(TO_THE_END, "DELETE FROM activity", is_guarded=False)
    assert verify() == VerifyResult(False, 0, 10, "cut_off")


def test_a_beginning_taken_out_without_a_word_is_found(ten: Flask) -> None:
    _trim_to_five()
    assert verify() == VerifyResult(False, 0, 5, "cut_off")


def test_a_beginning_taken_out_behind_an_older_word_is_found(ten: Flask, clock: Clock) -> None:
    trim(clock())
    _run("UPDATE activity_head SET trimmed_id = 6,"
         " trimmed_hash = (SELECT hash FROM activity WHERE id = 6)",
         "DELETE FROM activity WHERE id = 6", is_guarded=False)  # fmt: skip
    assert verify() == VerifyResult(False, 0, 6, "cut_off")


def test_what_was_trimmed_before_entries_said_how_far_is_proven(ten: Flask) -> None:
    _trim_to_five(kind="activity.trimmed", label="5 entries from before 2026-04-01")
    assert verify() == VerifyResult(True, 6)


def test_a_trail_without_a_head_is_found_even_when_it_is_empty(ten: Flask) -> None:
    _run("DELETE FROM activity", "DELETE FROM activity_head", is_guarded=False)
    assert verify() == VerifyResult(False, 0, 1, "cut_off")


def test_a_second_head_is_named(ten: Flask) -> None:
    _run(f"INSERT {HEAD} (2, 0, '', 0, '')", is_guarded=False)
    assert verify() == VerifyResult(False, 0, None, "added")
    result = ten.test_cli_runner().invoke(args=["activity", "verify"])
    assert (result.exit_code, result.output) == (1, "Error: activity_head: added\n")
