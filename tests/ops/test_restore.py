"""`flask restore`: what is refused, and that the database is as it was then."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from tests.ops.backups import BREAKS, break_it, city_of, rewrite, run, scalar
from tests.page import Page
from tests.servers.gunicorn import ROOT
from tests.team.conftest import link_in
from webapp.activity.service import verify
from webapp.extensions import db
from webapp.ops import in_use

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from webapp.sandbox.testing import Sandbox

ONLY_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HOLDING = """
import pathlib, sys
from webapp.ops import in_use
in_use.hold(pathlib.Path(sys.argv[1]))
print("held", flush=True)
input()
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "safe.backup"


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


def test_links_of_a_backup_open_nothing_any_more(
    app: Flask, page_as: Callable[[str], Page], file: Path
) -> None:
    """An invitation may have been used or cancelled since, and a link to a password too."""
    owner = page_as("owner")
    links = []
    for email in ("one@shop.example", "two@shop.example"):
        fields = {"email": email, "name": "", "role": "staff"}
        links.append(link_in(owner.post("/team/invitations/new", fields)))
    with app.app_context(), db.write() as connection:
        used = "UPDATE invitations SET used_at = created_at WHERE email = 'one@shop.example'"
        connection.execute(text(used))
    visitor = Page(app.test_client())
    assert visitor.get(links[1]).status == 200
    assert run(app, "backup", str(file)).exit_code == 0

    done = run(app, "restore", str(file))

    assert done.exit_code == 0, done.output
    assert "recovery codes" in done.output
    assert visitor.get(links[1]).status == 404
    query = "SELECT email FROM invitations WHERE cancelled_at IS NOT NULL"
    assert scalar(app, query) == "two@shop.example", "what was used is not called cancelled"


def test_what_does_not_prove_itself_afterwards_is_taken_back(
    app: Flask, kept: Path, tmp_path: Path
) -> None:
    with app.app_context(), db.write() as connection:
        connection.execute(text("UPDATE activity_head SET last_id = last_id + 5"))
    lying = tmp_path / "lying"
    assert "not whole" in run(app, "backup", str(lying)).output
    assert not lying.exists()
    assert run(app, "backup", str(lying), "--any-chain").exit_code == 0
    assert "not whole" in run(app, "restore", str(lying)).output
    rewrite(lying, "claimed chain")
    assert "not whole" in run(app, "restore", str(lying)).output
    assert city_of(app, 1001) == "Kept"
    assert run(app, "restore", str(kept)).exit_code == 0
    with app.app_context():
        assert verify().ok
    assert run(app, "restore", str(lying), "--any-chain").exit_code == 0
    assert run(app, "restore", str(kept)).exit_code == 0
