"""How fresh our copy is, for banners and the overview page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from webapp import clock
from webapp.customers.models import SyncStatus
from webapp.customers.tables import sync_state
from webapp.db.prepared import Prepared
from webapp.extensions import db, settings

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Row

    from webapp.customers.models import SyncStateName

_SELECT = Prepared(select(sync_state).where(sync_state.c.id == 1))
_MISSED = 3  # intervals without a complete run after which the copy is called stale


def status() -> SyncStatus:
    """Tell how fresh the copy is and what the sync is doing."""
    row = db.once("sync_state", _SELECT.first)
    assert row is not None, "a migration makes the one row"
    wanted = settings().sync_interval
    interval = max(row.interval, wanted)
    return SyncStatus(
        state=_state(row, interval, clock.now()),
        finished_at=row.finished_at,
        started_at=row.started_at,
        failed_at=row.failed_at,
        error_code=row.error_code,
        pages=row.page,
        rows_seen=row.rows_seen,
        rows_expected=row.rows_expected,
        row_count=row.row_count,
        interval=interval,
        is_stretched=interval > wanted,
        held_back=row.held_back,
        set_aside=row.set_aside,
    )


def _state(row: Row[Any], interval: int, now: datetime) -> SyncStateName:
    if row.lease_until is not None and row.lease_until > now:
        # Rows are completed after the end, but the copy is as fresh as the list then.
        is_reading = row.finished_at is None or row.finished_at < row.started_at
        if is_reading:
            return "running"
    if row.failed_at is not None:
        return "failed"
    if row.finished_at is None:
        return "never"
    allowed = timedelta(seconds=_MISSED * interval, milliseconds=row.duration or 0)
    return "stale" if now - row.finished_at > allowed else "ok"
