"""Search against the plainest one there is: look at every row, and sort.

The rows lie around the borders of PostgreSQL's ranges of trigrams, and words are in a few of them
or in so many that not all hits are looked at.
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.customers.makers import fill, make_customer
from webapp.customers import directory, search_postgresql
from webapp.customers.keys import digits_of, fold, phone_key, terms_of
from webapp.customers.models import Query
from webapp.customers.plans import CAP
from webapp.extensions import db

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from sqlalchemy import Row

    from webapp.customers.models import Listing

BORDERS = (4_096, 16_384, 65_536, 262_144, 1_048_576)
EACH = 130  # rows around a border
FIRST = ("Ann", "Joanne", "Zoë", "李小", "Zq", "D'Ann", "Lee-Ann", "Beth", "Ægir", "Łi")
LAST = ("Smith", "Smithers", "Blacksmith", "O'Neill", "Oneill", "St. John", "Ithel", "Фёдоров")
HOSTS = ("example.com", "mail.example", "smith.example")
QUICK = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
TYPED = st.one_of(
    st.sampled_from([*FIRST, *LAST, "sm", "th", "it", "n", "ann@", "a.", "'", ".s", "小", "фё"]),
    st.sampled_from(["ann smi", "smith y", "077", "0123", "7009", "ls1", "ann.smith1@example"]),
    st.text("abehilnoqstz'.@0127 ", min_size=2, max_size=5),
)


def make_people() -> list[list[dict[str, str | None]]]:
    """A group for each border, the same every time; every third name is one of a few rare."""
    dice = random.Random(7)  # noqa: S311 - no secret
    groups = []
    for border in (0, *BORDERS):
        group: list[dict[str, str | None]] = []
        for n in range(EACH):
            first, last = dice.choice(FIRST[: 2 + n % 9]), dice.choice(LAST[: 1 + n % 8])
            handle = f"{fold(first)}.{fold(last)}".replace(" ", "").replace("'", "")
            group.append(
                {
                    "name": f"{first} {last}",
                    "email": f"{handle}{border + n}@{dice.choice(HOSTS)}" if n % 7 else None,
                    "phone": f"07700 900{dice.randrange(200):03}" if n % 5 else None,
                    "city": dice.choice(("York", "Leeds", None)),
                    "postcode": f"LS1 {n % 9}ZQ" if n % 2 else None,
                }
            )
        groups.append(group)
    return groups


def go_to(pk: int) -> None:
    """Let the next row have this number; SQLite knows no ranges, and has no such counter."""
    if db.dialect == "postgresql":
        with db.write() as connection:
            sql = "SELECT setval('customers_pk_seq', :pk, false)"
            connection.execute(text(sql), {"pk": pk})


@pytest.fixture
def rows(app: Flask) -> Iterator[list[Row[tuple[int, str, str, str, str]]]]:
    with app.app_context():
        number = 50_000
        for border, group in zip((0, *BORDERS), make_people(), strict=True):
            if border:
                go_to(border - EACH // 2)
            fill([make_customer(number + n, **one) for n, one in enumerate(group)])  # type: ignore[arg-type]  # every name is a text
            number += EACH
        with db.read() as connection:
            sql = "SELECT pk, id, search_text, email_key, phone_key FROM customers"
            yield list(connection.execute(text(sql)))


def tier_of(row: Row[tuple[int, str, str, str, str]], q: str) -> int | None:
    """Say why a row is found, or None when it is not."""
    terms, folded = terms_of(q), fold(q)
    is_email = "@" in folded and " " not in folded
    is_number = len(digits_of(folded)) >= 5 and not re.search(r"[^\d+()./\- ]", folded)
    if (
        q.strip() == row.id
        or (is_email and folded == row.email_key)
        or (is_number and phone_key(folded) == row.phone_key)
    ):
        return 1
    if not all(term in row.search_text for term in terms):
        return None
    return 2 if all(f" {term}" in row.search_text for term in terms) else 3


def reference(rows: list[Row[tuple[int, str, str, str, str]]], q: str) -> list[str]:
    found = sorted((tier, row.pk, row.id) for row in rows if (tier := tier_of(row, q)))
    is_whole = "@" in q or len(digits_of(q)) >= 9
    if is_whole and found and found[0][0] == 1:
        found = [one for one in found if one[0] == 1]
    return [id_ for _, _, id_ in found]


def walk(q: str, limit: int) -> list[Listing]:
    pages = [directory.search(Query(q=q), limit=limit)]
    while pages[-1].next_cursor:
        pages.append(directory.search(Query(q=q, cursor=pages[-1].next_cursor), limit=limit))
    return pages


def test_finds_what_the_plainest_search_finds(
    rows: list[Row[tuple[int, str, str, str, str]]],
) -> None:
    @QUICK
    @given(TYPED, st.sampled_from([17, 50, 200]))
    @example("ann", 50)
    @example("smith", 17)
    @example("th", 50)
    @example("zq", 200)
    @example("50007", 50)
    @example("07700 900012", 50)
    @example("小", 50)
    @example("o'", 50)
    def check(q: str, limit: int) -> None:
        if max(map(len, terms_of(q)), default=0) < 2:
            return
        expected = reference(rows, q)
        pages = walk(q, limit)
        assert [row.id for page in pages for row in page.rows] == expected
        for page in pages:
            assert page.total == min(len(expected), CAP)
            assert page.total_is_capped == (len(expected) > CAP)
        back = pages[-1]
        for page in reversed(pages[:-1]):
            assert back.previous_cursor
            back = directory.search(Query(q=q, cursor=back.previous_cursor), limit=limit)
            assert back.rows == page.rows

    check()


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_ranges_are_those_of_the_indexes(app: Flask) -> None:
    with app.app_context(), db.read() as connection:
        made = connection.execute(
            text(
                "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()"
                " AND indexname LIKE 'ix\\_customers\\_search%'"
            )
        ).scalars()
        of_index = sorted(re.sub(r"[()]", "", one.split(" WHERE ")[1]) for one in made)
    assert of_index == sorted(one.replace("c.", "") for one in search_postgresql.RANGES)
