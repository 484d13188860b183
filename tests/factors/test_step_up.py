"""/account/step-up: the password or a second factor again, before what matters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from tests.factors.conftest import FACTORS
from webapp.activity.tables import activity
from webapp.extensions import db
from webapp.people.factors import words

if TYPE_CHECKING:
    from tests.factors.conftest import Someone

GUARDED = f"{FACTORS}/app"
ASKED = f"/account/step-up?next={GUARDED}"


@pytest.fixture
def late(secured: Someone) -> Someone:
    """The owner with an app, signed in a quarter of an hour ago."""
    secured.sign_in()
    secured.clock.advance(minutes=15)
    return secured


def test_it_is_asked_after_a_quarter_of_an_hour(secured: Someone) -> None:
    secured.sign_in()
    secured.clock.advance(minutes=14, seconds=58)
    assert secured.page.get(GUARDED).status == 200
    secured.clock.advance(seconds=3)
    assert secured.page.get(GUARDED).location == ASKED
    assert secured.is_in()  # everything else goes on


@pytest.mark.parametrize("what", ["password", "code", "recovery"])
def test_either_will_do(late: Someone, what: str) -> None:
    before = late.page.client.get_cookie("session")
    form = late.page.get(ASKED).form("/account/step-up")
    assert form.keys() >= {"password", "code"}
    given = {
        "password": {"password": late.member.password},
        "code": {"code": late.phone.code()},
        "recovery": {"code": late.codes[0]},
    }[what]
    answer = late.page.post(ASKED, given)
    assert (answer.status, answer.location) == (303, GUARDED)
    after = late.page.client.get_cookie("session")
    assert before
    assert after
    assert before.value != after.value
    assert late.page.get(GUARDED).status == 200
    thief = late.elsewhere()
    thief.page.client.set_cookie("session", before.value)
    assert not thief.is_in()


def test_a_passkey_will_do(owner: Someone) -> None:
    owner.add_passkey()
    owner.clock.advance(minutes=15)
    options = owner.options("/account/step-up/passkey/options")
    assert len(options["allowCredentials"]) == 1
    answer = owner.page.post(
        f"/account/step-up/passkey?next={GUARDED}", {"credential": owner.device.get(options)}
    )
    assert (answer.status, answer.location) == (303, GUARDED)
    assert owner.page.get(GUARDED).status == 200


def test_without_a_factor_only_the_password_is_asked(owner: Someone) -> None:
    owner.clock.advance(minutes=15)
    assert "code" not in owner.page.get(ASKED).form("/account/step-up")
    assert owner.page.post(ASKED, {"code": "123456"}).status == 422
    assert owner.page.post(ASKED, {"password": owner.member.password}).location == GUARDED


@pytest.mark.parametrize(
    "given", [{}, {"password": "wrong one here"}, {"code": "x"}, {"password": "", "code": " "},
              {"password": "\x00" * 1000}, {"password": "x" * 60_000}],
)  # fmt: skip
def test_wrong_ones_are_refused(late: Someone, given: dict[str, str]) -> None:
    assert late.page.post(ASKED, given).status == 422
    assert late.page.get(GUARDED).location == ASKED


def test_a_code_is_not_taken_twice(late: Someone) -> None:
    code = late.phone.code()
    assert late.page.post(ASKED, {"code": code}).status == 303
    answer = late.page.post(ASKED, {"code": code})
    assert answer.status == 422
    assert words.WRONG_CODE in answer.text


def test_ten_failures_of_a_session_shut_nobody_else_out(late: Someone) -> None:
    for _ in range(5):
        late.page.post(ASKED, {"password": "wrong one here"})
        late.page.post(ASKED, {"code": late.phone.wrong()})
    answer = late.page.post(ASKED, {"password": late.member.password})
    assert answer.status == 429
    assert answer.response.headers["Retry-After"]
    assert late.elsewhere().sign_in().is_in()


def test_a_right_one_and_a_new_id_do_not_begin_anew(late: Someone) -> None:
    for _ in range(9):
        late.page.post(ASKED, {"password": "wrong one here"})
    assert late.page.post(ASKED, {"code": late.phone.code()}).status == 303
    assert late.page.post(ASKED, {"password": "wrong one here"}).status == 422
    assert late.page.post(ASKED, {"password": late.member.password}).status == 429


def test_strangers_shut_nobody_out_who_is_in(late: Someone) -> None:
    stranger = late.elsewhere()
    assert [stranger.give_password("wrong one here").status for _ in range(10)] == [422] * 10
    assert stranger.give_password().status == 429
    assert late.page.post(ASKED, {"password": late.member.password}).status == 303


@pytest.mark.parametrize("place", ["//evil.example", "https://evil.example", "/nowhere", "/login"])
def test_it_leads_nowhere_else(late: Someone, place: str) -> None:
    answer = late.page.post(f"/account/step-up?next={place}", {"password": late.member.password})
    assert (answer.status, answer.location) == (303, "/")


def test_it_is_written_down(late: Someone) -> None:
    late.page.post(ASKED, {"password": "wrong one here"})
    late.page.post(ASKED, {"password": late.member.password})
    with late.app.app_context(), db.read() as connection:
        rows = connection.execute(select(activity).order_by(activity.c.id.desc()).limit(2)).all()
    assert [(row.kind, row.outcome) for row in rows] == [
        ("step_up.ok", "ok"), ("step_up.failed", "failed"),
    ]  # fmt: skip


def test_naming_a_passkey_asks_too(owner: Someone) -> None:
    owner.add_passkey("Laptop")
    found = re.search(rf'href="({FACTORS}/passkeys/\d+)"', owner.page.get(FACTORS).html)
    assert found
    owner.clock.advance(minutes=15)
    assert owner.page.get(found[1]).location == f"/account/step-up?next={found[1]}"
    assert owner.page.post(found[1], {"name": "Mine"}).status == 401
    assert "Laptop" in owner.page.get(FACTORS).text
