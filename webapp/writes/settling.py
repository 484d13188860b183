"""One attempt of one intended write: send it, judge the answer, settle it or leave it for later.

No transaction is open while NeroPay is asked. Whatever is found out goes into one transaction:
the outcome into the journal, the answer into our copy, an entry into the activity trail.
"""

from __future__ import annotations

import logging
import random
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from flask import current_app, g
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from webapp.activity.service import record
from webapp.clock import now
from webapp.extensions import db, neropay
from webapp.neropay import (
    BadResponse,
    IdempotencyConflict,
    Invalid,
    Misconfigured,
    NeroPayError,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unavailable,
)
from webapp.writes import journal, notices
from webapp.writes.held import HOLDABLE
from webapp.writes.models import Decision, Intent, Outcome, State
from webapp.writes.rows import outcome_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Connection, Row

    from webapp.writes.models import Handler, Verdict

logger = logging.getLogger(__name__)

BUDGET: Final = 15.0  # seconds for all attempts of the client together
# While somebody waits for the page. It is there within 12 s, its turn at NeroPay and a crowd of
# other pages included; what is not answered by then is found out by the worker.
PAGE_BUDGET: Final = 10.0
# NeroPay does not say how long it remembers a key; 24 hours are assumed. A minute less, so that
# what is sent last arrives in time.
KEY_MEMORY: Final = timedelta(hours=23, minutes=59)
_LONGEST_DELAY: Final = 30.0
_LONGEST_AFTER: Final = 900.0
_UNTIL_LOOKED_AGAIN: Final = timedelta(minutes=5)
_NOT_SENT: Final = frozenset({"breaker_open", "bulkhead_full"})
_OFF: Final = frozenset({403, 404, 405, 501})  # how "not enabled" may look (not documented)
_TRIES: Final = 3  # of the settling transaction
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_HANDLERS: Final = "tillside.writes"
_Result = TypeVar("_Result")


def handlers() -> dict[str, Handler]:
    """Give the current application's handlers by kind."""
    known: dict[str, Handler] = current_app.extensions.setdefault(_HANDLERS, {})
    return known


def send(intent: Intent, *, budget: float = BUDGET) -> Outcome:
    """Send an attempt whose lease we hold, and settle it by what comes back.

    When that cannot be written down (disk full, database locked), it is as if no answer had come:
    the write stays open, and is found out about later.
    """
    try:
        return _send(intent, budget)
    except SQLAlchemyError:
        logger.exception("the outcome of intent %s could not be kept", intent.id)
        return _current(intent)


def _send(intent: Intent, budget: float) -> Outcome:
    g.is_write_sent = True  # for the words, should the request end in an error
    try:
        data = neropay().send_write(
            intent.method, intent.path, intent.body, key=intent.id, budget=budget
        )
    except NeroPayError as error:
        return _judge(intent, error)
    return _apply(intent, data)


def resolve(intent: Intent, *, budget: float = BUDGET) -> Outcome:
    """Find out about an unknown write whose lease we hold, sending it again if that is right.

    Args:
        intent: The attempt.
        budget: Seconds for sending; a look before it has its own.
    """
    is_old = now() - intent.created_at >= KEY_MEMORY
    try:
        verdict = handlers()[intent.kind].recheck(intent, is_old=is_old)
    except NeroPayError as error:
        return _leave_open(intent, error)
    return _follow(verdict, intent, is_old=is_old, budget=budget)


def _follow(verdict: Verdict, intent: Intent, *, is_old: bool, budget: float) -> Outcome:
    if verdict.decision is Decision.APPLIED:
        return _apply(intent, verdict.data)
    if verdict.decision is Decision.LATER:
        with db.write() as connection:
            journal.postpone(connection, intent, now() + _UNTIL_LOOKED_AGAIN)
        return _current(intent)
    if verdict.decision is Decision.RESEND and not is_old:
        return send(intent, budget=budget)
    return _close(intent, State.UNKNOWN, {"kind": "outcome_unknown", "code": "not_known"})


def _judge(intent: Intent, error: NeroPayError) -> Outcome:
    """Decide what an error says about this write, given what happened before."""
    was_unknown = intent.attempts > 1 or error.is_after_unknown
    if was_unknown and intent.method == "DELETE" and isinstance(error, NotFound):
        return _apply(intent, None)  # it is gone, and an attempt of ours was on its way
    if isinstance(error, OutcomeUnknown | BadResponse):
        return _leave_open(intent, error)
    says_nothing = Unavailable | RateLimited | Misconfigured | IdempotencyConflict
    is_at_work = error.is_after_unknown and error.status == 409
    # Without a code of NeroPay's, something on the way may have turned this attempt away.
    is_foreign = error.code == f"http_{error.status}"
    # What is switched off now may have been on for an earlier attempt, unless we have looked.
    has_looked = intent.method == "PATCH" and not error.is_after_unknown
    is_off = isinstance(error, Refused) and error.status in _OFF and not has_looked
    is_no_word = is_at_work or is_foreign or is_off or isinstance(error, says_nothing)
    if was_unknown and is_no_word:
        # It tells of this attempt only; an earlier one may have taken effect. A conflict can
        # only mean that the earlier one is still being worked on: the bytes are the same.
        return _leave_open(intent, error)
    return _close(intent, State.REFUSED, _describe(error), error.reference)


def _apply(intent: Intent, data: object) -> Outcome:
    """Settle as applied; the answer cannot be had again by other means, so try it hard."""

    def work(connection: Connection) -> Row[Any] | None:
        if not journal.close(connection, intent, State.APPLIED, now(), answer={}, any_attempt=True):
            return None
        seq = journal.next_seq(connection)
        applied = handlers()[intent.kind].apply(connection, intent, data, seq)
        row = journal.note_applied(
            connection,
            intent.id,
            record_id=applied.record_id,
            label=applied.label,
            answer={"differing": applied.fields_differing},
        )
        record(
            connection,
            actor=intent.told_of,
            kind=intent.kind,
            outcome=State.APPLIED,
            record_type=intent.record_type,
            record_id=applied.record_id,
            label=applied.label,
            changes=applied.changes,
            intent_id=intent.id,
        )
        _tell_author(connection, intent, row)
        return row

    try:
        row = _write(work)
    except BadResponse as error:
        # To the client it was a good answer; what is in it cannot be the record.
        logger.warning("answer not usable kind=%s code=%s", intent.kind, error.code)
        return _leave_open(intent, error)
    return _current(intent) if row is None else outcome_of(row)


def _close(
    intent: Intent, state: State, answer: dict[str, object], request_id: str | None = None
) -> Outcome:
    """Settle without an effect on our copy: refused, or never to be known."""

    def work(connection: Connection) -> Row[Any] | None:
        row = journal.close(connection, intent, state, now(), answer=answer, request_id=request_id)
        if row is not None:
            # What waits and goes on waiting may do so for hours: that is no history of its record.
            if intent.held_since is None or answer["kind"] not in HOLDABLE:
                _record_end(connection, intent, state)
            _tell_author(connection, intent, row)
        return row

    row = _write(work)
    return _current(intent) if row is None else outcome_of(row)


def _leave_open(intent: Intent, error: NeroPayError) -> Outcome:
    """Note that it is not known, and when to look again.

    What could not be sent again says nothing of what was sent: that stays as it was noted.
    """
    is_counted = error.code not in _NOT_SENT
    answer = _describe(error) if is_counted else None
    next_try_at = _next_try_at(intent, error, now())

    def work(connection: Connection) -> None:
        is_ours = journal.postpone(
            connection, intent, next_try_at, answer=answer, is_counted=is_counted
        )
        if is_ours and intent.state is State.PENDING:
            _record_end(connection, intent, State.UNKNOWN)

    _write(work)
    return _current(intent)


def kind_of(error: NeroPayError) -> str:
    """Give the kind of a refusal for an error of the client, e.g. "rate_limited"."""
    return _CAMEL.sub("_", type(error).__name__).lower()


def record_lost(connection: Connection, intent: Intent) -> None:
    """Enter into the trail that a write became unknown because its process died."""
    _record_end(connection, intent, State.UNKNOWN)


def _record_end(connection: Connection, intent: Intent, state: State) -> None:
    sent = intent.sent()
    record(
        connection,
        actor=intent.told_of,
        kind=intent.kind,
        outcome=state,
        record_type=intent.record_type,
        record_id=intent.record_id,
        label=intent.label,
        changes={name: (intent.before.get(name), value) for name, value in sent.items()},
        intent_id=intent.id,
    )


def _tell_author(connection: Connection, intent: Intent, row: Row[Any]) -> None:
    """Leave word of a write that was not settled at once: its author has gone on since."""
    if intent.attempts > 1:
        refusal = outcome_of(row).refusal
        notices.leave(
            connection,
            intent.id,
            intent.actor.person_id,
            state=row.state,
            kind=intent.kind,
            record_type=intent.record_type,
            record_id=row.record_id,
            label=row.label,
            detail=refusal.message if refusal else "",
        )


def _next_try_at(intent: Intent, error: NeroPayError, moment: datetime) -> datetime:
    """Back off: 2 s, 4 s, 8 s … 30 s, a quarter more or less, and not before NeroPay wants."""
    delay = min(_LONGEST_DELAY, 2.0 ** min(intent.attempts, 10))
    delay *= random.uniform(0.75, 1.25)  # noqa: S311 - spreads retries, keeps no secret
    return moment + timedelta(seconds=max(delay, min(error.after or 0.0, _LONGEST_AFTER)))


def _describe(error: NeroPayError) -> dict[str, object]:
    fields = dict(error.fields) if isinstance(error, Invalid) else {}
    described: dict[str, object] = {"kind": kind_of(error), "code": error.code}
    described |= {"message": error.message, "fields": fields}
    return described | ({"after": error.after} if error.after else {})


def _write(work: Callable[[Connection], _Result]) -> _Result:
    """Run a settling transaction; again when the database was busy or broke a deadlock."""
    for _ in range(1, _TRIES):
        try:
            return _write_once(work)
        except OperationalError:
            continue
    return _write_once(work)


def _write_once(work: Callable[[Connection], _Result]) -> _Result:
    with db.write() as connection:
        return work(connection)


def _current(intent: Intent) -> Outcome:
    with db.read() as connection:
        row = journal.get(connection, intent.id)
    assert row is not None  # it was there when its lease was taken
    return outcome_of(row)
