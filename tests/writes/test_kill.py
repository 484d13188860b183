"""kill -9 of gunicorn and the worker between send and answer: each write has its effect once."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from tests.servers.processes import wait_until
from tests.writes.killing import MOMENTS, Shop, Write, running_shop
from webapp.activity.service import verify
from webapp.activity.tables import activity
from webapp.categories.service import list_categories
from webapp.customers import directory
from webapp.customers.models import FIELDS
from webapp.extensions import db
from webapp.writes.service import Outcome, State, count_open, find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

pytestmark = pytest.mark.server

ROUNDS = 20  # in each, web and worker are killed while two writes are at NeroPay
IN_USE = 3  # the round whose category NeroPay does not delete


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with running_shop(tmp_path) as running:
        yield running


def test_whatever_is_killed_each_write_has_its_effect_once(shop: Shop) -> None:
    sent: list[Write] = []
    for number in range(ROUNDS):
        pair = slice(number % 2, None, 2)  # two adds, or a change and a deletion
        moments = [list(MOMENTS)[(number // 2 + place) % len(MOMENTS)] for place in range(2)]
        writes = fill_forms(shop, number, pair, moments)
        kill_between_send_and_answer(shop, writes)
        shop.sandbox.release()
        shop.start("worker", "web")
        if not sent:
            send_again(shop, writes)
        sent += writes
    for moment in MOMENTS:
        kill_while_settling(shop, moment)
    late = fill_forms(shop, ROUNDS, slice(4), ["before"] * 4)
    kill_between_send_and_answer(shop, late)
    shop.start("worker", "web")
    wait_long(lambda: count_open() == 0, "every write to be settled")
    shop.sandbox.release()  # only now the calls arrive whose senders died
    wait_until(lambda: all(is_over(call) for call in shop.sandbox.requests()), "late calls")

    assert min(shop.kills.count("web"), shop.kills.count("worker")) >= 20
    outcomes = [outcome_of(write) for write in [*sent, *late]]
    refused = [outcome for outcome in outcomes if outcome.state is not State.APPLIED]
    assert [(one.kind, one.state) for one in refused] == [("category.delete", State.REFUSED)]
    check_ledger(shop, [one for one in outcomes if one.state is State.APPLIED])
    check_copy(shop)
    check_activity(shop, outcomes)
    check_files(shop)


def fill_forms(shop: Shop, number: int, kinds: slice, moments: Sequence[str]) -> list[Write]:
    """Open and fill a form of some kinds, for records that no other round touches."""
    customer_id, category_id = shop.customer_ids[number], shop.category_ids[number]
    shop.sandbox.set_category(category_id, in_use=int(number == IN_USE))
    forms: list[tuple[str, str, str, dict[str, str]]] = [
        ("POST", "customers", "/customers/new", {"name": f"New {number}", "city": "Hull"}),
        ("PATCH", "customers", f"/customers/{customer_id}/edit", {"city": f"Town {number}"}),
        ("POST", "categories", "/categories/new", {"name": f"Category {number}"}),
        ("DELETE", "categories", f"/categories/{category_id}/delete", {}),
    ]
    return [
        Write(url, method, part, shop.open_form(url) | typed, moment)
        for (method, part, url, typed), moment in zip(forms[kinds], moments, strict=True)
    ]


def kill_between_send_and_answer(shop: Shop, writes: Sequence[Write]) -> None:
    shop.send_and_kill(writes)
    assert [outcome_of(write).state for write in writes] == [State.PENDING] * len(writes)
    keys = {effect["key"] for effect in shop.sandbox.ledger()}
    for write in writes:
        is_in_use = write.url == f"/categories/{shop.category_ids[IN_USE]}/delete"
        assert (write.intent in keys) == (write.moment == "after" and not is_in_use)


def send_again(shop: Shop, writes: Sequence[Write]) -> None:
    """What a person does whose browser says that the connection broke."""
    with ThreadPoolExecutor(len(writes)) as clients:
        places = list(clients.map(shop.send, writes))
    assert places == [f"/writes/{write.intent}" for write in writes]


def kill_while_settling(shop: Shop, moment: str) -> None:
    """Kill the worker alone, while NeroPay has a write that it sends again."""
    before = len(shop.keys_received())
    for method in ("POST", "PATCH", "DELETE"):
        shop.hold(moment, method)
    wait_long(lambda: len(shop.keys_received()) > before, "a write sent again")
    shop.sandbox.await_waiting()
    shop.kill("worker")
    shop.sandbox.clear_faults()
    outcome = find(shop.keys_received()[-1])
    assert outcome is not None
    assert (outcome.state, outcome.is_open) == (State.UNKNOWN, True)
    shop.sandbox.release()
    shop.start("worker")


def wait_long(is_true: Callable[[], bool], what: str) -> None:
    """Look for two minutes: a lease alone lasts as long as `wait_until` is patient."""
    for _ in range(3):
        with suppress(TimeoutError):
            return wait_until(is_true, what)
    return wait_until(is_true, what)


def is_over(call: dict[str, Any]) -> bool:
    return call["status"] is not None or call["fault"] == "refuse"


def outcome_of(write: Write) -> Outcome:
    outcome = find(write.intent)
    assert outcome is not None
    return outcome


def check_ledger(shop: Shop, applied: Sequence[Outcome]) -> None:
    """Each write that we call applied took effect once, on the record we say; no other did."""
    effects = [(effect["key"], str(effect["record_id"])) for effect in shop.sandbox.ledger()]
    assert Counter(effects) == Counter((one.intent_id, one.record_id) for one in applied)


def check_copy(shop: Shop) -> None:
    """Our copy is what NeroPay has."""
    theirs = {
        str(row["id"]): {name: row[name] for name in FIELDS} for row in shop.sandbox.customers()
    }
    assert {row.id: row.values() for row in directory.find_many(theirs)} == theirs
    assert directory.count() == len(theirs)
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
