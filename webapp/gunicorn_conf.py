"""How gunicorn runs Tillside: `gunicorn -c webapp/gunicorn_conf.py webapp.wsgi:app`.

The application is loaded once, before the workers are forked: they share its memory, and frozen for
the collector it stays shared (master and two workers, busy: 123 MB in all instead of 161). Nothing
that is open may be shared with it, so the master closes its database connections first.
"""

from __future__ import annotations

import gc
import hashlib
import os
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gunicorn.glogging import Logger
from gunicorn.http.errors import (
    ConfigurationProblem,
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from webapp.ops import in_use, refused
from webapp.ops.logs import json_handler
from webapp.settings import Settings, SettingsError

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter

try:
    _settings = Settings.from_environment(os.environ)
except SettingsError as _error:
    sys.exit(f"Tillside cannot start with these settings:\n{_error}")

try:
    in_use.hold(_settings.var_dir)  # the workers inherit it
except in_use.InUseError as _error:
    sys.exit(f"Tillside cannot start: {_error}")


def _make_metrics_folder() -> str:
    """Make an empty folder for the counts, in memory where there is such a place.

    The library maps its files: one that a full disk has no room for would end the process.
    """
    mark = hashlib.sha256(str(_settings.var_dir).encode()).hexdigest()[:12]
    in_memory = Path(f"/dev/shm/tillside-{os.geteuid()}-{mark}")  # noqa: S108  # made by us alone, or not used
    for folder in (in_memory, _settings.var_dir / "metrics"):
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            folder.mkdir(parents=folder != in_memory, mode=0o700)
            return str(folder)
    sys.exit("Tillside cannot start: VAR_DIR cannot be written to")


# Where the library looks when it is imported; a reload reads this file again and keeps the counts.
if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = _make_metrics_folder()

wsgi_app = "webapp.wsgi:app"
_host = f"[{_settings.host}]" if ":" in _settings.host else _settings.host
bind = f"{_host}:{_settings.port}"
workers = _settings.web_workers
threads = _settings.web_threads
worker_connections = 200
backlog = 256
preload_app = True

# A save may look for 8 seconds and write to NeroPay for 15; a stop lets it finish.
timeout = 60
graceful_timeout = 30
keepalive = 15  # longer than the pause between two searches while typing
# The sign of life goes through a file: in memory, so that a slow disk kills no worker.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  # gunicorn makes a private file in it

# What a request may be before it reaches the application. Our longest address is a search, of 200
# characters from the page's own box; 8,190 bytes are the most that gunicorn can be told. What is
# longer is answered with a page of ours (414), see `handle_error`.
limit_request_line = 8_190
limit_request_fields = 60
limit_request_field_size = 8_190

# Which headers a proxy may set is decided in one place, ProxyFix with TRUSTED_PROXIES hops. To
# gunicorn no address is a proxy, so it takes neither scheme, path nor names with underscores.
forwarder_headers = ""
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
header_map = "drop"
proxy_protocol = False
control_socket_disable = True

accesslog = None  # webapp.ops.requests writes a line a request, without query strings
errorlog = "-"
# Gunicorn's own DEBUG has each request's address, and with it links that are worth a password.
loglevel = _settings.log_level.lower().replace("debug", "info")
proc_name = "tillside"


class JsonLogger(Logger):  # type: ignore[misc]  # the library has no types
    """Gunicorn's own messages as JSON lines, without what a client sent: addresses carry names."""

    def setup(self, cfg: Any) -> None:
        """Put our handler in the place of gunicorn's."""
        super().setup(cfg)
        for handler in list(self.error_log.handlers):
            self.error_log.removeHandler(handler)
        self.error_log.addHandler(json_handler())

    def warning(self, msg: str, *args: object, **kwargs: Any) -> None:
        """Write a warning; of a refused request only that there was one."""
        is_refusal = msg.startswith("Invalid request from")
        super().warning(*(("Invalid request refused",) if is_refusal else (msg, *args)), **kwargs)

    def exception(self, msg: str, *args: object, **kwargs: Any) -> None:
        """Write an error with its places in the code; of a failed request not the address."""
        is_request = msg.startswith("Error handling request")
        super().exception(*(("Error handling request",) if is_request else (msg, *args)), **kwargs)


logger_class = JsonLogger


_STATUSES = {LimitRequestLine: 414, LimitRequestHeaders: 431}  # of any other 400
_OUR_OWN = (ConfigurationProblem, InvalidResponseHeader, InvalidResponseHeaderName)


class BalancedWorker(ThreadWorker):  # type: ignore[misc]  # the library has no types
    """A gthread worker that lets the others accept first the more connections it has.

    A kept-alive connection stays with the worker that accepted it. Left alone, whoever wakes up
    first takes a whole burst of them, and eight browsers share one core while the other idles.
    """

    def accept(self, listener: Any) -> None:
        """Accept a connection that is still there after a pause of at most 2 ms."""
        time.sleep(min(self.nr_conns, 10) * 0.000_2)
        super().accept(listener)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer what is no request with a page of ours, and not with what was sent in it."""
        is_clients = isinstance(exc, ParseException) and not isinstance(exc, _OUR_OWN)
        if not is_clients:
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning("Invalid request refused")
        status = next((code for kind, code in _STATUSES.items() if isinstance(exc, kind)), 400)
        with suppress(OSError):  # who has gone needs no answer
            client.setblocking(False)
            with suppress(BlockingIOError):  # an end with unread bytes could cut the answer off
                client.recv(4 * limit_request_field_size)
            write_nonblock(client, refused.answer(self.wsgi, status, addr[0] if addr else ""))


worker_class = BalancedWorker


def when_ready(server: Arbiter) -> None:
    """Before the first fork: close what is open, and keep the collector off the shared pages."""
    app: Any = server.app.wsgi()
    engine, _ = app.extensions.get("tillside.db", (None, None))
    if engine is not None:
        engine.dispose()
    gc.collect()
    gc.freeze()


def on_exit(_server: Arbiter) -> None:
    """Take the folder of the counts away."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)


def child_exit(_server: Arbiter, worker: Any) -> None:
    """Forget the live counts of a worker that has gone."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # the library has no types
