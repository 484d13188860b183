"""Adding a customer: once, honestly, and what happens when the form comes back changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from webapp.activity.service import Actor, history
from webapp.customers import directory, service
from webapp.writes.service import Outcome, State, find, new_intent_id, settle, settle_due

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.conftest import Clock, Member
    from webapp.sandbox.testing import Sandbox

ID = "0123456789abcdef" * 2
EMPTY = dict.fromkeys(("name", "email", "phone", "address1", "city", "postcode"))
JANE = EMPTY | {"name": "Jane Customer", "email": "jane@example.com", "city": "Leeds"}


@pytest.fixture(autouse=True)
def _in_app(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def staff(cast: dict[str, Member]) -> Actor:
    return Actor(cast["staff"].id, "Staff Person", "192.0.2.7")


def _create(actor: Actor, intent_id: str = ID, **values: Any) -> Outcome:
    return service.create_customer(actor, intent_id, JANE | values)


def test_it_is_in_our_copy_at_once(staff: Actor, sandbox: Sandbox) -> None:
    outcome = _create(staff)

    assert (outcome.state, outcome.record_id, outcome.label) == (
        State.APPLIED,
        "1001",
        "Jane Customer",
    )
    row = directory.find("1001")
    assert row is not None
    assert (row.values(), row.is_full) == (JANE, True)
    assert directory.status().row_count == 1
    (entry,) = history("customer", "1001")
    assert entry.changes == {
        "name": (None, "Jane Customer"),
        "email": (None, "jane@example.com"),
        "city": (None, "Leeds"),
    }


def test_only_what_was_typed_is_sent(staff: Actor, sandbox: Sandbox) -> None:
    sandbox.fault(action="status", status=422, code="validation_failed", details={"city": ["No."]})
    outcome = _create(staff)

    assert outcome.refusal is not None
    assert outcome.refusal.fields == {"city": ("No.",)}
    assert directory.status().row_count == 0


def test_what_neropay_stored_otherwise_is_told(staff: Actor, sandbox: Sandbox) -> None:
    sandbox.fault(action="hostile", set={"city": "LEEDS"})
    outcome = _create(staff)

    assert outcome.fields_differing == {"city": ("Leeds", "LEEDS")}
    row = directory.find("1001")
    assert row is not None
    assert row.city == "LEEDS"


def test_what_the_answer_leaves_out_is_taken_as_sent(staff: Actor, sandbox: Sandbox) -> None:
    data = {"id": 1001, "name": "Jane Customer", "email": "jane@example.com"}
    sandbox.fault(action="shape", data=data, effect=True)
    outcome = _create(staff)

    row = directory.find("1001")
    assert outcome.fields_differing == {}
    assert row is not None
    assert row.city == "Leeds"


def test_a_changed_form_after_a_refusal_is_a_new_attempt(staff: Actor, sandbox: Sandbox) -> None:
    refused = _create(staff, name="")
    first = _create(staff, name="Jane")
    again = _create(staff, name="Jane")

    assert refused.state is State.REFUSED
    assert first.state is State.APPLIED
    assert (again.record_id, again.is_replay) == (first.record_id, True)
    assert len(sandbox.ledger()) == 1


def test_a_changed_form_after_success_is_offered_as_an_edit(staff: Actor, sandbox: Sandbox) -> None:
    _create(staff)
    changed = _create(staff, city="York")

    assert (changed.state, changed.is_changed_body, changed.record_id) == (
        State.APPLIED,
        True,
        "1001",
    )
    assert len(sandbox.ledger()) == 1


def test_a_changed_form_after_an_unknown_one_corrects_the_record_that_it_made(
    staff: Actor, sandbox: Sandbox
) -> None:
    sandbox.fault(action="cut", times=0)
    unknown = _create(staff)
    sandbox.clear_faults()
    changed = _create(staff, city="York")

    assert unknown.state is State.UNKNOWN
    assert (changed.kind, changed.state, changed.record_id) == (
        "customer.update",
        State.APPLIED,
        "1001",
    )
    assert [effect["method"] for effect in sandbox.ledger()] == ["POST", "PATCH"]
    assert sandbox.customers()[0]["city"] == "York"


def test_a_changed_form_while_it_stays_unknown_sends_nothing_new(
    staff: Actor, sandbox: Sandbox
) -> None:
    sandbox.fault(action="cut", times=0)
    _create(staff)
    changed = _create(staff, city="York")

    assert (changed.state, changed.is_changed_body) == (State.UNKNOWN, True)
    assert {request["key"] for request in sandbox.requests()} == {ID}


def test_a_changed_form_after_an_unknown_one_that_was_refused_is_sent(
    staff: Actor, sandbox: Sandbox
) -> None:
    sandbox.fault(action="refuse", times=0)
    _create(staff, name="")
    sandbox.clear_faults()
    changed = _create(staff, name="Jane")

    assert changed.state is State.APPLIED
    assert [row["name"] for row in sandbox.customers()] == ["Jane"]


def test_an_old_unknown_one_is_found_in_a_complete_copy(
    staff: Actor, sandbox: Sandbox, clock: Clock
) -> None:
    sandbox.fault(action="status", status=500, effect=True, times=0)
    _create(staff)
    sandbox.clear_faults()
    clock.advance(hours=24)
    before = settle(ID)
    assert service.run_sync(reason="test").state == "done"
    clock.advance(minutes=6)

    assert before.is_open  # no copy is new enough to tell
    assert settle_due() == 1
    outcome = find(ID)
    assert outcome is not None
    assert (outcome.state, outcome.record_id) == (State.APPLIED, "1001")
    assert len(sandbox.ledger()) == 1


@pytest.mark.parametrize("others", [0, 2])
def test_an_old_unknown_one_that_cannot_be_told_is_closed_so(
    staff: Actor, sandbox: Sandbox, clock: Clock, others: int
) -> None:
    sandbox.fault(action="status", status=500, times=0)
    _create(staff)
    sandbox.clear_faults()
    for _ in range(others):  # made elsewhere, and not to be told apart
        _create(staff, new_intent_id())
    if others:
        _forget_who_made_them()
    clock.advance(hours=24)
    service.run_sync(reason="test")
    settle(ID)

    outcome = find(ID)
    assert outcome is not None
    assert outcome.is_closed_unknown
    assert len(sandbox.ledger()) == others


def _forget_who_made_them() -> None:
    from webapp.extensions import db
    from webapp.writes.tables import intents

    with db.write() as connection:
        connection.execute(intents.delete().where(intents.c.id != ID))
