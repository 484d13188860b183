"""SECRET_KEY is changed while people work: with SECRET_KEY_BEFORE nobody notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.factors.conftest import Someone
from tests.page import Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

NEW = "another-key-for-tests-only"
OLD = "a-key-for-tests-only"


@pytest.fixture
def rotating(make_app: Callable[..., Flask]) -> Flask:
    return make_app(secret_key=NEW, secret_key_before=OLD)


def restarted(who: Someone, app: Flask) -> Page:
    """The browser as it was, at the server with other keys."""
    page = Page(app.test_client())
    cookie = who.page.client.get_cookie("session")
    assert cookie
    page.client.set_cookie("session", cookie.value)
    return page


@pytest.mark.parametrize("header", [False, True])
def test_an_open_form_is_taken(owner: Someone, rotating: Flask, header: bool) -> None:
    token = owner.page.csrf_token()
    page = restarted(owner, rotating)
    headers = {"X-CSRFToken": token} if header else {}
    fields = {"name": "New Name"} | ({} if header else {"csrf_token": token})
    answer = page.client.post("/account/name", data=fields, headers=headers)
    assert (answer.status_code, answer.location) == (303, "/account")
    assert page.post("/account/name", {"name": "Newer Name"}).status == 303  # and the next one


def test_between_the_password_and_the_code(secured: Someone, rotating: Flask) -> None:
    assert secured.give_password().location == "/login/second?next=/"
    fields = secured.page.get("/login/second").form("/login/second")
    secured.clock.advance(seconds=30)
    page = restarted(secured, rotating)
    answer = page.post("/login/second", {**fields, "code": secured.phone.code()})
    assert (answer.status, answer.location) == (303, "/")
    assert page.get("/customers").status == 200


def test_without_the_key_until_now_both_have_to_begin_again(
    secured: Someone, someone: Callable[[str], Someone], make_app: Callable[..., Flask]
) -> None:
    app = make_app(secret_key=NEW)
    staff = someone("staff").sign_in()
    token = staff.page.csrf_token()
    page = restarted(staff, app)
    assert page.post("/account/name", {"name": "New", "csrf_token": token}).status == 400
    secured.give_password()
    assert restarted(secured, app).get("/login/second").location.startswith("/login")


def test_a_token_of_another_session_or_key_is_none(
    owner: Someone,
    someone: Callable[[str], Someone],
    rotating: Flask,
    make_app: Callable[..., Flask],
) -> None:
    page = restarted(owner, rotating)
    foreign = restarted(owner, make_app(secret_key="a-key-of-nobody")).csrf_token()
    for token in (someone("staff").sign_in().page.csrf_token(), foreign, foreign[:-4]):
        answer = page.post("/account/name", {"name": "New Name", "csrf_token": token})
        assert answer.status == 400
