"""/v2/categories: list, create, delete if allowed. There is no edit (documented)."""

from __future__ import annotations

import sqlite3
from typing import Any

from flask import Blueprint, Response

from webapp.sandbox import rules, writes
from webapp.sandbox.answers import Refusal, render, respond
from webapp.sandbox.records import find, present
from webapp.sandbox.state import sandbox
from webapp.sandbox.store import next_id

blueprint = Blueprint("categories", __name__)

FIELDS = ("id", "name", "sort_order", "is_active")


@blueprint.get("/categories")
def index() -> Response:
    """Every category, oldest first; the till order is the reader's to make."""
    with sandbox().store.reading() as connection:
        rows = connection.execute("SELECT * FROM categories ORDER BY id").fetchall()
    return respond(200, render({"success": True, "data": [present(row, FIELDS) for row in rows]}))


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
        return present(find(connection, "category", str(category_id)), FIELDS), category_id

    return writes.perform_once(effect)


@blueprint.delete("/categories/<id_text>")
def delete(id_text: str) -> Response:
    """Delete a category, unless something uses it ("if allowed", documented)."""
    sandbox().switches.require("category_delete")

    def effect(connection: sqlite3.Connection) -> tuple[dict[str, Any], int]:
        row = find(connection, "category", id_text)
        if row["in_use"]:
            raise Refusal(
                409,
                "category_in_use",
                "This category still has products in it and cannot be deleted.",
            )
        connection.execute("DELETE FROM categories WHERE id = ?", (row["id"],))
        return {"id": present(row, FIELDS)["id"], "deleted": True}, row["id"]

    return writes.perform_once(effect)
