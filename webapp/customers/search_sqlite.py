"""Searching on SQLite: the full-text table of trigrams. `search_postgresql` is its counterpart.

A term is a phrase of trigrams, which is an exact substring search; with a space before it, a
search for beginnings of words. What trigrams cannot answer at all, or only slowly, is checked on
the text of the rows that the rest of the query found. Results come in the order of `pk`, which is
the table's own, so that a page is read without looking at the other hits.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from webapp.customers.plans import CAP, Plan, lookup_part
from webapp.customers.rows import COLUMNS, statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from webapp.customers.plans import Page, Where
    from webapp.customers.rows import AnyRow

_HITS = "FROM customers_fts f CROSS JOIN customers c ON c.pk = f.rowid WHERE customers_fts MATCH"
_IN_PKS = "(SELECT value FROM json_each(:pks))"
# The distinct trigrams of a range, jumping from each to the next one.
_GRAMS = (
    "WITH RECURSIVE gram(term) AS ("
    " SELECT (SELECT term FROM customers_grams WHERE term >= :low AND term <= :high LIMIT 1)"
    " UNION ALL"
    " SELECT (SELECT term FROM customers_grams"
    "  WHERE term >= gram.term || char(1) AND term <= :high LIMIT 1)"
    " FROM gram WHERE gram.term IS NOT NULL"
    ") SELECT term FROM gram WHERE term IS NOT NULL"
)


def plan(connection: Connection, terms: Sequence[str]) -> Plan | None:
    """Decide how to look for terms.

    Args:
        connection: For the trigrams of a term that has only two characters.
        terms: Folded, at least one of them of two characters or more.

    Returns:
        The plan; None when it is clear already that nothing holds all the terms.
    """
    anywhere: list[str] = []
    beginnings: list[str] = []
    unchecked: list[str] = []  # terms that the expressions do not answer in full
    has_trigram = any(len(_head(term)) > 2 for term in terms)
    for term in terms:
        head = _head(term)
        if head != term or (len(head) == 2 and has_trigram):
            unchecked.append(term)
        if len(head) > 2:
            anywhere.append(_quote(head))
        elif len(head) == 2 and not has_trigram:
            grams = _grams(connection, head)
            if not grams:
                return None
            anywhere.append(f"({' OR '.join(map(_quote, grams))})")
        if len(head) > 1:
            beginnings.append(_quote(f" {head}"))
    return Plan(
        terms=tuple(terms),
        unchecked=tuple(unchecked),
        anywhere=" AND ".join(anywhere),
        beginnings=" AND ".join(beginnings),
    )


def count_matching(connection: Connection, plan: Plan, where: Where) -> tuple[int, list[int]]:
    """Count the rows that hold every term, and name them, to `CAP` + 1 at most."""
    source = f"{_HITS} :match{_holds(plan, '')}{where.sql}"
    if not plan.unchecked and not where.sql:
        source = "FROM customers_fts c WHERE customers_fts MATCH :match"
    pk = "c.rowid" if source.startswith("FROM customers_fts c") else "c.pk"
    sql = f"SELECT count(*), group_concat(pk) FROM (SELECT {pk} AS pk {source} LIMIT :limit)"  # noqa: S608 - constants
    values = {**_values(plan, ""), **where.values, "match": plan.anywhere, "limit": CAP + 1}
    count, pks = connection.execute(statement(sql), values).one()
    return count, [int(pk) for pk in pks.split(",")] if pks else []


def with_beginnings(connection: Connection, plan: Plan, pks: Sequence[int]) -> set[int]:
    """Tell in which of these rows every term begins a word."""
    sql = (
        "SELECT c.pk FROM customers c"  # noqa: S608 - constants
        f" WHERE c.pk IN {_IN_PKS}{_checks(len(plan.terms))}"
    )
    values = {**_check_values(plan.terms, " "), "pks": json.dumps(pks)}
    return set(connection.execute(statement(sql), values).scalars())


def read_tier(
    connection: Connection, plan: Plan, where: Where, page: Page, *, is_beginnings: bool
) -> list[AnyRow]:
    """Read rows in the order of `pk`.

    Args:
        connection: For reading.
        plan: What to look for.
        where: The filters.
        page: From where, how many, which way, and which rows to leave out.
        is_beginnings: Rows in which every term begins a word; otherwise the others.

    Returns:
        Rows of `rows.COLUMNS`, at most `page.limit`, in the direction of the page.
    """
    prefix = " " if is_beginnings else ""
    values = {**_values(plan, prefix), **where.values, "pk": page.pk, "limit": page.limit}
    match, holds = plan.beginnings, _holds(plan, prefix)
    if not is_beginnings:
        match = f"({plan.anywhere}) NOT ({plan.beginnings})"
        if plan.unchecked:
            match = plan.anywhere
            holds += f" AND NOT (1{_checks(len(plan.terms), 'b')})"
            values |= _check_values(plan.terms, " ", "b")
    leave_out = ""
    if page.leave_out:
        leave_out = f" AND f.rowid NOT IN {_IN_PKS}"
        values["pks"] = json.dumps(page.leave_out)
    than, direction = ("<", "DESC") if page.is_backwards else (">", "ASC")
    sql = (
        f"SELECT {COLUMNS} {_HITS} :match{holds}{where.sql}{leave_out}"
        f" AND f.rowid {than} :pk ORDER BY f.rowid {direction} LIMIT :limit"
    )
    return list(connection.execute(statement(sql), {**values, "match": match}))


def matching_pks(plan: Plan) -> tuple[str, dict[str, object]]:
    """Give a condition on `c.pk`, and its values, for the rows that hold every term."""
    sql = f"c.pk IN (SELECT rowid FROM customers_fts WHERE customers_fts MATCH :match){_holds(plan, '')}"  # noqa: S608, E501 - constants
    return sql, {**_values(plan, ""), "match": plan.anywhere}


def among(pks: Iterable[int]) -> tuple[str, dict[str, object]]:
    """Give a condition on `c.pk`, and its value, for these rows."""
    return f"c.pk IN {_IN_PKS}", {"pks": json.dumps(list(pks))}


def _head(term: str) -> str:
    return "" if len(term) == 1 else lookup_part(term)


def _quote(term: str) -> str:
    return '"' + term.replace('"', '""') + '"'


def _grams(connection: Connection, two: str) -> Sequence[str]:
    values = {"low": two, "high": f"{two}\U0010ffff"}
    return connection.execute(statement(_GRAMS), values).scalars().all()


def _holds(plan: Plan, prefix: str) -> str:
    return _checks(len(plan.unchecked), "u" if not prefix else "v")


def _values(plan: Plan, prefix: str) -> dict[str, object]:
    return _check_values(plan.unchecked, prefix, "u" if not prefix else "v")


def _checks(count: int, name: str = "t") -> str:
    return "".join(f" AND instr(c.search_text, :{name}{n}) > 0" for n in range(count))


def _check_values(terms: Sequence[str], prefix: str, name: str = "t") -> dict[str, object]:
    return {f"{name}{n}": f"{prefix}{term}" for n, term in enumerate(terms)}
