"""`make serve`: gunicorn and the background worker as one, from the environment.

Refuses to start on wrong settings or on a database whose migrations were not run, saying what is
wrong. SIGTERM or SIGINT lets running requests and the running job finish, then ends both.
SIGHUP exchanges the web processes and the worker for new ones in the same way, while requests go
on to be taken; new code and new settings need a stop and a start.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from webapp.db.schema import problem_at_start
from webapp.ops.supervisor import ChildFailedError, Stopped, Supervisor
from webapp.settings import Settings, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

_GRACE = 35.0  # seconds; gunicorn gives requests 30 of them, the worker its jobs 25


def main(environ: Mapping[str, str]) -> int:
    """Serve until told to stop.

    Args:
        environ: The environment, also of both processes.

    Returns:
        The exit code: 0 after a stop that was asked for, 1 otherwise.
    """
    try:
        settings = Settings.from_environment(environ)
    except SettingsError as error:
        return _refuse(f"Tillside cannot start with these settings:\n{error}")
    if (problem := problem_at_start(settings.database_url)) is not None:
        return _refuse(problem)
    with Supervisor(grace=_GRACE) as supervisor:
        supervisor.start("worker", worker_command(), env=environ, at_reload="restart")
        supervisor.start("web", web_command(), env=environ, at_reload="signal")
        try:
            supervisor.watch()
        except ChildFailedError as failure:
            return _refuse(f"{failure} Tillside stops; its log lines above say why.")
        except Stopped:
            pass
    return 0


def web_command() -> list[str]:
    """Give the command that runs the web processes."""
    return [sys.executable, "-m", "gunicorn", "-c", "python:webapp.gunicorn_conf"]


def worker_command() -> list[str]:
    """Give the command that runs the background worker."""
    return [sys.executable, "-m", "flask", "--app", "webapp", "worker"]


def _refuse(reason: str) -> int:
    sys.stderr.write(reason.rstrip() + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(os.environ))
