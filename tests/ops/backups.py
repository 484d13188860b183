"""A command run as a process of its own would, and backups that are spoilt in every way."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

from webapp.extensions import db
from webapp.ops.archive import DUMPS

if TYPE_CHECKING:
    from click.testing import Result
    from flask import Flask


def run(app: Flask, *arguments: str) -> Result:
    app.extensions["tillside.db"][0].dispose()  # a command is a process of its own
    return app.test_cli_runner().invoke(args=arguments)


def scalar(app: Flask, query: str) -> object:
    with app.app_context(), db.read() as connection:
        return connection.execute(text(query)).scalar_one()


def city_of(app: Flask, number: int) -> object:
    return scalar(app, f"SELECT city FROM customers WHERE id = '{number}'")


BREAKS = (
    *("cut", "changed", "no backup", "foreign product", "newer format", "newer schema"),
    *("other hash", "other rows", "other account", "other database", "broken chain", "a bomb"),
    *("no counts", "no entry", "endless counts", "nested", "encrypted"),
)


def break_it(file: Path, how: str) -> None:
    content = file.read_bytes()
    if how == "cut":
        file.write_bytes(content[: len(content) // 2])
    elif how == "changed":
        middle = len(content) // 3
        file.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    elif how == "no backup":
        file.write_text("hello")
    elif how == "encrypted":
        with zipfile.ZipFile(file) as archive:
            start = archive.start_dir
        start += 8  # the flags of the first entry of the directory
        file.write_bytes(content[:start] + bytes([content[start] | 1]) + content[start + 1 :])
    else:
        rewrite(file, how)


def rewrite(file: Path, how: str) -> None:
    """Change what the manifest says."""
    with zipfile.ZipFile(file) as archive:
        told = json.loads(archive.read("manifest.json"))
        dump = archive.read(DUMPS[told["database"]])
    name = DUMPS[told["database"]]
    changes: dict[str, dict[str, object]] = {
        "foreign product": {"product": "another"},
        "newer format": {"format": 2},
        "newer schema": {"revision": "9999"},
        "other hash": {"sha256": "0" * 64},
        "other rows": {"counts": told["counts"] | {"customers": 11}},
        "other account": {"neropay": ["https://eu.neropay.app/v2", ""]},
        "other database": {
            "database": "sqlite" if told["database"] == "postgresql" else "postgresql"
        },
        "broken chain": {"is_chain_proven": False},
        "claimed chain": {"is_chain_proven": True},
        "a bomb": {"size": 10},
        "no counts": {"counts": 7},
        "no entry": {"last_entry": []},
        "endless counts": {"counts": {"customers": float("inf")}},
        "nested": {},
    }
    with zipfile.ZipFile(file, "w") as archive:
        nested = how == "nested" and "[" * 100_000
        archive.writestr("manifest.json", nested or json.dumps(told | changes[how]))
        archive.writestr(name, dump)
