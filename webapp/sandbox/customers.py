"""/v2/customers: list, one, create, update. There is no delete (documented)."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response

from webapp.sandbox import paging, rules, writes
from webapp.sandbox.answers import render, respond
from webapp.sandbox.records import find, present
from webapp.sandbox.state import sandbox
from webapp.sandbox.store import next_id, read_counter, set_counter

blueprint = Blueprint("customers", __name__)

FIELDS = ("id", *rules.CUSTOMER_FIELDS, "created_at")
BRIEF_FIELDS = ("id", "name", "email")


@blueprint.get("/customers")
def index() -> Response:
    """One page of customers, or all of them, as the switches say."""
    state = sandbox()
    fields = FIELDS if state.switches["list_rows"] == "full" else BRIEF_FIELDS
    with state.store.reading() as connection:
        page = paging.read_page(connection, fields)
    rows = [present(row, fields) for row in page.rows]
    return respond(200, render({"success": True, "data": rows, **page.hints}))


@blueprint.get("/customers/<id_text>")
def show(id_text: str) -> Response:
    """One customer, where enabled."""
    state = sandbox()
    state.switches.require("get_by_id")
    with state.store.reading() as connection:
        record = present(find(connection, "customer", id_text), FIELDS)
    return respond(200, render({"success": True, "data": record}))


@blueprint.post("/customers")
def create() -> Response:
    """Add a customer."""

    def effect(connection: sqlite3.Connection) -> tuple[dict[str, Any], int]:
        values = rules.check_customer(writes.read_body(), is_new=True)
        customer_id = insert(connection, values, created_at=stamp(sandbox().clock()))
        return present(find(connection, "customer", str(customer_id)), FIELDS), customer_id

    return writes.perform_once(effect)


@blueprint.patch("/customers/<id_text>")
def update(id_text: str) -> Response:
    """Change the fields that were sent, where enabled; the answer holds the whole record."""
    state = sandbox()
    state.switches.require("patch")

    def effect(connection: sqlite3.Connection) -> tuple[dict[str, Any], int]:
        row = find(connection, "customer", id_text)
        fields = writes.read_body()
        clears = state.switches["clears"]
        change(connection, row["id"], rules.check_customer(fields, is_new=False, clears=clears))
        return present(find(connection, "customer", id_text), FIELDS), row["id"]

    return writes.perform_once(effect)


def insert(
    connection: sqlite3.Connection, values: Mapping[str, str | None], *, created_at: str
) -> int:
    """Add a row and return its id."""
    customer_id = next_id(connection, "next_customer")
    connection.execute(
        "INSERT INTO customers (id, name, email, phone, address1, city, postcode, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (customer_id, *(values.get(field) for field in rules.CUSTOMER_FIELDS), created_at),
    )
    set_counter(connection, "customers", read_counter(connection, "customers") + 1)
    return customer_id


def change(
    connection: sqlite3.Connection, customer_id: int, values: Mapping[str, str | None]
) -> None:
    """Set some fields of a row; the names must be fields of a customer."""
    for field, value in values.items():
        assert field in FIELDS
        connection.execute(
            f"UPDATE customers SET {field} = ? WHERE id = ?",  # noqa: S608 (asserted above)
            (value, customer_id),
        )


def stamp(at: float) -> str:
    """Return a Unix time as the API writes times, e.g. 2026-04-22T10:00:00Z (documented)."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
