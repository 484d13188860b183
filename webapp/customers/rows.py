"""Rows of our copy as plain values: which columns are read, and what is made of them."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import TextClause, text

from webapp.customers.models import CustomerRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Row

    # Any: what a column of written-out SQL holds, no checker knows.
    AnyRow: TypeAlias = Row[*tuple[Any, ...]]

# The order of `to_customer`; after the ten come the keys that cursors are made of.
COLUMNS = (
    "c.id, c.name, c.email, c.phone, c.address1, c.city, c.postcode, c.created_at, c.is_full,"
    " c.confirmed_at, c.pk, c.name_key, c.city_key, c.created_key"
)


@lru_cache(maxsize=512)
def statement(sql: str) -> TextClause:
    """Prepare SQL that is made of this package's constants; values come as `:name` only."""
    return text(sql)


def to_customer(row: AnyRow) -> CustomerRow:
    """Make the value that templates get of one row."""
    return CustomerRow(
        *row[:7],
        None if row[7] is None else to_moment(row[7]),
        bool(row[8]),
        to_moment(row[9]),
    )


def to_customers(rows: Iterable[AnyRow]) -> tuple[CustomerRow, ...]:
    """Make the values that templates get of many rows."""
    return tuple(map(to_customer, rows))


def to_moment(value: str | datetime) -> datetime:
    """Read a stored moment: text on SQLite, a timestamp on PostgreSQL (whose zone we set)."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value
