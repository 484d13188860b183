"""Writes that wait for NeroPay, words for authors, whether NeroPay is away, and options.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.db import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "held_writes",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("actor_id", sa.Integer(), sa.ForeignKey("people.id")),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("actor_address", sa.String(45)),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("record_type", sa.String(16), nullable=False),
        sa.Column("record_id", sa.String(64)),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_held_writes_record", "held_writes", ["record_type", "record_id"])
    op.create_index("ix_held_writes_created", "held_writes", ["created_at"])
    op.create_table(
        "notices",
        sa.Column("intent_id", sa.String(32), primary_key=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("people.id"), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("record_type", sa.String(16), nullable=False),
        sa.Column("record_id", sa.String(64)),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("told_at", UtcDateTime()),
    )
    op.create_index("ix_notices_person", "notices", ["person_id", "told_at"])
    op.create_table(
        "neropay_line",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("away_since", UtcDateTime()),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("back_at", UtcDateTime()),
    )
    op.create_table(
        "options",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    """Take them away again; what waits is lost."""
    for name in ("options", "neropay_line", "notices", "held_writes"):
        op.drop_table(name)
