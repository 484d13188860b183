"""`flask backup` and `restore`: a drill with writes going on, and every file that is refused."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from tests.servers.gunicorn import ROOT
from webapp.activity.service import verify
from webapp.customers.service import run_sync, sync_status
from webapp.extensions import db
from webapp.ops import in_use
from webapp.ops.archive import DUMPS
from webapp.writes.service import count_open, settle_due

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from click.testing import Result
    from flask import Flask

    from tests.conftest import Clock
    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

ONLY_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HOLDING = """
import pathlib, sys
from webapp.ops import in_use
in_use.hold(pathlib.Path(sys.argv[1]))
print("held", flush=True)
input()
"""


def run(app: Flask, *arguments: str) -> Result:
    app.extensions["tillside.db"][0].dispose()  # a command is a process of its own
    return app.test_cli_runner().invoke(args=arguments)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "safe.backup"


def edit(page: Page, number: int, city: str) -> None:
    url = f"/customers/{number}/edit"
    assert page.post(url, {**page.get(url).form(url), "city": city}).status in {303, 200}


def scalar(app: Flask, query: str) -> object:
    with app.app_context(), db.read() as connection:
        return connection.execute(text(query)).scalar_one()


def city_of(app: Flask, number: int) -> object:
    return scalar(app, f"SELECT city FROM customers WHERE id = '{number}'")


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
    assert "1 writes were open" in done.output
    assert "is kept as " in done.output
    assert city_of(app, 1001) == "Before"
    assert int(str(scalar(app, "SELECT last_id FROM activity_head"))) < int(str(entries))
    assert scalar(app, "SELECT count(*) FROM sessions") == 0
    with app.app_context():
        assert verify().ok
        assert sync_status().state == "failed", "our copy is not said to be fresh"
        clock.advance(minutes=1)
        assert settle_due() == 1
        assert count_open() == 0
        assert run_sync(reason="test").state == "done"
        assert sync_status().state == "ok"
    assert city_of(app, 1001) == "After", "NeroPay has it, and the sync brings it back"
    effects = [effect["key"] for effect in copied.ledger()]
    assert len(effects) == len(set(effects)), "a write took effect twice"
    assert page_as("staff").get("/activity").status == 200


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


def break_it(file: Path, how: str) -> None:
    content = file.read_bytes()
    if how == "cut":
        file.write_bytes(content[: len(content) // 2])
    elif how == "changed":
        middle = len(content) // 3
        file.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    elif how == "no backup":
        file.write_text("hello")
    else:
        rewrite(file, how)


def rewrite(file: Path, how: str) -> None:
    """Change what the manifest says."""
    with zipfile.ZipFile(file) as archive:
        told = json.loads(archive.read("manifest.json"))
        dump = archive.read(DUMPS[told["database"]])
    name = DUMPS[told["database"]]
    changes: dict[str, dict[str, object]] = {
        "foreign product": {"product": "another"},
        "newer format": {"format": 2},
        "newer schema": {"revision": "9999"},
        "other hash": {"sha256": "0" * 64},
        "other rows": {"counts": told["counts"] | {"customers": 11}},
        "other account": {"neropay": ["https://eu.neropay.app/v2", ""]},
        "other database": {
            "database": "sqlite" if told["database"] == "postgresql" else "postgresql"
        },
        "broken chain": {"is_chain_proven": False},
        "a bomb": {"size": 10},
        "no counts": {"counts": 7},
    }
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", json.dumps(told | changes[how]))
        archive.writestr(name, dump)


BREAKS = (
    *("cut", "changed", "no backup", "foreign product", "newer format", "newer schema"),
    *("other hash", "other rows", "other account", "other database", "broken chain", "a bomb"),
    "no counts",
)


@pytest.fixture
def kept(app: Flask, copied: Sandbox, file: Path) -> Path:
    assert run(app, "backup", str(file)).exit_code == 0
    with app.app_context(), db.write() as connection:
        connection.execute(text("UPDATE customers SET city = 'Kept' WHERE id = '1001'"))
    return file


def test_what_is_not_right_is_refused_and_nothing_is_touched(
    app: Flask, kept: Path, tmp_path: Path
) -> None:
    for how in BREAKS:
        bad = tmp_path / "bad.backup"
        shutil.copy(kept, bad)
        break_it(bad, how)
        refused = run(app, "restore", str(bad))
        assert refused.exit_code == 1, how
        assert refused.output.startswith("Error: "), (how, refused.output, refused.exception)
        assert city_of(app, 1001) == "Kept", how
    assert not list(tmp_path.glob("*.before-*"))
    assert [path.name for path in tmp_path.glob(".*")] == []
    with app.app_context():
        assert verify().ok


@ONLY_SQLITE
def test_it_is_refused_while_web_or_worker_run(app: Flask, kept: Path, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        refused = run(app, "restore", str(kept))
        assert "Stop them first" in refused.output
        other.kill()
    assert city_of(app, 1001) == "Kept"
    assert run(app, "restore", str(kept)).exit_code == 0, "a killed process holds nothing"


@ONLY_SQLITE
def test_nobody_starts_while_a_restore_goes_on(app: Flask, tmp_path: Path) -> None:
    with in_use.alone(tmp_path):
        for command in (["worker"], ["sync"]):
            refused = run(app, *command)
            assert "A restore is going on" in refused.output


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.postgres
def test_connections_of_other_machines_are_seen(app: Flask, kept: Path) -> None:
    with app.app_context(), db.engine.connect():
        refused = app.test_cli_runner().invoke(args=["restore", str(kept)])
    assert "connected to the database" in refused.output


@ONLY_SQLITE
def test_a_damaged_database_is_kept_aside_as_it_is(app: Flask, kept: Path, tmp_path: Path) -> None:
    app.extensions["tillside.db"][0].dispose()
    for path in tmp_path.glob("tillside.db*"):
        path.write_bytes(b"damaged " * 2000)
    assert run(app, "backup", str(tmp_path / "no")).exit_code == 1
    assert not (tmp_path / "no").exists()
    assert run(app, "restore", str(kept)).exit_code == 0
    assert city_of(app, 1001) != "Kept"
    aside = next(tmp_path.glob("tillside.db.before-*"))
    assert aside.read_bytes().startswith(b"damaged")


@ONLY_SQLITE
def test_a_trail_that_was_tampered_with_is_told(app: Flask, kept: Path, tmp_path: Path) -> None:
    with app.app_context(), db.write() as connection:
        connection.execute(text("DROP TRIGGER activity_no_delete"))
        connection.execute(text("DELETE FROM activity"))
        connection.execute(text("UPDATE activity_head SET last_id = 5, last_hash = 'x'"))
    target = tmp_path / "tampered"
    refused = run(app, "backup", str(target))
    assert "not whole" in refused.output
    assert not target.exists()
    assert run(app, "backup", str(target), "--any-chain").exit_code == 0
    assert "not whole" in run(app, "restore", str(target)).output
    assert run(app, "restore", str(target), "--any-chain").exit_code == 0
