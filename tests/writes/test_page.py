"""/writes/<id>: what was sent, and what became of it."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest

from webapp.writes.service import settle_due

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock
    from tests.page import Answer, Page
    from webapp.sandbox.testing import Sandbox

NO_ANSWER = {"action": "status", "status": 500, "times": 0}


@pytest.fixture
def manager(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("manager")


def send_unclear(page: Page, copied: Sandbox, **typed: str) -> str:
    """Send a change of customer 1001 that stays without a clear answer; give the write's page."""
    copied.fault(**NO_ANSWER, match={"method": "PATCH"})
    url = "/customers/1001/edit"
    return page.post(url, {**page.get(url).form(url), **typed}).location


def settle_later(app: Flask, clock: Clock, copied: Sandbox, **later: float) -> None:
    copied.clear_faults()
    clock.advance(**later)
    with app.app_context():
        assert settle_due() == 1


def test_what_nobody_can_find_out_any_more_is_left_to_a_person(
    page_as: Callable[[str], Page], copied: Sandbox, app: Flask, clock: Clock
) -> None:
    manager = page_as("manager")
    copied.fault(**NO_ANSWER)
    form = {**manager.get("/categories/new").form("/categories/new"), "name": "Tea"}
    place = manager.post("/categories/new", form).location
    settle_later(app, clock, copied, hours=25)
    shown = page_as("manager").get(place)
    assert shown.status == 200
    assert "never be known for certain" in shown.text
    assert "Tea" in shown.text


def test_a_deletion_that_is_confirmed_late_is_not_called_saved(
    manager: Page, copied: Sandbox, app: Flask, clock: Clock
) -> None:
    url = "/categories/20/delete"
    copied.set_category(20, in_use=0)
    form = manager.get(url).form(url)
    copied.fault(**NO_ANSWER, effect=True, match={"method": "DELETE"})
    place = manager.post(url, form).location
    settle_later(app, clock, copied, minutes=2)
    assert "Deleted: Hot drinks" in manager.get(place).text
    led_on = manager.get(place, htmx=True)
    assert led_on.location == "/categories"
    assert "Deleted: Hot drinks" in manager.get(led_on.location).text


def test_shows_what_was_sent_and_leads_back_to_the_record(manager: Page, copied: Sandbox) -> None:
    place = send_unclear(manager, copied, city="Zürich {{7*7}}", email="")
    for answer in (manager.get(place), manager.get(place, htmx=True)):
        assert answer.status == 200
        assert answer.has("section", id="write", data_state="unknown", hx_get=place)
        assert answer.has("div", role="alert", data_error_code="server_error")
        assert "Town or city Zürich {{7*7}}" in answer.text
        assert "E-mail emptied" in answer.text
        assert place.removeprefix("/writes/") in answer.text
    assert manager.get(place).has("a", _class="back", href="/customers/1001")


def test_looking_settles_nothing_and_keeps_no_session_alive(
    manager: Page, copied: Sandbox, clock: Clock
) -> None:
    place = send_unclear(manager, copied, city="York")
    copied.clear_faults()
    copied.forget_requests()
    for _ in range(7):
        clock.advance(minutes=4.5)
        answer = manager.get(place, htmx=True)
    assert answer.status == 401
    assert copied.requests() == []


def test_one_that_is_confirmed_leads_on_to_the_record(
    manager: Page, copied: Sandbox, app: Flask, clock: Clock
) -> None:
    place = send_unclear(manager, copied, city="York")
    settle_later(app, clock, copied, minutes=2)
    assert "Confirmed by NeroPay" in manager.get(place).text
    assert manager.get("/customers/1001/edit").has("button", data_key="submit")
    led_on = manager.get(place, htmx=True)
    assert (led_on.status, led_on.location) == (204, "/customers/1001")
    assert "Saved: Daisy Thomas" in manager.get(led_on.location).text


def test_one_that_is_refused_late_can_be_taken_up_again_by_its_author(
    manager: Page, copied: Sandbox, app: Flask, clock: Clock, page_as: Callable[[str], Page]
) -> None:
    place = send_unclear(manager, copied, city="York", name="Daisy T.")
    copied.switch(patch=False)
    settle_later(app, clock, copied, minutes=2)
    answer = manager.get(place)
    assert "NeroPay does not allow this" in answer.text
    again = "/customers/1001/edit?again=" + place.removeprefix("/writes/")
    assert answer.has("a", href=again)
    form = manager.get(again).form("/customers/1001/edit")
    assert (form["city"], form["name"], form["phone"]) == ("York", "Daisy T.", "07700-900-926")
    other = page_as("staff")
    assert not other.get(place).has("a", href=again)
    assert other.get(again).form("/customers/1001/edit")["city"] == "Cardiff"


def test_a_viewer_may_look(manager: Page, copied: Sandbox, page_as: Callable[[str], Page]) -> None:
    assert page_as("viewer").get(send_unclear(manager, copied, city="York")).status == 200


def test_no_such_write(manager: Page) -> None:
    for intent_id in ("0" * 32, "x", "..", "%2e%2e", "a%2fb", "x" * 65):
        assert manager.get(f"/writes/{intent_id}").status == 404
        assert manager.get(f"/writes/{intent_id}", htmx=True).status == 404
    assert manager.post("/writes/" + "0" * 32).status == 405
    again = manager.get("/customers/new?again=%00x")
    assert again.form("/customers/new")["name"] == ""


def back_of(answer: Answer) -> tuple[str, str]:
    """Give the link above the heading, and its words."""
    found = re.search(r'class="back" href="([^"]*)">.*?</svg>([^<]*)</a>', answer.html, re.DOTALL)
    assert found
    return found[1], html.unescape(found[2]).strip()


def test_the_way_back_names_the_record_but_no_title_does(manager: Page, copied: Sandbox) -> None:
    shown = manager.get(send_unclear(manager, copied, city="Leith"))
    assert back_of(shown) == ("/customers/1001", "Back to Daisy Thomas")
    assert "Daisy" not in shown.reader.title


@pytest.mark.parametrize(
    ("came_from", "back"),
    [
        ("http://localhost/", ("/", "Overview")),
        ("http://localhost/activity?kind=customers", ("/activity?kind=customers", "Activity")),
        ("http://localhost/customers?q=Zo%C3%AB", ("/customers?q=Zo%C3%AB", "Customers")),
        ("http://localhost/customers/new", ("/customers", "Customers")),
        ("http://evil.example/steal", ("/customers", "Customers")),
        ("//[", ("/customers", "Customers")),
        ("", ("/customers", "Customers")),
    ],
)
def test_without_a_record_it_leads_to_where_one_came_from(
    manager: Page, copied: Sandbox, came_from: str, back: tuple[str, str]
) -> None:
    copied.fault(**NO_ANSWER, match={"method": "POST"})
    form = {**manager.get("/customers/new").form("/customers/new"), "name": "Zoë"}
    place = manager.post("/customers/new", form).location
    assert back_of(manager.get(place, Referer=came_from)) == back
