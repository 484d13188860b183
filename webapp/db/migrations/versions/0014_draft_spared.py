"""Until when a draft outlives a form that is sent beside it.

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.db import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the time; null for what nothing was sent beside."""
    op.add_column("drafts", sa.Column("spared_until", UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Take it away again."""
    with op.batch_alter_table("drafts") as batch:
        batch.drop_column("spared_until")
