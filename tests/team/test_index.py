"""/team: who is there, what may be done about them, and who may do what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from webapp.extensions import db

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Member
    from tests.page import Page


@pytest.mark.parametrize("role", ["owner", "manager"])
def test_everybody_is_listed(page_as: Callable[[str], Page], role: str) -> None:
    answer = page_as(role).get("/team")
    assert answer.status == 200
    for name in ("Owner", "Manager", "Staff", "Viewer", "Suspended"):
        assert f"{name} Person" in answer.text
    assert "Team 5" in answer.text


def test_a_role_that_is_none_takes_the_page_from_nobody(
    app: Flask, page_as: Callable[[str], Page], cast: dict[str, Member]
) -> None:
    page = page_as("owner")
    with app.app_context(), db.write() as connection:
        connection.execute(text("UPDATE people SET role = 'admin' WHERE name = 'Staff Person'"))
    answer = page.get("/team")
    assert answer.status == 200
    assert "Staff Person staff@shop.example Unknown" in answer.text
    assert not answer.has("a", href=f"/team/{cast['staff'].id}")
    assert page.get(f"/team/{cast['staff'].id}").status in {403, 404}


def test_the_part_is_in_the_page(page_as: Callable[[str], Page]) -> None:
    page = page_as("owner")
    whole, part = page.get("/team"), page.get("/team", htmx=True)
    assert part.html.strip().startswith('<section id="people"')
    assert part.text.removesuffix("5 of 5").strip() in whole.text, "what is said comes besides"


def test_an_owner_manages_everybody_else(
    page_as: Callable[[str], Page], cast: dict[str, Member]
) -> None:
    answer = page_as("owner").get("/team")
    managed = {name for name, one in cast.items() if answer.has("a", href=f"/team/{one.id}")}
    assert managed == {"manager", "staff", "viewer", "suspended"}


def test_a_manager_manages_those_below(
    page_as: Callable[[str], Page], cast: dict[str, Member]
) -> None:
    answer = page_as("manager").get("/team")
    managed = {name for name, one in cast.items() if answer.has("a", href=f"/team/{one.id}")}
    assert managed == {"staff", "viewer", "suspended"}


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("role", ["staff", "viewer"])
def test_it_is_not_open_to_others(page_as: Callable[[str], Page], role: str, htmx: bool) -> None:
    page = page_as(role)
    answer = page.get("/team", htmx=htmx)
    assert answer.status == 403
    assert "Not open to you" in answer.text
    assert not page.get("/customers").has("a", href="/team")


def test_the_menu_shows_it_to_those_who_may(page_as: Callable[[str], Page]) -> None:
    assert page_as("manager").get("/customers").has("a", href="/team")


def test_visitors_are_asked_to_sign_in(page: Page) -> None:
    assert page.get("/team").location == "/login?next=/team"
    assert page.get("/team", htmx=True).status == 401


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("viewer", {"viewer"}),
        ("VIEWER person", {"viewer"}),
        ("manager@shop", {"manager"}),
        ("owner", {"owner"}),
        ("person", {"owner", "manager", "staff", "viewer", "suspended"}),
        ("%", set()),
        ("_' OR 1=1 --", set()),
        ("<script>alert(1)</script>", set()),
        ("x" * 5000, set()),
        ("\x00\u202e", set()),
    ],
)
def test_search(
    page_as: Callable[[str], Page], cast: dict[str, Member], query: str, found: set[str]
) -> None:
    page = page_as("owner")
    for htmx in (False, True):
        answer = page.client.get(
            "/team", query_string={"q": query}, headers={"HX-Request": "true"} if htmx else {}
        )
        assert answer.status_code == 200
        shown = {name for name, one in cast.items() if f'id="person-{one.id}"' in answer.text}
        assert shown == found


def test_status_last_seen_and_second_factor_are_shown(page_as: Callable[[str], Page]) -> None:
    text = page_as("owner").get("/team").text
    assert "Suspended Person suspended@shop.example Staff Suspended never none" in text


def test_the_table_of_who_may_do_what(page_as: Callable[[str], Page]) -> None:
    text = page_as("manager").get("/team").text
    assert "What Owner Manager Staff Viewer" in text
    assert "Add and change customers Yes Yes Yes No" in text
    assert "Invite and manage people Everybody Staff and viewers No No" in text
    assert "See what everybody did Yes Yes No No" in text


def test_only_reading_is_possible(page_as: Callable[[str], Page]) -> None:
    assert page_as("owner").post("/team").status == 405
