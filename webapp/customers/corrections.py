"""Saving a correction of a customer: look first, then change only what the person changed.

NeroPay has no versions of records (documented nowhere), so what the person saw, what they typed
and what NeroPay has now are compared field by field before anything is sent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, select

from webapp.clock import now
from webapp.customers import directory
from webapp.customers.conflicts import changes_of, merge
from webapp.customers.intake import look_at
from webapp.customers.tables import customers
from webapp.db.prepared import Prepared
from webapp.extensions import db
from webapp.neropay import NeroPayError, Refused, encode_body
from webapp.writes import service as writes
from webapp.writes.service import Outcome, Refusal, State

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from webapp.activity.service import Actor
    from webapp.customers.models import CustomerRow

KIND: Final = "customer.update"
_LOOK_BUDGET: Final = 8.0  # seconds for the look before; sending has its own
_LOOKS: Final = 3
_LOOK_AGAIN: Final = -1  # no settle counter: the guard refuses to send
_SETTLED_SEQ: Final = Prepared(
    select(customers.c.settled_seq).where(customers.c.id == bindparam("id"))
)
_MOVED: Final = Refusal("changed_meanwhile", "moved_while_looking")


@dataclass(frozen=True, slots=True)
class Correction:
    """One person's correction of one record.

    Attributes:
        seen: What the form showed when it was opened.
        values: What it holds now.
        kind: What the journal and the trail call it.
        also: Looks in the transaction that notes the write down, after our own look.
        held_since: When it was left to be sent later; None when it is sent as it is made.
    """

    actor: Actor
    intent_id: str | None
    customer_id: str
    seen: dict[str, str | None]
    values: dict[str, str | None]
    kind: str = KIND
    also: writes.Guard | None = None
    held_since: datetime | None = None

    def save(self, *, clear_with: str | None) -> Outcome:
        """Compare and send.

        Args:
            clear_with: What empties a field at NeroPay: null or an empty text (not documented).
        """
        changed = changes_of(self.seen, self.values)
        body = encode_body({name: value or clear_with for name, value in changed.items()})
        replay = writes.find_replay(
            self.intent_id,
            actor=self.actor,
            kind=self.kind,
            method="PATCH",
            path=self._path,
            body=body,
        )
        if replay is not None:
            return self._after_another(replay, clear_with)
        if not changed:
            return self._unchanged()
        if writes.open_on("customer", self.customer_id) is not None:
            return self._refuse(Refusal("write_open", "write_open"))
        outcome = self._refuse(_MOVED)
        for _ in range(_LOOKS):
            outcome = self._look_and_send(changed, body)
            if outcome.refusal != _MOVED:
                break
        return outcome

    @property
    def _path(self) -> str:
        return f"/customers/{self.customer_id}"

    def _after_another(self, earlier: Outcome, clear_with: str | None) -> Outcome:
        """Answer a form whose id was used: changed after a refusal, it is a new attempt."""
        if not (earlier.is_changed_body and earlier.state is State.REFUSED):
            return earlier
        again_id = writes.derive_intent_id(earlier.intent_id, self._fingerprint())
        return replace(self, intent_id=again_id).save(clear_with=clear_with)

    def _fingerprint(self) -> bytes:
        return encode_body({"seen": self.seen, "values": self.values})

    def _look_and_send(self, changed: dict[str, str | None], body: bytes) -> Outcome:
        known_seq = self._settled_seq()
        row: CustomerRow | None
        copy_of = None
        try:
            found = look_at(self.customer_id, budget=_LOOK_BUDGET)
            row = found.row
            if found.is_skipped:  # a write of ours was under way, so this is not NeroPay's answer
                known_seq = _LOOK_AGAIN
        except Refused:  # "where enabled" (documented): our copy is the best that can be had
            row = directory.find(self.customer_id)
            copy_of = row.confirmed_at if row else None
        except NeroPayError as error:
            return self._refuse(
                Refusal(writes.kind_of(error), error.code, error.message, after=error.after or 0.0)
            )
        if row is None:
            return self._refuse(Refusal("not_found", "resource_not_found"))
        outcome = self._send(row, changed, body, known_seq)
        kept = merge(self.seen, self.values, row.values()).theirs
        return replace(outcome, changed_by_others=kept, copy_of=copy_of)

    def _send(
        self, row: CustomerRow, changed: dict[str, str | None], body: bytes, known_seq: int
    ) -> Outcome:
        """Send what the person changed, unless somebody else changed the same field."""
        theirs = row.values()
        clashes = merge(self.seen, self.values, theirs).clashes
        if clashes:
            fields: dict[str, tuple[str, ...]] = dict.fromkeys(clashes, ())
            return self._refuse(
                Refusal("changed_meanwhile", "changed_meanwhile", "", fields, clashes)
            )
        if all(theirs[name] == value for name, value in changed.items()):
            return self._unchanged()
        return writes.submit(
            intent_id=self.intent_id,
            actor=self.actor,
            kind=self.kind,
            method="PATCH",
            path=self._path,
            body=body,
            record_type="customer",
            record_id=self.customer_id,
            label=row.name,
            before={name: theirs[name] for name in changed},
            guard=self._guard(known_seq),
            held_since=self.held_since,
        )

    def _guard(self, known_seq: int) -> writes.Guard:
        """Refuse when another write of ours settled on the record since we looked."""

        def look(connection: Connection) -> Refusal | None:
            if _settled_seq(connection, self.customer_id) != known_seq:
                return _MOVED
            return self.also(connection) if self.also else None

        return look

    def _settled_seq(self) -> int:
        with db.read() as connection:
            return _settled_seq(connection, self.customer_id)

    def _refuse(self, refusal: Refusal) -> Outcome:
        return replace(self._unchanged(), state=State.REFUSED, refusal=refusal, is_no_change=False)

    def _unchanged(self) -> Outcome:
        moment = now()
        return Outcome(
            intent_id=self.intent_id or "",
            state=State.APPLIED,
            kind=self.kind,
            record_type="customer",
            record_id=self.customer_id,
            label=self.values.get("name") or self.seen.get("name") or "",
            created_at=moment,
            settled_at=moment,
            is_no_change=True,
        )


def _settled_seq(connection: Connection, customer_id: str) -> int:
    row = _SETTLED_SEQ.first(connection, {"id": customer_id})
    return row.settled_seq if row else 0
