"""`make serve`: refuses what is wrong, and stops web and worker together."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.servers.gunicorn import COMMAND, ROOT, environment, flask, production
from tests.servers.processes import free_port, is_listening, running, stop, wait_until, worker_of

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.server

SERVE = [sys.executable, "-m", "webapp.serve"]
WSGI = [sys.executable, "-c", "import webapp.wsgi"]


def start(command: list[str], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=dict(env), cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("command", [SERVE, list(COMMAND)], ids=["serve", "gunicorn"])
def test_wrong_settings_are_all_told_at_once(command: list[str], tmp_path: Path) -> None:
    env = environment(tmp_path, APP_ENV="production", SECRET_KEY="short", PORT="0")
    done = start(command, env)
    assert done.returncode == 1
    for name in ("SECRET_KEY", "PORT", "TRUSTED_HOSTS", "PUBLIC_URL", "NEROPAY_BASE_URL"):
        assert f"- {name} " in done.stderr
    assert "Traceback" not in done.stderr
    assert "short" not in done.stderr.replace("shorter", ""), "a secret is told"


@pytest.mark.parametrize("command", [SERVE, list(COMMAND), WSGI], ids=["serve", "gunicorn", "wsgi"])
def test_missing_migrations_are_refused_with_the_way_out(
    command: list[str], tmp_path: Path
) -> None:
    done = start(command, production(tmp_path, PORT=str(free_port())))
    assert done.returncode == 1
    assert done.stderr.startswith("Tillside cannot start: migrations are missing")
    assert "flask --app webapp db upgrade" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_away_is_refused_in_a_line(tmp_path: Path) -> None:
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    done = start(SERVE, production(tmp_path, DATABASE_URL=url))
    assert done.returncode == 1
    assert "the database does not answer" in done.stderr
    assert "Traceback" not in done.stderr


def children_of(pid: int) -> list[int]:
    return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_accepted(connection: HTTPConnection, masters: list[int]) -> bool:
    for master in masters:
        with suppress(LookupError):
            return bool(worker_of(connection, master))
    return False


def is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            state = json.loads(answer.read())
    except OSError:
        return False
    return bool(state["ready"]) and state["worker"] == "ok"


def test_it_serves_and_a_stop_ends_both_and_finishes_what_runs(tmp_path: Path) -> None:
    port = free_port()
    env = production(tmp_path, PORT=str(port))
    flask(env, "db", "upgrade")
    log = tmp_path / "log"
    with running(SERVE, log=log, env=env, cwd=ROOT) as process:
        wait_until(lambda: is_ready(port), f"serve, see {log}", process)
        started = children_of(process.pid)
        assert len(started) == 2
        connection = HTTPConnection("127.0.0.1", port)
        connection.connect()
        with connection.sock as client:
            # A request that has arrived in part when the stop comes is still answered.
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: till.example\r\n")
            wait_until(lambda: is_accepted(connection, started), "gunicorn to take it", process)
            process.terminate()
            client.sendall(b"\r\n")
            assert client.recv(100).startswith(b"HTTP/1.1 200")
        assert stop(process) == 0
        assert not any(Path(f"/proc/{pid}").exists() for pid in started)
    events = [json.loads(line)["event"] for line in log.read_text().splitlines()]
    assert "Shutting down: Master" in events, "the web was killed"
    assert "Consumer exiting." in events, "the worker was killed"


def test_a_worker_that_dies_stops_the_web_too(tmp_path: Path) -> None:
    port = free_port()
    env = production(tmp_path, PORT=str(port))
    flask(env, "db", "upgrade")
    log = tmp_path / "log"
    with running(SERVE, log=log, env=env, cwd=ROOT) as process:
        wait_until(lambda: is_listening(port), f"serve, see {log}", process)
        worker = children_of(process.pid)[0]
        subprocess.run(["kill", "-KILL", str(worker)], check=True)
        assert process.wait(90) == 1
        assert not is_listening(port)
    assert "The worker process was ended by SIGKILL" in log.read_text()
