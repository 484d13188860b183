"""Cookies that are forged, cut, or used again after their session has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import PASSWORD
from tests.page import Page
from tests.sessions.conftest import PageAs, cookie_of, is_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Member


@pytest.fixture
def replay(app: Flask, make_app: Callable[..., Flask]) -> Callable[[str], Page]:
    """A browser elsewhere, asking another worker, with a cookie that somebody copied."""

    def take(cookie: str) -> Page:
        page = Page(make_app().test_client())
        page.client.set_cookie("session", cookie)
        return page

    return take


def sign_out(page: Page, _member: Member) -> None:
    page.post("/logout")


def sign_in_again(page: Page, member: Member) -> None:
    page.post("/login", {"email": member.email, "password": PASSWORD})


def change_password(page: Page, _member: Member) -> None:
    fields = {"current_password": PASSWORD, "new_password": "another horse, and a stapler"}
    page.post("/account/password", fields)


@pytest.mark.parametrize("how", [sign_out, sign_in_again, change_password])
def test_a_copied_cookie_is_worth_nothing_afterwards(
    page_as: PageAs,
    replay: Callable[[str], Page],
    cast: dict[str, Member],
    how: Callable[[Page, Member], None],
) -> None:
    page = page_as("staff")
    thief = replay(cookie_of(page))
    assert is_in(thief)
    how(page, cast["staff"])
    assert thief.get("/customers").location.startswith("/login")
    assert thief.get("/session").location.startswith("/login")


@pytest.mark.parametrize("path", ["/lock", "/unlock", "/account/sessions/end-others"])
@pytest.mark.parametrize("cookie", ["", "A" * 43, "A" * 8000, "e30.x.y", '"', "é" * 43])
def test_a_forged_cookie_changes_nothing(app: Flask, path: str, cookie: str) -> None:
    client = app.test_client(use_cookies=False)
    headers = {"Cookie": f"session={cookie}", "Origin": "http://localhost"}
    answer = client.post(path, data={"password": PASSWORD}, headers=headers)
    assert answer.status_code == 401


def test_a_cut_or_changed_cookie_is_a_visitor(
    page_as: PageAs, replay: Callable[[str], Page]
) -> None:
    cookie = cookie_of(page_as("staff"))
    changed = ("B" if cookie[0] != "B" else "C") + cookie[1:]
    for value in (cookie[:-1], cookie + "A", changed, cookie.swapcase(), cookie[::-1]):
        assert not is_in(replay(value))
    assert is_in(replay(cookie))


def test_what_our_table_holds_is_no_cookie(page_as: PageAs, replay: Callable[[str], Page]) -> None:
    page_as("staff")
    page = page_as("staff")
    html = page.get("/account").html
    handle = html.partition("/account/sessions/")[2].partition("/end")[0]
    assert not is_in(replay(handle))
