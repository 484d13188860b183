"""`flask user role`: how owners are made, and made something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from webapp.activity.tables import activity
from webapp.extensions import db
from webapp.people.service import find_by_email

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Member
    from tests.page import Page


def _run(app: Flask, email: str, role: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["user", "role", "--email", email, "--role", role])
    return result.exit_code, result.output


def _role_of(app: Flask, email: str) -> str | None:
    with app.app_context():
        person = find_by_email(email)
    return person.role if person else None


def test_an_owner_is_made_and_has_to_sign_in_again(
    app: Flask, cast: dict[str, Member], page_as: Callable[[str], Page]
) -> None:
    manager = page_as("manager")
    assert _run(app, "MANAGER@shop.example", "owner") == (0, "Manager Person is owner now.\n")
    assert manager.get("/team").status == 303
    with app.app_context(), db.read() as connection:
        row = connection.execute(
            select(activity).where(activity.c.kind == "person.role_changed")
        ).one()
    assert row.actor_name == "Command line"
    assert _run(app, "owner@shop.example", "viewer")[0] == 0
    assert _role_of(app, "owner@shop.example") == "viewer"


def test_the_last_owner_stays(app: Flask, cast: dict[str, Member]) -> None:
    code, output = _run(app, "owner@shop.example", "staff")
    assert code == 1
    assert "last active owner" in output
    assert _role_of(app, "owner@shop.example") == "owner"


@pytest.mark.parametrize(
    ("email", "role"), [("nobody@b.example", "staff"), ("owner@shop.example", "root")]
)
def test_what_is_not_there(app: Flask, cast: dict[str, Member], email: str, role: str) -> None:
    assert _run(app, email, role)[0] != 0
