"""Lists of the trail: filtered, newest first, page by page.

A page is put together of streams, each a walk along one index that already has the entries in
their order (all of one kind, all of one person …), so that no page costs more than its rows,
however many entries there are. What the streams cannot say is checked on the rows that they give.

Not here: the words of the filters (`words`), the address they stand in (`queries`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import TextClause, bindparam, text

from webapp.activity import searching, words
from webapp.activity.models import Choices, Listing
from webapp.activity.rows import COLUMNS, entry_of
from webapp.activity.searching import NOTHING
from webapp.extensions import db

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from webapp.activity.models import Entry, Query, Scope

PAGE = 50  # entries
_NEROPAYS = "_in_neropay"  # end of the kinds of what NeroPay did
_RECORD_TYPES = ("customer", "category", "person")
_KINDS = (
    "WITH RECURSIVE found(kind) AS (SELECT min(kind) FROM activity UNION ALL"
    " SELECT (SELECT min(kind) FROM activity WHERE kind > found.kind)"
    " FROM found WHERE found.kind IS NOT NULL)"
    " SELECT kind FROM found WHERE kind IS NOT NULL"
)
_PEOPLE = (  # the newest name of everybody
    "WITH RECURSIVE found(id) AS (SELECT min(actor_id) FROM activity UNION ALL"
    " SELECT (SELECT min(actor_id) FROM activity WHERE actor_id > found.id)"
    " FROM found WHERE found.id IS NOT NULL)"
    " SELECT id, (SELECT actor_name FROM activity WHERE actor_id = found.id"
    "  ORDER BY activity.id DESC LIMIT 1) AS name"
    " FROM found WHERE id IS NOT NULL LIMIT 500"
)
_ROWS = ", ".join(f"a.{column.name}" for column in COLUMNS)


@dataclass(frozen=True, slots=True)
class _Stream:
    """Entries that one index has in their order.

    Attributes:
        actor: Id of who did it; "" for anybody; None for nobody who was signed in.
        kind: Of the entries; "" for any.
        record_type: Of the record that they are about; "" for any.
    """

    actor: int | str | None = ""
    kind: str = ""
    record_type: str = ""


def list_entries(query: Query, scope: Scope, *, limit: int = PAGE) -> Listing:
    """Give one page of what a query finds, as far as somebody may see it.

    Args:
        query: What is asked for.
        scope: Who asks.
        limit: Entries of a page.
    """
    with db.read() as connection:
        extra = searching.conditions(connection, query)
        if extra is None:
            return Listing((), None, None)
        streams = _streams(connection, query, scope)
        entries = _read(connection, query, streams, extra, limit + 1) if streams else ()
    has_more = len(entries) > limit
    entries = entries[:limit]
    if query.after is not None:
        entries = entries[::-1]
    has_newer = has_more if query.after is not None else query.before is not None
    has_older = has_more if query.after is None else True
    return Listing(
        entries,
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
    return Choices(tuple((row.id, row.name) for row in people), kinds)


def _kinds(connection: Connection) -> tuple[str, ...]:
    return tuple(connection.execute(_statement(_KINDS)).scalars())


def _streams(connection: Connection, query: Query, scope: Scope) -> list[_Stream]:
    """Choose the streams that together are what may be seen of what is asked for."""
    kinds = _kinds(connection) if _needs_kinds(query, scope) else ("",)
    if query.kind:
        kinds = tuple(k for k in kinds if query.kind in {k, words.group_of(k)})
    actor: int | str | None = int(query.person) if query.person.isdigit() else ""
    if query.person in {"neropay", "nobody"}:
        actor, is_neropay = None, query.person == "neropay"
        kinds = tuple(kind for kind in kinds if kind.endswith(_NEROPAYS) == is_neropay)
    if scope.is_all or actor == scope.person_id:
        streams = [_Stream(actor, kind) for kind in kinds]
    else:
        shared = [kind for kind in kinds if kind.startswith(words.SHARED)]
        streams = [_Stream(actor, kind) for kind in shared]
        if actor == "" and not query.kind:
            streams.append(_Stream(scope.person_id))
        elif actor == "":
            streams += [_Stream(scope.person_id, kind) for kind in kinds if kind not in shared]
    if not query.record_id:
        return streams
    types = (query.record_type,) if query.record_type else _RECORD_TYPES
    return [_Stream(s.actor, s.kind, record_type) for s in streams for record_type in types]


def _needs_kinds(query: Query, scope: Scope) -> bool:
    if query.kind or query.person in {"neropay", "nobody"}:
        return True
    return not scope.is_all and query.person != str(scope.person_id)


def _read(
    connection: Connection,
    query: Query,
    streams: Sequence[_Stream],
    extra: searching.Conditions,
    limit: int,
) -> tuple[Entry, ...]:
    is_upwards = query.after is not None
    values: dict[str, Any] = {**extra.values, "limit": limit, "record": query.record_id}
    where = extra.sql
    if is_upwards:
        where, values["after"] = f"{where} AND id > :after", query.after
    elif query.before is not None:
        where, values["before"] = f"{where} AND id < :before", query.before
    branches: list[str] = []
    direction = "ASC" if is_upwards else "DESC"
    for number, stream in enumerate(streams):
        condition = _condition(stream, number, values)
        branches.append(
            f"SELECT * FROM (SELECT id FROM activity WHERE {condition}{where}"  # noqa: S608 - constants
            f" ORDER BY id {direction} LIMIT :limit) AS s{number}"
        )
    sql = (
        f"SELECT {_ROWS} FROM ({' UNION '.join(branches)}) AS hits"  # noqa: S608 - constants
        f" JOIN activity a ON a.id = hits.id ORDER BY a.id {direction} LIMIT :limit"
    )
    if len(branches) == 1:  # the usual page
        sql = (
            f"SELECT {_ROWS} FROM activity a WHERE {_condition(streams[0], 0, values)}{where}"  # noqa: S608 - constants
            f" ORDER BY id {direction} LIMIT :limit"
        )
    if not query.record_id:
        del values["record"]
    found = connection.execute(_statement(sql, extra.has_ids), values)
    return tuple(entry_of(row) for row in found)


def _condition(stream: _Stream, number: int, values: dict[str, Any]) -> str:
    parts: list[str] = []
    if stream.actor is None:
        parts.append("actor_id IS NULL")
    elif stream.actor != "":
        parts.append(f"actor_id = :actor{number}")
        values[f"actor{number}"] = stream.actor
    if stream.kind:
        parts.append(f"kind = :kind{number}")
        values[f"kind{number}"] = stream.kind
    if stream.record_type:
        parts.append(f"record_type = :type{number} AND record_id = :record")
        values[f"type{number}"] = stream.record_type
    return " AND ".join(parts) or NOTHING


@lru_cache(maxsize=256)
def _statement(sql: str, has_ids: bool = False) -> TextClause:
    """Make a statement whose times are bound and read as our tables have them."""
    statement = text(sql)
    if has_ids:
        statement = statement.bindparams(bindparam("ids", expanding=True))
    for name in ("since", "until"):
        if f":{name}" in sql:
            statement = statement.bindparams(bindparam(name, type_=COLUMNS[1].type))
    if "a.at" in sql:
        return statement.columns(*COLUMNS)  # type: ignore[return-value]  # text with typed columns
    return statement
