"""Signing in with a password or with a passkey alone, and signing out.

Not here: the second step (factors/second_step.py), how often one may try (throttle.py), what a
session is (sessions.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import structlog
from flask import request
from sqlalchemy import select

from webapp.activity.service import is_flooded, nobody, record
from webapp.clock import now
from webapp.extensions import db
from webapp.people import sessions, throttle, trail
from webapp.people.addresses import email_key, is_findable
from webapp.people.crowd import crowd
from webapp.people.factors import passkeys, second_step
from webapp.people.factors.challenges import Purpose
from webapp.people.factors.models import WrongCode
from webapp.people.factors.required import must_have_factor
from webapp.people.factors.service import has_factor
from webapp.people.lookups import hold_as_seen
from webapp.people.models import SignInRefused
from webapp.people.passwords import is_password
from webapp.people.tables import people

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Connection, Row

    from webapp.people.models import Person


PROBLEM = "sign_in_problem"  # in a visitor's session: what the sign-in page has to say
MOST_UNKNOWN = 20  # failures a minute, up to which the trail takes those of no account

_FAILED = "sign_in.failed"
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Entry:
    """How somebody whose password was right goes on.

    Attributes:
        step: "full": signed in. "setup": signed in, but only to set up a second factor.
            "second": not signed in yet, a second factor is asked for.
        visit: The session, unless a second factor is asked for.
        token: The name of the second step, if one is asked for.
    """

    step: Literal["full", "setup", "second"]
    visit: sessions.Visit | None = None
    token: str = ""

    def adopt(self) -> None:
        """Go on so in the request that is being answered; call it after the transaction."""
        if self.visit:
            sessions.adopt(self.visit)
        else:
            second_step.remember(self.token)


def sign_in(email: str, password: str) -> Entry:
    """Let in whoever this is, as far as the password goes; the browser's old session ends.

    Args:
        email: As typed, anything at all.
        password: As typed, anything at all.

    Returns:
        How they go on.

    Raises:
        SignInRefused: No such account, wrong password or suspended; one hash was made for each.
        Throttled: Too many failures; nothing was compared.
        Crowded: Too many sign in at this moment; nothing was compared or counted.
    """
    crowd().look()
    key = email_key(email)
    throttle.look(key, request.remote_addr)
    with crowd().place():
        entry = _check(key, password)
    entry.adopt()
    return entry


def sign_in_with_passkey(answer: str) -> Person:
    """Start a session with a passkey alone, which is both factors in one.

    Args:
        answer: The browser's, as JSON; anything at all.

    Raises:
        SignInRefused: Not right, not one of ours, or its owner is suspended.
        Throttled: Too many failures; nothing was compared.
        Crowded: Too many sign in at this moment; nothing was compared or counted.
    """
    crowd().look()
    key = passkeys.account_key(answer)
    throttle.look(key, request.remote_addr)
    with crowd().place():
        person, visit = _check_passkey(key, answer)
    sessions.adopt(visit)
    return person


def enter(connection: Connection, person: Person, moment: datetime) -> Entry:
    """Let somebody in whose password was right or has just been set.

    Args:
        connection: An open write transaction.
        person: Who.
        moment: Now.

    Returns:
        How they go on; call its `adopt` after the transaction.
    """
    if has_factor(connection, person.id):
        sessions.end_current(connection)
        return Entry("second", token=second_step.open_step(connection, person.id, moment))
    level: sessions.Level = "setup" if must_have_factor(person.role) else "full"
    visit = sessions.create_session(connection, person, moment=moment, level=level)
    _note(connection, person, "sign_in.ok")
    return Entry(level, visit)


def sign_out() -> None:
    """End the session of this browser; does nothing for visitors."""
    person = sessions.current_person()
    if person:
        with db.write() as connection:
            sessions.end_current(connection)
            _note(connection, person, "sign_out")
    sessions.forget()


def _find(key: str) -> Row[Any] | None:
    if not is_findable(key):
        return None
    with db.read() as connection:
        return connection.execute(select(people).where(people.c.email_key == key)).one_or_none()


def _check(key: str, password: str) -> Entry:
    reserved = throttle.reserve_try(key, request.remote_addr)
    row = _find(key)
    is_right = is_password(password, row.password_hash if row else None)
    if row is None or not is_right:
        _record_failure(row, reserved)
        raise SignInRefused
    with db.write() as connection:
        entry = _start(connection, row, reserved)
    if entry is None:  # suspended, or changed while we were comparing
        _record_failure(row, reserved)
        raise SignInRefused
    return entry


def _check_passkey(key: str, answer: str) -> tuple[Person, sessions.Visit]:
    reserved = throttle.reserve_try(key, request.remote_addr)
    row = None
    try:
        verified = passkeys.verify(Purpose.SIGN_IN, answer)
        with db.read() as connection:
            row = connection.execute(
                select(people).where(people.c.id == verified.person_id)
            ).one_or_none()
        with db.write() as connection:
            if row is None or not hold_as_seen(connection, row, now()):
                raise WrongCode  # noqa: TRY301  # like any other passkey that does not open
            passkeys.use(connection, verified)
            throttle.take_back(connection, reserved)
            person = sessions.person_of(row)
            visit = sessions.create_session(connection, person, moment=now())
            _note(connection, person, "sign_in.ok")
    except WrongCode as error:
        _record_failure(row, reserved)
        raise SignInRefused from error
    return person, visit


def _start(connection: Connection, row: Row[Any], reserved: int) -> Entry | None:
    moment = now()
    if not hold_as_seen(connection, row, moment):
        return None
    throttle.take_back(connection, reserved)
    return enter(connection, sessions.person_of(row), moment)


def _record_failure(row: Row[Any] | None, reserved: int) -> None:
    """Note a failure; what was typed is not kept, as it may be a password in the wrong box.

    Nobody can take an entry out of the trail, and anybody can fail: of those whose account is not
    there it gets no more than tell of the flood.
    """
    with db.write() as connection:
        if row is None and is_flooded(connection, _FAILED, MOST_UNKNOWN, timedelta(minutes=1)):
            throttle.write_again(connection, reserved)  # nobody sees by the time what there is
            _log.warning("failed_sign_in_not_entered", address=request.remote_addr)
            return
        record(
            connection,
            actor=nobody(request.remote_addr),
            kind=_FAILED,
            outcome="failed",
            record_type="person" if row else None,
            record_id=str(row.id) if row else None,
            label=row.name if row else "",
        )


def _note(connection: Connection, person: Person, kind: str) -> None:
    by = trail.actor_of(person)
    trail.note(connection, kind, person.id, person.name, actor=by)
