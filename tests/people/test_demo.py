"""The demo's four logins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from tests.page import Page
from webapp.extensions import db
from webapp.people.demo import DEMO_PEOPLE, create_demo_people
from webapp.people.tables import people

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def demo(make_app: Callable[..., Flask]) -> Flask:
    app = make_app(app_env="demo")
    with app.app_context():
        assert create_demo_people() == 4
    return app


def test_one_for_each_role_once(demo: Flask) -> None:
    with demo.app_context():
        assert create_demo_people() == 0
        with db.read() as connection:
            assert connection.execute(select(func.count()).select_from(people)).scalar_one() == 4
    assert [str(one.role) for one in DEMO_PEOPLE] == ["owner", "manager", "staff", "viewer"]


@pytest.mark.parametrize("role", ["owner", "manager", "staff", "viewer"])
def test_a_button_fills_the_form(demo: Flask, role: str) -> None:
    page = Page(demo.test_client())
    shown = page.get("/login")
    email = f"{role}@tillside.example"
    assert shown.has("a", data_fill_email=email, href=f"/login?demo={role}")
    filled = page.get(f"/login?demo={role}").form("/login")
    assert filled["email"] == email
    assert page.post("/login", filled).status == 303


def test_nothing_of_it_elsewhere(app: Flask, page: Page) -> None:
    shown = page.get("/login?demo=owner")
    assert "tillside.example" not in shown.html
    assert shown.form("/login")["email"] == ""
    with app.app_context(), pytest.raises(RuntimeError, match="APP_ENV=demo"):
        create_demo_people()
