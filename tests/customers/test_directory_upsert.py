"""What becomes of the copy when NeroPay tells something, and when one of our writes settles."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from tests.customers.makers import NOON, fill, make_customer
from webapp.customers import directory
from webapp.customers.models import Query
from webapp.customers.store import Source, delete_all, upsert_all
from webapp.customers.tables import customers
from webapp.extensions import db

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from webapp.customers.directory import Upserted
    from webapp.customers.models import CustomerRow

LATER = NOON + timedelta(hours=1)
BRIEF = frozenset({"name", "email"})


@pytest.fixture(autouse=True)
def _app(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def upsert(*args: Any, **more: Any) -> Upserted:
    fields = {
        name: more.pop(name) for name in ("settled_seq", "seq_at_fetch", "run") if name in more
    }
    with db.write() as connection:
        return directory.upsert(connection, make_customer(*args, **more), now=LATER, **fields)


def row(id_: str = "1") -> CustomerRow:
    found = directory.find(id_)
    assert found is not None
    return found


def test_a_new_customer() -> None:
    assert upsert(1, "Ann", phone="0123") == directory.Upserted(created=True)
    assert (row().name, row().phone, row().is_full) == ("Ann", "0123", True)
    assert directory.status().row_count == 1


def test_a_change() -> None:
    fill([make_customer(1, "Ann", phone="0123")])
    assert upsert(1, "Ann", phone="0456").changes == {"phone": ("0123", "0456")}
    assert (row().phone, row().confirmed_at) == ("0456", LATER)
    assert directory.status().row_count == 1


def test_no_change_is_confirmed() -> None:
    fill([make_customer(1, "Ann")])
    assert upsert(1, "Ann") == directory.Upserted()
    assert row().confirmed_at == LATER


def test_a_field_that_was_emptied() -> None:
    fill([make_customer(1, "Ann", email="a@example.com")])
    assert upsert(1, "Ann").changes == {"email": ("a@example.com", None)}
    assert row().email is None


def test_a_brief_row_forgets_nothing() -> None:
    fill([make_customer(1, "Ann", phone="0123")])
    assert upsert(1, "Anna", present=BRIEF).changes == {"name": ("Ann", "Anna")}
    assert (row().phone, row().is_full, row().created_at) == ("0123", True, NOON)


def test_what_is_told_for_the_first_time_has_not_changed() -> None:
    fill([make_customer(1, "Ann", present=BRIEF)])
    assert not row().is_full
    assert upsert(1, "Ann", phone="0123", email="new@example.com").changes == {
        "email": (None, "new@example.com")
    }
    assert (row().phone, row().is_full) == ("0123", True)


def test_an_answer_that_is_all_there_is_makes_a_row_full() -> None:
    fill([make_customer(1, "Ann", present=BRIEF)])
    with db.write() as connection:
        upsert_all(
            connection, [make_customer(1, "Ann", present=BRIEF)], Source(LATER, is_whole=True)
        )
    assert row().is_full


def test_a_page_asked_for_before_our_write_settled_does_not_overwrite_it() -> None:
    fill([make_customer(1, "Ann")])
    upsert(1, "Anna", settled_seq=5)
    assert upsert(1, "Ann", seq_at_fetch=4, run=9).skipped
    assert row().name == "Anna"
    with db.read() as connection:
        assert connection.execute(select(customers.c.seen_run)).scalar_one() == 9


def test_a_page_asked_for_after_our_write_settled_counts() -> None:
    upsert(1, "Anna", settled_seq=5)
    assert upsert(1, "Annie", seq_at_fetch=5).changes == {"name": ("Anna", "Annie")}


def test_our_own_write_always_counts() -> None:
    upsert(1, "Anna", settled_seq=5)
    assert upsert(1, "Annie", settled_seq=4).changes == {"name": ("Anna", "Annie")}


def test_a_row_with_an_open_write_is_left_alone() -> None:
    fill([make_customer(1, "Ann")])
    with db.write() as connection:
        source = Source(LATER, seq_at_fetch=0, busy=frozenset({"1"}))
        results = upsert_all(connection, [make_customer(1, "B"), make_customer(2, "C")], source)
    assert [result.skipped for result in results] == [True, False]
    assert (row().name, row("2").name) == ("Ann", "C")


def test_many_at_once_keep_their_order_and_the_count() -> None:
    fill([make_customer(n, f"Name {n}") for n in range(0, 150, 2)])
    people = [make_customer(n, f"Name {n}" if n % 4 else "Other") for n in range(150)]
    with db.write() as connection:
        results = upsert_all(connection, people, Source(LATER))
    assert [result.created for result in results] == [n % 2 == 1 for n in range(150)]
    assert [bool(result.changes) for result in results] == [n % 4 == 0 for n in range(150)]
    assert directory.status().row_count == 150


def test_nothing_to_put_in() -> None:
    with db.write() as connection:
        assert upsert_all(connection, [], Source(LATER)) == []


def test_deleting_keeps_the_count_and_is_not_found_again() -> None:
    fill([make_customer(1, "Ann"), make_customer(2, "Bob")])
    with db.write() as connection:
        pk = connection.execute(select(customers.c.pk).where(customers.c.id == "1")).scalar_one()
        assert delete_all(connection, [pk, pk + 100]) == 1
        assert delete_all(connection, []) == 0
    assert directory.status().row_count == 1
    assert directory.search(Query(q="ann")).rows == ()


def test_an_undone_transaction_changes_nothing() -> None:
    def put_in_and_fail() -> None:
        with db.write() as connection:
            directory.upsert(connection, make_customer(1), now=NOON)
            raise LookupError

    with pytest.raises(LookupError):
        put_in_and_fail()
    assert directory.status().row_count == 0
    assert directory.search(Query(q="jane")).rows == ()
