"""A restart of PostgreSQL costs nobody an error."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from webapp.db.engine import create_database_engine
from webapp.db.shelf import Shelf

END_ALL_OTHERS = text(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.mark.postgres
def test_a_connection_that_the_server_ended_is_replaced(postgresql_url: str) -> None:
    engine = create_database_engine(postgresql_url, pool_size=2)
    other = create_database_engine(postgresql_url, pool_size=1)
    me = text("SELECT pg_backend_pid()")
    with engine.connect() as one, engine.connect() as two:
        before = {one.execute(me).scalar_one(), two.execute(me).scalar_one()}
    with other.connect() as connection:
        connection.execute(END_ALL_OTHERS)
    with engine.connect() as one, engine.connect() as two:
        after = {one.execute(me).scalar_one(), two.execute(me).scalar_one()}
    assert len(after) == 2
    assert not before & after
    engine.dispose()
    other.dispose()


@pytest.mark.postgres
def test_a_good_connection_is_kept(postgresql_url: str) -> None:
    engine = create_database_engine(postgresql_url, pool_size=1)
    me = text("SELECT pg_backend_pid()")
    pids = set()
    for _ in range(3):
        with engine.connect() as connection:
            pids.add(connection.execute(me).scalar_one())
    assert len(pids) == 1
    engine.dispose()


@pytest.mark.postgres
def test_one_that_lay_on_the_shelf_meanwhile_is_replaced(postgresql_url: str) -> None:
    engine = create_database_engine(postgresql_url, pool_size=2)
    other = create_database_engine(postgresql_url, pool_size=1)
    shelf, me = Shelf(engine), text("SELECT pg_backend_pid()")
    first = shelf.take()
    before = first.execute(me).scalar_one()
    shelf.put_back(first)
    with other.connect() as connection:
        connection.execute(END_ALL_OTHERS)
    second = shelf.take()
    assert second.execute(me).scalar_one() != before
    assert engine.pool.checkedout() == 1, "the first one was given back"  # type: ignore[attr-defined]  # a QueuePool has it
    second.close()
    engine.dispose()
    other.dispose()
