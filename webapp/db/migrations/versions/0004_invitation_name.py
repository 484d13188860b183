"""What the inviter calls the person whom they invite.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; the invitations that are there have no name."""
    op.add_column("invitations", sa.Column("name", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("invitations", "name")
