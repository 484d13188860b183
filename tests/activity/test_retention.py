"""Old entries go, what stays can be proven, and nothing else takes an entry away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

from tests.activity import guards
from webapp.activity import retention
from webapp.activity.models import Actor, VerifyResult
from webapp.activity.service import record, trim, verify
from webapp.activity.tables import activity, activity_head
from webapp.extensions import db
from webapp.jobs import work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from tests.backing import Clock


@pytest.fixture
def kept(make_app: Callable[..., Flask], clock: Clock) -> Iterator[Flask]:
    """Ten entries, a day between each; entries are kept for five days."""
    app = make_app(activity_days=5)
    with app.app_context():
        for number in range(10):
            _append(number)
            clock.advance(days=1)
        yield app


def _append(number: int) -> None:
    with db.write() as connection:
        record(
            connection, actor=Actor(1, "Anna", None), kind="sign_out", outcome="ok",
            label=f"E{number}",
        )  # fmt: skip


def _ids() -> list[int]:
    with db.read() as connection:
        return list(connection.execute(select(activity.c.id).order_by(activity.c.id)).scalars())


def _execute(statement: object) -> None:
    with db.write() as connection:
        connection.execute(statement)  # type: ignore[call-overload]  # any statement


def test_the_oldest_go_and_the_rest_is_proven(kept: Flask, clock: Clock) -> None:
    assert trim(clock()) == 5
    assert _ids() == [6, 7, 8, 9, 10, 11]  # the last one says that they went
    assert verify() == VerifyResult(True, 6)
    with db.read() as connection:
        newest = connection.execute(select(activity).order_by(activity.c.id.desc())).first()
    assert newest is not None
    assert (newest.kind, newest.actor_name) == ("activity.trimmed", "Tillside")
    assert newest.label.startswith("5 entries from before ")


def test_trimming_again_takes_nothing_and_says_nothing(kept: Flask, clock: Clock) -> None:
    trim(clock())
    assert trim(clock()) == 0
    assert _ids() == [6, 7, 8, 9, 10, 11]


def test_the_hourly_clean_up_trims(kept: Flask) -> None:
    work.clean_up()
    assert _ids()[0] == 6


def test_many_go_in_several_transactions(kept: Flask, clock: Clock) -> None:
    assert retention.trim(clock(), batch=2) == 5
    assert verify().ok
    assert _ids()[0] == 6


def test_without_days_everything_is_kept(app: Flask, clock: Clock) -> None:
    with app.app_context():
        _append(1)
        clock.advance(days=30_000)
        assert trim(clock()) == 0
        assert _ids() == [1]


def test_everything_may_go(kept: Flask, clock: Clock) -> None:
    clock.advance(days=100)
    assert trim(clock()) == 10
    assert verify() == VerifyResult(True, 1)
    _append(99)
    assert verify() == VerifyResult(True, 2)


def test_a_clock_that_went_back_does_not_make_a_gap(kept: Flask, clock: Clock) -> None:
    clock.advance(days=-200)
    _append(99)  # older than all, but the last
    clock.advance(days=200)
    trim(clock())
    assert _ids() == [*range(6, 12), 12]
    assert verify().ok


def test_what_was_trimmed_too_far_is_found(kept: Flask, clock: Clock) -> None:
    trim(clock())
    with db.write() as connection:
        guards.take_away(connection)
        connection.execute(delete(activity).where(activity.c.id == 6))
    assert verify() == VerifyResult(False, 0, 6, "removed")


def test_a_trimmed_trail_that_begins_elsewhere_is_found(kept: Flask, clock: Clock) -> None:
    trim(clock())
    with db.write() as connection:
        guards.take_away(connection)
        connection.execute(update(activity_head).values(trimmed_hash="a" * 64))
    assert verify() == VerifyResult(False, 0, 6, "changed")


@pytest.mark.parametrize(
    "statement",
    [
        update(activity).values(label="Somebody else"),
        update(activity).where(activity.c.id == 3).values(search_text=""),
        delete(activity).where(activity.c.id == 10),
        delete(activity),
        update(activity_head).values(trimmed_id=5),
        update(activity_head).values(trimmed_id=5, trimmed_hash="b" * 64),
        update(activity_head).values(trimmed_id=-1, trimmed_hash=""),
    ],
    ids=str,
)
def test_the_database_itself_refuses_everything_else(kept: Flask, statement: object) -> None:
    with pytest.raises(DBAPIError, match=r"append-only|from its beginning|with an entry"):
        _execute(statement)
    assert verify() == VerifyResult(True, 10)


def test_found_texts_go_with_their_entries(kept: Flask, clock: Clock) -> None:
    trim(clock())
    if db.dialect != "sqlite":
        return
    with db.read() as connection:
        hits = connection.execute(
            text("SELECT count(*) FROM activity_fts WHERE activity_fts MATCH 'entries'")
        )
        assert hits.scalar_one() == 1
        rows = connection.execute(select(func.count()).select_from(activity)).scalar_one()
    assert rows == 6
    _execute(text("INSERT INTO activity_fts (activity_fts) VALUES ('integrity-check')"))
