"""Signing in and out.

Not here: how often one may try (throttle.py), what a session is (sessions.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request
from sqlalchemy import select, update

from webapp.activity.service import Actor, record
from webapp.clock import now
from webapp.extensions import db
from webapp.people import sessions, throttle
from webapp.people.addresses import email_key, is_findable
from webapp.people.models import Person, SignInRefused
from webapp.people.passwords import is_password
from webapp.people.tables import people

if TYPE_CHECKING:
    from typing import Any

    from sqlalchemy import Connection, Row


def sign_in(email: str, password: str) -> Person:
    """Start a session for whoever this is; the browser's old one ends.

    Args:
        email: As typed, anything at all.
        password: As typed, anything at all.

    Returns:
        Who is signed in now.

    Raises:
        SignInRefused: No such account, wrong password or suspended; one hash was made for each.
        Throttled: Too many failures; nothing was compared.
    """
    key = email_key(email)
    reserved = throttle.reserve_try(key, request.remote_addr)
    row = _find(key)
    is_right = is_password(password, row.password_hash if row else None)
    if row is None or not is_right:
        _record_failure(row)
        raise SignInRefused
    with db.write() as connection:
        visit = _start(connection, row, reserved)
    if visit is None:  # suspended, or changed while we were comparing
        _record_failure(row)
        raise SignInRefused
    assert visit.person is not None
    sessions.adopt(visit)
    return visit.person


def sign_out() -> None:
    """End the session of this browser; does nothing for visitors."""
    person = sessions.current_person()
    if person:
        with db.write() as connection:
            sessions.end_current(connection)
            _record(connection, person, "sign_out", "ok")
    sessions.forget()


def _find(key: str) -> Row[Any] | None:
    if not is_findable(key):
        return None
    with db.read() as connection:
        return connection.execute(select(people).where(people.c.email_key == key)).one_or_none()


def _start(connection: Connection, row: Row[Any], reserved: int) -> sessions.Visit | None:
    moment = now()
    person = sessions.person_of(row)
    noted = connection.execute(
        update(people)
        .where(
            people.c.id == row.id,
            people.c.is_active.is_(True),
            people.c.password_hash == row.password_hash,
            people.c.role == row.role,
        )
        .values(last_seen_at=moment)
    )
    if not noted.rowcount:
        return None
    throttle.take_back(connection, reserved)
    visit = sessions.create_session(connection, person, moment=moment)
    _record(connection, person, "sign_in.ok", "ok")
    return visit


def _record_failure(row: Row[Any] | None) -> None:
    """Note a failure; what was typed is not kept, as it may be a password in the wrong box."""
    with db.write() as connection:
        record(
            connection,
            actor=Actor(None, "Not signed in", request.remote_addr),
            kind="sign_in.failed",
            outcome="failed",
            record_type="person" if row else None,
            record_id=str(row.id) if row else None,
            label=row.name if row else "",
        )


def _record(connection: Connection, person: Person, kind: str, outcome: str) -> None:
    record(
        connection,
        actor=Actor(person.id, person.name, request.remote_addr),
        kind=kind,
        outcome=outcome,
        record_type="person",
        record_id=str(person.id),
        label=person.name,
    )
