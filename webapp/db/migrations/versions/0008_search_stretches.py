"""PostgreSQL finds trigrams by stretches of rows, and two letters among rows beyond ASCII.

One index of trigrams gives all the hits of a common word before the first of them can be shown.
With one index for each stretch of `pk`, each four times as long as the one before, a search ends
with the stretch in which it has enough. What is waiting to be sorted into an index is read by
every search, so little of it may wait.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_STRETCHES = (
    ("ix_customers_search_1", "pk < 4096"),
    ("ix_customers_search_2", "pk >= 4096 AND pk < 16384"),
    ("ix_customers_search_3", "pk >= 16384 AND pk < 65536"),
    ("ix_customers_search_4", "pk >= 65536 AND pk < 262144"),
    ("ix_customers_search_5", "pk >= 262144 AND pk < 1048576"),
    ("ix_customers_search_6", "pk >= 1048576"),
)
_TRIGRAMS = "ON customers USING gin (search_text gin_trgm_ops)"
_WAITING = "WITH (gin_pending_list_limit = 256)"  # kB


def upgrade() -> None:
    """Make them; SQLite reads hits in the order of `pk` as it is."""
    if op.get_bind().dialect.name == "sqlite":
        return
    for name, stretch in _STRETCHES:
        op.execute(f"CREATE INDEX {name} {_TRIGRAMS} {_WAITING} WHERE {stretch}")
    op.execute("DROP INDEX ix_customers_search")
    op.execute(
        "CREATE INDEX ix_customers_not_ascii ON customers (pk)"
        " WHERE octet_length(search_text) > length(search_text)"
    )


def downgrade() -> None:
    """Go back to one index."""
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute("DROP INDEX ix_customers_not_ascii")
    op.execute(f"CREATE INDEX ix_customers_search {_TRIGRAMS}")
    for name, _ in _STRETCHES:
        op.execute(f"DROP INDEX {name}")
