"""One word to each person about a write: what waits may pass from one to another.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ONE_OF_EACH = """
DELETE FROM notices WHERE person_id <> (
    SELECT max(person_id) FROM notices AS others WHERE others.intent_id = notices.intent_id
)
"""


def upgrade() -> None:
    """Let more than one person be told of a write."""
    _make_key("intent_id", "person_id")


def downgrade() -> None:
    """Keep one word about each write; the others are lost."""
    op.execute(sa.text(_ONE_OF_EACH))
    _make_key("intent_id")


def _make_key(*columns: str) -> None:
    with op.batch_alter_table("notices") as batch:
        batch.drop_constraint("pk_notices", type_="primary")
        batch.create_primary_key("pk_notices", list(columns))
