"""Two roles on a real PostgreSQL: the application's own can append, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from webapp.activity.models import Actor
from webapp.activity.service import is_protected, record, trim, verify
from webapp.extensions import db

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result
    from flask import Flask

    from tests.backing import Clock

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.parametrize("database_url", ["postgresql"], indirect=True),
]
ROLE = "till web"  # a name that has to be quoted


@pytest.fixture
def owner(make_app: Callable[..., Flask], database_url: str) -> Iterator[Flask]:
    """The application as the owner runs its commands; ten days are kept."""
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text(f'CREATE ROLE "{ROLE}" LOGIN'))
    yield make_app(activity_days=10)
    with engine.begin() as connection:
        connection.execute(text("DROP FUNCTION IF EXISTS tillside_trim_activity"))
        connection.execute(text(f'DROP OWNED BY "{ROLE}"'))
        connection.execute(text(f'DROP ROLE "{ROLE}"'))
    engine.dispose()


@pytest.fixture
def web(owner: Flask, make_app: Callable[..., Flask], database_url: str) -> Flask:
    """The application as it serves: with the other role, and thinking that nothing is old."""
    result = _protect(owner, ROLE)
    assert result.exit_code == 0, result.output
    assert result.output.strip() == (
        f"{ROLE} can append to the trail only; entries are kept for 10 days at least."
    )
    url = make_url(database_url).set(username=ROLE).render_as_string(hide_password=False)
    return make_app(database_url=url, activity_days=1)


def _protect(app: Flask, role: str) -> Result:
    return app.test_cli_runner().invoke(args=["activity", "protect", "--role", role])


def _append(count: int) -> None:
    for _ in range(count):
        with db.write() as connection:
            record(connection, actor=Actor(1, "Anna", None), kind="sign_out", outcome="ok")


def _run(statement: str) -> None:
    with db.write() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE activity SET label = 'x'",
        "DELETE FROM activity",
        "DELETE FROM activity WHERE false",
        "TRUNCATE activity",
        "DROP TABLE activity",
        "ALTER TABLE activity DISABLE TRIGGER ALL",
        "DROP TRIGGER activity_keep ON activity",
        "UPDATE activity_head SET trimmed_id = 1",
        "DELETE FROM activity_head",
        "INSERT INTO activity_head VALUES (2, 0, '', 0, '')",
        "TRUNCATE activity_head",
        "UPDATE alembic_version SET version_num = '0001'",
        "SET session_replication_role = replica",
    ],
)
def test_the_application_can_change_nothing(web: Flask, statement: str) -> None:
    with web.app_context():
        _append(2)
        with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
            _run(statement)
        assert verify().checked == 2


def test_the_application_works(web: Flask) -> None:
    client = web.test_client()
    assert client.get("/login").status_code == 200
    assert client.get("/readyz").json is not None
    with web.app_context():
        _append(3)
        assert verify().ok
        _run("DELETE FROM sessions")  # other tables are the application's own


def test_the_application_trims_what_the_owner_says_is_old_and_no_more(
    web: Flask, clock: Clock
) -> None:
    with web.app_context():
        clock.ahead = timedelta(days=-20)
        _append(3)
        clock.ahead = timedelta(days=-5)
        _append(2)
        clock.ahead = timedelta()
        assert trim(clock()) == 3  # its own setting says one day, the owner's ten
        assert trim(clock()) == 0
        assert verify().ok
        with db.read() as connection:
            ids = connection.execute(text("SELECT id FROM activity ORDER BY id")).scalars().all()
    assert ids == [4, 5, 6]


def test_the_function_takes_no_more_when_asked_for_the_future(web: Flask) -> None:
    with web.app_context():
        _append(3)
        _run("SELECT tillside_trim_activity(now() + interval '100 years', 1000000)")
        assert verify().checked == 3


def test_the_function_takes_nothing_without_an_entry_that_tells_of_it(
    web: Flask, clock: Clock
) -> None:
    with web.app_context():
        clock.ahead = timedelta(days=-20)
        _append(3)
        with pytest.raises(DBAPIError, match="with an entry"):
            _run("SELECT tillside_trim_activity(now(), 5000)")
        assert verify().checked == 3


@pytest.mark.parametrize("role", ["nobody there", 'x"; DROP TABLE activity; --'])
def test_a_role_that_is_not_there(owner: Flask, role: str) -> None:
    result = _protect(owner, role)
    assert result.exit_code == 1
    assert "There is no role" in result.output


def test_the_owner_cannot_be_kept_from_it(owner: Flask, database_url: str) -> None:
    result = _protect(owner, make_url(database_url).username or "")
    assert result.exit_code == 1
    assert "owns the tables" in result.output


def test_only_the_owner_can_do_it(web: Flask) -> None:
    result = _protect(web, ROLE)
    assert result.exit_code == 1
    assert "run this with its DATABASE_URL" in result.output


def test_the_role_is_known_to_be_protected_and_can_make_backups(
    web: Flask, owner: Flask, tmp_path: Path
) -> None:
    for app, expected in ((web, True), (owner, False)):
        with app.app_context(), db.read() as connection:
            assert is_protected(connection) is expected
    with web.app_context():
        _append(2)
    file = tmp_path / "by-web.backup"
    made = web.test_cli_runner().invoke(args=["backup", str(file)])
    assert made.exit_code == 0, made.output
    refused = web.test_cli_runner().invoke(args=["restore", str(file)])
    assert refused.exit_code == 1
    with owner.app_context():
        assert verify().checked == 2
