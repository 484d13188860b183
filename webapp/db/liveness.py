"""Whether a pooled connection to PostgreSQL is still one, without asking the server.

A server that ends a connection says so or closes the socket, and either can be read. Looking
takes microseconds where a question takes a round trip on each request. Not found this way: a
network that swallows everything, which no question would survive either.
"""

from __future__ import annotations

import select
import sqlite3
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError

if TYPE_CHECKING:
    from sqlalchemy import Engine


def replace_dead_connections(engine: Engine) -> None:
    """Let the pool of an engine give out no connection that its server has ended."""

    @event.listens_for(engine, "checkout")
    def _look(connection: Any, _record: object, _proxy: object) -> None:  # Any: the driver's own
        if not is_alive(connection):
            raise DisconnectionError


def is_alive(connection: Any) -> bool:
    """Whether a driver's idle connection can be used; one to SQLite always can."""
    if isinstance(connection, sqlite3.Connection):
        return True
    return not connection.closed and not _has_something_to_read(connection.fileno())


def _has_something_to_read(descriptor: int) -> bool:
    """An idle connection has nothing: what comes unasked is the server's goodbye."""
    poll = select.poll()  # select() itself knows the first 1,024 descriptors only
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
