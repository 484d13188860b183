"""What waits and is turned away without being looked at: tried seldom, in no history, not lost."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from tests.writes.leaving import leave
from tests.writes.office import Office
from webapp.activity.tables import activity
from webapp.clock import now
from webapp.extensions import db
from webapp.jobs.work import settle_writes
from webapp.writes import away, held, sending
from webapp.writes.held import Draft, Held
from webapp.writes.models import Refusal
from webapp.writes.service import find, new_intent_id, refuse, settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock
    from tests.page import Page
    from webapp.sandbox.testing import Sandbox
    from webapp.writes.models import Guard, Outcome

KIND = "customer.create"
POSTS = {"match": {"method": "POST"}, "times": 0}
KEY = {**POSTS, "action": "status", "status": 401, "code": "invalid_signature"}
HOUR = 3600


@pytest.fixture(autouse=True)
def _sender(request: pytest.FixtureRequest) -> None:
    if "office" in request.fixturenames:
        sending.register(KIND, request.getfixturevalue("office").send)


def keep(office: Office, name: str = "Jane") -> str:
    kept = held.hold(office.anna, Draft(new_intent_id(), KIND, "customer", None, name, {}))
    assert isinstance(kept, Held)
    return kept.id


def work(office: Office, seconds: int, *, step: int = 5) -> None:
    """Let the worker look again and again, while NeroPay answers whatever it is asked."""
    for _ in range(0, seconds, step):
        settle_writes(lambda _: None)
        office.clock.advance(seconds=step)
        office.client_time[0] += step


def posts(sandbox: Sandbox) -> int:
    return [request["method"] for request in sandbox.requests()].count("POST")


def count_entries() -> int:
    with db.read() as connection:
        return connection.execute(select(func.count()).select_from(activity)).scalar_one()


def test_it_is_tried_ever_more_seldom_and_no_history_tells_of_it(
    office: Office, sandbox: Sandbox
) -> None:
    held_id, entries = keep(office), count_entries()
    sandbox.fault(**KEY)
    work(office, 600)
    assert 5 <= posts(sandbox) <= 10
    assert (find(held_id), count_entries()) == (None, entries)
    kept = held.find(held_id)
    assert kept is not None
    assert kept.next_try_at is not None
    sandbox.clear_faults()
    work(office, 300)
    assert [effect["key"] for effect in sandbox.ledger()] == [held_id]
    assert count_entries() == entries + 1


def test_nothing_that_waits_goes_before_the_time_that_neropay_names(
    office: Office, sandbox: Sandbox
) -> None:
    for name in ("Jane", "John", "Mary"):
        keep(office, name)
    sandbox.fault(**POSTS, action="status", status=429, retry_after=HOUR)
    work(office, HOUR - 60, step=30)
    assert posts(sandbox) == 1
    sandbox.clear_faults()
    work(office, 120, step=30)
    assert (len(sandbox.ledger()), held.count_held()) == (3, 0)


def test_one_keeps_no_other_waiting(office: Office, sandbox: Sandbox) -> None:
    keep(office)
    sandbox.fault(**KEY | {"times": 1})
    work(office, 5)
    second = keep(office, "John")
    work(office, 15, step=1)
    assert second in [effect["key"] for effect in sandbox.ledger()]


def test_what_cannot_be_sent_for_now_is_tried_every_half_minute_at_least(
    office: Office, sandbox: Sandbox
) -> None:
    moments = []

    def find_no_way(one: Held, _: Guard) -> Outcome:
        moments.append(now())
        fields = {"id": one.id, "kind": KIND, "record_type": "customer", "label": one.label}
        return refuse(fields, Refusal("unavailable", "connection_refused"))

    sending.register(KIND, find_no_way)
    keep(office)
    work(office, 300, step=1)
    pauses = [round((later - one).total_seconds()) for one, later in pairwise(moments)]
    assert pauses[0] < 30 <= min(pauses[4:])
    assert len(moments) > 10


def test_a_good_read_makes_nothing_due_that_was_turned_away(
    office: Office, sandbox: Sandbox
) -> None:
    sandbox.fault(action="reset", **POSTS)
    intent_id = office.create().intent_id
    sandbox.clear_faults()
    office.rest()
    sandbox.fault(**POSTS, action="status", status=429, retry_after=600)
    settle(intent_id)
    away.note()
    gone = away.current()
    assert gone is not None
    assert gone.reason == "wait"
    office.clock.advance(seconds=31)
    assert away.probe()
    assert away.current() is None
    outcome = find(intent_id)
    assert outcome is not None
    assert outcome.next_try_at is not None
    assert outcome.next_try_at > now()


def test_the_page_says_when_it_is_tried_again(
    page_as: Callable[[str], Page], copied: Sandbox, app: Flask, clock: Clock
) -> None:
    staff = page_as("staff")
    held_id = leave(staff, copied, app, "/customers/1001/edit", city="York")
    assert "Next try" not in staff.get("/writes").text
    copied.fault(**KEY | {"match": {"method": "PATCH"}})
    with app.app_context():
        settle_writes(lambda _: None)
        kept = held.find(held_id)
        assert kept is not None
        assert kept.next_try_at is not None
        clock.advance(seconds=0.5)
    assert "Next try" in staff.get("/writes").text
    clock.advance(seconds=60)
    assert "Next try" not in staff.get("/writes").text
