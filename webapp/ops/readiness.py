"""Whether this installation can serve, and the few numbers that the database knows about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

import structlog
from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from webapp import clock
from webapp.db.schema import is_current
from webapp.extensions import db

if TYPE_CHECKING:
    from datetime import datetime

_CURRENT = "tillside.schema_is_current"
_WORKER_LATE = 120  # seconds without a sign of the worker
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Readiness:
    """What `/readyz` tells.

    The worker is told but does not decide: pages are served without it, and taking the web
    processes away as well would help nobody.
    """

    database: Literal["ok", "failed"]
    schema: Literal["ok", "missing migrations", "unknown"]
    worker: Literal["ok", "late", "never seen", "unknown"]
    worker_age: int | None  # seconds

    @property
    def is_ready(self) -> bool:
        """Whether requests can be served."""
        return self.database == "ok" and self.schema == "ok"

    def as_dict(self) -> dict[str, object]:
        """Give the parts, for JSON."""
        return {"ready": self.is_ready, **asdict(self)}


def check() -> Readiness:
    """Ask the database, its schema and the worker's last sign of life."""
    try:
        with db.read() as connection:
            connection.execute(text("SELECT 1"))
        is_newest = _is_current()
    except SQLAlchemyError as error:
        _log.error("database does not answer", exc_info=error)
        return Readiness("failed", "unknown", "unknown", None)
    if not is_newest:
        return Readiness("ok", "missing migrations", "unknown", None)
    age = _age(_worker_seen_at())
    if age is None:
        return Readiness("ok", "ok", "never seen", None)
    return Readiness("ok", "ok", "ok" if age < _WORKER_LATE else "late", round(age))


def gauges() -> dict[str, float]:
    """Give the numbers of this moment for the metrics; those that cannot be had are left out."""
    from webapp.customers import service as customers
    from webapp.writes import service as writes

    try:
        status = customers.sync_status()
        values = {
            "customers": status.row_count,
            "open_writes": writes.count_open(),
            "sync_age_seconds": _age(status.finished_at),
            "worker_age_seconds": _age(_worker_seen_at()),
        }
    except SQLAlchemyError as error:
        _log.error("database does not answer", exc_info=error)
        return {}
    return {name: float(value) for name, value in values.items() if value is not None}


def _is_current() -> bool:
    """Tell whether the schema is the newest; once seen, it stays so for this process."""
    if not current_app.extensions.get(_CURRENT):
        current_app.extensions[_CURRENT] = is_current(db.engine)
    return bool(current_app.extensions[_CURRENT])


def _worker_seen_at() -> datetime | None:
    from webapp.jobs.service import worker_seen_at

    return worker_seen_at()


def _age(moment: datetime | None) -> float | None:
    return None if moment is None else max(0.0, (clock.now() - moment).total_seconds())
