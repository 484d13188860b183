"""`flask check`: every rule in one go, whatever else is wrong, and an exit code."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from webapp.extensions import db
from webapp.jobs import service as jobs
from webapp.ops.checks import check

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from flask import Flask

    from tests.conftest import Clock, Member
    from webapp.ops.checks import Finding
    from webapp.sandbox.testing import Sandbox

KEY = "f3Kq9vZ2mW8xR5tB7nJ4hL6pC1dG0sYa"


@pytest.fixture
def environ(tmp_path: Path, database_url: str, sandbox: Sandbox) -> dict[str, str]:
    """Right for production, but for NeroPay, which the sandbox stands for without TLS."""
    for path in tmp_path.iterdir():
        path.chmod(0o600)
    tmp_path.chmod(0o700)
    return {
        "VAR_DIR": str(tmp_path),
        "DATABASE_URL": database_url,
        "SECRET_KEY": KEY,
        "NEROPAY_SECRET_KEY": sandbox.secret_key,
        "NEROPAY_BASE_URL": sandbox.url,
        "PUBLIC_URL": "https://till.example",
        "TRUSTED_HOSTS": "till.example",
        "TRUSTED_PROXIES": "1",
    }


def look(
    environ: Mapping[str, str], clock: Clock | None = None, *, mail: str = "", deploy: bool = True
) -> dict[str, Finding]:
    found = check(environ, is_deploy=deploy, find_mail_problem=lambda: mail, clock_source=clock)
    told = {finding.rule: finding for finding in found}
    assert len(told) == len(found), "a rule is told twice"
    return told


def failing(told: Mapping[str, Finding]) -> set[str]:
    return {rule for rule, finding in told.items() if not finding.is_passed}


def test_everything_right_passes_but_for_what_a_test_cannot_have(
    environ: dict[str, str], app: Flask, cast: dict[str, Member]
) -> None:
    with app.app_context():
        jobs.beat()
        told = look(environ)
    is_owner_of_tables = db_is_postgresql(environ)
    unavoidable = {"NEROPAY_BASE_URL", "NeroPay", "clock"}  # the sandbox has no certificate
    assert failing(told) == unavoidable | ({"activity protection"} if is_owner_of_tables else set())
    assert told["second factors"].state == "warning"
    assert told["worker"].text.startswith("seen ")


def db_is_postgresql(environ: Mapping[str, str]) -> bool:
    return environ["DATABASE_URL"].startswith("postgresql")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("change", "rule", "words"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY", "32 or more"),
        ({"PUBLIC_URL": "http://till.example"}, "PUBLIC_URL", "https"),
        ({"TRUSTED_HOSTS": ""}, "TRUSTED_HOSTS", "missing"),
        ({"TRUSTED_HOSTS": "other.example"}, "TRUSTED_HOSTS", "till.example"),
        ({"TRUSTED_PROXIES": "0"}, "TRUSTED_PROXIES", "set to 1"),
        ({"APP_ENV": "development"}, "APP_ENV", "production"),
        ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG", "must not be on"),
        ({"REQUIRE_SECOND_FACTOR": "manager"}, "REQUIRE_SECOND_FACTOR", "owners"),
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL", "sqlite:////"),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "queue", "cannot be used"),
    ],
)
def test_each_setting_has_its_rule(
    environ: dict[str, str], change: dict[str, str], rule: str, words: str
) -> None:
    before = look(environ)
    assert before.get(rule) is None or before[rule].is_passed
    told = look(environ | change)
    assert told[rule].state == "wrong"
    assert words in told[rule].text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_wrong_in_settings_hides_nothing_else(
    environ: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "tillside.db").chmod(0o644)
    tmp_path.chmod(0o755)
    told = look(
        environ | {"SECRET_KEY": "x", "TRUSTED_HOSTS": "", "SMTP_URL": "smtp://m"}, mail="no"
    )
    assert failing(told) >= {
        *("SECRET_KEY", "TRUSTED_HOSTS", "VAR_DIR", "file modes", "owner", "worker", "SMTP_URL"),
    }
    assert "chmod 0600" in told["file modes"].text
    assert told["migrations"].state == "ok"


def test_the_database_is_judged(
    environ: dict[str, str], app: Flask, cast: dict[str, Member]
) -> None:
    with app.app_context(), db.write() as connection:
        connection.execute(text("UPDATE people SET is_active = (role <> 'owner')"))
        connection.execute(
            text("UPDATE people SET email_key = 'viewer@tillside.example' WHERE role = 'viewer'")
        )
    told = look(environ)
    assert failing(told) >= {"owner", "demo accounts"}
    with app.app_context(), db.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    try:
        told = look(environ)
    finally:
        restore_revision(app)
    assert told["migrations"].state == "wrong"
    assert told["owner"].state == "not known"


def restore_revision(app: Flask) -> None:
    from alembic.script import ScriptDirectory

    from webapp.db.upgrade import _config

    head = ScriptDirectory.from_config(_config()).get_current_head()
    with app.app_context(), db.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": head})


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_trails_triggers_are_missed(environ: dict[str, str], app: Flask) -> None:
    assert look(environ)["activity protection"].state == "ok"
    with app.app_context(), db.write() as connection:
        connection.execute(text("DROP TRIGGER activity_no_delete"))
    assert look(environ)["activity protection"].state == "wrong"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_that_is_not_there_is_not_made(environ: dict[str, str], tmp_path: Path) -> None:
    missing = tmp_path / "none.db"
    told = look(environ | {"DATABASE_URL": f"sqlite:///{missing}"})
    assert told["database"].state == "wrong"
    assert "db upgrade" in told["database"].text
    assert not missing.exists()


def test_a_database_that_is_away_is_told_in_a_line(environ: dict[str, str]) -> None:
    told = look(environ | {"DATABASE_URL": "postgresql://nobody:geheim@127.0.0.1:1/none"})
    assert told["database"].state == "wrong"
    assert "geheim" not in "".join(finding.text for finding in told.values())
    assert told["owner"].state == "not known"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_development_asks_little(environ: dict[str, str], sandbox: Sandbox) -> None:
    sandbox.forget_requests()
    told = look({**environ, "APP_ENV": "development", "SECRET_KEY": "x"}, deploy=False)
    assert failing(told) == set()
    assert {finding.rule for finding in told.values() if finding.state == "warning"} == {
        *("owner", "worker")
    }
    assert sandbox.requests() == [], "NeroPay is not asked"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_worker_that_is_late_is_told(environ: dict[str, str], app: Flask, clock: Clock) -> None:
    assert "never" in look(environ)["worker"].text
    with app.app_context():
        jobs.beat()
    assert look(environ, clock)["worker"].state == "ok"
    clock.advance(minutes=5)
    assert look(environ, clock)["worker"].state == "wrong"


def test_the_command_prints_a_line_a_rule_and_fails(app: Flask) -> None:
    result = app.test_cli_runner().invoke(
        args=["check", "--deploy"], env={**os.environ, "PORT": "x"}
    )
    lines = result.stdout.splitlines()
    assert result.exit_code == 1
    assert "rules are not met" in result.stderr
    assert all(line.split("  ")[0] in {"ok", "wrong", "warning", "not known"} for line in lines)
    assert any(line.startswith("wrong") and " PORT " in line for line in lines)
