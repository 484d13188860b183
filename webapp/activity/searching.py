"""Conditions on entries beyond who, what and which record: days, and words to find.

Days become ranges of numbers, as entries are numbered in time. Words are looked up by trigrams,
in the order of the list, so that the first hundred hits are a page in nearly every case.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, text

from webapp.activity.tables import activity
from webapp.extensions import db, settings
from webapp.ui.filters import fold

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection, TextClause

    from webapp.activity.models import Query

NOTHING = "1 = 1"  # a condition that holds for every entry
_FEW = 120  # hits that are looked at one by one
_NEAR = 2_500  # entries that are looked through for words that many hold
_SHORTEST = 3  # characters: a trigram
_MOST_TERMS = 8
# Numbers are given out one by one, but clocks of several machines may differ a little.
_SKEW = timedelta(minutes=5)

_FIRST_SINCE = (
    select(activity.c.id)
    .where(activity.c.at >= bindparam("moment"))
    .order_by(activity.c.at, activity.c.id)
    .limit(1)
)
_LAST_BEFORE = (
    select(activity.c.id)
    .where(activity.c.at < bindparam("moment"))
    .order_by(activity.c.at.desc(), activity.c.id.desc())
    .limit(1)
)


@dataclass(slots=True)
class Conditions:
    """SQL of constants to put after a WHERE, with its values.

    Attributes:
        sql: Begins with " AND " unless empty.
        values: For its names.
    """

    sql: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    def add(self, sql: str, **values: Any) -> None:
        """Add one more that has to hold as well."""
        self.sql += f" AND {sql}"
        self.values.update(values)

    def __add__(self, other: Conditions) -> Conditions:
        """Both together."""
        return Conditions(self.sql + other.sql, {**self.values, **other.values})


def is_too_short(q: str) -> bool:
    """Tell whether there are words, but none long enough to be looked for."""
    return bool(q.strip()) and not terms_of(q)


def terms_of(q: str) -> tuple[str, ...]:
    """Give the folded words to look for; none when all are shorter than three characters."""
    terms = tuple(dict.fromkeys(fold(q)[0].split()))[:_MOST_TERMS]
    return terms if any(len(term) >= _SHORTEST for term in terms) else ()


def of_days(connection: Connection, query: Query) -> Conditions | None:
    """Make the conditions of a query's days.

    Returns:
        The conditions; None when it is clear already that no entry fulfils them.
    """
    made = Conditions()
    if query.since and not _add_since(connection, made, query.since):
        return None
    if query.until and not _add_until(connection, made, query.until):
        return None
    return made


def is_narrow(days: Conditions) -> bool:
    """Tell whether so few entries are of these days that all of them can be looked at."""
    low, high = days.values.get("low"), days.values.get("high")
    return low is not None and high is not None and high - low < _NEAR


def of_words(terms: tuple[str, ...], *, is_looked_up: bool) -> Conditions:
    """Make the conditions of words, for entries that are read anyway.

    Args:
        terms: From `terms_of`.
        is_looked_up: Whether all that trigrams can tell is known of the entries.
    """
    made = Conditions()
    check = "instr(search_text, :{}) > 0" if _is_sqlite() else "strpos(search_text, :{}) > 0"
    for place, term in enumerate(terms):
        if not is_looked_up or len(term) < _SHORTEST:
            made.add(check.format(f"term{place}"), **{f"term{place}": term})
    return made


def look_up(
    connection: Connection, query: Query, terms: tuple[str, ...], days: Conditions
) -> tuple[list[int], bool]:
    """Find the numbers of the first entries that hold every word of three characters or more.

    Args:
        connection: For reading.
        query: For where the page begins, and in which direction it goes.
        terms: From `terms_of`.
        days: From `of_days`.

    Returns:
        Numbers in the order of the page, and whether they are all that there are.
    """
    longest = [term for term in terms if len(term) >= _SHORTEST]
    values: dict[str, Any]
    if _is_sqlite():
        quoted = ('"{}"'.format(term.replace('"', '""')) for term in longest)
        likes, number, source = "", "rowid", "activity_fts WHERE activity_fts MATCH :match"
        values = {"match": " AND ".join(quoted)}
    else:
        likes = " AND ".join(f"search_text LIKE :like{n}" for n in range(len(longest)))
        number, source = "id", f"activity WHERE {likes}"
        values = {f"like{n}": f"%{_escaped(term)}%" for n, term in enumerate(longest)}
    bounds = {"low": ">=", "high": "<="}
    values |= {name: days.values[name] for name in bounds if name in days.values}
    if query.after is not None:
        bounds["after"], values["after"] = ">", query.after
    elif query.before is not None:
        bounds["before"], values["before"] = "<", query.before
    bound = "".join(
        f" AND {number} {sign} :{name}" for name, sign in bounds.items() if name in values
    )
    direction = "DESC" if query.after is None else "ASC"
    if not _is_sqlite():
        hits = _look_near(connection, likes, bound, direction, values)
        if len(hits) > _FEW:
            return hits, False
    sql = f"SELECT {number} FROM {source}{bound} ORDER BY {number} {direction} LIMIT {_FEW + 1}"  # noqa: S608 - constants
    hits = list(connection.execute(_text(sql), values).scalars())
    return hits, len(hits) <= _FEW


def _look_near(
    connection: Connection, likes: str, bound: str, direction: str, values: dict[str, Any]
) -> list[int]:
    """Find words that many entries hold among the nearest ones.

    Their trigrams would have PostgreSQL read every entry that holds them before it sorts.
    """
    order = f"ORDER BY id {direction} LIMIT"
    near = f"SELECT id, search_text FROM activity WHERE {NOTHING}{bound} {order} {_NEAR}"  # noqa: S608 - constants
    sql = f"SELECT id FROM ({near}) AS near WHERE {likes} {order} {_FEW + 1}"  # noqa: S608 - constants
    return list(connection.execute(_text(sql), values).scalars())


@lru_cache(maxsize=64)
def _text(sql: str) -> TextClause:
    """Make a statement once: there are as many as there are combinations of filters."""
    return text(sql)


def _add_since(connection: Connection, made: Conditions, day: date) -> bool:
    moment = _first_moment(day)
    early = {"moment": _shifted(moment, -_SKEW)}
    lowest = connection.execute(_FIRST_SINCE, early).scalar_one_or_none()
    made.add(f"id >= :low AND {_at()} >= :since", low=lowest, since=moment)
    return lowest is not None


def _add_until(connection: Connection, made: Conditions, day: date) -> bool:
    try:
        moment = _first_moment(day + timedelta(days=1))
    except OverflowError:  # the calendar's last day
        return True
    late = {"moment": _shifted(moment, _SKEW)}
    highest = connection.execute(_LAST_BEFORE, late).scalar_one_or_none()
    made.add(f"id <= :high AND {_at()} < :until", high=highest, until=moment)
    return highest is not None


def _at() -> str:
    """Name the column so that SQLite walks no index of it, which has another order."""
    return "+at" if _is_sqlite() else "at"


def _is_sqlite() -> bool:
    return db.dialect == "sqlite"


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
