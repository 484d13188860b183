"""`flask user create`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from tests.page import Page
from webapp.activity.tables import activity
from webapp.extensions import db
from webapp.people.tables import people

if TYPE_CHECKING:
    from click.testing import Result
    from flask import Flask

PASSWORD = "seven green bottles"

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def create(app: Flask, stdin: str | bytes = PASSWORD + "\n", **options: str) -> Result:
    given = {"email": "jo@shop.example", "name": "Jo Ng", "role": "owner", **options}
    arguments = [part for name, value in given.items() for part in (f"--{name}", value)]
    return app.test_cli_runner().invoke(
        args=["user", "create", *arguments, "--password-stdin"], input=stdin
    )


def rows(app: Flask) -> list[Any]:
    with app.app_context(), db.read() as connection:
        return list(connection.execute(select(people)))


def test_makes_somebody_who_can_sign_in(app: Flask) -> None:
    result = create(app, email="Jo@Shop.example")
    assert (result.exit_code, result.output) == (0, "owner Jo@Shop.example can sign in now.\n")
    (row,) = rows(app)
    assert (row.email, row.email_key, row.role) == ("Jo@Shop.example", "jo@shop.example", "owner")
    page = Page(app.test_client())
    assert page.post("/login", {"email": "jo@shop.example", "password": PASSWORD}).status == 303
    with app.app_context(), db.read() as connection:
        made = connection.execute(select(activity).where(activity.c.kind == "person.created")).one()
    assert (made.actor_name, made.label, made.record_id) == ("Command line", "Jo Ng", str(row.id))
    assert PASSWORD not in made.changes


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_the_line_break_is_no_part_of_the_password(app: Flask, ending: str) -> None:
    assert create(app, PASSWORD + ending).exit_code == 0
    page = Page(app.test_client())
    assert page.post("/login", {"email": "jo@shop.example", "password": PASSWORD}).status == 303


def test_says_everything_that_is_wrong_at_once(app: Flask) -> None:
    result = create(app, "short\n", email="nobody", name=" \u200b ")
    assert result.exit_code == 1
    for field in ("email: ", "name: ", "password: "):
        assert f"\n{field}" in result.output
    assert rows(app) == []


@pytest.mark.parametrize("email", ["jo@shop.example", "JO@SHOP.EXAMPLE"])
def test_one_account_an_address(app: Flask, email: str) -> None:
    create(app)
    result = create(app, email=email)
    assert result.exit_code == 1
    assert "email: There is an account with this address already." in result.output
    assert len(rows(app)) == 1


@pytest.mark.parametrize("name", ["JO  NG", "Jo N\u0301g", "not signed in"])
def test_nobody_is_called_like_another(app: Flask, name: str) -> None:
    create(app)
    result = create(app, email="kim@shop.example", name=name)
    assert result.exit_code == 1
    assert "\nname: " in result.output
    assert len(rows(app)) == 1


def test_only_the_four_roles(app: Flask) -> None:
    result = create(app, role="admin")
    assert result.exit_code == 2
    assert "'viewer', 'staff', 'manager', 'owner'" in result.output


@pytest.mark.parametrize("stdin", [b"\xff\xfe not text at all", b"", b"nul\x00 in the middle\n"])
def test_a_password_that_is_none(app: Flask, stdin: bytes) -> None:
    result = create(app, stdin)
    assert result.exit_code == 1
    assert "Error: " in result.output
    assert rows(app) == []
