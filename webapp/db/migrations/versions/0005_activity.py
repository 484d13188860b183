"""The trail can be searched, and refuses to be changed but by trimming its oldest entries.

Trimming first notes the newest entry that goes, with its hash, in `activity_head`; what is at or
before that note may then be deleted, and nothing else. Who owns the tables can take the triggers
away: on PostgreSQL `flask activity protect` keeps the application itself from that.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import json
import re

import sqlalchemy as sa
from alembic import op

from webapp.ui.filters import fold

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BETWEEN_DIGITS = re.compile(r"(?<=\d)[ ()./-]+(?=\d)")
_CHUNK = 1_000  # rows filled at a time
_TRIMMED = "(SELECT max(trimmed_id) FROM activity_head)"
_IS_PROVEN = "SELECT 1 FROM activity WHERE id = new.trimmed_id AND hash = new.trimmed_hash"

_SQLITE = (
    (
        "CREATE VIRTUAL TABLE activity_fts USING fts5("
        " search_text, content='activity', content_rowid='id',"
        " tokenize='trigram case_sensitive 1', columnsize=0)"
    ),
    "INSERT INTO activity_fts (activity_fts) VALUES ('rebuild')",
    (
        "CREATE TRIGGER activity_fts_insert AFTER INSERT ON activity BEGIN"
        " INSERT INTO activity_fts (rowid, search_text) VALUES (new.id, new.search_text);"
        " END"
    ),
    (
        "CREATE TRIGGER activity_fts_delete AFTER DELETE ON activity BEGIN"
        " INSERT INTO activity_fts (activity_fts, rowid, search_text)"
        " VALUES ('delete', old.id, old.search_text);"
        " END"
    ),
    (
        "CREATE TRIGGER activity_no_update BEFORE UPDATE ON activity BEGIN"
        " SELECT RAISE(ABORT, 'the trail is append-only');"
        " END"
    ),
    (
        "CREATE TRIGGER activity_no_delete BEFORE DELETE ON activity"
        f" WHEN old.id > coalesce({_TRIMMED}, 0) BEGIN"
        " SELECT RAISE(ABORT, 'the trail is append-only');"
        " END"
    ),
    (
        "CREATE TRIGGER activity_head_trim BEFORE UPDATE OF trimmed_id, trimmed_hash"  # noqa: S608 - constants
        f" ON activity_head WHEN new.trimmed_id < old.trimmed_id OR NOT EXISTS ({_IS_PROVEN})"
        " BEGIN"
        " SELECT RAISE(ABORT, 'the trail is trimmed from its beginning only');"
        " END"
    ),
)

_POSTGRESQL = (
    # Who does what is not independent: nobody but NeroPay has "changed in NeroPay".
    "CREATE STATISTICS activity_actor_kind (mcv) ON actor_id, kind FROM activity",
    "CREATE INDEX ix_activity_search ON activity USING gin (search_text gin_trgm_ops)",
    (
        "CREATE FUNCTION activity_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP = 'DELETE' AND OLD.id <= {_TRIMMED} THEN RETURN OLD; END IF;"
        " RAISE EXCEPTION 'the trail is append-only'; END $$"
    ),
    (
        "CREATE TRIGGER activity_keep BEFORE UPDATE OR DELETE ON activity"
        " FOR EACH ROW EXECUTE FUNCTION activity_keep()"
    ),
    (
        "CREATE FUNCTION activity_head_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF NEW.trimmed_id < OLD.trimmed_id OR NOT EXISTS ({_IS_PROVEN}) THEN"
        " RAISE EXCEPTION 'the trail is trimmed from its beginning only'; END IF;"
        " RETURN NEW; END $$"
    ),
    (
        "CREATE TRIGGER activity_head_keep BEFORE UPDATE OF trimmed_id, trimmed_hash"
        " ON activity_head FOR EACH ROW EXECUTE FUNCTION activity_head_keep()"
    ),
)


def upgrade() -> None:
    """Add the searched text, fill it, make the indexes and the triggers."""
    op.add_column(
        "activity", sa.Column("search_text", sa.Text(), nullable=False, server_default="")
    )
    op.create_index("ix_activity_actor_kind", "activity", ["actor_id", "kind", "id"])
    # PostgreSQL sees no order in an index behind IS NULL, so these have one of their own.
    op.execute("CREATE INDEX ix_activity_nobody ON activity (kind, id) WHERE actor_id IS NULL")
    _fill()
    for statement in _SQLITE if _is_sqlite() else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Take them away again."""
    if _is_sqlite():
        for name in ("fts_insert", "fts_delete", "no_update", "no_delete", "head_trim"):
            op.execute(f"DROP TRIGGER activity_{name}")
        op.execute("DROP TABLE activity_fts")
    else:
        op.execute("DROP TRIGGER activity_keep ON activity")
        op.execute("DROP TRIGGER activity_head_keep ON activity_head")
        op.execute("DROP FUNCTION activity_keep()")
        op.execute("DROP FUNCTION activity_head_keep()")
        op.execute("DROP INDEX ix_activity_search")
        op.execute("DROP STATISTICS activity_actor_kind")
    op.drop_index("ix_activity_nobody", "activity")
    op.drop_index("ix_activity_actor_kind", "activity")
    op.drop_column("activity", "search_text")


def _fill() -> None:
    connection = op.get_bind()
    read = sa.text(
        "SELECT id, label, changes FROM activity WHERE id > :last ORDER BY id LIMIT :chunk"
    )
    write = sa.text("UPDATE activity SET search_text = :text WHERE id = :id")
    last = -(2**31)
    while rows := connection.execute(read, {"last": last, "chunk": _CHUNK}).all():
        texts = [{"id": row.id, "text": _search_text(row.label, row.changes)} for row in rows]
        connection.execute(write, texts)
        last = rows[-1].id


def _search_text(label: str, changes: str) -> str:
    """As `activity.service.search_text_of` was when this migration was written."""
    values = [value for pair in json.loads(changes).values() for value in pair if value]
    text = " ".join(dict.fromkeys([label, *(str(value) for value in values)]))
    folded = " ".join(fold(text)[0].split())
    joined = _BETWEEN_DIGITS.sub("", folded)
    return (folded if joined == folded else f"{folded} {joined}")[:4_000]


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
