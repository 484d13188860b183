"""Customers that NeroPay no longer has: when the copy drops them, and when it does not dare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from tests.customers.makers import NOON, make_customer
from webapp import clock
from webapp.activity import service as activity
from webapp.activity.service import Actor
from webapp.customers import directory, service, sync
from webapp.customers.models import Query
from webapp.customers.store import delete_all
from webapp.customers.tables import customers
from webapp.extensions import db
from webapp.writes.service import State, current_seq, new_intent_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.conftest import Member
    from webapp.sandbox.testing import Sandbox


@pytest.fixture(autouse=True)
def _synced(app: Flask, sandbox: Sandbox) -> Iterator[None]:
    sandbox.seed(customers=120, categories=0)
    with app.app_context():
        sync.run_sync(reason="test")
        yield


def run() -> sync.SyncResult:
    return sync.run_sync(reason="test")


def test_a_few_go(sandbox: Sandbox) -> None:
    name = sandbox.customers()[49]["name"]
    for number in (1050, 1051):
        sandbox.delete_customer(number)
    result = run()
    assert (result.state, result.gone, result.held_back) == ("done", 2, 0)
    assert directory.find("1050") is None
    assert directory.status().row_count == 118
    assert "1050" not in [row.id for row in directory.search(Query(q="1050")).rows]
    (entry,) = activity.history("customer", "1050")
    assert (entry.kind, entry.actor_name, entry.label) == (
        "customer.gone_in_neropay",
        "NeroPay",
        name,
    )


@pytest.mark.parametrize(("deleted", "gone"), [(6, 6), (7, 0), (120, 0)])
def test_more_than_one_in_twenty_is_not_believed(sandbox: Sandbox, deleted: int, gone: int) -> None:
    for number in range(1001, 1001 + deleted):
        sandbox.delete_customer(number)
    result = run()
    assert (result.state, result.gone, result.held_back) == ("done", gone, deleted - gone)
    assert directory.status().row_count == 120 - gone
    assert directory.status().held_back == deleted - gone


@pytest.mark.parametrize(("deleted", "gone"), [(1, 1), (2, 0)])
def test_of_a_small_copy_one_may_go(sandbox: Sandbox, deleted: int, gone: int) -> None:
    sandbox.seed(customers=7, categories=0)
    with db.write() as connection:
        others = select(customers.c.pk).where(customers.c.id > "1007")
        delete_all(connection, list(connection.execute(others).scalars()))
    run()
    assert directory.status().row_count == 7
    for number in range(1001, 1001 + deleted):
        sandbox.delete_customer(number)
    assert (run().gone, directory.status().row_count) == (gone, 7 - gone)


def test_an_unreadable_row_may_be_the_missing_one(sandbox: Sandbox) -> None:
    sandbox.fault(
        action="hostile", raw={"id": "NaN"}, record=1050, match={"path": "customers"}, times=0
    )
    result = run()
    sandbox.clear_faults()
    assert (result.set_aside, result.gone, result.held_back) == (1, 0, 1)
    assert directory.find("1050") is not None
    assert directory.status().set_aside == 1
    assert run().set_aside == 0


def test_a_list_that_breaks_off_drops_nothing(sandbox: Sandbox) -> None:
    sandbox.delete_customer(1001)
    sandbox.fault(action="status", status=500, skip=1, times=0, match={"path": "customers"})
    assert run().state == "failed"
    assert directory.status().row_count == 120


def test_a_customer_of_our_own_that_the_list_did_not_have_yet_stays() -> None:
    answers = iter([False, True])

    def settle_one_between_the_pages() -> bool:
        if next(answers):
            with db.write() as connection:
                own = make_customer("own")
                directory.upsert(connection, own, now=NOON, settled_seq=current_seq() + 1)
        return False

    assert sync.run_sync(reason="test", should_stop=settle_one_between_the_pages).gone == 0
    assert directory.find("own") is not None
    assert run().gone == 0


def test_a_customer_that_somebody_looked_at_meanwhile_stays() -> None:
    answers = iter([False, True])

    def look_at_one_between_the_pages() -> bool:
        if next(answers):
            with db.write() as connection:
                directory.upsert(connection, make_customer("seen"), now=clock.now(), seq_at_fetch=0)
        return False

    assert sync.run_sync(reason="test", should_stop=look_at_one_between_the_pages).gone == 0
    assert run().gone == 1


def test_a_customer_with_an_open_write_stays(sandbox: Sandbox, cast: dict[str, Member]) -> None:
    staff = Actor(cast["staff"].id, "Staff Person", None)
    row = directory.find("1050")
    assert row is not None
    sandbox.fault(action="reset", when="after", match={"method": "PATCH"}, times=0)
    outcome = service.update_customer(
        staff, new_intent_id(), "1050", row.values(), row.values() | {"city": "Ely"}
    )
    assert outcome.state is State.UNKNOWN
    sandbox.delete_customer(1050)
    assert run().gone == 0
    assert directory.find("1050") is not None
