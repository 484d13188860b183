"""/login/second: the code after the password."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from tests.conftest import PASSWORD
from tests.page import Page
from webapp.activity.tables import activity
from webapp.extensions import db
from webapp.people.factors import words
from webapp.people.tables import people, second_steps, sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock
    from tests.factors.conftest import Someone


def test_the_password_alone_opens_nothing(secured: Someone) -> None:
    answer = secured.give_password()
    assert (answer.status, answer.location) == (303, "/login/second?next=/")
    assert secured.page.get("/customers").location.startswith("/login?")
    assert not secured.is_in()


def test_a_code_lets_in_and_leads_on(secured: Someone) -> None:
    place = secured.page.post(
        "/login?next=/categories", {"email": secured.member.email, "password": PASSWORD}
    ).location
    assert place == "/login/second?next=/categories"
    assert secured.page.get(place).form("/login/second").keys() >= {"code", "csrf_token"}
    secured.clock.advance(seconds=30)
    answer = secured.page.post(place, {"code": secured.phone.code()})
    assert (answer.status, answer.location) == (303, "/categories")
    assert secured.is_in()


@pytest.mark.parametrize("step", [-1, 0, 1])
def test_one_step_either_way(secured: Someone, step: int) -> None:
    secured.clock.advance(minutes=2)
    secured.give_password()
    assert secured.give_code(secured.phone.code(step)).status == 303
    assert secured.is_in()


@pytest.mark.parametrize("step", [-2, 2])
def test_but_not_two(secured: Someone, step: int) -> None:
    secured.clock.advance(minutes=2)
    secured.give_password()
    answer = secured.give_code(secured.phone.code(step))
    assert answer.status == 422
    assert words.WRONG_CODE in answer.text
    assert not secured.is_in()


def test_a_code_is_taken_once(secured: Someone) -> None:
    secured.clock.advance(minutes=2)
    other = secured.elsewhere()
    for browser in (secured, other):
        browser.give_password()
    code = secured.phone.code()
    assert secured.give_code(code).status == 303
    assert other.give_code(code).status == 422
    assert other.give_code(secured.phone.code(-1)).status == 422  # an earlier one neither
    assert other.give_code(secured.phone.code(1)).status == 303


def test_the_code_of_setting_up_is_used_too(secured: Someone) -> None:
    secured.give_password()
    assert secured.give_code(secured.phone.code()).status == 422


@pytest.mark.parametrize("shape", ["{0} {1}", " {0}-{1}\t", "{0}\u200b{1}"])
def test_however_it_is_typed(secured: Someone, shape: str) -> None:
    secured.sign_in()
    other = secured.elsewhere()
    other.give_password()
    other.clock.advance(seconds=30)
    code = secured.phone.code()
    assert other.give_code(shape.format(code[:3], code[3:])).status == 303


@pytest.mark.parametrize("zero", ["٠", "०", "０"])
def test_in_digits_of_any_script(secured: Someone, zero: str) -> None:
    secured.give_password()
    secured.clock.advance(seconds=30)
    code = "".join(chr(ord(zero) + int(digit)) for digit in secured.phone.code())
    assert secured.give_code(code).status == 303


@pytest.mark.parametrize(
    "typed",
    ["", " ", "12345", "1234567", "²³¹²³¹", "½½½½½½", "abc", "\x00", "x" * 60_000, "💣" * 6],
)
def test_nonsense_is_refused_plainly(secured: Someone, typed: str) -> None:
    secured.give_password()
    answer = secured.give_code(typed)
    assert answer.status == 422
    assert not secured.is_in()


def test_five_tries_and_the_password_is_asked_again(secured: Someone) -> None:
    secured.give_password()
    for _ in range(5):
        assert secured.give_code(secured.phone.wrong()).status in {303, 422}
    secured.clock.advance(seconds=30)
    answer = secured.give_code(secured.phone.code())
    assert (answer.status, answer.location) == (303, "/login?next=/")
    assert words.STEP_OVER in secured.page.get(answer.location).text
    assert not secured.is_in()


def test_wrong_codes_count_like_wrong_passwords(secured: Someone) -> None:
    for _ in range(2):
        secured.give_password()
        for _ in range(5):
            secured.give_code(secured.phone.wrong())
    answer = secured.give_password()
    assert answer.status == 429
    assert 0 < int(answer.response.headers["Retry-After"]) <= 900


def test_a_code_while_throttled_is_not_looked_at(secured: Someone) -> None:
    secured.give_password()
    for _ in range(10):
        secured.elsewhere().give_password("a wrong password 1")
    secured.clock.advance(seconds=30)
    answer = secured.give_code(secured.phone.code())
    assert answer.status == 429
    assert answer.response.headers["Retry-After"]


def test_it_waits_ten_minutes(secured: Someone) -> None:
    secured.give_password()
    secured.clock.advance(minutes=10)
    assert secured.give_code(secured.phone.code()).location == "/login?next=/"
    assert not secured.is_in()


def test_a_used_step_is_over_also_for_who_kept_the_cookie(secured: Someone) -> None:
    secured.give_password()
    kept = secured.page.client.get_cookie("session")
    assert kept
    secured.clock.advance(seconds=30)
    assert secured.give_code(secured.phone.code()).status == 303
    thief = secured.elsewhere()
    thief.page.client.set_cookie("session", kept.value)
    secured.clock.advance(seconds=30)
    assert thief.page.get("/login/second").location == "/login?next=/"


@pytest.mark.parametrize(
    "values", [{"is_active": False}, {"role": "viewer"}, {"password_hash": "another"}]
)
def test_what_changes_meanwhile_ends_it(
    secured: Someone, app: Flask, clock: Clock, values: dict[str, object]
) -> None:
    secured.give_password()
    secured.clock.advance(seconds=30)
    if "password_hash" in values:
        values = values | {"password_changed_at": clock()}
    with app.app_context(), db.write() as connection:
        connection.execute(update(people).where(people.c.id == secured.member.id).values(values))
    answer = secured.give_code(secured.phone.code())
    is_role = "role" in values  # still theirs to sign in, with the role of now
    assert (answer.location == "/") is is_role
    assert secured.is_in() is is_role


def test_nobody_gets_there_without_a_password(page: Page) -> None:
    assert page.get("/login/second").location == "/login?next=/"
    assert page.post("/login/second", {"code": "123456"}).location == "/login?next=/"
    token = page.csrf_token()
    headers = {"X-CSRFToken": token}
    assert page.client.post("/login/second/passkey/options", headers=headers).status_code == 409
    assert page.post("/login/second/passkey", {"credential": "{}"}).location == "/login?next=/"


def test_a_wrong_password_says_nothing_of_a_second_factor(secured: Someone) -> None:
    with_one = secured.give_password("a wrong password 1")
    without = Page(secured.app.test_client()).post(
        "/login", {"email": "staff@shop.example", "password": "a wrong password 1"}
    )
    assert with_one.status == without.status == 422
    assert with_one.text == without.text


def test_giving_the_password_ends_the_session_before(
    secured: Someone, app: Flask, someone: Callable[[str], Someone]
) -> None:
    secured.sign_in()
    secured.give_password()
    assert not secured.is_in()
    with app.app_context(), db.read() as connection:
        left = connection.execute(select(sessions.c.person_id)).all()
    assert len(left) == 1  # the browser where the app was set up


def test_it_is_written_down_without_secrets(secured: Someone, app: Flask) -> None:
    secured.give_password()
    secured.give_code(secured.phone.wrong())
    secured.clock.advance(seconds=30)
    secured.give_code(secured.phone.code())
    with app.app_context(), db.read() as connection:
        rows = connection.execute(select(activity).order_by(activity.c.id.desc()).limit(2)).all()
        assert connection.execute(select(second_steps)).all() == []
        everything = str(connection.execute(select(activity)).all())
    assert [row.kind for row in rows] == ["sign_in.ok", "sign_in.failed"]
    assert secured.phone.seed not in everything


@pytest.mark.parametrize("how", ["throttled", "wrong", "no token"])
def test_a_recovery_code_never_comes_back(secured: Someone, how: str) -> None:
    secured.give_password()
    code, fields = secured.codes[0], {}
    if how == "throttled":
        for _ in range(10):
            secured.elsewhere().give_password("a wrong password 1")
    elif how == "wrong":
        code = f"{code[:-1]}{'1' if code[-1] != '1' else '2'}"
    else:
        fields = {"csrf_token": "another"}
    answer = secured.page.post(
        "/login/second", {"code": code, **fields}, Sec_Fetch_Site="same-origin"
    )
    assert answer.status == {"throttled": 429, "wrong": 422, "no token": 400}[how]
    assert code not in answer.html
