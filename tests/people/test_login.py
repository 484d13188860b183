"""/login: asking who is there, and letting them in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from tests.conftest import PASSWORD
from tests.page import Page
from webapp.activity.tables import activity
from webapp.extensions import db
from webapp.people.tables import sessions, sign_in_failures
from webapp.ui import messages

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock, Member

Cast = dict[str, "Member"]


def fill(member: Member, password: str = PASSWORD) -> dict[str, str]:
    return {"email": member.email, "password": password}


def test_shows_a_form(page: Page) -> None:
    answer = page.get("/login")
    assert answer.status == 200
    assert answer.form("/login").keys() >= {"email", "password", "csrf_token"}


@pytest.mark.parametrize("role", ["owner", "manager", "staff", "viewer"])
def test_lets_everybody_in(page: Page, cast: Cast, role: str) -> None:
    answer = page.post("/login", fill(cast[role]))
    assert (answer.status, answer.location) == (303, "/")
    assert page.client.get("/").text == "overview"


@pytest.mark.parametrize(
    "typed", ["OWNER@Shop.Example", " owner@shop.example ", "ｏｗｎｅｒ@shop.example"]
)
def test_finds_the_account_however_it_is_typed(page: Page, cast: Cast, typed: str) -> None:
    assert page.post("/login", {"email": typed, "password": PASSWORD}).status == 303


def test_never_tells_whether_an_account_exists(app: Flask, cast: Cast) -> None:
    bodies = set()
    for member, password in (
        (cast["owner"], "a wrong password 1"),
        (cast["suspended"], PASSWORD),
        (cast["suspended"], "a wrong password 1"),
        (None, PASSWORD),
    ):
        email = member.email if member else "nobody@shop.example"
        answer = Page(app.test_client()).post("/login", {"email": email, "password": password})
        assert answer.status == 422
        assert messages.SIGN_IN_FAILED in answer.text
        without_token = re.sub(r'(name="csrf_token"\s+value=")[^"]+', r"\1", answer.html)
        bodies.add(without_token.replace(email, "EMAIL"))
    assert len(bodies) == 1


def test_keeps_the_address_but_not_the_password(page: Page, cast: Cast) -> None:
    answer = page.post("/login", fill(cast["owner"], "a wrong password 1"))
    assert answer.form("/login")["email"] == cast["owner"].email
    assert "a wrong password 1" not in answer.html


def test_brings_people_where_they_wanted_to_go(page: Page, cast: Cast) -> None:
    sent = page.get("/account?tab=name").location
    assert sent == "/login?next=/account?tab%3Dname"
    answer = page.post(sent, fill(cast["viewer"]))
    assert answer.location == "/account?tab=name"


@pytest.mark.parametrize(
    "place",
    ["//evil.example", "https://evil.example/", "/\t/evil.example", "/\\evil.example", "/nowhere",
     "/login?next=/login", "/logout", "javascript:alert(1)", "\x00", "/account\r\nX: y"],
)  # fmt: skip
def test_goes_nowhere_else(page: Page, cast: Cast, place: str) -> None:
    token = page.csrf_token()
    answer = page.client.post(
        "/login", query_string={"next": place}, data={"csrf_token": token, **fill(cast["owner"])}
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_sends_signed_in_people_on(page_as: Callable[[str], Page]) -> None:
    page = page_as("staff")
    assert page.get("/login?next=/account").location == "/account"


def test_asks_for_what_is_missing(page: Page) -> None:
    answer = page.post("/login", {"email": " \u200b ", "password": ""})
    assert answer.status == 422
    assert "Enter your e-mail." in answer.text
    assert "Enter a password." in answer.text


def test_other_methods_are_refused(page: Page) -> None:
    token = page.csrf_token()
    assert page.client.put("/login", headers={"X-CSRFToken": token}).status_code == 405


def test_needs_the_token_of_this_visitor(page: Page, app: Flask, cast: Cast) -> None:
    page.get("/login")
    theirs = Page(app.test_client()).csrf_token()
    for token in ("", "nonsense", theirs):
        answer = page.client.post("/login", data={"csrf_token": token, **fill(cast["owner"])})
        assert answer.status_code == 400


def test_writes_it_down(page: Page, cast: Cast, app: Flask) -> None:
    page.post("/login", fill(cast["staff"], "a wrong password 1"))
    page.post("/login", {"email": "my secret password", "password": "x"})
    page.post("/login", fill(cast["staff"]))
    with app.app_context(), db.read() as connection:
        rows = connection.execute(select(activity).order_by(activity.c.id.desc()).limit(3)).all()
        reserved = connection.execute(select(sign_in_failures)).all()
    right, unknown, wrong = rows
    assert (right.kind, right.outcome, right.actor_name) == ("sign_in.ok", "ok", "Staff Person")
    assert (wrong.kind, wrong.record_id) == ("sign_in.failed", str(cast["staff"].id))
    assert (unknown.kind, unknown.record_id, unknown.label) == ("sign_in.failed", None, "")
    assert right.address == "127.0.0.1"
    assert len(reserved) == 2


def failures(app: Flask) -> list[str | None]:
    query = select(activity.c.record_id).where(activity.c.kind == "sign_in.failed")
    with app.app_context(), db.read() as connection:
        return list(connection.execute(query.order_by(activity.c.id)).scalars())


def test_strangers_do_not_fill_the_trail(
    page: Page, cast: Cast, app: Flask, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    for number in range(19):
        page.post("/login", {"email": f"nobody{number}@shop.example", "password": "x"})
    page.post("/login/passkey", {"credential": "junk"})
    assert failures(app) == [None] * 20
    assert "not_entered" not in capsys.readouterr().err
    page.post("/login/passkey", {"credential": "junk"})
    assert page.post("/login", {"email": "nobody@shop.example", "password": "x"}).status == 422
    assert failures(app) == [None] * 20
    assert capsys.readouterr().err.count("failed_sign_in_not_entered") == 2
    page.post("/login", fill(cast["staff"], "wrong"))  # an account's are all in it
    assert failures(app)[20:] == [str(cast["staff"].id)]
    clock.advance(minutes=1)
    page.post("/login", {"email": "nobody@shop.example", "password": "x"})
    assert failures(app)[21:] == [None]


def test_the_old_session_of_the_browser_ends(page_as: Callable[[str], Page], cast: Cast) -> None:
    page = page_as("viewer")
    page.post("/login", fill(cast["owner"]))
    with page.client.application.app_context(), db.read() as connection:
        assert connection.execute(select(sessions.c.person_id)).scalars().all() == [
            cast["owner"].id
        ]
