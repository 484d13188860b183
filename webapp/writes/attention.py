"""What every page of a person tells about writes and NeroPay: one look at the database a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import url_for
from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.exc import SQLAlchemyError

from webapp.clock import now
from webapp.db.prepared import Prepared
from webapp.extensions import db
from webapp.people.service import Permission, can
from webapp.writes import away, notices, words
from webapp.writes.held import is_offered
from webapp.writes.held_models import HeldState
from webapp.writes.held_tables import held_writes, neropay_line
from webapp.writes.held_tables import notices as notices_table
from webapp.writes.leading import record_url, undo_action
from webapp.writes.models import State
from webapp.writes.tables import intents

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Table

    from webapp.ui.toasts import Action


def _is_theirs(table: Table) -> ColumnElement[bool]:
    """Whether the reader may write records of its type."""
    return or_(
        and_(table.c.record_type == "customer", bindparam("customers", 0) == 1),
        and_(table.c.record_type == "category", bindparam("categories", 0) == 1),
    )


_SENT = (
    select(
        func.count().label("all"),
        func.count().filter(_is_theirs(intents)).label("theirs"),
    )
    .where(intents.c.settled_at.is_(None), intents.c.state == State.UNKNOWN)
    .subquery()
)
_HELD = select(
    func.count().label("all"),
    func.count().filter(_is_theirs(held_writes)).label("theirs"),
    func.count()
    .filter(
        _is_theirs(held_writes),
        held_writes.c.state == HeldState.NEEDS_YOU,
        or_(held_writes.c.actor_id == bindparam("person_id"), bindparam("decides", 0) == 1),
    )
    .label("to_decide"),
).subquery()
_LOOK = Prepared(
    select(
        (_SENT.c.all + _HELD.c.all).label("anybodys"),
        (_SENT.c.theirs + _HELD.c.theirs).label("theirs"),
        _HELD.c.to_decide,
        select(func.count())
        .select_from(notices_table)
        .where(
            notices_table.c.person_id == bindparam("person_id"), notices_table.c.told_at.is_(None)
        )
        .scalar_subquery()
        .label("untold"),
        select(neropay_line.c.away_since)
        .where(neropay_line.c.id == 1)
        .scalar_subquery()
        .label("away_since"),
        select(neropay_line.c.code).where(neropay_line.c.id == 1).scalar_subquery().label("code"),
    )
)


@dataclass(frozen=True, slots=True)
class Word:
    """What became of a write, for its author.

    Attributes:
        url: Where there is more to see: the record, when all is well; empty for what was thrown
            away, which has no page.
        undo: The button that takes it back, when it changed a record.
    """

    tone: str
    text: str
    url: str
    undo: Action | None


@dataclass(frozen=True, slots=True)
class Attention:
    """What the frame of a page shows.

    Attributes:
        open_count: Writes that are not confirmed or wait, of what the reader may write.
        to_decide: Those of them that wait for a person, and the reader may decide about.
        is_any_open: Whether there is any, whoever may see to it.
        away_text: Since when and why NeroPay is away; empty while it answers.
        away_advice: What goes on then.
        away_code: For support.
        words: Told on this page and never again.
    """

    open_count: int
    to_decide: int
    is_any_open: bool
    away_text: str
    away_advice: str
    away_code: str
    words: tuple[Word, ...]


def gather(person_id: int, *, is_shown: bool) -> Attention:
    """Give what to tell the signed-in person.

    Args:
        person_id: Theirs.
        is_shown: Whether the page will be seen: only then what is told once is told.
    """
    away.catch_up()
    with db.read() as connection:
        row = _LOOK.first(connection, {"person_id": person_id, **_rights()})
    assert row is not None
    gone = away.made_of(row.away_since, row.code)
    told = _take(person_id) if row.untold and is_shown else ()
    text, advice = _away_texts(gone.reason, gone.since) if gone else ("", "")
    return Attention(
        open_count=row.theirs,
        to_decide=row.to_decide,
        is_any_open=row.anybodys > 0,
        away_text=text,
        away_advice=advice,
        away_code=gone.code if gone else "",
        words=tuple(map(_word, told)),
    )


def _rights() -> dict[str, int]:
    return {
        "customers": int(can(Permission.CUSTOMERS_WRITE)),
        "categories": int(can(Permission.CATEGORIES_WRITE)),
        "decides": int(can(Permission.WRITES_ALL)),
    }


def _take(person_id: int) -> tuple[notices.Notice, ...]:
    try:
        return notices.take(person_id)
    except SQLAlchemyError:  # a full disk: the page is shown, and these are told on another
        return ()


def _word(one: notices.Notice) -> Word:
    tone, text = words.notice(one)
    if one.state == State.APPLIED:
        undo = undo_action(one.kind, one.record_id, one.intent_id)
        return Word(tone, text, record_url(one.record_type, one.record_id), undo)
    has_page = one.state != notices.CANCELLED
    url = url_for("writes.show", intent_id=one.intent_id) if has_page else ""
    return Word(tone, text, url, None)


def _away_texts(reason: str, since: datetime) -> tuple[str, str]:
    return words.away(reason, since, now()), words.away_advice(
        may_save=can(Permission.CUSTOMERS_WRITE), is_holding=is_offered()
    )
