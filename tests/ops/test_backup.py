"""`flask backup`, and a drill with writes going on."""

from __future__ import annotations

import threading
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import bindparam, text

from tests.ops.backups import city_of, run, scalar
from webapp.activity.service import verify
from webapp.customers.service import run_sync, sync_status
from webapp.db import UtcDateTime
from webapp.extensions import db
from webapp.writes.service import count_open, settle_due

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from tests.conftest import Clock
    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

ONLY_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "safe.backup"


def edit(page: Page, number: int, city: str) -> None:
    url = f"/customers/{number}/edit"
    assert page.post(url, {**page.get(url).form(url), "city": city}).status in {303, 200}


@pytest.fixture
def writing(page_as: Callable[[str], Page], copied: Sandbox) -> Iterator[Callable[[], None]]:
    """Somebody saves one thing after the other, until told to stop."""
    page, stop, failures = page_as("staff"), threading.Event(), []

    def save() -> None:
        number = 0
        try:
            while not stop.is_set():
                number += 1
                edit(page, 1005 + number % 5, f"Town {number}")
        except BaseException as error:  # noqa: BLE001  # told below, in the test's own thread
            failures.append(error)

    thread = threading.Thread(target=save)

    def end() -> None:
        stop.set()
        thread.join()
        assert not failures, failures

    thread.start()
    yield end
    end()


def test_a_drill(
    app: Flask,
    page_as: Callable[[str], Page],
    copied: Sandbox,
    writing: Callable[[], None],
    clock: Clock,
) -> None:
    page, file = page_as("manager"), Path(app.instance_path) / "drill.backup"
    edit(page, 1001, "Before")
    hold_open(page, copied)
    made = app.test_cli_runner().invoke(args=["backup", str(file)])
    assert made.exit_code == 0, made.output
    writing()
    assert file.stat().st_mode & 0o777 == 0o600
    edit(page, 1001, "After")
    entries = scalar(app, "SELECT last_id FROM activity_head")

    done = run(app, "restore", str(file))

    assert done.exit_code == 0, done.output
    assert "0 writes were open" not in done.output
    assert "is kept as " in done.output
    assert city_of(app, 1001) == "Before"
    assert int(str(scalar(app, "SELECT last_id FROM activity_head"))) < int(str(entries))
    assert scalar(app, "SELECT count(*) FROM sessions") == 0
    with app.app_context():
        assert verify().ok
        assert sync_status().state == "failed", "our copy is not said to be fresh"
        clock.advance(minutes=1)
        assert settle_due() >= 1
        assert count_open() == 0
        assert run_sync(reason="test").state == "done"
        assert sync_status().state == "ok"
    assert city_of(app, 1001) == "After", "NeroPay has it, and the sync brings it back"
    effects = [effect["key"] for effect in copied.ledger()]
    assert len(effects) == len(set(effects)), "a write took effect twice"
    assert "Restored a backup" in page_as("owner").get("/activity").text


def hold_open(page: Page, sandbox: Sandbox) -> None:
    """Leave a write behind that nobody knows the outcome of, though it took effect."""
    lost = {"action": "cut", "when": "after"}
    sandbox.clear_faults()
    sandbox.fault(**lost, times=0, match={"method": "PATCH", "path": "customers/1002"})
    edit(page, 1002, "Unknown")
    sandbox.clear_faults()


def test_a_file_that_is_there_is_not_replaced_unless_asked(
    app: Flask, copied: Sandbox, file: Path
) -> None:
    file.write_text("mine")
    refused = run(app, "backup", str(file))
    assert (refused.exit_code, file.read_text()) == (1, "mine")
    assert "--force" in refused.output
    assert run(app, "backup", str(file), "--force").exit_code == 0
    assert zipfile.is_zipfile(file)
    assert [path.name for path in file.parent.glob(".*")] == [], "something is left behind"


WAITING = text(
    "INSERT INTO held_writes (id, actor_name, kind, record_type, label, payload, state, refusal,"
    " version, created_at, changed_at) VALUES"
    " (:id, 'Ann', 'customer.create', 'customer', 'Jane', '{}', 'waiting', '{}', 1, :now, :now)"
)


def test_what_waited_in_an_old_backup_is_for_a_person(
    app: Flask, copied: Sandbox, file: Path, clock: Clock
) -> None:
    with app.app_context(), db.write() as connection:
        values = {"now": clock(), "id": "a" * 32}
        connection.execute(WAITING.bindparams(bindparam("now", type_=UtcDateTime)), values)
    assert run(app, "backup", str(file)).exit_code == 0
    assert run(app, "restore", str(file)).exit_code == 0
    assert scalar(app, "SELECT state FROM held_writes") == "waiting", "its key is still known"
    clock.advance(hours=24)
    assert run(app, "restore", str(file)).exit_code == 0
    assert scalar(app, "SELECT state FROM held_writes") == "needs_you"
