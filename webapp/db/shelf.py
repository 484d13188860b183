"""Where a request leaves its connection for the next one. Not here: when it does (`engine`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import QueuePool

from webapp.db.liveness import is_alive

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


class Shelf:
    """Connections that a request has left, ready for the next one.

    Taking one from SQLAlchemy's pool and giving it back takes 0.05 ms on SQLite, as long as three
    of a page's statements, and 0.2 ms on PostgreSQL.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: list[Connection] = []

    def take(self) -> Connection:
        """Give a connection that nobody else has, and that its server has not ended."""
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was quicker
                break
            if is_alive(connection.connection.dbapi_connection):
                return connection
            connection.invalidate()
            connection.close()
        return self._engine.connect()

    def put_back(self, connection: Connection) -> None:
        """Take one back, without any transaction; one that is broken is closed."""
        if connection.closed or connection.invalidated:
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
