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
_FEW = 2_000  # hits that are looked up one by one
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


def conditions(connection: Connection, query: Query) -> Conditions | None:
    """Make the conditions of a query's days and words.

    Returns:
        The conditions; None when it is clear already that no entry fulfils them.
    """
    made = Conditions()
    if query.since and not _add_since(connection, made, query.since):
        return None
    if query.until and not _add_until(connection, made, query.until):
        return None
    terms = terms_of(query.q)
    if terms and not _add_terms(connection, made, terms):
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


def _add_terms(connection: Connection, made: Conditions, terms: tuple[str, ...]) -> bool:
    longest = [term for term in terms if len(term) >= _SHORTEST]
    if db.dialect == "sqlite":
        quoted = ('"{}"'.format(term.replace('"', '""')) for term in longest)
        sql = "SELECT rowid FROM activity_fts WHERE activity_fts MATCH :match LIMIT :few"
        values: dict[str, Any] = {"match": " AND ".join(quoted)}
        check = "instr(search_text, :{}) > 0"
    else:
        likes = " AND ".join(f"search_text LIKE :like{n}" for n in range(len(longest)))
        sql = f"SELECT id FROM activity WHERE {likes} LIMIT :few"  # noqa: S608 - constants
        values = {f"like{n}": f"%{_escaped(term)}%" for n, term in enumerate(longest)}
        check = "strpos(search_text, :{}) > 0"
    hits = connection.execute(text(sql), {**values, "few": _FEW + 1}).scalars().all()
    is_few = len(hits) <= _FEW
    if is_few:
        made.add("id IN :ids", ids=list(hits))
        made.has_ids = True
    for number, term in enumerate(terms):
        if not is_few or len(term) < _SHORTEST:
            made.add(check.format(f"term{number}"), **{f"term{number}": term})
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
