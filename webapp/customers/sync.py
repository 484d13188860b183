"""Keeping our copy of the customers fresh: NeroPay's list, page by page.

A run puts each page into the copy in a transaction of its own. What is in the copy and no longer
in the list goes at the end, and only when the end was reached. Rows that the list gave in brief
are completed afterwards. Nothing here waits for NeroPay inside a transaction.

A run may spend the whole budget of calls (`neropay.resilience.Pacer`), by default 600 at once and
10 a second: 100,000 customers in pages of 100 take 40 s at least. What keeps syncing to its tenth
of the budget and of the time is the interval to the next run, which stretches.
"""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select

from webapp.activity.service import NEROPAY, record
from webapp.clock import now
from webapp.customers import lease as leases
from webapp.customers.completing import complete
from webapp.customers.intake import busy_ids, refresh_one, take_in
from webapp.customers.lease import Lease, LeaseLostError
from webapp.customers.store import delete_all
from webapp.customers.tables import customers, sync_state
from webapp.extensions import db, neropay, settings
from webapp.neropay import NeroPayError
from webapp.writes import service as writes

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sqlalchemy import Connection, Row

    from webapp.customers.store import Upserted
    from webapp.neropay import Customer, Page

__all__ = ["SyncResult", "refresh_one", "run_sync"]

log = logging.getLogger(__name__)

_PAGE = 100  # rows asked for in a page
_SHARE = 10  # syncing takes at most one part in so many of the time and of the call budget
_LONGEST_INTERVAL = 86_400  # seconds
_MOST_GONE = 20  # at most one row in so many may vanish in one run; one may in any case
_CHUNK = 500  # rows deleted in one transaction
_FEWEST_COMPLETED = 10  # rows completed in a run, however little of the budget is left


@dataclass(slots=True)
class SyncResult:
    """What a run did.

    Attributes:
        state: `done`; `failed`: NeroPay could not be read to the end, the copy is kept;
            `busy`: another run was going on, nothing was done; `stopped`: told to stop, or
            overtaken by another run.
        pages: Pages read.
        rows: Records read.
        created: Records new in the copy.
        changed: Records that were different.
        gone: Records that NeroPay no longer has.
        held_back: Rows that were missing, but too many to believe it, or hidden among
            unreadable ones; they are kept.
        set_aside: Rows that could not be read.
        completed: Rows completed by asking for one.
        error_code: Why it failed.
    """

    state: Literal["done", "failed", "busy", "stopped"] = "done"
    pages: int = 0
    rows: int = 0
    created: int = 0
    changed: int = 0
    gone: int = 0
    held_back: int = 0
    set_aside: int = 0
    completed: int = 0
    error_code: str | None = None


@dataclass(slots=True)
class _Run:
    """One run and how far it has come."""

    lease: Lease
    seq: int  # the settle counter when it began
    reason: str
    should_stop: Callable[[], bool]
    began: float = field(default_factory=time.monotonic)
    calls_before: int = field(default_factory=lambda: neropay().calls_made())
    result: SyncResult = field(default_factory=SyncResult)

    @property
    def calls(self) -> int:
        return neropay().calls_made() - self.calls_before


def run_sync(*, reason: str, should_stop: Callable[[], bool] = lambda: False) -> SyncResult:
    """Bring our copy of the customers up to date, unless another process is at it.

    Args:
        reason: Why now, for the log.
        should_stop: Asked between pages; a run that stops keeps what it has read.

    Returns:
        What was done. A failure of NeroPay's is told, not raised.
    """
    seq = writes.current_seq()
    with db.write() as connection:
        lease = leases.take(connection)
    if lease is None:
        return SyncResult("busy")
    run = _Run(lease, seq, reason, should_stop)
    try:
        _carry_out(run)
    except LeaseLostError:
        run.result.state = "stopped"
    except NeroPayError as error:
        _note_failure(run, error.code)
    except BaseException:
        _note_failure(run, "internal_error")
        raise
    log.info("sync", extra={"state": run.result.state, "reason": reason, "rows": run.result.rows})
    return run.result


def _carry_out(run: _Run) -> None:
    if not _read_list(run):
        run.result.state = "stopped"
        with db.write() as connection:
            leases.end(connection, run.lease)
        return
    _remove_gone(run)
    interval, seconds = _note_end(run)
    budget = settings().neropay_calls_per_minute * interval // 60 // _SHARE
    run.result.completed = complete(
        run.lease,
        calls=max(_FEWEST_COMPLETED, budget - run.calls),
        seconds=max(1.0, interval / _SHARE - seconds),
        should_stop=run.should_stop,
    )
    with db.write() as connection:
        leases.end(connection, run.lease)


def _read_list(run: _Run) -> bool:
    """Read every page into the copy; False when told to stop."""
    pages = neropay().customers.pages(limit=_PAGE)
    while not run.should_stop():
        seq = writes.current_seq()
        page = next(pages)
        with db.write() as connection:
            _take_page(connection, run, page, seq)
        if not page.has_more:
            return True
    return False


def _take_page(connection: Connection, run: _Run, page: Page[Customer], seq: int) -> None:
    result = run.result
    result.pages += 1
    result.rows += len(page.items)
    result.set_aside += page.set_aside
    columns: dict[str, Any] = {"page": result.pages, "rows_seen": result.rows}
    if page.total is not None:
        columns["rows_expected"] = page.total
    leases.renew(connection, run.lease, **columns)
    _count(result, take_in(connection, page.items, seq=seq, run=run.lease.run))


def _count(result: SyncResult, upserted: list[Upserted]) -> None:
    result.created += sum(one.created for one in upserted)
    result.changed += sum(bool(one.changes) for one in upserted)


def _remove_gone(run: _Run) -> None:
    """Drop the rows that the list no longer has, if there are few enough to believe it."""
    with db.read() as connection:
        missing = _find_missing(connection, run)
        in_all = connection.execute(select(sync_state.c.row_count)).scalar_one()
    if run.result.set_aside or len(missing) > max(1, in_all // _MOST_GONE):
        run.result.held_back = len(missing)
        return
    for start in range(0, len(missing), _CHUNK):
        with db.write() as connection:
            leases.renew(connection, run.lease)
            _delete(connection, run, missing[start : start + _CHUNK])


def _find_missing(connection: Connection, run: _Run) -> list[Row[int, str, str]]:
    """Find rows that this run has not seen and no write of ours or look at them explains."""
    column = customers.c
    rows = connection.execute(
        select(column.pk, column.id, column.name).where(
            column.seen_run != run.lease.run,
            column.settled_seq <= run.seq,
            column.confirmed_at < run.lease.started_at,
        )
    ).all()
    busy = busy_ids(connection, run.lease.started_at) if rows else frozenset()
    return [row for row in rows if row.id not in busy]


def _delete(connection: Connection, run: _Run, rows: list[Row[int, str, str]]) -> None:
    run.result.gone += delete_all(connection, [row.pk for row in rows])
    for row in rows:
        record(
            connection,
            actor=NEROPAY,
            kind="customer.gone_in_neropay",
            outcome="applied",
            record_type="customer",
            record_id=row.id,
            label=row.name,
        )


def _note_end(run: _Run) -> tuple[int, float]:
    """Note that the copy is fresh; give the seconds to the next run, and those that this took."""
    seconds = time.monotonic() - run.began
    minutes = run.calls / settings().neropay_calls_per_minute
    share = math.ceil(_SHARE * max(seconds, 60 * minutes))
    interval = min(max(settings().sync_interval, share), _LONGEST_INTERVAL)
    with db.write() as connection:
        leases.renew(
            connection,
            run.lease,
            finished_at=now(),
            duration=round(seconds * 1000),
            failed_at=None,
            error_code=None,
            set_aside=run.result.set_aside,
            held_back=run.result.held_back,
            interval=interval,
        )
    return interval, seconds


def _note_failure(run: _Run, code: str) -> None:
    run.result.state = "failed"
    run.result.error_code = code
    log.warning("sync failed", extra={"code": code, "reason": run.reason})
    try:
        with db.write() as connection:
            leases.end(connection, run.lease, failed_at=now(), error_code=code[:64])
    except LeaseLostError:
        run.result.state = "stopped"
