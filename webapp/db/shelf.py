"""Where a request leaves its connection for the next one. Not here: when it does (`engine`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import QueuePool

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


class Shelf:
    """Connections to SQLite that a request has left, ready for the next one.

    Taking one from SQLAlchemy's pool and giving it back takes 0.05 ms: as long as three of a
    page's statements. On PostgreSQL that is also when a dead one is noticed, so there is none.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: list[Connection] | None = [] if engine.dialect.name == "sqlite" else None

    def take(self) -> Connection:
        """Give a connection that nobody else has."""
        try:
            return self._idle.pop() if self._idle else self._engine.connect()
        except IndexError:  # another thread was quicker
            return self._engine.connect()

    def put_back(self, connection: Connection) -> None:
        """Take one back, without any transaction; one that is broken is closed."""
        if self._idle is None or connection.closed or connection.invalidated:
            connection.close()
            return
        pool = self._engine.pool
        if isinstance(pool, QueuePool) and pool.checkedout() >= pool.size():
            connection.close()  # somebody may be waiting at the pool, and would not look here
            return
        if connection.in_transaction():
            connection.rollback()
        self._idle.append(connection)

    def empty(self) -> None:
        """Close what lies here: the engine was disposed of."""
        while self._idle:
            connection = self._idle.pop()
            connection.invalidate()  # or it would go back to a pool that is no more
            connection.close()
