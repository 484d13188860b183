"""Pages of the customer list, in the styles that the vendor's documentation leaves open.

`limit` was seen on a sister list (observed); everything else here is a guess behind the
`paging` switch: "none" ignores every parameter, "page" takes limit and page, "meta" and
"next_page" add a meta object, "links" adds links.next.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import Any

from flask import g, request

from webapp.sandbox.state import sandbox
from webapp.sandbox.store import read_counter


@dataclass(frozen=True)
class Page:
    """Rows of one page, and what the answer says about the next one."""

    rows: list[sqlite3.Row]
    hints: dict[str, Any] = field(default_factory=dict)


def read_page(connection: sqlite3.Connection, fields: tuple[str, ...]) -> Page:
    """Return the page that the current request asks for.

    Args:
        connection: where to read.
        fields: columns, names of ours.
    """
    switches = sandbox().switches
    style, order = switches["paging"], switches["order"]
    columns = ", ".join(fields)
    if style == "none":
        query = f"SELECT {columns} FROM customers ORDER BY id {order}"  # noqa: S608 (ours)
        return Page(connection.execute(query).fetchall())
    limit = min(_number("limit", switches["max_limit"]), switches["max_limit"])
    number = _page_number()
    skipped = max(0, (number - 1) * limit + _shift(number))
    query = f"SELECT {columns} FROM customers"  # noqa: S608 (names of ours)
    start = _first_id(connection, skipped, order)
    if start is None:
        tail = f" ORDER BY id {order} LIMIT ? OFFSET ?"
        rows = connection.execute(query + tail, (limit, skipped)).fetchall()
    else:
        side = ">=" if order == "asc" else "<="
        tail = f" WHERE id {side} ? ORDER BY id {order} LIMIT ?"
        rows = connection.execute(query + tail, (start, limit)).fetchall()
    total = read_counter(connection, "customers")
    return Page(rows, _hints(style, number=number, limit=limit, total=total))


def _first_id(connection: sqlite3.Connection, skipped: int, order: str) -> int | None:
    """Return the id that a page starts with, or None when ids have gaps.

    Customers are never deleted through the API, so ids are an unbroken run and a page's
    first id is arithmetic: page 10,000 costs what page 1 does.
    """
    low, high = connection.execute(
        "SELECT (SELECT min(id) FROM customers), (SELECT max(id) FROM customers)"
    ).fetchone()
    if low is None or high - low + 1 != read_counter(connection, "customers"):
        return None
    return int(low + skipped if order == "asc" else high - skipped)


def _page_number() -> int:
    number = _number("page", 1)
    fault = g.get("fault")
    if fault is not None and fault.action == "page":
        served = fault.serve if fault.serve is not None else number
        return (served - 1) % fault.loop + 1 if fault.loop else served
    return number


def _shift(number: int) -> int:
    """Return by how many rows the list has moved since its first page was read."""
    fault = g.get("fault")
    return int(fault.shift) if fault is not None and fault.action == "page" and number > 1 else 0


def _number(name: str, default: int) -> int:
    text = request.args.get(name, "")
    if text.isascii() and text.isdigit() and len(text) < 12:
        return max(int(text), 1)
    return int(default)


def _hints(style: str, *, number: int, limit: int, total: int) -> dict[str, Any]:
    last = max(1, -(-total // limit))
    following = number + 1 if number < last else None
    if style == "meta":
        counts = {"current_page": number, "last_page": last, "per_page": limit, "total": total}
        return {"meta": counts}
    if style == "next_page":
        return {"meta": {"next_page": following}}
    if style == "links":
        url = None
        if following is not None:
            url = f"{request.base_url}?limit={limit}&page={following}"
        return {"links": {"next": url}}
    return {}
