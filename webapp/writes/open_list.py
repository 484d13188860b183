"""The page of open writes, line by line: what was sent and is not confirmed, and what waits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from webapp.clock import now
from webapp.extensions import db
from webapp.writes import backoff, held, journal
from webapp.writes.looking import list_not_known
from webapp.writes.models import State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from sqlalchemy import Row

    from webapp.writes.held import Held
    from webapp.writes.models import Outcome

_MOST: Final = 200
# Names only: no feature is imported. A deletion has nothing to change.
_FORMS: Final = {
    "customer.create": "customers.edit_held",
    "customer.update": "customers.edit_held",
    "category.create": "categories.edit_held",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One write.

    Attributes:
        state: sending, unknown, not_known, waiting, needs_you, or behind (another one of
            its record goes first).
        fields: What it changes.
        next_try_at: When we ask again; for what waits, only if NeroPay has turned it away.
    """

    intent_id: str
    kind: str
    record_type: str
    record_id: str | None
    label: str
    author_id: int | None
    author: str
    since: datetime
    next_try_at: datetime | None
    state: str
    fields: tuple[str, ...]
    reason: str = ""
    is_orphan: bool = False

    @property
    def form(self) -> str:
        """The endpoint of the form that changes it while it waits; empty when it has none."""
        return _FORMS.get(self.kind, "")

    @property
    def is_held(self) -> bool:
        """Whether nothing of it was sent yet."""
        return self.state in {"waiting", "behind", "needs_you"}


@dataclass(frozen=True, slots=True)
class OpenWrites:
    """Everything that is under way, of the types of record that a person may write.

    Attributes:
        sent: Not confirmed yet, oldest first.
        held: Waiting for NeroPay, in the order in which it is sent.
        undecided: Waiting for a person, and what waits behind those.
        not_known: Closed without knowing, until somebody has looked.
    """

    sent: tuple[Line, ...]
    held: tuple[Line, ...]
    undecided: tuple[Line, ...]
    not_known: tuple[Outcome, ...]

    @property
    def count(self) -> int:
        """How many are under way."""
        return len(self.sent) + len(self.held) + len(self.undecided)

    def __bool__(self) -> bool:
        return bool(self.count or self.not_known)


def gather(record_types: Collection[str]) -> OpenWrites:
    """Give what is under way.

    Args:
        record_types: "customer", "category": what the person may write.
    """
    moment = now()
    # Of one type the first 200 are looked up, and not what is left of the first 200 of all.
    only = next(iter(record_types)) if len(record_types) == 1 else None
    with db.read() as connection:
        rows = journal.list_open(connection, _MOST, only)
    waiting = held.list_held(record_type=only, limit=_MOST)
    return OpenWrites(
        tuple(line_of_sent(row, moment) for row in rows if row.record_type in record_types),
        *_held_lines(one for one in waiting if one.record_type in record_types),
        tuple(one for one in list_not_known() if one.record_type in record_types),
    )


def own_new(person_id: int, record_type: str) -> tuple[Line, ...]:
    """Give a person's records that are not in the list yet: not confirmed, or waiting."""
    found = gather((record_type,))
    return tuple(
        line
        for line in (*found.sent, *found.undecided, *found.held)
        if line.record_id is None and line.author_id == person_id and line.state != "sending"
    )


def line_of(one: Held, *, is_behind: bool = False) -> Line:
    """Make the line of a write that waits."""
    state = "needs_you" if one.needs_you else "behind" if is_behind else "waiting"
    return Line(
        intent_id=one.id,
        kind=one.kind,
        record_type=one.record_type,
        record_id=one.record_id,
        label=one.label,
        author_id=one.actor.person_id,
        author=one.actor.name,
        since=one.created_at,
        next_try_at=one.next_try_at if backoff.is_put_off(one, now()) else None,
        state=state,
        fields=one.fields,
        reason=one.refusal.kind if one.refusal else "",
        is_orphan=one.is_orphan,
    )


def _held_lines(waiting: Iterable[Held]) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Give what waits for NeroPay, and what waits for a person or behind such a one."""
    held: list[Line] = []
    undecided: list[Line] = []
    places: dict[tuple[str, str], list[Line]] = {}  # of each record: where the next one stands
    for one in waiting:
        key = (one.record_type, one.record_id or one.id)
        place = undecided if one.needs_you else places.get(key, held)
        place.append(line_of(one, is_behind=key in places))
        places[key] = place
    return tuple(held), tuple(undecided)


def line_of_sent(row: Row[Any], moment: datetime) -> Line:
    """Make the line of a write that was sent."""
    is_sending = row.lease_until is not None and row.lease_until > moment
    return Line(
        intent_id=row.id,
        kind=row.kind,
        record_type=row.record_type,
        record_id=row.record_id,
        label=row.label,
        author_id=row.actor_id,
        author=row.actor_name,
        since=row.created_at,
        next_try_at=row.next_try_at,
        state="sending" if is_sending and row.state == State.PENDING else "unknown",
        fields=tuple(json.loads(row.body)) if row.body else (),
    )
