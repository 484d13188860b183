"""/v2/categories: list, create, delete if allowed. There is no edit (documented)."""

from __future__ import annotations

import sqlite3
from typing import Any

from flask import Blueprint, Response

from webapp.sandbox import rules, writes
from webapp.sandbox.answers import Refusal, not_found, render, respond
from webapp.sandbox.state import sandbox
from webapp.sandbox.store import next_id

blueprint = Blueprint("categories", __name__)


@blueprint.get("/categories")
def index() -> Response:
    """Every category, oldest first; the till order is the reader's to make."""
    with sandbox().store.reading() as connection:
        rows = connection.execute("SELECT * FROM categories ORDER BY id").fetchall()
    return respond(200, render({"success": True, "data": [present(row) for row in rows]}))


@blueprint.post("/categories")
def create() -> Response:
    """Add a category."""

    def effect(connection: sqlite3.Connection) -> tuple[dict[str, Any], int]:
        values = rules.check_category(writes.read_body())
        category_id = next_id(connection, "next_category")
        connection.execute(
            "INSERT INTO categories (id, name, sort_order, is_active) VALUES (?, ?, ?, ?)",
            (category_id, values["name"], values["sort_order"], values["is_active"]),
        )
        return present(find(connection, str(category_id))), category_id

    return writes.perform_once(effect)


@blueprint.delete("/categories/<id_text>")
def delete(id_text: str) -> Response:
    """Delete a category, unless something uses it ("if allowed", documented)."""
    sandbox().switches.require("category_delete")

    def effect(connection: sqlite3.Connection) -> tuple[dict[str, Any], int]:
        row = find(connection, id_text)
        if row["in_use"]:
            raise Refusal(
                409,
                "category_in_use",
                "This category still has products in it and cannot be deleted.",
            )
        connection.execute("DELETE FROM categories WHERE id = ?", (row["id"],))
        return {"id": present(row)["id"], "deleted": True}, row["id"]

    return writes.perform_once(effect)


def present(row: sqlite3.Row) -> dict[str, Any]:
    """Return a row as it is answered; the id as the switch says (not documented)."""
    record = {field: row[field] for field in ("id", "name", "sort_order", "is_active")}
    if sandbox().switches["id_type"] == "string":
        record["id"] = str(record["id"])
    return record


def find(connection: sqlite3.Connection, id_text: str) -> sqlite3.Row:
    """Return a category's row.

    Raises:
        Refusal: resource_not_found.
    """
    if not id_text.isascii() or not id_text.isdigit() or len(id_text) > 18:
        raise not_found("category")
    row = connection.execute("SELECT * FROM categories WHERE id = ?", (int(id_text),)).fetchone()
    if row is None:
        raise not_found("category")
    assert isinstance(row, sqlite3.Row)
    return row
