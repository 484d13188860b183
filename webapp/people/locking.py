"""Unlocking a session: the password again, ten tries in a quarter of an hour.

Not here: when a session is locked (sessions.py, visits.py).
"""

from __future__ import annotations

from webapp.extensions import db
from webapp.people import sessions, throttle, trail
from webapp.people.lookups import is_own_password
from webapp.people.models import Person, WrongPassword
from webapp.people.visits import began_at


def unlock_session(person: Person, password: str) -> None:
    """Go on with this browser's session if the password is right; it gets a new id.

    Args:
        person: Whose session it is.
        password: As typed, anything at all.

    Raises:
        WrongPassword: It is another one.
        Throttled: Too many failures in this session; nothing was compared.
        SessionEnded: From elsewhere, meanwhile.
    """
    reserved = throttle.reserve_own_try(person.id, began_at())
    if not is_own_password(person, password):
        _record_failure(person)
        raise WrongPassword
    with db.write() as connection:
        throttle.take_back(connection, reserved)
    sessions.unlock()


def _record_failure(person: Person) -> None:
    with db.write() as connection:
        trail.note(connection, "session.unlock_failed", person.id, person.name, outcome="failed")
