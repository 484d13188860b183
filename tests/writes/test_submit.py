"""One form, one intent, one effect; and what comes back when NeroPay says yes or no."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webapp.activity.service import history, verify
from webapp.extensions import db, neropay
from webapp.neropay import NeroPay
from webapp.writes.service import (
    Refusal,
    State,
    count_open,
    current_seq,
    find,
    is_intent_id,
    new_intent_id,
    open_on,
    submit,
)

if TYPE_CHECKING:
    from tests.writes.office import Office
    from webapp.sandbox.testing import Sandbox

ID = "0123456789abcdef" * 2


def test_a_write_that_is_applied(office: Office, sandbox: Sandbox) -> None:
    outcome = office.create("Jane", ID)

    assert (outcome.state, outcome.record_id, outcome.label) == (State.APPLIED, "1001", "Jane")
    assert outcome.settled_at is not None
    assert outcome.next_try_at is None
    assert outcome.fields_differing == {"city": ("sent", "answered")}
    assert [effect["key"] for effect in sandbox.ledger()] == [ID]
    assert [(intent_id, seq) for intent_id, _, seq in office.notebook.applied] == [(ID, 1)]
    assert current_seq() == 1
    (entry,) = history("customer", "1001")
    assert (entry.kind, entry.outcome, entry.intent_id) == ("customer.create", "applied", ID)
    assert (entry.actor_name, entry.changes) == ("Anna", {"name": (None, "Jane")})


def test_a_write_that_is_refused(office: Office, sandbox: Sandbox) -> None:
    outcome = office.create("", ID)

    assert outcome.state is State.REFUSED
    assert outcome.refusal is not None
    assert (outcome.refusal.kind, outcome.refusal.code) == ("invalid", "validation_failed")
    assert "name" in outcome.refusal.fields
    assert (outcome, count_open(), current_seq()) == (find(ID), 0, 0)
    assert sandbox.ledger() == []
    assert office.notebook.applied == []
    assert verify().checked == 1


def test_while_it_is_sent_it_is_noted_down_and_nothing_is_locked(
    office: Office, sandbox: Sandbox
) -> None:
    sandbox.fault(action="wait", when="before")
    thread = _start(office, lambda: office.create("Jane", ID))
    sandbox.await_waiting()

    noted = find(ID)
    with db.write():
        is_writable = True
    sandbox.release()
    thread.join()

    assert is_writable
    assert noted is not None
    assert noted.state is State.PENDING
    settled = find(ID)
    assert settled is not None
    assert settled.state is State.APPLIED


def test_the_same_form_again_sends_nothing_and_shows_the_first(
    office: Office, sandbox: Sandbox
) -> None:
    first = office.create("Jane", ID)
    again = office.create("Jane", ID)

    assert (again.is_replay, again.is_changed_body) == (True, False)
    assert (again.state, again.record_id) == (first.state, first.record_id)
    assert len(sandbox.requests()) == len(sandbox.ledger()) == 1


def test_the_same_id_with_another_body_sends_nothing(office: Office, sandbox: Sandbox) -> None:
    office.create("Jane", ID)
    again = office.create("John", ID)

    assert (again.is_replay, again.is_changed_body) == (False, True)
    assert (again.record_id, again.label) == ("1001", "Jane")
    assert len(sandbox.requests()) == 1


def test_a_second_click_gets_the_answer_that_the_first_is_waiting_for(
    office: Office, sandbox: Sandbox
) -> None:
    sandbox.fault(action="wait", when="before")
    outcomes: list[object] = []
    first = _start(office, lambda: outcomes.append(office.create("Jane", ID)))
    sandbox.await_waiting()
    second = _start(office, lambda: outcomes.append(office.create("Jane", ID)))
    sandbox.release()
    first.join()
    second.join()

    states = [(outcome.state, outcome.is_replay) for outcome in outcomes]  # type: ignore[attr-defined]  # outcomes
    assert sorted(states, key=lambda pair: pair[1]) == [
        (State.APPLIED, False),
        (State.APPLIED, True),
    ]
    assert len(sandbox.ledger()) == 1


def test_many_clicks_at_once_make_one_effect_each(office: Office, sandbox: Sandbox) -> None:
    ids = [new_intent_id() for _ in range(4)]
    gate = threading.Barrier(8)

    def click() -> None:
        gate.wait()
        for intent_id in ids:
            office.create("Jane", intent_id)

    threads = [_start(office, click) for _ in range(8)]
    for thread in threads:
        thread.join()

    assert sorted(effect["key"] for effect in sandbox.ledger()) == sorted(ids)
    assert sorted(intent_id for intent_id, _, _ in office.notebook.applied) == sorted(ids)
    assert sorted(seq for _, _, seq in office.notebook.applied) == [1, 2, 3, 4]


def test_somebody_elses_form_is_refused_and_tells_nothing(office: Office, sandbox: Sandbox) -> None:
    office.create("Jane", ID)
    outcome = office.create("Jane", ID, actor=office.ben)

    assert outcome.refusal == Refusal("unknown_intent", "unknown_intent")
    assert outcome.record_id is None
    assert len(sandbox.requests()) == 1


@pytest.mark.parametrize("bad", ["", ID[:-1], ID + "0", ID.upper(), "g" * 32, ID + "\n", "../x"])
def test_an_id_that_is_none_is_refused(office: Office, sandbox: Sandbox, bad: str) -> None:
    outcome = submit(
        intent_id=bad,
        actor=office.anna,
        kind="customer.create",
        method="POST",
        path="/customers",
        body=b"{}",
        record_type="customer",
        label="Jane",
        before={},
    )

    assert outcome.refusal is not None
    assert outcome.refusal.kind == "unknown_intent"
    assert (sandbox.requests(), count_open()) == ([], 0)


@given(st.text())
def test_only_32_lower_case_hex_digits_are_an_id(text: str) -> None:
    assert is_intent_id(text) == (len(text) == 32 and set(text) <= set("0123456789abcdef"))
    assert is_intent_id(new_intent_id())


def test_nothing_was_sent_when_neropay_cannot_be_reached(office: Office, sandbox: Sandbox) -> None:
    sandbox.stop()
    try:
        outcome = office.create("Jane", ID)
    finally:
        sandbox.start()

    assert outcome.state is State.REFUSED
    assert outcome.refusal is not None
    assert outcome.refusal.kind == "unavailable"


def test_a_wrong_key_of_ours_is_no_unknown_write(office: Office, sandbox: Sandbox) -> None:
    office.app.extensions["tillside.neropay"] = NeroPay(base_url=sandbox.url, secret_key="wrong")
    outcome = office.create("Jane", ID)
    neropay().close()

    assert outcome.refusal is not None
    assert outcome.refusal.kind == "misconfigured"


def test_too_many_calls_is_a_refusal(office: Office, sandbox: Sandbox) -> None:
    sandbox.fault(action="status", status=429, retry_after=60, times=0)
    outcome = office.create("Jane", ID)

    assert outcome.refusal is not None
    assert outcome.refusal.kind == "rate_limited"


def test_a_record_with_an_open_write_takes_no_second(office: Office, sandbox: Sandbox) -> None:
    sandbox.seed(customers=2, categories=0)
    sandbox.fault(action="cut", times=0)
    first = office.change(1001, {"city": "York"}, intent_id=ID)
    sandbox.clear_faults()
    second = office.change(1001, {"city": "Leeds"})
    other = office.change(1002, {"city": "Leeds"})

    assert first.state is State.UNKNOWN
    assert second.refusal == Refusal("write_open", "write_open")
    assert find(second.intent_id) is None
    assert other.state is State.APPLIED
    found = open_on("customer", "1001")
    assert found is not None
    assert found.intent_id == ID
    assert open_on("customer", "1002") is None


def test_a_guard_that_refuses_leaves_no_trace(office: Office, sandbox: Sandbox) -> None:
    outcome = office.create("Jane", ID, guard=lambda _: Refusal("changed_meanwhile", "moved"))

    assert outcome.refusal == Refusal("changed_meanwhile", "moved")
    assert (find(ID), sandbox.requests()) == (None, [])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=80))
def test_any_name_is_kept_as_it_was_sent(office: Office, sandbox: Sandbox, name: str) -> None:
    outcome = office.create(name, new_intent_id())

    assert (outcome.state, outcome.label) == (State.APPLIED, name)
    assert sandbox.customers()[-1]["name"] == name


def _start(office: Office, work: object) -> threading.Thread:
    def run() -> None:
        with office.app.app_context():
            work()  # type: ignore[operator]  # any callable

    thread = threading.Thread(target=run)
    thread.start()
    return thread
