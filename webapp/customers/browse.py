"""Lists of customers without words to look for: sorted, filtered, and page by page.

A page begins after a row (or ends before it), never at a number, so that a page in the middle
costs what the first does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from webapp.customers.cursors import Cursor, from_text, to_text
from webapp.customers.keys import created_key
from webapp.customers.models import Listing
from webapp.customers.plans import Where
from webapp.customers.rows import COLUMNS, read, to_customers
from webapp.extensions import settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from sqlalchemy import Connection

    from webapp.customers.models import Query
    from webapp.customers.rows import AnyRow

FILTER_CAP = 10_000  # filtered rows that are counted one by one


@dataclass(frozen=True, slots=True)
class Order:
    """A column to sort by; ties are broken by `pk`."""

    column: str
    is_descending: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """The rows of one page, in the order of the list.

    Attributes:
        rows: Of `rows.COLUMNS`.
        first_index: 1-based position of the first row; None when not known.
        has_previous: Whether rows come before.
        has_next: Whether rows come after.
    """

    rows: list[AnyRow]
    first_index: int | None
    has_previous: bool
    has_next: bool


_ORDERS = {
    "name": Order("name_key"),
    "town": Order("city_key"),
    "newest": Order("created_key", is_descending=True),
}


def sort_of(query: Query) -> str:
    """Give the sort that a query really gets."""
    if query.sort in _ORDERS:
        return query.sort
    return "best" if query.q.strip() else "name"


def order_of(sort: str) -> Order:
    """Give the column that a sort stands for."""
    return _ORDERS.get(sort, _ORDERS["name"])


def where_of(query: Query, *, is_for_counting: bool = False) -> Where:
    """Give the conditions of a query's filters.

    An empty key is asked for by its length where the rows are read in order: that is how the
    index of such rows, in that order, is found. To count them the index of the key itself is
    quicker, for SQLite looks no condition up in a row for it.
    """
    is_empty = "c.{} = ''" if is_for_counting else "length(c.{}) = 0"
    sql = ""
    values: dict[str, object] = {}
    if query.no_email:
        sql += f" AND {is_empty.format('email_key')}"
    if query.no_phone:
        sql += f" AND {is_empty.format('phone_key')}"
    if query.added_since:
        sql += " AND c.created_key >= :since"
        values["since"] = _since(query.added_since)
    return Where(sql, values)


def browse(
    connection: Connection,
    query: Query,
    *,
    limit: int,
    in_all: int,
    prefix: str = "",
    terms: tuple[str, ...] = (),
) -> Listing:
    """List customers by a sort, filtered.

    Args:
        connection: For reading.
        query: What was asked for; its words are not looked at.
        limit: Rows of a page.
        in_all: Customers in the copy.
        prefix: Folded beginning of the name that rows must have.
        terms: What to mark in the rows.

    Returns:
        One page; a filtered total counts to 10,000.
    """
    where, counting = where_of(query), where_of(query, is_for_counting=True)
    if prefix:
        where, counting = _with_prefix(where, prefix), _with_prefix(counting, prefix)
    total, is_capped = in_all, False
    if where.sql:
        total = _count(connection, counting)
        is_capped = total > FILTER_CAP
    sort = sort_of(query)
    sort = "name" if sort == "best" else sort
    cursor = from_text(query.cursor, sort)
    rows = read_ordered(
        connection,
        f"1 = 1{where.sql}",
        where.values,
        order=order_of(sort),
        cursor=cursor,
        limit=limit + 1,
        by_index=is_capped or _is_along_index(query, sort),
    )
    return to_listing(
        to_stretch(rows, cursor, limit),
        sort=sort,
        total=min(total, FILTER_CAP) if where.sql else total,
        total_is_capped=is_capped,
        in_all=in_all,
        terms=terms,
    )


def read_ordered(
    connection: Connection,
    condition: str,
    values: dict[str, object],
    *,
    order: Order | None = None,
    cursor: Cursor | None = None,
    limit: int | None = None,
    by_index: bool = True,
) -> list[AnyRow]:
    """Read rows of `rows.COLUMNS`.

    Args:
        connection: For reading.
        condition: SQL made of constants.
        values: For its names.
        order: Column to sort by; no order when left out.
        cursor: Where to begin.
        limit: Rows at most.
        by_index: Walk along the order's index until the page is full, which is right for many
            hits. Otherwise the hits are found by the condition and then sorted.

    Returns:
        The rows; from the cursor backwards when it says so.
    """
    sql = f"SELECT {COLUMNS} FROM customers c WHERE {condition}"  # noqa: S608 - constants
    if order is None:
        return read(connection, sql, values)
    is_descending = order.is_descending != bool(cursor and cursor.is_backwards)
    than, direction = ("<", "DESC") if is_descending else (">", "ASC")
    # A sum or a joined text is no column of an index: it keeps the database from walking one.
    column, pk = (f"c.{order.column}", "c.pk") if by_index else (f"c.{order.column} || ''", "c.pk")
    if cursor is not None:
        sql += f" AND ({column}, {pk}) {than} (:key, :pk)"
        values = {**values, "key": cursor.key, "pk": cursor.pk}
    sql += f" ORDER BY {column} {direction}, {pk} {direction}"
    if limit is not None:
        sql += " LIMIT :limit"
        values = {**values, "limit": limit}
    return read(connection, sql, values)


def to_stretch(rows: list[AnyRow], cursor: Cursor | None, limit: int) -> Stretch:
    """Make a stretch of rows that were read from a cursor on, one more than fit if there are.

    Args:
        rows: In the order they were read.
        cursor: Where reading began; None at the first row.
        limit: Rows of a page.

    Returns:
        The stretch, in the order of the list.
    """
    has_more = len(rows) > limit
    rows = rows[:limit]
    if cursor is None:
        return Stretch(rows, 1, has_previous=False, has_next=has_more)
    if not cursor.is_backwards:
        first = cursor.index + 1 if cursor.index else None
        return Stretch(rows, first, has_previous=True, has_next=has_more)
    rows.reverse()
    first = cursor.index - len(rows) if cursor.index > len(rows) else None
    return Stretch(rows, first if has_more else 1, has_previous=has_more, has_next=True)


def to_listing(
    stretch: Stretch,
    *,
    sort: str,
    total: int,
    total_is_capped: bool,
    in_all: int,
    terms: tuple[str, ...],
    tier_of: Callable[[AnyRow], int] | None = None,
) -> Listing:
    """Make a page of the rows that were read.

    Args:
        stretch: The rows.
        sort: The list's.
        total: Rows of all pages, as far as counted.
        total_is_capped: Whether there are more.
        in_all: Customers in the copy.
        terms: What to mark.
        tier_of: Gives the key of a row in the best-first order.

    Returns:
        The page, with cursors to the next and the previous one where there are such.
    """

    def place(row: AnyRow, index: int, *, is_backwards: bool) -> str:
        key = tier_of(row) if tier_of and sort == "best" else _key(row, sort)
        return to_text(Cursor(sort, is_backwards, key, row.pk, index))

    rows, first = stretch.rows, stretch.first_index
    if first and not total_is_capped and first + len(rows) - 1 > total:
        first = None  # the cursor is of a longer list
    next_cursor = previous_cursor = None
    if rows and stretch.has_next:
        last = first + len(rows) - 1 if first else 0
        next_cursor = place(rows[-1], last, is_backwards=False)
    if rows and stretch.has_previous:
        previous_cursor = place(rows[0], first or 0, is_backwards=True)
    return Listing(
        rows=to_customers(rows),
        total=total,
        total_is_capped=total_is_capped,
        customers_in_all=in_all,
        next_cursor=next_cursor,
        previous_cursor=previous_cursor,
        first_index=first if rows else None,
        terms=terms,
    )


def _is_along_index(query: Query, sort: str) -> bool:
    """Whether the filtered rows lie together, in order, in an index."""
    has_blank = query.no_email or query.no_phone
    if query.added_since:
        return sort == "newest" and not has_blank
    return sort == "name" or not has_blank


def _key(row: AnyRow, sort: str) -> str:
    key: str = getattr(row, order_of(sort).column)
    return key


def _with_prefix(where: Where, prefix: str) -> Where:
    return Where(
        f"{where.sql} AND c.name_key >= :prefix AND c.name_key < :prefix_end",
        {**where.values, "prefix": prefix, "prefix_end": f"{prefix}\U0010ffff"},
    )


def _count(connection: Connection, where: Where) -> int:
    sql = (
        "SELECT count(*) AS hits FROM"  # noqa: S608 - constants
        f" (SELECT 1 FROM customers c WHERE 1 = 1{where.sql} LIMIT {FILTER_CAP + 1}) AS found"
    )
    count: int = read(connection, sql, where.values)[0].hits
    return count


def _since(day: date) -> str:
    """Give the key of a day's first moment, where the merchant is."""
    zone = ZoneInfo(settings().time_zone)
    try:
        return created_key(datetime.combine(day, time(), zone).astimezone(UTC))
    except OverflowError:  # the calendar's first or last day
        return day.isoformat()
