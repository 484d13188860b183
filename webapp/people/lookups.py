"""Accounts as others ask about them: whose address one is, and what somebody may still do.

Not here: who is asking (sessions.py), and what the team page lists (team/listing.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sqlalchemy import select

from webapp.extensions import db
from webapp.people.addresses import email_key
from webapp.people.models import Role
from webapp.people.permissions import PERMISSIONS, Permission
from webapp.people.sessions import person_of
from webapp.people.tables import people

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from webapp.people.models import Person


def find_by_email(email: str) -> Person | None:
    """Find an account by its address, typed in any way."""
    with db.read() as connection:
        row = connection.execute(
            select(people).where(people.c.email_key == email_key(email))
        ).one_or_none()
    return person_of(row) if row else None


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
