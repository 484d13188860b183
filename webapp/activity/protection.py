"""PostgreSQL: the application's role may append to the trail, but neither change nor delete it.

The tables belong to another role, the owner, who runs the migrations and this. What trimming
needs is a function of the owner's that takes out only what is older than the days that were set
when it was made, so that the application cannot use it for anything else.

SQLite has no roles: there the triggers of the migrations refuse it, but whoever writes to the file
can take them away as well. The chain of hashes tells of what was done then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from webapp.activity.retention import FUNCTION
from webapp.extensions import db, settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

_LOOK = text(
    "SELECT current_schema() AS schema, c.relowner::regrole::text AS owner,"
    " pg_has_role(current_user, c.relowner, 'USAGE') AS is_ours,"
    " (SELECT count(*) FROM pg_roles WHERE rolname = :role) AS is_there,"
    " coalesce((SELECT rolsuper OR pg_has_role(oid, c.relowner, 'MEMBER')"
    "  FROM pg_roles WHERE rolname = :role), false) AS is_owner"
    " FROM pg_class c WHERE c.oid = 'activity'::regclass"
)
_MAY_CHANGE = text(
    "SELECT has_table_privilege('activity', 'UPDATE, DELETE, TRUNCATE, TRIGGER')"
    " OR has_table_privilege('activity_head', 'INSERT, DELETE, TRUNCATE, TRIGGER')"
    " OR has_column_privilege('activity_head', 'trimmed_id', 'UPDATE')"
    " OR pg_has_role(current_user, relowner, 'USAGE')"
    " FROM pg_class WHERE oid = 'activity'::regclass"
)
_TRIGGERS = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
_GUARDS = {  # SQLite's, of migrations 0005 and 0016
    *("activity_no_update", "activity_no_delete", "activity_no_replace"),
    *("activity_head_trim", "activity_head_told"),
    *("activity_head_no_insert", "activity_head_no_move", "activity_head_no_delete"),
}
# {s}: the schema, {r}: the role, both quoted; {days}: a whole number.
_GRANTS = (
    "GRANT USAGE ON SCHEMA {s} TO {r}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {s} TO {r}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {s} TO {r}",
    "REVOKE ALL ON {s}.alembic_version, {s}.activity, {s}.activity_head FROM PUBLIC, {r}",
    "GRANT SELECT ON {s}.alembic_version, {s}.activity, {s}.activity_head TO {r}",
    "GRANT INSERT ON {s}.activity TO {r}",
    "GRANT UPDATE (last_id, last_hash) ON {s}.activity_head TO {r}",
)
_TRIM = """
CREATE OR REPLACE FUNCTION {s}.{f}(before timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {s}, pg_temp AS $$
DECLARE
    edge timestamptz := least(before, now() - interval '{days} days');
    newest integer;
    gone integer := 0;
BEGIN
    IF {days} = 0 THEN RETURN 0; END IF;
    PERFORM id FROM activity_head FOR UPDATE;
    SELECT max(id) INTO newest FROM (
        SELECT id, bool_and(at < edge) OVER (ORDER BY id) AS is_old
        FROM (SELECT id, at FROM activity ORDER BY id LIMIT least(most, 5000)) AS oldest
    ) AS looked WHERE is_old;
    IF newest IS NULL THEN RETURN 0; END IF;
    UPDATE activity_head SET trimmed_id = newest,
        trimmed_hash = (SELECT hash FROM activity WHERE id = newest);
    DELETE FROM activity WHERE id <= newest;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$
"""
_FUNCTION_RIGHTS = (
    "REVOKE ALL ON FUNCTION {s}.{f}(timestamptz, integer) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION {s}.{f}(timestamptz, integer) TO {r}",
)


class ProtectionError(Exception):
    """The trail cannot be protected so; the message says why."""


def protect(role: str) -> int:
    """Give the application's role what it needs, and nothing that could change the trail.

    To be run by the tables' owner, again after each upgrade and each change of ACTIVITY_DAYS.

    Args:
        role: The role that the web server and the worker sign in with.

    Returns:
        Days that entries are kept at least; 0: for ever.

    Raises:
        ProtectionError: Not on PostgreSQL, no such role, or one that owns the tables.
    """
    if db.dialect != "postgresql":
        raise ProtectionError(
            "Only PostgreSQL has roles; on SQLite the triggers are there already."
        )
    days = settings().activity_days
    with db.write() as connection:
        schema = _check(connection, role)
        quote = connection.dialect.identifier_preparer.quote_identifier
        names = {"s": quote(schema), "r": quote(role), "f": FUNCTION, "days": days}
        for statement in (*_GRANTS, _TRIM, *_FUNCTION_RIGHTS):
            connection.exec_driver_sql(statement.format(**names))
    return days


def is_protected(connection: Connection) -> bool:
    """Tell whether the database refuses that entries are changed or taken out by who asks.

    Args:
        connection: Signed in as the application is.
    """
    if connection.dialect.name == "postgresql":
        return not connection.execute(_MAY_CHANGE).scalar_one()
    names = set(connection.execute(_TRIGGERS).scalars())
    return names >= _GUARDS


def _check(connection: Connection, role: str) -> str:
    look = connection.execute(_LOOK, {"role": role}).one()
    if not look.is_ours:
        raise ProtectionError(f"The tables belong to {look.owner}: run this with its DATABASE_URL.")
    if not look.is_there:
        raise ProtectionError(f"There is no role {role}: CREATE ROLE it first.")
    if look.is_owner:
        raise ProtectionError(f"{role} owns the tables or may act as their owner; use another.")
    return str(look.schema)
