"""The file of a backup: a ZIP with one dump of the database, and a manifest of what is in it.

Here: writing it whole, reading it with suspicion. A file that was cut, changed, or made by
something else is refused before anything is done with it. Not here: what a dump is.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_MANIFEST: Final = "manifest.json"
_PRODUCT: Final = "tillside backup"
_FORMAT: Final = 1
_LONGEST: Final = 1_000_000  # bytes of a manifest
_CHUNK: Final = 1 << 20
# What reading a file can end in that is cut, nested without end, encrypted, or of other shapes.
_BAD: Final = (
    *(zipfile.BadZipFile, zlib.error, EOFError, LookupError, TypeError, ValueError),
    *(RuntimeError, ArithmeticError),
)
DUMPS: Final = {"sqlite": "tillside.db", "postgresql": "tillside.pgdump"}


class BackupError(Exception):
    """It cannot be done; the message is a sentence for whoever typed the command."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself.

    Attributes:
        made_at: The moment that the data is of; aware.
        database: "sqlite" or "postgresql".
        revision: Of the schema.
        counts: Rows by table.
        last_entry: Number and hash of the newest entry of the activity trail.
        is_chain_proven: Whether the trail's chain was found whole.
        neropay: Base URL and account that the data belongs to.
        key_mark: Tells one SECRET_KEY from another, and nothing about it.
        size: Bytes of the dump.
        sha256: Of the dump.
    """

    made_at: datetime
    database: str
    revision: str
    counts: Mapping[str, int]
    last_entry: tuple[int, str]
    is_chain_proven: bool
    neropay: tuple[str, str]
    key_mark: str
    size: int
    sha256: str


def write(target: Path, dump: Path, manifest: Manifest) -> None:
    """Write a backup's file, readable by its owner alone, and wait until it is on the disk.

    Args:
        target: A new file.
        dump: The database's dump.
        manifest: What is in it.
    """
    told = asdict(manifest) | {"made_at": manifest.made_at.isoformat()}
    head = {"product": _PRODUCT, "format": _FORMAT, **told}
    # PostgreSQL's dump is compressed already.
    how = zipfile.ZIP_DEFLATED if manifest.database == "sqlite" else zipfile.ZIP_STORED
    file = os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    with os.fdopen(file, "w+b") as stream:
        with zipfile.ZipFile(stream, "w", how, compresslevel=1) as archive:
            archive.write(dump, DUMPS[manifest.database])
            archive.writestr(_MANIFEST, json.dumps(head, indent=2))
        stream.flush()
        os.fsync(stream.fileno())


def read(source: Path) -> Manifest:
    """Read what a backup says of itself; its dump is looked at by `extract`.

    Raises:
        BackupError: It is not one of ours, was cut, or is of a newer kind.
    """
    try:
        with zipfile.ZipFile(source) as archive, archive.open(_MANIFEST) as stream:
            told = json.loads(stream.read(_LONGEST))
        if told["product"] != _PRODUCT:
            raise BackupError(f"{source} is not a backup of Tillside.")
        if told["format"] != _FORMAT:
            raise BackupError(f"{source} was made by a newer Tillside; update this one first.")
        return _parse(told)
    except OSError as error:
        raise BackupError(f"{source} cannot be read: {error.strerror}.") from error
    except _BAD as error:
        raise BackupError(f"{source} is not a whole backup of Tillside.") from error


def extract(source: Path, manifest: Manifest, target: Path) -> None:
    """Take the dump out, and compare it with what the manifest says.

    Args:
        source: The backup.
        manifest: From `read`.
        target: A new file, readable by its owner alone.

    Raises:
        BackupError: It is damaged.
    """
    try:
        with (
            zipfile.ZipFile(source) as archive,
            archive.open(DUMPS[manifest.database]) as packed,
            os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "wb") as stream,
        ):
            is_same = _copy(packed, stream, manifest.size) == (manifest.size, manifest.sha256)
    except _BAD as error:
        raise BackupError(f"{source} is damaged.") from error
    if not is_same:
        raise BackupError(f"{source} is damaged: its dump is not what its manifest says.")


def measure(dump: Path) -> tuple[int, str]:
    """Give a dump's size in bytes, and its SHA-256."""
    with dump.open("rb") as stream:
        return dump.stat().st_size, hashlib.file_digest(stream, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Wait until a folder's new names are on the disk."""
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _copy(packed: IO[bytes], stream: IO[bytes], most: int) -> tuple[int, str]:
    """Copy at most one chunk more than `most`; whatever unpacks to more is none of ours."""
    digest, size = hashlib.sha256(), 0
    while size <= most and (chunk := packed.read(_CHUNK)):
        size += len(chunk)
        digest.update(chunk)
        stream.write(chunk)
    stream.flush()
    os.fsync(stream.fileno())
    return size, digest.hexdigest()


def _parse(told: dict[str, object]) -> Manifest:
    """Make a manifest of JSON; raises one of `_BAD` where it is none."""
    made_at = datetime.fromisoformat(str(told["made_at"]))
    counts, entry, neropay = told["counts"], told["last_entry"], told["neropay"]
    size = told["size"]
    if made_at.tzinfo is None or told["database"] not in DUMPS or not isinstance(size, int):
        raise ValueError("not a manifest")
    if not isinstance(counts, dict) or not isinstance(entry, list) or not isinstance(neropay, list):
        raise TypeError("not a manifest")
    return Manifest(
        made_at=made_at,
        database=str(told["database"]),
        revision=str(told["revision"]),
        counts={str(name): int(count) for name, count in counts.items()},
        last_entry=(int(entry[0]), str(entry[1])),
        is_chain_proven=told["is_chain_proven"] is True,
        neropay=(str(neropay[0]), str(neropay[1])),
        key_mark=str(told["key_mark"]),
        size=size,
        sha256=str(told["sha256"]),
    )
