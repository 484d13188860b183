"""Engine, session rules and migrations, for SQLite and PostgreSQL.

Here: how a connection is opened, what a read and a write transaction are, and the one
`metadata` that every feature's tables belong to. Not here: any feature's table or query.
"""

from webapp.db.engine import Database, metadata
from webapp.db.types import UtcDateTime

__all__ = ["Database", "UtcDateTime", "metadata"]
