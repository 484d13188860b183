"""Searching on PostgreSQL: GIN indexes of trigrams. `search_sqlite` is its counterpart.

There is one index for each range of `pk` (migration 0008), because such an index gives all of its
hits before the first can be read: a search goes from range to range and ends where it has enough.
What the terms ask of the indexes is `patterns_postgresql`'s. Hits are collected first, in a
MATERIALIZED part of the query, and ordered then: left to choose, the planner walks the whole table
in the wanted order, looking for a rare term.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.customers.patterns_postgresql import (
    among_words,
    anywhere,
    beginnings,
    has_index,
    is_email,
    values_of,
    with_every_term,
)
from webapp.customers.plans import CAP, Hits, Plan
from webapp.customers.rows import COLUMNS, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from webapp.customers.plans import Page, Where
    from webapp.customers.rows import AnyRow

# As in the conditions of the indexes: the planner has to see that they are the same.
_BOUNDS = (0, 4_096, 16_384, 65_536, 262_144, 1_048_576, 2**31)
RANGES = (
    "c.pk < 4096",
    "c.pk >= 4096 AND c.pk < 16384",
    "c.pk >= 16384 AND c.pk < 65536",
    "c.pk >= 65536 AND c.pk < 262144",
    "c.pk >= 262144 AND c.pk < 1048576",
    "c.pk >= 1048576",
)
_FEW = 80  # hits that fill a page, and some more
_MOST = 600  # hits of one range that are looked at
_EVERYWHERE = ("c.pk >= 0",)
_IN_PKS = "= ANY(CAST(:pks AS integer[]))"
_NEAR = (500, 5_000)  # rows walked along for a page, while it promises to fill


def plan(connection: Connection, terms: Sequence[str]) -> Plan:  # noqa: ARG001 - SQLite asks
    """Decide how to look for terms; see `search_sqlite.plan`."""
    return Plan(terms=tuple(terms))


def find(connection: Connection, plan: Plan, where: Where) -> Hits:
    """Find the rows that hold every term, from range to range, until there are too many.

    One statement. A range is looked into as a whole while a page is not full, then only as far as
    it takes to know that there are too many: the page shown first is nearly always known then.
    """
    ranges = _ranges(plan)
    parts = []
    wanted = str(_MOST)
    for number, one in enumerate(ranges):
        alternatives = " UNION ALL ".join(
            f"SELECT c.pk, {beginnings(plan)} AS begins FROM customers c"  # noqa: S608 - constants
            f" WHERE {one} AND {condition}{where.sql}"
            for condition in anywhere(plan)
        )
        parts.append(f"h{number} AS MATERIALIZED ({alternatives} LIMIT {wanted})")
        before = " + ".join(f"(SELECT count(*) FROM h{n})" for n in range(number + 1))  # noqa: S608 - constants
        wanted = (
            f"CASE WHEN {before} < {_FEW} THEN {_MOST} ELSE greatest(0, {CAP + 1} - ({before})) END"
        )
    hits = " UNION ALL ".join(
        f"SELECT {n} AS number, pk, begins FROM h{n}"  # noqa: S608 - constants
        for n in range(len(ranges))
    )
    sql = (
        f"WITH {', '.join(parts)} SELECT number, begins, count(*) AS hits,"  # noqa: S608 - constants
        " string_agg(pk::text, ',') AS pks"
        f" FROM ({hits}) AS hits GROUP BY number, begins"
    )
    return _to_hits(read(connection, sql, {**values_of(plan), **where.values}))


def _to_hits(rows: Sequence[AnyRow]) -> Hits:
    """Put the hits of all ranges together; in the range where they became too many some lack."""
    counts = [0] * len(RANGES)
    begin: list[int] = []
    other: list[int] = []
    for number, begins, count, pks in rows:
        counts[number] += count
        (begin if begins else other).extend(map(int, pks.split(",")))
    total = sum(counts)
    if total <= CAP:
        return Hits(total, begin, other)
    known_below = so_far = 0
    for count, end in zip(counts, _BOUNDS[1:], strict=True):
        if count >= (_MOST if so_far < _FEW else CAP + 1 - so_far):
            break
        so_far += count
        known_below = end
    return Hits(total, begin, other, known_below)


def read_tier(
    connection: Connection, plan: Plan, where: Where, page: Page, *, is_beginnings: bool
) -> list[AnyRow]:
    """Read rows in the order of `pk`; see `search_sqlite.read_tier`."""
    values = {**values_of(plan), **where.values, "pk": page.pk}
    than, direction = ("<", "DESC") if page.is_backwards else (">", "ASC")
    beyond, order = f"c.pk {than} :pk", f"ORDER BY c.pk {direction}"
    more = where.sql
    if page.leave_out:
        more += f" AND NOT c.pk {_IN_PKS}"
        values["pks"] = list(page.leave_out)
    negation = "" if is_beginnings else "NOT "
    if page.is_dense:
        check = f"{with_every_term(plan)} AND {negation}({beginnings(plan)}){more}"
        for length in _NEAR:
            near = (
                f"SELECT {COLUMNS} FROM (SELECT * FROM customers c WHERE {beyond} {order}"  # noqa: S608 - constants
                f" LIMIT {length}) c WHERE {check} {order} LIMIT {page.limit:d}"
            )
            rows = read(connection, near, values)
            if len(rows) == page.limit:
                return rows
            if len(rows) * 10 < page.limit:
                break
    ranges, sources = _ranges(plan), among_words(plan) if is_beginnings else anywhere(plan)
    if is_beginnings and is_email(plan):
        ranges = _EVERYWHERE
    others = f" AND NOT ({beginnings(plan)})"
    rows = []
    # A sum keeps the planner from walking all of the range by its numbers instead.
    for one in reversed(ranges) if page.is_backwards else ranges:
        if not _is_beyond(one, page):
            continue
        pks = " UNION ALL ".join(
            f"SELECT c.pk FROM customers c WHERE {one} AND {condition}"  # noqa: S608 - constants
            f"{'' if is_beginnings else others} AND c.pk + 0 {than} :pk{more}"
            for condition in sources
        )
        sql = (
            f"WITH hits AS MATERIALIZED ({pks}), page AS MATERIALIZED"  # noqa: S608 - constants
            f" (SELECT pk FROM hits c {order} LIMIT {page.limit - len(rows):d})"
            f" SELECT {COLUMNS} FROM page JOIN customers c ON c.pk = page.pk {order}"
        )
        rows.extend(read(connection, sql, values))
        if len(rows) == page.limit:
            break
    return rows


def _ranges(plan: Plan) -> tuple[str, ...]:
    return RANGES if has_index(plan) else _EVERYWHERE


def _is_beyond(one: str, page: Page) -> bool:
    """Whether a range may hold rows beyond the page's first place."""
    if one not in RANGES:
        return True
    number = RANGES.index(one)
    low, high = _BOUNDS[number], _BOUNDS[number + 1]
    return low < page.pk if page.is_backwards else high - 1 > page.pk


def matching_pks(plan: Plan) -> tuple[str, dict[str, object]]:
    """Give a condition on rows, and its values, for those that hold every term."""
    arms = " OR ".join(
        f"({one} AND {condition})" for one in _ranges(plan) for condition in anywhere(plan)
    )
    return f"({arms})", values_of(plan)


def among(pks: Iterable[int]) -> tuple[str, dict[str, object]]:
    """Give a condition on `c.pk`, and its value, for these rows."""
    return f"c.pk {_IN_PKS}", {"pks": list(pks)}
