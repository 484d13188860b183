"""Seeds are encrypted for one person under SECRET_KEY, which can be changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from tests.factors.conftest import Someone
from webapp import sealing
from webapp.extensions import db
from webapp.people.tables import people
from webapp.sealing import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

NEW = "another-key-for-tests-only"
OLD = "a-key-for-tests-only"


def sealed(app: Flask) -> str:
    with app.app_context(), db.read() as connection:
        return str(
            connection.execute(
                select(people.c.totp_seed).where(people.c.totp_seed.is_not(None))
            ).scalar_one()
        )


def moved(who: Someone, app: Flask) -> Someone:
    """The same person with the same phone, after the restart with other keys."""
    other = Someone(app, who.member, who.clock)
    other.phone, other.codes = who.phone, who.codes
    who.clock.advance(minutes=1)
    return other


def test_it_opens_for_the_same_person_and_purpose_only(app: Flask) -> None:
    with app.app_context():
        text = sealing.seal("JBSWY3DP", person_id=1)
        assert sealing.unseal(text, person_id=1) == sealing.Opened("JBSWY3DP", False)
        assert text != sealing.seal("JBSWY3DP", person_id=1)
        for wrong in ({"person_id": 2}, {"person_id": 1, "purpose": sealing.FRESH}):
            with pytest.raises(Unreadable):
                sealing.unseal(text, **wrong)
        changed = text[:20] + ("B" if text[20] == "A" else "A") + text[21:]
        for nonsense in ("", "JBSWY3DP", text[:-2], "💣", changed):
            with pytest.raises(Unreadable):
                sealing.unseal(nonsense, person_id=1)


def test_put_into_anothers_row_it_does_not_open(
    secured: Someone, app: Flask, someone: Callable[[str], Someone]
) -> None:
    staff = someone("staff")
    staff.phone = secured.phone
    with app.app_context(), db.write() as connection:
        row = connection.execute(
            select(people.c.totp_seed, people.c.totp_confirmed_at).where(people.c.role == "owner")
        ).one()
        connection.execute(
            update(people).where(people.c.id == staff.member.id).values(row._asdict())
        )
    staff.give_password()
    staff.clock.advance(seconds=30)
    assert staff.give_code(staff.phone.code()).status == 422


def test_while_it_is_rotated_use_encrypts_anew(
    secured: Someone, make_app: Callable[..., Flask]
) -> None:
    before = sealed(secured.app)
    rotating = make_app(secret_key=NEW, secret_key_before=OLD)
    moved(secured, rotating).sign_in()
    after = sealed(rotating)
    assert after != before
    moved(secured, make_app(secret_key=NEW)).sign_in()
    assert sealed(rotating) == after


def test_without_the_old_key_only_recovery_codes_work(
    secured: Someone, make_app: Callable[..., Flask]
) -> None:
    who = moved(secured, make_app(secret_key=NEW))
    who.give_password()
    assert who.give_code(who.phone.code()).status == 422
    assert who.give_code(who.codes[0]).status == 303


def test_the_command_encrypts_all(secured: Someone, make_app: Callable[..., Flask]) -> None:
    rotating = make_app(secret_key=NEW, secret_key_before=OLD)
    command = ["user", "rotate-seeds"]
    result = rotating.test_cli_runner().invoke(args=command)
    assert result.output == "1 encrypted anew, 0 were already, 0 cannot be read.\n"
    result = make_app(secret_key=NEW).test_cli_runner().invoke(args=command)
    assert result.output == "0 encrypted anew, 1 were already, 0 cannot be read.\n"
    moved(secured, make_app(secret_key=NEW)).sign_in()


def test_the_command_says_what_it_cannot_read(
    secured: Someone, make_app: Callable[..., Flask]
) -> None:
    result = make_app(secret_key=NEW).test_cli_runner().invoke(args=["user", "rotate-seeds"])
    assert result.exit_code == 1
    assert "1 cannot be read" in result.output


def test_keys_are_not_shown(app: Flask) -> None:
    settings = replace(app.extensions["tillside.settings"], secret_key_before=OLD)
    assert OLD not in repr(settings)
