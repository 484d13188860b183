"""Setting an app up, changing it, taking it away; roles that must have a second factor."""

from __future__ import annotations

import re
from base64 import b64decode
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from tests.conftest import PASSWORD
from tests.factors.conftest import FACTORS, Someone
from webapp.extensions import db
from webapp.people.factors import words
from webapp.people.factors.models import FactorInfo
from webapp.people.factors.service import factors_of, reset_factors
from webapp.people.tables import passkeys as passkeys_table
from webapp.people.tables import people, sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock, Member


@pytest.fixture
def strict(
    app: Flask, make_app: Callable[..., Flask], cast: dict[str, Member], clock: Clock
) -> Callable[[str], Someone]:
    """Gives one of the cast where owners and managers must have a second factor."""
    other = make_app(require_second_factor=("owner", "manager"))
    return lambda role: Someone(other, cast[role], clock)


def test_the_page_has_a_code_to_scan_and_the_key_to_type(owner: Someone) -> None:
    answer = owner.page.get(f"{FACTORS}/app")
    source = re.search(r'src="(data:image/svg\+xml[^"]+)"', answer.html)
    assert source
    drawn = unquote(source[1])
    assert "<svg" in drawn or "<svg" in b64decode(drawn.partition("base64,")[2]).decode()
    key = re.search(r'data-copy="([A-Z2-7]{32})"', answer.html)
    assert key
    groups = re.search(r'secret-key">([^<]+)<', answer.html)
    assert groups
    assert groups[1].replace(" ", "") == key[1]
    assert key[1] in owner.page.get(f"{FACTORS}/app").html  # the same after a reload


def test_nothing_is_on_before_a_right_code(owner: Someone, app: Flask) -> None:
    owner.page.get(f"{FACTORS}/app")
    answer = owner.page.post(f"{FACTORS}/app", {"code": owner.phone.code()})  # another seed's
    assert answer.status == 422
    assert words.WRONG_SETUP_CODE in answer.text
    assert owner.elsewhere().give_password().location == "/"
    with app.app_context(), db.read() as connection:
        row = connection.execute(select(people).where(people.c.role == "owner")).one()
    assert (row.totp_seed, row.totp_confirmed_at) == (None, None)


def test_the_seed_is_nowhere_in_clear(secured: Someone, app: Flask) -> None:
    with app.app_context(), db.read() as connection:
        row = connection.execute(select(people).where(people.c.role == "owner")).one()
        everything = str(connection.execute(select(sessions)).all()) + str(row)
    assert row.totp_seed
    assert secured.phone.seed not in everything


def test_another_phone_takes_the_place_of_the_first(secured: Someone) -> None:
    old = secured.phone
    secured.sign_in()
    secured.clock.advance(minutes=2)
    assert secured.set_up_app().status == 303
    other = secured.elsewhere()
    secured.clock.advance(minutes=2)
    other.give_password()
    assert other.give_code(old.code()).status == 422
    assert other.give_code(secured.phone.code()).status == 303


def test_it_can_be_turned_off_where_it_need_not_be_on(secured: Someone) -> None:
    secured.sign_in()
    assert "only second factor" in secured.page.get(f"{FACTORS}/app/remove").text
    assert secured.page.post(f"{FACTORS}/app/remove").location == FACTORS
    assert words.APP_REMOVED in secured.page.get(FACTORS).text
    assert secured.page.post(f"{FACTORS}/app/remove").location == FACTORS
    assert words.GONE in secured.page.get(FACTORS).text
    other = secured.elsewhere()
    assert other.give_password().location == "/"


@pytest.mark.parametrize("role", ["owner", "manager"])
def test_who_must_have_one_can_do_nothing_else(strict: Callable[[str], Someone], role: str) -> None:
    who = strict(role)
    answer = who.page.post(
        "/login?next=/categories", {"email": who.member.email, "password": PASSWORD}
    )
    assert answer.location == f"{FACTORS}?next=/categories"
    assert "Your role here needs a second factor" in who.page.get(answer.location).text
    for url in ("/", "/customers", "/account", "/team", "/activity", f"{FACTORS}/codes/new"):
        assert who.page.get(url).location.startswith(f"{FACTORS}?next=")
    assert who.page.get("/customers", htmx=True).status == 401
    who.set_up_app()
    assert len(who.codes) == 10
    assert who.page.post(f"{FACTORS}/codes/kept").location == "/categories"
    assert who.is_in()


def test_a_passkey_will_do_as_well(strict: Callable[[str], Someone]) -> None:
    who = strict("owner")
    who.give_password()
    assert who.add_passkey().location == f"{FACTORS}/codes"
    assert who.is_in()


@pytest.mark.parametrize("role", ["staff", "viewer"])
def test_others_need_none(strict: Callable[[str], Someone], role: str) -> None:
    who = strict(role)
    assert who.give_password().location == "/"
    assert who.is_in()


def test_setting_up_gives_the_session_a_new_id(strict: Callable[[str], Someone]) -> None:
    who = strict("owner")
    who.give_password()
    before = who.page.client.get_cookie("session")
    who.set_up_app()
    after = who.page.client.get_cookie("session")
    assert before
    assert after
    assert before.value != after.value


def test_the_last_one_stays_where_one_is_needed(strict: Callable[[str], Someone]) -> None:
    who = strict("owner")
    who.give_password()
    who.set_up_app()
    assert "Remove" not in who.page.get(FACTORS).text
    who.page.post(f"{FACTORS}/app/remove")
    assert words.LAST_FACTOR in who.page.get(FACTORS).text
    who.add_passkey()
    with who.app.app_context(), db.read() as connection:
        number = connection.execute(select(passkeys_table.c.id)).scalar_one()
    who.page.post(f"{FACTORS}/app/remove")
    assert words.APP_REMOVED in who.page.get(FACTORS).text
    who.page.post(f"{FACTORS}/passkeys/{number}/remove")
    assert words.LAST_FACTOR in who.page.get(FACTORS).text


def test_what_others_are_told(secured: Someone, app: Flask, cast: dict[str, Member]) -> None:
    owner, staff = cast["owner"].id, cast["staff"].id
    with app.app_context():
        found = factors_of([owner, staff])
        assert found == {owner: FactorInfo(True, 0, 10), staff: FactorInfo()}
        assert factors_of([]) == {}
        with db.write() as connection:
            reset_factors(connection, owner)
            reset_factors(connection, 999)
        assert factors_of([owner]) == {owner: FactorInfo()}
    assert secured.give_password().location == "/"


@pytest.mark.parametrize("number", [0, 2**31 - 1, 2**31, 2**63, 10**30])
def test_numbers_that_no_passkey_has(owner: Someone, number: int) -> None:
    assert owner.page.get(f"{FACTORS}/passkeys/{number}").status in {303, 404}
