"""Background work: the queue, the worker that empties it, and its schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.jobs.service import heartbeat_age, request_settle, request_sync, worker_seen_at

if TYPE_CHECKING:
    from flask import Flask

__all__ = [
    "heartbeat_age",
    "init_app",
    "request_settle",
    "request_sync",
    "run_worker",
    "worker_seen_at",
]


def init_app(app: Flask) -> None:
    """Wire background work into `app`; the queue is opened when it is first used."""


def run_worker(app: Flask) -> None:
    """Run the background worker in the foreground, until SIGTERM or SIGINT."""
    from webapp.jobs.worker import run

    run(app)
