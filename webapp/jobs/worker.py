"""The worker process: Huey's consumer for the queue, and two loops beside it.

One loop looks once a second for writes to settle: the journal itself says what is due, so that
nothing depends on a message that a killed process did not send. The other shows a sign of life
and asks for a sync when its interval is over. SIGTERM and SIGINT let what runs finish.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from huey.consumer import Consumer

from webapp.clock import now
from webapp.customers import service as customers
from webapp.extensions import db
from webapp.jobs import work
from webapp.jobs.queue import open_queue, request_sync
from webapp.jobs.service import beat
from webapp.writes import waiting

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from flask import Flask

logger = logging.getLogger(__name__)

_THREADS: Final = 2  # a long sync must not hold up the other jobs
_SETTLE_EVERY: Final = 1.0  # seconds between two looks into the journal
_TICK_EVERY: Final = 2.0
_LONGEST_POLL: Final = 1.0  # seconds until a job that was put in is seen
_AFTER_TROUBLE: Final = 5.0
_LONG_AWAY: Final = timedelta(minutes=1)
_GRACE: Final = 25.0  # seconds that running jobs have: a look takes 8, a write 15 at the most


class _Consumer(Consumer):  # type: ignore[misc]  # Huey has no types
    """Huey's consumer, for which Ctrl-C is as graceful as SIGTERM."""

    def start(self) -> None:
        super().start()
        signal.signal(signal.SIGINT, lambda *_: os.kill(os.getpid(), signal.SIGTERM))


def run(app: Flask) -> None:
    """Work until SIGTERM or SIGINT; call it in the main thread.

    Args:
        app: The application, whose queue, database and client are used.
    """
    db.use_little_memory(app)
    consumer = _Consumer(
        open_queue(app).huey,
        workers=_THREADS,
        max_delay=_LONGEST_POLL,
        graceful_signal="TERM",
        shutdown_timeout=_GRACE,
    )
    stop: threading.Event = consumer.stop_flag
    app.extensions[work.STOPPING] = stop.is_set
    timetable = Timetable()
    loops = (
        _Loop("settle", app, stop, _SETTLE_EVERY, lambda: work.settle_writes(stop.wait)),
        _Loop("tick", app, stop, _TICK_EVERY, timetable.tick),
    )
    for loop in loops:
        loop.start()
    consumer.run()
    stop.set()
    for loop in loops:
        loop.join(_GRACE)


class Timetable:
    """When the next sync is due."""

    def __init__(self) -> None:
        self._asked_at: datetime | None = None
        self._away_since: datetime | None = None

    def tick(self) -> None:
        """Show a sign of life, and ask for a sync when it is time.

        That is at the start, when the interval is over, and when NeroPay is back after having
        been away for a while, or for just as long as a sync needed it: the copy is as old as that.
        """
        beat()
        if self._is_sync_due():
            self._asked_at = now()
            request_sync()

    def _is_sync_due(self) -> bool:
        away = waiting.away_now()
        gone_at, self._away_since = self._away_since, away.since if away else None
        if self._asked_at is None:
            return True
        status = customers.sync_status()
        if gone_at is not None and away is None:
            has_failed = status.failed_at is not None and status.failed_at >= gone_at
            # A write that is turned away tells that NeroPay is away; the next read, that it is not.
            if has_failed or now() - gone_at >= _LONG_AWAY:
                return True
        if status.state == "running":
            return False
        last = max(self._asked_at, status.started_at or self._asked_at)
        return now() - last >= timedelta(seconds=status.interval)


class _Loop(threading.Thread):
    """Does one thing over and over, whatever happens to it, until the worker stops."""

    def __init__(
        self, name: str, app: Flask, stop: threading.Event, every: float, do: Callable[[], object]
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._app = app
        self._stop_flag = stop
        self._every = every
        self._do = do

    def run(self) -> None:
        pause = 0.0
        while not self._stop_flag.wait(pause):
            pause = self._every
            try:
                with self._app.app_context():
                    self._do()
            except Exception:
                logger.exception("the worker's %s loop met trouble and goes on", self.name)
                pause = _AFTER_TROUBLE
