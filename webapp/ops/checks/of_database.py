"""Rules about the database: it answers, is at the newest schema, can be written, has an owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from webapp.activity import service as activity
from webapp.db.schema import is_current
from webapp.extensions import db
from webapp.ops.checks.findings import not_known, ok, warning, wrong
from webapp.ops.databases import sqlite_file

if TYPE_CHECKING:
    from webapp.ops.checks.findings import Finding
    from webapp.settings import Settings

_UPGRADE: Final = "run: flask --app webapp db upgrade"
_AFTER_SCHEMA: Final = ("database writable", "owner")
_AFTER_SCHEMA_DEPLOY: Final = ("second factors", "demo accounts", "activity protection")
_OWNERS: Final = text("SELECT count(*) FROM people WHERE role = 'owner' AND is_active")
_DEMO: Final = text("SELECT count(*) FROM people WHERE email_key LIKE '%@tillside.example'")
_WITHOUT_FACTOR: Final = text(
    "SELECT role FROM people WHERE is_active AND totp_confirmed_at IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM passkeys WHERE passkeys.person_id = people.id)"
)
_MAY_WRITE: Final = text(
    "SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off'"
    " AND has_table_privilege('intents', 'INSERT, UPDATE')"
)


def check(settings: Settings, *, is_deploy: bool) -> list[Finding]:
    """Ask the database of the current application; it is left as it is.

    Args:
        settings: As far as they could be read.
        is_deploy: Whether the rules of production are looked at too.
    """
    rest = (*_AFTER_SCHEMA, *(_AFTER_SCHEMA_DEPLOY if is_deploy else ()))
    file = sqlite_file(settings)
    if file is not None and not file.is_file():  # opening it would make it
        first = wrong("database", f"{file} is not there; {_UPGRADE}")
        return [first, *_unseen(("migrations", *rest), "no database")]
    try:
        is_newest = is_current(db.engine)
    except SQLAlchemyError as error:
        first = wrong("database", f"does not answer: {_reason(error)}")
        return [first, *_unseen(("migrations", *rest), "the database does not answer")]
    found = [ok("database", f"{db.dialect} answers")]
    if not is_newest:
        found.append(wrong("migrations", f"are missing or newer than this code; {_UPGRADE}"))
        return [*found, *_unseen(rest, "the schema is another one")]
    found.append(ok("migrations", "the schema is the newest"))
    found += [_judge_writing(), _judge_owners(is_deploy=is_deploy)]
    if is_deploy:
        found += [_judge_factors(settings), _judge_demo(), _judge_protection()]
    return found


def _judge_writing() -> Finding:
    """Take the right to write, and give it back without having written."""
    try:
        with db.engine.connect() as connection, connection.begin() as transaction:
            may = db.dialect == "sqlite" or connection.execute(_MAY_WRITE).scalar_one()
            transaction.rollback()
    except SQLAlchemyError as error:
        return wrong("database writable", f"it cannot be written to: {_reason(error)}")
    if not may:
        return wrong("database writable", "this role or server only reads; use the primary")
    return ok("database writable", "a write transaction begins")


def _judge_owners(*, is_deploy: bool) -> Finding:
    count = _count(_OWNERS)
    if count:
        return ok("owner", f"{count} active")
    problem = wrong if is_deploy else warning
    return problem("owner", "nobody is; see: flask --app webapp user create --role owner")


def _judge_factors(settings: Settings) -> Finding:
    with db.read() as connection:
        roles = list(connection.execute(_WITHOUT_FACTOR).scalars())
    waiting = sum(role in settings.require_second_factor for role in roles)
    if waiting:
        return warning("second factors", f"{waiting} who must have one set it up at next sign-in")
    return ok("second factors", "everybody who must have one has")


def _judge_demo() -> Finding:
    if count := _count(_DEMO):
        return wrong("demo accounts", f"{count} with a public password; use a database of your own")
    return ok("demo accounts", "none")


def _judge_protection() -> Finding:
    with db.read() as connection:
        is_protected = activity.is_protected(connection)
    if is_protected and db.dialect == "sqlite":
        return ok("activity protection", "triggers let the trail be appended to only")
    if is_protected:
        return ok("activity protection", "this role can append to the trail only")
    if db.dialect == "sqlite":
        return wrong("activity protection", "its triggers are gone; restore a backup")
    return wrong(
        "activity protection",
        "this role can change the trail: serve as another one, see `flask activity protect`",
    )


def _count(query: object) -> int:
    with db.read() as connection:
        return int(connection.execute(query).scalar_one())  # type: ignore[call-overload]  # our texts


def _unseen(rules: tuple[str, ...], why: str) -> list[Finding]:
    return [not_known(rule, why) for rule in rules]


def _reason(error: SQLAlchemyError) -> str:
    """Give the first line of what the driver said; it names no value of ours."""
    lines = str(getattr(error, "orig", None) or type(error).__name__).strip().splitlines()
    return lines[0] if lines else type(error).__name__
