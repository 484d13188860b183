"""Who uses the data: web and worker together, or a restore alone.

Each process that serves or works holds a shared lock on a file in VAR_DIR for as long as it
lives; the system gives it back, however the process ends. A restore needs the lock for itself.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAME: Final = "in-use.lock"
_held: dict[str, int] = {}  # open files of this process, by path


class InUseError(Exception):
    """Somebody else has the data; the message says who, and what to do."""


def hold(var_dir: Path) -> None:
    """Use the data together with others until this process ends; may be called again.

    Raises:
        InUseError: A restore is going on.
    """
    key = str(var_dir)
    if key not in _held:
        _held[key] = _lock(
            var_dir, fcntl.LOCK_SH, "A restore is going on. Start again when it has ended."
        )


@contextmanager
def alone(var_dir: Path) -> Iterator[None]:
    """Have the data alone.

    Raises:
        InUseError: Web or worker are running.
    """
    file = _lock(var_dir, fcntl.LOCK_EX, "Web or worker are running here. Stop them first.")
    try:
        yield
    finally:
        os.close(file)


def _lock(var_dir: Path, how: int, otherwise: str) -> int:
    var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = os.open(var_dir / _NAME, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except OSError as error:
        os.close(file)
        raise InUseError(otherwise) from error
    return file
