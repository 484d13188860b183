"""Searching on SQLite: the full-text table of trigrams. `search_postgresql` is its counterpart.

A term is a phrase of trigrams, which is an exact substring search; with a space before it, a
search for beginnings of words. What trigrams cannot answer at all, or only slowly, is checked on
the text of the rows that the rest of the query found. Results come in the order of `pk`, which is
the table's own, so that a page is read without looking at the other hits.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from webapp.customers.plans import CAP, Hits, Plan, Where, lookup_part
from webapp.customers.rows import COLUMNS, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from webapp.customers.plans import Page
    from webapp.customers.rows import AnyRow

_HITS = (
    "FROM customers_fts f CROSS JOIN customers c ON c.pk = f.rowid WHERE customers_fts MATCH :match"
)
_PKS_OF_HITS = "SELECT rowid AS pk FROM customers_fts WHERE customers_fts MATCH :match"
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
    trigrams = sum(len(_head(term)) > 2 for term in terms)
    for term in terms:
        head = _head(term)
        # Where words meet, few rows are left: looking at them is quicker than at every trigram.
        is_ends_only = trigrams > 1 and len(head) > 3
        if head != term or is_ends_only or (len(head) == 2 and trigrams):
            unchecked.append(term)
        if is_ends_only:
            anywhere.append(f"{_quote(head[:3])} AND {_quote(head[-3:])}")
        elif len(head) > 2:
            anywhere.append(_quote(head))
        elif len(head) == 2 and not trigrams:
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


def find(connection: Connection, plan: Plan, where: Where) -> Hits:
    """Find the rows that hold every term, to `CAP` + 1 at most; see `Dialect.find`."""
    unchecked = _holding(plan.unchecked)
    pks_of_hits = _PKS_OF_HITS
    if unchecked.sql or where.sql:  # the rows have to be looked at
        pks_of_hits = f"SELECT c.pk {_HITS}{unchecked.sql}{where.sql}"
    sql = (
        "SELECT count(*) AS hits, group_concat(pk) AS pks"  # noqa: S608 - constants
        f" FROM ({pks_of_hits} LIMIT :limit)"
    )
    values = {**unchecked.values, **where.values, "match": plan.anywhere, "limit": CAP + 1}
    count, pks = read(connection, sql, values)[0]
    if not count or count > CAP:
        return Hits(count)
    # A row for all of them: making a thousand here takes longer than finding them.
    beginning = _holding(plan.terms, before=" ")
    sql = (
        f"SELECT group_concat(c.pk) AS pks FROM customers c WHERE c.pk IN {_IN_PKS}"  # noqa: S608 - constants
        f"{beginning.sql}"
    )
    values = {**beginning.values, "pks": f"[{pks}]"}
    begin = _numbers(read(connection, sql, values)[0].pks)
    other = _numbers(pks)
    if begin:
        are_begin = set(begin)
        other = [pk for pk in other if pk not in are_begin]
    return Hits(count, begin, other)


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
    unchecked = _holding(plan.unchecked, before=" " if is_beginnings else "")
    holds = f"{unchecked.sql}{where.sql}"
    values = {**unchecked.values, **where.values, "pk": page.pk, "limit": page.limit}
    match = plan.beginnings
    if not is_beginnings and plan.unchecked:
        match = plan.anywhere
        beginning = _holding(plan.terms, before=" ", name="beginning")
        holds += f" AND NOT (1{beginning.sql})"
        values |= beginning.values
    elif not is_beginnings:
        match = f"({plan.anywhere}) NOT ({plan.beginnings})"
    if page.leave_out:
        holds += f" AND f.rowid NOT IN {_IN_PKS}"
        values["pks"] = json.dumps(page.leave_out)
    than, direction = ("<", "DESC") if page.is_backwards else (">", "ASC")
    sql = (
        f"SELECT {COLUMNS} {_HITS}{holds}"
        f" AND f.rowid {than} :pk ORDER BY f.rowid {direction} LIMIT :limit"
    )
    return read(connection, sql, {**values, "match": match})


def matching_pks(plan: Plan) -> tuple[str, dict[str, object]]:
    """Give a condition on `c.pk`, and its values, for the rows that hold every term."""
    unchecked = _holding(plan.unchecked)
    return f"c.pk IN ({_PKS_OF_HITS}){unchecked.sql}", {**unchecked.values, "match": plan.anywhere}


def among(pks: Iterable[int]) -> tuple[str, dict[str, object]]:
    """Give a condition on `c.pk`, and its value, for these rows."""
    return f"c.pk IN {_IN_PKS}", {"pks": json.dumps(list(pks))}


def _numbers(joined: str | None) -> list[int]:
    return list(map(int, joined.split(","))) if joined else []


def _head(term: str) -> str:
    return "" if len(term) == 1 else lookup_part(term)


def _quote(term: str) -> str:
    return '"' + term.replace('"', '""') + '"'


def _grams(connection: Connection, two: str) -> Sequence[str]:
    values = {"low": two, "high": f"{two}\U0010ffff"}
    return [row.term for row in read(connection, _GRAMS, values)]


def _holding(terms: Sequence[str], *, before: str = "", name: str = "term") -> Where:
    """Give the conditions for rows whose text holds each of the terms.

    Args:
        terms: Folded.
        before: What stands before each; a space where it has to begin a word.
        name: Of the values, each with a number; another where two sets meet in one statement.
    """
    return Where(
        "".join(f" AND instr(c.search_text, :{name}{n}) > 0" for n in range(len(terms))),
        {f"{name}{n}": f"{before}{term}" for n, term in enumerate(terms)},
    )
