"""The folder in which a backup is made, and what a killed one has left."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from webapp.ops.scratch import scratch

if TYPE_CHECKING:
    from pathlib import Path

DAY = 24 * 60 * 60


def leave(place: Path, age: float) -> Path:
    """Do as a process that is killed: nothing is tidied up."""
    with scratch(place) as folder:
        left = folder.rename(place / f"{folder.name}-left")
        folder.mkdir()
    (left / "dump").write_bytes(b"everything")
    os.utime(left, (time.time() - age,) * 2)
    return left


def test_it_is_there_and_then_gone(tmp_path: Path) -> None:
    with scratch(tmp_path) as folder:
        (folder / "dump").write_bytes(b"everything")
        assert folder.parent == tmp_path
        assert folder.stat().st_mode & 0o777 == 0o700
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("age", "stays"), [(60, True), (DAY - 60, True), (DAY + 60, False)])
def test_what_was_left_goes_after_a_day(tmp_path: Path, age: float, stays: bool) -> None:
    left = leave(tmp_path, age)
    with scratch(tmp_path):
        assert left.exists() is stays


def test_what_is_not_ours_stays(tmp_path: Path) -> None:
    others = [tmp_path / name for name in (".backup-2019", "tillside-making-x", ".tillside")]
    for other in others:
        other.mkdir()
        os.utime(other, (1, 1))
    target = tmp_path / "target"
    target.mkdir()
    (target / "kept").touch()
    link = tmp_path / ".tillside-making-link"
    link.symlink_to(target)
    os.utime(link, (1, 1), follow_symlinks=False)
    with scratch(tmp_path):
        assert all(other.exists() for other in others)
    assert (target / "kept").exists()
