"""Graceful reloads of `make serve` under load, through nginx: every request is answered."""

from __future__ import annotations

import signal
import ssl
import sys
import tempfile
import threading
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from socket import create_connection
from typing import TYPE_CHECKING

from tests.servers.gunicorn import ROOT, flask, production
from tests.servers.nginx import NAME, Nginx, running_nginx
from tests.servers.processes import free_port, is_listening, running, wait_until
from tests.soak.clerks import database_url
from tests.soak.figures import Figure, Options

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

_VISITORS = 6
_PAGES = ("/login", "/static/app.css", "/customers", "/login?next=/customers", "/nothing")
_PROCESSES = 4  # worker, gunicorn, and two that it runs
_ANSWERS = {200, 303, 404}  # what these pages answer to somebody who is not signed in


@dataclass(slots=True)
class Load:
    """What visitors were answered.

    Attributes:
        answers: By status.
        failures: What was no answer of ours, or none at all.
    """

    answers: Counter[int]
    failures: list[str]


class _Visitor(threading.Thread):
    def __init__(self, nginx: Nginx, load: Load, end: threading.Event) -> None:
        super().__init__(daemon=True)
        self._nginx, self._load, self._end = nginx, load, end

    def run(self) -> None:
        connection = _Browser(self._nginx)
        while not self._end.is_set():
            for page in _PAGES:
                try:
                    connection.request("GET", page, headers={"Host": NAME})
                    answer = connection.getresponse()
                    answer.read()
                except (OSError, HTTPException) as error:
                    self._load.failures.append(f"{page}: {type(error).__name__}")
                    connection.close()
                    continue
                self._load.answers[answer.status] += 1
                if answer.status not in _ANSWERS:
                    self._load.failures.append(f"{page}: {answer.status}")
        connection.close()


class _Browser(HTTPSConnection):
    def __init__(self, nginx: Nginx) -> None:
        super().__init__(NAME, nginx.port, timeout=30)
        self._nginx = nginx

    def connect(self) -> None:
        plain = create_connection(("127.0.0.1", self._nginx.port), timeout=30)
        self.sock: ssl.SSLSocket = self._nginx.context().wrap_socket(plain, server_hostname=NAME)


def run(options: Options) -> Iterator[Figure]:
    """Reload on each database."""
    for database in options.databases:
        with tempfile.TemporaryDirectory(prefix="tillside-soak-") as name, ExitStack() as stack:
            folder = Path(name)
            url = database_url(stack, database, folder)
            process, nginx = stack.enter_context(running_site(folder, url))
            load = reload_under_load(process, nginx, options.reloads)
        total = sum(load.answers.values())
        yield Figure(f"{database}: reloads", f"{options.reloads}, {total} requests meanwhile")
        value = f"{len(load.failures)} {load.failures[:3] or ''}"
        yield Figure(f"{database}: failed requests", value, "0", not load.failures)


@contextmanager
def running_site(folder: Path, url: str) -> Iterator[tuple[subprocess.Popen[bytes], Nginx]]:
    """Run `make serve` as in production, with nginx in front."""
    port = free_port()
    env = production(folder, PORT=str(port), DATABASE_URL=url)
    flask(env, "db", "upgrade")
    (folder / "nginx").mkdir()
    log = folder / "log"
    command = [sys.executable, "-m", "webapp.serve"]
    with running(command, log=log, env=env, cwd=ROOT) as process:
        wait_until(lambda: is_listening(port), f"serve, see {log}", process)
        with running_nginx(folder / "nginx", port) as nginx:
            yield process, nginx


def reload_under_load(process: subprocess.Popen[bytes], nginx: Nginx, reloads: int) -> Load:
    """Send SIGHUP so many times, each when the one before is through, while visitors go on.

    Args:
        process: `make serve`.
        nginx: In front of it.
        reloads: How many.
    """
    load, end = Load(Counter(), []), threading.Event()
    visitors = [_Visitor(nginx, load, end) for _ in range(_VISITORS)]
    for visitor in visitors:
        visitor.start()
    for _ in range(reloads):
        wait_until(lambda: len(processes_below(process.pid)) == _PROCESSES, "all processes")
        before = set(processes_below(process.pid))
        leaving = before - {pid for pid in before if children_of(pid)}  # all but gunicorn's master
        process.send_signal(signal.SIGHUP)
        wait_until(partial(_have_left, process.pid, leaving), "the old processes to end", process)
        enough = sum(load.answers.values()) + 20
        wait_until(partial(_are_answered, load, enough), "visitors", process)
    end.set()
    for visitor in visitors:
        visitor.join(30)
    return load


def _have_left(pid: int, leaving: set[int]) -> bool:
    return not leaving & set(processes_below(pid))


def _are_answered(load: Load, count: int) -> bool:
    return sum(load.answers.values()) >= count


def children_of(pid: int) -> list[int]:
    """Give a process's children; none when it has gone."""
    try:
        told = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(child) for child in told.split()]


def processes_below(pid: int) -> list[int]:
    """Give the children of a process, and theirs."""
    children = children_of(pid)
    return children + [one for child in children for one in children_of(child)]
