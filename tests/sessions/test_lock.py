"""The lock: a locked session shows nothing until the password is given again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import PASSWORD
from tests.page import Page
from tests.sessions.conftest import PageAs, cookie_of, is_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock, Member


@pytest.fixture
def locked(page_as: PageAs) -> Page:
    page = page_as("staff")
    answer = page.post("/lock", Referer="http://localhost/customers?q=smith")
    assert (answer.status, answer.location) == (303, "/lock?next=/customers?q%3Dsmith")
    return page


def unlock(page: Page, password: str, place: str = "/customers") -> Any:
    shown = page.get(f"/lock?next={place}")
    token = shown.form("/unlock")["csrf_token"]
    return page.post(f"/unlock?next={place}", {"password": password, "csrf_token": token})


@pytest.mark.parametrize("path", ["/", "/customers", "/customers/1001", "/account", "/session"])
def test_every_page_leads_to_the_lock(locked: Page, path: str) -> None:
    answer = locked.get(path)
    assert (answer.status, answer.location) == (303, f"/lock?next={path}")


def test_the_lock_shows_nothing_but_who(locked: Page, cast: dict[str, Member]) -> None:
    answer = locked.get("/lock?next=/customers")
    assert answer.status == 200
    assert "Staff Person" in answer.text
    assert "Customers" not in answer.text
    assert answer.has("input", type="password", name="password")


def test_it_holds_on_the_very_next_request_of_every_worker(
    page_as: PageAs, make_app: Callable[..., Flask]
) -> None:
    page = page_as("staff")
    other_worker = Page(make_app().test_client())
    other_worker.client.set_cookie("session", cookie_of(page))
    assert is_in(other_worker)
    page.post("/lock")
    assert not is_in(other_worker)


def test_htmx_is_told_and_gets_nothing(locked: Page) -> None:
    answer = locked.get(
        "/customers?q=x", htmx=True, HX_Current_URL="http://localhost/customers?sort=name"
    )
    assert (answer.status, answer.html) == (401, "")
    assert answer.location == "/lock?next=/customers?sort%3Dname"


def test_a_form_is_kept_and_nothing_of_it_done(locked: Page) -> None:
    token = locked.get("/lock").form("/unlock")["csrf_token"]
    fields = {"name": "Typed Name", "csrf_token": token}
    answer = locked.post("/customers/new", fields, Sec_Fetch_Site="same-origin")
    assert answer.status == 401
    assert "Typed Name" in answer.text
    assert "Unlock, in a new window" in answer.text


def test_the_password_opens_it_where_it_was(locked: Page) -> None:
    before = cookie_of(locked)
    answer = unlock(locked, PASSWORD, "/customers?q=smith")
    assert (answer.status, answer.location) == (303, "/customers?q=smith")
    assert is_in(locked)
    assert cookie_of(locked) != before


def test_the_old_id_is_worth_nothing_after_it(locked: Page, app: Flask) -> None:
    thief = Page(app.test_client())
    thief.client.set_cookie("session", cookie_of(locked))
    unlock(locked, PASSWORD)
    assert thief.get("/customers").location.startswith("/login")


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD + " ", "\x00", "a" * 60_000, "😀" * 9])
def test_another_password_does_not(locked: Page, password: str) -> None:
    answer = unlock(locked, password)
    assert answer.status == 422
    assert not is_in(locked)


def test_ten_wrong_ones_have_to_wait(locked: Page) -> None:
    statuses = [unlock(locked, "wrong").status for _ in range(10)]
    assert statuses == [422] * 10
    answer = unlock(locked, PASSWORD)
    assert answer.status == 429
    assert int(answer.response.headers["Retry-After"]) > 0
    assert not is_in(locked)


def test_strangers_lock_nobody_in(locked: Page, app: Flask, cast: dict[str, Member]) -> None:
    stranger = Page(app.test_client())
    fields = {"email": cast["staff"].email, "password": "wrong"}
    assert [stranger.post("/login", fields).status for _ in range(11)] == [422] * 10 + [429]
    assert unlock(locked, PASSWORD).status == 303
    assert is_in(locked)


def test_signing_out_is_possible(locked: Page) -> None:
    token = locked.get("/lock").form("/logout")["csrf_token"]
    assert locked.post("/logout", {"csrf_token": token}).location == "/login"
    assert locked.get("/lock").location.startswith("/login")


def test_signing_in_again_opens_nothing_but_a_new_session(
    locked: Page, cast: dict[str, Member], rows: Callable[[], list[Any]]
) -> None:
    assert locked.get("/login").status == 303
    fields = {"email": cast["viewer"].email, "password": PASSWORD}
    fields["csrf_token"] = locked.get("/lock").form("/unlock")["csrf_token"]
    assert locked.post("/login", fields).status == 303
    assert len(rows()) == 1
    assert "Viewer Person" in locked.get("/account").text


@pytest.mark.parametrize(
    "place", ["//evil.example", "/\\evil.example", "https://evil.example/", "/lock"]
)
def test_it_leads_nowhere_else(locked: Page, place: str) -> None:
    assert unlock(locked, PASSWORD, place).location == "/"


def test_without_a_lock_the_page_goes_on(page_as: PageAs) -> None:
    answer = page_as("staff").get("/lock?next=/customers")
    assert (answer.status, answer.location) == (303, "/customers")


def test_a_visitor_signs_in_first(page: Page) -> None:
    assert page.get("/lock").location.startswith("/login")
    assert page.get("/session").location.startswith("/login")


def test_half_an_hour_ends_it_locked_or_not(locked: Page, clock: Clock) -> None:
    clock.advance(minutes=31)
    assert locked.get("/lock").location.startswith("/login")
