"""Searching on PostgreSQL: the GIN index of trigrams. `search_sqlite` is its counterpart.

A term is a LIKE pattern, which the index narrows down and the row decides; with a space before
it, it finds beginnings of words. The hits are collected first (a MATERIALIZED part of the query,
planned for all of them, but run only as far as it is read) and ordered then: left to choose, the
planner walks the whole table in the wanted order, looking for a rare term.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.customers.plans import CAP, Plan, lookup_part
from webapp.customers.rows import COLUMNS, statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from webapp.customers.plans import Page, Where
    from webapp.customers.rows import AnyRow

_IN_PKS = "= ANY(CAST(:pks AS integer[]))"
_NEAR_GROWS = 10
_NEAR = (2_000, 2_000 * _NEAR_GROWS)  # rows walked along for a page, while it promises to fill
_PROBE = 2_000  # rows looked at one by one, to see whether a term is in so many that this is best
_IS_COMMON = 80  # hits among them from which on it is


def plan(connection: Connection, terms: Sequence[str]) -> Plan | None:  # noqa: ARG001 - SQLite asks
    """Decide how to look for terms; see `search_sqlite.plan`."""
    return Plan(terms=tuple(terms))


def count_matching(connection: Connection, plan: Plan, where: Where) -> tuple[int, list[int]]:
    """Count the rows that hold every term, and name them, to `CAP` + 1 at most."""
    values = {**_values(plan), **where.values, "limit": CAP + 1}
    found = f"SELECT c.pk FROM customers c WHERE {_anywhere(plan)}{where.sql}"  # noqa: S608 - constants
    sql = f"WITH hits AS MATERIALIZED ({found}) SELECT pk FROM hits LIMIT :limit"  # noqa: S608 - constants
    if not _has_trigram(plan) or _is_common(connection, plan, where):
        sql = f"SELECT c.pk FROM customers c WHERE {_unindexed(plan)}{where.sql} LIMIT :limit"  # noqa: S608 - constants
    pks = list(connection.execute(statement(sql), values).scalars())
    return len(pks), pks


def _is_common(connection: Connection, plan: Plan, where: Where) -> bool:
    """Whether so many rows hold the terms that reading rows finds enough before the index does."""
    sql = (
        f"SELECT count(*) FROM (SELECT * FROM customers ORDER BY pk LIMIT {_PROBE}) c"  # noqa: S608 - constants
        f" WHERE {_unindexed(plan)}{where.sql}"
    )
    values = {**_values(plan), **where.values}
    hits: int = connection.execute(statement(sql), values).scalar_one()
    return hits >= _IS_COMMON


def with_beginnings(connection: Connection, plan: Plan, pks: Sequence[int]) -> set[int]:
    """Tell in which of these rows every term begins a word."""
    sql = f"SELECT c.pk FROM customers c WHERE c.pk {_IN_PKS} AND {_beginnings(plan)}"  # noqa: S608 - constants
    values = {**_values(plan), "pks": list(pks)}
    return set(connection.execute(statement(sql), values).scalars())


def read_tier(
    connection: Connection, plan: Plan, where: Where, page: Page, *, is_beginnings: bool
) -> list[AnyRow]:
    """Read rows in the order of `pk`; see `search_sqlite.read_tier`."""
    condition = _beginnings(plan)
    if not is_beginnings:
        condition = f"{_anywhere(plan)} AND NOT ({condition})"
    condition += where.sql
    values = {**_values(plan), **where.values}
    values |= {"pk": page.pk, "limit": page.limit}
    if page.leave_out:
        condition += f" AND NOT c.pk {_IN_PKS}"
        values["pks"] = list(page.leave_out)
    than, direction = ("<", "DESC") if page.is_backwards else (">", "ASC")
    beyond, order = f"c.pk {than} :pk", f"ORDER BY c.pk {direction} LIMIT :limit"
    near = (
        f"SELECT {COLUMNS} FROM (SELECT * FROM customers c WHERE {beyond}"  # noqa: S608 - constants
        f" ORDER BY c.pk {direction} LIMIT :near) c WHERE {condition} {order}"
    )
    for length in _NEAR:
        rows = list(connection.execute(statement(near), {**values, "near": length}))
        if len(rows) == page.limit:
            return rows
        if len(rows) * _NEAR_GROWS < page.limit:
            break
    if not is_beginnings and not _has_trigram(plan):  # nothing to look up: walk along
        walk = f"SELECT {COLUMNS} FROM customers c WHERE {condition} AND {beyond} {order}"  # noqa: S608 - constants
        return list(connection.execute(statement(walk), values))
    everywhere = (
        f"WITH c AS MATERIALIZED (SELECT c.* FROM customers c WHERE {condition} AND {beyond})"  # noqa: S608 - constants
        f" SELECT {COLUMNS} FROM c {order}"
    )
    return list(connection.execute(statement(everywhere), values))


def matching_pks(plan: Plan) -> tuple[str, dict[str, object]]:
    """Give a condition on rows, and its values, for those that hold every term."""
    return _anywhere(plan), _values(plan)


def among(pks: Iterable[int]) -> tuple[str, dict[str, object]]:
    """Give a condition on `c.pk`, and its value, for these rows."""
    return f"c.pk {_IN_PKS}", {"pks": list(pks)}


def _anywhere(plan: Plan) -> str:
    """The rows that hold every term: what the index answers, and what it must not be asked."""
    looked_up = [
        f"c.search_text LIKE :part{n}" for n, term in enumerate(plan.terms) if len(term) > 2
    ]
    checked = [n for n, term in enumerate(plan.terms) if len(term) < 3 or lookup_part(term) != term]
    return " AND ".join([*looked_up, *(_unindexed_term(n) for n in checked)])


def _unindexed(plan: Plan) -> str:
    return " AND ".join(_unindexed_term(n) for n in range(len(plan.terms)))


def _unindexed_term(number: int) -> str:
    # A joined text is in no index. Without a trigram to look up, one would be read as a whole.
    return f"(c.search_text || '') LIKE :term{number}"


def _beginnings(plan: Plan) -> str:
    if _is_email(plan):  # the index of addresses has it in one place
        return "c.email_key >= :low AND c.email_key < :high"
    return " AND ".join(f"c.search_text LIKE :begin{n}" for n in range(len(plan.terms)))


def _is_email(plan: Plan) -> bool:
    return len(plan.terms) == 1 and lookup_part(plan.terms[0]).endswith("@")


def _has_trigram(plan: Plan) -> bool:
    return max(map(len, plan.terms)) > 2


def _values(plan: Plan) -> dict[str, object]:
    """Make LIKE patterns for every condition above; the terms' own wildcards are quoted."""
    values: dict[str, object] = {}
    if _is_email(plan):
        values = {"low": plan.terms[0], "high": f"{plan.terms[0]}\U0010ffff"}
    for n, term in enumerate(plan.terms):
        values[f"term{n}"] = f"%{_quote(term)}%"
        values[f"part{n}"] = f"%{_quote(lookup_part(term))}%"
        values[f"begin{n}"] = f"% {_quote(term)}%"
    return values


def _quote(term: str) -> str:
    return term.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
