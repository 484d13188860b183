"""The queue: where it is kept, and the jobs that can be put into it.

Web processes put jobs in, the worker takes them out; both open the same queue here. What the
jobs do is in `jobs.work`.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from flask import current_app
from huey import RedisHuey, SqliteHuey, crontab
from huey.serializer import SignedSerializer

from webapp.clock import now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask
    from huey import Huey

    from webapp.settings import Settings

_KEY: Final = "tillside.queue"
_NAME: Final = "tillside"
_CLEAN_UP_MINUTE: Final = "7"  # of each hour


@dataclass(frozen=True, slots=True)
class Queue:
    """The open queue of one application.

    Attributes:
        huey: Huey's own object.
        jobs: What can be put in, by name.
    """

    huey: Huey
    jobs: Mapping[str, Any]


def make_huey(settings: Settings) -> Huey:
    """Open the queue that the settings name: Redis if there is a REDIS_URL, else a file.

    The file is readable by its owner alone. Huey pickles jobs, so each is signed: whoever can
    write to the queue but does not know our secrets cannot have anything run.

    Args:
        settings: Of this installation.
    """
    serializer = SignedSerializer(secret=_signing_key(settings), salt=_NAME)
    common: dict[str, Any] = {"results": False, "serializer": serializer}
    if settings.redis_url:
        return RedisHuey(_NAME, url=settings.redis_url, **common)
    path = settings.var_dir / "queue.db"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    return SqliteHuey(_NAME, filename=str(path), cache_mb=1, strict_fifo=True, **common)


def open_queue(app: Flask) -> Queue:
    """Give the application's queue, opened on first use."""
    found: Queue | None = app.extensions.get(_KEY)
    if found is None:
        huey = make_huey(app.extensions["tillside.settings"])
        found = app.extensions[_KEY] = Queue(huey, _define(huey, app))
    return found


def enqueue(name: str, *arguments: str, delay: float = 0.0) -> None:
    """Put a job into the current application's queue.

    Args:
        name: "sync" (with the moment of asking, ISO 8601), "settle", or "reset_mail" (with the
            address that was typed, and the one in the network that it came from).
        arguments: For the job.
        delay: Seconds to wait first.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's documented way to the app behind the proxy
    queue = open_queue(app)
    job = queue.jobs[name]
    queue.huey.enqueue(job.s(*arguments, delay=delay) if delay else job.s(*arguments))


def problem(settings: Settings) -> str:
    """Say in a word why the queue cannot be used; nothing when it can. It is left as it is."""
    if settings.redis_url:
        try:
            make_huey(settings).storage.conn.ping()
        except Exception as error:  # noqa: BLE001  # whatever it is, the queue cannot be used
            return type(error).__name__
        return ""
    path = settings.var_dir / "queue.db"
    is_usable = os.access(path if path.exists() else path.parent, os.W_OK)
    return "" if is_usable else "it cannot be written to"


def request_sync() -> None:
    """Put a sync in, with the moment of asking."""
    enqueue("sync", now().isoformat())


def _define(huey: Huey, app: Flask) -> dict[str, Any]:
    """Tell Huey what the jobs are; the same names in every process."""

    def sync(asked_at: str) -> None:
        from webapp.jobs import work  # web processes only enqueue

        with app.app_context():
            work.refresh_copy(asked_at=datetime.fromisoformat(asked_at))

    def settle() -> None:
        from webapp.jobs import work  # as above

        with app.app_context():
            work.settle_writes()

    def reset_mail(email: str, address: str = "") -> None:  # earlier versions queued the first
        from webapp.jobs import work  # as above

        with app.app_context():
            work.send_reset_mail(email, address)

    def clean_up() -> None:
        from webapp.jobs import work  # as above

        with app.app_context():
            work.clean_up()

    hourly = crontab(minute=_CLEAN_UP_MINUTE)
    return {
        "sync": huey.task(name="sync")(sync),
        "settle": huey.task(name="settle")(settle),
        "reset_mail": huey.task(name="reset_mail")(reset_mail),
        "clean_up": huey.periodic_task(hourly, name="clean_up")(clean_up),
    }


def _signing_key(settings: Settings) -> str:
    """Make a key that web and worker have in common, also where SECRET_KEY is made at start."""
    return hashlib.sha256(b"tillside queue\n" + settings.neropay_secret_key.encode()).hexdigest()
