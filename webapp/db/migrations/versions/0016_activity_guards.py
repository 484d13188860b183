"""The trail refuses to be written over, to lose its head, and to be trimmed without a word.

On SQLite, REPLACE takes a row away without asking the triggers of DELETE, so it is stopped where it
begins: at the INSERT. Trimming needs an entry that says how far: on SQLite it has to be there
first, on PostgreSQL when the transaction ends, as the owner's function trims before it is entered.
The note has the form that `activity.retention` gives it.

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_IS_TOLD = (
    "SELECT 1 FROM activity WHERE kind = 'activity.trimmed' AND id > new.trimmed_id"
    " AND changes = '{\"up to\": [null, ' || new.trimmed_id || ']}'"
)
_APPEND_ONLY = "the trail is append-only"
_ONE_HEAD = "the trail has one head"
_UNTOLD = "the trail is trimmed with an entry that says how far"

_ON_SQLITE = {  # trigger: when, and what it says
    "activity_no_replace": (
        "INSERT ON activity WHEN EXISTS (SELECT 1 FROM activity WHERE id = new.id)",
        _APPEND_ONLY,
    ),
    "activity_head_no_insert": (
        "INSERT ON activity_head WHEN EXISTS (SELECT 1 FROM activity_head)",
        _ONE_HEAD,
    ),
    # Not "UPDATE OF id": the same column can be named rowid.
    "activity_head_no_move": ("UPDATE ON activity_head WHEN new.id <> old.id", _ONE_HEAD),
    "activity_head_no_delete": ("DELETE ON activity_head", _ONE_HEAD),
    "activity_head_told": (
        f"UPDATE OF trimmed_id ON activity_head WHEN NOT EXISTS ({_IS_TOLD})",
        _UNTOLD,
    ),
}
_ON_POSTGRESQL = (
    (
        "CREATE FUNCTION activity_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" RAISE EXCEPTION '{_APPEND_ONLY}'; END $$"
    ),
    (
        "CREATE TRIGGER activity_no_truncate BEFORE TRUNCATE ON activity"
        " EXECUTE FUNCTION activity_no_truncate()"
    ),
    (
        "CREATE TRIGGER activity_head_no_truncate BEFORE TRUNCATE ON activity_head"
        " EXECUTE FUNCTION activity_no_truncate()"
    ),
    (
        "CREATE FUNCTION activity_head_one() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"  # noqa: S608 - constants
        " IF TG_OP = 'INSERT' AND NOT EXISTS (SELECT 1 FROM activity_head) THEN RETURN NEW; END IF;"
        " IF TG_OP = 'UPDATE' AND NEW.id = OLD.id THEN RETURN NEW; END IF;"
        f" RAISE EXCEPTION '{_ONE_HEAD}'; END $$"
    ),
    (
        "CREATE TRIGGER activity_head_one BEFORE INSERT OR DELETE OR UPDATE OF id"
        " ON activity_head FOR EACH ROW EXECUTE FUNCTION activity_head_one()"
    ),
    (
        "CREATE FUNCTION activity_head_told() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF NOT EXISTS ({_IS_TOLD}) THEN RAISE EXCEPTION '{_UNTOLD}'; END IF;"
        " RETURN NULL; END $$"
    ),
    (
        "CREATE CONSTRAINT TRIGGER activity_head_told AFTER UPDATE OF trimmed_id ON activity_head"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION activity_head_told()"
    ),
)
_FROM_POSTGRESQL = (
    "DROP TRIGGER activity_head_told ON activity_head",
    "DROP TRIGGER activity_head_one ON activity_head",
    "DROP TRIGGER activity_head_no_truncate ON activity_head",
    "DROP TRIGGER activity_no_truncate ON activity",
    "DROP FUNCTION activity_head_told()",
    "DROP FUNCTION activity_head_one()",
    "DROP FUNCTION activity_no_truncate()",
)


def upgrade() -> None:
    """Add the triggers."""
    if not _is_sqlite():
        for statement in _ON_POSTGRESQL:
            op.execute(statement)
        return
    for name, (moment, says) in _ON_SQLITE.items():
        action = f"BEGIN SELECT RAISE(ABORT, '{says}'); END"
        op.execute(f"CREATE TRIGGER {name} BEFORE {moment} {action}")


def downgrade() -> None:
    """Take them away again."""
    if not _is_sqlite():
        for statement in _FROM_POSTGRESQL:
            op.execute(statement)
        return
    for name in _ON_SQLITE:
        op.execute(f"DROP TRIGGER {name}")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
