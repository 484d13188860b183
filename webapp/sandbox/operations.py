"""What the controls do, for HTTP (controls.py) and for tests in-process (testing.py) alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webapp.sandbox import seed as seeds
from webapp.sandbox.state import State
from webapp.sandbox.store import empty, read_counter, set_counter

CUSTOMER_COLUMNS = ("name", "email", "phone", "address1", "city", "postcode", "created_at")
CATEGORY_COLUMNS = ("name", "sort_order", "is_active", "in_use")


def reset(state: State) -> None:
    """Empty everything: records, ledger, keys, faults, waits, requests; default switches."""
    state.faults.clear()
    state.faults.abandon()
    with state.store.transaction() as connection:
        empty(connection)
    state.switches.reset()
    state.requests.clear()


def seed(state: State, *, customers: int, categories: int) -> None:
    """Replace every record by made-up ones; see seed.fill."""
    seeds.fill(state.store, customers=customers, categories=categories, now=state.clock())


def read_ledger(state: State) -> list[dict[str, Any]]:
    """Return every effect: seq, key, method, path, record_id, at (Unix time), body_sha256."""
    return _rows(state, "SELECT * FROM ledger ORDER BY seq")


def get_customer(state: State, customer_id: int) -> dict[str, Any] | None:
    """Return a customer as NeroPay has it now, or None."""
    rows = _rows(state, "SELECT * FROM customers WHERE id = ?", customer_id)
    return rows[0] if rows else None


def list_customers(state: State) -> list[dict[str, Any]]:
    """Return every customer, by id."""
    return _rows(state, "SELECT * FROM customers ORDER BY id")


def list_categories(state: State) -> list[dict[str, Any]]:
    """Return every category with in_use, by id."""
    return _rows(state, "SELECT * FROM categories ORDER BY id")


def set_customer(state: State, customer_id: int, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Change a customer behind the product's back; no rule applies, no ledger row is made.

    Raises:
        ValueError: no such customer, or no such field.
    """
    _set(state, "customers", CUSTOMER_COLUMNS, customer_id, fields)
    return _rows(state, "SELECT * FROM customers WHERE id = ?", customer_id)[0]


def set_category(state: State, category_id: int, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Change a category behind the product's back.

    Raises:
        ValueError: no such category, or no such field.
    """
    _set(state, "categories", CATEGORY_COLUMNS, category_id, fields)
    return _rows(state, "SELECT * FROM categories WHERE id = ?", category_id)[0]


def delete_customer(state: State, customer_id: int) -> None:
    """Make a customer vanish.

    Raises:
        ValueError: no such customer.
    """
    with state.store.transaction() as connection:
        deleted = connection.execute("DELETE FROM customers WHERE id = ?", (customer_id,))
        if not deleted.rowcount:
            raise ValueError(f"no customer {customer_id}")
        set_counter(connection, "customers", read_counter(connection, "customers") - 1)


def _set(
    state: State, table: str, columns: tuple[str, ...], record_id: int, fields: Mapping[str, Any]
) -> None:
    unknown = set(fields) - set(columns)
    if unknown:
        raise ValueError(f"unknown fields {', '.join(sorted(unknown))}")
    with state.store.transaction() as connection:
        found = connection.execute(
            f"SELECT 1 FROM {table} WHERE id = ?",  # noqa: S608 (a constant of ours)
            (record_id,),
        ).fetchone()
        if found is None:
            raise ValueError(f"no record {record_id} in {table}")
        for column, value in fields.items():
            connection.execute(
                f"UPDATE {table} SET {column} = ? WHERE id = ?",  # noqa: S608 (checked above)
                (value, record_id),
            )


def _rows(state: State, query: str, *values: object) -> list[dict[str, Any]]:
    with state.store.reading() as connection:
        return [dict(row) for row in connection.execute(query, values)]
