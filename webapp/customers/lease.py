"""The right to sync, which one process has at a time, and the progress it notes down.

It is one row: whoever changes it under the condition that nobody has it, has it. A process that
dies leaves it to run out.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, update

from webapp.clock import now
from webapp.customers.tables import sync_state

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

LENGTH = timedelta(seconds=60)


class LeaseLostError(Exception):
    """Another process took the lease, because this one did not renew it in time."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to sync.

    Attributes:
        owner: Made up for this run.
        run: The run's number.
        started_at: When it began; aware.
    """

    owner: str
    run: int
    started_at: datetime


def take(connection: Connection) -> Lease | None:
    """Begin a run, unless one is going on.

    Args:
        connection: A write transaction.
    """
    moment = now()
    lease = Lease(secrets.token_hex(16), 0, moment)
    taken = connection.execute(
        update(sync_state)
        .where(
            sync_state.c.id == 1,
            or_(sync_state.c.lease_until.is_(None), sync_state.c.lease_until <= moment),
        )
        .values(
            lease_owner=lease.owner,
            lease_until=moment + LENGTH,
            run=sync_state.c.run + 1,
            started_at=moment,
            page=0,
            rows_seen=0,
            rows_expected=None,
        )
    ).rowcount
    if not taken:
        return None
    run = connection.execute(select(sync_state.c.run)).scalar_one()
    return Lease(lease.owner, run, moment)


def renew(connection: Connection, lease: Lease, **columns: Any) -> None:
    """Keep the lease and note progress down.

    Args:
        connection: The write transaction of the work that the lease is for.
        lease: From `take`.
        columns: Of `sync_state`, to be written too.

    Raises:
        LeaseLostError: Another run has begun; the work must not be done.
    """
    _change(connection, lease, {"lease_until": now() + LENGTH, **columns})


def end(connection: Connection, lease: Lease, **columns: Any) -> None:
    """Give the lease back, noting down how the run ended. Raises as `renew` does."""
    _change(connection, lease, {"lease_until": None, "lease_owner": None, **columns})


def _change(connection: Connection, lease: Lease, columns: dict[str, Any]) -> None:
    kept = connection.execute(
        update(sync_state).where(sync_state.c.lease_owner == lease.owner).values(columns)
    ).rowcount
    if not kept:
        raise LeaseLostError
