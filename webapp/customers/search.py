"""Finding customers in our copy: what is best, in which order, and page by page.

The order of a search is by tier, then by `pk`: first rows whose id, e-mail or phone is exactly
what was typed, then rows in which every term begins a word, then rows that hold the terms
anywhere. How rows are found is the dialect's (`search_sqlite`, `search_postgresql`); lists
without words are `browse`'s.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

from webapp.customers import search_postgresql, search_sqlite
from webapp.customers.browse import (
    Stretch,
    order_of,
    read_ordered,
    sort_of,
    to_listing,
    to_stretch,
    where_of,
)
from webapp.customers.cursors import Cursor, from_text
from webapp.customers.keys import digits_of, fold, phone_key
from webapp.customers.plans import CAP, Hits, Page
from webapp.customers.rows import read

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from webapp.customers.models import Listing, Query
    from webapp.customers.plans import Dialect, Plan
    from webapp.customers.rows import AnyRow

TIERS = EXACT, BEGINNINGS, ANYWHERE = 1, 2, 3
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_WHOLE_NUMBER = 9  # digits from which a number that is exactly somebody's is all that was meant
_MOST_EXACT = 100
_EXACT = (
    ("id", "c.id = :id"),
    ("email", "c.email_key = :email"),
    ("phone", "c.phone_key = :phone"),
)


def dialect_of(connection: Connection) -> Dialect:
    """Give the module that speaks this database's SQL."""
    return search_sqlite if connection.dialect.name == "sqlite" else search_postgresql


def search_terms(
    connection: Connection, query: Query, terms: tuple[str, ...], *, limit: int, in_all: int
) -> Listing:
    """Find the customers that hold every term.

    Args:
        connection: For reading.
        query: What was asked for.
        terms: Its folded terms, at least one of two characters or more.
        limit: Rows of a page.
        in_all: Customers in the copy.

    Returns:
        One page; its total counts to `CAP`.
    """
    found = _Search(connection, query, terms, limit)
    return to_listing(
        found.read(),
        sort=found.sort,
        total=min(found.count, CAP),
        total_is_capped=found.count > CAP,
        in_all=in_all,
        terms=terms,
        tier_of=found.tier_of,
    )


class _Search:
    """One search: counts first, for few hits and many are read in different ways."""

    def __init__(
        self, connection: Connection, query: Query, terms: tuple[str, ...], limit: int
    ) -> None:
        self._connection = connection
        self._dialect = dialect_of(connection)
        self._limit = limit
        self._where = where_of(query)
        self.sort = sort_of(query)
        self.cursor = from_text(query.cursor, self.sort)
        self._exact, is_all = self._find_exact(query.q)
        is_all = is_all or max(map(len, terms)) == 1  # a letter that is somebody's id
        self._plan = None if is_all else self._dialect.plan(connection, terms)
        self._hits = Hits()
        if self._plan:
            self._hits = Hits(self._count_addresses(terms))
            if self._hits.count <= CAP:
                self._hits = self._dialect.find(connection, self._plan, self._where)
        # An exact number may be written otherwise than the terms.
        missing = self._exact.difference(self._hits.begin, self._hits.other)
        self.count = self._hits.count + len(missing)
        self._begin = set(self._hits.begin)

    def read(self) -> Stretch:
        """Read the page."""
        if self.sort != "best":
            return self._read_sorted()
        return self._read_few() if self._hits.count <= CAP else self._read_tiers()

    def tier_of(self, row: AnyRow) -> int:
        """Tell why a row of this page was found."""
        if row.pk in self._exact:
            return EXACT
        return BEGINNINGS if row.pk in self._begin else ANYWHERE

    def _find_exact(self, q: str) -> tuple[set[int], bool]:
        """Find rows whose id, e-mail or phone is what was typed, and whether they are all."""
        typed = q.strip()
        folded = fold(typed[:256])
        values: dict[str, object] = {}
        if _ID.fullmatch(typed):
            values["id"] = typed
        is_email = "@" in folded and " " not in folded
        if is_email:
            values["email"] = folded
        digits = digits_of(folded)
        if len(digits) >= 5 and not re.search(r"[^\d+()./\- ]", folded):
            values["phone"] = phone_key(folded)
        if not values:
            return set(), False
        parts = (
            f"SELECT c.pk FROM customers c WHERE {condition}{self._where.sql}"  # noqa: S608 - constants
            for name, condition in _EXACT
            if name in values
        )
        sql = f"{' UNION '.join(parts)} LIMIT {_MOST_EXACT}"
        rows = read(self._connection, sql, {**values, **self._where.values})
        found = {row.pk for row in rows}
        is_whole = is_email or ("phone" in values and len(digits) >= _WHOLE_NUMBER)
        return found, bool(found) and is_whole

    def _count_addresses(self, terms: tuple[str, ...]) -> int:
        """Count e-mail addresses that begin with what was typed: enough of them is enough."""
        if len(terms) > 1 or terms[0].find("@") < 1:
            return 0
        sql = (
            "SELECT count(*) AS hits FROM (SELECT 1 FROM customers c"  # noqa: S608 - constants
            f" WHERE c.email_key >= :low AND c.email_key < :high{self._where.sql}"
            " LIMIT :limit) AS found"
        )
        values = {"low": terms[0], "high": f"{terms[0]}\U0010ffff", "limit": CAP + 1}
        count: int = read(self._connection, sql, {**values, **self._where.values})[0].hits
        return count

    def _known(self, tier: int) -> list[int]:
        """Give the hits of a tier in order; of too many only the first, where none is missing."""
        if tier == EXACT:
            return sorted(self._exact)
        hits = self._hits
        pks = hits.begin if tier == BEGINNINGS else hits.other
        if hits.count > CAP:
            pks = [pk for pk in pks if pk < hits.known_below]
        return sorted(pk for pk in pks if pk not in self._exact)

    def _read_few(self) -> Stretch:
        """Read one page of hits that are all known."""
        places = [(tier, pk) for tier in TIERS for pk in self._known(tier)]
        start, end = self._stretch(places)
        rows = self._read_pks([pk for _, pk in places[start:end]])
        if not rows:
            return Stretch([], None, has_previous=False, has_next=False)
        return Stretch(rows, start + 1, has_previous=start > 0, has_next=end < len(places))

    def _read_pks(self, pks: list[int]) -> list[AnyRow]:
        """Read some rows, in their order."""
        if not pks:
            return []
        order = {pk: n for n, pk in enumerate(pks)}
        condition, values = self._dialect.among(order)
        rows = read_ordered(self._connection, condition, values)
        rows.sort(key=lambda row: order[row.pk])
        return rows

    def _stretch(self, places: list[tuple[int, int]]) -> tuple[int, int]:
        """Give where the page begins and ends in a list of all places."""
        if self.cursor is None:
            return 0, self._limit
        place = (int(self.cursor.key), self.cursor.pk)
        if self.cursor.is_backwards:
            end = bisect_left(places, place)
            return max(0, end - self._limit), end or self._limit
        start = bisect_right(places, place)
        return (start, start + self._limit) if start < len(places) else (0, self._limit)

    def _read_tiers(self) -> Stretch:
        """Read from tier to tier until the page is full: hits are too many to look at each."""
        assert self._plan
        is_dense = self._hits.known_below == 0 and bool(self._hits.begin or self._hits.other)
        cursor = self.cursor or Cursor("best", is_backwards=False, key=EXACT, pk=-1, index=0)
        wanted = self._limit + 1
        rows: list[AnyRow] = []
        for tier in reversed(TIERS) if cursor.is_backwards else TIERS:
            is_behind = tier > int(cursor.key) if cursor.is_backwards else tier < int(cursor.key)
            if is_behind or len(rows) >= wanted:
                continue
            start = 2**62 if cursor.is_backwards else -1
            page = Page(
                pk=cursor.pk if tier == cursor.key else start,
                limit=wanted - len(rows),
                is_backwards=cursor.is_backwards,
                leave_out=tuple(self._exact),
                is_dense=is_dense,
            )
            rows.extend(self._read_tier(self._plan, page, tier))
        return to_stretch(rows, self.cursor, self._limit)

    def _read_tier(self, plan: Plan, page: Page, tier: int) -> list[AnyRow]:
        """Read rows of a tier: first those that are known, then those that have to be found."""
        known_below = 2**63 if tier == EXACT else self._hits.known_below
        rows: list[AnyRow] = []
        if not page.is_backwards or page.pk <= known_below:
            known = self._known(tier)
            if page.is_backwards:
                pks = known[: bisect_left(known, page.pk)][::-1]
            else:
                pks = known[bisect_right(known, page.pk) :]
            rows = self._read_pks(pks[: page.limit])
            if page.is_backwards or tier == EXACT or len(rows) == page.limit:
                return rows
            page = replace(page, pk=max(page.pk, known_below - 1), limit=page.limit - len(rows))
        rows += self._dialect.read_tier(
            self._connection, plan, self._where, page, is_beginnings=tier == BEGINNINGS
        )
        if tier == BEGINNINGS:
            self._begin.update(row.pk for row in rows)
        return rows

    def _read_sorted(self) -> Stretch:
        """Read a page in another order than the best first; all hits have to be looked at."""
        if self._plan and self._hits.count > CAP:
            condition, values = self._dialect.matching_pks(self._plan)
        else:
            condition, values = self._dialect.among(
                {*self._exact, *self._hits.begin, *self._hits.other}
            )
        rows = read_ordered(
            self._connection,
            condition + self._where.sql,
            {**values, **self._where.values},
            order=order_of(self.sort),
            cursor=self.cursor,
            limit=self._limit + 1,
            by_index=False,
        )
        return to_stretch(rows, self.cursor, self._limit)
