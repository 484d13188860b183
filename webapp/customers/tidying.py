"""Keeping searches on SQLite quick: putting the parts of its full-text table together.

Each page of a sync adds a part, and what SQLite leaves of them after a first copy is ten: every
search looks into each, which takes twice the time. They are put together after a sync, piece by
piece, so that nobody who saves waits for long. Not here: PostgreSQL, which looks after itself.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sqlalchemy import text

from webapp.extensions import db

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

_PIECE = 100  # pages written in one transaction: 20 ms
_PAUSE = 0.02  # seconds between two, in which others write
_SMALL = 50  # parts that make up less than one in so many of all pages are left
# Pages of each part: the table that SQLite keeps of their first words.
_PARTS = text("SELECT count(*) AS pages FROM customers_fts_idx GROUP BY segid")
# What merging does is documented: a negative number begins, and less than two rows is the end.
_MERGE = text("INSERT INTO customers_fts (customers_fts, rank) VALUES ('merge', :pages)")


def tidy(
    *,
    should_stop: Callable[[], bool] = lambda: False,
    pause: Callable[[float], object] = time.sleep,
) -> int:
    """Put the parts together, if there are enough of them.

    Args:
        should_stop: Asked between pieces; what was done by then is kept.
        pause: Waits so many seconds between pieces.

    Returns:
        Pieces written; none on PostgreSQL, and where nearly all is one part already.
    """
    with db.read() as connection:
        if not is_due(connection):
            return 0
    pieces = 0
    while not should_stop():
        with db.write(is_lasting=False) as connection:
            has_more = merge(connection, is_first=pieces == 0)
        pieces += 1
        if not has_more:
            break
        pause(_PAUSE)
    return pieces


def is_due(connection: Connection) -> bool:
    """Tell whether a good deal lies beside the largest part."""
    if connection.dialect.name != "sqlite":
        return False
    pages: Sequence[int] = connection.execute(_PARTS).scalars().all()
    beside = sum(pages) - max(pages, default=0)
    return beside > 0 and beside * _SMALL >= sum(pages)


def merge(connection: Connection, *, is_first: bool) -> bool:
    """Write one piece, within the caller's transaction; give whether there is more to do.

    Args:
        connection: Of SQLite, to write.
        is_first: Whether to begin with all parts that there are now; those that are added
            meanwhile are left for another time, or it would never end.
    """
    before = _changes(connection)
    connection.execute(_MERGE, {"pages": -_PIECE if is_first else _PIECE})
    return _changes(connection) - before >= 2  # as documented


def _changes(connection: Connection) -> int:
    driver = connection.connection.driver_connection
    assert driver is not None
    changes: int = driver.total_changes
    return changes
