"""The sandbox's own SQLite file: schema, connections, transactions.

Plain sqlite3 on purpose: nothing of the product's database layer is shared. What the
rows mean is in customers.py, categories.py and writes.py.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FIRST_CUSTOMER = 1001
FIRST_CATEGORY = 20

SCHEMA = """
CREATE TABLE IF NOT EXISTS customers (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL, email TEXT, phone TEXT, address1 TEXT, city TEXT, postcode TEXT,
  created_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS categories (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL, sort_order INTEGER NOT NULL, is_active INTEGER NOT NULL,
  in_use INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ledger (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
  record_id INTEGER NOT NULL, at REAL NOT NULL, body_sha256 TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS idempotency (
  key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL,
  status INTEGER NOT NULL, answer TEXT NOT NULL, at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS switches (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

COUNTERS = {
    "next_customer": FIRST_CUSTOMER,
    "next_category": FIRST_CATEGORY,
    "customers": 0,
}


class Store:
    """The file and a small pool of connections to it.

    Args:
        path: where the file is, or will be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._closed = False
        path.parent.mkdir(parents=True, exist_ok=True)
        # Before SQLite would make it for everybody to read; what it puts beside it is as this is.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        with self.reading() as connection:
            connection.executescript(SCHEMA)
            connection.executemany("INSERT OR IGNORE INTO counters VALUES (?, ?)", COUNTERS.items())

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection outside any transaction."""
        connection = self._take()
        try:
            yield connection
        finally:
            self._give_back(connection)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection inside one write transaction: all of it happens, or none.

        Writers of this process queue here. Left to SQLite they would sleep and look again, up to
        0.1 s each time, while the lock is free.
        """
        with self._writing, self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def close(self) -> None:
        """Close every idle connection; those on loan close when they come back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        connection = sqlite3.connect(
            self.path, timeout=30, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()


def read_counter(connection: sqlite3.Connection, name: str) -> int:
    """Return the value of a counter; one of COUNTERS."""
    row = connection.execute("SELECT value FROM counters WHERE name = ?", (name,)).fetchone()
    return int(row[0])


def set_counter(connection: sqlite3.Connection, name: str, value: int) -> None:
    """Set a counter; one of COUNTERS."""
    connection.execute("UPDATE counters SET value = ? WHERE name = ?", (value, name))


def next_id(connection: sqlite3.Connection, name: str) -> int:
    """Draw the next id from a counter, inside the transaction that uses it.

    An id whose transaction rolls back is drawn again; an id whose record was deleted is not.
    """
    row = connection.execute(
        "UPDATE counters SET value = value + 1 WHERE name = ? RETURNING value - 1", (name,)
    ).fetchone()
    return int(row[0])


def empty(connection: sqlite3.Connection) -> None:
    """Forget records, ledger and idempotency keys; ids start anew. Switches stay."""
    for table in ("customers", "categories", "ledger", "idempotency"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 (a constant of ours)
    connection.execute("DELETE FROM sqlite_sequence WHERE name = 'ledger'")
    for name, value in COUNTERS.items():
        set_counter(connection, name, value)
