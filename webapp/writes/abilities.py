"""What NeroPay has switched on for this merchant, shared by all processes for an hour.

Each process knows what the answers to its own calls told (`neropay.abilities`); here it becomes
one row an operation in the database. Nothing is asked to find out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog
from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from webapp.clock import now
from webapp.db.upsert import upsert
from webapp.extensions import db, neropay
from webapp.writes.held_tables import abilities

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask, Response

    from webapp.neropay.abilities import Told

REMEMBERED: Final = timedelta(hours=1)
_KEY: Final = "tillside.abilities"
_AGAIN: Final = timedelta(minutes=10)  # that something is allowed is written no more often
_LOOK: Final = timedelta(seconds=30)  # other processes' news is read no more often
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ability:
    """What NeroPay told about one operation in the last hour.

    Attributes:
        code: Of the refusal; empty when it is allowed.
        status: The HTTP status of the refusal.
        message: NeroPay's own words about the refusal; may be empty.
    """

    name: str
    is_allowed: bool
    code: str
    status: int | None
    message: str
    told_at: datetime


class _Known:
    """What this process has told of and read."""

    def __init__(self) -> None:
        self.events = 0
        self.rows: dict[str, Ability] = {}
        self.read_at: datetime | None = None


def init_app(app: Flask) -> None:
    """Note what answers told after each request that asked NeroPay; templates can ask for it."""
    app.extensions[_KEY] = _Known()

    app.jinja_env.globals["refusal_of"] = refusal_of

    @app.after_request
    def _tell(response: Response) -> Response:
        note()
        return response


def note() -> None:
    """Write down what the answers to this process told since it was last asked; cheap if nothing.

    It never fails: what an answer told about NeroPay is worth less than the answer itself.
    """
    known, heard = _known(), neropay().abilities
    if heard.events == known.events:
        return
    events, moment = heard.events, now()
    try:
        here = current()
        fresh = {
            name: told
            for name, told in heard.told(known.events).items()
            if _is_news(here.get(name), told, moment)
        }
        if fresh:
            _write(fresh, moment)
    except SQLAlchemyError as error:
        _log.warning("what NeroPay allows was not written down", exc_info=error)
        return
    known.events = events
    if fresh:
        known.read_at = None


def current(*, is_fresh: bool = False) -> dict[str, Ability]:
    """Give what was told in the last hour, by operation.

    Args:
        is_fresh: Whether what other processes were told is to be in it to the last moment.
    """
    known, moment = _known(), now()
    if is_fresh or known.read_at is None or moment - known.read_at >= _LOOK:
        with db.read() as connection:
            rows = connection.execute(select(abilities)).all()
        known.rows = {row.name: Ability(*row) for row in rows}
        known.read_at = moment
    return {
        name: ability
        for name, ability in known.rows.items()
        if moment - ability.told_at < REMEMBERED
    }


def refusal_of(name: str) -> Ability | None:
    """Give NeroPay's refusal of an operation, if it is what was told last within the hour.

    Args:
        name: Such as customers.update.
    """
    ability = current().get(name)
    return None if ability is None or ability.is_allowed else ability


def _is_news(here: Ability | None, told: Told, moment: datetime) -> bool:
    """Whether to write it down: a refusal always, as its time is shown and its hour begins anew."""
    if not told.is_allowed or here is None or not here.is_allowed:
        return True
    return moment - here.told_at >= _AGAIN


def _write(fresh: dict[str, Told], moment: datetime) -> None:
    with db.write() as connection:
        for name, told in fresh.items():
            values = {
                "is_allowed": told.is_allowed,
                "code": told.code[:64],
                "status": told.status,
                "message": told.message[:300],
                "told_at": moment,
            }
            upsert(connection, abilities, {"name": name, **values})


def _known() -> _Known:
    known: _Known = current_app.extensions.setdefault(_KEY, _Known())
    return known
