"""The idle lock: after some minutes without use a session locks itself, whatever the page does."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import PASSWORD
from tests.sessions.conftest import PageAs, is_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock
    from tests.page import Page


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app(idle_lock=5)


def test_five_minutes_without_use_lock_it(page_as: PageAs, clock: Clock) -> None:
    page = page_as("staff")
    for _ in range(3):
        clock.advance(minutes=4)
        assert is_in(page)
    clock.advance(minutes=5)
    assert page.get("/customers").location == "/lock?next=/customers"


def test_asking_again_does_not_open_it(page_as: PageAs, clock: Clock) -> None:
    page = page_as("staff")
    clock.advance(minutes=6)
    for _ in range(2):
        assert page.get("/customers").location == "/lock?next=/customers"
        assert page.get("/lock").status == 200


def test_the_password_does(page_as: PageAs, clock: Clock) -> None:
    page = page_as("staff")
    clock.advance(minutes=6)
    token = page.get("/lock").form("/unlock")["csrf_token"]
    page.post("/unlock?next=/customers", {"password": PASSWORD, "csrf_token": token})
    assert is_in(page)
    clock.advance(minutes=4)
    assert is_in(page)


def test_polling_is_no_use(page_as: PageAs, clock: Clock) -> None:
    page = page_as("staff")
    clock.advance(minutes=4)
    page.get("/session", htmx=True, X_Polling="true")
    clock.advance(minutes=1)
    assert not is_in(page)


def left(page: Any, **headers: str) -> int:
    found = re.search(r'data-left="(\d+)"', page.get("/session", htmx=True, **headers).html)
    assert found
    return int(found[1])


def test_a_page_learns_how_long_it_has(page_as: PageAs, clock: Clock) -> None:
    page = page_as("staff")
    clock.advance(minutes=2)
    assert 178 <= left(page, X_Polling="true") <= 180
    left(page)  # somebody is here
    assert left(page, X_Polling="true") > 290


def test_a_session_that_locked_itself_is_shown_as_locked(page_as: PageAs, clock: Clock) -> None:
    page_as("staff")
    clock.advance(minutes=6)
    html = page_as("staff").get("/account").html
    listed = html.partition('<ul class="sessions">')[2].partition("</ul>")[0]
    assert listed.count("Locked") == 1


def test_pages_are_told_the_time(page_as: PageAs) -> None:
    assert page_as("staff").get("/customers").has("body", data_idle="300")


def put_away(page: Page, path: str) -> str:
    """Where a page goes by itself in a browser without JavaScript; after five minutes."""
    found = re.search(
        r'<noscript>\s*<meta http-equiv="refresh"\s+content="305; url=([^"]+)">\s*</noscript>',
        page.get(path).html,
    )
    assert found
    return unescape(found[1])


def test_without_javascript_a_page_goes_away_by_itself(page_as: PageAs, clock: Clock) -> None:
    page = page_as("staff")
    place = put_away(page, "/customers?q=Jane%20Smith&sort=name")
    clock.advance(seconds=305)
    answer = page.get(place)
    assert (answer.status, answer.has("input", name="password")) == (200, True)
    fields = {"password": PASSWORD, "csrf_token": answer.form("/unlock")["csrf_token"]}
    action = next(str(tag["action"]) for name, tag in answer.reader.tags if name == "form")
    assert page.post(action, fields).location == "/customers?q=Jane%20Smith&sort=name"


def test_two_windows_without_javascript_do_not_keep_each_other_open(
    page_as: PageAs, clock: Clock
) -> None:
    page = page_as("staff")
    first = put_away(page, "/customers")
    clock.advance(minutes=3)
    second = put_away(page, "/categories")
    clock.advance(seconds=125)
    answer = page.get(first)
    assert (answer.status, answer.has("a", href="/customers")) == (200, True)
    assert "Staff Person" not in answer.text
    clock.advance(minutes=3)
    assert page.get(second).has("input", name="password")
    assert not is_in(page)


def test_without_the_setting_nothing_locks(
    make_app: Callable[..., Flask], page_as: PageAs, clock: Clock
) -> None:
    page = page_as("staff")
    free = make_app(idle_lock=0).test_client()
    cookie = page.client.get_cookie("session")
    assert cookie
    free.set_cookie("session", cookie.value)
    clock.advance(minutes=29)
    answer = free.get("/customers")
    assert answer.status_code == 200
    assert "http-equiv" not in answer.get_data(as_text=True)
