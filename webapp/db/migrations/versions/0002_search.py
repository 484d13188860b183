"""What searching needs beyond plain tables: trigrams of `customers.search_text`, in both dialects.

SQLite keeps a full-text table in step by triggers; it holds no text of its own. PostgreSQL keeps
a GIN index, and compares keys byte by byte, so that a range of a key is a prefix of it whatever
the database's language is.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KEYS = ("name_key", "city_key", "created_key", "email_key", "phone_key")

_SQLITE = (
    (
        "CREATE VIRTUAL TABLE customers_fts USING fts5("
        " search_text, content='customers', content_rowid='pk',"
        " tokenize='trigram case_sensitive 1', columnsize=0)"
    ),
    # One row for each occurrence of a trigram: the first of a range is found without counting.
    "CREATE VIRTUAL TABLE customers_grams USING fts5vocab(customers_fts, 'instance')",
    "INSERT INTO customers_fts (customers_fts) VALUES ('rebuild')",
    (
        "CREATE TRIGGER customers_fts_insert AFTER INSERT ON customers BEGIN"
        " INSERT INTO customers_fts (rowid, search_text) VALUES (new.pk, new.search_text);"
        " END"
    ),
    (
        "CREATE TRIGGER customers_fts_delete AFTER DELETE ON customers BEGIN"
        " INSERT INTO customers_fts (customers_fts, rowid, search_text)"
        " VALUES ('delete', old.pk, old.search_text);"
        " END"
    ),
    (
        "CREATE TRIGGER customers_fts_update AFTER UPDATE OF search_text ON customers"
        " WHEN old.search_text <> new.search_text BEGIN"
        " INSERT INTO customers_fts (customers_fts, rowid, search_text)"
        " VALUES ('delete', old.pk, old.search_text);"
        " INSERT INTO customers_fts (rowid, search_text) VALUES (new.pk, new.search_text);"
        " END"
    ),
)

_POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    *(f'ALTER TABLE customers ALTER COLUMN {key} TYPE text COLLATE "C"' for key in _KEYS),
    "CREATE INDEX ix_customers_search ON customers USING gin (search_text gin_trgm_ops)",
)

# The filters "no e-mail" and "no phone", in the order of the list. An equality would let SQLite
# prefer the index of all addresses, which has the wrong order.
_BOTH = (
    "CREATE INDEX ix_customers_no_email ON customers (name_key, pk) WHERE length(email_key) = 0",
    "CREATE INDEX ix_customers_no_phone ON customers (name_key, pk) WHERE length(phone_key) = 0",
)


def upgrade() -> None:
    """Make them, and fill them from the rows that are there."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in (*(_SQLITE if is_sqlite else _POSTGRESQL), *_BOTH):
        op.execute(statement)


def downgrade() -> None:
    """Drop them; the extension stays, for others may use it."""
    op.execute("DROP INDEX ix_customers_no_email")
    op.execute("DROP INDEX ix_customers_no_phone")
    if op.get_bind().dialect.name == "sqlite":
        for event in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER customers_fts_{event}")
        op.execute("DROP TABLE customers_grams")
        op.execute("DROP TABLE customers_fts")
    else:
        op.execute("DROP INDEX ix_customers_search")
