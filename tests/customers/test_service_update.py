"""Correcting a customer: nobody's change is overwritten unseen, and only changes are sent."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.customers.makers import JANE
from webapp.activity.service import Actor, history
from webapp.customers import directory, service
from webapp.writes.service import Outcome, State, find, new_intent_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock
    from webapp.sandbox.testing import Sandbox

pytestmark = pytest.mark.usefixtures("jane")

ID = "fedcba9876543210" * 2


def _save(actor: Actor, intent_id: str = ID, **values: Any) -> Outcome:
    return service.update_customer(actor, intent_id, "1001", JANE, JANE | values)


def _methods(sandbox: Sandbox) -> list[str]:
    return [request["method"] for request in sandbox.requests()]


def test_a_correction_is_sent_and_in_our_copy(mary: Actor, sandbox: Sandbox) -> None:
    outcome = _save(mary, city="York", phone=None)

    assert outcome.state is State.APPLIED
    assert sandbox.get_customer(1001) == {**(sandbox.get_customer(1001) or {}), "city": "York"}
    row = directory.find("1001")
    assert row is not None
    assert (row.city, row.phone, row.name) == ("York", None, "Jane")
    assert _methods(sandbox) == ["GET", "PATCH"]
    newest = history("customer", "1001")[0]
    assert newest.changes == {"city": ("Leeds", "York"), "phone": ("01632 960001", None)}


def test_only_changed_fields_are_sent(mary: Actor, sandbox: Sandbox) -> None:
    sandbox.set_customer(1001, address1="2 Low Road")  # by somebody else, another field
    outcome = _save(mary, city="York")

    assert outcome.state is State.APPLIED
    now = sandbox.get_customer(1001)
    assert now is not None
    assert (now["city"], now["address1"]) == ("York", "2 Low Road")


def test_nothing_changed_means_no_call(mary: Actor, sandbox: Sandbox) -> None:
    outcome = _save(mary)

    assert (outcome.state, outcome.is_no_change) == (State.APPLIED, True)
    assert sandbox.requests() == []


def test_the_same_field_changed_by_both_is_not_overwritten(mary: Actor, sandbox: Sandbox) -> None:
    sandbox.set_customer(1001, city="Hull", name="Janet")
    outcome = _save(mary, city="York", phone="01632 960009")

    assert outcome.refusal is not None
    assert outcome.refusal.kind == "changed_meanwhile"
    assert (dict(outcome.theirs), list(outcome.refusal.fields)) == ({"city": "Hull"}, ["city"])
    assert sandbox.ledger() == []
    row = directory.find("1001")
    assert row is not None
    assert row.city == "Hull"
    assert history("customer", "1001")[0].kind == "customer.changed_in_neropay"


def test_both_made_the_same_change(mary: Actor, sandbox: Sandbox) -> None:
    sandbox.set_customer(1001, city="York")
    outcome = _save(mary, city="York")

    assert outcome.is_no_change
    assert sandbox.ledger() == []


def test_a_form_that_lost_what_it_showed_overwrites_nothing(mary: Actor, sandbox: Sandbox) -> None:
    outcome = service.update_customer(mary, ID, "1001", {}, JANE | {"city": "York"})

    assert dict(outcome.theirs) == {"city": "Leeds"}
    assert sandbox.ledger() == []


def test_without_get_our_copy_is_compared(mary: Actor, sandbox: Sandbox) -> None:
    sandbox.switch(get_by_id=False)
    assert _save(mary, city="York").state is State.APPLIED
    clash = _save(mary, new_intent_id(), city="Hull")

    assert dict(clash.theirs) == {"city": "York"}


@pytest.mark.parametrize("status", [403, 404, 405, 409, 422, 501])
def test_where_patch_is_not_enabled_it_is_refused(
    mary: Actor, sandbox: Sandbox, status: int
) -> None:
    sandbox.switch(patch=status)
    outcome = _save(mary, city="York")

    assert outcome.refusal is not None
    assert outcome.refusal.code == "not_enabled"
    row = directory.find("1001")
    assert row is not None
    assert row.city == "Leeds"


def test_neropay_down_means_nothing_was_sent(mary: Actor, sandbox: Sandbox) -> None:
    sandbox.fault(action="refuse", times=0)
    outcome = _save(mary, city="York")

    assert outcome.refusal is not None
    assert outcome.refusal.kind == "unavailable"
    assert "PATCH" not in _methods(sandbox)
    assert find(ID) is None


def test_a_record_that_is_gone(mary: Actor, sandbox: Sandbox) -> None:
    sandbox.delete_customer(1001)
    outcome = _save(mary, city="York")

    assert outcome.refusal is not None
    assert outcome.refusal.kind == "not_found"


def test_two_people_at_once_do_not_overwrite_each_other(
    app: Flask, mary: Actor, sandbox: Sandbox
) -> None:
    sandbox.fault(action="wait", match={"method": "GET"}, times=2)
    outcomes: dict[str, Outcome] = {}

    def save(city: str) -> Callable[[], None]:
        def run() -> None:
            with app.app_context():
                outcomes[city] = _save(mary, new_intent_id(), city=city)

        return run

    threads = [threading.Thread(target=save(city)) for city in ("York", "Hull")]
    for thread in threads:
        thread.start()
    sandbox.await_waiting(2)  # both look at once, and both see Leeds
    sandbox.release()
    for thread in threads:
        thread.join()

    states = sorted(str(outcome.state) for outcome in outcomes.values())
    assert states == ["applied", "refused"]
    assert len(sandbox.ledger()) == 1


def test_a_double_click_is_one_change(mary: Actor, sandbox: Sandbox) -> None:
    first = _save(mary, city="York")
    again = _save(mary, city="York")

    assert (first.state, again.state, again.is_replay) == (State.APPLIED, State.APPLIED, True)
    assert len(sandbox.ledger()) == 1


def test_the_setting_says_what_empties_a_field(
    make_app: Callable[..., Flask], mary: Actor, sandbox: Sandbox, clock: Clock
) -> None:
    sandbox.switch(clears="empty")
    with make_app(neropay_clear_with="empty").app_context():
        outcome = _save(mary, phone=None)

    assert (outcome.state, outcome.fields_differing) == (State.APPLIED, {})
    now = sandbox.get_customer(1001)
    assert now is not None
    assert not now["phone"]


def test_a_field_that_neropay_did_not_empty_is_told(mary: Actor, sandbox: Sandbox) -> None:
    sandbox.fault(action="hostile", match={"method": "PATCH"}, set={"phone": "01632 960001"})
    outcome = _save(mary, phone=None)

    assert outcome.fields_differing == {"phone": (None, "01632 960001")}
