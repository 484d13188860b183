"""When a write that waited, left and was turned away by NeroPay is tried again.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.db import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the time and the count; what waits now is due at once."""
    op.add_column("held_writes", sa.Column("next_try_at", UtcDateTime(), nullable=True))
    op.add_column(
        "held_writes", sa.Column("tries", sa.Integer(), nullable=False, server_default="0")
    )


def downgrade() -> None:
    """Take them away again."""
    with op.batch_alter_table("held_writes") as batch:
        batch.drop_column("tries")
        batch.drop_column("next_try_at")
