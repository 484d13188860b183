"""Writes that wait for NeroPay, as values. Not here: keeping, changing and sending them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from webapp.activity.service import Actor
from webapp.writes.models import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Row


# Its author was suspended, or has another role since.
ORPHANED: Final = frozenset({"author_suspended", "author_role"})


class HeldState(StrEnum):
    """What a held write waits for."""

    WAITING = "waiting"  # for NeroPay
    NEEDS_YOU = "needs_you"  # for a person: it clashed, or NeroPay does not have the record


@dataclass(frozen=True, slots=True)
class Held:
    """One write that waits.

    Attributes:
        id: Will be the intent's id and Idempotency-Key.
        payload: What the feature makes the write of, as it gave it.
        refusal: Why it needs a person.
        version: Which version of it this is; each change makes a new one.
        created_at: When it was first kept: its place in the queue.
        next_try_at: Before that it is not sent; None when it goes as soon as NeroPay is there.
        tries: How often NeroPay turned it away without looking at it.
    """

    id: str
    actor: Actor
    kind: str
    record_type: str
    record_id: str | None
    label: str
    payload: Mapping[str, Any]
    state: HeldState
    refusal: Refusal | None
    version: int
    created_at: datetime
    changed_at: datetime
    next_try_at: datetime | None = None
    tries: int = 0

    @property
    def fields(self) -> tuple[str, ...]:
        """What it changes."""
        return tuple(self.shown)

    @property
    def shown(self) -> Mapping[str, Any]:
        """What it sends, for people."""
        shown: Mapping[str, Any] = self.payload.get("shown", {})
        return shown

    @property
    def needs_you(self) -> bool:
        """Whether a person has to decide before it can be sent."""
        return self.state is HeldState.NEEDS_YOU

    @property
    def is_orphan(self) -> bool:
        """Whether its author may not send it any more."""
        return self.refusal is not None and self.refusal.kind in ORPHANED


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be kept.

    Attributes:
        changes: Field to (before, after), for the trail.
    """

    intent_id: str | None
    kind: str
    record_type: str
    record_id: str | None
    label: str
    payload: Mapping[str, Any]
    changes: Mapping[str, tuple[object, object]] = field(default_factory=dict)


def held_of(row: Row[Any]) -> Held:
    """Make the value of a row."""
    said = json.loads(row.refusal)
    refusal = None
    if said:
        fields = {name: tuple(words) for name, words in said["fields"].items()}
        refusal = Refusal(said["kind"], said["code"], said["message"], fields, said["theirs"])
    return Held(
        id=row.id,
        actor=Actor(row.actor_id, row.actor_name, row.actor_address),
        kind=row.kind,
        record_type=row.record_type,
        record_id=row.record_id,
        label=row.label,
        payload=json.loads(row.payload),
        state=HeldState(row.state),
        refusal=refusal,
        version=row.version,
        created_at=row.created_at,
        changed_at=row.changed_at,
        next_try_at=row.next_try_at,
        tries=row.tries,
    )


def dump_refusal(refusal: Refusal) -> str:
    """Write down why it needs a person."""
    said = {
        "kind": refusal.kind,
        "code": refusal.code,
        "message": refusal.message,
        "fields": {name: list(words) for name, words in refusal.fields.items()},
        "theirs": dict(refusal.theirs),
    }
    return json.dumps(said)
