"""The list of somebody's sessions, and ending them one by one.

Not here: what a session is (sessions.py), and how a device is called (devices.py).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import current_app
from sqlalchemy import ColumnElement, Row, delete, select

from webapp.clock import now
from webapp.extensions import db
from webapp.people import trail
from webapp.people.devices import device_name
from webapp.people.sessions import current_person
from webapp.people.tables import people, sessions
from webapp.people.visits import Sessions, current_visit, is_over

if TYPE_CHECKING:
    from webapp.people.models import Person


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """A session as its owner sees it.

    Attributes:
        id: Names it in `end_session`; nobody can sign in with it.
        user_agent: What the browser called itself at sign-in.
        address: Network address at sign-in.
        created_at: When it began.
        seen_at: When it was used last, to the minute.
        is_locked: Whether it waits for the password.
        is_current: Whether the request that asks belongs to it.
    """

    id: str
    user_agent: str
    address: str | None
    created_at: datetime
    seen_at: datetime
    is_locked: bool
    is_current: bool


def list_sessions(person_id: int) -> tuple[SessionInfo, ...]:
    """Give the sessions of one person that can be used: this one first, then the latest seen."""
    moment, interface = now(), current_app.session_interface
    own = current_visit()
    own_hash = own.id_hash if own else None
    idle_lock = interface.idle_lock if isinstance(interface, Sessions) else None
    found = [
        SessionInfo(
            id=_handle(row.id_hash),
            user_agent=row.user_agent or "",
            address=row.address,
            created_at=row.created_at,
            seen_at=row.seen_at,
            is_locked=bool(row.locked_at or (idle_lock and moment - row.seen_at >= idle_lock)),
            is_current=row.id_hash == own_hash,
        )
        for row in _rows(person_id)
        if not is_over(row, Sessions.serializer.loads(row.data), moment)
    ]
    return tuple(sorted(found, key=lambda one: (not one.is_current, -one.seen_at.timestamp())))


def end_session(session_id: str) -> bool:
    """End one of the signed-in person's sessions.

    Args:
        session_id: A `SessionInfo.id`; anything at all.

    Returns:
        Whether there was such a session.
    """
    person = current_person()
    assert person is not None, "only for signed-in people"
    wanted = session_id.encode("utf-8", "replace")
    hashes = [
        row.id_hash
        for row in _rows(person.id)
        if hmac.compare_digest(_handle(row.id_hash).encode("ascii"), wanted)
    ]
    return bool(hashes) and _end_of(person, sessions.c.id_hash == hashes[0]) > 0


def end_other_sessions() -> int:
    """End every session of the signed-in person but this one; give how many."""
    visit = current_visit()
    assert visit is not None, "only within a request"
    assert visit.person is not None, "only for signed-in people"
    return _end_of(visit.person, sessions.c.id_hash != visit.id_hash)


def _rows(person_id: int) -> list[Row[Any]]:
    with db.read() as connection:
        found = connection.execute(
            select(sessions, people.c.role, people.c.password_changed_at)
            .join_from(sessions, people)
            .where(sessions.c.person_id == person_id)
        )
        return list(found)


def _end_of(person: Person, which: ColumnElement[bool]) -> int:
    with db.write() as connection:
        ended = connection.execute(
            delete(sessions)
            .where(sessions.c.person_id == person.id, which)
            .returning(sessions.c.user_agent, sessions.c.address)
        ).all()
        if ended:
            devices = "; ".join(map(_device_of, ended))
            changes = {"sessions": (devices, f"{len(ended)} ended")}
            trail.note(connection, "session.ended", person.id, person.name, changes=changes)
    return len(ended)


def _device_of(row: Row[*tuple[Any, ...]]) -> str:
    name = device_name(row.user_agent or "")
    return f"{name}, {row.address}" if row.address else name


def _handle(id_hash: str) -> str:
    """Name a session in a page: neither its id nor what our table holds of it."""
    return hashlib.sha256(f"session {id_hash}".encode("ascii")).hexdigest()[:32]
