"""A Redis server of our own on the loopback address, which keeps nothing."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.servers.processes import free_port, is_listening, running, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def running_redis(folder: Path) -> Iterator[str]:
    """Run an empty server; give the URL of its first database.

    Args:
        folder: For its log.
    """
    program = shutil.which("redis-server")
    if program is None:
        raise RuntimeError("redis-server is not installed: make test-tools")
    port = free_port()
    options = {"bind": "127.0.0.1", "port": str(port), "save": "", "appendonly": "no"}
    command = [program]
    for name, value in {**options, "dir": str(folder)}.items():
        command += [f"--{name}", value]
    log = folder / "redis.log"
    with running(command, log=log) as server:
        wait_until(lambda: is_listening(port), f"Redis, see {log}", server)
        yield f"redis://127.0.0.1:{port}/0"
