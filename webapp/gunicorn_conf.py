"""How gunicorn runs Tillside: `gunicorn -c webapp/gunicorn_conf.py webapp.wsgi:app`.

The application is loaded once, before the workers are forked: they share its memory, and frozen for
the collector it stays shared (master and two workers, busy: 123 MB in all instead of 161). Nothing
that is open may be shared with it, so the master closes its database connections first.
"""

from __future__ import annotations

import gc
import os
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

from webapp.ops import in_use
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

_metrics = Path(_settings.var_dir) / "metrics"
shutil.rmtree(_metrics, ignore_errors=True)
_metrics.mkdir(parents=True, mode=0o700)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_metrics)  # where the library looks when imported

wsgi_app = "webapp.wsgi:app"
_host = f"[{_settings.host}]" if ":" in _settings.host else _settings.host
bind = f"{_host}:{_settings.port}"
workers = _settings.web_workers
threads = _settings.web_threads
worker_connections = 200
backlog = 256
preload_app = True

# A write to NeroPay may take 15 seconds in all; a stop lets it finish.
timeout = 60
graceful_timeout = 20
keepalive = 15  # longer than the pause between two searches while typing
# The sign of life goes through a file: in memory, so that a slow disk kills no worker.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  # gunicorn makes a private file in it

# What a request may be before it reaches the application. Our longest address is a search, of 200
# characters from the page's own box; 8,190 bytes are the most that gunicorn can be told.
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
loglevel = _settings.log_level.lower()
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


class BalancedWorker(ThreadWorker):  # type: ignore[misc]  # the library has no types
    """A gthread worker that lets the others accept first the more connections it has.

    A kept-alive connection stays with the worker that accepted it. Left alone, whoever wakes up
    first takes a whole burst of them, and eight browsers share one core while the other idles.
    """

    def accept(self, listener: Any) -> None:
        """Accept a connection that is still there after a pause of at most 2 ms."""
        time.sleep(min(self.nr_conns, 10) * 0.000_2)
        super().accept(listener)


worker_class = BalancedWorker


def when_ready(server: Arbiter) -> None:
    """Before the first fork: close what is open, and keep the collector off the shared pages."""
    app: Any = server.app.wsgi()
    engine, _ = app.extensions.get("tillside.db", (None, None))
    if engine is not None:
        engine.dispose()
    gc.collect()
    gc.freeze()


def child_exit(_server: Arbiter, worker: Any) -> None:
    """Forget the live counts of a worker that has gone."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # the library has no types
