"""Runs several processes as one: started together, watched, and stopped together.

Used by `make run` (webapp.demo) and `make serve` (webapp.serve). Not here: what is started.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Literal, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FrameType

_PR_SET_PDEATHSIG = 1  # Linux: the signal that a process gets when its parent dies
_POLL = 0.1  # seconds between two looks at the children

AtReload = Literal["stay", "signal", "restart"]  # what SIGHUP to us is to a child


class Stopped(Exception):  # noqa: N818  # a wish, not an error
    """SIGINT or SIGTERM arrived."""


class ChildFailedError(Exception):
    """A process that should go on has ended.

    Attributes:
        name: Its name.
        code: Its exit code; negative: the signal that ended it.
    """

    def __init__(self, name: str, code: int) -> None:
        self.name = name
        self.code = code
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
        super().__init__(f"The {name} process {how}.")


@dataclass(slots=True)
class _Child:
    name: str
    at_reload: AtReload
    run: Callable[[], subprocess.Popen[bytes]]
    process: subprocess.Popen[bytes]
    restart_by: float | None = None  # it was told to end, to be started anew; until then


class Supervisor:
    """Owns the processes from `start` to `stop`; a context manager.

    Args:
        grace: Seconds that each process has to end after SIGTERM, before it is killed.
    """

    def __init__(self, *, grace: float) -> None:
        self._grace = grace
        self._children: list[_Child] = []
        self._wanted = threading.Event()
        self._reload = threading.Event()

    def __enter__(self) -> Supervisor:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note_stop)
        signal.signal(signal.SIGHUP, self._note_reload)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        output: IO[bytes] | None = None,
        at_reload: AtReload = "stay",
    ) -> None:
        """Start a process in a group of its own, so that Ctrl-C reaches only us.

        Args:
            name: For messages.
            command: Program and arguments.
            env: The whole environment.
            output: Where its output and errors go; to ours when not given.
            at_reload: When we get SIGHUP: nothing, SIGHUP to it too, or an end and a new start.
        """

        def run() -> subprocess.Popen[bytes]:
            return subprocess.Popen(  # noqa: S603  # our own commands, no shell
                command,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509  # no threads run here
            )

        self._children.append(_Child(name, at_reload, run, run()))

    def wait_until(self, is_true: Callable[[], bool], *, seconds: float, what: str) -> None:
        """Wait until something is true while watching the processes.

        Raises:
            Stopped: A stop was asked for meanwhile.
            ChildFailedError: A process ended meanwhile.
            TimeoutError: It is still not true; names `what`.
        """
        deadline = time.monotonic() + seconds
        while not is_true():
            self._watch()
            if time.monotonic() > deadline:
                raise TimeoutError(f"{what} after {seconds:.0f} seconds.")

    def watch(self) -> NoReturn:
        """Wait for ever: until a stop is asked for or a process ends.

        Raises:
            Stopped: A stop was asked for.
            ChildFailedError: A process ended by itself.
        """
        while True:
            self._watch()

    def check(self) -> None:
        """Raise `Stopped` when a stop has been asked for, for long work between waits."""
        if self._wanted.is_set():
            raise Stopped

    def stop(self) -> None:
        """Ask every process to end, the newest first; kill those that do not in time."""
        for child in reversed(self._children):
            if child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + self._grace
        for child in reversed(self._children):
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait()
        self._children.clear()

    def _watch(self) -> None:
        if self._wanted.wait(_POLL):
            raise Stopped
        if self._reload.is_set():
            self._reload.clear()
            self._pass_on_reload()
        for child in self._children:
            code = child.process.poll()
            if code is not None and child.restart_by is not None:
                child.process, child.restart_by = child.run(), None
            elif code is not None:
                raise ChildFailedError(child.name, code)
            elif child.restart_by is not None and time.monotonic() > child.restart_by:
                os.killpg(child.process.pid, signal.SIGKILL)

    def _pass_on_reload(self) -> None:
        for child in self._children:
            if child.at_reload == "signal":
                child.process.send_signal(signal.SIGHUP)
            elif child.at_reload == "restart" and child.restart_by is None:
                child.process.terminate()
                child.restart_by = time.monotonic() + self._grace

    def _note_reload(self, _number: int, _frame: FrameType | None) -> None:
        self._reload.set()

    def _note_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._wanted.set()


def _die_with_parent() -> None:
    """Have the kernel end this process when the supervisor is killed without a chance to."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
