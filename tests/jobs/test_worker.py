"""The worker as the process that it is: what it does by itself, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from webapp import jobs
from webapp.activity.service import Actor, verify
from webapp.customers import service as customers
from webapp.writes.service import State, find, new_intent_id, settle_due

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.conftest import Clock, Member
    from webapp.sandbox.testing import Sandbox
    from webapp.settings import Settings

JANE = dict.fromkeys(("email", "phone", "address1", "city", "postcode")) | {"name": "Jane"}


@pytest.fixture(autouse=True)
def _in_app(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def worker(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """A worker; it has not begun when the test does."""
    environ = os.environ | {
        "APP_ENV": "development",
        "NEROPAY_SECRET_KEY": settings.neropay_secret_key,
        "NEROPAY_BASE_URL": settings.neropay_base_url,
        "DATABASE_URL": settings.database_url,
        "VAR_DIR": str(settings.var_dir),
        "SECRET_KEY": settings.secret_key,
    }
    command = [sys.executable, "-m", "flask", "--app", "webapp", "worker"]
    with subprocess.Popen(command, env=environ) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_syncs_at_the_start_and_finishes_what_runs(
    worker: subprocess.Popen[bytes], sandbox: Sandbox, how: int
) -> None:
    sandbox.seed(customers=3, categories=2)
    sandbox.switch(paging="none")
    sandbox.fault(action="wait", match={"path": "customers"})
    sandbox.await_waiting()
    alive = jobs.heartbeat_age()
    worker.send_signal(how)
    sandbox.release()

    assert worker.wait(timeout=30) == 0
    assert alive is not None
    status = customers.sync_status()
    assert (status.row_count, status.failed_at) == (3, None)
    assert status.state != "running"


def test_it_settles_what_a_killed_process_left(
    app: Flask, cast: dict[str, Member], sandbox: Sandbox, request: pytest.FixtureRequest
) -> None:
    intent_id = new_intent_id()
    sandbox.fault(action="status", status=500, effect=True, times=0)
    actor = Actor(cast["staff"].id, "Staff Person", None)
    assert customers.create_customer(actor, intent_id, JANE).state is State.UNKNOWN
    sandbox.clear_faults()
    sandbox.fault(action="wait", when="after", match={"method": "POST"})
    worker: subprocess.Popen[bytes] = request.getfixturevalue("worker")
    sandbox.await_waiting()  # it has seen by itself what is due
    worker.send_signal(signal.SIGTERM)
    sandbox.release()

    assert worker.wait(timeout=30) == 0
    outcome = find(intent_id)
    assert outcome is not None
    assert (outcome.state, outcome.record_id) == (State.APPLIED, "1001")
    assert [effect["key"] for effect in sandbox.ledger()] == [intent_id]
    assert verify().ok


def test_killed_while_it_settles_another_one_goes_on(
    app: Flask,
    cast: dict[str, Member],
    sandbox: Sandbox,
    clock: Clock,
    request: pytest.FixtureRequest,
) -> None:
    intent_id = new_intent_id()
    sandbox.fault(action="status", status=500, times=0)
    actor = Actor(cast["staff"].id, "Staff Person", None)
    assert customers.create_customer(actor, intent_id, JANE).state is State.UNKNOWN
    sandbox.clear_faults()
    sandbox.fault(action="wait", when="after", match={"method": "POST"})
    worker: subprocess.Popen[bytes] = request.getfixturevalue("worker")
    sandbox.await_waiting()
    worker.kill()
    sandbox.release()
    worker.wait(timeout=30)

    clock.advance(seconds=40)
    assert settle_due() == 1
    assert [effect["key"] for effect in sandbox.ledger()] == [intent_id]
