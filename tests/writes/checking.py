"""What has to be true of a shop when everything is settled, whatever was killed before."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from tests.writes.killing import Shop
from webapp.activity.service import verify
from webapp.activity.tables import activity
from webapp.categories.service import list_categories
from webapp.customers import directory
from webapp.customers.models import FIELDS
from webapp.extensions import db
from webapp.writes.service import Outcome, State

if TYPE_CHECKING:
    from collections.abc import Sequence


def check_ledger(shop: Shop, applied: Sequence[Outcome]) -> None:
    """Each write that we call applied took effect once, on the record we say; no other did."""
    effects = [(effect["key"], str(effect["record_id"])) for effect in shop.sandbox.ledger()]
    assert Counter(effects) == Counter((one.intent_id, one.record_id) for one in applied)


def check_copy(shop: Shop) -> None:
    """Our copy is what NeroPay has."""
    theirs = {
        str(row["id"]): {name: row[name] for name in FIELDS} for row in shop.sandbox.customers()
    }
    assert {row.id: row.values() for row in map(directory.find, theirs) if row} == theirs
    assert directory.status().row_count == len(theirs)
    listed = {(row.id, row.name, row.sort_order, row.is_active) for row in list_categories()}
    assert listed == {
        (str(row["id"]), row["name"], row["sort_order"], bool(row["is_active"]))
        for row in shop.sandbox.categories()
    }


def check_activity(shop: Shop, outcomes: Sequence[Outcome]) -> None:
    """Each write became unknown once and then what it is; nothing is put down to others."""
    with db.read() as connection:
        rows = connection.execute(select(activity).order_by(activity.c.id)).all()
    told = defaultdict(list)
    for row in rows:
        assert not row.kind.endswith("_in_neropay"), row
        if row.intent_id is not None:
            told[row.intent_id].append(row)
    assert set(told) == {outcome.intent_id for outcome in outcomes}
    for outcome in outcomes:
        lost, end = told[outcome.intent_id]
        assert (lost.outcome, end.outcome) == ("unknown", str(outcome.state))
        assert (end.kind, end.record_id) == (outcome.kind, outcome.record_id)
        if outcome.state is State.APPLIED:
            record = record_of(shop, outcome)
            changes = json.loads(end.changes)
            assert changes
            assert {name: record.get(name) for name in changes} == {
                name: new for name, (_, new) in changes.items()
            }
    assert verify().ok


def record_of(shop: Shop, outcome: Outcome) -> dict[str, Any]:
    """What NeroPay has; nothing, when it has no such record."""
    is_customer = outcome.record_type == "customer"
    rows = shop.sandbox.customers() if is_customer else shop.sandbox.categories()
    return next((row for row in rows if str(row["id"]) == outcome.record_id), {})


def check_files(shop: Shop) -> None:
    for name in ("tillside.db", "queue.db", "sandbox.db"):
        with closing(sqlite3.connect(shop.folder / name)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
