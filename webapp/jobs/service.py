"""Asking the worker for work, and seeing whether it lives. What the jobs do is in `jobs.worker`.

Web processes only enqueue: Huey is imported when that happens, and not before.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from webapp.clock import now
from webapp.extensions import settings

if TYPE_CHECKING:
    from pathlib import Path


def request_sync() -> None:
    """Ask the worker for a fresh copy of customers and categories, as soon as it can."""
    from webapp.jobs import queue  # Huey is not needed to serve pages

    queue.request_sync()


def request_settle(delay: float = 0.0) -> None:
    """Ask the worker to settle what is due.

    The worker looks once a second anyway; this is for those who know better.

    Args:
        delay: Seconds to wait first.
    """
    from webapp.jobs import queue  # as above

    queue.enqueue("settle", delay=delay)


def request_reset_mail(email: str, address: str) -> None:
    """Ask the worker to send a link for a forgotten password, if there is such an account.

    Args:
        email: As typed; whether it is known is found out by the worker, out of sight.
        address: Network address that it was asked from, for the trail.
    """
    from webapp.jobs import queue  # as above

    queue.enqueue("reset_mail", email, address)


def queue_problem() -> str:
    """Say what keeps jobs from being put into the queue; nothing when it is well."""
    from webapp.jobs import queue  # as above

    return queue.problem(settings())


def worker_seen_at() -> datetime | None:
    """Give when the worker last showed a sign of life on this machine; None if it never did."""
    try:
        seen = _heartbeat_file().stat().st_mtime
    except OSError:
        return None
    return datetime.fromtimestamp(seen, UTC)


def heartbeat_age() -> float | None:
    """Give the seconds since the worker's last sign of life; None if there never was one."""
    seen_at = worker_seen_at()
    return None if seen_at is None else max(0.0, (now() - seen_at).total_seconds())


def beat() -> None:
    """Show a sign of life; the worker does this every few seconds."""
    path = _heartbeat_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    os.utime(path)


def _heartbeat_file() -> Path:
    return settings().var_dir / "worker.alive"
