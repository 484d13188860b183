"""Search on any text: it never fails, finds nothing wrong, and misses nothing."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.customers.makers import SHOP, fill, make_customer
from webapp.customers import directory
from webapp.customers.keys import keys_of, terms_of
from webapp.customers.models import FIELDS, Query
from webapp.customers.store import delete_all
from webapp.customers.tables import customers as table
from webapp.extensions import db

if TYPE_CHECKING:
    from flask import Flask

    from webapp.customers.models import CustomerRow

# Words that meet each other often, so that texts have common pieces.
WORD = st.one_of(
    st.sampled_from(["smith", "Ann-Marie", "o'neill", "0123", "+44 7700", "ab", "%_", "a@b.c"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6),
)
FIELD = st.one_of(st.none(), st.lists(WORD, max_size=4).map(" ".join))
RECORDS = st.lists(st.fixed_dictionaries(dict.fromkeys(FIELDS, FIELD)), min_size=1, max_size=8)
# What no place of a cursor may hold, and what one of them may.
WRONG = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats()),
    lambda inside: st.lists(inside, max_size=2) | st.dictionaries(st.text(max_size=2), inside),
    max_leaves=3,
)
ANY_PART = st.one_of(WRONG, st.integers(), st.integers(0, 2), st.text(max_size=5))
QUICK = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def texts(row: CustomerRow) -> str:
    return keys_of(row.values(), row.created_at, row.id)["search_text"]


def packed(parts: str) -> str:
    return base64.urlsafe_b64encode(parts.encode()).decode().rstrip("=")


def find_all(q: str, limit: int) -> list[CustomerRow]:
    rows: list[CustomerRow] = []
    cursor = None
    while True:
        listing = directory.search(Query(q=q, cursor=cursor), limit=limit)
        rows.extend(listing.rows)
        assert listing.total == len(rows) or listing.next_cursor
        cursor = listing.next_cursor
        if cursor is None:
            return rows


def test_never_fails_and_finds_nothing_wrong(app: Flask) -> None:
    with app.app_context():
        fill(SHOP)

        @QUICK
        @given(st.text(max_size=30), st.sampled_from(["best", "name", "newest", "town", "x"]))
        @example("smith a " * 2000, "best")
        @example('"', "name")
        @example("\x00 \ud800", "best")
        @example("a\x00", "best")
        @example("smith", "best")
        def check(q: str, sort: str) -> None:
            terms = terms_of(q)
            for row in directory.search(Query(q=q, sort=sort)).rows:
                assert all(term in texts(row) for term in terms)

        check()


def test_any_cursor_is_harmless(app: Flask) -> None:
    with app.app_context():
        fill(SHOP)

        @QUICK
        @given(st.text(max_size=60), st.sampled_from(["smith", ""]))
        @example(packed(r'["name",0,"\u0000",1,1]'), "")
        @example(packed(r'["name",0,"\ud800",1,1]'), "")
        @example(packed('["name",0,"a",1,1e308]'), "")
        @example(packed('["best",0,1,1e308,1]'), "smith")
        @example(packed('["best",0,9,1,1]'), "smith")
        @example(packed('["best",2,1,1,1]'), "smith")
        @example(packed('["name",0,"a",99999999999999999999,1]'), "")
        @example("W1tbW1tbW1tbW1tbW1tbW1tbW1tb" * 100, "")
        @example("bnVsbA", "")
        def check(cursor: str, q: str) -> None:
            first = directory.search(Query(q=q))
            assert directory.search(Query(q=q, cursor=cursor)) == first

        check()


@pytest.mark.parametrize("sort", ["best", "name"])
def test_a_cursor_of_wrong_kinds_is_the_first_page(app: Flask, sort: str) -> None:
    key = 3 if sort == "best" else "a"
    with app.app_context():
        fill(SHOP)
        q = "smith" if sort == "best" else ""
        first = directory.search(Query(q=q, sort=sort))

        @QUICK
        @given(st.integers(0, 4), WRONG)
        @example(1, [])
        @example(1, {})
        @example(1, 1.0)
        @example(1, True)
        def check(place: int, value: object) -> None:
            parts: list[object] = [sort, 0, key, 1, 1]
            parts[place] = value
            cursor = packed(json.dumps(parts))
            assert directory.search(Query(q=q, sort=sort, cursor=cursor)) == first

        check()


def test_a_cursor_of_any_parts_is_a_place_in_the_same_list(app: Flask) -> None:
    with app.app_context():
        fill(SHOP)
        place = st.one_of(ANY_PART, st.sampled_from(["best", "name", "newest", "town"]))

        @QUICK
        @given(st.one_of(WRONG, st.lists(ANY_PART), st.tuples(place, *[ANY_PART] * 4)))
        def check(parts: object) -> None:
            cursor = packed(json.dumps(parts))
            for q, sort in (("smith", "best"), ("", "name"), ("", "newest"), ("smith", "town")):
                first = directory.search(Query(q=q, sort=sort))
                found = directory.search(Query(q=q, sort=sort, cursor=cursor))
                assert (found.total, found.terms) == (first.total, first.terms)

        check()


def test_misses_nothing(app: Flask) -> None:
    with app.app_context():
        number = iter(range(10_000, 10**9))

        @QUICK
        @given(RECORDS, st.data())
        def check(records: list[dict[str, str | None]], data: st.DataObject) -> None:
            _empty()
            customers = [
                make_customer(next(number), **(record | {"name": record["name"] or "x"}))  # type: ignore[arg-type]  # the name is a text
                for record in records
            ]
            fill(customers)
            row = data.draw(st.sampled_from(customers))
            whole = data.draw(st.sampled_from([getattr(row, field) or "" for field in FIELDS]))
            start = data.draw(st.integers(0, max(0, len(whole) - 2)))
            q = whole[start : data.draw(st.integers(start + 2, max(start + 2, len(whole))))]
            terms = terms_of(q)
            if not terms or max(map(len, terms)) < 2 or "@" in q:
                return
            ids = [found.id for found in find_all(q, limit=3)]
            assert row.id in ids, (q, row)
            assert len(ids) == len(set(ids))

        check()


def _empty() -> None:
    with db.write() as connection:
        delete_all(connection, list(connection.execute(select(table.c.pk)).scalars()))
