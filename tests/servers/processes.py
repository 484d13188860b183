"""Starting a program for a test, waiting until it answers, and stopping it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import http.client
    from collections.abc import Callable, Iterator, Mapping, Sequence

PATIENCE = 60.0  # seconds; reached only when something is wrong
_PAUSE = threading.Event()  # never set: waiting on it is a pause between two looks


def free_port() -> int:
    """A port that nobody listens on now; the system does not give it out again soon."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_until(
    is_true: Callable[[], bool], what: str, process: subprocess.Popen[bytes] | None = None
) -> None:
    """Look until it is true; say `what` is missing when it does not come or the process ends."""
    deadline = time.monotonic() + PATIENCE
    while not is_true():
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"{what}: the process ended with {process.returncode}")
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        _PAUSE.wait(0.02)


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def running(
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: str | None = None,
    stop_signal: int = signal.SIGTERM,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program with its output in `log`; stopped, then killed with all it started."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            env=dict(env) if env is not None else None,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=user,
        )
    try:
        yield process
    finally:
        stop(process, stop_signal)


def stop(process: subprocess.Popen[bytes], stop_signal: int = signal.SIGTERM) -> int:
    """Stop a program that `running` started; its exit code."""
    if process.poll() is None:
        process.send_signal(stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
    with contextlib.suppress(ProcessLookupError):  # what is left of its group
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def worker_of(connection: http.client.HTTPConnection, parent: int) -> int:
    """Tell which child of a server has the other end of a connection that is kept alive.

    Args:
        connection: From this machine to a server on it, after an answer.
        parent: The server's process id.
    """
    port = connection.sock.getsockname()[1]
    sockets = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    inodes = {
        f"socket:[{fields[9]}]" for fields in sockets if int(fields[2].split(":")[1], 16) == port
    }
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    for child in children:
        for entry in Path(f"/proc/{child}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed while we look
                if str(entry.readlink()) in inodes:
                    return int(child)
    raise LookupError(f"no child of {parent} has the connection")
