"""What was typed in customer forms and not saved yet.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.db import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "drafts",
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("record_id", sa.String(64), primary_key=True),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_drafts_saved", "drafts", ["saved_at"])


def downgrade() -> None:
    """Take it away again; what was typed and not saved is lost."""
    op.drop_table("drafts")
