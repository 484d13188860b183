"""Searching on PostgreSQL: the GIN index of trigrams. `search_sqlite` is its counterpart.

A term is a LIKE pattern, which the index narrows down and the row decides; with a space before
it, it finds beginnings of words. The hits are collected first (a MATERIALIZED part of the query,
planned for all of them, but run only as far as it is read) and ordered then: left to choose, the
planner walks the whole table in the wanted order, looking for a rare term.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.customers.plans import CAP, Plan
from webapp.customers.rows import COLUMNS, statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from webapp.customers.plans import Page, Where
    from webapp.customers.rows import AnyRow

_IN_PKS = "= ANY(CAST(:pks AS integer[]))"
_PROBE = 2_000  # rows looked at one by one, for terms that so many rows hold that it is quicker


def plan(connection: Connection, terms: Sequence[str]) -> Plan | None:  # noqa: ARG001 - SQLite asks
    """Decide how to look for terms; see `search_sqlite.plan`."""
    return Plan(terms=tuple(terms))


def count_matching(connection: Connection, plan: Plan, where: Where) -> tuple[int, list[int]]:
    """Count the rows that hold every term, and name them, to `CAP` + 1 at most."""
    hits = f"SELECT c.pk FROM customers c WHERE {_like(plan)}{where.sql}"  # noqa: S608 - constants
    if _has_trigram(plan):
        hits = f"WITH hits AS MATERIALIZED ({hits}) SELECT pk FROM hits"  # noqa: S608 - constants
    sql = f"{hits} LIMIT :limit"
    values = {**_patterns(plan), **where.values, "limit": CAP + 1}
    pks = list(connection.execute(statement(sql), values).scalars())
    return len(pks), pks


def with_beginnings(connection: Connection, plan: Plan, pks: Sequence[int]) -> set[int]:
    """Tell in which of these rows every term begins a word."""
    sql = f"SELECT c.pk FROM customers c WHERE c.pk {_IN_PKS} AND {_like(plan, 'b')}"  # noqa: S608 - constants
    values = {**_patterns(plan, "b"), "pks": list(pks)}
    return set(connection.execute(statement(sql), values).scalars())


def read_tier(
    connection: Connection, plan: Plan, where: Where, page: Page, *, is_beginnings: bool
) -> list[AnyRow]:
    """Read rows in the order of `pk`; see `search_sqlite.read_tier`."""
    condition = _like(plan, "b") if is_beginnings else f"{_like(plan)} AND NOT ({_like(plan, 'b')})"
    values = {**_patterns(plan), **_patterns(plan, "b"), **where.values}
    values |= {"pk": page.pk, "limit": page.limit, "probe": _PROBE}
    condition += where.sql
    if page.leave_out:
        condition += f" AND NOT c.pk {_IN_PKS}"
        values["pks"] = list(page.leave_out)
    than, direction = ("<", "DESC") if page.is_backwards else (">", "ASC")
    beyond, order = f"c.pk {than} :pk", f"ORDER BY c.pk {direction} LIMIT :limit"
    near = (
        f"SELECT {COLUMNS} FROM (SELECT * FROM customers c WHERE {beyond}"  # noqa: S608 - constants
        f" ORDER BY c.pk {direction} LIMIT :probe) c WHERE {condition} {order}"
    )
    rows = list(connection.execute(statement(near), values))
    if len(rows) == page.limit:
        return rows
    everywhere = (
        f"WITH c AS MATERIALIZED (SELECT c.* FROM customers c WHERE {condition} AND {beyond})"  # noqa: S608 - constants
        f" SELECT {COLUMNS} FROM c {order}"
    )
    return list(connection.execute(statement(everywhere), values))


def matching_pks(plan: Plan) -> tuple[str, dict[str, object]]:
    """Give a condition on rows, and its values, for those that hold every term."""
    return f"{_like(plan)}", _patterns(plan)


def among(pks: Iterable[int]) -> tuple[str, dict[str, object]]:
    """Give a condition on `c.pk`, and its value, for these rows."""
    return f"c.pk {_IN_PKS}", {"pks": list(pks)}


def _like(plan: Plan, name: str = "a") -> str:
    # A joined text is in no index: without a trigram to look up, that would be read as a whole.
    text = "c.search_text" if name == "b" or _has_trigram(plan) else "(c.search_text || '')"
    return " AND ".join(f"{text} LIKE :{name}{n}" for n in range(len(plan.terms)))


def _has_trigram(plan: Plan) -> bool:
    return max(map(len, plan.terms)) > 2


def _patterns(plan: Plan, name: str = "a") -> dict[str, object]:
    """Make LIKE patterns, of beginnings of words for `b`; the terms' own wildcards are quoted."""
    before = " " if name == "b" else ""
    patterns: dict[str, object] = {}
    for n, term in enumerate(plan.terms):
        quoted = term.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        patterns[f"{name}{n}"] = f"%{before}{quoted}%"
    return patterns
