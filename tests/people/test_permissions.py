"""The guard: each route, each role, and what happens to everybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from webapp.people.permissions import list_routes
from webapp.people.service import Permission, can, current_actor, current_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Member
    from tests.page import Page

MAY = {
    "viewer": {"self", "customers.read"},
    "staff": {"self", "customers.read", "customers.write"},
    "manager": {"self", "customers.read", "customers.write", "categories.write", "export",
                "writes.all", "activity.all", "people.manage"},
    "owner": {"self", "customers.read", "customers.write", "categories.write", "export",
              "writes.all", "options", "activity.all", "people.manage"},
}  # fmt: skip

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize("role", MAY)
def test_each_role_gets_exactly_its_routes(page_as: Callable[[str], Page], role: str) -> None:
    page = page_as(role)
    token = page.csrf_token()
    for permission in Permission:
        url = f"/records/{permission}"
        expected = 200 if permission in MAY[role] else 403
        assert page.client.get(url).status_code == expected, (role, permission)
        assert page.client.post(url, data={"csrf_token": token}).status_code == expected
        assert page.client.options(url).status_code == expected


def test_visitors_get_the_public_ones_only(page: Page) -> None:
    assert page.client.get("/records/public").text == "public"
    for permission in Permission:
        answer = page.get(f"/records/{permission}")
        assert (answer.status, answer.location) == (303, f"/login?next=/records/{permission}")


def test_a_route_without_a_mark_is_closed(page: Page, page_as: Callable[[str], Page]) -> None:
    assert page.get("/records/unmarked").status == 303
    assert page_as("owner").get("/records/unmarked").status == 403


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "HEAD"])
def test_htmx_is_sent_to_sign_in_by_a_header(page: Page, method: str) -> None:
    answer = page.client.open(
        "/records/self",
        method=method,
        headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/records/polled?a=b"},
    )
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/login?next=/records/polled?a%3Db"
    assert "Location" not in answer.headers


@pytest.mark.parametrize("shown", ["http://[", "//evil.example/x", "javascript:alert(1)", "é\t"])
def test_what_htmx_says_it_shows_is_only_a_hint(page: Page, shown: str) -> None:
    answer = page.client.get(
        "/records/self", headers={"HX-Request": "true", "HX-Current-URL": shown}
    )
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"].startswith("/login?next=")


def test_a_form_of_a_session_that_ran_out_is_not_thrown_away(page: Page) -> None:
    for fields in ({"csrf_token": page.csrf_token()}, {"csrf_token": "of the old session"}):
        answer = page.client.post("/records/self", data={"name": "Jane", **fields})
        assert answer.status_code == 401
        assert "You are signed out." in answer.text


def test_unknown_addresses_are_404_for_everybody(page: Page) -> None:
    assert page.get("/nothing-here").status == 404


def test_can_answers_for_whoever_is_signed_in(
    page_as: Callable[[str], Page], app: Flask, cast: dict[str, Member]
) -> None:
    page = page_as("staff")
    with page.client as client:
        client.get("/records/self")
        person = current_person()
        assert person
        assert (person.id, person.role, person.name) == (cast["staff"].id, "staff", "Staff Person")
        assert can("customers.write")
        assert can(Permission.CUSTOMERS_READ)
        assert not can(Permission.CATEGORIES_WRITE)
        with pytest.raises(ValueError, match="wrte"):
            can("customers.wrte")
        actor = current_actor()
        assert (actor.person_id, actor.name, actor.address) == (
            person.id,
            "Staff Person",
            "127.0.0.1",
        )
    with app.app_context():
        assert current_actor().name == "Command line"
    with app.test_request_context("/"):
        assert not can(Permission.SELF)


def test_the_list_of_routes_names_who_may(app: Flask) -> None:
    routes = {route["endpoint"]: route for route in list_routes(app)}
    assert routes["people.account"] == {
        "rule": "/account",
        "methods": ["GET"],
        "endpoint": "people.account",
        "permission": "self",
        "roles": ["viewer", "staff", "manager", "owner"],
    }
    assert routes["records.categories_write"]["roles"] == ["manager", "owner"]
    assert routes["people.login"]["permission"] == "public"
    assert routes["people.login"]["roles"] == ["anybody"]
    assert routes["records.unmarked"]["permission"] is None
    assert routes["records.unmarked"]["roles"] == []
