"""Accounts as others ask about them: whose address one is, and what somebody may still do.

Not here: who is asking (sessions.py), and what the team page lists (team/listing.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import select, update

from webapp.extensions import db
from webapp.people.addresses import email_key
from webapp.people.models import Role
from webapp.people.passwords import is_password
from webapp.people.permissions import PERMISSIONS, Permission
from webapp.people.sessions import person_of
from webapp.people.tables import people

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from webapp.people.models import Person


def find_by_email(email: str) -> Person | None:
    """Find an account by its address, typed in any way."""
    with db.read() as connection:
        row = connection.execute(
            select(people).where(people.c.email_key == email_key(email))
        ).one_or_none()
    return person_of(row) if row else None


def is_own_password(person: Person, typed: str) -> bool:
    """Compare what somebody typed with their password; costs one hash.

    Args:
        person: Who is signed in.
        typed: Anything at all.
    """
    query = select(people.c.password_hash).where(people.c.id == person.id)
    with db.read() as connection:
        stored = connection.execute(query).scalar_one_or_none()
    return is_password(typed, stored)


def hold_as_seen(connection: Connection, row: Row[Any], moment: datetime) -> bool:
    """Hold somebody as they were when they were looked up, until the transaction ends.

    Args:
        connection: An open write transaction.
        row: Of people, as it was read before.
        moment: Now, which is when they were seen last.

    Returns:
        Whether they are still so: active, with the same password and role.
    """
    held = connection.execute(
        update(people)
        .where(
            people.c.id == row.id,
            people.c.is_active.is_(True),
            people.c.password_hash == row.password_hash,
            people.c.role == row.role,
        )
        .values(last_seen_at=moment)
    )
    return bool(held.rowcount)


def missing_right(
    connection: Connection, person_id: int | None, permission: Permission
) -> Literal["", "suspended", "role"]:
    """Say why somebody may no longer do something; nothing when they may.

    Args:
        connection: Any.
        person_id: None for the command line, which may everything.
        permission: What it takes.
    """
    if person_id is None:
        return ""
    query = select(people.c.is_active, people.c.role).where(people.c.id == person_id)
    row = connection.execute(query).one_or_none()
    if row is None or not row.is_active:
        return "suspended"
    return "" if permission in PERMISSIONS[Role(row.role)] else "role"
