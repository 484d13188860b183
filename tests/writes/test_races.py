"""Several that settle the same write: one sends, one settles, and the newest attempt counts."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from webapp.activity.tables import activity
from webapp.clock import now
from webapp.extensions import db
from webapp.writes import journal, settling
from webapp.writes.rows import intent_of
from webapp.writes.service import (
    Decision,
    State,
    Verdict,
    find,
    register,
    settle,
    settle_due,
)
from webapp.writes.tables import intents

if TYPE_CHECKING:
    from tests.writes.office import Office
    from webapp.sandbox.testing import Sandbox

ID = "00112233445566778899aabbccddeeff"


def test_workers_at_once_send_it_once(office: Office, sandbox: Sandbox) -> None:
    office.become_unknown(sandbox, ID)
    gate = threading.Barrier(6)

    def work() -> None:
        with office.app.app_context():
            gate.wait()
            settle(ID)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len([request for request in sandbox.requests() if request["key"] == ID]) == 1
    assert [intent_id for intent_id, _, _ in office.notebook.applied].count(ID) == 1


@pytest.mark.parametrize("status", [429, 500])
def test_an_attempt_that_overslept_cannot_undo_a_later_one(
    office: Office, sandbox: Sandbox, status: int
) -> None:
    office.become_unknown(sandbox, ID)
    overslept = _as_attempt(1)
    with db.write() as connection:
        journal.claim(connection, ID, now())  # a later attempt is going on
    sandbox.fault(action="status", status=status, retry_after=60, times=0)
    settling.send(overslept)

    assert _row().attempts == 2
    assert _row().lease_until is not None
    assert _row().state == "unknown"


def test_a_yes_holds_whichever_attempt_brought_it(office: Office, sandbox: Sandbox) -> None:
    office.become_unknown(sandbox, ID)
    overslept = _as_attempt(1)
    with db.write() as connection:
        journal.claim(connection, ID, now())
    settling.send(overslept)
    state = _row().state
    settling.send(_as_attempt(2))

    assert (state, _row().state) == ("applied", "applied")
    assert [intent_id for intent_id, _, _ in office.notebook.applied].count(ID) == 1
    assert _outcomes_of(ID) == ["unknown", "applied"]


def test_a_handler_that_fails_leaves_everything_as_it_was(office: Office, sandbox: Sandbox) -> None:
    class Failing:
        def apply(self, *_: Any) -> Any:
            raise RuntimeError("of this test")

        def recheck(self, *_: Any, **__: Any) -> Verdict:
            return Verdict(Decision.RESEND)

    register("customer.create", Failing())
    with pytest.raises(RuntimeError, match="of this test"):
        office.create("Jane", ID)
    register("customer.create", office.notebook)
    still = find(ID)
    office.clock.advance(seconds=31)

    assert still is not None
    assert still.state is State.PENDING
    assert settle_due() == 1
    assert [effect["key"] for effect in sandbox.ledger()] == [ID]
    assert _outcomes_of(ID) == ["unknown", "applied"]


def _as_attempt(number: int) -> Any:
    with db.write() as connection:
        connection.execute(intents.update().where(intents.c.id == ID).values(attempts=number))
    return intent_of(_row())


def _row() -> Any:
    with db.read() as connection:
        return connection.execute(intents.select().where(intents.c.id == ID)).one()


def _outcomes_of(intent_id: str) -> list[str]:
    query = activity.select().with_only_columns(activity.c.outcome).order_by(activity.c.id)
    with db.read() as connection:
        return list(connection.execute(query.where(activity.c.intent_id == intent_id)).scalars())
