"""Sessions: how they begin, step up, are locked and end.

Not here: their list (session_list.py), finding a request's session and keeping it (visits.py),
passwords, permissions, and what is said to people.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING, Any

from flask import current_app, request
from sqlalchemy import delete, insert, or_, select, update

from webapp.clock import now
from webapp.extensions import db, login_manager
from webapp.people.models import SessionEnded
from webapp.people.tables import password_resets, second_steps, sessions
from webapp.people.visits import (
    ABSOLUTE,
    IDLE,
    ROLE,
    Level,
    Sessions,
    Visit,
    current_visit,
    hash_id,
    person_of,
)
from webapp.ui import csrf

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask
    from sqlalchemy import Connection

    from webapp.people.models import Person

# What is passed on from visits.py; the names that are made here need no list.
__all__ = ["ABSOLUTE", "IDLE", "Level", "Sessions", "Visit", "person_of"]

STEP_UP_MINUTES = 15

_AGENT_LIMIT = 200  # characters


def init_app(app: Flask) -> None:
    """Let `app` keep its sessions here, and tell Flask-Login who is signed in."""
    settings = app.extensions["tillside.settings"]
    is_secure = settings.cookie_is_secure
    app.config.update(
        SESSION_COOKIE_NAME="__Host-session" if is_secure else "session",
        SESSION_COOKIE_SECURE=is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        REMEMBER_COOKIE_NAME="",  # no cookie has this name: Flask-Login's own is never read
    )
    app.session_interface = Sessions(
        timedelta(minutes=settings.idle_lock) if settings.idle_lock else None
    )
    app.jinja_env.globals["idle_lock"] = 60 * settings.idle_lock  # seconds; 0: never
    login_manager.session_protection = None  # the id is random, and renewed at sign-in
    login_manager.request_loader(lambda _request: current_person())


def current_person() -> Person | None:
    """Give the signed-in person; None for visitors and outside of a request."""
    visit = current_visit()
    return visit.person if visit else None


def is_unavailable() -> bool:
    """Tell whether there may be somebody, but the database could not say who."""
    visit = current_visit()
    return visit is not None and visit.is_unavailable


def is_locked() -> bool:
    """Tell whether this browser's session waits for the password."""
    visit = current_visit()
    return visit is not None and visit.locked_at is not None


def is_setup() -> bool:
    """Tell whether this session can do nothing but set up a second factor."""
    visit = current_visit()
    return visit is not None and visit.level == "setup"


def is_stepped_up(minutes: int = STEP_UP_MINUTES) -> bool:
    """Tell whether the password or second factor was given lately, at sign-in or since.

    Args:
        minutes: How long ago counts as lately.
    """
    visit = current_visit()
    given = visit.stepped_up_at if visit else None
    return given is not None and now() - given < timedelta(minutes=minutes)


def create_session(
    connection: Connection, person: Person, *, moment: datetime, level: Level = "full"
) -> Visit:
    """Make a session with a new id and a new CSRF secret; the one of this browser ends.

    Args:
        connection: An open write transaction.
        person: Who signed in.
        moment: Now.
        level: "setup" for somebody who must set up a second factor first.

    Returns:
        The session, for `adopt` once the transaction is through.
    """
    end_current(connection)
    new_id = secrets.token_urlsafe(32)
    visit = Visit({ROLE: person.role.value, csrf.FIELD: secrets.token_hex(20)})
    visit.person, visit.new_id, visit.id_hash = person, new_id, hash_id(new_id)
    visit.seen_at, visit.stepped_up_at, visit.level = moment, moment, level
    visit.began_at = moment
    row = {
        "id_hash": visit.id_hash,
        "person_id": person.id,
        "data": Sessions.serializer.dumps(dict(visit)),
        "created_at": moment,
        "seen_at": moment,
        "address": (request.remote_addr or "")[:45] or None,
        "user_agent": _printable(request.user_agent.string)[:_AGENT_LIMIT],
        "level": level,
        "stepped_up_at": moment,
    }
    connection.execute(insert(sessions).values(row))
    return visit


def adopt(visit: Visit) -> None:
    """Make `visit` the session of the request that is being answered."""
    csrf.renew_token()
    _become(visit)
    login_manager._update_request_context_with_user(visit.person)  # noqa: SLF001  # what its login_user does, without writing into our session


def step_up() -> None:
    """Note that the password or second factor was given again; the session gets a new id.

    Raises:
        SessionEnded: From elsewhere, meanwhile.
    """
    _renew({"stepped_up_at": now()})


def check_current(connection: Connection) -> None:
    """Make sure that this browser's session goes on, before a change that would outlive it.

    Args:
        connection: A write transaction that holds the person's row, as those do that end sessions.

    Raises:
        SessionEnded: From elsewhere, meanwhile.
    """
    own = select(sessions.c.person_id).where(sessions.c.id_hash == _own().id_hash)
    if connection.execute(own).first() is None:
        raise SessionEnded


def keep_only_this(connection: Connection, person_id: int) -> tuple[str, int]:
    """End the sessions that began without a second factor; this one gets a new id, and is full.

    Args:
        connection: As in `check_current`.
        person_id: Who is signed in.

    Returns:
        The new id, for `go_on_as` after the transaction, and how many sessions ended.

    Raises:
        SessionEnded: From elsewhere, meanwhile.
    """
    new_id = _move(connection, {"level": "full"})
    others = sessions.c.person_id == person_id, sessions.c.id_hash != hash_id(new_id)
    return new_id, connection.execute(delete(sessions).where(*others)).rowcount


def go_on_as(new_id: str, **values: Any) -> None:
    """Go on with a new id and what else the session's row was changed to."""
    visit = _own()
    visit.new_id, visit.id_hash = new_id, hash_id(new_id)
    for name, value in values.items():
        setattr(visit, name, value)


def lock() -> None:
    """Ask for the password before anything else of this session is shown."""
    visit = _own()
    if visit.locked_at is None:
        visit.locked_at = now()
        with db.write() as connection:
            connection.execute(
                update(sessions)
                .where(sessions.c.id_hash == visit.id_hash)
                .values(locked_at=visit.locked_at)
            )


def unlock() -> None:
    """Go on with a locked session: the password was given again.

    Raises:
        SessionEnded: From elsewhere, meanwhile.
    """
    moment = now()
    _renew({"locked_at": None, "seen_at": moment, "stepped_up_at": moment})


def seconds_until_lock() -> int | None:
    """Give the seconds until this session locks itself if nobody uses it; None for never."""
    interface, seen_at = current_app.session_interface, _own().seen_at
    if not isinstance(interface, Sessions) or interface.idle_lock is None or seen_at is None:
        return None
    return max(1, ceil((interface.idle_lock - (now() - seen_at)).total_seconds()))


def end_current(connection: Connection) -> None:
    """Delete the row of this browser's session."""
    visit = current_visit()
    if visit and visit.id_hash:
        connection.execute(delete(sessions).where(sessions.c.id_hash == visit.id_hash))


def end_all(connection: Connection, person_id: int) -> None:
    """End every session of one person, and every sign-in that waits for the second factor."""
    for table in (second_steps, sessions):
        connection.execute(delete(table).where(table.c.person_id == person_id))


def end_everything(connection: Connection, person_id: int) -> None:
    """End the same, and every link to set a new password."""
    connection.execute(delete(password_resets).where(password_resets.c.person_id == person_id))
    end_all(connection, person_id)


def purge(connection: Connection, moment: datetime) -> int:
    """Delete the sessions that have run out; give how many."""
    has_run_out = or_(
        sessions.c.seen_at <= moment - IDLE, sessions.c.created_at <= moment - ABSOLUTE
    )
    return connection.execute(delete(sessions).where(has_run_out)).rowcount


def forget() -> None:
    """Make the request's session an empty visitor's; the answer takes the cookie away."""
    csrf.renew_token()
    _become(Visit())
    login_manager._update_request_context_with_user()  # noqa: SLF001  # as in adopt


def _renew(values: dict[str, Any]) -> None:
    """Change this session and give it a new id: what was copied of it before is worth nothing."""
    with db.write() as connection:
        new_id = _move(connection, values)
    go_on_as(new_id, **values)


def _move(connection: Connection, values: dict[str, Any]) -> str:
    new_id = secrets.token_urlsafe(32)
    moved = connection.execute(
        update(sessions)
        .where(sessions.c.id_hash == _own().id_hash)
        .values(id_hash=hash_id(new_id), **values)
    )
    if not moved.rowcount:
        raise SessionEnded
    return new_id


def _own() -> Visit:
    visit = current_visit()
    assert visit is not None, "only within a request"
    assert visit.person is not None, "only for signed-in people"
    return visit


def _become(visit: Visit) -> None:
    """Put `visit` in the place of the request's own session, which is one object throughout."""
    own = current_visit()
    assert own is not None, "only within a request"
    own.clear()
    own.update(visit)
    own.person, own.id_hash, own.new_id = visit.person, visit.id_hash, visit.new_id
    own.began_at, own.seen_at, own.is_unavailable = visit.began_at, visit.seen_at, False
    own.level, own.stepped_up_at, own.locked_at = visit.level, visit.stepped_up_at, visit.locked_at
    own.modified = visit.person is None  # a person's row is written; a visitor's cookie is not


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)
