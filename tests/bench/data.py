"""The data: N made-up customers in the sandbox and, without a sync, in our copy.

Rows come from the sandbox's own seed and go through `customers.keys` into the table, so both
sides hold the same records. SQLite files are kept in `.bench/` for the next run.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, text, update

from webapp.customers.keys import keys_of
from webapp.customers.models import FIELDS
from webapp.customers.tables import customers, sync_state
from webapp.customers.tidying import is_due, merge
from webapp.db.engine import create_database_engine
from webapp.db.upgrade import upgrade
from webapp.sandbox import seed
from webapp.sandbox.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".bench"
_SOURCES = (
    *("webapp/customers/keys.py", "webapp/customers/phones.py", "webapp/customers/tables.py"),
    "webapp/customers/tidying.py",
    *("webapp/sandbox/seed.py", "webapp/sandbox/seed_words.py", "tests/bench/data.py"),
)
_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Terms:
    """What the bench searches for: each finds something in the data but the last."""

    rare: str
    common: str
    last_four: str
    email: str
    email_start: str
    postcode: str
    none: str = "zzyzx"


def sandbox_file(count: int) -> Path:
    """A sandbox's file with so many customers; made when it is not there."""
    path = _kept(f"sandbox-{count}.db")
    if not path.exists():
        new = path.with_suffix(".new")
        _remove(new)
        store = Store(new)
        seed.fill(store, customers=count, categories=12, now=datetime.now(UTC).timestamp())
        with store.reading() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        store.close()
        new.rename(path)
    return path


def sqlite_file(count: int) -> Path:
    """Our database with so many customers; made when it is not there."""
    path = _kept(f"tillside-{count}.db")
    if not path.exists():
        new = path.with_suffix(".new")
        _remove(new)
        engine = create_database_engine(f"sqlite:///{new}")
        upgrade(engine)
        fill(engine, sandbox_file(count))
        engine.dispose()  # the last connection brings the log of writes into the file
        new.rename(path)
    return path


def fill(engine: Engine, source: Path) -> None:
    """Put every customer of a sandbox's file into our copy, as a sync would leave it."""
    now = datetime.now(UTC)
    count = 0
    rows = _rows(source, now)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        while chunk := list(islice(rows, _CHUNK)):
            connection.execute(insert(customers), chunk)
            count += len(chunk)
        state = {"run": 1, "started_at": now, "finished_at": now, "duration": 1000}
        connection.execute(
            update(sync_state).values(**state, row_count=count, rows_seen=count, interval=86_400)
        )
    while engine.dialect.name == "sqlite":
        with engine.begin() as connection:
            if not merge(connection, is_first=is_due(connection)):
                break
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text("VACUUM ANALYZE"))


def choose_terms(source: Path) -> Terms:
    """Choose what to search for from the data, the same for the same data."""
    connection = sqlite3.connect(source)
    # A name of which there is the least; words alone are too few to be rare among many customers.
    words: Counter[str] = Counter()
    names: Counter[str] = Counter()
    for (name,) in connection.execute("SELECT name FROM customers"):
        words.update(word for word in name.split() if word.isascii() and len(word) > 3)
        names[name] += name.isascii() and len(name) < 30
    middle = connection.execute(
        "SELECT email, phone, postcode FROM customers WHERE email IS NOT NULL AND phone IS NOT NULL"
        " AND postcode IS NOT NULL AND id >= (SELECT (min(id) + max(id)) / 2 FROM customers)"
        " ORDER BY id LIMIT 1"
    ).fetchone()
    connection.close()
    email, phone, postcode = middle
    digits = "".join(character for character in phone if character.isdigit())
    rarest = min(times for times in names.values() if times)
    return Terms(
        rare=next(name for name, times in names.items() if times == rarest and " " in name),
        common=words.most_common(1)[0][0],
        last_four=digits[-4:],
        email=email,
        email_start=email.split("@")[0][:5],
        postcode=postcode,
    )


def customer_ids(source: Path, count: int) -> list[int]:
    """Ids spread evenly over the data."""
    connection = sqlite3.connect(source)
    low, high = connection.execute("SELECT min(id), max(id) FROM customers").fetchone()
    connection.close()
    return [low + index * (high - low) // count for index in range(count)]


def values_of(source: Path, customer_id: int) -> dict[str, str | None]:
    """The six fields of one customer."""
    connection = sqlite3.connect(source)
    columns = ", ".join(FIELDS)
    row = connection.execute(f"SELECT {columns} FROM customers WHERE id = ?", (customer_id,))
    values = dict(zip(FIELDS, row.fetchone(), strict=True))
    connection.close()
    return values


def copy_to(path: Path, target: Path) -> Path:
    """A copy to work with."""
    return Path(shutil.copyfile(path, target))


def _rows(source: Path, now: datetime) -> Iterator[dict[str, Any]]:
    connection = sqlite3.connect(source)
    columns = ", ".join(("id", *FIELDS, "created_at"))
    for row in connection.execute(f"SELECT {columns} FROM customers ORDER BY id"):
        values = dict(zip(FIELDS, row[1:-1], strict=True))
        created_at = datetime.fromisoformat(row[-1])
        record_id = str(row[0])
        yield {
            "id": record_id,
            **values,
            "created_at": created_at,
            "is_full": True,
            "confirmed_at": now,
            "seen_run": 1,
            **keys_of(values, created_at, record_id),
        }
    connection.close()


def _kept(name: str) -> Path:
    """A place in `.bench/` for data that these sources, in this state, make."""
    digest = hashlib.sha256()
    migrations = sorted((ROOT / "webapp/db/migrations/versions").glob("*.py"))
    for path in (*(ROOT / name for name in _SOURCES), *migrations):
        digest.update(path.read_bytes())
    folder = KEPT / digest.hexdigest()[:12]
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name


def _remove(path: Path) -> None:
    for end in ("", "-wal", "-shm"):
        Path(f"{path}{end}").unlink(missing_ok=True)
