"""Sessions: who is asking, kept on the server for people and in a signed cookie for visitors.

A signed-in browser holds nothing but a random 256-bit id; our table holds its SHA-256. Visitors
get a short signed cookie in the same place once a form needs a CSRF secret; nothing is stored.
Not here: passwords, permissions, and what is said to people.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from flask import has_request_context, request
from flask.globals import request_ctx
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from sqlalchemy import Row, bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from webapp.clock import now
from webapp.extensions import db, login_manager
from webapp.people.models import Person, Role
from webapp.people.polling import is_polling
from webapp.people.tables import people, sessions
from webapp.ui import csrf

if TYPE_CHECKING:
    from flask import Flask, Request, Response
    from flask.sessions import SessionMixin
    from sqlalchemy import Connection

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)

_WRITE_EVERY = timedelta(minutes=1)  # how often use of a session is noted
_ID = re.compile(r"[A-Za-z0-9_-]{43}")  # 256 bits; a visitor's signed cookie has dots in it
_ROLE = "role"  # the role at sign-in: a session does not outlive a change of it
_AGENT_LIMIT = 200  # characters

_LOAD = (
    select(
        sessions.c.data,
        sessions.c.created_at,
        sessions.c.seen_at,
        people.c.id,
        people.c.email,
        people.c.name,
        people.c.role,
        people.c.theme,
        people.c.has_shortcuts,
        people.c.password_changed_at,
    )
    .join_from(sessions, people)
    .where(sessions.c.id_hash == bindparam("id_hash"), people.c.is_active.is_(True))
)
_log = structlog.get_logger()


class Visit(SecureCookieSession):
    """`flask.session`: a visitor's, or a signed-in person's.

    Attributes:
        person: Who is signed in; None for visitors.
        id_hash: The row in our table.
        new_id: The id that the answer's cookie has to carry, right after sign-in.
        seen_at: When use was noted last.
        is_unavailable: The database could not say who this is.
    """

    person: Person | None = None
    id_hash: str | None = None
    new_id: str | None = None
    seen_at: datetime | None = None
    is_unavailable = False


class Sessions(SecureCookieSessionInterface):
    """Flask's session interface over our table; Flask's own signed cookie for visitors."""

    salt = "tillside-visitor"
    digest_method = staticmethod(hashlib.sha256)
    session_class = Visit

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Find the session that the cookie names; a visitor's when there is none."""
        value = request.cookies.get(self.get_cookie_name(app), "")
        if not _ID.fullmatch(value):
            return super().open_session(app, request)
        try:
            return _load(_hash(value))
        except SQLAlchemyError:
            _log.exception("session_not_loaded")
            visit = Visit()
            visit.is_unavailable = True
            return visit

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep what changed; note the use of a session, at most once a minute."""
        assert isinstance(session, Visit)
        response.vary.add("Cookie")
        if session.is_unavailable:  # leave the cookie: the next request may find the session
            return
        if session.person is None:
            super().save_session(app, session, response)
            return
        if session.new_id:
            response.set_cookie(
                self.get_cookie_name(app),
                session.new_id,
                path="/",
                secure=self.get_cookie_secure(app),
                httponly=True,
                samesite="Lax",
            )
        try:
            self._keep(session, session.person)
        except SQLAlchemyError:  # what the view did is done; a message or a minute is lost
            _log.exception("session_not_kept")

    def _keep(self, visit: Visit, person: Person) -> None:
        moment = now()
        values: dict[str, object] = {}
        if visit.modified:
            values["data"] = self.serializer.dumps(dict(visit))
        is_due = visit.seen_at is None or moment - visit.seen_at >= _WRITE_EVERY
        if is_due and not is_polling():
            values["seen_at"] = moment
        if not values:
            return
        with db.write() as connection:
            connection.execute(
                update(sessions).where(sessions.c.id_hash == visit.id_hash).values(values)
            )
            if "seen_at" in values:
                connection.execute(
                    update(people).where(people.c.id == person.id).values(last_seen_at=moment)
                )


def init_app(app: Flask) -> None:
    """Let `app` keep its sessions here, and tell Flask-Login who is signed in."""
    is_secure = app.extensions["tillside.settings"].cookie_is_secure
    app.config.update(
        SESSION_COOKIE_NAME="__Host-session" if is_secure else "session",
        SESSION_COOKIE_SECURE=is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        REMEMBER_COOKIE_NAME="",  # no cookie has this name: Flask-Login's own is never read
    )
    app.session_interface = Sessions()
    login_manager.session_protection = None  # the id is random, and renewed at sign-in
    login_manager.request_loader(lambda _request: current_person())


def current_person() -> Person | None:
    """Give the signed-in person; None for visitors and outside of a request."""
    visit = _current_visit()
    return visit.person if visit else None


def is_unavailable() -> bool:
    """Tell whether there may be somebody, but the database could not say who."""
    visit = _current_visit()
    return visit is not None and visit.is_unavailable


def create_session(connection: Connection, person: Person, *, moment: datetime) -> Visit:
    """Make a session with a new id and a new CSRF secret; the one of this browser ends.

    Args:
        connection: An open write transaction.
        person: Who signed in.
        moment: Now.

    Returns:
        The session, for `adopt` once the transaction is through.
    """
    end_current(connection)
    new_id = secrets.token_urlsafe(32)
    visit = Visit({_ROLE: person.role.value, csrf.FIELD: secrets.token_hex(20)})
    visit.person, visit.new_id, visit.id_hash, visit.seen_at = person, new_id, _hash(new_id), moment
    row = {
        "id_hash": visit.id_hash,
        "person_id": person.id,
        "data": Sessions.serializer.dumps(dict(visit)),
        "created_at": moment,
        "seen_at": moment,
        "address": (request.remote_addr or "")[:45] or None,
        "user_agent": _printable(request.user_agent.string)[:_AGENT_LIMIT],
    }
    connection.execute(insert(sessions).values(row))
    return visit


def adopt(visit: Visit) -> None:
    """Make `visit` the session of the request that is being answered."""
    csrf.renew_token()
    _become(visit)
    login_manager._update_request_context_with_user(visit.person)  # noqa: SLF001  # what its login_user does, without writing into our session


def end_current(connection: Connection) -> None:
    """Delete the row of this browser's session."""
    visit = _current_visit()
    if visit and visit.id_hash:
        connection.execute(delete(sessions).where(sessions.c.id_hash == visit.id_hash))


def end_all(connection: Connection, person_id: int) -> None:
    """Delete every session of one person."""
    connection.execute(delete(sessions).where(sessions.c.person_id == person_id))


def purge(connection: Connection, moment: datetime) -> int:
    """Delete the sessions that have run out; give how many."""
    is_over = or_(sessions.c.seen_at <= moment - IDLE, sessions.c.created_at <= moment - ABSOLUTE)
    return connection.execute(delete(sessions).where(is_over)).rowcount


def forget() -> None:
    """Make the request's session an empty visitor's; the answer takes the cookie away."""
    csrf.renew_token()
    _become(Visit())
    login_manager._update_request_context_with_user()  # noqa: SLF001  # as in adopt


def person_of(row: Row[*tuple[Any, ...]]) -> Person:
    """Make a person of a row that has the columns of people."""
    return Person(row.id, row.email, row.name, Role(row.role), row.theme, row.has_shortcuts)


def _load(id_hash: str) -> Visit:
    with db.read() as connection:
        row = connection.execute(_LOAD, {"id_hash": id_hash}).one_or_none()
    visit = _visit_of(row) if row else None
    if visit is None:
        return Visit()
    visit.id_hash = id_hash
    return visit


def _visit_of(row: Row[*tuple[Any, ...]]) -> Visit | None:
    """Read a row; None when the session is over."""
    moment = now()
    data = Sessions.serializer.loads(row.data)
    is_over = (
        moment - row.seen_at >= IDLE
        or moment - row.created_at >= ABSOLUTE
        or row.created_at < row.password_changed_at
        or data.get(_ROLE) != row.role
    )
    if is_over:
        return None
    visit = Visit(data)
    visit.seen_at = row.seen_at
    visit.person = person_of(row)
    return visit


def _become(visit: Visit) -> None:
    """Put `visit` in the place of the request's own session, which is one object throughout."""
    own = _current_visit()
    assert own is not None, "only within a request"
    own.clear()
    own.update(visit)
    own.person, own.id_hash, own.new_id = visit.person, visit.id_hash, visit.new_id
    own.seen_at, own.is_unavailable = visit.seen_at, False
    own.modified = visit.person is None  # a person's row is written; a visitor's cookie is not


def _current_visit() -> Visit | None:
    visit = request_ctx.session if has_request_context() else None
    return visit if isinstance(visit, Visit) else None


def _hash(session_id: str) -> str:
    return hashlib.sha256(session_id.encode("ascii")).hexdigest()


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)
