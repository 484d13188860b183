"""The tables of our copy of the customers, and of the sync that keeps it.

`customers` holds what NeroPay last told us about each record (name … created_at), and keys made
from it by `customers.keys` for sorting and finding. SQLite's full-text table and PostgreSQL's
trigram index over `search_text` are made by the migration, which also keeps the former in step.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text

from webapp.db import UtcDateTime, metadata

customers = Table(
    "customers",
    metadata,
    Column("pk", Integer, primary_key=True, autoincrement=True),  # the order of search results
    Column("id", String(64), nullable=False, unique=True),  # NeroPay's
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("phone", Text),
    Column("address1", Text),
    Column("city", Text),
    Column("postcode", Text),
    Column("created_at", UtcDateTime),
    # Which of these fields NeroPay has really told us; a list row may hold three of them only.
    Column("is_full", Boolean, nullable=False),
    Column("confirmed_at", UtcDateTime, nullable=False),  # when NeroPay last told us
    # Value of the settle counter when one of our own writes last settled here (0: never).
    Column("settled_seq", Integer, nullable=False, server_default="0"),
    Column("seen_run", Integer, nullable=False, server_default="0"),  # last sync run that saw it
    # Made from the above by customers.keys.
    Column("name_key", Text, nullable=False),
    Column("city_key", Text, nullable=False),  # U+FFFF when there is no town: sorted last
    Column("created_key", Text, nullable=False),  # fixed-width ISO text; empty when not known
    Column("email_key", Text, nullable=False),  # case-folded; empty when there is none
    Column("phone_key", Text, nullable=False),  # E.164 digits, or the digits typed; may be empty
    Column("search_text", Text, nullable=False),
    Index("ix_customers_by_name", "name_key", "pk"),
    Index("ix_customers_by_city", "city_key", "pk"),
    Index("ix_customers_by_created", "created_key", "pk"),
    Index("ix_customers_by_email", "email_key", "pk"),
    Index("ix_customers_by_phone", "phone_key", "pk"),
)

# One row (id = 1): how fresh the copy is, and which process is syncing now.
sync_state = Table(
    "sync_state",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Integer, nullable=False),  # number of the newest run, counted from 1
    Column("lease_until", UtcDateTime),  # a run is going on until then; its process may be dead
    Column("lease_owner", String(64)),
    Column("started_at", UtcDateTime),
    Column("page", Integer, nullable=False),  # pages read by the run that is going on
    Column("rows_seen", Integer, nullable=False),
    Column("rows_expected", Integer),  # when NeroPay says a total
    Column("finished_at", UtcDateTime),  # end of the last complete run
    Column("duration", Integer),  # milliseconds of the last complete run
    Column("failed_at", UtcDateTime),  # when the last run failed; null after a good one
    Column("error_code", String(64)),
    Column("set_aside", Integer, nullable=False),  # unreadable records in the last run
    Column("held_back", Integer, nullable=False),  # rows that the last run would have dropped
    Column("row_count", Integer, nullable=False),  # customers in the copy, kept by the writers
    Column("interval", Integer, nullable=False),  # seconds to the next run, stretched when needed
)
