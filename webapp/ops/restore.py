"""`flask restore`: a backup in the place of the database, which is kept aside.

What a restored database must not do is act as if no time had passed. Nobody is signed in by a
session that may have been ended since, and no link works that may have been used or cancelled. Our
copy counts as failed until the next sync. Writes that were open are asked about at once: NeroPay
knows their keys for a day, and what is older a person decides, as always.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from webapp.activity import service as activity
from webapp.clock import now
from webapp.extensions import db, settings
from webapp.ops import archive, in_use, postgresql_copy, sqlite_copy
from webapp.ops.archive import BackupError, Manifest
from webapp.ops.backup import chain_problem, count_rows, key_mark
from webapp.ops.databases import opened, sqlite_file
from webapp.ops.scratch import scratch

if TYPE_CHECKING:
    from datetime import datetime

    from webapp.settings import Settings

_MOMENT: Final = "%Y-%m-%dT%H:%M:%S.%fZ"  # as SQLite's columns hold it, and PostgreSQL reads it
_IS_OPEN: Final = "WHERE used_at IS NULL AND cancelled_at IS NULL"  # used or cancelled since
# Table, and what is done to it if the backup has it; {now}: this moment, as text.
_AFTERWARDS: Final = (
    ("sessions", "DELETE FROM sessions"),
    ("second_steps", "DELETE FROM second_steps"),
    ("password_resets", "DELETE FROM password_resets"),  # links that may have been used since
    ("invitations", f"UPDATE invitations SET cancelled_at = '{{now}}' {_IS_OPEN}"),  # noqa: S608  # a constant
    ("sync_state", "UPDATE sync_state SET lease_until = NULL, lease_owner = NULL"),
    ("sync_state", "UPDATE sync_state SET failed_at = '{now}', error_code = 'restored'"),
    ("category_sync", "UPDATE category_sync SET failed_at = '{now}', error_code = 'restored'"),
    ("intents", "UPDATE intents SET lease_until = '{now}' WHERE settled_at IS NULL"),
    ("intents", "UPDATE intents SET next_try_at = '{now}' WHERE settled_at IS NULL"),
)
_REFUSAL: Final = json.dumps(
    {"kind": "outcome_unknown", "code": "restored", "message": "", "fields": {}, "theirs": {}}
)
# If the backup is older than NeroPay's memory of keys (24 h are assumed): what waited in it may
# have left since, and its key would not tell. A person decides.
_IF_OLD: Final = (
    ("held_writes", f"UPDATE held_writes SET refusal = '{_REFUSAL}' WHERE state = 'waiting'"),  # noqa: S608  # a constant
    ("held_writes", "UPDATE held_writes SET state = 'needs_you' WHERE state = 'waiting'"),
)
_KEY_MEMORY: Final = timedelta(hours=23, minutes=59)
_OTHERS: Final = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did.

    Attributes:
        manifest: Of the backup.
        aside: Where the former database is: a file or a schema; "" if there was none.
        is_other_key: Whether SECRET_KEY is another one than when the backup was made.
        open_writes: Writes that the worker has to find out about.
    """

    manifest: Manifest
    aside: str
    is_other_key: bool
    open_writes: int


def restore(source: Path, *, any_chain: bool = False, any_account: bool = False) -> Restored:
    """Prove a backup and put it in the place of the current application's database.

    Args:
        source: The backup.
        any_chain: Whether to take one whose activity trail was tampered with.
        any_account: Whether to take one that belongs to another NeroPay address or account.

    Returns:
        What was done.

    Raises:
        BackupError: The backup is bad, foreign or newer; the database is as it was.
        InUseError: Web or worker are running; likewise.
    """
    chosen = settings()
    manifest = archive.read(source)
    _judge(manifest, chosen, any_chain=any_chain, any_account=any_account)
    file = sqlite_file(chosen)
    place = file.parent if file is not None else chosen.var_dir
    moment = now()
    stamp = f"{moment:%Y%m%d%H%M%S}_{secrets.token_hex(2)}"
    with in_use.alone(chosen.var_dir):
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        with scratch(place) as folder:
            dump = folder / archive.DUMPS[manifest.database]
            archive.extract(source, manifest, dump)
            if file is not None:
                statements = _afterwards(manifest, moment)
                _finish_sqlite(chosen, manifest, dump, statements, any_chain=any_chain)
                aside = str(sqlite_copy.put_in_place(dump, file, stamp) or "")
            else:
                aside = _put_into_postgresql(chosen, manifest, dump, stamp, any_chain=any_chain)
        with opened(chosen, chosen.database_url), db.read() as connection:
            query = text("SELECT count(*) FROM intents WHERE settled_at IS NULL")
            open_writes = connection.execute(query).scalar_one()
    keys = {key_mark(key) for key in (chosen.secret_key, chosen.secret_key_before) if key}
    return Restored(manifest, aside, manifest.key_mark not in keys, open_writes)


def _judge(manifest: Manifest, chosen: Settings, *, any_chain: bool, any_account: bool) -> None:
    """Refuse what is no backup for this installation, before anything is touched."""
    from webapp.db.upgrade import knows  # Alembic, which serving does without

    if manifest.database != db.dialect:
        raise BackupError(f"It is a backup of {manifest.database}, and this is {db.dialect}.")
    if not knows(manifest.revision):
        raise BackupError("It was made by a newer Tillside; update this one first.")
    is_ours = manifest.neropay == (chosen.neropay_base_url, chosen.neropay_account or "")
    if not is_ours and not any_account:
        raise BackupError(
            f"It belongs to {' '.join(manifest.neropay).strip()}, another NeroPay than ours; "
            "--any-account takes it nevertheless."
        )
    if not manifest.is_chain_proven and not any_chain:
        raise BackupError("Its activity trail is not whole; --any-chain takes it nevertheless.")


def _finish_sqlite(
    chosen: Settings, manifest: Manifest, dump: Path, statements: list[str], *, any_chain: bool
) -> None:
    """Prove the copy, and do all that is to be done to it, before it is anybody's database."""
    from webapp.db.upgrade import upgrade

    sqlite_copy.prove(dump)
    with opened(chosen, f"sqlite:///{dump}"):
        _compare(manifest)
        _require_chain(any_chain=any_chain)
        with db.write() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        upgrade(db.engine)
        _note(manifest)
    sqlite_copy.make_single(dump)


def _put_into_postgresql(
    chosen: Settings, manifest: Manifest, dump: Path, stamp: str, *, any_chain: bool
) -> str:
    from webapp.db.upgrade import upgrade

    postgresql_copy.prove(dump)
    url, aside = chosen.database_url, f"{postgresql_copy.ASIDE}{stamp}"
    with opened(chosen, url):
        _require_nobody()
    statements = _afterwards(manifest, now())
    postgresql_copy.put_in_place(url, dump, aside, manifest.counts, statements)
    try:
        with opened(chosen, url):
            _require_chain(any_chain=any_chain)
            upgrade(db.engine)
            _note(manifest)
    except (BackupError, SQLAlchemyError) as error:
        postgresql_copy.take_back(url, aside, f"{postgresql_copy.ASIDE}{stamp}_failed")
        raise BackupError(f"It was taken back: {error}") from error
    return aside


def _require_nobody() -> None:
    """Refuse while other machines have the database open; their lock is not ours to see."""
    try:
        with db.read() as connection:
            others = connection.execute(_OTHERS).scalar_one()
    except SQLAlchemyError as error:
        raise BackupError(f"The database does not answer: {type(error).__name__}.") from error
    if others:
        raise in_use.InUseError(f"{others} others are connected to the database. Stop them first.")


def _compare(manifest: Manifest) -> None:
    with db.read() as connection:
        is_same = count_rows(connection) == dict(manifest.counts)
    if not is_same:
        raise BackupError("It is damaged: it has other rows than its manifest says.")


def _require_chain(*, any_chain: bool) -> None:
    problem = chain_problem()
    if problem and not any_chain:
        raise BackupError(f"Its activity trail is not whole ({problem}).")


def _afterwards(manifest: Manifest, moment: datetime) -> list[str]:
    is_old = moment - manifest.made_at >= _KEY_MEMORY
    return [
        statement.replace("{now}", moment.strftime(_MOMENT))
        for table, statement in (*_AFTERWARDS, *(_IF_OLD if is_old else ()))
        if table in manifest.counts
    ]


def _note(manifest: Manifest) -> None:
    """Enter into the trail that there is a gap behind this entry, and since when."""
    with db.write() as connection:
        activity.record(
            connection,
            actor=activity.COMMAND_LINE,
            kind="backup.restored",
            outcome="ok",
            label=f"Backup of {manifest.made_at:%d %b %Y, %H:%M} UTC",
        )
