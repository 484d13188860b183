"""Taking the oldest entries out of the trail, so that what stays can still be proven.

In one transaction an entry says how many go and up to which, the head notes the newest of them
with its hash, and they go: the chain then begins there. Where the application's own role may not
delete (`protection`), the database does it through a function of the owner's, which keeps to the
owner's limit.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, text, update

from webapp.activity.chain import TRIMMED, UP_TO
from webapp.activity.models import TILLSIDE
from webapp.activity.service import record
from webapp.activity.tables import activity, activity_head
from webapp.extensions import db, settings

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

FUNCTION = "tillside_trim_activity"
BATCH = 5_000  # entries of one transaction; who appends waits for it
_HAS_FUNCTION = text("SELECT to_regproc(:name) IS NOT NULL")
_CALL = text(f"SELECT {FUNCTION}(:before, :most)")


def trim(moment: datetime, *, batch: int = BATCH) -> int:
    """Take out entries that are older than the setting's days, whole days at a time.

    Each transaction appends an entry that says how many went.

    Args:
        moment: Now.
        batch: Entries of one transaction, at most `BATCH`.

    Returns:
        How many went; 0 where entries are kept for ever.
    """
    days = settings().activity_days
    if not days:
        return 0
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    before = midnight - timedelta(days=days)
    total = 0
    while count := _trim_some(before, batch):
        total += count
        if count < batch:
            break
    return total


def _trim_some(before: datetime, batch: int) -> int:
    with db.write() as connection:
        if not _has_function(connection):
            return _trim_here(connection, before, batch)
        count = int(connection.execute(_CALL, {"before": before, "most": batch}).scalar_one())
        if count:
            last = connection.execute(select(activity_head.c.trimmed_id)).scalar_one()
            _tell(connection, before, count, last)
    return count


def _tell(connection: Connection, before: datetime, count: int, last: int) -> None:
    """Append the entry that the database's triggers and `chain.verify` ask for."""
    record(
        connection,
        actor=TILLSIDE,
        kind=TRIMMED,
        outcome="ok",
        label=f"{count:,} entries from before {before:%Y-%m-%d}",
        changes={UP_TO: (None, last)},
    )


def _has_function(connection: Connection) -> bool:
    if connection.dialect.name != "postgresql":
        return False
    return bool(connection.execute(_HAS_FUNCTION, {"name": FUNCTION}).scalar_one())


def _trim_here(connection: Connection, before: datetime, batch: int) -> int:
    # The head first: appenders and other trimmers wait until this is through.
    connection.execute(select(activity_head.c.id).with_for_update())
    oldest = connection.execute(
        select(activity.c.id, activity.c.at, activity.c.hash).order_by(activity.c.id).limit(batch)
    )
    last, count = None, 0
    for row in oldest:
        if row.at is None or row.at >= before:  # None: somebody spoiled it; it is not lost as well
            break
        last, count = row, count + 1
    if last is None:
        return 0
    _tell(connection, before, count, last.id)
    connection.execute(update(activity_head).values(trimmed_id=last.id, trimmed_hash=last.hash))
    connection.execute(delete(activity).where(activity.c.id <= last.id))
    return count
