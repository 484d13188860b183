"""What customers and categories have in common: finding one by its id, and showing it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any, Final

from webapp.sandbox.answers import not_found
from webapp.sandbox.state import sandbox

_QUERIES: Final = {
    "customer": "SELECT * FROM customers WHERE id = ?",
    "category": "SELECT * FROM categories WHERE id = ?",
}


def present(row: sqlite3.Row, fields: Iterable[str]) -> dict[str, Any]:
    """Return a row as it is answered; the id as the switch says (not documented)."""
    record = {field: row[field] for field in fields}
    if sandbox().switches["id_type"] == "string":
        record["id"] = str(record["id"])
    return record


def find(connection: sqlite3.Connection, kind: str, id_text: str) -> sqlite3.Row:
    """Return the row of a "customer" or a "category".

    Raises:
        Refusal: resource_not_found.
    """
    if not id_text.isascii() or not id_text.isdigit() or len(id_text) > 18:
        raise not_found(kind)
    row = connection.execute(_QUERIES[kind], (int(id_text),)).fetchone()
    if row is None:
        raise not_found(kind)
    assert isinstance(row, sqlite3.Row)
    return row
