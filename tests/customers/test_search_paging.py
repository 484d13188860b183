"""Paging through the hits of a search, when they are few and when they are many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.customers.makers import fill, make_customer
from webapp.customers import directory
from webapp.customers.models import Query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from webapp.customers.models import Listing

EXACT = "beta"  # one customer's id


@pytest.fixture(autouse=True)
def _app(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def fill_many(count: int, *, apart: int = 0) -> list[str]:
    """Every third begins with the word, the others hold it; gives the ids in the right order.

    So many customers without the word come between the two halves of them.
    """
    people = [
        make_customer(
            EXACT if n == count // 2 else n, f"{'beta' if n % 3 == 0 else 'alphabeta'} {n}"
        )
        for n in range(count)
    ]
    fill(people[: count // 2])
    fill([make_customer(f"apart{n}", "Gamma") for n in range(apart)])
    fill(people[count // 2 :])
    ids = [person.id for person in people if person.id != EXACT]
    begin = [id_ for id_ in ids if int(id_) % 3 == 0]
    return [EXACT, *begin, *(id_ for id_ in ids if int(id_) % 3)]


def walk(limit: int, **query: Any) -> list[Listing]:
    pages = [directory.search(Query(**query), limit=limit)]
    while pages[-1].next_cursor:
        pages.append(directory.search(Query(**query, cursor=pages[-1].next_cursor), limit=limit))
    return pages


def walk_back(pages: list[Listing], limit: int, **query: Any) -> list[Listing]:
    back = [pages[-1]]
    while back[-1].previous_cursor:
        cursor = back[-1].previous_cursor
        back.append(directory.search(Query(**query, cursor=cursor), limit=limit))
    return back[::-1]


@pytest.mark.parametrize(("count", "limit"), [(40, 7), (40, 40), (1300, 97)])
def test_every_hit_once_in_order_there_and_back(count: int, limit: int) -> None:
    expected = fill_many(count)
    pages = walk(limit, q="beta")
    assert [row.id for page in pages for row in page.rows] == expected
    back = walk_back(pages, limit, q="beta")
    assert [page.rows for page in back] == [page.rows for page in pages]
    assert [page.first_index for page in back] == [page.first_index for page in pages]
    assert pages[1:] == [] or pages[1].first_index == limit + 1


@pytest.mark.parametrize("count", [40, 1300])
@pytest.mark.parametrize("sort", ["name", "newest"])
def test_sorted_hits_there_and_back(count: int, sort: str) -> None:
    ids = fill_many(count)
    pages = walk(90, q="beta", sort=sort)
    shown = [row for page in pages for row in page.rows]
    assert sorted(row.id for row in shown) == sorted(ids)
    if sort == "name":
        assert [row.name for row in shown] == sorted(row.name for row in shown)
    back = walk_back(pages, 90, q="beta", sort=sort)
    assert [page.rows for page in back] == [page.rows for page in pages]


@pytest.mark.parametrize("q", ["et", "beta t", "be ta", "bra@x.example"])
def test_hits_that_trigrams_alone_do_not_decide(q: str) -> None:
    people = [
        make_customer(n, f"beta {'bravo' if n % 2 else 'tango'}", email=f"{n}bra@x.example")
        for n in range(1300)
    ]
    fill(people)
    pages = walk(200, q=q)
    ids = [row.id for page in pages for row in page.rows]
    assert len(ids) == len(set(ids)) == 1300
    assert pages[0].total_is_capped
    if q in {"beta t", "be ta"}:
        assert ids[:650] == [str(n) for n in range(0, 1300, 2)]


def test_filters_narrow_many_hits() -> None:
    fill_many(1300)
    fill([make_customer("mail", "beta with mail", email="m@example.com")])
    pages = walk(500, q="beta", no_email=True)
    assert sum(len(page.rows) for page in pages) == 1300
    assert all(row.email is None for page in pages for row in page.rows)


def test_hits_far_apart() -> None:
    expected = fill_many(1300, apart=2050)
    pages = walk(450, q="beta")
    assert [row.id for page in pages for row in page.rows] == expected
    assert [page.rows for page in walk_back(pages, 450, q="beta")] == [page.rows for page in pages]
