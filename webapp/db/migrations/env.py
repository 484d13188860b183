"""Runs the migrations over a connection that the caller opened."""

from __future__ import annotations

from alembic import context

from webapp.db import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
