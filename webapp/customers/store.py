"""Writing our copy of the customers: the one place that does.

Every caller brings the transaction. What NeroPay told us is merged field by field, for an answer
may hold some of the fields only; the keys for finding are made again; the count of rows is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, select, update

from webapp.customers.keys import keys_of
from webapp.customers.models import FIELDS
from webapp.customers.tables import customers, sync_state
from webapp.db.changes import Change
from webapp.db.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Connection, Insert, Row, Update

    from webapp.customers.models import CustomerRow
    from webapp.neropay.models import Customer

Changes = dict[str, tuple[object, object]]

_ALWAYS_TOLD = frozenset({"name", "email"})  # even by a brief list row (documented)
_SELECT = select(customers).where(customers.c.id.in_(bindparam("ids", expanding=True)))
_INSERT = insert(customers)
_UPDATE = update(customers).where(customers.c.pk == bindparam("row"))
# One record, as after a save.
_SELECT_ONE = Prepared(select(customers).where(customers.c.id == bindparam("id")))
_GIVEN = tuple(column.name for column in customers.columns if column.name != "pk")
_INSERT_ONE = Change(_INSERT.inline(), *_GIVEN)
_UPDATE_ONE = Change(_UPDATE, *(name for name in _GIVEN if name != "id"))
_LOCK = select(sync_state.c.row_count).where(sync_state.c.id == 1).with_for_update()
_COUNT = Change(
    update(sync_state)
    .where(sync_state.c.id == 1)
    .values(row_count=sync_state.c.row_count + bindparam("difference"))
)


@dataclass(frozen=True, slots=True)
class Upserted:
    """What became of one record that NeroPay told us.

    Attributes:
        created: Whether it is new in the copy.
        changes: Old and new value of each field that we knew and that is different now.
        skipped: Whether it was left alone, because a write of ours is newer or not settled yet.
    """

    created: bool = False
    changes: Changes = field(default_factory=dict)
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """Where records come from.

    Attributes:
        now: When NeroPay told us; aware.
        settled_seq: The settle counter of our own write that was just answered: it always counts.
        seq_at_fetch: The settle counter before the record was asked for: rows in which a write of
            ours settled since are left alone.
        run: Number of the sync run that saw the records.
        busy: Ids of records with a write of ours that is not settled; they are left alone.
        is_whole: The records are all that NeroPay has to say (GET of one), though a field of
            one may not be readable.
    """

    now: datetime
    settled_seq: int | None = None
    seq_at_fetch: int | None = None
    run: int | None = None
    busy: frozenset[str] = frozenset()
    is_whole: bool = False


def upsert(
    connection: Connection,
    customer: Customer,
    *,
    now: datetime,
    settled_seq: int | None = None,
    seq_at_fetch: int | None = None,
    run: int | None = None,
) -> Upserted:
    """Put one record into the copy; see `Source` for the arguments and `upsert_all`."""
    source = Source(now, settled_seq, seq_at_fetch, run)
    return upsert_all(connection, [customer], source)[0]


def upsert_all(
    connection: Connection, records: Sequence[Customer], source: Source
) -> list[Upserted]:
    """Put records into the copy.

    Args:
        connection: A write transaction. On PostgreSQL other writers of customers wait for it.
        records: No id twice.
        source: Where they come from.

    Returns:
        What became of each, in their order.
    """
    if not records:
        return []
    _lock(connection)
    known = _known(connection, [record.id for record in records])
    inserts: list[dict[str, Any]] = []
    updates: list[dict[str, Any]] = []
    touched: list[int] = []
    skipped: list[int] = []
    results: list[Upserted] = []
    for record in records:
        row = known.get(record.id)
        if row is None:
            inserts.append(_new_row(record, source))
            results.append(Upserted(created=True))
        elif record.id in source.busy or _is_older(row, source):
            skipped.append(row.pk)
            results.append(Upserted(skipped=True))
        else:
            merged = _merge(row, record, source)
            if merged:
                updates.append({"row": row.pk, **merged})
            else:
                touched.append(row.pk)
            results.append(Upserted(changes=_changes(row, record)))
    _change(connection, _INSERT_ONE, _INSERT, inserts)
    if inserts:
        _COUNT.run(connection, {"difference": len(inserts)})
    _change(connection, _UPDATE_ONE, _UPDATE, updates)
    _touch(connection, touched, _confirmation(source))
    if source.run is not None:
        _touch(connection, skipped, {"seen_run": source.run})
    return results


def holds(row: CustomerRow, record: Customer) -> bool:
    """Say whether the copy has just what NeroPay says of a customer, and all of it."""
    return row.is_full and all(
        getattr(row, name) == getattr(record, name) for name in record.present
    )


def delete_all(connection: Connection, pks: Iterable[int]) -> int:
    """Take rows out of the copy.

    Args:
        connection: A write transaction.
        pks: Rows that NeroPay no longer has.

    Returns:
        How many there were.
    """
    _lock(connection)
    gone = [{"row": pk} for pk in pks]
    if not gone:
        return 0
    deleted = connection.execute(
        customers.delete().where(customers.c.pk == bindparam("row")), gone
    ).rowcount
    _COUNT.run(connection, {"difference": -deleted})
    return deleted


def _lock(connection: Connection) -> None:
    """Queue writers of customers; SQLite's write transactions queue by themselves."""
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK)


def _known(connection: Connection, ids: list[str]) -> dict[str, Row[Any]]:
    """Give the rows of some records by their ids; one, as after a save, by the shorter way."""
    if len(ids) == 1:
        row = _SELECT_ONE.first(connection, {"id": ids[0]})
        return {} if row is None else {row.id: row}
    return {row.id: row for row in connection.execute(_SELECT, {"ids": ids})}


def _change(
    connection: Connection, one: Change, many: Insert | Update, rows: list[dict[str, Any]]
) -> None:
    """Write rows; a single one by the shorter way."""
    if len(rows) == 1:
        one.run(connection, rows[0])
    elif rows:
        connection.execute(many, rows)


def _new_row(record: Customer, source: Source) -> dict[str, Any]:
    values = {name: getattr(record, name) for name in FIELDS}
    return {
        "id": record.id,
        **values,
        "created_at": record.created_at,
        "is_full": _tells_all(record, source),
        "settled_seq": 0,
        "seen_run": 0,
        **_confirmation(source),
        **keys_of(values, record.created_at, record.id),
    }


def _merge(row: Row[Any], record: Customer, source: Source) -> dict[str, Any] | None:
    """Give the new columns of a row, or None when NeroPay told us nothing new."""
    values = {name: getattr(row, name) for name in FIELDS}
    told = {name: getattr(record, name) for name in FIELDS if name in record.present}
    created_at = record.created_at or row.created_at
    is_full = row.is_full or _tells_all(record, source)
    merged = values | told
    if merged == values and created_at == row.created_at and is_full == row.is_full:
        return None
    return {
        **merged,
        "created_at": created_at,
        "is_full": is_full,
        "settled_seq": row.settled_seq,
        "seen_run": row.seen_run,
        **_confirmation(source),
        **keys_of(merged, created_at, record.id),
    }


def _confirmation(source: Source) -> dict[str, Any]:
    columns: dict[str, Any] = {"confirmed_at": source.now}
    if source.settled_seq is not None:
        columns["settled_seq"] = source.settled_seq
    if source.run is not None:
        columns["seen_run"] = source.run
    return columns


def _changes(row: Row[Any], record: Customer) -> Changes:
    """Give what changed; a field that we are told for the first time has not changed."""
    return {
        name: (getattr(row, name), getattr(record, name))
        for name in FIELDS
        if name in record.present
        and getattr(row, name) != getattr(record, name)
        and (row.is_full or name in _ALWAYS_TOLD or getattr(row, name) is not None)
    }


def _tells_all(record: Customer, source: Source) -> bool:
    return source.is_whole or record.present.issuperset(FIELDS)


def _is_older(row: Row[Any], source: Source) -> bool:
    return source.seq_at_fetch is not None and row.settled_seq > source.seq_at_fetch


def _touch(connection: Connection, pks: Sequence[int], columns: Mapping[str, Any]) -> None:
    if len(pks) == 1:
        connection.execute(_UPDATE, {"row": pks[0], **columns})
    elif pks:
        connection.execute(update(customers).where(customers.c.pk.in_(pks)).values(columns))
