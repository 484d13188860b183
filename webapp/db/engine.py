"""One engine per application, and the two ways to use it: `read()` and `write()`.

A write transaction on SQLite begins with BEGIN IMMEDIATE, so two writers queue for the lock
instead of failing half-way; readers never wait (WAL). No transaction may stay open across a call
to NeroPay: services read, close, call, then open a new one to write.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from flask import current_app, g, has_request_context
from sqlalchemy import Connection, Engine, MetaData, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from webapp.db.liveness import replace_dead_connections
from webapp.db.shelf import Shelf
from webapp.db.write_queue import WriteQueue

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator
    from contextlib import AbstractContextManager

    from flask import Flask

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_KEY = "tillside.db"
_QUEUE = "tillside.db.queue"
_SHELVES = "tillside.db.shelves"
_READ = "tillside_read"  # execution option of a SQLite connection that will not write
_CONNECTION = "tillside_reader"
_WRITER = "tillside_writer"
_ANSWERS = "tillside_answers"
_BUSY_TIMEOUT = 5.0  # seconds that a writer waits for the lock before it gives up
_STATEMENT_TIMEOUT = 5_000  # milliseconds, PostgreSQL
_MMAP = 1 << 30  # bytes of the file that readers map instead of copying
_Answer = TypeVar("_Answer")


def create_database_engine(
    url: str, *, pool_size: int = 8, is_mapped: bool = True, is_for_reading: bool = False
) -> Engine:
    """Make an engine with this project's rules for its dialect.

    Args:
        url: A SQLAlchemy URL, `sqlite:///path` or `postgresql+psycopg://…`.
        pool_size: Connections kept open, one for each thread that may work at once.
        is_mapped: Whether SQLite maps the file into memory: quicker reads for web processes, but
            every page that was touched counts as the process's memory.
        is_for_reading: Whether each statement stands for itself. PostgreSQL then needs no BEGIN
            and ROLLBACK, which would be two more round trips.

    Returns:
        The engine; nothing is connected yet.
    """
    if make_url(url).get_backend_name() == "sqlite":
        engine = _sqlite_engine(url, pool_size, _MMAP if is_mapped else 0)
        return engine.execution_options(**{_READ: True}) if is_for_reading else engine
    engine = create_engine(
        url,
        isolation_level="AUTOCOMMIT" if is_for_reading else "READ COMMITTED",
        pool_size=pool_size,
        max_overflow=2,
        hide_parameters=True,  # they are customers' data, and errors are logged
        connect_args={
            "connect_timeout": 5,
            "options": f"-c statement_timeout={_STATEMENT_TIMEOUT} -c timezone=UTC",
        },
    )
    replace_dead_connections(engine)
    return engine


def _sqlite_engine(url: str, pool_size: int, mmap: int) -> Engine:
    path = make_url(url).database
    if path:
        _create_private(Path(path))
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=2,
        hide_parameters=True,
        connect_args={"timeout": _BUSY_TIMEOUT, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:  # Any: the driver's own object
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "cache_size=-512",
            f"mmap_size={mmap}",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if not connection.get_execution_options().get(_READ):
            _begin_immediate(connection)

    return engine


def _begin_immediate(connection: Connection) -> None:
    """Take the lock now; handed to the driver itself, as every save does it twice."""
    try:
        connection.connection.cursor().execute("BEGIN IMMEDIATE").close()
    except sqlite3.Error as error:
        raise DBAPIError.instance(
            "BEGIN IMMEDIATE", None, error, sqlite3.Error, hide_parameters=True
        ) from error


def _create_private(path: Path) -> None:
    """Create the database file readable by its owner alone, before SQLite would make it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _put_back_held(_error: BaseException | None) -> None:
    shelves: dict[str, Shelf] = current_app.extensions[_SHELVES]
    for name, shelf in shelves.items():
        connection: Connection | None = g.pop(name, None)
        if connection is not None:
            shelf.put_back(connection)


class Database:
    """Access to the application's database; unbound until `init_app`."""

    def init_app(self, app: Flask, url: str, *, pool_size: int = 8) -> None:
        """Bind an engine for `url` to `app`.

        Args:
            app: The application.
            url: A SQLAlchemy URL.
            pool_size: Threads that may work at once; each may read and write.
        """
        app.teardown_appcontext(_put_back_held)
        self._bind(app, url, pool_size=pool_size)

    def use_little_memory(self, app: Flask) -> None:
        """Open the database anew without mapping it: for the worker, which reads all of it."""
        old: Engine = app.extensions[_KEY][0]
        old.dispose()
        self._bind(app, old.url.render_as_string(hide_password=False), is_mapped=False)

    @staticmethod
    def _bind(app: Flask, url: str, **options: Any) -> None:
        # A pool each: whoever holds a connection to read never keeps another from writing.
        engine = create_database_engine(url, **options)
        reader = create_database_engine(url, is_for_reading=True, **options)
        app.extensions[_KEY] = (engine, reader)
        shelves = {_CONNECTION: Shelf(reader), _WRITER: Shelf(engine)}
        app.extensions[_SHELVES] = shelves

        @event.listens_for(engine, "engine_disposed")
        def _dispose_of_all(_engine: Engine) -> None:
            for shelf in shelves.values():
                shelf.empty()
            reader.dispose()

        app.extensions[_QUEUE] = (
            WriteQueue(_BUSY_TIMEOUT) if engine.dialect.name == "sqlite" else None
        )

    @property
    def engine(self) -> Engine:
        """The current application's engine."""
        engine: Engine = current_app.extensions[_KEY][0]
        return engine

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection for reading: in a request the same one throughout.

        Each statement sees the newest committed state; no transaction is open between two.
        """
        if not has_request_context():
            reader: Engine = current_app.extensions[_KEY][1]
            with reader.connect() as connection:
                yield connection
            return
        held: Connection | None = g.get(_CONNECTION)
        if held is None:
            held = g.tillside_reader = current_app.extensions[_SHELVES][_CONNECTION].take()
        try:
            yield held
        except SQLAlchemyError:  # it may be the connection that is at fault: get another
            g.pop(_CONNECTION, None)
            held.close()
            raise

    def once(self, question: Hashable, ask: Callable[[Connection], _Answer]) -> _Answer:
        """Read what several places of a page need: once, unless the request writes in between.

        Args:
            question: What is asked, with its arguments.
            ask: Reads the answer.
        """
        answers: dict[Hashable, Any] = g.setdefault(_ANSWERS, {}) if has_request_context() else {}
        if question not in answers:
            with self.read() as connection:
                answers[question] = ask(connection)
        answer: _Answer = answers[question]
        return answer

    @contextmanager
    def write(self, *, is_lasting: bool = True) -> Iterator[Connection]:
        """Open a write transaction: committed when the block ends, undone when it raises.

        Args:
            is_lasting: Whether it has to survive a power failure from then on. Without, it
                survives all else, and nobody waits for the disk: for what is said once, or noted
                again soon.
        """
        with _turn(), self._writer() as connection:
            if not is_lasting:
                _hurry(connection)
            try:
                with connection.begin():
                    if not is_lasting and self.dialect != "sqlite":
                        connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
                    yield connection
            finally:
                g.pop(_ANSWERS, None)
                if not is_lasting:
                    _take_time(connection)

    @contextmanager
    def _writer(self) -> Iterator[Connection]:
        """Give a connection for writing: in a request the same one for all its transactions."""
        if not has_request_context():
            with self.engine.connect() as connection:
                yield connection
            return
        held: Connection = g.pop(_WRITER, None) or current_app.extensions[_SHELVES][_WRITER].take()
        try:
            yield held
        except BaseException:
            held.close()
            raise
        if _WRITER in g:  # it was made while this one was in use
            held.close()
        else:
            g.tillside_writer = held


def _turn() -> AbstractContextManager[None]:
    queue: WriteQueue | None = current_app.extensions.get(_QUEUE)
    return queue.turn() if queue else nullcontext()


def _hurry(connection: Connection) -> None:
    """Let commits of a SQLite connection not wait for the disk."""
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().execute("PRAGMA synchronous=NORMAL").close()


def _take_time(connection: Connection) -> None:
    """Let them wait again, as a connection is set up."""
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().execute("PRAGMA synchronous=FULL").close()
