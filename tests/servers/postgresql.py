"""A PostgreSQL server of our own, in a folder of its own, reachable over a unix socket only."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.servers.processes import running, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# A test's data is thrown away: nothing has to survive a power cut.
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "jit=off")
_SMALL = ("shared_buffers=64MB", "max_connections=60")


@contextmanager
def running_postgresql(
    _factory: object = None, *, options: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Run a server with one empty database.

    The folder is not one of pytest's: those are closed to the user that the server must run as
    when we are root, and their paths are too long for a socket.

    Args:
        options: Settings of the server, beyond those that make it quick and small.

    Yields:
        The database's SQLAlchemy URL.
    """
    user = "postgres" if os.geteuid() == 0 else None
    name = user or pwd.getpwuid(os.geteuid()).pw_name
    folder = Path(tempfile.mkdtemp(prefix="tillside-pg-"))
    try:
        if user:
            shutil.chown(folder, user)
        settings = [f"unix_socket_directories={folder}", "listen_addresses=", *_QUICK, *_SMALL]
        settings += [f"{key}={value}" for key, value in (options or {}).items()]
        _initialise(folder / "data", name, user)
        command = [_program("postgres"), "-D", str(folder / "data")]
        for setting in settings:
            command += ["-c", setting]
        log = folder / "log"
        with running(command, log=log, cwd=folder, user=user, stop_signal=signal.SIGINT) as server:
            wait_until(lambda: _answers(folder), f"PostgreSQL, see {log}", server)
            _create_database(folder, name)
            yield f"postgresql+psycopg://{name}@/tillside?host={folder}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(data: Path, name: str, user: str | None) -> None:
    command = [_program("initdb"), "-D", str(data), "-U", name, "--auth=trust", "--encoding=UTF8"]
    command += ["--locale=C.UTF-8", "--no-sync"]
    made = subprocess.run(command, cwd=data.parent, user=user, capture_output=True, check=False)
    if made.returncode:
        raise RuntimeError(made.stderr.decode(errors="replace"))


def _create_database(folder: Path, name: str) -> None:
    command = [_program("createdb"), "-h", str(folder), "-U", name, "tillside"]
    subprocess.run(command, check=True, capture_output=True)


def _answers(folder: Path) -> bool:
    command = [_program("pg_isready"), "-q", "-h", str(folder)]
    return subprocess.run(command, check=False).returncode == 0


def _program(name: str) -> str:
    """The newest one installed; Debian keeps the server's programs out of PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    path = next((str(folder / name) for folder in folders if (folder / name).exists()), None)
    path = path or shutil.which(name)
    if path is None:
        raise RuntimeError(f"PostgreSQL's {name} is not installed: make test-tools")
    return path


def _version(folder: Path) -> float:
    return float(folder.parent.name)
