"""What the journal hands out and what a feature hands to it: plain frozen values.

Not here: the table, the sending, and what staff read about an outcome.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from webapp.neropay import UNANSWERED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from webapp.activity.service import Actor


class State(StrEnum):
    """How far an intended write is."""

    PENDING = "pending"  # noted down; being sent, or its process died meanwhile
    APPLIED = "applied"  # NeroPay said yes
    REFUSED = "refused"  # NeroPay said no, or it was certainly never sent: nothing changed
    UNKNOWN = "unknown"  # sent, no clear answer; with settled_at: closed without ever knowing


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a write was refused, by NeroPay or by us.

    Attributes:
        kind: The client error's class in snake case (invalid, refused, not_found, rate_limited,
            misconfigured, unavailable, idempotency_conflict) or one of ours: changed_meanwhile,
            write_open (another write on the record is not settled), unknown_intent (the id of the
            form is not one that this person can use: a new form is needed).
        code: NeroPay's error code, or ours.
        message: NeroPay's own words, cleaned; may be empty.
        fields: For each field concerned, what was said about it.
        theirs: For changed_meanwhile: the fields that both sides changed, as NeroPay has them.
        after: Seconds that NeroPay asked to wait before another try; 0 when it named none.
    """

    kind: str
    code: str
    message: str = ""
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    theirs: Mapping[str, str | None] = field(default_factory=dict)
    after: float = 0.0


# Another form was sent under this id before, and nobody knows yet what became of it.
NOT_CONFIRMED: Final = (
    Refusal("outcome_unknown", "outcome_unknown"),
    Refusal("outcome_unclear", "outcome_unknown"),
)
# The same, and nobody will ever know.
_NOT_KNOWN: Final = Refusal("not_known", "not_known")

# Looks at our copy in the transaction that notes a write down; a refusal means: do not.
Guard = Callable[["Connection"], Refusal | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known about one intended write.

    Attributes:
        intent_id: The intent's id, which is its Idempotency-Key.
        state: How far it is.
        kind: What was intended, e.g. "customer.create".
        record_type: "customer" or "category".
        record_id: NeroPay's id; None for a create that is not applied.
        label: The record's name, for words to staff.
        created_at: When it was first submitted.
        settled_at: When it was settled; None while it is open.
        next_try_at: When we ask again, for an open one.
        refusal: Why, when it was refused.
        error_code: Of the last unclear answer, when it is unknown.
        fields_differing: Field to (sent, answered), where NeroPay stored something else.
        is_replay: The same id and body were seen before; nothing new was sent.
        is_changed_body: The id was seen before with another body; nothing new was sent.
        is_no_change: There was nothing to change, so nothing was sent.
        looked_up_by: Who has looked up at NeroPay what became of one that was closed as unknown.
        given_up_by: Who stopped looking for what became of it.
        reason: Why, in that person's words.
        changed_by_others: What was found changed meanwhile in fields that this write does not
            touch: field to its value now. Known only to whoever submitted it just now.
        copy_of: How old the copy was that it was compared with, where NeroPay does not give
            single records; None where NeroPay itself was asked. Known only as above.
    """

    intent_id: str
    state: State
    kind: str
    record_type: str
    record_id: str | None
    label: str
    created_at: datetime
    settled_at: datetime | None = None
    next_try_at: datetime | None = None
    refusal: Refusal | None = None
    error_code: str | None = None
    fields_differing: Mapping[str, tuple[object, object]] = field(default_factory=dict)
    is_replay: bool = False
    is_changed_body: bool = False
    is_no_change: bool = False
    looked_up_by: str = ""
    given_up_by: str = ""
    reason: str = ""
    changed_by_others: Mapping[str, str | None] = field(default_factory=dict)
    copy_of: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be settled."""
        return self.settled_at is None

    @property
    def unknown_kind(self) -> str:
        """The kind of words for one that is not known: whether NeroPay answered at all."""
        return self._not_confirmed.kind

    @property
    def _not_confirmed(self) -> Refusal:
        return NOT_CONFIRMED[bool(self.error_code) and self.error_code not in UNANSWERED]

    @property
    def is_closed_unknown(self) -> bool:
        """Whether it was given up without knowing: a person has to look."""
        return self.state is State.UNKNOWN and self.settled_at is not None

    @property
    def why_not_again(self) -> Refusal:
        """Why a changed form is not sent under the id of this one, which is not known."""
        return _NOT_KNOWN if self.is_closed_unknown else self._not_confirmed

    @property
    def theirs(self) -> Mapping[str, str | None]:
        """What NeroPay has in the fields that both sides changed."""
        return self.refusal.theirs if self.refusal else {}


@dataclass(frozen=True, slots=True)
class Intent:
    """A row of the journal, as a handler is given it.

    Attributes:
        body: The exact bytes that are signed and sent.
        before: What the person saw of the fields that are sent.
        attempts: Which attempt this is, counted from 1: the first one is the form's own.
        held_since: When its person left it here to be sent later; None when it never waited.
    """

    id: str
    actor: Actor
    kind: str
    method: str
    path: str
    body: bytes
    record_type: str
    record_id: str | None
    label: str
    before: Mapping[str, object]
    state: State
    created_at: datetime
    attempts: int
    held_since: datetime | None = None

    @property
    def told_of(self) -> Actor:
        """Whose write it is, for the trail: with their address only where they sent it just now."""
        is_later = self.attempts > 1 or self.held_since is not None
        return replace(self.actor, address=None) if is_later else self.actor

    def sent(self) -> dict[str, object]:
        """Give the fields that are sent; none for a DELETE."""
        values: dict[str, object] = json.loads(self.body) if self.body else {}
        return values


@dataclass(frozen=True, slots=True)
class Applied:
    """What a handler did with NeroPay's yes.

    Attributes:
        record_id: Id of the record that was made or changed.
        label: Its name now.
        changes: Field to (old, new), for the activity entry.
        fields_differing: Field to (sent, answered), where they are not the same.
    """

    record_id: str | None
    label: str
    changes: Mapping[str, tuple[object, object]] = field(default_factory=dict)
    fields_differing: Mapping[str, tuple[object, object]] = field(default_factory=dict)


class Decision(Enum):
    """What to do with an unknown write after looking."""

    APPLIED = "applied"  # it took effect, for certain
    RESEND = "resend"  # it did not, or sending it again is harmless
    NOT_KNOWN = "not_known"  # nobody can say any more: close it so
    LATER = "later"  # look again later


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision, and the record's data when it is APPLIED (as an answer would hold it)."""

    decision: Decision
    data: object = None


class Handler(Protocol):
    """What a feature knows about one kind of write."""

    def apply(self, connection: Connection, intent: Intent, data: object, seq: int) -> Applied:
        """Put NeroPay's answer into our copy, inside the settling transaction.

        Args:
            connection: The settling transaction.
            intent: What was sent.
            data: The answer's `data`, as the client gave it.
            seq: The settle counter's new value, for `settled_seq` of the row.

        Raises:
            BadResponse: The answer cannot be read; the write is unknown then.
        """

    def recheck(self, intent: Intent, *, is_old: bool) -> Verdict:
        """Look before an unknown write is sent again; may call NeroPay.

        Args:
            intent: The unknown write.
            is_old: Older than NeroPay remembers a key, so it must not be sent again.

        Raises:
            NeroPayError: NeroPay could not be asked; it is tried again later.
        """
