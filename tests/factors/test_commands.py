"""`flask user reset-factor` and `set-password`: for an owner who is locked out."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from tests.factors.conftest import Someone
from webapp.activity.tables import activity
from webapp.extensions import db
from webapp.people.tables import (
    passkeys,
    password_resets,
    recovery_codes,
    second_steps,
    sessions,
)

NEW_PASSWORD = "a quite different password"


def run(who: Someone, *args: str, text: str = "") -> tuple[int, str]:
    email = ["--email", who.member.email.upper()]
    result = who.app.test_cli_runner().invoke(args=["user", *args, *email], input=text)
    return result.exit_code, result.output


def test_reset_takes_everything_and_signs_out(secured: Someone) -> None:
    inside = secured.elsewhere().sign_in()
    inside.add_passkey()
    waiting = secured.elsewhere()
    waiting.give_password()
    assert run(secured, "reset-factor") == (
        0, "Owner Person has no second factor any more, and is signed out everywhere.\n",
    )  # fmt: skip
    assert not inside.is_in()
    assert waiting.give_code(secured.codes[0]).location == "/login?next=/"
    with secured.app.app_context(), db.read() as connection:
        for table in (passkeys, recovery_codes, second_steps, sessions):
            assert connection.execute(select(table)).all() == []
        last = connection.execute(select(activity).order_by(activity.c.id.desc())).first()
    assert last
    assert (last.kind, last.actor_name, last.label) == (
        "factor.reset", "Command line", "Owner Person",
    )  # fmt: skip
    assert secured.give_password().location == "/"


def test_set_password_signs_out_and_keeps_the_factor(secured: Someone) -> None:
    inside = secured.elsewhere().sign_in()
    waiting = secured.elsewhere()
    waiting.give_password()
    link = {"token_hash": "x", "person_id": secured.member.id, "created_at": secured.clock()}
    link["expires_at"] = secured.clock()
    with secured.app.app_context(), db.write() as connection:
        connection.execute(insert(password_resets).values(link))
    secured.clock.advance(seconds=30)
    code, output = run(secured, "set-password", "--password-stdin", text=f"{NEW_PASSWORD}\n")
    assert (code, output) == (
        0, "Owner Person has a new password, and is signed out everywhere.\n",
    )  # fmt: skip
    assert not inside.is_in()
    assert waiting.give_code(secured.phone.code()).location == "/login?next=/"
    with secured.app.app_context(), db.read() as connection:
        assert connection.execute(select(password_resets)).all() == []
    assert secured.give_password().status == 422
    assert secured.give_password(NEW_PASSWORD).location == "/login/second?next=/"


def test_set_password_is_a_way_in_after_too_many_failures(secured: Someone) -> None:
    statuses = [secured.give_password("wrong one here").status for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    run(secured, "set-password", "--password-stdin", text=NEW_PASSWORD)
    assert secured.give_password(NEW_PASSWORD).location == "/login/second?next=/"


def test_asked_for_twice_without_standard_input(secured: Someone) -> None:
    typed = f"{NEW_PASSWORD}\n{NEW_PASSWORD}\n"
    code, output = run(secured, "set-password", text=typed)
    assert code == 0
    assert NEW_PASSWORD not in output


@pytest.mark.parametrize("password", ["short", "password1234", ""])
def test_a_weak_password_is_not_set(secured: Someone, password: str) -> None:
    code, output = run(secured, "set-password", "--password-stdin", text=password)
    assert code == 1
    assert "The password was not set." in output
    assert secured.give_password().status == 303


@pytest.mark.parametrize("command", [("reset-factor",), ("set-password", "--password-stdin")])
def test_an_address_that_nobody_has(secured: Someone, command: tuple[str, ...]) -> None:
    result = secured.app.test_cli_runner().invoke(
        args=["user", *command, "--email", "nobody@shop.example"], input=NEW_PASSWORD
    )
    assert result.exit_code == 1
    assert "There is no account with this address." in result.output
