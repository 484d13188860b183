"""/account: the own name, theme and shortcuts. The password has its own file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from webapp.activity.tables import activity
from webapp.extensions import db
from webapp.people.tables import people

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Member
    from tests.page import Page

EVERYBODY = ["owner", "manager", "staff", "viewer"]

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def row_of(app: Flask, member: Member) -> Any:
    with app.app_context(), db.read() as connection:
        return connection.execute(select(people).where(people.c.id == member.id)).one()


@pytest.mark.parametrize("role", EVERYBODY)
def test_everybody_has_one(page_as: Callable[[str], Page], role: str) -> None:
    answer = page_as(role).get("/account")
    assert answer.status == 200
    assert answer.form("/account/name")["name"] == f"{role.title()} Person"
    assert answer.form("/account/preferences")["theme"] == "auto"
    assert answer.form("/account/preferences")["shortcuts"] == "1"


def test_visitors_are_asked_to_sign_in(page: Page) -> None:
    assert page.get("/account").location == "/login?next=/account"
    part = page.get("/account", htmx=True, HX_Current_URL="http://localhost/customers?q=1")
    assert (part.status, part.location) == (401, "/login?next=/customers?q%3D1")


@pytest.mark.parametrize("part", ["name", "password", "preferences"])
def test_visitors_change_nothing(page: Page, part: str) -> None:
    assert page.post(f"/account/{part}").status == 401
    assert page.post(f"/account/{part}", htmx=True).location.startswith("/login")


@pytest.mark.parametrize("part", ["name", "password", "preferences"])
def test_only_forms_change_something(page_as: Callable[[str], Page], part: str) -> None:
    page = page_as("staff")
    assert page.client.get(f"/account/{part}").status_code == 405
    assert page.client.post(f"/account/{part}").status_code == 400


def test_the_name_is_changed_and_written_down(
    page_as: Callable[[str], Page], app: Flask, cast: dict[str, Member]
) -> None:
    page = page_as("staff")
    answer = page.post("/account/name", {"name": "  Zoë O'Neill "})
    assert (answer.status, answer.location) == (303, "/account")
    shown = page.get("/account")
    assert "Your name is saved." in shown.text
    assert shown.form("/account/name")["name"] == "Zoë O'Neill"
    with app.app_context(), db.read() as connection:
        newest = connection.execute(select(activity).order_by(activity.c.id.desc())).first()
    assert newest is not None
    assert (newest.kind, newest.actor_id) == ("person.renamed", cast["staff"].id)
    assert newest.changes == '{"name": ["Staff Person", "Zoë O\'Neill"]}'


@pytest.mark.parametrize(
    "name", ["", "  ", "\u200b\u2060", "a\x00b", "a\nb", "x" * 101, "\x1b[31m"]
)
def test_a_name_that_is_none_is_refused_and_kept(
    page_as: Callable[[str], Page], app: Flask, cast: dict[str, Member], name: str
) -> None:
    answer = page_as("staff").post("/account/name", {"name": name})
    assert answer.status == 422
    assert answer.has("input", name="name", aria_invalid="true")
    assert row_of(app, cast["staff"]).name == "Staff Person"


@pytest.mark.parametrize(
    "name", ["<b>Bold</b>", "{{7*7}}", "\"quoted'", "שלום", "🙂 Emoji", "go \u202eback", "%s %(x)s"]
)
def test_any_other_name_is_shown_as_it_is(page_as: Callable[[str], Page], name: str) -> None:
    page = page_as("staff")
    assert page.post("/account/name", {"name": name}).status == 303
    shown = page.get("/account")
    assert shown.form("/account/name")["name"] == name
    assert "<b>Bold" not in shown.html
    assert not re.search(r"(?<![\d:])49(?![\d:])", shown.text)  # but in a time of day


def test_theme_and_shortcuts_are_kept(
    page_as: Callable[[str], Page], app: Flask, cast: dict[str, Member]
) -> None:
    page = page_as("viewer")
    assert page.post("/account/preferences", {"theme": "dark"}).status == 303
    row = row_of(app, cast["viewer"])
    assert (row.theme, row.has_shortcuts) == ("dark", False)
    shown = page.get("/account")
    assert shown.has("html", data_bs_theme="dark")
    assert "shortcuts" not in shown.form("/account/preferences")
    page.post("/account/preferences", {"theme": "auto", "shortcuts": "1"})
    row = row_of(app, cast["viewer"])
    assert (row.theme, row.has_shortcuts) == ("auto", True)


@pytest.mark.parametrize("fields", [{}, {"theme": ""}, {"theme": "pink"}, {"theme": "dark\x00"}])
def test_another_theme_is_refused(
    page_as: Callable[[str], Page], app: Flask, cast: dict[str, Member], fields: dict[str, str]
) -> None:
    assert page_as("viewer").post("/account/preferences", fields).status == 422
    assert row_of(app, cast["viewer"]).theme == "auto"
