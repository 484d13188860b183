"""Rules about files: who may read them, and whether there is room to write."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

from webapp.ops.checks.findings import not_known, ok, wrong
from webapp.ops.databases import sqlite_file

if TYPE_CHECKING:
    from webapp.ops.checks.findings import Finding
    from webapp.settings import Settings

_ROOM: Final = 500_000_000  # bytes that have to be free, at least
_COPIES: Final = 2  # a backup or restore needs so much room again, beside the database
_SUFFIXES: Final = ("", "-wal", "-shm")


def check(settings: Settings, *, is_deploy: bool) -> list[Finding]:
    """Look at VAR_DIR and what is in it; nothing is written.

    Args:
        settings: As far as they could be read.
        is_deploy: Whether it matters who else may read.
    """
    folder = settings.var_dir
    if not folder.is_dir():
        text = f"{folder} is not there yet: `flask --app webapp db upgrade` makes it"
        return [
            wrong("VAR_DIR", text),
            *(not_known(rule, "no VAR_DIR") for rule in ("disk space",)),
        ]
    found = [_judge_folder(folder, is_deploy=is_deploy)]
    if is_deploy:
        found.append(_judge_files(settings))
    found.append(_judge_room(settings))
    return found


def _judge_folder(folder: Path, *, is_deploy: bool) -> Finding:
    if not os.access(folder, os.W_OK | os.X_OK):
        return wrong("VAR_DIR", f"{folder} cannot be written to by this user")
    mode = stat.S_IMODE(folder.stat().st_mode)
    if is_deploy and mode & 0o077:
        return wrong("VAR_DIR", f"{folder} is open to others ({mode:04o}): chmod 0700 {folder}")
    return ok("VAR_DIR", f"{folder} is ours" + (" alone" if is_deploy else ""))


def _judge_files(settings: Settings) -> Finding:
    """Everything that holds data or jobs is for its owner alone."""
    bases = [settings.var_dir / "queue.db"]
    if (database := sqlite_file(settings)) is not None:
        bases.append(database)
    open_ones = [
        path
        for base in bases
        for path in (base.with_name(base.name + suffix) for suffix in _SUFFIXES)
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o177
    ]
    if open_ones:
        names = " ".join(str(path) for path in open_ones)
        return wrong("file modes", f"others may read: chmod 0600 {names}")
    return ok("file modes", "database and queue are for their owner alone (0600)")


def _judge_room(settings: Settings) -> Finding:
    database = sqlite_file(settings)
    size = database.stat().st_size if database is not None and database.exists() else 0
    needed = max(_ROOM, _COPIES * size)
    places = [settings.var_dir] + ([database.parent] if database is not None else [])
    free = min(shutil.disk_usage(place).free for place in places if place.is_dir())
    text = f"{_mb(free)} free in {settings.var_dir}"
    if free < needed:
        return wrong("disk space", f"{text}; {_mb(needed)} are needed")
    return ok("disk space", text)


def _mb(size: int) -> str:
    return f"{size // 1_000_000:,} MB"
