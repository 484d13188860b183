"""What other parts use of people: who is asking, who may what, and changes to accounts.

Not here: signing in and out (sign_in.py), sessions, permissions and passwords themselves; their
names that others need are passed on from here.
"""

from __future__ import annotations

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from webapp.clock import now
from webapp.extensions import db
from webapp.people import sessions, throttle, trail, words
from webapp.people.addresses import checked_email, email_key
from webapp.people.locking import unlock_session
from webapp.people.lookups import find_by_email, missing_right
from webapp.people.models import (
    ROLES,
    InvalidPerson,
    PeopleError,
    Person,
    Role,
    SignInRefused,
    Theme,
    Throttled,
    WeakPassword,
    WrongPassword,
)
from webapp.people.names import change_name, refuse_mistakable
from webapp.people.passwords import Weakness, find_weakness, hash_password, is_password, is_same
from webapp.people.permissions import (
    PERMISSIONS,
    Permission,
    can,
    lock_allowed,
    needs_step_up,
    public,
    requires,
    sends_file,
    setup_allowed,
)
from webapp.people.polling import polling
from webapp.people.session_list import SessionInfo, end_other_sessions, end_session, list_sessions
from webapp.people.sessions import current_person, is_locked, is_setup, lock, seconds_until_lock
from webapp.people.sign_in import PROBLEM as SIGN_IN_PROBLEM
from webapp.people.sign_in import sign_in, sign_in_with_passkey, sign_out
from webapp.people.tables import people
from webapp.people.trail import current_actor
from webapp.people.visits import began_at
from webapp.ui.forms import clean_text, text_problem

__all__ = [
    "PERMISSIONS",
    "ROLES",
    "SIGN_IN_PROBLEM",
    "InvalidPerson",
    "PeopleError",
    "Permission",
    "Person",
    "Role",
    "SessionInfo",
    "SignInRefused",
    "Throttled",
    "WeakPassword",
    "WrongPassword",
    "can",
    "change_name",
    "change_password",
    "create_person",
    "current_actor",
    "current_person",
    "end_other_sessions",
    "end_session",
    "find_by_email",
    "is_locked",
    "is_setup",
    "list_sessions",
    "lock",
    "lock_allowed",
    "missing_right",
    "needs_step_up",
    "polling",
    "public",
    "requires",
    "seconds_until_lock",
    "sends_file",
    "set_preferences",
    "setup_allowed",
    "sign_in",
    "sign_in_with_passkey",
    "sign_out",
    "unlock_session",
]

NAME_LENGTH = 100  # characters


def create_person(
    *,
    email: str,
    name: str,
    role: str,
    password: str,
    is_active: bool = True,
) -> int:
    """Make an account.

    Args:
        email: The address to sign in with; one account each.
        name: What colleagues call them.
        role: One of `ROLES`.
        password: 12 to 128 characters, not a common one.
        is_active: Whether they may sign in.

    Returns:
        The person's id.

    Raises:
        InvalidPerson: With everything that is wrong, by field.
    """
    name = clean_text(name)
    address = checked_email(email)
    weakness = find_weakness(password, email=email, name=name)
    checks = {
        "email": None if address else words.NOT_AN_EMAIL,
        "name": text_problem(name, NAME_LENGTH) if name else words.NAME_MISSING,
        "role": None if role in ROLES else words.NOT_A_ROLE,
        "password": words.WEAKNESS[weakness] if weakness else None,
    }
    wrong = {field: text for field, text in checks.items() if text}
    if wrong or address is None:
        raise InvalidPerson(wrong)
    moment = now()
    values = {
        "email": address,
        "email_key": email_key(address),
        "name": name,
        "role": role,
        "is_active": is_active,
        "password_hash": hash_password(password),
        "theme": "auto",
        "has_shortcuts": True,
        "created_at": moment,
        "password_changed_at": moment,
    }
    try:
        return _insert_person(values)
    except IntegrityError as error:
        raise InvalidPerson({"email": words.EMAIL_TAKEN}) from error


def change_password(person: Person, current: str, new: str) -> None:
    """Change the own password; every session and link ends, and this browser gets a new one.

    Args:
        person: Who is signed in.
        current: The password until now.
        new: The password from now on.

    Raises:
        WeakPassword: The new one is not taken, or both are the same.
        WrongPassword: The current one is wrong.
        Throttled: Too many failures in this session; nothing was compared.
        SessionEnded: From elsewhere, meanwhile.
    """
    weakness = find_weakness(new, email=person.email, name=person.name)
    if not weakness and is_same(current, new):
        weakness = Weakness.UNCHANGED  # what is stored need not be asked: both were typed
    if weakness:
        raise WeakPassword(weakness)
    reserved = throttle.reserve_own_try(person.id, began_at())
    with db.read() as connection:
        old_hash = connection.execute(
            select(people.c.password_hash).where(people.c.id == person.id)
        ).scalar_one_or_none()
    if not is_password(current, old_hash):
        _record_failure(person)
        raise WrongPassword
    new_hash, moment = hash_password(new), now()
    with db.write() as connection:
        changed = connection.execute(
            update(people)
            .where(people.c.id == person.id, people.c.password_hash == old_hash)
            .values(password_hash=new_hash, password_changed_at=moment)
        )
        if not changed.rowcount:  # changed in another window while we were comparing
            raise WrongPassword
        sessions.check_current(connection)  # or whoever was thrown out would be in again
        throttle.take_back(connection, reserved)
        sessions.end_everything(connection, person.id)
        visit = sessions.create_session(connection, person, moment=moment)
        trail.note(connection, "password.changed", person.id, person.name)
    sessions.adopt(visit)


def set_preferences(person: Person, *, theme: Theme, has_shortcuts: bool) -> None:
    """Keep how somebody wants pages to be.

    Args:
        person: Who is signed in.
        theme: `auto`, `light` or `dark`.
        has_shortcuts: Whether single keys do something.
    """
    with db.write() as connection:
        connection.execute(
            update(people)
            .where(people.c.id == person.id)
            .values(theme=theme, has_shortcuts=has_shortcuts)
        )


def _insert_person(values: dict[str, object]) -> int:
    with db.write() as connection:
        refuse_mistakable(connection, str(values["name"]), str(values["email_key"]))
        person_id = connection.execute(
            insert(people).values(values).returning(people.c.id)
        ).scalar_one()
        changes = {"role": (None, values["role"])}
        trail.note(connection, "person.created", person_id, str(values["name"]), changes=changes)
    return int(person_id)


def _record_failure(person: Person) -> None:
    """Note that somebody gave another password than their own; what was typed is not kept."""
    with db.write() as connection:
        trail.note(connection, "password.change_failed", person.id, person.name, outcome="failed")
