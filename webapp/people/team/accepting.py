"""Accepting an invitation.

Looking at one changes nothing, since mail scanners look at everything. Accepting uses it up first,
by a conditional UPDATE in the transaction that makes the account, so of many at once one wins.
Not here: making invitations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from webapp.clock import now
from webapp.extensions import db
from webapp.people import sessions, trail
from webapp.people.factors.required import must_have_factor
from webapp.people.models import InvalidPerson, Person, Role, WeakPassword
from webapp.people.names import refuse_mistakable
from webapp.people.passwords import find_weakness, hash_password
from webapp.people.tables import invitations, people
from webapp.people.team import words
from webapp.people.team.invitations import IS_OPEN, read_invitation
from webapp.people.team.models import Invitation, LinkRefused
from webapp.people.team.tokens import token_hash

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Connection, Row

    from webapp.people.sessions import Level

_row = invitations.c


def find_invitation(token: str) -> Invitation:
    """Look at an invitation, which changes nothing.

    Args:
        token: From the address; anything at all.

    Raises:
        LinkRefused: There is none that could be accepted now.
    """
    hashed, moment = token_hash(token), now()
    if hashed is None:
        raise LinkRefused
    query = select(invitations).where(_row.token_hash == hashed, IS_OPEN, _row.expires_at > moment)
    with db.read() as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        raise LinkRefused
    return read_invitation(row, "", moment, ())


def accept(token: str, *, name: str, password: str) -> Person:
    """Make the account that an invitation is for, and sign this browser in.

    Args:
        token: From the address; anything at all.
        name: What colleagues will call them, cleaned, 1 to 100 characters.
        password: As typed.

    Returns:
        Who is signed in now; all they can do is set up a second factor, if they must have one.

    Raises:
        LinkRefused: Wrong, used, too old, withdrawn.
        WeakPassword: The password is not taken; the invitation is as it was.
        InvalidPerson: There is an account with the address by now, or the name could be taken
            for another's; the invitation is as it was.
    """
    invitation = find_invitation(token)
    weakness = find_weakness(password, email=invitation.email, name=name)
    if weakness:
        raise WeakPassword(weakness)
    password_hash, moment = hash_password(password), now()
    try:
        with db.write() as connection:
            row = _use_up(connection, token, moment)
            refuse_mistakable(connection, name, row.email_key)
            person = _make_person(connection, row, name, password_hash, moment)
            level: Level = "setup" if must_have_factor(person.role) else "full"
            visit = sessions.create_session(connection, person, moment=moment, level=level)
            trail.note(
                connection,
                "invitation.accepted",
                person.id,
                person.name,
                actor=trail.actor_of(person),
                changes={"role": (None, person.role)},
            )
    except IntegrityError as error:
        raise InvalidPerson({"name": words.ALREADY_JOINED}) from error
    sessions.adopt(visit)
    return person


def _use_up(connection: Connection, token: str, moment: datetime) -> Row[Any]:
    row = connection.execute(
        update(invitations)
        .where(_row.token_hash == token_hash(token), IS_OPEN, _row.expires_at > moment)
        .values(used_at=moment)
        .returning(*_row)
    ).one_or_none()
    if row is None:
        raise LinkRefused
    return row


def _make_person(
    connection: Connection, row: Row[Any], name: str, password_hash: str, moment: datetime
) -> Person:
    values = {
        "email": row.email,
        "email_key": row.email_key,
        "name": name,
        "role": row.role,
        "is_active": True,
        "password_hash": password_hash,
        "theme": "auto",
        "has_shortcuts": True,
        "created_at": moment,
        "password_changed_at": moment,
        "last_seen_at": moment,
    }
    person_id = connection.execute(
        insert(people).values(values).returning(people.c.id)
    ).scalar_one()
    connection.execute(update(invitations).where(_row.id == row.id).values(person_id=person_id))
    return Person(person_id, row.email, name, Role(row.role))
