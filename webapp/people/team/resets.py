"""Links to set a new password: by e-mail for an hour, or from a manager for a day.

A new password ends every session and voids every other link; it signs nobody in, so the second
factor is asked for as ever. Not here: the letter (people/mail.py).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from flask import request
from sqlalchemy import delete, insert, select, update

from webapp.activity.service import nobody
from webapp.clock import now
from webapp.extensions import db
from webapp.people import mail, sessions, throttle, trail
from webapp.people.addresses import email_key, is_findable
from webapp.people.models import Person, WeakPassword
from webapp.people.passwords import find_weakness, hash_password
from webapp.people.tables import password_resets, people
from webapp.people.team.links import reset_link
from webapp.people.team.models import Link, LinkRefused, NobodyThere
from webapp.people.team.service import lock_both
from webapp.people.team.tokens import make_token, token_hash

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Connection, Row, Select

    from webapp.activity.service import Actor

BY_MAIL = timedelta(hours=1)
BY_MANAGER = timedelta(days=1)

_log = structlog.get_logger()
_row = password_resets.c


def count_request(email: str) -> None:
    """Count that a letter was asked for, whether there is such an account or not.

    Args:
        email: As typed, anything at all.

    Raises:
        Throttled: Too often for this address, or from this place.
    """
    throttle.count_letter(email_key(email), request.remote_addr)


def send_reset_mail(email: str, address: str | None = None) -> bool:
    """Send a link to whoever has an account with this address; tell nobody whether that is so.

    Runs in the background, so that the answer to the visitor takes the same time in any case.

    Args:
        email: As typed, anything at all.
        address: Network address that it was asked from.

    Returns:
        Whether a letter was sent; the links of earlier letters are void then. One that a manager
        handed over is not: a stranger who knows the address could take it away.
    """
    key = email_key(email)
    if not is_findable(key):
        return False
    query = select(people).where(people.c.email_key == key, people.c.is_active.is_(True))
    with db.write() as connection:
        row = connection.execute(query).one_or_none()
        if row is None:
            return False
        earlier = _row.person_id == row.id, _row.created_by.is_(None)
        connection.execute(delete(password_resets).where(*earlier))
        link = _make(connection, row, BY_MAIL, None)
        _note(connection, nobody(address), "password.reset_requested", row)
    try:
        mail.send(mail.reset_letter(link, reset_link(link.token)))
    except mail.MailFailed:
        _log.exception("reset_mail_failed", person_id=row.id)
        return False
    return True


def make_reset_link(actor: Actor, person_id: int) -> Link:
    """Make a link for somebody who cannot sign in, to be handed to them; voids every earlier one.

    Args:
        actor: Who asks.
        person_id: Whose password.

    Raises:
        NotAllowed: The person is not below the own role, or oneself.
        NobodyThere: No such person, or suspended.
    """
    with db.write() as connection:
        row = lock_both(connection, actor, person_id)
        if not row.is_active:
            raise NobodyThere
        connection.execute(delete(password_resets).where(_row.person_id == row.id))
        link = _make(connection, row, BY_MANAGER, actor.person_id)
        _note(connection, actor, "password.reset_requested", row)
    return link


def find_reset(token: str) -> Person:
    """Look whose password a link is for, which changes nothing.

    Args:
        token: From the address; anything at all.

    Raises:
        LinkRefused: There is none that could be used now.
    """
    with db.read() as connection:
        return sessions.person_of(_find(connection, token, now()))


def reset_password(token: str, password: str) -> Person:
    """Set a new password; every session and every other link of the person ends.

    Args:
        token: From the address; anything at all.
        password: As typed.

    Returns:
        Whose password it is.

    Raises:
        LinkRefused: Wrong, used, too old, withdrawn, or the account is suspended.
        WeakPassword: The password is not taken; the link is as it was.
    """
    person = find_reset(token)
    weakness = find_weakness(password, email=person.email, name=person.name)
    if weakness:
        raise WeakPassword(weakness)
    password_hash, moment = hash_password(password), now()
    with db.write() as connection:
        locked = select(people.c.id).where(people.c.id == person.id)
        connection.execute(locked.with_for_update(key_share=True))  # people first, as everywhere
        used = connection.execute(
            update(password_resets)
            .where(
                _row.token_hash == token_hash(token),
                _row.used_at.is_(None),
                _row.expires_at > moment,
            )
            .values(used_at=moment)
        )
        if not used.rowcount:
            raise LinkRefused
        changed = connection.execute(
            update(people)
            .where(people.c.id == person.id, people.c.is_active.is_(True))
            .values(password_hash=password_hash, password_changed_at=moment)
            .returning(people)
        ).one_or_none()
        if changed is None:  # suspended at this moment
            raise LinkRefused
        sessions.end_everything(connection, person.id)
        throttle.forget(connection, email_key(person.email))
        _note(connection, nobody(request.remote_addr), "password.reset", changed)
    return person


def purge(connection: Connection, moment: datetime) -> int:
    """Delete the links that ran out; give how many."""
    return connection.execute(delete(password_resets).where(_row.expires_at <= moment)).rowcount


def _make(
    connection: Connection, row: Row[Any], lifetime: timedelta, created_by: int | None
) -> Link:
    token, moment = make_token(), now()
    connection.execute(
        insert(password_resets).values(
            token_hash=token_hash(token),
            person_id=row.id,
            created_by=created_by,
            created_at=moment,
            expires_at=moment + lifetime,
        )
    )
    person = sessions.person_of(row)
    return Link(token, person.email, person.name, person.role, moment + lifetime)


def _find(connection: Connection, token: str, moment: datetime) -> Row[Any]:
    hashed = token_hash(token)
    if hashed is None:
        raise LinkRefused
    query: Select[Any] = (
        select(people)
        .join_from(people, password_resets, _row.person_id == people.c.id)
        .where(
            *(_row.token_hash == hashed, _row.used_at.is_(None), _row.expires_at > moment),
            people.c.is_active.is_(True),
        )
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise LinkRefused
    return row


def _note(connection: Connection, actor: Actor, kind: str, row: Row[Any]) -> None:
    trail.note(connection, kind, row.id, row.name, actor=actor)
