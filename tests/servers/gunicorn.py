"""The application under its own gunicorn settings, on a port of its own."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.servers.processes import free_port, is_listening, running, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[2]
SECRET_KEY = "f3Kq9vZ2mW8xR5tB7nJ4hL6pC1dG0sYa"
COMMAND = (sys.executable, "-m", "gunicorn", "-c", "webapp/gunicorn_conf.py")


@dataclass(frozen=True)
class Web:
    """A web process that answers."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def logged(self) -> list[dict[str, Any]]:
        """Every line of its log; each must be JSON."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def requests_logged(self) -> list[dict[str, Any]]:
        return [line for line in self.logged() if line["event"] == "request"]


def environment(var_dir: Path, **changes: str) -> dict[str, str]:
    """A clean environment that the application starts with, for development unless changed."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    chosen = {
        "APP_ENV": "development",
        "VAR_DIR": str(var_dir),
        "SECRET_KEY": SECRET_KEY,
        "NEROPAY_SECRET_KEY": "sk_sandbox_0123456789abcdef0123456789abcdef",
        "NEROPAY_BASE_URL": "http://127.0.0.1:9/v2",
    }
    return kept | chosen | changes


def production(var_dir: Path, **changes: str) -> dict[str, str]:
    """An environment that production takes."""
    strict = {
        "APP_ENV": "production",
        "NEROPAY_BASE_URL": "https://127.0.0.1:9/v2",
        "PUBLIC_URL": "https://till.example",
        "TRUSTED_HOSTS": "till.example",
        "TRUSTED_PROXIES": "1",
    }
    return environment(var_dir, **(strict | changes))


def flask(env: Mapping[str, str], *arguments: str, stdin: str = "") -> str:
    """Run one of our commands; its output."""
    command = [sys.executable, "-m", "flask", "--app", "webapp", *arguments]
    done = subprocess.run(
        command, env=dict(env), cwd=ROOT, input=stdin, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextlib.contextmanager
def running_gunicorn(env: Mapping[str, str], folder: Path) -> Iterator[Web]:
    """Run the application; its database must be up to date already.

    Args:
        env: From `environment` or `production`.
        folder: Where its log goes, `web.log`.
    """
    port = free_port()
    log = folder / "web.log"
    with running(COMMAND, log=log, env={**env, "PORT": str(port)}, cwd=ROOT) as process:
        wait_until(lambda: is_listening(port), f"gunicorn, see {log}", process)
        yield Web(port, process, log)
