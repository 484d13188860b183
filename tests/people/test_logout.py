"""/logout: ending this browser's session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from webapp.activity.tables import activity
from webapp.extensions import db
from webapp.people.tables import sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.page import Page


def test_ends_the_session(page_as: Callable[[str], Page], app: Flask) -> None:
    page = page_as("staff")
    cookie = page.client.get_cookie("session")
    assert cookie
    answer = page.post("/logout")
    assert (answer.status, answer.location) == (303, "/login")
    assert answer.response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert page.client.get_cookie("session") is None

    page.client.set_cookie("session", cookie.value)  # whoever kept a copy
    assert page.get("/account").status == 303
    with app.app_context(), db.read() as connection:
        assert connection.execute(select(sessions)).all() == []
        newest = connection.execute(select(activity).order_by(activity.c.id.desc())).first()
    assert newest is not None
    assert (newest.kind, newest.actor_name) == ("sign_out", "Staff Person")


def test_leaves_other_browsers_alone(page_as: Callable[[str], Page]) -> None:
    here, there = page_as("staff"), page_as("staff")
    here.post("/logout")
    assert there.get("/account").status == 200


def test_needs_a_form_of_ours(page_as: Callable[[str], Page]) -> None:
    page = page_as("staff")
    assert page.client.post("/logout").status_code == 400
    assert page.client.get("/logout").status_code == 405
    assert page.get("/account").status == 200


def test_a_visitor_is_told_to_sign_in(page: Page) -> None:
    assert page.post("/logout").status == 401
    assert page.post("/logout", htmx=True).location.startswith("/login")
