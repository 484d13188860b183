"""Lists of the trail: filtered, newest first, page by page.

A page is put together of streams, each a walk along one index that already has the entries in
their order (all of one kind, all of one person …), so that no page costs more than its rows,
however many entries there are. What the streams cannot say is checked on the rows that they give.

Not here: what one stream is in SQL (`streams`), the words of the filters (`words`), the address
they stand in (`queries`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import TextClause, bindparam, text

from webapp.activity import searching, words
from webapp.activity.models import Choices, Listing
from webapp.activity.rows import COLUMNS, entry_of
from webapp.activity.searching import NOTHING
from webapp.activity.streams import ANYBODY, NOBODY, Stream
from webapp.extensions import db

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from webapp.activity.models import Entry, Query, Scope
    from webapp.activity.streams import ActorId

PAGE = 50  # entries
_NEROPAYS = "_in_neropay"  # end of the kinds of what NeroPay did
_RECORD_TYPES = ("customer", "category", "person", "invitation")
_KINDS = (  # {}: whose; jumps from each kind to the next along an index
    "WITH RECURSIVE found(kind) AS ("
    "SELECT (SELECT kind FROM activity WHERE {} ORDER BY kind LIMIT 1) UNION ALL"
    " SELECT (SELECT kind FROM activity WHERE {} AND kind > found.kind ORDER BY kind LIMIT 1)"
    " FROM found WHERE found.kind IS NOT NULL)"
    " SELECT kind FROM found WHERE kind IS NOT NULL"
)
_PEOPLE = (  # the newest name of everybody
    "WITH RECURSIVE found(id) AS (SELECT min(actor_id) FROM activity UNION ALL"
    " SELECT (SELECT min(actor_id) FROM activity WHERE actor_id > found.id)"
    " FROM found WHERE found.id IS NOT NULL)"
    # Two bounds, not "=": PostgreSQL would look for the newest by its number, entry for entry.
    " SELECT id, (SELECT actor_name FROM activity WHERE actor_id >= found.id"
    "  AND actor_id <= found.id ORDER BY actor_id DESC, activity.id DESC LIMIT 1) AS name"
    " FROM found WHERE id IS NOT NULL LIMIT 500"
)
_ROWS = ", ".join(f"a.{column.name}" for column in COLUMNS)


def list_entries(query: Query, scope: Scope, *, limit: int = PAGE) -> Listing:
    """Give one page of what a query finds, as far as somebody may see it.

    Args:
        query: What is asked for.
        scope: Who asks.
        limit: Entries of a page.
    """
    with db.read() as connection:
        entries = _find(connection, query, scope, limit + 1)
    has_more = len(entries) > limit
    entries = entries[:limit]
    if query.after is not None:
        entries = entries[::-1]
    has_newer = has_more if query.after is not None else query.before is not None
    has_older = has_more if query.after is None else True
    return Listing(
        tuple(map(scope.see, entries)),
        older=entries[-1].id if entries and has_older else None,
        newer=entries[0].id if entries and has_newer else None,
        is_too_short=searching.is_too_short(query.q),
    )


def list_choices(scope: Scope) -> Choices:
    """Give what the filters offer to somebody."""
    with db.read() as connection:
        kinds = _kinds(connection)
        people = connection.execute(_statement(_PEOPLE)).all() if scope.is_all else ()
    if not scope.is_all:
        kinds = tuple(kind for kind in kinds if kind.startswith(words.SHARED))
    named = ((row.id, row.name) for row in people if isinstance(row.name, str))
    return Choices(tuple(one for one in named if isinstance(one[0], int)), kinds)


def _streams(connection: Connection, query: Query, scope: Scope) -> list[Stream]:
    """Choose the streams that together are what may be seen of what is asked for."""
    actor = _actor_of(query)
    if query.record_id:
        return _record_streams(connection, query, scope, actor)
    if scope.is_all or actor == scope.person_id:
        return [Stream(actor, kind) for kind in _kinds_of(connection, query, actor)]
    kinds = _kinds_of(connection, query, actor, is_split=True)
    streams = [Stream(actor, kind) for kind in kinds if kind.startswith(words.SHARED)]
    if not query.person:
        own = _kinds_of(connection, query, scope.person_id)
        streams += [Stream(scope.person_id, kind) for kind in own]
    return streams


def _record_streams(
    connection: Connection, query: Query, scope: Scope, actor: ActorId
) -> list[Stream]:
    """The same for the entries about one record: found by it, and then looked at."""
    kinds = _kinds_of(connection, query, actor)
    types = (query.record_type,) if query.record_type else _RECORD_TYPES
    streams: list[Stream] = []
    for record_type in types:
        if scope.is_all or f"{record_type}." in words.SHARED:
            streams += [Stream(actor, kind, record_type) for kind in kinds]
        elif not query.person or actor == scope.person_id:
            streams += [Stream(scope.person_id, kind, record_type) for kind in kinds]
    return streams


def _actor_of(query: Query) -> ActorId:
    """Give who did it, as a stream has it; what NeroPay did is told by its kinds."""
    if query.person.isdigit():
        return int(query.person)
    return NOBODY if query.person == "nobody" else ANYBODY


def _kinds_of(
    connection: Connection, query: Query, actor: ActorId, *, is_split: bool = False
) -> tuple[str, ...]:
    """Give the kinds to walk through; one that stands for all where that is as good."""
    if not (query.kind or is_split or query.person in {"neropay", "nobody"}):
        return ("",)
    kinds = _kinds(connection, actor)
    if query.kind:
        kinds = tuple(kind for kind in kinds if query.kind in {kind, words.group_of(kind)})
    if query.person in {"neropay", "nobody"}:
        is_neropay = query.person == "neropay"
        kinds = tuple(kind for kind in kinds if kind.endswith(_NEROPAYS) == is_neropay)
    return kinds


def _kinds(connection: Connection, actor: ActorId = ANYBODY) -> tuple[str, ...]:
    """Give the kinds that somebody has entries of, so that nothing is walked in vain."""
    values: dict[str, Any] = {}
    whose = NOTHING if actor is ANYBODY else "actor_id IS NULL"
    if isinstance(actor, int):
        whose, values = "actor_id = :actor", {"actor": actor}
    found = connection.execute(_statement(_KINDS.format(whose, whose)), values)
    return tuple(kind for kind in found.scalars() if isinstance(kind, str))


def _find(connection: Connection, query: Query, scope: Scope, limit: int) -> tuple[Entry, ...]:
    streams = _streams(connection, query, scope)
    days = searching.of_days(connection, query)
    if not streams or days is None:
        return ()
    terms = searching.terms_of(query.q)
    if not terms:
        return _walk(connection, query, streams, days, limit)
    unknown = days + searching.of_words(terms, is_looked_up=False)
    if searching.is_narrow(days):
        return _walk(connection, query, streams, unknown, limit)
    hits, are_all = searching.look_up(connection, query, terms, days)
    known = days + searching.of_words(terms, is_looked_up=True)
    known.add("id IN :ids", ids=hits)
    entries = _pick(connection, query, streams, known, limit) if hits else ()
    if are_all or len(entries) == limit:
        return entries
    # Many hold the words, but few of those are asked for: these are walked through instead.
    return _walk(connection, query, streams, unknown, limit)


def _walk(
    connection: Connection,
    query: Query,
    streams: Sequence[Stream],
    extra: searching.Conditions,
    limit: int,
) -> tuple[Entry, ...]:
    """Read the beginnings of all streams, and of these the first."""
    values: dict[str, Any] = {**extra.values, "limit": limit}
    where, direction = extra.sql + _bound(query, values), _direction(query)
    is_plain = db.dialect == "sqlite" or bool(query.record_id) or searching.is_narrow(extra)
    conditions = [
        stream.condition(number, values, query.record_id, is_plain=is_plain)
        for number, stream in enumerate(streams)
    ]
    orders = [stream.order(direction, is_plain=is_plain) for stream in streams]
    if len(conditions) == 1:  # the usual page
        sql = f"FROM activity a WHERE {conditions[0]}{where} ORDER BY {orders[0]} LIMIT :limit"
    else:
        branches = " UNION ".join(
            f"SELECT * FROM (SELECT id FROM activity WHERE {condition}{where}"  # noqa: S608 - constants
            f" ORDER BY {orders[number]} LIMIT :limit) AS s{number}"
            for number, condition in enumerate(conditions)
        )
        sql = (
            f"FROM (SELECT id FROM ({branches}) AS found"  # noqa: S608 - constants
            f" ORDER BY id {direction} LIMIT :limit) AS hits"
            f" JOIN activity a ON a.id = hits.id ORDER BY a.id {direction}"
        )
    found = connection.execute(_statement(f"SELECT {_ROWS} {sql}"), values)
    return tuple(entry_of(row) for row in found)


def _pick(
    connection: Connection,
    query: Query,
    streams: Sequence[Stream],
    extra: searching.Conditions,
    limit: int,
) -> tuple[Entry, ...]:
    """Read those of a few entries that are in one of the streams."""
    values: dict[str, Any] = {**extra.values, "limit": limit}
    conditions = " OR ".join(
        f"({stream.condition(number, values, query.record_id)})"
        for number, stream in enumerate(streams)
    )
    sql = (
        f"SELECT {_ROWS} FROM activity a WHERE ({conditions}){extra.sql}"  # noqa: S608 - constants
        f" ORDER BY id {_direction(query)} LIMIT :limit"
    )
    return tuple(entry_of(row) for row in connection.execute(_statement(sql), values))


def _bound(query: Query, values: dict[str, Any]) -> str:
    """Give the condition of the page's beginning."""
    if query.after is not None:
        values["after"] = query.after
        return " AND id > :after"
    if query.before is not None:
        values["before"] = query.before
        return " AND id < :before"
    return ""


def _direction(query: Query) -> str:
    return "DESC" if query.after is None else "ASC"


@lru_cache(maxsize=256)
def _statement(sql: str) -> TextClause:
    """Make a statement whose times are bound and read as our tables have them."""
    statement = text(sql)
    if ":ids" in sql:
        statement = statement.bindparams(bindparam("ids", expanding=True))
    for name in ("since", "until"):
        if f":{name}" in sql:
            statement = statement.bindparams(bindparam(name, type_=COLUMNS[1].type))
    if "a.at" in sql:
        return statement.columns(*COLUMNS)  # type: ignore[return-value]  # text with typed columns
    return statement
