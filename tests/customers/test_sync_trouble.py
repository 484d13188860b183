"""A sync that fails, stops, or meets another run or a write of ours."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from webapp.activity.service import Actor
from webapp.customers import directory, service, sync
from webapp.writes.service import State, new_intent_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.conftest import Clock, Member
    from webapp.sandbox.testing import Sandbox

LIST = {"method": "GET", "path": "customers$"}


@pytest.fixture(autouse=True)
def _app(app: Flask, sandbox: Sandbox) -> Iterator[None]:
    sandbox.seed(customers=250, categories=0)
    with app.app_context():
        yield


@pytest.fixture
def staff(cast: dict[str, Member]) -> Actor:
    return Actor(cast["staff"].id, "Staff Person", None)


def run() -> sync.SyncResult:
    return sync.run_sync(reason="test")


@contextmanager
def running_elsewhere(app: Flask, sandbox: Sandbox) -> Iterator[list[sync.SyncResult]]:
    """A run in another thread, held while NeroPay has read its second page but not sent it."""
    sandbox.fault(action="wait", seconds=60, when="after", match=LIST, skip=1)
    results: list[sync.SyncResult] = []

    def work() -> None:
        with app.app_context():
            results.append(run())

    thread = threading.Thread(target=work)
    thread.start()
    sandbox.await_waiting()
    try:
        yield results
    finally:
        sandbox.release()
        thread.join()


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"action": "status", "status": 500}, None),
        (
            {"action": "status", "status": 401, "code": "authentication_failed"},
            "authentication_failed",
        ),
        ({"action": "html"}, None),
        ({"action": "broken"}, None),
        ({"action": "refuse"}, None),
    ],
)
def test_a_failure_keeps_everything_and_says_so(
    sandbox: Sandbox, fault: dict[str, object], code: str | None
) -> None:
    sandbox.fault(**fault, match=LIST, skip=1, times=0)
    result = run()
    assert (result.state, result.rows) == ("failed", 100)
    status = directory.status()
    assert (status.state, status.row_count) == ("failed", 100)
    assert status.failed_at is not None
    assert status.error_code == result.error_code
    assert result.error_code
    assert code in {None, result.error_code}


def test_a_good_run_ends_the_failure(sandbox: Sandbox, clock: Clock) -> None:
    sandbox.fault(action="status", status=401, code="authentication_failed", match=LIST)
    assert run().state == "failed"
    assert run().state == "done"
    status = directory.status()
    assert (status.state, status.failed_at, status.error_code) == ("ok", None, None)


def test_a_run_that_is_told_to_stop_keeps_what_it_has() -> None:
    answers = iter([False, True])
    result = sync.run_sync(reason="test", should_stop=lambda: next(answers))
    assert (result.state, result.rows) == ("stopped", 100)
    assert (directory.status().row_count, directory.status().state) == (100, "never")
    assert run().state == "done"


def test_our_own_failure_gives_the_lease_back() -> None:
    def fail() -> bool:
        raise LookupError

    with pytest.raises(LookupError):
        sync.run_sync(reason="test", should_stop=fail)
    assert directory.status().error_code == "internal_error"
    assert run().state == "done"


def test_one_run_at_a_time(app: Flask, sandbox: Sandbox) -> None:
    with running_elsewhere(app, sandbox) as results:
        assert run().state == "busy"
        assert directory.status().state == "running"
    assert results[0].state == "done"
    assert directory.status().row_count == 250


def test_a_dead_run_is_taken_over_and_does_not_come_back(
    app: Flask, sandbox: Sandbox, clock: Clock
) -> None:
    with running_elsewhere(app, sandbox) as results:
        clock.advance(seconds=59)
        assert run().state == "busy"
        clock.advance(seconds=2)
        assert run().state == "done"
        finished_at = directory.status().finished_at
    assert (results[0].state, results[0].pages) == ("stopped", 2)
    assert directory.status().finished_at == finished_at


def test_a_page_read_before_our_write_settled_does_not_overwrite_it(
    app: Flask, sandbox: Sandbox, staff: Actor
) -> None:
    run()
    row = directory.find("1150")
    assert row is not None
    with running_elsewhere(app, sandbox):
        values = row.values() | {"city": "Ely"}
        outcome = service.update_customer(staff, new_intent_id(), "1150", row.values(), values)
        assert outcome.state is State.APPLIED
    corrected = directory.find("1150")
    assert corrected is not None
    assert corrected.city == "Ely"
    assert run().changed == 0


def test_a_record_with_an_open_write_is_left_alone(sandbox: Sandbox, staff: Actor) -> None:
    run()
    row = directory.find("1150")
    assert row is not None
    sandbox.fault(action="reset", when="after", match={"method": "PATCH"}, times=0)
    values = row.values() | {"city": "Ely"}
    outcome = service.update_customer(staff, new_intent_id(), "1150", row.values(), values)
    assert outcome.state is State.UNKNOWN
    assert run().changed == 0
    assert directory.find("1150") is not None
    assert directory.find("1150").city == row.city  # type: ignore[union-attr]  # asserted above
