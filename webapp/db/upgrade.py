"""Brings a database to the newest schema. Whether it is there: schema.py."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Engine

_LOCK = 4_919_202  # any fixed number: PostgreSQL's advisory lock of upgrades


def upgrade(engine: Engine) -> None:
    """Run the missing migrations, in one transaction, one process at a time.

    Args:
        engine: The database's.
    """
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = _config()
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def knows(revision: str) -> bool:
    """Tell whether a schema is the newest, or one that `upgrade` can bring there.

    Args:
        revision: Of a database or a backup.
    """
    scripts = ScriptDirectory.from_config(_config())
    return any(script.revision == revision for script in scripts.walk_revisions())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    return config
