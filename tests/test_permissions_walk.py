"""Every route, every role, every method: who gets in, and what everybody else is told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from tests.routes import ROLES, WHO
from webapp.extensions import db
from webapp.people.permissions import list_routes
from webapp.people.tables import people

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


# What stands for each argument of a rule: a record that is there, people and sessions that are not.
ARGUMENTS = {"customer_id": "1001", "category_id": "20", "intent_id": "x", "token": "x" * 43}
FILES = {"/account/second-factor/codes.txt", "/activity/export"}  # no pages to come back to
# They end or lock the session that walks.
ENDS_THE_WALK = ("/logout", "/lock")


def address(rule: str) -> str:
    """Fill a rule."""
    return re.sub(r"<(?:[^:>]*:)?(\w+)>", lambda found: ARGUMENTS.get(found[1], "987654"), rule)


def test_the_table_names_every_route(app: Flask) -> None:
    routes = {(method, row["rule"]) for row in list_routes(app) for method in row["methods"]}
    assert routes == set(WHO)


def test_every_route_is_marked(app: Flask) -> None:
    assert [row["rule"] for row in list_routes(app) if row["permission"] is None] == []


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_what_is_its_own(
    page_as: Callable[[str], Page], copied: Sandbox, role: str
) -> None:
    page = page_as(role)
    token = page.csrf_token()
    for (method, rule), who in WHO.items():
        if method == "POST" and rule in ENDS_THE_WALK:
            continue
        for headers in ({}, HTMX):
            fields = {"csrf_token": token} if method == "POST" else None
            answer = page.client.open(
                address(rule), method=method, data=fields, headers=headers, buffered=True
            )
            if who is None or role in who:
                assert answer.status_code not in {401, 403, 405, 500}, (method, rule)
            else:
                assert answer.status_code == 403, (method, rule)
                assert b"Not open to you" in answer.data
    assert [effect for effect in copied.ledger() if effect["method"] != "GET"] == []


def test_a_visitor_is_sent_to_sign_in(page: Page, copied: Sandbox) -> None:
    token = page.csrf_token()
    for (method, rule), who in WHO.items():
        if who is None:
            continue
        url, fields = address(rule), {"csrf_token": token} if method == "POST" else None
        answer = page.client.open(url, method=method, data=fields)
        part = page.client.open(url, method=method, data=fields, headers=HTMX)
        if method == "GET":
            place = "/" if rule in FILES else url
            assert (answer.status_code, answer.location) == (303, f"/login?next={place}")
        else:
            assert (answer.status_code, "Location" in answer.headers) == (401, False), url
        assert part.status_code == 401, url
        assert part.headers["HX-Redirect"].startswith("/login?next=/"), url
        assert part.data == b""
    assert copied.requests() == []


def test_the_way_back_after_signing_in_is_the_page_that_was_asked_for(page: Page) -> None:
    assert page.get("/customers?q=a%26b&sort=name").location == (
        "/login?next=/customers?q%3Da%2526b%26sort%3Dname"
    )


def is_answered(app: Flask, url: str, method: str) -> bool:
    """Tell whether any rule takes it: /customers/twins is posted to, and may be read as an id."""
    adapter = app.url_map.bind("localhost")
    return adapter.test(url, method=method)


def test_other_methods_are_405_for_everybody(
    app: Flask, page: Page, page_as: Callable[[str], Page], copied: Sandbox
) -> None:
    owner = page_as("owner")
    for row in list_routes(app):
        url = address(row["rule"])
        for method in METHODS:
            if method in {"HEAD", "OPTIONS"} or is_answered(app, url, method):
                continue
            for visitor in (owner, page):
                answer = visitor.client.open(url, method=method)
                assert answer.status_code == 405, (method, url)
                assert "Allow" in answer.headers
    assert copied.requests() == []


def test_no_write_without_a_token(page_as: Callable[[str], Page], copied: Sandbox) -> None:
    owner = page_as("owner")
    for (method, rule), who in WHO.items():
        if method == "POST" and who is not None:
            for headers in ({}, HTMX):
                answer = owner.client.post(address(rule), data={"name": "x"}, headers=headers)
                assert answer.status_code == 400, rule
                assert b"csrf_failed" in answer.data
    assert copied.requests() == []


def test_a_change_of_role_counts_from_the_next_request(
    page_as: Callable[[str], Page], app: Flask
) -> None:
    manager = page_as("manager")
    assert manager.get("/categories/new").status == 200
    with app.app_context(), db.write() as connection:
        connection.execute(update(people).where(people.c.role == "manager").values(role="staff"))
    assert manager.get("/categories/new").status in {303, 403}
