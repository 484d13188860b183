"""What NeroPay told about this merchant.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.db import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "abilities",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("is_allowed", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=False),
    )
    op.create_table(
        "merchant",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("status", sa.Text()),
        sa.Column("country", sa.Text()),
        sa.Column("clock_offset", sa.Float()),
        sa.Column("told_at", UtcDateTime(), nullable=False),
    )


def downgrade() -> None:
    """Take them away again; NeroPay's next answers tell it anew."""
    for name in ("merchant", "abilities"):
        op.drop_table(name)
