"""When a write that waited for NeroPay was left here.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.db import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it to the journal; null for what never waited."""
    op.add_column("intents", sa.Column("held_since", UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Take it away again."""
    with op.batch_alter_table("intents") as batch:
        batch.drop_column("held_since")
