"""The `flask` commands."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from webapp.customers.service import get_customer, sync_status
from webapp.extensions import db
from webapp.people.permissions import list_routes
from webapp.writes.service import count_open

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result
    from flask import Flask

    from tests.conftest import Clock
    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=arguments)


def test_sync_copies_customers_and_categories(app: Flask, sandbox: Sandbox) -> None:
    sandbox.seed(customers=12, categories=4)
    result = run(app, "sync")
    assert result.exit_code == 0
    assert result.stdout == "12 customers read: 12 new, 0 changed, 0 gone. 4 categories.\n"
    with app.app_context():
        assert sync_status().row_count == 12


@pytest.mark.parametrize("path", ["customers", "categories"])
def test_sync_says_when_neropay_could_not_be_read(app: Flask, sandbox: Sandbox, path: str) -> None:
    wrong_key = {"action": "status", "status": 401, "code": "authentication_failed"}
    sandbox.fault(**wrong_key, times=0, match={"path": path})
    result = run(app, "sync")
    assert result.exit_code == 1
    assert "Error: NeroPay could not be copied: authentication_failed\n" in result.stderr


def test_settle_finds_out_about_what_is_due(
    app: Flask, copied: Sandbox, page_as: Callable[[str], Page], clock: Clock
) -> None:
    staff, url = page_as("staff"), "/customers/1001/edit"
    copied.fault(action="status", status=500, times=0, match={"method": "PATCH"})
    staff.post(url, {**staff.get(url).form(url), "city": "York"})
    assert run(app, "settle").stdout == "0 settled, 1 still open.\n"
    copied.clear_faults()
    clock.advance(minutes=2)
    assert run(app, "settle").stdout == "1 settled, 0 still open.\n"
    with app.app_context():
        assert count_open() == 0
        row = get_customer("1001")
    assert row
    assert row.city == "York"


def test_activity_verify_names_the_first_bad_row(
    app: Flask, page_as: Callable[[str], Page]
) -> None:
    page_as("staff")
    page_as("owner")
    with app.app_context(), db.read() as connection:
        last_hash = connection.execute(text("SELECT last_hash FROM activity_head")).scalar_one()
    told = f"2 entries verified.\nNewest entry 2: {last_hash}\n"
    assert run(app, "activity", "verify").output == told
    with app.app_context(), db.write() as connection:
        connection.execute(text("DROP TRIGGER activity_no_update"))
        connection.execute(text("UPDATE activity SET actor_name = 'Nobody' WHERE id = 2"))
    result = run(app, "activity", "verify")
    assert result.exit_code == 1
    assert result.output.startswith("Error: entry 2: ")


def test_db_upgrade_makes_the_tables(tmp_path: Path, make_app: Callable[..., Flask]) -> None:
    app = make_app(database_url=f"sqlite:///{tmp_path / 'new' / 'new.db'}")
    for _ in range(2):
        result = run(app, "db", "upgrade")
        assert (result.exit_code, result.output) == (0, "The database is up to date.\n")
    with app.app_context():
        assert sync_status().state == "never"
    assert (tmp_path / "new" / "new.db").stat().st_mode & 0o777 == 0o600


def test_routes_name_who_may(app: Flask) -> None:
    shown = json.loads(run(app, "routes", "--permissions", "--json").output)
    assert shown == list_routes(app)
    plain = json.loads(run(app, "routes", "--json").output)
    assert set(plain[0]) == {"rule", "methods", "endpoint"}
    lines = run(app, "routes", "--permissions").output.splitlines()
    assert len(lines) == len(shown)


def test_the_sandbox_is_not_for_production(make_app: Callable[..., Flask]) -> None:
    result = run(make_app(app_env="production"), "sandbox", "--port", "0")
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert "production" in result.output


def test_the_sandbox_says_that_its_port_is_taken(app: Flask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run(app, "sandbox", "--port", str(port))
    assert result.exit_code == 1
    assert result.output == f"Error: 127.0.0.1:{port} cannot be used: Address already in use\n"


def test_without_its_tables_a_command_says_what_to_do(
    tmp_path: Path, make_app: Callable[..., Flask]
) -> None:
    app = make_app(database_url=f"sqlite:///{tmp_path / 'empty.db'}")
    email, role = ["--email", "jo@shop.example"], ["--role", "owner"]
    commands = [
        ["sync"],
        ["settle"],
        ["activity", "verify"],
        ["user", "create", *email, *role, "--name", "Jo", "--password-stdin"],
        ["user", "set-password", *email],
        ["user", "reset-factor", *email],
        ["user", "rotate-seeds"],
        ["user", "role", *email, *role],
    ]
    for command in commands:
        result = run(app, *command)
        assert result.exit_code == 1
        assert "flask --app webapp db upgrade" in result.output
