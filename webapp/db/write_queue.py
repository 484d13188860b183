"""The writers of one process, one after the other. Not here: their transactions (`engine`)."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import OperationalError

if TYPE_CHECKING:
    from collections.abc import Iterator


class WriteQueue:
    """The writers of one process, one after the other.

    SQLite lets one write at a time and has the others sleep and look again, for up to 0.1 s at
    once: of eight that save together some wait ten times as long as they have to. Here the next
    one is woken when it can begin. Between processes it is SQLite's own way as before.

    Args:
        longest: Seconds that a turn is waited for.
    """

    def __init__(self, longest: float) -> None:
        self._lock = threading.Lock()
        self._longest = longest

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the turn, as long as SQLite would.

        Raises:
            OperationalError: It did not come.
        """
        if not self._lock.acquire(timeout=self._longest):
            locked = sqlite3.OperationalError("database is locked")
            raise OperationalError("BEGIN IMMEDIATE", None, locked)
        try:
            yield
        finally:
            self._lock.release()
