"""/account/password: changing the own password, which ends every other session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from tests.conftest import PASSWORD
from tests.page import Page
from webapp.activity.tables import activity
from webapp.activity.words import kind_text
from webapp.extensions import db
from webapp.people.tables import people, sessions, sign_in_failures

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock, Member

NEW = "seven green bottles"
URL = "/account/password"


def fill(current: str = PASSWORD, new: str = NEW) -> dict[str, str]:
    return {"current_password": current, "new_password": new}


def test_changes_it(page_as: Callable[[str], Page], app: Flask, cast: dict[str, Member]) -> None:
    page = page_as("staff")
    answer = page.post(URL, fill())
    assert (answer.status, answer.location) == (303, "/account")
    assert "Your password is changed." in page.get("/account").text
    for password, status in ((PASSWORD, 422), (NEW, 303)):
        visitor = Page(app.test_client())
        fields = {"email": cast["staff"].email, "password": password}
        assert visitor.post("/login", fields).status == status


def test_ends_every_other_session_and_renews_this_one(
    page_as: Callable[[str], Page], app: Flask
) -> None:
    here, there = page_as("staff"), page_as("staff")
    old = here.client.get_cookie("session")
    here.post(URL, fill())
    new = here.client.get_cookie("session")
    assert old
    assert new
    assert new.value != old.value
    assert here.get("/account").status == 200
    assert there.get("/account").status == 303
    with app.app_context(), db.read() as connection:
        assert len(connection.execute(select(sessions)).all()) == 1
    there.client.set_cookie("session", old.value)
    assert there.get("/account").status == 303


def test_is_written_down_without_it(page_as: Callable[[str], Page], app: Flask) -> None:
    page_as("staff").post(URL, fill())
    with app.app_context(), db.read() as connection:
        newest = connection.execute(select(activity).order_by(activity.c.id.desc())).first()
        stored = connection.execute(select(people.c.password_hash)).scalars().all()
    assert newest is not None
    assert (newest.kind, newest.actor_name, newest.changes) == (
        "password.changed",
        "Staff Person",
        "{}",
    )
    assert all(one.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for one in stored)


def test_the_current_one_must_be_right(page_as: Callable[[str], Page], app: Flask) -> None:
    page = page_as("staff")
    answer = page.post(URL, fill(current="not the right one"))
    assert answer.status == 422
    assert answer.has("input", name="current_password", aria_invalid="true")
    assert NEW not in answer.html
    assert page.get("/account").status == 200
    with app.app_context(), db.read() as connection:
        assert len(connection.execute(select(sign_in_failures)).all()) == 1


def test_a_wrong_current_one_is_written_down_without_it(
    page_as: Callable[[str], Page], app: Flask
) -> None:
    page = page_as("staff")
    page.post(URL, fill(current="not the right one"))
    with app.app_context(), db.read() as connection:
        newest = connection.execute(select(activity).order_by(activity.c.id.desc())).first()
    assert newest is not None
    assert (newest.kind, newest.outcome) == ("password.change_failed", "failed")
    assert (newest.actor_name, newest.label) == ("Staff Person", "Staff Person")
    assert "not the right one" not in str(newest)
    assert kind_text(newest.kind) == "Could not change the password"


def test_guessing_it_is_throttled(page_as: Callable[[str], Page], clock: Clock) -> None:
    page = page_as("staff")
    token = page.csrf_token()
    for _ in range(10):
        page.client.post(URL, data={"csrf_token": token, **fill(current="not the right one")})
    answer = page.post(URL, fill())
    assert answer.status == 429
    assert int(answer.response.headers["Retry-After"]) > 800
    assert "Try again in 15 minutes." in answer.text
    clock.advance(seconds=1)
    assert page_as("staff").post(URL, fill()).status == 303  # signing in anew helps


def test_strangers_keep_nobody_from_it(
    page_as: Callable[[str], Page], app: Flask, cast: dict[str, Member]
) -> None:
    page, stranger = page_as("staff"), Page(app.test_client())
    fields = {"email": cast["staff"].email, "password": "not the right one"}
    assert [stranger.post("/login", fields).status for _ in range(11)] == [422] * 10 + [429]
    assert page.post(URL, fill()).status == 303


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ("too short", "at least 12 characters"),
        ("x1y2" * 40, "at most 128 characters"),
        ("password 2026", "tried first"),
        ("staff@shop.example", "mostly your name"),
        ("nul\x00 in the middle", "cannot be typed"),
        ("", "Enter a new password."),
    ],
)
def test_weak_ones_are_refused(page_as: Callable[[str], Page], new: str, words: str) -> None:
    answer = page_as("staff").post(URL, fill(new=new))
    assert answer.status == 422
    assert answer.has("input", name="new_password", aria_invalid="true")
    assert words in answer.text


@pytest.mark.parametrize("new", [PASSWORD, f"{PASSWORD[:-1]}{chr(ord(PASSWORD[-1]) + 0xFEE0)}"])
def test_it_is_not_changed_to_itself(page_as: Callable[[str], Page], app: Flask, new: str) -> None:
    page, other = page_as("staff"), page_as("staff")
    answer = page.post(URL, fill(new=new))
    assert answer.status == 422
    assert "Choose another password than the current one." in answer.text
    assert other.get("/account").status == 200
    with app.app_context(), db.read() as connection:
        assert not connection.execute(select(sign_in_failures)).all()


def test_spaces_around_it_count(
    page_as: Callable[[str], Page], app: Flask, cast: dict[str, Member]
) -> None:
    page_as("staff").post(URL, fill(new=f" {NEW} "))
    for password, status in ((NEW, 422), (f" {NEW} ", 303)):
        fields = {"email": cast["staff"].email, "password": password}
        assert Page(app.test_client()).post("/login", fields).status == status
