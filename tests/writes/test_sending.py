"""Held writes leave once, whatever dies in between, in order and at two calls a second."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from tests.writes.office import Notebook, Office, register_all
from webapp.activity.service import verify
from webapp.clock import now
from webapp.extensions import db, neropay
from webapp.writes import away, held, notices, sending
from webapp.writes.held import Draft, Held
from webapp.writes.models import Guard, Outcome, Refusal, State
from webapp.writes.service import find, new_intent_id, settle_due
from webapp.writes.tables import intents

if TYPE_CHECKING:
    from webapp.sandbox.testing import Sandbox

KIND = "customer.create"
ID = "0123456789abcdef" * 2


class Dies(BaseException):
    """The process ends here."""


@pytest.fixture(autouse=True)
def _sender(office: Office) -> None:
    register_all(Notebook())
    sending.register(KIND, office.send)


def keep(office: Office, intent_id: str | None = None, name: str = "Jane") -> Held:
    kept = held.hold(
        office.anna,
        Draft(intent_id or new_intent_id(), KIND, "customer", None, name, {}),
    )
    assert isinstance(kept, Held)
    return kept


def keys(sandbox: Sandbox) -> list[str]:
    return [effect["key"] for effect in sandbox.ledger()]


def test_they_go_in_order_at_two_calls_a_second(office: Office, sandbox: Sandbox) -> None:
    ids = [keep(office, name=f"Jane {number}").id for number in range(40)]
    pauses: list[float] = []
    assert sending.send_held(pauses.append) == 40
    assert keys(sandbox) == ids
    assert pauses == [0.5] * 39
    assert held.count_held() == 0
    assert verify().ok


def test_one_that_dies_before_sending_still_waits(office: Office, sandbox: Sandbox) -> None:
    keep(office, ID)

    def die(*_: Any) -> Outcome:
        raise Dies

    sending.register(KIND, die)
    with pytest.raises(Dies):
        sending.send_held(lambda _: None)
    sending.register(KIND, office.send)
    assert (keys(sandbox), held.count_held()) == ([], 1)
    assert sending.send_held(lambda _: None) == 1
    assert keys(sandbox) == [ID]


def test_one_that_dies_after_sending_is_not_sent_again(office: Office, sandbox: Sandbox) -> None:
    keep(office, ID)

    def die(one: Held, guard: Guard) -> Outcome:
        office.send(one, guard)
        raise Dies

    sending.register(KIND, die)
    with pytest.raises(Dies):
        sending.send_held(lambda _: None)
    assert sending.send_held(lambda _: None) == 1
    assert (keys(sandbox), held.count_held()) == ([ID], 0)


def test_its_author_is_told_once_though_the_journal_was_first_to_know(
    office: Office, sandbox: Sandbox
) -> None:
    keep(office, ID)
    office.create(intent_id=ID)
    with db.write() as connection:  # as if it had died in the middle of that
        journal_row = update(intents).where(intents.c.id == ID)
        connection.execute(journal_row.values(state="pending", settled_at=None, next_try_at=now()))
    assert settle_due(pause=lambda _: None) == 1
    assert office.anna.person_id is not None
    assert [one.state for one in notices.take(office.anna.person_id)] == ["applied"]
    assert sending.send_held(lambda _: None) == 1
    assert (notices.take(office.anna.person_id), held.count_held()) == ((), 0)


def test_one_that_got_no_answer_is_the_journal_s(office: Office, sandbox: Sandbox) -> None:
    keep(office, ID)
    sandbox.fault(action="status", status=500, effect=True, times=0)
    assert sending.send_held(lambda _: None) == 1
    outcome = find(ID)
    assert outcome is not None
    assert (outcome.state, held.count_held()) == (State.UNKNOWN, 0)
    sandbox.clear_faults()
    office.rest()
    office.clock.advance(minutes=2)
    assert settle_due(pause=lambda _: None) == 1
    assert keys(sandbox) == [ID]


@pytest.mark.parametrize(
    "fault",
    [
        {"action": "status", "status": 429, "retry_after": 3600},
        {"action": "status", "status": 401, "code": "authentication_failed"},
    ],
)
def test_one_that_neropay_does_not_look_at_waits_on_under_its_id(
    office: Office, sandbox: Sandbox, fault: dict[str, Any]
) -> None:
    keep(office, ID)
    sandbox.fault(**fault, times=0)
    assert sending.send_held(lambda _: None) == 0
    assert (find(ID), held.count_held()) == (None, 1)
    sandbox.clear_faults()
    office.rest()
    office.clock.advance(hours=1)
    assert sending.send_held(lambda _: None) == 1
    assert keys(sandbox) == [ID]


def test_one_that_was_cancelled_is_not_sent(office: Office, sandbox: Sandbox) -> None:
    one = keep(office, ID)
    assert held.cancel(office.anna, ID) is not None
    assert sending.send_one(one) is False
    assert keys(sandbox) == []
    assert held.cancel(office.anna, ID) is None


def test_one_that_has_left_can_neither_be_changed_nor_cancelled(
    office: Office, sandbox: Sandbox
) -> None:
    one = keep(office, ID)
    office.send(one, held.still_held(one))
    draft = Draft(ID, KIND, "customer", None, "Joan", {})
    assert held.cancel(office.anna, ID) is None
    assert held.replace_held(office.anna, one, draft) is None
    assert sending.send_held(lambda _: None) == 1
    assert keys(sandbox) == [ID]


def test_the_form_s_own_sending_meanwhile_is_the_same_write(
    office: Office, sandbox: Sandbox
) -> None:
    keep(office, ID)
    office.create(intent_id=ID)
    assert sending.send_held(lambda _: None) == 1
    assert keys(sandbox) == [ID]
    kept = held.hold(office.anna, Draft(ID, KIND, "customer", None, "Jane", {}))
    assert isinstance(kept, Outcome)
    assert held.count_held() == 0


def test_nobody_holds_under_another_person_s_id(office: Office, sandbox: Sandbox) -> None:
    keep(office, ID)
    draft = Draft(ID, KIND, "customer", None, "Jane", {})
    assert held.hold(office.ben, draft) is None
    assert held.hold(office.anna, Draft("x", KIND, "customer", None, "Jane", {})) is None


def test_nothing_is_tried_on_while_neropay_is_away(office: Office, sandbox: Sandbox) -> None:
    for _ in range(5):
        keep(office)
    before = neropay().calls_made()
    sandbox.stop()
    try:
        assert sending.send_held(lambda _: None) == 0
    finally:
        sandbox.start()
    gone = away.current()
    assert gone is not None
    assert gone.reason == "unreachable"
    assert neropay().calls_made() - before <= 3  # of the first one
    assert held.count_held() == 5


def test_those_that_wait_for_persons_keep_no_other_waiting(
    office: Office, sandbox: Sandbox
) -> None:
    for number in range(3):
        stuck = keep(office, name=f"Stuck {number}")
        with db.write() as connection:
            held.note_needs_you(connection, stuck, Refusal("not_found", "not_found"))
    keep(office, ID)
    assert sending.send_held(lambda _: None, limit=2) == 1
    assert keys(sandbox) == [ID]
