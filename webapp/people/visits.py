"""The session of a request: found by its cookie, kept when the answer goes out.

A signed-in browser holds nothing but a random 256-bit id; our table holds its SHA-256. Visitors
get a short signed cookie in the same place once a form needs a CSRF secret; nothing is stored.
Not here: how sessions begin, change and end (sessions.py).
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

import structlog
from flask import has_request_context
from flask.globals import request_ctx
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.exc import SQLAlchemyError

from webapp.clock import now
from webapp.db.changes import Change
from webapp.db.prepared import Prepared
from webapp.extensions import db
from webapp.people.factors.required import HAS_FACTOR, must_have_factor
from webapp.people.models import Person, Role
from webapp.people.polling import is_polling
from webapp.people.tables import people, sessions

if TYPE_CHECKING:
    from flask import Flask, Request, Response
    from flask.sessions import SessionMixin

Level = Literal["full", "setup"]

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
ROLE = "role"  # the role at sign-in: a session does not outlive a change of it

_WRITE_EVERY = timedelta(minutes=1)  # how often use of a session is noted
_MOST_FLASHES = 10  # a client that sends forms and never shows a page leaves them unread
_WRITE_EVERY_LOCKING = timedelta(seconds=10)  # the same where idle sessions lock after minutes
_ID = re.compile(r"[A-Za-z0-9_-]{43}")  # 256 bits; a visitor's signed cookie has dots in it

_LOAD = Prepared(
    select(
        sessions.c.data,
        sessions.c.created_at,
        sessions.c.seen_at,
        sessions.c.level,
        sessions.c.stepped_up_at,
        sessions.c.locked_at,
        people.c.id,
        people.c.email,
        people.c.name,
        people.c.role,
        people.c.theme,
        people.c.has_shortcuts,
        people.c.password_changed_at,
        HAS_FACTOR.label("has_factor"),
    )
    .join_from(sessions, people)
    .where(sessions.c.id_hash == bindparam("id_hash"), people.c.is_active.is_(True))
)
_KEEP_DATA = Change(update(sessions).where(sessions.c.id_hash == bindparam("visit")), "data")
_log = structlog.get_logger()


class Visit(SecureCookieSession):
    """`flask.session`: a visitor's, or a signed-in person's.

    Attributes:
        person: Who is signed in; None for visitors.
        id_hash: The row in our table.
        new_id: The id that the answer's cookie has to carry, right after sign-in or step-up.
        began_at: When it began, which stays as it is when the session gets a new id.
        seen_at: When use was noted last.
        level: "setup" when nothing but setting up a second factor is allowed.
        stepped_up_at: When the password or second factor was given last.
        locked_at: Since when the password is asked for again; None when it is not.
        is_unavailable: The database could not say who this is.
    """

    person: Person | None = None
    id_hash: str | None = None
    new_id: str | None = None
    began_at: datetime | None = None
    seen_at: datetime | None = None
    level: Level = "full"
    stepped_up_at: datetime | None = None
    locked_at: datetime | None = None
    is_unavailable = False


class Sessions(SecureCookieSessionInterface):
    """Flask's session interface over our table; Flask's own signed cookie for visitors.

    Args:
        idle_lock: After how long without use a session is locked; None: never.
    """

    salt = "tillside-visitor"
    digest_method = staticmethod(hashlib.sha256)
    session_class = Visit

    def __init__(self, idle_lock: timedelta | None = None) -> None:
        self.idle_lock = idle_lock

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Find the session that the cookie names; a visitor's when there is none."""
        value = request.cookies.get(self.get_cookie_name(app), "")
        if not _ID.fullmatch(value):
            return super().open_session(app, request)
        try:
            return self._load(hash_id(value))
        except SQLAlchemyError:
            _log.exception("session_not_loaded")
            visit = Visit()
            visit.is_unavailable = True
            return visit

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep what changed; note use once a minute, or in 10 s where idle sessions lock."""
        assert isinstance(session, Visit)
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

    def _load(self, id_hash: str) -> Visit:
        with db.read() as connection:
            row = _LOAD.first(connection, {"id_hash": id_hash})
        data = self.serializer.loads(row.data) if row else {}
        if row is None or is_over(row, data, now()):
            return Visit()
        visit = Visit(data)
        visit.id_hash, visit.person, visit.seen_at = id_hash, person_of(row), row.seen_at
        # As it is now: a role may have come to need a factor while its people are signed in.
        lacks_factor = not row.has_factor and must_have_factor(row.role)
        visit.level = "setup" if lacks_factor else row.level
        visit.stepped_up_at = row.stepped_up_at
        visit.began_at = row.created_at
        visit.locked_at = row.locked_at or self._idle_since(row.seen_at)
        return visit

    def _idle_since(self, seen_at: datetime) -> datetime | None:
        """Give when a session locked itself; its use is not noted any more until it is unlocked."""
        is_idle = self.idle_lock is not None and now() - seen_at >= self.idle_lock
        return seen_at if is_idle else None

    def _keep(self, visit: Visit, person: Person) -> None:
        moment = now()
        values: dict[str, object] = {}
        if visit.modified:
            if "_flashes" in visit:  # Flask's own name (documented)
                visit["_flashes"] = visit["_flashes"][-_MOST_FLASHES:]
            values["data"] = self.serializer.dumps(dict(visit))
        every = _WRITE_EVERY_LOCKING if self.idle_lock else _WRITE_EVERY
        is_due = visit.seen_at is None or moment - visit.seen_at >= every
        if is_due and visit.locked_at is None and not is_polling():
            values["seen_at"] = moment
        if not values:
            return
        with db.write(is_lasting=False) as connection:
            # People before sessions, as in every transaction: nobody waits in a circle.
            if "seen_at" in values:
                connection.execute(
                    update(people).where(people.c.id == person.id).values(last_seen_at=moment)
                )
            if list(values) == ["data"]:
                _KEEP_DATA.run(connection, {"visit": visit.id_hash, **values})
                return
            connection.execute(
                update(sessions).where(sessions.c.id_hash == visit.id_hash).values(values)
            )


def current_visit() -> Visit | None:
    """Give the session of this request; None outside of one."""
    visit = request_ctx.session if has_request_context() else None
    return visit if isinstance(visit, Visit) else None


def began_at() -> datetime | None:
    """Give when this browser's session began; it tells the sessions of one person apart."""
    visit = current_visit()
    return visit.began_at if visit else None


def hash_id(session_id: str) -> str:
    """Give what our table holds of a session's id."""
    return hashlib.sha256(session_id.encode("ascii")).hexdigest()


def is_over(row: Row[*tuple[Any, ...]], data: dict[str, Any], moment: datetime) -> bool:
    """Tell whether a session has run out, or the person's role or password is a new one.

    Args:
        row: Of the session, with the person's role and password_changed_at.
        data: What is in the row's `data`.
        moment: Now.
    """
    return bool(
        moment - row.seen_at >= IDLE
        or moment - row.created_at >= ABSOLUTE
        or row.created_at < row.password_changed_at
        or data.get(ROLE) != row.role
    )


def person_of(row: Row[*tuple[Any, ...]]) -> Person:
    """Make a person of a row that has the columns of people."""
    return Person(row.id, row.email, row.name, Role(row.role), row.theme, row.has_shortcuts)
