"""Who has looked what became of a write, and when our copy of the categories was asked for.

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from webapp.db import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_INDEX = "ix_intents_state"
_LOOKED_UP = sa.text("SELECT id, answer FROM intents WHERE answer LIKE '%looked_up_by%'")
_SET = sa.text("UPDATE intents SET looked_up_by = :name, answer = :answer WHERE id = :id")
_NAMED = sa.text(
    "SELECT id, answer, looked_up_by FROM intents"
    " WHERE looked_up_by IS NOT NULL OR answer LIKE '%given_up_by%'"
)


def upgrade() -> None:
    """Take the names out of the answers; who only gave a write up has not looked."""
    op.add_column("intents", sa.Column("looked_up_by", sa.Text(), nullable=True))
    op.add_column("category_sync", sa.Column("began_at", UtcDateTime(), nullable=True))
    connection = op.get_bind()
    for row in connection.execute(_LOOKED_UP).all():
        answer = json.loads(row.answer)
        name = answer.pop("looked_up_by", None)
        if answer.get("code") == "given_up":
            answer["given_up_by"], name = name, None
        values = {"id": row.id, "name": name, "answer": json.dumps(answer)}
        connection.execute(_SET, values)
    op.create_index(_INDEX, "intents", ["state", "created_at"])


def downgrade() -> None:
    """Put the names back into the answers."""
    op.drop_index(_INDEX, "intents")
    connection = op.get_bind()
    for row in connection.execute(_NAMED).all():
        answer = json.loads(row.answer)
        answer["looked_up_by"] = answer.pop("given_up_by", None) or row.looked_up_by
        connection.execute(_SET, {"id": row.id, "name": None, "answer": json.dumps(answer)})
    with op.batch_alter_table("intents") as batch:
        batch.drop_column("looked_up_by")
    with op.batch_alter_table("category_sync") as batch:
        batch.drop_column("began_at")
