"""Whether NeroPay is away, told across processes: since when, why, and that it is back.

Each process knows what its own calls told (`neropay.line`); what they find is one row in the
database, which every page reads. While NeroPay is away the worker asks it from time to time, so
that its return is noticed though nobody clicks. On its return, what is not confirmed is due at
once, unless NeroPay was there all the time and turned us away: then each has its own time.

Not here: words, and the sending of what waits (`sending`).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from flask import current_app
from sqlalchemy import insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from webapp.clock import now
from webapp.db.prepared import Prepared
from webapp.extensions import db, neropay
from webapp.neropay import NeroPayError
from webapp.writes import decisions_journal, journal
from webapp.writes.held_tables import neropay_line

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask, Response

_KEY: Final = "tillside.away"
_EVERY: Final = timedelta(seconds=5)  # as the breaker lets a probe through
_WHEN_ASKED_TO_WAIT: Final = timedelta(seconds=30)
_BUDGET: Final = 3.0  # seconds for a probe
_OF_WRITES_TOO: Final = frozenset({"key", "wait"})
_ROW: Final = Prepared(
    select(neropay_line.c.away_since, neropay_line.c.code).where(neropay_line.c.id == 1)
)


@dataclass(frozen=True, slots=True)
class Away:
    """NeroPay cannot be used now.

    Attributes:
        reason: unreachable, slow, key, wait or maintenance.
        code: Of the trouble, for support.
    """

    since: datetime
    reason: str
    code: str


@dataclass(slots=True)
class _Known:
    """What this process has told and asked so far."""

    events: int = 0
    is_away: bool = False
    probed_at: datetime | None = None


def init_app(app: Flask) -> None:
    """Tell the others after each request that asked NeroPay."""
    app.extensions[_KEY] = _Known()

    @app.after_request
    def _tell(response: Response) -> Response:
        catch_up()
        return response


def current() -> Away | None:
    """Tell whether NeroPay is away now."""
    catch_up()
    with db.read() as connection:
        row = _ROW.first(connection)
    return made_of(row.away_since, row.code) if row else None


def made_of(since: datetime | None, code: str | None) -> Away | None:
    """Make the value of the row's columns; also notes what this process has seen of it."""
    _known().is_away = since is not None
    if since is None or code is None:
        return None
    reason, _, said = code.partition(" ")
    return Away(since, reason, said)


def catch_up() -> None:
    """Note what this request's calls told, before a page says how it is."""
    with suppress(SQLAlchemyError):  # a full disk must not spoil an answer
        note()


def note() -> None:
    """Tell the others what this process's calls told since it was last asked; cheap if nothing."""
    known, line = _known(), neropay().line
    if line.events == known.events:
        return
    known.events = line.events
    if line.reason is not None:
        _note_away(f"{line.reason} {line.code}"[:64])
    elif known.is_away:
        _note_back()


def probe() -> bool:
    """Ask NeroPay whether it is back, if it was away and it is time; for the worker.

    Returns:
        Whether it is there, as far as anybody knows.
    """
    away = current()
    if away is None:
        return True
    known = _known()
    pause = _WHEN_ASKED_TO_WAIT if away.reason == "wait" else _EVERY
    if known.probed_at is not None and now() - known.probed_at < pause:
        return False
    known.probed_at = now()
    with suppress(NeroPayError):  # the line knows; a refusal tells as much as an answer
        neropay().account.get(budget=_BUDGET)
    note()
    return not known.is_away


def _known() -> _Known:
    known: _Known = current_app.extensions.setdefault(_KEY, _Known())
    return known


def _note_away(code: str) -> None:
    _known().is_away = True
    with db.read() as connection:
        row = _ROW.first(connection)
    if row is not None and row.away_since is not None and row.code == code:
        return
    with db.write() as connection:
        journal.lock_record(connection, "neropay", "line")
        if row is None and _ROW.first(connection) is None:
            connection.execute(insert(neropay_line).values(id=1, away_since=now(), code=code))
            return
        since = _ROW.all(connection)[0].away_since
        values = {"code": code, "away_since": since or now()}
        connection.execute(update(neropay_line).where(neropay_line.c.id == 1).values(values))


def _note_back() -> None:
    _known().is_away = False
    with db.write() as connection:
        row = _ROW.first(connection)
        reason = row.code.partition(" ")[0] if row else ""
        back = (
            update(neropay_line)
            .where(neropay_line.c.id == 1, neropay_line.c.away_since.is_not(None))
            .values(away_since=None, back_at=now())
        )
        # A read that goes well says nothing of writes that are not accepted, or too many.
        if connection.execute(back).rowcount and reason not in _OF_WRITES_TOO:
            decisions_journal.make_due(connection, now())
