"""`flask backup`: the whole database in one proven file, while web and worker go on.

In the file: everything that the database holds, customers and people included, so keep it as safe
as the database. Not in it: `SECRET_KEY`, without which the seeds of authenticator apps in it
cannot be read, the other settings, and the queue, whose jobs are asked for anew by themselves.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect, text

from webapp.activity import service as activity
from webapp.clock import now
from webapp.extensions import db, settings
from webapp.ops import archive, postgresql_copy, sqlite_copy
from webapp.ops.archive import BackupError, Manifest
from webapp.ops.databases import opened, sqlite_file
from webapp.ops.scratch import scratch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from webapp.settings import Settings

_HEAD: Final = text("SELECT last_id, last_hash FROM activity_head WHERE id = 1")
_REVISION: Final = text("SELECT version_num FROM alembic_version")


@dataclass(frozen=True, slots=True)
class _Dumped:
    """What is known about a dump, from the same moment."""

    revision: str
    counts: dict[str, int]
    last_entry: tuple[int, str]
    problem: str  # of the activity trail's chain


def make_backup(target: Path, *, is_forced: bool = False, any_chain: bool = False) -> Manifest:
    """Write a backup of the current application's database, prove it, and only then name it.

    Args:
        target: The file to write.
        is_forced: Whether a file that is there may be replaced.
        any_chain: Whether to make one even of an activity trail that was tampered with.

    Returns:
        What is in it.

    Raises:
        BackupError: It cannot be made; nothing of it is left, and a former file is as it was.
    """
    target = target.absolute()
    if target.exists() and not is_forced:
        raise BackupError(f"{target} is there already; --force replaces it.")
    if not target.parent.is_dir():
        raise BackupError(f"There is no folder {target.parent}.")
    try:
        with scratch(target.parent) as folder:
            made = folder / "made"
            manifest = _make(made, folder, any_chain=any_chain)
            if is_forced:
                made.replace(target)
            else:
                os.link(made, target)  # fails where somebody was quicker
            archive.sync_folder(target.parent)
    except FileExistsError as error:
        raise BackupError(f"{target} is there already; --force replaces it.") from error
    except OSError as error:
        raise BackupError(f"It cannot be written: {error.strerror}.") from error
    return manifest


def key_mark(key: str) -> str:
    """Give what tells one SECRET_KEY from another; of a random key it gives nothing away."""
    return hashlib.sha256(b"tillside backup\n" + key.encode()).hexdigest()[:12]


def count_rows(connection: Connection) -> dict[str, int]:
    """Count the rows of each table, but for those that indexes for searching are made of.

    Args:
        connection: To a database at any revision.
    """
    names = [name for name in inspect(connection).get_table_names() if "_fts" not in name]
    quote = connection.dialect.identifier_preparer.quote
    return {
        name: connection.exec_driver_sql(f"SELECT count(*) FROM {quote(name)}").scalar_one()  # noqa: S608  # names from the database's own catalogue
        for name in sorted(names)
    }


def _make(made: Path, folder: Path, *, any_chain: bool) -> Manifest:
    chosen = settings()
    dump = folder / archive.DUMPS[db.dialect]
    file = sqlite_file(chosen)
    dumped = _dump_postgresql(chosen, dump) if file is None else _dump_sqlite(chosen, file, dump)
    if dumped.problem and not any_chain:
        raise BackupError(
            f"The activity trail is not whole ({dumped.problem}). Find out why; "
            "--any-chain makes a backup nevertheless."
        )
    size, sha256 = archive.measure(dump)
    manifest = Manifest(
        made_at=now(),
        database=db.dialect,
        revision=dumped.revision,
        counts=dumped.counts,
        last_entry=dumped.last_entry,
        is_chain_proven=not dumped.problem,
        neropay=(chosen.neropay_base_url, chosen.neropay_account or ""),
        key_mark=key_mark(chosen.secret_key),
        size=size,
        sha256=sha256,
    )
    archive.write(made, dump, manifest)
    dump.unlink()
    archive.extract(made, archive.read(made), dump)  # what was written can be read
    return manifest


def _dump_sqlite(chosen: Settings, database: Path, dump: Path) -> _Dumped:
    sqlite_copy.copy(database, dump)
    sqlite_copy.prove(dump)
    # Asked is the copy, which nobody else writes to.
    with opened(chosen, f"sqlite:///{dump}"), db.read() as connection:
        dumped = _facts(connection)
    sqlite_copy.make_single(dump)
    return dumped


def _dump_postgresql(chosen: Settings, dump: Path) -> _Dumped:
    with _snapshot() as (connection, name):
        postgresql_copy.dump(chosen.database_url, name, dump)
        return _facts(connection)


def _facts(connection: Connection) -> _Dumped:
    # The chain is read over a connection of its own: of PostgreSQL's a moment later, with what
    # was appended meanwhile. Each entry proves those before it, so that is as good.
    head = connection.execute(_HEAD).one_or_none()
    return _Dumped(
        revision=connection.execute(_REVISION).scalar_one(),
        counts=count_rows(connection),
        last_entry=(head.last_id, head.last_hash) if head else (0, ""),
        problem=chain_problem(),
    )


def chain_problem() -> str:
    """Say what is wrong with the current database's activity trail; nothing when it is whole."""
    return activity.verify().problem


@contextmanager
def _snapshot() -> Iterator[tuple[Connection, str]]:
    """Open a transaction whose view of the data pg_dump can share."""
    engine = db.engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection, connection.begin():
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        yield connection, connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
