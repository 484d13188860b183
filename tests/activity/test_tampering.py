"""Whatever is done to the trail behind its back, verify() names the first entry concerned."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, insert, select, text, update

from webapp.activity.chain import digest_of
from webapp.activity.service import Actor, VerifyResult, record, verify
from webapp.activity.tables import activity, activity_head
from webapp.extensions import db

BEN = Actor(2, "Ben", None)


@pytest.fixture(autouse=True)
def _five_entries(small_app: object) -> None:
    for number in range(1, 6):
        with db.write() as connection:
            record(
                connection,
                actor=BEN,
                kind="customer.update",
                outcome="applied",
                record_type="customer",
                record_id=str(number),
                label=f"Customer {number}",
                changes={"name": (None, f"Customer {number}")},
            )


def _run(*statements: object) -> None:
    with db.write() as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]  # any statement


def test_an_untouched_trail_is_sound() -> None:
    assert verify() == VerifyResult(True, 5)


def test_an_empty_trail_is_sound() -> None:
    _run(delete(activity), update(activity_head).values(last_id=0, last_hash=""))
    assert verify() == VerifyResult(True, 0)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", datetime(2020, 1, 1, tzinfo=UTC)),
        ("actor_id", 1),
        ("actor_name", "Anna"),
        ("address", "198.51.100.1"),
        ("kind", "customer.create"),
        ("record_type", "category"),
        ("record_id", "99"),
        ("label", "Someone else"),
        ("changes", "{}"),
        ("outcome", "refused"),
        ("intent_id", "b" * 32),
        ("hash", "e" * 64),
    ],
)
def test_a_changed_column_is_found(column: str, value: object) -> None:
    _run(update(activity).where(activity.c.id == 3).values({column: value}))
    assert verify() == VerifyResult(False, 2, 3, "changed")


def test_a_changed_entry_with_a_hash_to_match_breaks_the_next() -> None:
    with db.read() as connection:
        query = select(activity).where(activity.c.id.in_([2, 3])).order_by(activity.c.id)
        before, entry = (dict(row) for row in connection.execute(query).mappings())
    entry["label"] = "Someone else"
    entry["hash"] = digest_of(before["hash"], entry)
    _run(update(activity).where(activity.c.id == 3).values(entry))
    assert verify() == VerifyResult(False, 3, 4, "changed")


def test_a_removed_entry_is_found() -> None:
    _run(delete(activity).where(activity.c.id == 3))
    assert verify() == VerifyResult(False, 2, 3, "removed")


def test_a_removed_first_entry_is_found() -> None:
    _run(delete(activity).where(activity.c.id == 1))
    assert verify() == VerifyResult(False, 0, 1, "removed")


def test_entries_that_changed_places_are_found() -> None:
    _run(
        text("UPDATE activity SET id = 99 WHERE id = 2"),
        text("UPDATE activity SET id = 2 WHERE id = 4"),
        text("UPDATE activity SET id = 4 WHERE id = 99"),
    )
    assert verify() == VerifyResult(False, 1, 2, "changed")


def test_closing_the_gap_after_a_removal_does_not_hide_it() -> None:
    _run(
        delete(activity).where(activity.c.id == 2),
        text("UPDATE activity SET id = 2 WHERE id = 3"),
        text("UPDATE activity SET id = 3 WHERE id = 4"),
        text("UPDATE activity SET id = 4 WHERE id = 5"),
    )
    assert verify() == VerifyResult(False, 1, 2, "changed")


@pytest.mark.parametrize("kept", [0, 1, 4])
def test_a_cut_off_end_is_found(kept: int) -> None:
    _run(delete(activity).where(activity.c.id > kept))
    assert verify() == VerifyResult(False, kept, kept + 1, "cut_off")


def test_a_removed_head_is_found() -> None:
    _run(delete(activity_head))
    assert verify() == VerifyResult(False, 5, 5, "cut_off")


def test_a_head_with_another_hash_is_found() -> None:
    _run(update(activity_head).values(last_hash="f" * 64))
    assert verify() == VerifyResult(False, 4, 5, "changed")


@pytest.mark.parametrize("new_id", [0, -7])
def test_an_entry_put_before_the_first_is_found(new_id: int) -> None:
    _copy_last(new_id)
    assert verify() == VerifyResult(False, 0, new_id, "added")


def test_an_entry_put_after_the_last_is_found() -> None:
    _copy_last(6)
    assert verify() == VerifyResult(False, 5, 6, "changed")


def test_an_added_entry_with_a_right_hash_is_found_by_the_head() -> None:
    with db.read() as connection:
        before = connection.execute(select(activity_head)).mappings().one()
    with db.write() as connection:
        record(connection, actor=BEN, kind="sign_out", outcome="ok")
        connection.execute(update(activity_head).values(dict(before)))
    assert verify() == VerifyResult(False, 5, 6, "added")


def _copy_last(new_id: int) -> None:
    with db.read() as connection:
        last = connection.execute(select(activity).where(activity.c.id == 5)).mappings().one()
    _run(insert(activity).values({**last, "id": new_id}))
