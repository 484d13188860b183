"""SQLite: a copy of the database while others write to it, and putting one in its place."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Final

from webapp.ops.archive import BackupError, sync_folder

if TYPE_CHECKING:
    from pathlib import Path

_WAIT: Final = 30.0  # seconds
_BESIDE: Final = ("-wal", "-shm")


def copy(source: Path, target: Path) -> None:
    """Copy the database as it is at one moment; writers go on meanwhile.

    One step of SQLite's own backup is one read transaction, which in WAL mode blocks nobody.

    Args:
        source: The database.
        target: A new file, readable by its owner alone.

    Raises:
        BackupError: There is no database, or it cannot be read.
    """
    if not source.is_file():
        raise BackupError(f"There is no database at {source}.")
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        with (
            closing(sqlite3.connect(source, timeout=_WAIT)) as live,
            closing(sqlite3.connect(target)) as still,
        ):
            live.backup(still, pages=-1)
    except sqlite3.Error as error:
        raise BackupError(f"The database cannot be copied: {error}.") from error


def prove(path: Path) -> None:
    """Have SQLite check every page, index and reference of a database.

    Raises:
        BackupError: It is damaged, or no database.
    """
    try:
        with closing(sqlite3.connect(path)) as connection:
            found = connection.execute("PRAGMA integrity_check(3)").fetchall()
            dangling = connection.execute("PRAGMA foreign_key_check").fetchmany(3)
    except sqlite3.Error as error:
        raise BackupError(f"The database is damaged: {error}.") from error
    if found != [("ok",)] or dangling:
        raise BackupError("The database is damaged: SQLite's own check does not pass.")


def make_single(path: Path) -> None:
    """Put everything into the one file, and wait until it is on the disk."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    file = os.open(path, os.O_RDWR)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def put_in_place(new: Path, database: Path, stamp: str) -> Path | None:
    """Exchange the database for another; whenever this ends, one of them is there.

    Nobody else may have it open.

    Args:
        new: On the same file system.
        database: Where it goes.
        stamp: For the name of the old one.

    Returns:
        Where the old one is now; None if there was none.
    """
    aside = None
    if database.exists() and database.stat().st_size:
        with suppress(sqlite3.Error), closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        aside = database.with_name(f"{database.name}.before-{stamp}")
        os.link(database, aside)
        # What a damaged one could not take in goes with it: beside the new one it would be poison.
        for suffix in _BESIDE:
            beside = database.with_name(database.name + suffix)
            if beside.exists():
                beside.rename(aside.with_name(aside.name + suffix))
    new.replace(database)
    sync_folder(database.parent)
    return aside
