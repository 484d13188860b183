"""No clear answer: it is said so, and found out later with the same key and the same bytes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from webapp.activity.service import verify
from webapp.activity.tables import activity
from webapp.clock import now
from webapp.extensions import db
from webapp.neropay import Unavailable
from webapp.writes.service import (
    Decision,
    Outcome,
    State,
    Verdict,
    count_open,
    find,
    open_writes,
    settle,
    settle_due,
)
from webapp.writes.tables import intents

if TYPE_CHECKING:
    from tests.writes.office import Office
    from webapp.sandbox.testing import Sandbox

ID = "fedcba9876543210" * 2
EFFECT_THEN = [
    {"action": "cut", "at": 0.5},
    {"action": "cut", "part": "head"},
    {"action": "reset", "when": "after"},
    {"action": "reset", "when": "during"},
    {"action": "close", "when": "after"},
    {"action": "status", "status": 500, "effect": True},
    {"action": "status", "status": 503, "effect": True, "retry_after": 1},
    {"action": "html", "status": 502, "effect": True},
    {"action": "html", "status": 200, "effect": True},
    {"action": "broken", "effect": True},
    {"action": "empty", "effect": True},
    {"action": "shape", "data": [], "effect": True},
    {"action": "contradict", "status": 400, "effect": True},
    {"action": "redirect", "effect": True},
]
NO_EFFECT = [
    {"action": "refuse"},
    {"action": "reset", "when": "before"},
    {"action": "close", "when": "before"},
    {"action": "status", "status": 500},
    {"action": "html", "status": 200},
]


def _name(fault: dict[str, Any]) -> str:
    return " ".join(str(value) for value in fault.values())


@pytest.mark.parametrize("fault", EFFECT_THEN + NO_EFFECT, ids=_name)
def test_whatever_happens_to_the_answer_there_is_one_effect(
    office: Office, sandbox: Sandbox, fault: dict[str, Any]
) -> None:
    sandbox.fault(**fault, times=0)
    unknown = office.create("Jane", ID)
    sandbox.clear_faults()
    effects = len(sandbox.ledger())
    office.clock.advance(seconds=5)
    settled = settle_due()

    assert unknown.state is State.UNKNOWN
    assert unknown.is_open
    assert effects == (fault in EFFECT_THEN)
    assert settled == 1
    assert [effect["key"] for effect in sandbox.ledger()] == [ID]
    assert {request["key"] for request in sandbox.requests()} == {ID}
    _assert_applied_once(office)


def _assert_applied_once(office: Office) -> None:
    outcome = find(ID)
    assert outcome is not None
    assert (outcome.state, outcome.is_open, outcome.record_id) == (State.APPLIED, False, "1001")
    assert len(office.notebook.applied) == 1
    assert _outcomes() == ["unknown", "applied"]
    assert verify().ok
    assert count_open() == 0


def test_an_answer_that_a_handler_cannot_read_is_no_answer(
    office: Office, sandbox: Sandbox
) -> None:
    outcome = office.create("unreadable", ID)

    assert (outcome.state, outcome.error_code) == (State.UNKNOWN, "bad_record")
    assert outcome.is_open
    assert _outcomes() == ["unknown"]


def test_the_next_try_is_further_away_each_time(office: Office, sandbox: Sandbox) -> None:
    sandbox.fault(action="status", status=500, times=0)
    started = office.create("Jane", ID)
    waits = []
    for _ in range(8):
        outcome = find(ID)
        assert outcome is not None
        assert outcome.next_try_at is not None
        seconds = (outcome.next_try_at - now()).total_seconds()
        waits.append(seconds)
        assert settle_due() == 0
        office.clock.advance(seconds=seconds + 0.1)
        office.rest()
        settle_due()

    assert started.is_open
    for wait, middle in zip(waits, (2, 4, 8, 16, 30, 30, 30, 30), strict=True):
        assert 0.74 * middle - 1 < wait < 1.26 * middle


def test_neropay_says_when_to_come_again(office: Office, sandbox: Sandbox) -> None:
    sandbox.fault(action="status", status=503, times=1, retry_after=300)
    outcome = office.create("Jane", ID)

    assert outcome.next_try_at is not None
    assert outcome.next_try_at - now() > timedelta(seconds=290)


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 429, "retry_after": 600},
        {"status": 401, "code": "authentication_failed"},
        {"status": 401, "code": "invalid_signature"},
        {"status": 409, "code": "idempotency_conflict"},
    ],
    ids=_name,
)
def test_what_says_nothing_of_the_first_attempt_leaves_it_unknown(
    office: Office, sandbox: Sandbox, answer: dict[str, Any]
) -> None:
    _become_unknown(office, sandbox)
    sandbox.fault(action="status", times=0, **answer)
    outcome = settle(ID)

    assert (outcome.state, outcome.is_open) == (State.UNKNOWN, True)
    assert _outcomes() == ["unknown"]


def test_a_refusal_of_the_same_bytes_holds(office: Office, sandbox: Sandbox) -> None:
    sandbox.fault(action="refuse", times=0)
    office.create("", ID)
    sandbox.clear_faults()
    outcome = settle(ID)

    assert outcome.state is State.REFUSED
    assert outcome.refusal is not None
    assert outcome.refusal.kind == "invalid"
    assert _outcomes() == ["unknown", "refused"]


def test_an_open_breaker_counts_no_attempt(office: Office, sandbox: Sandbox) -> None:
    _become_unknown(office, sandbox)
    row = _row()
    office.notebook.verdict = Unavailable("breaker_open", after=4.0)
    outcome = settle(ID)

    assert outcome.is_open
    assert (_row().attempts, _row().answer) == (row.attempts, row.answer)
    assert outcome.next_try_at is not None
    assert outcome.next_try_at > now()


def test_a_delete_that_finds_nothing_after_an_unknown_one_worked(
    office: Office, sandbox: Sandbox
) -> None:
    sandbox.seed(customers=0, categories=1)
    (category,) = sandbox.categories()
    sandbox.set_category(category["id"], in_use=0)
    sandbox.fault(action="cut", times=0)
    outcome = _delete(office, category["id"])
    sandbox.clear_faults()
    sandbox.fault(action="status", status=404, code="resource_not_found")

    assert outcome.state is State.UNKNOWN
    assert settle(ID).state is State.APPLIED
    assert sandbox.categories() == []


def test_a_delete_that_finds_nothing_at_first_is_refused(office: Office, sandbox: Sandbox) -> None:
    outcome = _delete(office, 999)

    assert outcome.refusal is not None
    assert outcome.refusal.kind == "not_found"


def test_a_raised_refusal_to_look_leaves_it_for_later(office: Office, sandbox: Sandbox) -> None:
    _become_unknown(office, sandbox)
    sandbox.forget_requests()
    office.notebook.verdict = Unavailable("timed_out")
    outcome = settle(ID)

    assert outcome.is_open
    assert sandbox.requests() == []
    assert [found.intent_id for found in open_writes()] == [ID]


def test_looking_may_show_that_it_took_effect(office: Office, sandbox: Sandbox) -> None:
    _become_unknown(office, sandbox)
    sandbox.forget_requests()
    office.notebook.verdict = Verdict(Decision.APPLIED, {"id": 1001, "name": "Jane"})

    assert settle(ID).record_id == "1001"
    assert sandbox.requests() == []
    _assert_applied_once(office)


def _become_unknown(office: Office, sandbox: Sandbox) -> None:
    sandbox.fault(action="cut", times=0)
    assert office.create("Jane", ID).state is State.UNKNOWN
    sandbox.clear_faults()


def _delete(office: Office, category_id: int) -> Outcome:
    return office.create(
        intent_id=ID,
        kind="category.delete",
        method="DELETE",
        path=f"/categories/{category_id}",
        body=b"",
        record_type="category",
        record_id=str(category_id),
    )


def _row() -> Any:
    with db.read() as connection:
        return connection.execute(intents.select()).one()


def _outcomes() -> list[str]:
    with db.read() as connection:
        query = activity.select().with_only_columns(activity.c.outcome).order_by(activity.c.id)
        return list(connection.execute(query).scalars())
