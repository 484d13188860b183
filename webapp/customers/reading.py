"""What the customer pages read, gathered for them: rows, freshness, history, open writes.

All of it comes from our own database, but for `refresh` and for a record that our copy does not
have in full: those ask NeroPay, within a budget, and say so when it did not answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from sqlalchemy.exc import OperationalError

from webapp.activity import service as activity
from webapp.clock import now
from webapp.customers import directory, sync
from webapp.customers.directory import find_twins, overview, search
from webapp.customers.directory import status as sync_status
from webapp.customers.models import FIELDS
from webapp.neropay.errors import NeroPayError, NotFound, Refused
from webapp.ui import messages
from webapp.ui.filters import clock_time, day
from webapp.writes import service as writes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from webapp.activity.service import Actor, Entry
    from webapp.customers.models import CustomerRow, SyncStatus
    from webapp.writes.service import Outcome

__all__ = [
    "Freshness",
    "Refreshed",
    "find_for_page",
    "find_twins",
    "freshness",
    "guess_from_search",
    "history_of",
    "open_write_on",
    "overview",
    "refresh",
    "search",
    "sync_status",
    "values_of_write",
]

_PAGE_BUDGET = 1.5  # seconds that a page waits for NeroPay before it is shown as far as known
_PART_BUDGET = 8.0  # seconds for the part that refreshes itself
_HISTORY = 20  # entries shown


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What asking NeroPay for one record brought.

    Attributes:
        row: The record as it is known now; None when neither side has it.
        changes: Field to (before, now), where NeroPay had something newer.
        problem: Kind of the error when it could not be asked; None otherwise.
        code: The error's code, for support.
    """

    row: CustomerRow | None
    changes: Mapping[str, tuple[object, object]] = field(default_factory=dict)
    problem: str | None = None
    code: str = ""

    @property
    def is_not_given(self) -> bool:
        """Whether NeroPay does not give it: it does so "where enabled" (documented)."""
        return self.problem == Refused.__name__


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old our copy is, for the frame of every page."""

    state: Literal["ok", "stale", "unknown", "failed"]
    text: str
    since: datetime | None
    code: str | None
    status: SyncStatus


def find_for_page(customer_id: str) -> CustomerRow | None:
    """Give a record from our copy; asked for first when the copy has it not in full.

    Args:
        customer_id: NeroPay's id.

    Returns:
        The record as far as it is known; None when there is none.

    Raises:
        NeroPayError: We do not know it, and NeroPay could not say whether there is one.
    """
    row = directory.find(customer_id)
    if row is not None and row.is_full:
        return row
    return refresh(customer_id, budget=_PAGE_BUDGET).row


def refresh(customer_id: str, *, budget: float = _PART_BUDGET) -> Refreshed:
    """Ask NeroPay for a record, put the answer into our copy, and say what it changed.

    Args:
        customer_id: NeroPay's id.
        budget: Seconds to wait at the most.

    Returns:
        The record as it is known now. A failure of NeroPay's is told, not raised.

    Raises:
        NeroPayError: We do not know it, and NeroPay could not say whether there is one.
    """
    known = directory.find(customer_id)
    try:
        found = sync.refresh_one(customer_id, budget=budget)
    except NotFound as error:
        return Refreshed(known, problem="not_found" if known else None, code=error.code)
    except NeroPayError as error:
        if known is None and not isinstance(error, Refused):
            raise
        return Refreshed(known, problem=type(error).__name__, code=error.code)
    except OperationalError:  # locked, or the disk is full: reading goes on all the same
        if known is None:
            raise
        return Refreshed(known, problem="busy", code="database_failed")
    if found.is_skipped and open_write_on(customer_id):
        return Refreshed(found.row, problem="write_open", code="write_open")
    return Refreshed(found.row, found.changes)


def history_of(customer_id: str) -> tuple[Entry, ...]:
    """Give the newest entries of a record's history, newest first, as one may see them."""
    return activity.as_seen(activity.history("customer", customer_id, limit=_HISTORY))


def open_write_on(customer_id: str) -> Outcome | None:
    """Give the write on a record that NeroPay has not confirmed, if there is one."""
    return writes.open_on("customer", customer_id)


def values_of_write(actor: Actor, intent_id: str) -> dict[str, str | None]:
    """Give what a write of this person's sent, to be taken up again; empty for any other id."""
    if not writes.is_intent_id(intent_id) or writes.author_of(intent_id) != actor.person_id:
        return {}
    sent = writes.sent_fields(intent_id)
    return {name: _text(sent[name]) for name in FIELDS if name in sent}


def guess_from_search(query: str) -> dict[str, str | None]:
    """Put what was searched for in vain into the field that it looks like."""
    if "@" in query:
        return {"email": query}
    if re.fullmatch(r"[0-9 +()./-]{6,}", query):
        return {"phone": query}
    return {"name": query}


def freshness() -> Freshness:
    """Say how old our copy is."""
    status = directory.status()
    if status.finished_at is None:
        state: Literal["unknown", "failed"] = "failed" if status.failed_at else "unknown"
        return Freshness(state, messages.FRESHNESS_WORDS[state], None, status.error_code, status)
    moment = status.finished_at
    when = clock_time(moment)
    if day(moment) != day(now()):
        when = f"{day(moment)}, {when}"
    shown: Literal["ok", "stale", "failed"] = "ok"
    if status.state in {"stale", "failed"}:
        shown = "failed" if status.state == "failed" else "stale"
    return Freshness(shown, messages.copy_from(when), moment, status.error_code, status)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
