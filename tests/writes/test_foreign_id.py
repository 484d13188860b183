"""A form that comes under the id of what somebody else left here: nothing is sent, nothing lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.writes.leaving import drain, leave
from webapp.writes import held
from webapp.writes.held import Draft
from webapp.writes.service import State, find

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.page import Page
    from tests.writes.office import Office
    from webapp.sandbox.testing import Sandbox

ID = "0123456789abcdef" * 2
OTHER = "/customers/1002/edit"


def keep(office: Office) -> None:
    held.hold(office.anna, Draft(ID, "customer.update", "customer", "1001", "Jane", {}))


@pytest.mark.parametrize("what", ["by another", "of another", "another kind"])
def test_it_is_refused(office: Office, sandbox: Sandbox, what: str) -> None:
    keep(office)
    given: dict[str, Any] = {"actor": office.ben} if what == "by another" else {}
    record_id = 1002 if what == "of another" else 1001
    if what == "another kind":
        outcome = office.create(intent_id=ID)
    else:
        outcome = office.change(record_id, {"city": "York"}, intent_id=ID, **given)
    assert outcome.state is State.REFUSED
    assert outcome.refusal is not None
    assert outcome.refusal.kind == "unknown_intent"
    assert (sandbox.requests(), find(ID), held.count_held()) == ([], None, 1)


def test_its_author_s_own_form_goes(office: Office, sandbox: Sandbox) -> None:
    sandbox.seed(customers=2)
    keep(office)
    assert office.change(1001, {"city": "York"}, intent_id=ID).state is State.APPLIED


def test_what_somebody_left_is_still_sent(
    page_as: Callable[[str], Page], copied: Sandbox, app: Flask
) -> None:
    held_id = leave(page_as("manager"), copied, app, "/customers/1001/edit", city="York")
    staff = page_as("staff")
    form = {**staff.get(OTHER).form(OTHER), "city": "Hull", "intent": held_id}
    assert staff.post(OTHER, form).status < 500
    assert copied.ledger() == []
    assert drain(app) == 1
    (effect,) = copied.ledger()
    assert (effect["key"], str(effect["record_id"])) == (held_id, "1001")
