"""Rows of our copy as plain values: which columns are read, and what is made of them."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import TextClause, text

from webapp.customers.models import CustomerRow
from webapp.db.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    AnyRow: TypeAlias = Any  # a named tuple: what a column of written-out SQL holds, no one knows

# The order of `to_customer`; after the ten come the keys that cursors are made of.
COLUMNS = (
    "c.id, c.name, c.email, c.phone, c.address1, c.city, c.postcode, c.created_at, c.is_full,"
    " c.confirmed_at, c.pk, c.name_key, c.city_key, c.created_key"
)


def read(connection: Connection, sql: str, values: Mapping[str, object]) -> list[AnyRow]:
    """Read rows by SQL that is made of this package's constants; values come as `:name` only."""
    return _prepared(sql).all(connection, values)


@lru_cache(maxsize=512)
def _prepared(sql: str) -> Prepared:
    return Prepared(statement(sql))


@lru_cache(maxsize=512)
def statement(sql: str) -> TextClause:
    """Prepare SQL that is made of this package's constants; values come as `:name` only."""
    return text(sql)


def find_row(connection: Connection, customer_id: str) -> AnyRow | None:
    """Read one customer by NeroPay's id."""
    sql = f"SELECT {COLUMNS} FROM customers c WHERE c.id = :id"  # noqa: S608 - a constant
    rows = read(connection, sql, {"id": customer_id})
    return rows[0] if rows else None


def to_customer(row: AnyRow) -> CustomerRow:
    """Make the value that templates get of one row."""
    id_, name, email, phone, address1, city, postcode, created_at, is_full, confirmed_at, *_ = row
    return CustomerRow(
        id_,
        name,
        email,
        phone,
        address1,
        city,
        postcode,
        None if created_at is None else to_moment(created_at),
        bool(is_full),
        to_moment(confirmed_at),
    )


def to_customers(rows: Iterable[AnyRow]) -> tuple[CustomerRow, ...]:
    """Make the values that templates get of many rows."""
    return tuple(map(to_customer, rows))


def to_moment(value: str | datetime) -> datetime:
    """Read a stored moment: text on SQLite, a timestamp on PostgreSQL (whose zone we set)."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value
