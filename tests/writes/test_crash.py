"""kill -9 at every moment of a write: afterwards it is found out, and there is one effect."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from webapp.activity.service import verify
from webapp.extensions import db
from webapp.writes.service import State, count_open, find, new_intent_id, settle_due

if TYPE_CHECKING:
    from tests.writes.office import Office
    from webapp.sandbox.testing import Sandbox


def _start_victim(
    office: Office, sandbox: Sandbox, intent_id: str, where: str
) -> subprocess.Popen[bytes]:
    url = db.engine.url.render_as_string(hide_password=False)
    person = str(office.anna.person_id)
    command = [sys.executable, "-m", "tests.writes.victim", url, sandbox.url]
    return subprocess.Popen([*command, sandbox.secret_key, person, intent_id, where])


@pytest.mark.parametrize(
    ("where", "when", "effects"),
    [
        ("before_sending", None, 0),
        ("elsewhere", "before", 1),  # NeroPay finishes what it has begun
        ("elsewhere", "after", 1),
        ("after_answer", None, 1),
    ],
)
def test_a_killed_process_leaves_one_effect(
    office: Office, sandbox: Sandbox, where: str, when: str | None, effects: int
) -> None:
    intent_id = new_intent_id()
    if when is not None:
        sandbox.fault(action="wait", when=when)
    victim = _start_victim(office, sandbox, intent_id, where)
    if when is not None:
        sandbox.await_waiting()
        victim.kill()
        sandbox.release()

    assert victim.wait(timeout=30) == -signal.SIGKILL
    left = find(intent_id)
    assert left is not None
    assert left.state is State.PENDING
    assert settle_due() == 0  # its lease may belong to a living process

    office.clock.advance(seconds=31)
    assert settle_due() == 1
    settled = find(intent_id)
    assert settled is not None
    assert (settled.state, settled.record_id) == (State.APPLIED, "1001")
    assert [effect["key"] for effect in sandbox.ledger()] == [intent_id]
    replayed = [request["replayed"] for request in sandbox.requests()]
    assert replayed.count(True) == effects
    assert (count_open(), verify().ok, verify().checked) == (0, True, 2)
