"""Whether the schema is the newest, told without Alembic, is what Alembic would say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from tests.servers.processes import free_port
from webapp.db.engine import create_database_engine
from webapp.db.schema import is_current, newest, problem_at_start
from webapp.db.upgrade import upgrade

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

MIGRATIONS = Path(__file__).parents[2] / "webapp/db/migrations"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = create_database_engine(f"sqlite:///{tmp_path}/schema.db")
    yield made
    made.dispose()


def test_the_newest_is_alembics_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert newest() == set(ScriptDirectory.from_config(config).get_heads())


def test_an_empty_database_is_not_current_and_an_upgraded_one_is(engine: Engine) -> None:
    assert not is_current(engine)
    upgrade(engine)
    assert is_current(engine)
    assert problem_at_start(str(engine.url)) is None


@pytest.mark.parametrize("version", ["0001", "9999"])
def test_an_older_or_a_newer_schema_is_refused_with_the_way_out(
    engine: Engine, version: str
) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})
    assert not is_current(engine)
    problem = problem_at_start(str(engine.url))
    assert problem
    assert "flask --app webapp db upgrade" in problem


def test_a_database_that_does_not_answer_is_said() -> None:
    url = f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/none"
    problem = problem_at_start(url)
    assert problem
    assert "the database does not answer" in problem
