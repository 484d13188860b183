"""The installation that is measured: sandbox, database, gunicorn, the floor, and who signs in."""

from __future__ import annotations

import html
import http.client
import re
import secrets
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tests.bench import data
from tests.servers import gunicorn
from tests.servers.postgresql import running_postgresql
from tests.servers.processes import free_port, is_listening, running, wait_until
from webapp.db.engine import create_database_engine
from webapp.db.upgrade import upgrade

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Mapping
    from pathlib import Path

EMAIL, PASSWORD = "bench@shop.example", "a bench to sit on"
_KEPT = ("cookie", "accept", "accept-encoding")
# What a merchant's own server would have; the rest is PostgreSQL's default.
_POSTGRESQL = {"shared_buffers": "512MB", "fsync": "on", "synchronous_commit": "on"}


@dataclass(frozen=True, slots=True)
class Site:
    """A running installation, with somebody signed in."""

    web: gunicorn.Web
    sandbox_port: int
    floor_port: int
    env: Mapping[str, str]
    cookie: str
    csrf_token: str

    def get(self, path: str, *, headers: Mapping[str, str] | None = None) -> bytes:
        """A whole GET request, as a browser that takes brotli sends it."""
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.web.port}",
            "Accept: text/html",
            "Accept-Encoding: gzip, br",
            f"Cookie: {self.cookie}",
            *(f"{name}: {value}" for name, value in (headers or {}).items()),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def post(self, path: str, fields: Mapping[str, str]) -> bytes:
        """A whole POST request of a form, with the CSRF token."""
        body = urlencode({**fields, "csrf_token": self.csrf_token}).encode()
        head = self.get(path).replace(b"GET ", b"POST ", 1).removesuffix(b"\r\n\r\n")
        form = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}"
        return head + b"\r\n" + form.encode() + b"\r\n\r\n" + body

    def floor(self, size: int) -> bytes:
        """A whole GET request for the floor's page of so many bytes."""
        return f"GET /{size} HTTP/1.1\r\nHost: 127.0.0.1:{self.floor_port}\r\n\r\n".encode()


@contextmanager
def running_site(
    count: int,
    database: str,
    folder: Path,
    *,
    is_empty: bool = False,
    more: Mapping[str, str] | None = None,
) -> Iterator[Site]:
    """Run everything but the worker, with so many customers in the sandbox and in our copy.

    Args:
        count: How many customers.
        database: `sqlite` or `postgresql`.
        folder: For databases and logs.
        is_empty: Whether our copy is empty, as before the first sync.
        more: Of the environment.
    """
    source = data.copy_to(data.sandbox_file(count), folder / "sandbox.db")
    with ExitStack() as stack:
        url = _database(stack, count, database, folder, is_empty=is_empty)
        sandbox_port = free_port()
        env = gunicorn.environment(
            folder,
            DATABASE_URL=url,
            NEROPAY_BASE_URL=f"http://127.0.0.1:{sandbox_port}/v2",
            NEROPAY_CALLS_PER_MINUTE="100000",
            LOG_LEVEL="INFO",
            **(more or {}),
        )
        assert source.exists()
        stack.enter_context(_sandbox(sandbox_port, env, folder))
        gunicorn.flask(
            env,
            "user",
            "create",
            "--email",
            EMAIL,
            "--name",
            "Bench",
            "--role",
            "owner",
            "--password-stdin",
            stdin=PASSWORD,
        )
        web = stack.enter_context(gunicorn.running_gunicorn(env, folder))
        floor_port = stack.enter_context(_floor(env, folder))
        cookie, token = sign_in(web.port)
        yield Site(web, sandbox_port, floor_port, env, cookie, token)


def sign_in(port: int) -> tuple[str, str]:
    """Sign in through the form; the session's cookie and its CSRF token."""
    visitor = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    visitor.request("GET", "/login")
    answer = visitor.getresponse()
    cookie, token = cookie_in(answer), token_in(answer.read().decode())
    form = urlencode({"email": EMAIL, "password": PASSWORD, "csrf_token": token})
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    visitor.request("POST", "/login", form, headers)
    answer = visitor.getresponse()
    answer.read()
    assert answer.status == 303, f"could not sign in: {answer.status}"
    cookie = cookie_in(answer)
    visitor.request("GET", "/customers/new", headers={"Cookie": cookie})
    answer = visitor.getresponse()
    token = token_in(answer.read().decode())
    visitor.close()
    return cookie, token


def new_intent() -> str:
    """An id of an intended write, as a form would carry it."""
    return secrets.token_hex(16)


@contextmanager
def running_worker(env: Mapping[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the background worker."""
    command = [sys.executable, "-m", "flask", "--app", "webapp", "worker"]
    with running(command, log=folder / "worker.log", env=env, cwd=gunicorn.ROOT) as process:
        yield process


def _database(stack: ExitStack, count: int, database: str, folder: Path, *, is_empty: bool) -> str:
    if database == "sqlite":
        path = folder / "tillside.db"
        if not is_empty:
            data.copy_to(data.sqlite_file(count), path)
        url = f"sqlite:///{path}"
    else:
        url = stack.enter_context(running_postgresql(options=_POSTGRESQL))
    if database == "postgresql" or is_empty:
        engine = create_database_engine(url)
        upgrade(engine)
        if not is_empty:
            data.fill(engine, data.sandbox_file(count))
        engine.dispose()
    return url


@contextmanager
def _sandbox(port: int, env: Mapping[str, str], folder: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "flask", "--app", "webapp", "sandbox", "--port", str(port)]
    log = folder / "sandbox.log"
    with running(command, log=log, env=env, cwd=gunicorn.ROOT) as process:
        wait_until(lambda: is_listening(port), f"the sandbox, see {log}", process)
        yield


@contextmanager
def _floor(env: Mapping[str, str], folder: Path) -> Iterator[int]:
    port = free_port()
    log = folder / "floor.log"
    own = {**env, "PORT": str(port), "VAR_DIR": str(folder / "floor")}
    command = [*gunicorn.COMMAND, "tests.bench.floor:app"]
    with running(command, log=log, env=own, cwd=gunicorn.ROOT) as process:
        wait_until(lambda: is_listening(port), f"the floor, see {log}", process)
        yield port


def cookie_in(answer: http.client.HTTPResponse) -> str:
    """The cookie that an answer sets, as it is sent back."""
    given = answer.headers.get_all("Set-Cookie") or []
    pairs = [value.split(";")[0] for value in given]
    assert pairs, "no cookie was set"
    return pairs[-1]


def token_in(page: str) -> str:
    """The CSRF token in a page."""
    match = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert match, "the page has no form with a CSRF token"
    return html.unescape(match[1])
