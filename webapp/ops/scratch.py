"""A folder to make something in, beside the place where it will stay."""

from __future__ import annotations

import shutil
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX: Final = ".tillside-making-"
_LEFT: Final = 24 * 60 * 60  # seconds: nothing takes so long


@contextmanager
def scratch(place: Path) -> Iterator[Path]:
    """Give a new folder of ours in `place`, which is gone afterwards.

    One that a killed process has left a day ago goes as well: a copy of everything may be in it.
    """
    for left in place.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if time.time() - left.lstat().st_mtime > _LEFT:
                shutil.rmtree(left)
    with TemporaryDirectory(prefix=_PREFIX, dir=place) as folder:
        yield Path(folder)
