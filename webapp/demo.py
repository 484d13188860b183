"""`make run`: the whole of Tillside on this machine, with a NeroPay of our own and made-up people.

Needs no environment and writes nothing outside VAR_DIR: keys, databases, queue and logs are there.
Not here: anything that production uses; see webapp.serve.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import http.client
import json
import os
import secrets
import socket
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from webapp.ops.supervisor import ChildFailedError, Stopped, Supervisor
from webapp.serve import web_command, worker_command

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CUSTOMERS = 2_000
_CATEGORIES = 12
_GRACE = 6.0  # seconds that a process has to end after Ctrl-C
_PATIENCE = 60.0  # seconds to wait for a process to answer
# What a shell may carry for another purpose: the demo keeps to its own folder and sandbox.
_NOT_OURS = (
    *("DATABASE_URL", "NEROPAY_ACCOUNT", "PUBLIC_URL", "TRUSTED_HOSTS", "TRUSTED_PROXIES"),
    *("SMTP_URL", "REDIS_URL"),
)
_LAST_LINES = 15  # of a log, shown when its process fails


class DemoError(Exception):
    """The demo cannot start; the message is one line for whoever typed the command."""


@dataclass(slots=True)
class _State:
    """What the demo remembers between runs, in VAR_DIR/demo.json."""

    secret_key: str
    neropay_secret_key: str
    is_seeded: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the demo lives."""

    var_dir: Path
    host: str
    port: int
    sandbox_port: int

    @property
    def address(self) -> str:
        """What to type into a browser."""
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  # compared, not bound
        host = everywhere.get(self.host, f"[{self.host}]" if ":" in self.host else self.host)
        return f"http://{host}:{self.port}"


def main(environ: Mapping[str, str]) -> int:
    """Run the demo until Ctrl-C.

    Args:
        environ: Only HOST, PORT, SANDBOX_PORT and VAR_DIR count, and WEB_* and SYNC_INTERVAL.

    Returns:
        The exit code: 0 after Ctrl-C, 1 when something failed.
    """
    try:
        place = _read_place(environ)
        with _only_one(place.var_dir), Supervisor(grace=_GRACE) as supervisor:
            try:
                _run(place, environ, supervisor)
            except Stopped:
                _say("Stopping …")
                supervisor.stop()
                return 0
    except ChildFailedError as failure:
        log = _log_path(place.var_dir, failure.name)
        return _fail(f"{_tail(log)}\n{failure} Everything is stopped. Its log: {log}")
    except (DemoError, TimeoutError) as error:
        return _fail(str(error))
    return 0


def _run(place: _Place, environ: Mapping[str, str], supervisor: Supervisor) -> None:
    _require_free(place.host, place.port, "PORT")
    _require_free("127.0.0.1", place.sandbox_port, "SANDBOX_PORT")
    state = _load_state(place.var_dir)
    env = _environment(place, state, environ)

    _say("Starting the NeroPay sandbox …")
    flask = [sys.executable, "-m", "flask", "--app", "webapp"]
    with _log(place.var_dir, "sandbox") as output:
        command = [*flask, "sandbox", "--port", str(place.sandbox_port)]
        supervisor.start("sandbox", command, env=env, output=output)
    _prepare(env)
    _say("Starting the web processes …")
    with _log(place.var_dir, "web") as output:
        supervisor.start("web", web_command(), env=env, output=output)
    sandbox = ("127.0.0.1", place.sandbox_port)
    supervisor.wait_until(
        lambda: _status(*sandbox, "GET", "/_sandbox/switches") == 200,
        seconds=_PATIENCE,
        what="The sandbox does not answer",
    )
    if not state.is_seeded:
        _say(f"Making up {_CUSTOMERS:,} customers and {_CATEGORIES} categories …")
        path = f"/_sandbox/seed?customers={_CUSTOMERS}&categories={_CATEGORIES}"
        if _status(*sandbox, "POST", path) != 200:
            raise DemoError("The sandbox could not be filled; see its log in VAR_DIR/log.")
        state.is_seeded = True
        _save_state(place.var_dir, state)
    supervisor.check()
    with _log(place.var_dir, "worker") as output:
        supervisor.start("worker", worker_command(), env=env, output=output)
    local = "127.0.0.1" if place.host == "0.0.0.0" else place.host  # noqa: S104  # compared
    supervisor.wait_until(
        lambda: _status(local, place.port, "GET", "/readyz") == 200,
        seconds=_PATIENCE,
        what="The web process is not ready",
    )
    _say(
        f"\n  Tillside is ready:  {place.address}/\n\n"
        f"  The sign-in page shows a login for each role. Logs: {place.var_dir / 'log'}\n"
        "  Ctrl-C stops everything.\n"
    )
    supervisor.watch()


def _read_place(environ: Mapping[str, str]) -> _Place:
    ports = {}
    for name, default in (("PORT", "8000"), ("SANDBOX_PORT", "8001")):
        text = environ.get(name, "").strip() or default
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65_535):
            raise DemoError(f"{name} must be a whole number from 1 to 65535, not {text!r}.")
        ports[name] = int(text)
    if ports["PORT"] == ports["SANDBOX_PORT"]:
        raise DemoError(f"PORT and SANDBOX_PORT are both {ports['PORT']}: choose two.")
    var_dir = Path(environ.get("VAR_DIR", "").strip() or "var").absolute()
    host = environ.get("HOST", "").strip() or "127.0.0.1"
    return _Place(var_dir, host, ports["PORT"], ports["SANDBOX_PORT"])


@contextlib.contextmanager
def _only_one(var_dir: Path) -> Iterator[None]:
    """Hold the folder's lock: two demos in one folder would share keys and databases."""
    try:
        var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        (var_dir / "log").mkdir(exist_ok=True, mode=0o700)
        lock = (var_dir / "demo.lock").open("w")
    except OSError as error:
        raise DemoError(f"VAR_DIR {var_dir} cannot be written: {error.strerror}.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DemoError(
                f"A demo runs in {var_dir} already; stop it, or choose another folder: "
                "make run VAR_DIR=var2 PORT=8010 SANDBOX_PORT=8011"
            ) from error
        yield


def _require_free(host: str, port: int, variable: str) -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(found[0], socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(found[4])
            probe.listen(1)
    except OSError as error:
        what, otherwise = f"Port {port} on {host}", f"{variable}={_another_port(port, error.errno)}"
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            what, otherwise = f"HOST {host}", "HOST=127.0.0.1"
        raise DemoError(
            f"{what} cannot be used ({error.strerror}); choose another: make run {otherwise}"
        ) from error


def _another_port(port: int, reason: int | None) -> int:
    if reason == errno.EACCES:  # those below 1024 are the system's
        return 8_000 + port % 1_000
    return port + 10 if port <= 65_525 else port - 10


def _environment(place: _Place, state: _State, environ: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in environ.items() if name not in _NOT_OURS}
    return kept | {
        "APP_ENV": "demo",
        "VAR_DIR": str(place.var_dir),
        "HOST": place.host,
        "PORT": str(place.port),
        "SECRET_KEY": state.secret_key,
        "NEROPAY_SECRET_KEY": state.neropay_secret_key,
        "NEROPAY_BASE_URL": f"http://127.0.0.1:{place.sandbox_port}/v2",
    }


def _prepare(env: Mapping[str, str]) -> None:
    """Bring the database up to date and make the demo people, in this process: it is quickest."""
    from webapp import create_app
    from webapp.db.upgrade import upgrade
    from webapp.extensions import db
    from webapp.people.demo import create_demo_people
    from webapp.settings import Settings, SettingsError

    try:
        app = create_app(Settings.from_environment(env))
    except SettingsError as error:
        raise DemoError(f"The demo cannot start with these settings:\n{error}") from error
    with app.app_context():
        upgrade(db.engine)
        create_demo_people()
        db.engine.dispose()


def _load_state(var_dir: Path) -> _State:
    path = var_dir / "demo.json"
    try:
        state = _State(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):  # none yet, or not ours: begin anew
        state = _State(secrets.token_hex(32), f"sandbox_{secrets.token_hex(24)}")
    state.is_seeded = state.is_seeded and (var_dir / "sandbox.db").exists()
    _save_state(var_dir, state)
    return state


def _save_state(var_dir: Path, state: _State) -> None:
    path = var_dir / "demo.json"
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        json.dump(asdict(state), file)
    new.replace(path)


def _status(host: str, port: int, method: str, path: str) -> int | None:
    connection = http.client.HTTPConnection(host, port, timeout=_PATIENCE)
    try:
        connection.request(method, path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _log_path(var_dir: Path, name: str) -> Path:
    return var_dir / "log" / f"{name}.log"


def _log(var_dir: Path, name: str) -> IO[bytes]:
    """Open a log for this run; the one before is not kept."""
    descriptor = os.open(_log_path(var_dir, name), os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    return os.fdopen(descriptor, "wb")


def _tail(path: Path) -> str:
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(lines[-_LAST_LINES:])


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _fail(text: str) -> int:
    sys.stderr.write(text.strip() + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(os.environ))
