"""A run of the sync that goes well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from webapp.activity import service as activity
from webapp.customers import directory, sync
from webapp.customers.models import FIELDS, Query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from webapp.sandbox.testing import Sandbox


@pytest.fixture(autouse=True)
def _app(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def run(**more: Any) -> sync.SyncResult:
    return sync.run_sync(reason="test", **more)


def copy_is_like(sandbox: Sandbox) -> bool:
    there = {str(row["id"]): {name: row[name] for name in FIELDS} for row in sandbox.customers()}
    here = {id_: row.values() for id_ in there if (row := directory.find(id_)) is not None}
    return here == there and directory.status().row_count == len(there)


def test_the_first_run_fills_the_copy(sandbox: Sandbox) -> None:
    sandbox.seed(customers=250, categories=0)
    result = run()
    assert (result.state, result.pages, result.rows, result.created) == ("done", 3, 250, 250)
    assert copy_is_like(sandbox)
    status = directory.status()
    assert (status.state, status.row_count, status.rows_seen) == ("ok", 250, 250)
    assert status.finished_at is not None
    assert (status.interval, status.is_stretched) == (300, False)
    assert directory.search(Query(), limit=5).rows[0].is_full


def test_a_run_without_news_tells_nothing(sandbox: Sandbox) -> None:
    sandbox.seed(customers=30, categories=0)
    run()
    result = run()
    assert (result.created, result.changed, result.gone) == (0, 0, 0)
    assert all(activity.history("customer", str(row["id"])) == () for row in sandbox.customers())


def test_what_changed_in_neropay_is_taken_over_and_told(sandbox: Sandbox) -> None:
    sandbox.seed(customers=3, categories=0)
    run()
    before = sandbox.customers()[1]
    sandbox.set_customer(1002, city="Ely", phone=None)
    assert run().changed == 1
    assert copy_is_like(sandbox)
    (entry,) = activity.history("customer", "1002")
    assert (entry.kind, entry.actor_name) == ("customer.changed_in_neropay", "NeroPay")
    assert entry.label == before["name"]
    assert {name: tuple(pair) for name, pair in entry.changes.items()} == {
        "city": (before["city"], "Ely"),
        "phone": (before["phone"], None),
    }


@pytest.mark.parametrize("paging", ["none", "page", "meta", "next_page", "links"])
def test_every_way_of_paging(sandbox: Sandbox, paging: str) -> None:
    sandbox.switch(paging=paging, id_type="string")
    sandbox.seed(customers=210, categories=0)
    assert run().rows == 210
    assert directory.status().row_count == 210


def test_an_empty_list(sandbox: Sandbox) -> None:
    assert (run().state, directory.status().row_count, directory.status().state) == (
        "done",
        0,
        "ok",
    )


def test_brief_rows_are_completed(sandbox: Sandbox) -> None:
    sandbox.switch(list_rows="brief", paging="meta")
    sandbox.seed(customers=8, categories=0)
    result = run()
    assert (result.created, result.completed) == (8, 8)
    assert copy_is_like(sandbox)
    assert activity.history("customer", "1001") == ()
    sandbox.forget_requests()
    assert run().completed == 0
    assert len(sandbox.requests()) == 1


def test_completing_ends_where_neropay_does_not_allow_it(sandbox: Sandbox) -> None:
    sandbox.switch(list_rows="brief", get_by_id=False)
    sandbox.seed(customers=8, categories=0)
    result = run()
    assert (result.state, result.completed) == ("done", 0)
    assert len([call for call in sandbox.requests() if call["path"] != "/v2/customers"]) <= 5
    row = directory.find("1001")
    assert row is not None
    assert not row.is_full


def test_completing_ends_when_told_to(sandbox: Sandbox) -> None:
    sandbox.switch(list_rows="brief", paging="meta")
    sandbox.seed(customers=8, categories=0)
    answers = iter([False, False, False, True])
    result = run(should_stop=lambda: next(answers))
    assert (result.state, result.rows, result.completed) == ("done", 8, 2)


def test_completing_stays_within_its_share(
    sandbox: Sandbox, make_app: Callable[..., Flask]
) -> None:
    sandbox.switch(list_rows="brief", paging="meta")
    sandbox.seed(customers=40, categories=0)
    with make_app(neropay_calls_per_minute=60).app_context():
        assert run().completed == 29  # a tenth of 300 calls in 300 seconds, less the list's one


def test_the_interval_stretches_for_a_long_list(
    sandbox: Sandbox, make_app: Callable[..., Flask]
) -> None:
    sandbox.seed(customers=1050, categories=0)
    with make_app(neropay_calls_per_minute=12).app_context():
        run()
        status = directory.status()
    assert status.interval == 550  # 11 of 12 calls a minute, and a tenth of them is ours
    assert status.is_stretched


def test_progress_can_be_seen_while_it_runs(sandbox: Sandbox) -> None:
    sandbox.switch(paging="meta")
    sandbox.seed(customers=250, categories=0)
    seen: list[tuple[str, int, int, int | None]] = []

    def look() -> bool:
        status = directory.status()
        seen.append((status.state, status.pages, status.rows_seen, status.rows_expected))
        return False

    run(should_stop=look)
    assert seen == [
        ("running", 0, 0, None),
        ("running", 1, 100, 250),
        ("running", 2, 200, 250),
    ]
