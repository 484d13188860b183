"""Our copy of the customers, as the rest of the application reads it. Never asks NeroPay.

`upsert`, the only way that a row of the copy is written, is `store`'s; keeping the copy fresh is
`sync`'s; likely twins are `twins`'.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from webapp.customers.browse import browse
from webapp.customers.keys import terms_of
from webapp.customers.overview import overview
from webapp.customers.rows import find_row, read, to_customer
from webapp.customers.search import search_terms
from webapp.customers.status import status
from webapp.customers.store import Upserted, upsert
from webapp.customers.twins import find_twins
from webapp.extensions import db

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from webapp.customers.models import CustomerRow, Listing, Query

__all__ = [
    "Upserted",
    "find",
    "find_twins",
    "overview",
    "search",
    "status",
    "upsert",
]

_LONGEST_ID = 64


def search(query: Query, *, limit: int = 50) -> Listing:
    """List customers, or find those that hold everything that was typed.

    Args:
        query: What a person asked for, as it came.
        limit: Rows of a page.

    Returns:
        One page. A cursor that is not valid, or leads behind the last row, gives the first one.
    """
    with db.read() as connection:
        listing = _search(connection, query, limit)
        if query.cursor and not listing.rows and listing.total:
            listing = _search(connection, replace(query, cursor=None), limit)
    return listing


def find(id: str) -> CustomerRow | None:  # noqa: A002 - NeroPay's word for it
    """Find one customer by NeroPay's id."""
    if not _is_storable(id):
        return None
    with db.read() as connection:
        row = find_row(connection, id)
    return None if row is None else to_customer(row)


def _search(connection: Connection, query: Query, limit: int) -> Listing:
    terms = terms_of(query.q)
    in_all = status().row_count
    if not terms:
        query = replace(query, q="")
        return browse(connection, query, limit=limit, in_all=in_all)
    if max(map(len, terms)) > 1:
        return search_terms(connection, query, terms, limit=limit, in_all=in_all)
    # A single letter is in every row: it finds the id that it is, or names that begin with it.
    typed = query.q.strip()
    is_id = _is_storable(typed) and read(
        connection, "SELECT c.pk FROM customers c WHERE c.id = :id", {"id": typed}
    )
    if is_id and len(terms) == 1:
        return search_terms(connection, query, terms, limit=limit, in_all=in_all)
    prefix = " ".join(terms)
    return browse(connection, query, limit=limit, in_all=in_all, prefix=prefix, terms=terms)


def _is_storable(id_: str) -> bool:
    """Tell whether a database takes this as text at all."""
    return len(id_) <= _LONGEST_ID and id_.isascii() and "\0" not in id_
