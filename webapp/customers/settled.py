"""What a settled write of ours does to our copy, and how an unknown one is looked up first.

These are the handlers that the journal of writes calls. Not here: making and sending writes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from webapp.clock import now
from webapp.customers import directory, drafts, intake, presence, undo
from webapp.customers.models import FIELDS
from webapp.customers.tables import customers, sync_state
from webapp.extensions import db, neropay
from webapp.neropay import BadResponse, Customer, NotFound, Refused, customer_from
from webapp.writes.service import Applied, Decision, Verdict, applied_ids, current_seq

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from webapp.writes.service import Intent

_LOOK_BUDGET: Final = 8.0
_CLOCKS_APART: Final = timedelta(minutes=5)  # NeroPay's clock and ours, at most
# A write that may have taken effect did so while it was being sent or sent again.
_LONGEST_SENDING: Final = timedelta(hours=24)


class _Settled:
    """What a create and a change have in common."""

    def apply(self, connection: Connection, intent: Intent, data: object, seq: int) -> Applied:
        """Put the record that NeroPay answered with into our copy."""
        customer = customer_from(data)
        if intent.record_id is not None and customer.id != intent.record_id:
            raise BadResponse("another_record")
        sent = _texts(intent.sent())
        differing = {
            name: (value, getattr(customer, name))
            for name, value in sent.items()
            if name in customer.present and getattr(customer, name) != value
        }
        directory.upsert(connection, _completed(customer, sent), now=now(), settled_seq=seq)
        changes = {
            name: (old, new)
            for name, (_, new) in _answered(customer, sent).items()
            if (old := intent.before.get(name) or None) != new
        }
        return Applied(customer.id, customer.name, changes, differing)


class Created(_Settled):
    """POST /customers."""

    def apply(self, connection: Connection, intent: Intent, data: object, seq: int) -> Applied:
        """Put the record into our copy; what was typed is no draft any more."""
        _forget_draft(connection, intent)
        return super().apply(connection, intent, data, seq)

    def recheck(self, intent: Intent, *, is_old: bool) -> Verdict:
        """Send it again: the key sees to it that there is one. If that is forgotten, look."""
        if not is_old:
            return Verdict(Decision.RESEND)
        return _find_created(intent)


class Updated(_Settled):
    """PATCH /customers/{id}."""

    def apply(self, connection: Connection, intent: Intent, data: object, seq: int) -> Applied:
        """Put the record into our copy; who saved it has its form open no more."""
        applied = super().apply(connection, intent, data, seq)
        if intent.kind != undo.KIND:  # which is no saving of a form: one may be open besides
            author, record_id = intent.actor.person_id, intent.record_id
            presence.forget(connection, author, record_id)
            _forget_draft(connection, intent)
        return applied

    def recheck(self, intent: Intent, *, is_old: bool) -> Verdict:
        """Look at the record first: somebody may have changed it again meanwhile."""
        assert intent.record_id is not None
        seq = current_seq()
        try:
            customer = neropay().customers.get(intent.record_id, budget=_LOOK_BUDGET)
        except (Refused, NotFound):  # not enabled, or gone: sending again tells, and is harmless
            return Verdict(Decision.NOT_KNOWN if is_old else Decision.RESEND)
        sent = _texts(intent.sent())
        there = {name: getattr(customer, name) for name in sent if name in customer.present}
        if there == sent:
            return Verdict(Decision.APPLIED, _as_answer(customer))
        before = {name: intent.before.get(name) or None for name in there}
        if there == before and not is_old:
            return Verdict(Decision.RESEND)
        with db.write() as connection:  # a person judges by it
            intake.take_in(connection, [customer], seq=seq, is_whole=True, closing=customer.id)
        return Verdict(Decision.NOT_KNOWN)


def _forget_draft(connection: Connection, intent: Intent) -> None:
    """Forget what was sent; of what waited here it was forgotten then: any there is, is another."""
    if intent.held_since is None:
        drafts.forget(connection, intent.actor.person_id, intent.record_id, intent.created_at)


def _find_created(intent: Intent) -> Verdict:
    """Look in our copy for the one record that can only be this one."""
    with db.read() as connection:
        finished_at = connection.execute(select(sync_state.c.finished_at)).scalar_one_or_none()
        since = intent.created_at - _CLOCKS_APART
        until = intent.created_at + _LONGEST_SENDING + _CLOCKS_APART
        sent = _texts(intent.sent())
        query = select(customers).where(
            customers.c.name == sent["name"], customers.c.created_at.between(since, until)
        )
        rows = connection.execute(query).mappings().all()
    if finished_at is None or finished_at < intent.created_at + _LONGEST_SENDING:
        return Verdict(Decision.LATER)
    ours = applied_ids("customer.create", [row["id"] for row in rows])
    same = [
        row
        for row in rows
        if row["id"] not in ours and all(row[name] == sent.get(name) for name in FIELDS)
    ]
    if len(same) != 1 or not same[0]["is_full"]:
        return Verdict(Decision.NOT_KNOWN)
    data = {name: same[0][name] for name in ("id", *FIELDS)}
    return Verdict(Decision.APPLIED, {**data, "created_at": same[0]["created_at"].isoformat()})


def _completed(customer: Customer, sent: Mapping[str, str | None]) -> Customer:
    """Add what was sent and not answered: NeroPay said yes to it."""
    unsaid = {name: value for name, value in sent.items() if name not in customer.present}
    if not unsaid:
        return customer
    return replace(customer, present=customer.present | set(unsaid), **unsaid)  # type: ignore[arg-type]  # texts only


def _answered(
    customer: Customer, sent: Mapping[str, str | None]
) -> dict[str, tuple[str | None, str | None]]:
    """Give for each field that was sent what was sent, and what the record holds now."""
    return {
        name: (value, getattr(customer, name) if name in customer.present else value)
        for name, value in sent.items()
    }


def _texts(sent: Mapping[str, object]) -> dict[str, str | None]:
    """Give the fields of a body; an empty text and null both clear a field."""
    return {name: str(value) if value else None for name, value in sent.items() if name in FIELDS}


def _as_answer(customer: Customer) -> dict[str, object]:
    """Write a record as an answer to a write would hold it."""
    data: dict[str, object] = {name: getattr(customer, name) for name in customer.present}
    if customer.created_at is not None:
        data["created_at"] = customer.created_at.isoformat()
    return data
