"""Recovery codes: shown once, used once, made anew."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from tests.factors.conftest import FACTORS
from webapp.activity.tables import activity
from webapp.extensions import db
from webapp.people.factors import words
from webapp.people.tables import recovery_codes, sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.factors.conftest import Someone


def test_ten_come_with_the_first_factor_and_no_more_with_the_second(owner: Someone) -> None:
    owner.set_up_app()
    assert len(set(owner.codes)) == 10
    assert owner.add_passkey().location == f"{FACTORS}/codes"  # the same, not confirmed yet
    owner.page.post(f"{FACTORS}/codes/kept")
    assert owner.add_passkey("Another").location == "/account"
    assert "10 of 10 left" in owner.page.get("/account").text


@pytest.mark.parametrize(
    "shape", [str, str.upper, lambda code: code.replace("-", ""), lambda code: f" {code} \u200b",
              lambda code: code.replace("-", " ").replace("1", "l").replace("0", "O")],
)  # fmt: skip
def test_one_lets_in_however_it_is_typed(secured: Someone, shape: Callable[[str], str]) -> None:
    secured.give_password()
    assert secured.give_code(shape(secured.codes[3])).status == 303
    assert secured.is_in()
    assert "9 of 10 left" in secured.page.get("/account").text


def test_they_are_shown_and_saved_for_as_long_as_they_are_kept(owner: Someone) -> None:
    owner.clock.advance(minutes=14)
    owner.set_up_app()
    owner.clock.advance(minutes=14)  # the password was given half an hour ago
    assert owner.read_codes()
    page = owner.page.get(f"{FACTORS}/codes")
    assert page.has("a", href=f"{FACTORS}/codes.txt")
    assert not page.has("a", href=f"{FACTORS}/codes.txt", download="")
    saved = owner.page.client.get(f"{FACTORS}/codes.txt")
    assert owner.codes[0] in saved.text
    owner.clock.advance(minutes=1)
    assert owner.page.get(f"{FACTORS}/codes.txt").location == FACTORS
    assert words.CODES_GONE in owner.page.get(FACTORS).text


def test_a_locked_session_does_not_save_the_lock_in_their_place(owner: Someone) -> None:
    owner.set_up_app()
    owner.page.post("/lock")
    shown = f"{FACTORS}/codes"
    answer = owner.page.get(f"{FACTORS}/codes.txt", Referer=f"http://localhost{shown}")
    assert answer.location == f"/lock?next={shown}"


def test_it_works_once(secured: Someone) -> None:
    for status in (303, 422):
        secured.give_password()
        assert secured.give_code(secured.codes[0]).status == status
    assert secured.give_code(secured.codes[1]).status == 303


def test_a_changed_or_foreign_one_does_not(
    secured: Someone, someone: Callable[[str], Someone]
) -> None:
    staff = someone("staff").sign_in()
    staff.set_up_app()
    code = secured.codes[0]
    secured.give_password()
    for typed in (code[:-1], code[:-1] + ("a" if code[-1] != "a" else "b"), staff.codes[0], "-"):
        assert secured.give_code(typed).status == 422


def test_they_can_be_downloaded_until_they_are_kept(owner: Someone) -> None:
    owner.set_up_app()
    file = owner.page.get(f"{FACTORS}/codes.txt")
    assert file.response.mimetype == "text/plain"
    assert "attachment" in file.response.headers["Content-Disposition"]
    body = file.response.get_data(as_text=True)
    assert all(code in body for code in owner.codes)
    assert owner.page.post(f"{FACTORS}/codes/kept").location == "/account"
    for url in (f"{FACTORS}/codes", f"{FACTORS}/codes.txt"):
        assert owner.page.get(url).location == FACTORS
    assert words.CODES_GONE in owner.page.get(FACTORS).text


def test_they_are_not_shown_for_ever(owner: Someone) -> None:
    owner.set_up_app()
    owner.clock.advance(minutes=14)
    assert owner.page.get(f"{FACTORS}/codes").status == 200
    owner.clock.advance(minutes=1, seconds=1)
    owner.page.post("/account/step-up", {"password": owner.member.password})
    assert owner.page.get(f"{FACTORS}/codes").location == FACTORS


def test_new_ones_end_the_old_ones(secured: Someone) -> None:
    secured.sign_in()
    old = secured.codes
    assert secured.page.get(f"{FACTORS}/codes/new").status == 200
    assert secured.page.post(f"{FACTORS}/codes/new").location == f"{FACTORS}/codes"
    new = secured.read_codes()
    assert len(set(new + old)) == 20
    other = secured.elsewhere()
    other.give_password()
    assert other.give_code(old[0]).status == 422
    assert other.give_code(new[0]).status == 303


def test_there_are_none_without_a_factor(owner: Someone, app: Flask) -> None:
    assert owner.page.post(f"{FACTORS}/codes/new").location == FACTORS
    with app.app_context(), db.read() as connection:
        assert connection.execute(select(recovery_codes)).all() == []


def test_nothing_of_them_is_kept_in_clear(secured: Someone, app: Flask) -> None:
    secured.give_password()
    secured.give_code(secured.codes[0])
    with app.app_context(), db.read() as connection:
        hashes = connection.execute(select(recovery_codes.c.code_hash)).scalars().all()
        everything = str(connection.execute(select(sessions)).all())
        trail = connection.execute(select(activity)).all()
    everything += str(trail) + str(hashes)
    for code in secured.codes:
        plain = code.replace("-", "")
        assert code not in everything
        assert plain not in everything
        assert hashlib.sha256(plain.encode()).hexdigest() not in hashes
    assert [row.kind for row in trail][-2:] == ["recovery.used", "sign_in.ok"]
