"""A correction without a clear answer: looked up before it is sent again, never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.customers.makers import JANE
from webapp.activity.service import Actor
from webapp.customers import service
from webapp.writes.service import Outcome, State, new_intent_id, settle

if TYPE_CHECKING:
    from webapp.sandbox.testing import Sandbox

pytestmark = pytest.mark.usefixtures("jane")

ID = "fedcba9876543210" * 2


def _save(actor: Actor, intent_id: str = ID, **values: Any) -> Outcome:
    return service.update_customer(actor, intent_id, "1001", JANE, JANE | values)


def _methods(sandbox: Sandbox) -> list[str]:
    return [request["method"] for request in sandbox.requests()]


def test_an_unknown_correction_closes_the_form(mary: Actor, sandbox: Sandbox) -> None:
    _become_unknown(mary, sandbox)
    sandbox.forget_requests()
    second = _save(mary, new_intent_id(), phone="01632 960009")

    assert sandbox.requests() == []
    assert second.refusal is not None
    assert second.refusal.kind == "write_open"
    open_write = service.open_write_on("1001")
    assert open_write is not None
    assert open_write.intent_id == ID


def test_an_unknown_correction_that_is_there_is_applied(mary: Actor, sandbox: Sandbox) -> None:
    _become_unknown(mary, sandbox)
    sandbox.set_customer(1001, city="York")
    sandbox.forget_requests()

    assert settle(ID).state is State.APPLIED
    assert _methods(sandbox) == ["GET"]


def test_an_unknown_correction_that_is_not_there_is_sent_again(
    mary: Actor, sandbox: Sandbox
) -> None:
    _become_unknown(mary, sandbox)

    assert settle(ID).state is State.APPLIED
    assert [effect["key"] for effect in sandbox.ledger()] == [ID]


def test_a_third_value_is_left_alone_and_the_form_opens_again(
    mary: Actor, sandbox: Sandbox
) -> None:
    _become_unknown(mary, sandbox)
    sandbox.set_customer(1001, city="Hull")

    assert settle(ID).is_closed_unknown
    assert sandbox.ledger() == []
    assert service.open_write_on("1001") is None
    assert (
        service.update_customer(
            mary, new_intent_id(), "1001", JANE | {"city": "Hull"}, JANE | {"city": "Bath"}
        ).state
        is State.APPLIED
    )


def _become_unknown(mary: Actor, sandbox: Sandbox) -> None:
    sandbox.fault(action="reset", when="before", match={"method": "PATCH"}, times=0)
    assert _save(mary, city="York").state is State.UNKNOWN
    sandbox.clear_faults()
