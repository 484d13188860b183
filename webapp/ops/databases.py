"""Where the database is, and how its own programs are told: for checks, backup and restore.

Not here: how the application opens it (webapp.db).
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from webapp import clock
from webapp.extensions import db

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from webapp.settings import Settings


@contextmanager
def opened(
    settings: Settings, url: str | None, clock_source: Callable[[], datetime] | None = None
) -> Iterator[None]:
    """Have another database for the current one, in an application that is nothing else.

    Args:
        settings: Of this installation; need not be right.
        url: The database's; None for none.
        clock_source: Tells the time; the system's clock when not given.
    """
    app = Flask("database")
    app.extensions["tillside.settings"] = settings
    clock.init_app(app, clock_source)
    if url is not None:
        db.init_app(app, url, pool_size=1)
    with app.app_context():
        try:
            yield
        finally:
            if url is not None:
                db.engine.dispose()


def sqlite_file(settings: Settings) -> Path | None:
    """Give the database's file; None when it is no SQLite, or DATABASE_URL cannot be read."""
    try:
        url = make_url(settings.database_url)
    except ArgumentError:
        return None
    is_file = url.get_backend_name() == "sqlite" and url.database
    return Path(str(url.database)).absolute() if is_file else None


def find_program(name: str) -> str | None:
    """Find one of PostgreSQL's client programs: the newest, which can talk to every server.

    Args:
        name: "pg_dump", "pg_restore" or "psql". Debian's one in PATH picks a version by itself,
            and not always the newest.
    """
    folders = Path("/usr/lib/postgresql").glob("[0-9]*/bin")
    by_version = sorted(folders, key=lambda folder: float(folder.parent.name), reverse=True)
    found = next((folder / name for folder in by_version if (folder / name).exists()), None)
    return str(found) if found else shutil.which(name)
