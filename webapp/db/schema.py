"""Whether a database is at the newest schema.

Told without Alembic, which is 10 MB and half a second that serving does without.
Not here: bringing it there (upgrade.py).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text
from sqlalchemy.exc import SQLAlchemyError

from webapp.db.engine import create_database_engine

if TYPE_CHECKING:
    from sqlalchemy import Engine

_VERSIONS = Path(__file__).with_name("migrations") / "versions"
_NAMED = re.compile(r'^(revision|down_revision) = "(\w+)"$', re.MULTILINE)
BEHIND = "the database is not at the newest schema; run: flask --app webapp db upgrade"
_MISSING = (
    "Tillside cannot start: migrations are missing in the database. Run them first:\n"
    "  .venv/bin/flask --app webapp db upgrade"
)


def is_current(engine: Engine) -> bool:
    """Tell whether every migration has been run.

    Args:
        engine: The database's.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: The database does not answer.
    """
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        done = connection.execute(text("SELECT version_num FROM alembic_version")).scalars()
        return set(done) == newest()


def newest() -> set[str]:
    """Give the revision that no other builds on; several only while branches are merged."""
    names: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for path in _VERSIONS.glob("*.py"):
        for role, name in _NAMED.findall(path.read_text()):
            names[role].add(name)
    return names["revision"] - names["down_revision"]


def problem_at_start(url: str) -> str | None:
    """Say why nothing can be served from a database.

    Args:
        url: Of the database, as in the settings.

    Returns:
        A sentence or two for whoever starts it; None when all is well.
    """
    engine = create_database_engine(url, pool_size=1)
    try:
        return None if is_current(engine) else _MISSING
    except SQLAlchemyError as error:
        reason = getattr(error, "orig", None) or type(error).__name__
        return f"Tillside cannot start: the database does not answer: {reason}"
    finally:
        engine.dispose()
