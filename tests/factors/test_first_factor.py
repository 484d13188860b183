"""The first second factor: whoever came in by the password alone is out from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, update

from tests.conftest import PASSWORD
from tests.factors.conftest import FACTORS, Someone
from tests.factors.test_races import ROUNDS, run_at_once
from tests.page import Page
from webapp.extensions import db
from webapp.people.factors import words
from webapp.people.factors.service import factors_of, reset_factors
from webapp.people.tables import people, sign_in_failures

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock, Member

Browsers = tuple[Someone, Someone]
CODES = f"{FACTORS}/codes"
LOGIN = f"/login?next={FACTORS}"
NEW_PASSWORD = "seven green bottles"


@pytest.fixture
def two_where(
    make_app: Callable[..., Flask], cast: dict[str, Member], clock: Clock
) -> Callable[..., Browsers]:
    """Gives the owner, and somebody who knows the owner's password: both in, at two workers."""

    def enter(*roles: str) -> Browsers:
        owner, other = (
            Someone(make_app(require_second_factor=roles), cast["owner"], clock) for _ in range(2)
        )
        for who in (owner, other):
            assert who.give_password().status == 303
        return owner, other

    return enter


@pytest.fixture(params=[("owner",), ()], ids=["required", "not required"])
def two(request: pytest.FixtureRequest, two_where: Callable[..., Browsers]) -> Browsers:
    """The same where the owner must have a second factor, and where not."""
    return two_where(*request.param)


def begin_again(browsers: Browsers, password_hash: str) -> None:
    """Let both be in by the password alone."""
    owner = browsers[0]
    with owner.app.app_context(), db.write() as connection:
        reset_factors(connection, owner.member.id)
        connection.execute(delete(sign_in_failures))
        mine = update(people).where(people.c.id == owner.member.id)
        connection.execute(mine.values(password_hash=password_hash))
    for who in browsers:
        who.page = Page(who.app.test_client())
        assert who.give_password().status == 303


def sending(who: Someone, url: str, **fields: str) -> Callable[[], str]:
    """Make the request ready, for a thread to send; it gives where it leads, or the status."""
    data = {"csrf_token": who.page.csrf_token(), **fields}

    def send() -> str:
        answer = who.page.client.post(url, data=data)
        return answer.headers.get("Location", answer.status)

    return send


def sending_app(who: Someone) -> Callable[[], str]:
    who.see_app()
    return sending(who, f"{FACTORS}/app", code=who.phone.code())


def sending_passkey(who: Someone) -> Callable[[], str]:
    credential = who.device.create(who.options(f"{FACTORS}/passkeys/options"))
    return sending(who, f"{FACTORS}/passkeys/new", name="Laptop", credential=credential)


def sending_password(who: Someone) -> Callable[[], str]:
    return sending(who, "/account/password", current_password=PASSWORD, new_password=NEW_PASSWORD)


KINDS: dict[str, Callable[[Someone], Callable[[], str]]] = {
    "app": sending_app,
    "passkey": sending_passkey,
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_other_browser_is_out_at_once(two: Browsers, kind: str) -> None:
    owner, other = two
    assert KINDS[kind](owner)() == CODES
    assert owner.is_in()
    assert len(owner.read_codes()) == 10
    assert not other.is_in()
    for path in ("", "/app", "/passkeys/new", "/codes"):
        assert other.page.get(FACTORS + path).location.startswith("/login?")
    assert other.give_password().location == "/login/second?next=/"


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_ready_comes_too_late(two: Browsers, kind: str) -> None:
    owner, other = two
    send = KINDS[kind](other)
    assert owner.set_up_app().location == CODES
    assert send().startswith("401")
    owner.clock.advance(minutes=1)
    assert owner.elsewhere().sign_in().is_in()  # the owner's codes are the ones that count


def test_what_was_copied_of_the_session_is_worth_nothing(two: Browsers) -> None:
    owner, other = two
    before = owner.page.client.get_cookie("session")
    owner.set_up_app()
    assert before
    other.page.client.set_cookie("session", before.value)
    assert not other.is_in()


def test_the_browser_that_set_it_up_is_told(two: Browsers) -> None:
    owner, other = two
    other.elsewhere().give_password()
    sending_app(owner)()
    told = owner.page.get(CODES).text
    assert words.APP_ADDED in told
    assert "2 other devices are signed out." in told


def test_a_second_one_leaves_the_others_in(secured: Someone) -> None:
    other = secured.sign_in().elsewhere().sign_in()
    assert secured.add_passkey().status == 303
    assert (secured.is_in(), other.is_in()) == (True, True)
    assert "signed out" not in secured.page.get(FACTORS).text


def test_nobody_elses_session_ends(two: Browsers, someone: Callable[[str], Someone]) -> None:
    staff = someone("staff").sign_in()
    two[0].set_up_app()
    assert staff.is_in()


def test_a_wrong_code_ends_nothing(two: Browsers) -> None:
    owner, other = two
    owner.see_app()
    assert owner.page.post(f"{FACTORS}/app", {"code": owner.phone.wrong()}).status == 422
    assert other.page.get(f"{FACTORS}/app").status == 200
    assert owner.set_up_app().location == CODES


@pytest.mark.parametrize("kinds", ["app app", "app passkey", "passkey passkey"])
def test_of_two_at_once_one_wins(two: Browsers, kinds: str, password_hash: str) -> None:
    first, second = (KINDS[kind] for kind in kinds.split())
    for number in range(ROUNDS // 4):
        places = run_at_once([first(two[0]), second(two[1])])
        assert places.count(CODES) == 1, f"round {number}: {places}"
        assert [who.is_in() for who in two] == [place == CODES for place in places]
        begin_again(two, password_hash)


def test_two_windows_of_one_browser(two: Browsers) -> None:
    owner, _ = two
    window = owner.elsewhere()
    cookie = owner.page.client.get_cookie("session")
    assert cookie
    window.page.client.set_cookie("session", cookie.value)
    send = sending_app(owner)
    places = run_at_once([send, sending(window, f"{FACTORS}/app", code=owner.phone.code())])
    places.remove(CODES)
    assert places[0] in (LOGIN, "401 UNAUTHORIZED")  # ended while it was asked, or just before


def test_a_new_password_at_the_same_moment(
    two_where: Callable[..., Browsers], password_hash: str
) -> None:
    owner, other = browsers = two_where()
    for number in range(ROUNDS // 2):
        run_at_once([sending_app(owner), sending_password(other)])
        with owner.app.app_context():
            has_factor = factors_of([owner.member.id])[owner.member.id].has_any
        assert (owner.is_in(), other.is_in()) == (has_factor, not has_factor), f"round {number}"
        begin_again(browsers, password_hash)


def test_signing_in_at_the_same_moment(two: Browsers, password_hash: str) -> None:
    owner, other = two
    for number in range(ROUNDS // 4):
        other.page = Page(other.app.test_client())
        send = sending(other, "/login", email=other.member.email, password=PASSWORD)
        run_at_once([sending_app(owner), send])
        assert (owner.is_in(), other.is_in()) == (True, False), f"round {number}"
        begin_again(two, password_hash)


@pytest.mark.parametrize(
    "path", [f"{FACTORS}/codes/new", f"{FACTORS}/app/remove", "/account/password"]
)
def test_what_the_guard_let_through_a_moment_before(
    two_where: Callable[..., Browsers], path: str
) -> None:
    owner, other = two_where()
    send = sending(other, path, current_password=PASSWORD, new_password=NEW_PASSWORD)
    meanwhile = [sending_app(owner)]

    def set_up() -> None:
        assert not meanwhile or meanwhile.pop()() == CODES

    other.app.before_request_funcs.setdefault(None, []).append(set_up)  # after the guard's
    assert send().startswith("/login?next=/account")
    assert (owner.is_in(), other.is_in()) == (True, False)
    codes, elsewhere = owner.read_codes(), owner.elsewhere()
    assert elsewhere.give_password().location == "/login/second?next=/"
    assert elsewhere.give_code(codes[0]).location == "/"
