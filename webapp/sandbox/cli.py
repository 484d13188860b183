"""Running the sandbox from the command line; the command itself is the product's CLI's."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

from webapp.sandbox.app import create_sandbox
from webapp.sandbox.server import serve


def run(host: str, port: int, path: Path, secret_key: str, app_env: str) -> None:
    """Answer until SIGTERM or SIGINT, then stop cleanly. Call from the main thread.

    Args:
        host: address to listen on.
        port: port to listen on.
        path: the sandbox's SQLite file.
        secret_key: the merchant's secret.
        app_env: APP_ENV of whoever starts it.

    Raises:
        RuntimeError: in production.
        OSError: the port is taken.
    """
    app = create_sandbox(path=path, secret_key=secret_key, app_env=app_env)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    server = serve(app, host, port)
    stopping.wait()
    server.stop()
