"""Conditions on entries beyond who, what and which record: days, and words to find.

Days become ranges of numbers, as entries are numbered in time. Words that few entries hold are
looked up by trigrams; words that many hold are checked while walking, since a page of those is
soon full.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, text

from webapp.activity.tables import activity
from webapp.extensions import db, settings
from webapp.ui.filters import fold

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

    from webapp.activity.models import Query

NOTHING = "1 = 1"  # a condition that holds for every entry
_FEW = 500  # hits that are looked up one by one
_SHORTEST = 3  # characters: a trigram
_MOST_TERMS = 8
# Numbers are given out one by one, but clocks of several machines may differ a little.
_SKEW = timedelta(minutes=5)


@dataclass(slots=True)
class Conditions:
    """SQL of constants to put after a WHERE, with its values.

    Attributes:
        sql: Begins with " AND " unless empty.
        values: For its names.
        has_ids: Whether `:ids` is one of them, a list.
    """

    sql: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    has_ids: bool = False

    def add(self, sql: str, **values: Any) -> None:
        """Add one more that has to hold as well."""
        self.sql += f" AND {sql}"
        self.values.update(values)


def is_too_short(q: str) -> bool:
    """Tell whether there are words, but none long enough to be looked for."""
    return bool(q.strip()) and not terms_of(q)


def terms_of(q: str) -> tuple[str, ...]:
    """Give the folded words to look for; none when all are shorter than three characters."""
    terms = tuple(dict.fromkeys(fold(q)[0].split()))[:_MOST_TERMS]
    return terms if any(len(term) >= _SHORTEST for term in terms) else ()


def conditions(
    connection: Connection, query: Query, *, enough: int | None = None
) -> Conditions | None:
    """Make the conditions of a query's days and words.

    Args:
        connection: For looking the words and the days up.
        query: What is asked for.
        enough: Hits that make a page, where nothing but words is asked for.

    Returns:
        The conditions; None when it is clear already that no entry fulfils them.
    """
    made = Conditions()
    if query.since and not _add_since(connection, made, query.since):
        return None
    if query.until and not _add_until(connection, made, query.until):
        return None
    terms = terms_of(query.q)
    if terms and not _add_terms(connection, made, terms, _Walk.of(query, enough)):
        return None
    return made


def _add_since(connection: Connection, made: Conditions, day: date) -> bool:
    moment = _first_moment(day)
    lowest = connection.execute(
        select(activity.c.id)
        .where(activity.c.at >= _shifted(moment, -_SKEW))
        .order_by(activity.c.at, activity.c.id)
        .limit(1)
    ).scalar_one_or_none()
    made.add("id >= :low AND at >= :since", low=lowest, since=moment)
    return lowest is not None


def _add_until(connection: Connection, made: Conditions, day: date) -> bool:
    try:
        moment = _first_moment(day + timedelta(days=1))
    except OverflowError:  # the calendar's last day
        return True
    highest = connection.execute(
        select(activity.c.id)
        .where(activity.c.at < _shifted(moment, _SKEW))
        .order_by(activity.c.at.desc(), activity.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    made.add("id <= :high AND at < :until", high=highest, until=moment)
    return highest is not None


@dataclass(frozen=True, slots=True)
class _Walk:
    """The way through the hits of words: from where, in which direction, how far."""

    bound: str  # SQL; {} is the number's column
    values: dict[str, int]
    direction: str
    enough: int | None

    @classmethod
    def of(cls, query: Query, enough: int | None) -> _Walk:
        if query.after is not None:
            return cls(" AND {} > :after", {"after": query.after}, "ASC", enough)
        if query.before is not None:
            return cls(" AND {} < :before", {"before": query.before}, "DESC", enough)
        return cls("", {}, "DESC", enough)


def _add_terms(
    connection: Connection, made: Conditions, terms: tuple[str, ...], walk: _Walk
) -> bool:
    longest = [term for term in terms if len(term) >= _SHORTEST]
    if db.dialect == "sqlite":
        quoted = ('"{}"'.format(term.replace('"', '""')) for term in longest)
        number, source = "rowid", "activity_fts WHERE activity_fts MATCH :match"
        values: dict[str, Any] = {"match": " AND ".join(quoted)}
        check = "instr(search_text, :{}) > 0"
    else:
        likes = " AND ".join(f"search_text LIKE :like{n}" for n in range(len(longest)))
        number, source = "id", f"activity WHERE {likes}"
        values = {f"like{n}": f"%{_escaped(term)}%" for n, term in enumerate(longest)}
        check = "strpos(search_text, :{}) > 0"
    is_all = walk.enough is not None and len(longest) == len(terms)
    most = walk.enough if walk.enough is not None and is_all else _FEW + 1
    sql = (
        f"SELECT {number} FROM {source}{walk.bound.format(number)}"  # noqa: S608 - constants
        f" ORDER BY {number} {walk.direction} LIMIT :most"
    )
    found = connection.execute(text(sql), {**values, **walk.values, "most": most})
    hits = list(found.scalars())
    has_ids = is_all or len(hits) <= _FEW
    if has_ids:
        made.add("id IN :ids", ids=hits)
        made.has_ids = True
    for place, term in enumerate(terms):
        if not has_ids or len(term) < _SHORTEST:
            made.add(check.format(f"term{place}"), **{f"term{place}": term})
    return bool(hits)


def _escaped(term: str) -> str:
    return term.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _first_moment(day: date) -> datetime:
    zone = ZoneInfo(settings().time_zone)
    try:
        return datetime.combine(day, time(), zone).astimezone(UTC)
    except OverflowError:  # the calendar's first day
        return datetime.combine(day, time(), UTC)


def _shifted(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment + by
    except OverflowError:
        return moment
