"""Finding customers in our copy: what is best, in which order, and page by page.

The order of a search is by tier, then by `pk`: first rows whose id, e-mail or phone is exactly
what was typed, then rows in which every term begins a word, then rows that hold the terms
anywhere. How rows are found is the dialect's (`search_sqlite`, `search_postgresql`); lists
without words are `browse`'s.
"""

from __future__ import annotations

import re
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
from webapp.customers.plans import CAP, Page
from webapp.customers.rows import statement

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from webapp.customers.models import Listing, Query
    from webapp.customers.plans import Dialect, Plan
    from webapp.customers.rows import AnyRow

EXACT, BEGINNINGS, ANYWHERE = 1, 2, 3
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
        One page; its total counts to 1,000.
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
        self._pks: list[int] = []
        self.count = 0
        if self._plan:
            self.count = self._count_addresses(terms)
        if self._plan and self.count <= CAP:
            self.count, self._pks = self._dialect.count_matching(
                connection, self._plan, self._where
            )
        if self.count <= CAP:  # an exact number may be written otherwise than the terms
            missing = self._exact.difference(self._pks)
            self._pks.extend(missing)
            self.count += len(missing)
        self._begin: set[int] = set()

    def read(self) -> Stretch:
        """Read the page."""
        if self.sort != "best":
            return self._read_sorted()
        if self._plan and self.count > CAP:
            return self._read_tiers(self._plan)
        return self._read_few()

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
        pks = self._connection.execute(statement(sql), {**values, **self._where.values})
        found = set(pks.scalars())
        is_whole = is_email or ("phone" in values and len(digits) >= _WHOLE_NUMBER)
        return found, bool(found) and is_whole

    def _count_addresses(self, terms: tuple[str, ...]) -> int:
        """Count e-mail addresses that begin with what was typed: enough of them is enough."""
        if len(terms) > 1 or terms[0].find("@") < 1:
            return 0
        sql = (
            "SELECT count(*) FROM (SELECT 1 FROM customers c"  # noqa: S608 - constants
            f" WHERE c.email_key >= :low AND c.email_key < :high{self._where.sql}"
            " LIMIT :limit) AS hits"
        )
        values = {"low": terms[0], "high": f"{terms[0]}\U0010ffff", "limit": CAP + 1}
        found = self._connection.execute(statement(sql), {**values, **self._where.values})
        count: int = found.scalar_one()
        return count

    def _read_few(self) -> Stretch:
        """Order all the hits here, for there are few, then read one page of them."""
        if not self._pks:
            return Stretch([], None, has_previous=False, has_next=False)
        if self._plan:
            self._begin = self._dialect.with_beginnings(self._connection, self._plan, self._pks)
        places = sorted(
            (
                EXACT if pk in self._exact else BEGINNINGS if pk in self._begin else ANYWHERE,
                pk,
            )
            for pk in self._pks
        )
        start, end = self._stretch(places)
        order = {pk: n for n, (_, pk) in enumerate(places[start:end])}
        condition, values = self._dialect.among(order)
        rows = read_ordered(self._connection, condition, values)
        rows.sort(key=lambda row: order[row.pk])
        return Stretch(rows, start + 1, has_previous=start > 0, has_next=end < len(places))

    def _stretch(self, places: list[tuple[int, int]]) -> tuple[int, int]:
        """Give where the page begins and ends in a list of all places."""
        if self.cursor is None:
            return 0, self._limit
        place = (int(self.cursor.key), self.cursor.pk)
        if self.cursor.is_backwards:
            end = sum(1 for other in places if other < place)
            return max(0, end - self._limit), end or self._limit
        start = sum(1 for other in places if other <= place)
        return (start, start + self._limit) if start < len(places) else (0, self._limit)

    def _read_tiers(self, plan: Plan) -> Stretch:
        """Read from tier to tier until the page is full: hits are too many to look at each."""
        cursor = self.cursor or Cursor("best", is_backwards=False, key=EXACT, pk=-1, index=0)
        wanted = self._limit + 1
        rows: list[AnyRow] = []
        tiers = (EXACT, BEGINNINGS, ANYWHERE)
        for tier in reversed(tiers) if cursor.is_backwards else tiers:
            is_behind = tier > int(cursor.key) if cursor.is_backwards else tier < int(cursor.key)
            if is_behind or len(rows) >= wanted:
                continue
            start = 2**62 if cursor.is_backwards else -1
            page = Page(
                pk=cursor.pk if tier == cursor.key else start,
                limit=wanted - len(rows),
                is_backwards=cursor.is_backwards,
                leave_out=tuple(self._exact),
            )
            rows.extend(self._read_tier(plan, page, tier))
        return to_stretch(rows, self.cursor, self._limit)

    def _read_tier(self, plan: Plan, page: Page, tier: int) -> list[AnyRow]:
        if tier == EXACT:
            return self._read_exact(page)
        rows = self._dialect.read_tier(
            self._connection, plan, self._where, page, is_beginnings=tier == BEGINNINGS
        )
        if tier == BEGINNINGS:
            self._begin.update(row.pk for row in rows)
        return rows

    def _read_exact(self, page: Page) -> list[AnyRow]:
        pks = sorted(self._exact, reverse=page.is_backwards)
        pks = [pk for pk in pks if (pk < page.pk if page.is_backwards else pk > page.pk)]
        condition, values = self._dialect.among(pks[: page.limit])
        rows = read_ordered(self._connection, condition, values) if pks else []
        return sorted(rows, key=lambda row: row.pk, reverse=page.is_backwards)

    def _read_sorted(self) -> Stretch:
        """Read a page in another order than the best first; all hits have to be looked at."""
        if self._plan and self.count > CAP:
            condition, values = self._dialect.matching_pks(self._plan)
        else:
            condition, values = self._dialect.among(self._pks)
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
