"""Giving the password or a second factor again, before something that matters.

Not here: which pages ask for it (`needs_step_up`), and how long it holds (sessions.py).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from webapp.extensions import db
from webapp.people import sessions, throttle, trail
from webapp.people.factors.challenges import Purpose
from webapp.people.factors.models import WrongCode
from webapp.people.factors.second_step import passkey_proof, use_code
from webapp.people.lookups import is_own_password
from webapp.people.models import WrongPassword
from webapp.people.visits import began_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from webapp.people.models import Person


def with_password(person: Person, password: str) -> None:
    """Step up with the password.

    Raises:
        Throttled: Too many failures in this session; nothing was compared.
        WrongPassword: It is wrong.
        SessionEnded: From elsewhere, meanwhile.
    """

    def check() -> Callable[[Connection, Person], None]:
        if not is_own_password(person, password):
            raise WrongPassword
        return lambda _connection, _person: None

    _step_up(person, check)


def with_code(person: Person, typed: str) -> None:
    """Step up with a code from the app or a recovery code.

    Raises:
        Throttled: Too many failures in this session; nothing was compared.
        WrongCode: Wrong, or used before.
        SessionEnded: From elsewhere, meanwhile.
    """
    _step_up(person, lambda: partial(use_code, typed=typed))


def with_passkey(person: Person, answer: str) -> None:
    """Step up with a passkey; raises as `with_code` does."""
    _step_up(person, lambda: passkey_proof(Purpose.STEP_UP, answer, person))


def _step_up(person: Person, check: Callable[[], Callable[[Connection, Person], None]]) -> None:
    reserved = throttle.reserve_own_try(person.id, began_at())
    try:
        use = check()
        with db.write() as connection:
            use(connection, person)
            throttle.take_back(connection, reserved)
            trail.note(connection, "step_up.ok", person.id, person.name)
    except (WrongPassword, WrongCode):
        with db.write() as connection:
            trail.note(connection, "step_up.failed", person.id, person.name, outcome="failed")
        raise
    sessions.step_up()
