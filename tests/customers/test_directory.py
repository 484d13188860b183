"""The list without words: sorts, filters, pages, and looking one up."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.customers.makers import NOON, SHOP, fill, make_customer
from webapp.customers import directory
from webapp.customers.cursors import Cursor, to_text
from webapp.customers.models import Query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from webapp.customers.models import Listing

TOWNS = ("York", "bath", "", "Ærø")


@pytest.fixture(autouse=True)
def _app(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def many() -> list[str]:
    """Twenty-three customers, with namesakes; gives their ids by name, then by arrival."""
    people = [
        make_customer(
            n,
            f"Name {n % 7}",
            email=f"n{n}@example.com" if n % 3 else None,
            phone=f"01632 9600{n:02}" if n % 4 else None,
            city=TOWNS[n % 4] or None,
            created_at=None if n == 5 else NOON + timedelta(days=n % 9),
        )
        for n in range(1, 24)
    ]
    fill(people)
    return [str(n) for n in sorted(range(1, 24), key=lambda n: (n % 7, n))]


def walk(limit: int = 5, **query: Any) -> tuple[list[Listing], list[str]]:
    pages = [directory.search(Query(**query), limit=limit)]
    while pages[-1].next_cursor:
        pages.append(directory.search(Query(**query, cursor=pages[-1].next_cursor), limit=limit))
    return pages, [row.id for page in pages for row in page.rows]


def test_an_empty_copy() -> None:
    listing = directory.search(Query())
    assert listing.rows == ()
    assert (listing.total, listing.customers_in_all, listing.first_index) == (0, 0, None)
    assert listing.next_cursor is listing.previous_cursor is None


def test_pages_by_name(many: list[str]) -> None:
    pages, ids = walk()
    assert ids == many
    assert [page.first_index for page in pages] == [1, 6, 11, 16, 21]
    assert {page.total for page in pages} == {23}


@pytest.mark.parametrize("sort", ["name", "newest", "town"])
@pytest.mark.parametrize(
    "more",
    [{}, {"no_email": True}, {"no_phone": True}, {"added_since": date(2026, 4, 24)}, {"q": "me"}],
)
def test_walking_back_shows_the_same_pages(
    many: list[str], sort: str, more: dict[str, Any]
) -> None:
    pages, ids = walk(3, sort=sort, **more)
    assert len(ids) == len(set(ids)) == pages[0].total
    for before, page in reversed(list(itertools.pairwise(pages))):
        back = directory.search(Query(sort=sort, cursor=page.previous_cursor, **more), limit=3)
        assert back.rows == before.rows
        assert back.first_index == before.first_index
        assert (back.previous_cursor is None) == (before.previous_cursor is None)


def test_newest_first_and_unknown_dates_last(many: list[str]) -> None:
    _, ids = walk(sort="newest")
    assert ids[0] == "17"
    assert ids[-1] == "5"


def test_by_town_and_those_without_last(many: list[str]) -> None:
    _, ids = walk(sort="town")
    assert [TOWNS[int(id_) % 4] for id_ in ids] == [
        *["Ærø"] * 6,
        *["bath"] * 6,
        *["York"] * 5,
        *[""] * 6,
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"no_email": True}, [n for n in range(1, 24) if n % 3 == 0]),
        ({"no_phone": True}, [n for n in range(1, 24) if n % 4 == 0]),
        ({"no_email": True, "no_phone": True}, [12]),
        (
            {"added_since": date(2026, 4, 29)},
            [n for n in range(1, 24) if n % 9 >= 7],
        ),
    ],
)
def test_filters(many: list[str], query: dict[str, Any], expected: list[int]) -> None:
    listing = directory.search(Query(**query))
    assert [row.id for row in listing.rows] == [id_ for id_ in many if int(id_) in expected]
    assert (listing.total, listing.total_is_capped) == (len(expected), False)
    assert listing.customers_in_all == 23


def test_added_since_begins_at_midnight_where_the_merchant_is() -> None:
    moments = (datetime(2026, 7, 1, 22, 59, tzinfo=UTC), datetime(2026, 7, 1, 23, tzinfo=UTC))
    fill([make_customer(n, created_at=moment) for n, moment in enumerate(moments)])
    listing = directory.search(Query(added_since=date(2026, 7, 2)))  # British Summer Time
    assert [row.id for row in listing.rows] == ["1"]


@pytest.mark.parametrize("day", [date.min, date.max])
def test_added_since_takes_every_date(day: date) -> None:
    fill(SHOP)
    assert len(directory.search(Query(added_since=day)).rows) in {0, 5}


def test_a_cursor_of_another_sort_or_list_gives_the_first_page(many: list[str]) -> None:
    cursor = directory.search(Query(sort="newest"), limit=5).next_cursor
    first = directory.search(Query(), limit=5)
    assert directory.search(Query(cursor=cursor), limit=5) == first


def test_a_cursor_behind_the_end_gives_the_first_page(many: list[str]) -> None:
    behind = to_text(Cursor("name", is_backwards=False, key="zzz", pk=1, index=5))
    assert directory.search(Query(cursor=behind)) == directory.search(Query())


def test_a_cursor_of_a_longer_list_claims_no_place(many: list[str]) -> None:
    cursor = directory.search(Query(), limit=20).next_cursor
    assert directory.search(Query(no_email=True, cursor=cursor)).first_index is None


def test_rows_between_two_pages_move_nothing(many: list[str]) -> None:
    first = directory.search(Query(), limit=5)
    fill([make_customer("new", "Aaron")])
    second = directory.search(Query(cursor=first.next_cursor), limit=5)
    assert [row.id for row in second.rows] == many[5:10]


def test_find_gives_what_neropay_told() -> None:
    fill(SHOP)
    row = directory.find("1001")
    assert row is not None
    assert row.values() == {
        "name": "Siobhán O’Brien",
        "email": "Siobhan.OBrien@Example.com",
        "phone": "+44 (0)7700 900123",
        "address1": "Flat 2, 14 Mill Lane",
        "city": "Leeds",
        "postcode": "LS1 4AP",
    }
    assert (row.created_at, row.confirmed_at, row.is_full) == (NOON, NOON, True)


@pytest.mark.parametrize("id_", ["9", "", "x" * 65, "\x00", "\ud800", "é"])
def test_find_knows_no_such_customer(id_: str) -> None:
    fill(SHOP)
    assert directory.find(id_) is None
