"""What NeroPay leaves out of a whole record is empty there; out of a list row, it is not told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.customers.makers import JANE
from webapp.activity.service import Actor, history
from webapp.customers import directory, service, sync
from webapp.writes.service import Outcome, State, new_intent_id, settle

if TYPE_CHECKING:
    from webapp.sandbox.testing import Sandbox

pytestmark = pytest.mark.usefixtures("jane")

PHONE = "01632 960001"


def answer_with(sandbox: Sandbox, **fields: Any) -> None:
    """Let NeroPay give just these fields of the record."""
    match = {"method": "GET", "path": "/customers/1001"}
    sandbox.fault(action="shape", data={"id": 1001, **fields}, match=match, times=0)


def without_phone(**others: str) -> dict[str, str | None]:
    return {name: value for name, value in (JANE | others).items() if name != "phone"}


def phone() -> str | None:
    row = directory.find("1001")
    assert row is not None
    return row.phone


def test_a_field_that_was_emptied_is_empty_here(sandbox: Sandbox) -> None:
    answer_with(sandbox, **without_phone())
    refreshed = sync.refresh_one("1001", budget=8.0)
    assert refreshed.changes == {"phone": (PHONE, None)}
    assert (refreshed.row.phone, refreshed.row.is_full) == (None, True)
    (entry,) = history("customer", "1001")
    assert entry.changes == {"phone": (PHONE, None)}


def test_a_list_of_brief_rows_empties_nothing(sandbox: Sandbox) -> None:
    sandbox.switch(list_rows="brief")
    service.run_sync(reason="test")
    assert phone() == PHONE


def test_what_cannot_be_read_empties_nothing(sandbox: Sandbox) -> None:
    answer_with(sandbox, **without_phone(), phone={"number": PHONE})
    assert sync.refresh_one("1001", budget=8.0).changes == {}
    assert phone() == PHONE


def test_that_somebody_emptied_a_field_is_seen_before_it_is_overwritten(
    mary: Actor, sandbox: Sandbox
) -> None:
    answer_with(sandbox, **without_phone())
    outcome = _save(mary, phone="01632 960009")
    assert outcome.refusal is not None
    assert (outcome.refusal.kind, outcome.refusal.theirs) == ("changed_meanwhile", {"phone": None})
    assert sandbox.ledger() == []


def test_an_unknown_emptying_that_took_effect_is_found(mary: Actor, sandbox: Sandbox) -> None:
    sandbox.fault(action="reset", when="before", match={"method": "PATCH"}, times=0)
    unknown = _save(mary, city="York", phone=None)
    assert unknown.state is State.UNKNOWN
    sandbox.clear_faults()
    answer_with(sandbox, **without_phone(city="York"))
    assert settle(unknown.intent_id).state is State.APPLIED
    assert phone() is None


def _save(actor: Actor, **values: str | None) -> Outcome:
    return service.update_customer(actor, new_intent_id(), "1001", JANE, JANE | values)
