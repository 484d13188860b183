"""Taking in what NeroPay says about customers, and telling the activity log what it changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from webapp.activity.service import NEROPAY, record
from webapp.clock import now
from webapp.customers.rows import find_row, to_customer
from webapp.customers.store import Source, holds, upsert_all
from webapp.extensions import db, neropay
from webapp.writes import service as writes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from webapp.customers.models import CustomerRow
    from webapp.customers.store import Changes, Upserted
    from webapp.neropay import Customer


@dataclass(frozen=True, slots=True)
class LookedUp:
    """A record after NeroPay was asked for it.

    Attributes:
        row: As it is in the copy now.
        changes: Old and new value of each field that was different there.
        is_skipped: The answer was not taken in, because of a write of ours.
    """

    row: CustomerRow
    changes: Changes
    is_skipped: bool = False


def refresh_one(id: str, *, budget: float) -> LookedUp:  # noqa: A002 - NeroPay's word
    """Ask NeroPay for one customer and put the answer into the copy.

    Args:
        id: NeroPay's id.
        budget: Seconds for the call, all attempts together.

    Returns:
        The record as the copy has it then: a write of ours that settled meanwhile, or is not
        settled yet, is not overwritten.

    Raises:
        NotFound: NeroPay has none.
        Refused: NeroPay does not allow asking for one ("where enabled", documented).
        NeroPayError: Anything else that came instead.
    """
    seq = writes.current_seq()
    return _put(neropay().customers.get(id, budget=budget), seq)


def look_at(id: str, *, budget: float) -> LookedUp:  # noqa: A002 - NeroPay's word
    """Ask NeroPay for one customer before a write; our copy is changed only if it has to be.

    Args:
        id: NeroPay's id.
        budget: Seconds for the call, all attempts together.

    Returns:
        As `refresh_one`. That NeroPay confirmed the record just now is left to the write to note.

    Raises:
        NeroPayError: As `refresh_one`.
    """
    fetched_at = writes.current_seq()
    customer = neropay().customers.get(id, budget=budget)
    with db.read() as connection:
        row = find_row(connection, customer.id)
    known = to_customer(row) if row else None
    if known is not None and holds(known, customer):
        return LookedUp(known, {})
    return _put(customer, fetched_at)


def _put(customer: Customer, seq: int) -> LookedUp:
    with db.write() as connection:
        taken = take_in(connection, [customer], seq=seq, is_whole=True)[0]
        row = find_row(connection, customer.id)
    assert row is not None
    return LookedUp(to_customer(row), taken.changes, taken.skipped)


def take_in(
    connection: Connection,
    records: Sequence[Customer],
    *,
    seq: int,
    run: int | None = None,
    is_whole: bool = False,
    closing: str | None = None,
) -> list[Upserted]:
    """Put records that NeroPay was asked for into the copy.

    Args:
        connection: A write transaction.
        records: No id twice.
        seq: `writes.current_seq()` before NeroPay was asked.
        run: The sync run that asked.
        is_whole: They are all that NeroPay has to say about these customers.
        closing: The id of one with a write of ours that is about to be closed as not known.

    Returns:
        What became of each, in their order.
    """
    moment = now()
    busy = busy_ids(connection, moment) - {closing}
    source = Source(moment, seq_at_fetch=seq, run=run, busy=busy, is_whole=is_whole)
    results = upsert_all(connection, records, source)
    for customer, result in zip(records, results, strict=True):
        if result.changes:
            record(
                connection,
                actor=NEROPAY,
                kind="customer.changed_in_neropay",
                outcome="applied",
                record_type="customer",
                record_id=customer.id,
                label=customer.name,
                changes=result.changes,
            )
    return results


def busy_ids(connection: Connection, moment: datetime) -> frozenset[str]:
    """Give the ids of customers with a write of ours that is not settled."""
    return writes.list_ours(connection, "customer", "customer.delete", moment).busy
