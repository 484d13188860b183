"""Who settles, when, how fast; and what is never sent again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from webapp.activity.tables import activity
from webapp.clock import now
from webapp.extensions import db
from webapp.writes.service import (
    Decision,
    State,
    Verdict,
    count_open,
    find,
    new_intent_id,
    purge,
    register,
    settle,
    settle_due,
)
from webapp.writes.tables import intents

if TYPE_CHECKING:
    from tests.writes.office import Office
    from webapp.sandbox.testing import Sandbox

ID = "00112233445566778899aabbccddeeff"


def test_what_is_older_than_the_keys_memory_is_never_sent_again(
    office: Office, sandbox: Sandbox
) -> None:
    office.become_unknown(sandbox, ID)
    office.clock.advance(hours=24)

    assert settle_due() == 1
    outcome = find(ID)
    assert outcome is not None
    assert (outcome.state, outcome.is_closed_unknown) == (State.UNKNOWN, True)
    assert (outcome.error_code, outcome.next_try_at) == ("not_known", None)
    assert office.notebook.rechecks == [True]
    assert sandbox.requests() == []
    assert _outcomes_of(ID) == ["unknown", "unknown"]


def test_a_little_younger_is_sent_again(office: Office, sandbox: Sandbox) -> None:
    office.become_unknown(sandbox, ID)
    office.clock.advance(hours=23, minutes=58)

    assert settle(ID).state is State.APPLIED
    assert len(sandbox.requests()) == 1


def test_what_is_found_out_later_comes_from_no_address(office: Office, sandbox: Sandbox) -> None:
    office.become_unknown(sandbox, ID)
    assert settle(ID).state is State.APPLIED
    with db.read() as connection:
        told = connection.execute(select(activity.c.address).order_by(activity.c.id)).scalars()
    assert list(told) == ["192.0.2.7", None]


@pytest.mark.parametrize("status", [403, 404, 413])
def test_a_no_that_is_not_neropays_own_leaves_it_open(
    office: Office, sandbox: Sandbox, status: int
) -> None:
    lost, page = {"action": "reset", "when": "after"}, {"action": "html", "status": status}
    sandbox.faults([lost, {**page, "times": 0}])

    assert office.create("Jane", ID).state is State.UNKNOWN
    office.clock.advance(minutes=2)
    assert settle(ID).state is State.UNKNOWN
    sandbox.clear_faults()
    office.clock.advance(minutes=2)
    assert settle(ID).state is State.APPLIED
    assert len(sandbox.ledger()) == 1


@pytest.mark.parametrize("status", [403, 404, 405, 501])
def test_what_is_switched_off_now_says_nothing_of_an_earlier_attempt(
    office: Office, sandbox: Sandbox, status: int
) -> None:
    lost = {"action": "reset", "when": "after"}
    off = {"action": "status", "status": status, "code": "not_enabled"}
    sandbox.faults([lost, {**off, "times": 0}])

    assert office.create("Jane", ID).state is State.UNKNOWN
    office.clock.advance(minutes=2)
    assert settle(ID).state is State.UNKNOWN
    sandbox.clear_faults()
    office.clock.advance(minutes=2)
    assert settle(ID).state is State.APPLIED
    assert len(sandbox.ledger()) == 1


def test_a_change_that_was_looked_at_is_refused_by_what_is_switched_off(
    office: Office, sandbox: Sandbox
) -> None:
    sandbox.seed(customers=1)
    sandbox.fault(action="status", status=500, times=0)
    assert office.change(1001, {"city": "Hull"}, intent_id=ID).state is State.UNKNOWN
    sandbox.clear_faults()
    sandbox.switch(patch=False)
    office.clock.advance(minutes=2)
    assert settle(ID).state is State.REFUSED
    assert sandbox.ledger() == []


def test_a_third_value_closes_it_as_not_known(office: Office, sandbox: Sandbox) -> None:
    office.become_unknown(sandbox, ID)
    office.notebook.verdict = Verdict(Decision.NOT_KNOWN)

    assert settle(ID).is_closed_unknown
    assert sandbox.requests() == []


def test_looking_later_sends_nothing(office: Office, sandbox: Sandbox) -> None:
    office.become_unknown(sandbox, ID)
    office.notebook.verdict = Verdict(Decision.LATER)
    outcome = settle(ID)

    assert outcome.is_open
    assert outcome.next_try_at is not None
    assert outcome.next_try_at - now() > timedelta(minutes=4)
    assert sandbox.requests() == []


def test_nothing_is_looked_at_before_its_time(office: Office, sandbox: Sandbox) -> None:
    office.become_unknown(sandbox, ID)

    assert settle_due() == 0
    assert sandbox.requests() == []


def test_a_backlog_is_worked_off_at_two_a_second(office: Office, sandbox: Sandbox) -> None:
    ids = [new_intent_id() for _ in range(4)]
    office.become_unknown(sandbox, *ids)
    office.clock.advance(minutes=2)
    pauses: list[float] = []

    assert settle_due(limit=3, pause=pauses.append) == 3
    assert pauses == [0.5, 0.5]
    assert count_open() == 1
    assert len(sandbox.requests()) == 3


def test_a_worker_that_is_to_stop_stops_between_two(office: Office, sandbox: Sandbox) -> None:
    office.become_unknown(sandbox, new_intent_id(), new_intent_id())
    office.clock.advance(minutes=2)

    assert settle_due(pause=lambda _: True) == 1


def test_while_neropay_is_down_one_of_a_backlog_is_tried(office: Office, sandbox: Sandbox) -> None:
    office.become_unknown(sandbox, *(new_intent_id() for _ in range(3)))
    sandbox.fault(action="refuse", times=0)
    for _ in range(2):
        office.clock.advance(minutes=2)
        settle_due(pause=lambda _: None)
    sandbox.forget_requests()
    office.clock.advance(minutes=2)
    pauses: list[float] = []
    settle_due(pause=pauses.append)
    while_open = len(sandbox.requests()) + len(pauses)
    office.client_time[0] += 6.0
    office.clock.advance(minutes=2)
    settle_due(pause=lambda _: None)

    assert (while_open, len(sandbox.requests())) == (0, 1)


def test_one_that_cannot_be_worked_on_does_not_keep_the_others(
    office: Office, sandbox: Sandbox
) -> None:
    ids = [new_intent_id(), new_intent_id()]
    office.become_unknown(sandbox, *ids)
    office.clock.advance(minutes=2)

    class Broken:
        def apply(self, *_: Any) -> Any:
            raise AssertionError

        def recheck(self, *_: Any, **__: Any) -> Any:
            raise RuntimeError("of this test")

    with db.write() as connection:
        connection.execute(
            intents.update().where(intents.c.id == ids[0]).values(kind="customer.odd")
        )
    register("customer.odd", Broken())

    assert settle_due(pause=lambda _: None) == 1
    assert [outcome.is_open for outcome in map(find, ids) if outcome] == [True, False]


def test_asking_for_a_write_that_is_not_there(office: Office) -> None:
    with pytest.raises(LookupError):
        settle(ID)


def test_settled_rows_are_kept_thirty_days_and_open_ones_for_good(
    office: Office, sandbox: Sandbox
) -> None:
    office.become_unknown(sandbox, ID)
    settled = office.create("old").intent_id
    office.clock.advance(days=31)
    newer = office.create("new").intent_id

    assert purge() >= 1
    assert find(settled) is None
    assert find(newer) is not None
    assert find(ID) is not None


def _outcomes_of(intent_id: str) -> list[str]:
    query = activity.select().with_only_columns(activity.c.outcome).order_by(activity.c.id)
    with db.read() as connection:
        return list(connection.execute(query.where(activity.c.intent_id == intent_id)).scalars())


def test_a_page_waits_ten_seconds_at_the_most(office: Office, sandbox: Sandbox) -> None:
    sandbox.fault(action="status", status=503, retry_after=5, times=0)
    began = office.client_time[0]
    office.create("Jane")
    assert len(sandbox.requests()) == 2, "a third would be sent after ten seconds"
    assert office.client_time[0] - began < 10
