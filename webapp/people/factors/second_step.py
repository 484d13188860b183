"""The second step of signing in: after the password, a code or a passkey.

Between the two steps nobody is signed in. A row says whose password was right; the visitor's
signed cookie carries its random name. It lasts ten minutes and five tries, and a change of the
password or a suspension ends it. Not here: the password (webapp.people.sign_in).
"""

from __future__ import annotations

import hashlib
import secrets
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import request, session
from sqlalchemy import delete, insert, select, update

from webapp.clock import now
from webapp.extensions import db
from webapp.people import sessions, throttle, trail
from webapp.people.factors import passkeys, recovery, totp
from webapp.people.factors.challenges import Purpose
from webapp.people.factors.models import STEP_LIFETIME, StepOver, WrongCode
from webapp.people.lookups import hold_as_seen
from webapp.people.tables import people, second_steps

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from webapp.people.models import Person

    Proof = Callable[[Connection, Person], None]

TRIES = 5

_KEY = "second_step"


def open_step(connection: Connection, person_id: int, moment: datetime) -> str:
    """Note that somebody's password was right.

    Args:
        connection: An open write transaction.
        person_id: Whose.
        moment: Now.

    Returns:
        The step's name, for `remember` once the transaction is through.
    """
    token = secrets.token_urlsafe(32)
    row = {"token_hash": _hash(token), "person_id": person_id, "created_at": moment, "tries": 0}
    connection.execute(insert(second_steps).values(row))
    return token


def remember(token: str) -> None:
    """Put the step's name into the visitor's cookie; whoever was signed in here is not any more."""
    sessions.forget()
    session[_KEY] = token


def waiting_person() -> int | None:
    """Give the id of the person whose password was given here, while a try is left."""
    row = _find()
    return int(row.id) if row else None


def passkey_options() -> str:
    """Give what the browser needs to use a passkey of whoever this is, as JSON.

    Raises:
        StepOver: Nobody gave a password here, or too long ago.
    """
    row = _find()
    if row is None:
        raise StepOver
    return passkeys.options_for_using(Purpose.SECOND_STEP, row.id)


def finish_with_code(typed: str) -> Person:
    """Sign in with a code from the app, or a recovery code.

    Raises:
        StepOver: The password has to be given again.
        Throttled: Too many failures lately; nothing was compared.
        WrongCode: Wrong, or used before.
    """
    return _finish(lambda _person: partial(use_code, typed=typed))


def finish_with_passkey(answer: str) -> Person:
    """Sign in with a passkey; raises as `finish_with_code` does."""
    return _finish(lambda person: passkey_proof(Purpose.SECOND_STEP, answer, person))


def use_code(connection: Connection, person: Person, typed: str) -> None:
    """Use up a code of either kind.

    Raises:
        WrongCode: Wrong, or used before.
    """
    if totp.is_code_like(typed):
        totp.use_code(connection, person.id, typed)
    else:
        recovery.use_code(connection, person, typed)


def passkey_proof(purpose: Purpose, answer: str, person: Person) -> Proof:
    """Check somebody's passkey; what is given back uses the answer up.

    Raises:
        WrongCode: It is not right, or somebody else's.
    """
    verified = passkeys.verify(purpose, answer)
    if verified.person_id != person.id:
        raise WrongCode
    return lambda connection, _person: passkeys.use(connection, verified)


def _finish(check: Callable[[Person], Proof]) -> Person:
    row = _find()
    if row is None:
        raise StepOver
    reserved = throttle.reserve_try(row.email_key, request.remote_addr)
    _spend_try(row)
    person = sessions.person_of(row)
    try:
        prove = check(person)  # outside of the transaction: signatures take their time
        with db.write() as connection:
            if not hold_as_seen(connection, row, now()):
                raise StepOver
            prove(connection, person)
            _use_up(connection, row)
            throttle.take_back(connection, reserved)
            visit = sessions.create_session(connection, person, moment=now())
            trail.note(
                connection, "sign_in.ok", person.id, person.name, actor=trail.actor_of(person)
            )
    except WrongCode:
        with db.write() as connection:
            trail.note(connection, "sign_in.failed", person.id, person.name, outcome="failed")
        raise
    sessions.adopt(visit)
    return person


def _find() -> Row[Any] | None:
    """Find the step that the cookie names, with its person, while it can still be finished."""
    token = session.get(_KEY)
    if not isinstance(token, str) or sessions.current_person():
        return None
    with db.read() as connection:
        return connection.execute(
            select(people, second_steps.c.token_hash)
            .join_from(second_steps, people)
            .where(
                second_steps.c.token_hash == _hash(token),
                second_steps.c.created_at > now() - STEP_LIFETIME,
                second_steps.c.created_at >= people.c.password_changed_at,
                second_steps.c.tries < TRIES,
                people.c.is_active.is_(True),
            )
        ).one_or_none()


def _spend_try(row: Row[Any]) -> None:
    """Count the try before it is made, in a transaction of its own."""
    with db.write() as connection:
        counted = connection.execute(
            update(second_steps)
            .where(second_steps.c.token_hash == row.token_hash, second_steps.c.tries < TRIES)
            .values(tries=second_steps.c.tries + 1)
        )
    if not counted.rowcount:
        raise StepOver


def _use_up(connection: Connection, row: Row[Any]) -> None:
    done = connection.execute(
        delete(second_steps).where(second_steps.c.token_hash == row.token_hash)
    )
    if not done.rowcount:
        raise StepOver


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
