"""The state of things: NeroPay and our line to it, what it allows, our copy, writes, the worker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from sqlalchemy import select

from webapp.clock import now
from webapp.customers import service as customers
from webapp.db.upsert import upsert
from webapp.extensions import db, neropay, settings
from webapp.jobs import service as jobs
from webapp.neropay import NeroPayError
from webapp.status.tables import merchant
from webapp.writes import service as writes
from webapp.writes import waiting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from webapp.customers.models import SyncStatus
    from webapp.writes.waiting import Ability, Away

# In the order of the page.
OPERATIONS: Final = (
    "customers.list",
    "customers.get",
    "customers.create",
    "customers.update",
    "categories.list",
    "categories.create",
    "categories.delete",
    "account.get",
)
_WORKER_LATE: Final = 120.0  # seconds without a sign of life
_ASK_EVERY: Final = timedelta(hours=1)
_BUDGET: Final = 1.5  # seconds, as for every call inside a page
_KEY_SHOWN: Final = 4  # characters


@dataclass(frozen=True, slots=True)
class Merchant:
    """The merchant that the key belongs to, when NeroPay last said so.

    Attributes:
        clock_offset: Seconds that our clock was ahead of NeroPay's; None if it did not say.
    """

    account_id: str
    name: str | None
    status: str | None
    country: str | None
    clock_offset: float | None
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """Everything that the page shows.

    Attributes:
        host: NeroPay's, from the settings.
        key_end: The last characters of the key; enough to tell two keys apart.
        away: Since when and why NeroPay is away; None while it answers.
        abilities: What NeroPay told in the last hour, by operation; None for what it did not.
        worker_age: Seconds since the worker's last sign of life; None if there never was one.
    """

    host: str
    key_end: str
    account: str | None
    away: Away | None
    merchant: Merchant | None
    sync: SyncStatus
    abilities: Mapping[str, Ability | None]
    open_writes: int
    held_writes: int
    worker_age: float | None
    is_worker_alive: bool
    at: datetime


def current() -> Status:
    """Gather it all, from our own database; NeroPay is not asked."""
    told, age, chosen = waiting.abilities_now(is_fresh=True), jobs.heartbeat_age(), settings()
    return Status(
        host=urlsplit(chosen.neropay_base_url).netloc,
        key_end=chosen.neropay_secret_key[-_KEY_SHOWN:],
        account=chosen.neropay_account,
        away=waiting.away_now(),
        merchant=_merchant(),
        sync=customers.sync_status(),
        abilities={name: told.get(name) for name in OPERATIONS},
        open_writes=writes.count_open(),
        held_writes=waiting.count_held(),
        worker_age=age,
        is_worker_alive=age is not None and age < _WORKER_LATE,
        at=now(),
    )


def ask(*, budget: float = _BUDGET) -> str | None:
    """Ask NeroPay whose key this is, and what its clock says.

    Args:
        budget: Seconds to take at most.

    Returns:
        The code of what went wrong; None when NeroPay answered.
    """
    try:
        account = neropay().account.get(budget=budget)
    except NeroPayError as error:
        return error.code
    values = {
        "id": 1,
        "account_id": account.account_id,
        "name": account.name,
        "status": account.status,
        "country": account.country,
        "clock_offset": neropay().health.clock_offset,
        "told_at": now(),
    }
    with db.write() as connection:
        upsert(connection, merchant, values)
    return None


def ask_if_due() -> None:
    """Ask NeroPay once an hour; for the worker."""
    known = _merchant()
    if known is None or now() - known.told_at >= _ASK_EVERY:
        ask()


def _merchant() -> Merchant | None:
    columns = (column for column in merchant.c if column.name != "id")
    with db.read() as connection:
        row = connection.execute(select(*columns)).one_or_none()
    return None if row is None else Merchant(*row)
